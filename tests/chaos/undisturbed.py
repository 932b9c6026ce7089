"""The same events in peace: through the embedded engine in memory, with a post that tells only what the sink told."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from pydantic_core import from_json

from services.clock.stepping import SteppingClock
from services.commands.playback.play_files import TimedPiece
from services.intake.doors.door_rules import PLAY
from services.notifier.posts.post import Attempt, Outcome, OutcomeBox, Status
from services.pipeline import pipeline
from services.reporting.tables import TABLES
from services.runtime.engine import EmbeddedEngine
from services.runtime.settings import Settings
from services.runtime.sqlite.store import IN_MEMORY, SqliteStore
from services.runtime.store.port import Store

_SETTLED_BY_A_PERSON: Final = "unknown"


class ToldPost:
    """Accepts every letter at once, but for those of which nobody knew in the disturbed run."""

    def __init__(self, unknown: Iterable[str]) -> None:
        self._unknown = frozenset(unknown)
        self._box = OutcomeBox()

    def room(self, channel: str, ended: Sequence[Outcome] = ()) -> int:  # noqa: ARG002  (of all posts)
        """Nothing leaves, so that there is room for all."""
        return self._box.room(ended)

    def reserve(self, attempt: Attempt) -> None:
        """There is room for all."""

    def send(self, attempt: Attempt) -> None:
        """Decide the outcome at once."""
        notice = attempt.letter.notice
        status: Status = _SETTLED_BY_A_PERSON if notice in self._unknown else "accepted"
        self._box.put(Outcome(notice, attempt.partition, attempt.at, status, attempt.at, None, trial=False))

    def recover(self, attempt: Attempt) -> None:
        """Nothing has left: it is simply decided again."""
        self.send(attempt)

    def outcomes(self, partition: int) -> Sequence[Outcome]:
        """The partition's outcomes that were not acknowledged yet."""
        return self._box.of(partition)

    def acknowledge(self, outcomes: Iterable[Outcome]) -> None:
        """Forget outcomes."""
        self._box.drop(outcomes)

    def close(self) -> None:
        """There is nothing to end."""


@contextmanager
def undisturbed(
    load: Sequence[TimedPiece], settled: Sequence[TimedPiece], end: datetime, settings: Settings
) -> Iterator[Store]:
    """The store after the load and what a person settled, each piece at its time."""
    clock = SteppingClock()
    store = SqliteStore(IN_MEMORY)
    store.tables.ensure(TABLES)
    workers = pipeline(ToldPost(notice_of(each) for each in settled), clock.now, settings)
    with EmbeddedEngine(store, workers, settings.store.partitions) as engine:
        clock.drive(engine)
        for each in sorted([*load, *settled], key=lambda each: each.time):
            _advance(clock, each.time)
            engine.publish(each.piece.address.topic, each.piece.address.key, each.piece.value(PLAY))
            clock.note_event(each.time)
            if each in settled:
                engine.settle()  # as in the disturbed run
        _advance(clock, end)
        engine.settle()
        yield engine.store


def notice_of(settled: TimedPiece) -> str:
    """The notice that a person's word is about."""
    return str(from_json(settled.piece.raw)["data"]["notice"])


def _advance(clock: SteppingClock, until: datetime) -> None:
    while clock.advance(until):
        pass
