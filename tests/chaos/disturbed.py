"""The run that is disturbed: day by day, with a person who settles in the evening what nobody knows."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from typing import Final

from services.commands.playback.play_files import TimedPiece
from services.intake.pieces import published
from services.reporting.reading import query_rows, text
from tests.chaos.load import FIRST_DAY
from tests.chaos.sink import Sink
from tests.kafka.drained_clock import DrainedClock
from tests.kafka.workplace import Workplace
from tests.simulation.history_writer import ZONE

_EVENING: Final = time_of_day(17)
_A_DAY: Final = timedelta(days=1)
_STILL_ARRIVING_S: Final = 1.0
"""How long a process that went on just now may take to send what it had begun."""


@dataclass
class Told:
    """What was told beside the load: the word of a person on each letter of which nobody knew."""

    settled: list[TimedPiece] = field(default_factory=list)
    accepted: int = 0


class Days:
    """Tells the days of a load, one after the other."""

    def __init__(self, here: Workplace, clock: DrainedClock, sink: Sink, days: int) -> None:
        self._here = here
        self._clock = clock
        self._sink = sink
        self._days = [FIRST_DAY + number * _A_DAY for number in range(days + 1)]
        self.told = Told()
        self.person = threading.Lock()
        """Held while a person looks at what the mail server saw: nobody stands still with a letter in hand."""

    @property
    def end(self) -> datetime:
        """The end of the last day."""
        return _at(self._days[-1] + _A_DAY)

    def progress(self) -> float:
        """How much is behind, from 0 to 1."""
        reached = self._clock.reached
        return 0.0 if reached is None else (reached - _at(FIRST_DAY)) / (self.end - _at(FIRST_DAY))

    @property
    def numbers(self) -> range:
        """The days, counted from 0."""
        return range(len(self._days))

    def tell(self, number: int, given: Sequence[TimedPiece]) -> None:
        """Tell one day, to its end."""
        day = self._days[number]
        self._sink.begin(day)
        evening = _at(day, _EVENING)
        self._clock.play_to([each for each in given if each.time.astimezone(ZONE).date() == day], evening)
        with self.person:
            self._settle(evening)
        self._clock.play_to((), _at(day + _A_DAY))

    def _settle(self, evening: datetime) -> None:
        """A person's word on each letter of which nobody knows, from what the mail server saw.

        It is worked off before the evening's tick is told: else it would be up to chance which comes first.
        """
        with self._clock.ticking, self._here.reading() as store:
            unknown = query_rows(
                store, "SELECT notice, creditor, debtor FROM notice WHERE status = 'unknown' ORDER BY notice"
            )
        if not unknown:
            return
        time.sleep(_STILL_ARRIVING_S)
        seen = self._sink.accepted()
        for row in unknown:
            notice = text(row, "notice")
            said = _settled(notice, text(row, "creditor"), text(row, "debtor"), evening, notice in seen)
            self._clock.tell(said)
            self.told.settled.append(said)
            self.told.accepted += notice in seen
        self._clock.settle()


def _settled(notice: str, creditor: str, debtor: str, evening: datetime, has_gone: bool) -> TimedPiece:
    outcome = "accepted" if has_gone else "failed"
    event = {
        "specversion": "1.0",
        "id": f"settled-{notice}",
        "source": "//people",
        "type": "notice.settled.v1",
        "time": evening.isoformat(),
        "data": {"creditor": creditor, "debtor": debtor, "notice": notice, "outcome": outcome},
    }
    return TimedPiece(evening, published(event, "settled.jsonl", 1))


def _at(day: date, clock: time_of_day = time_of_day.min) -> datetime:
    return datetime.combine(day, clock, ZONE)
