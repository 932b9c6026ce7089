"""Playing events into an embedded engine with a virtual clock: the engine room of `play` and `run --example`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from pydantic_core import from_json

from schemas.dead_letters import DeadLettersMessage
from schemas.decisions import DecisionsMessage
from schemas.topics import DEAD_LETTERS, DECISIONS, Topic
from services.clock.stepping import SteppingClock
from services.intake.creditor_directory import CreditorDirectory
from services.intake.formats.format import HEAD
from services.intake.formats.registry import recognise
from services.intake.pieces import PublishedPiece, pieces_of
from services.law.countries import DEFAULT_COUNTRY
from services.law.figures import law_of
from services.runtime.engine import EmbeddedEngine
from services.runtime.worker import Record

READER: Final = "play"
"""The reader that has shown what happened; its position is in the store, so that nothing is left out after a crash."""
_ZONE: Final = "zone"
JSON_LINES: Final = "json-lines"
_BEGINNING: Final = datetime.min.replace(tzinfo=UTC)

Happening = DecisionsMessage | DeadLettersMessage


@dataclass(frozen=True, slots=True)
class Given:
    """One piece of a file and the instant at which it is played: its event's time, or that of the piece before it."""

    time: datetime
    piece: PublishedPiece


def merged(files: Sequence[Path], directory: CreditorDirectory) -> list[Given]:
    """The pieces of all files by their events' times; at one instant in the order given (design.md §9).

    Raises:
        OSError: a file cannot be read.
    """
    return sorted(read_all(files, directory), key=lambda each: each.time)


def read_all(files: Sequence[Path], directory: CreditorDirectory) -> list[Given]:
    """The pieces of all files, file by file in the order given.

    Files of public events are read first: they may register the creditors that the other files are about.

    Raises:
        OSError: a file cannot be read.
    """
    read: dict[Path, list[Given]] = {}
    for path in sorted(files, key=is_foreign):
        read[path] = list(_pieces(path, directory))
        for each in read[path]:
            directory.take(each.piece.raw)
    return [each for path in files for each in read[path]]


def _pieces(path: Path, directory: CreditorDirectory) -> Iterator[Given]:
    instant = _BEGINNING
    for piece in pieces_of(path, directory):
        instant = piece.address.time or instant
        yield Given(instant, piece)


def is_foreign(path: Path) -> bool:
    """Whether a file holds something else than public events."""
    with path.open("rb") as stream:
        found = recognise(stream.read(HEAD))
    return found is not None and found.name != JSON_LINES


def zone_of(given: Sequence[Given]) -> ZoneInfo | None:
    """The time zone of the first creditor in the files, whose days `--until` counts, or None without one."""
    for each in given:
        if b"creditor.registered.v1" in each.piece.raw:
            try:
                return ZoneInfo(from_json(each.piece.raw)["data"]["timezone"])
            except (ValueError, KeyError, TypeError):
                continue
    return None


class Play:
    """Plays lines into an engine: each tick settles before the next event, and what happens is given out."""

    def __init__(self, engine: EmbeddedEngine, clock: SteppingClock) -> None:
        """``clock`` drives ``engine``; the store may hold what was played before."""
        self._engine = engine
        self._clock = clock
        self.read = 0
        self.after_until = 0

    def play(self, given: Sequence[Given], until: date) -> Iterator[Happening]:
        """Play the lines up to the end of ``until``, the creditor's local day, and go on to that end."""
        zone = self._zone(given)
        end = datetime.combine(until + timedelta(days=1), time.min, zone)
        for each in given:
            if each.time >= end:
                self.after_until += 1
                continue
            yield from self.advance(each.time)
            self._publish(each)
        yield from self.advance(end)
        self._engine.settle()
        yield from self._happened()

    def advance(self, until: datetime) -> Iterator[Happening]:
        """Let time go on to ``until``, tick by tick."""
        while self._clock.advance(until):
            yield from self._happened()

    def _zone(self, given: Sequence[Given]) -> ZoneInfo:
        kept = self._engine.bookmark(_ZONE)
        zone = ZoneInfo(kept) if kept is not None else zone_of(given) or ZoneInfo(law_of(DEFAULT_COUNTRY).timezone)
        self._engine.set_bookmark(_ZONE, zone.key)
        return zone

    def _publish(self, each: Given) -> None:
        self._engine.publish(each.piece.address.topic, each.piece.address.key, each.piece.value)
        self._clock.note_event(each.time)
        self.read += 1

    def _happened(self) -> Iterator[Happening]:
        """What the workers said since the last look; confirmed only after it was taken, so that nothing is lost."""
        records = [*self._all(DECISIONS), *self._all(DEAD_LETTERS)]
        yield from sorted((record.topic.decode(record.value) for record in records), key=_order)

    def _all(self, topic: Topic) -> Iterator[Record]:
        while records := self._engine.consume(READER, topic):
            yield from records
            self._engine.consumed(READER, records)


def _order(happening: Happening) -> tuple[str, ...]:
    """An order of what one tick brought that does not depend on partitions."""
    fields = ("date", "creditor", "debtor", "type", "notice", "payment", "task", "invoice", "file")
    line = getattr(happening, "line", None) or 0
    return (*(str(getattr(happening, name, None) or "") for name in fields), f"{line:09d}")
