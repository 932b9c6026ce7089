"""Plays files into an embedded engine with a virtual clock, for `play` and `run --example`."""

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
from services.intake.doors.door_rules import PLAY
from services.intake.formats.format import HEAD
from services.intake.formats.registry import recognise
from services.intake.pieces import PublishedPiece, pieces_of
from services.law.countries import DEFAULT_COUNTRY
from services.law.figures import law_of
from services.runtime.engine import EmbeddedEngine
from services.runtime.worker import Record

READER: Final = "play"
"""The reader of what `play` prints; its position is in the store, so that after a crash nothing is left out."""
_ZONE: Final = "zone"
JSON_LINES: Final = "json-lines"
_BEGINNING: Final = datetime.min.replace(tzinfo=UTC)

PlayMessage = DecisionsMessage | DeadLettersMessage


@dataclass(frozen=True, slots=True)
class TimedPiece:
    """One piece of a file (an event, or a line that cannot be read) and the instant at which it is played.

    That is its event's time, or the time of the piece before it where it has none.
    """

    time: datetime
    piece: PublishedPiece


def merged_pieces(files: Sequence[Path], directory: CreditorDirectory) -> list[TimedPiece]:
    """The pieces of all files by time; at one instant in the order given (design.md §9).

    Raises:
        OSError: a file cannot be read.
    """
    return sorted(read_pieces(files, directory), key=lambda each: each.time)


def read_pieces(files: Sequence[Path], directory: CreditorDirectory) -> list[TimedPiece]:
    """The pieces of all files, file by file in the order given.

    Files of public events are read first: they may register the creditors that the other files are about.

    Raises:
        OSError: a file cannot be read.
    """
    read: dict[Path, list[TimedPiece]] = {}
    for path in sorted(files, key=is_foreign_format):
        read[path] = list(_pieces(path, directory))
        for each in read[path]:
            directory.take(each.piece.raw)
    return [each for path in files for each in read[path]]


def _pieces(path: Path, directory: CreditorDirectory) -> Iterator[TimedPiece]:
    instant = _BEGINNING
    for piece in pieces_of(path, directory):
        instant = piece.address.time or instant
        yield TimedPiece(instant, piece)


def is_foreign_format(path: Path) -> bool:
    """Whether a file has another format than JSON Lines of public events."""
    with path.open("rb") as stream:
        found = recognise(stream.read(HEAD))
    return found is not None and found.name != JSON_LINES


def zone_of(given: Sequence[TimedPiece]) -> ZoneInfo | None:
    """The time zone of the first creditor that the files register, or None; `--until` is a day there."""
    for each in given:
        if b"creditor.registered.v1" in each.piece.raw:
            try:
                return ZoneInfo(from_json(each.piece.raw)["data"]["timezone"])
            except (ValueError, KeyError, TypeError):
                continue
    return None


class Play:
    """Plays pieces into an engine: each tick settles before the next event; what was decided comes out as messages."""

    def __init__(self, engine: EmbeddedEngine, clock: SteppingClock) -> None:
        """``clock`` drives ``engine``; the store may hold an earlier play, which goes on."""
        self._engine = engine
        self._clock = clock
        self.read = 0
        self.after_until = 0

    def play(self, given: Sequence[TimedPiece], until: date) -> Iterator[PlayMessage]:
        """Play the pieces up to the end of ``until``, the creditor's local day, and let time go on to that end."""
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
        yield from self._new_messages()

    def advance(self, until: datetime) -> Iterator[PlayMessage]:
        """Let time go on to ``until``, tick by tick."""
        while self._clock.advance(until):
            yield from self._new_messages()

    def _zone(self, given: Sequence[TimedPiece]) -> ZoneInfo:
        kept = self._engine.bookmark(_ZONE)
        zone = ZoneInfo(kept) if kept is not None else zone_of(given) or ZoneInfo(law_of(DEFAULT_COUNTRY).timezone)
        self._engine.set_bookmark(_ZONE, zone.key)
        return zone

    def _publish(self, each: TimedPiece) -> None:
        self._engine.publish(each.piece.address.topic, each.piece.address.key, each.piece.value(PLAY))
        self._clock.note_event(each.time)
        self.read += 1

    def _new_messages(self) -> Iterator[PlayMessage]:
        """What the workers have published since the last call.

        The position moves only once the caller has taken the messages, so that none is lost.
        """
        records = [*self._all(DECISIONS), *self._all(DEAD_LETTERS)]
        yield from sorted((record.topic.decode(record.value) for record in records), key=_order)

    def _all(self, topic: Topic) -> Iterator[Record]:
        while records := self._engine.consume(READER, topic):
            yield from records
            self._engine.consumed(READER, records)


def _order(message: PlayMessage) -> tuple[str, ...]:
    """A sort key for the messages of one tick that does not depend on partitions."""
    fields = ("date", "creditor", "debtor", "type", "notice", "payment", "task", "invoice", "file")
    line = getattr(message, "line", None) or 0
    return (*(str(getattr(message, name, None) or "") for name in fields), f"{line:09d}")
