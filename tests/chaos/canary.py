"""One process of the notifier sleeps with granted letters in hand, another takes over, the first one wakes.

With the fence as it is, nobody can tell afterwards. With a broken one `judgement` must: else it could not be trusted.
The mail server takes whatever comes: a letter that it refused the one would be no second one when the other brings it.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from services.commands.playback.play_files import Given
from tests.chaos.disturbed import Days
from tests.chaos.judgement import Line, judged, state_of, told
from tests.chaos.load import company, given
from tests.chaos.run import PARTITIONS
from tests.chaos.sink import CALM, Sink, serving
from tests.chaos.sleepwalker import BEDS, FENCE
from tests.chaos.undisturbed import undisturbed
from tests.kafka.crew import Crew, Hand
from tests.kafka.scene import until
from tests.kafka.told_time import StandsStillError
from tests.kafka.workplace import SESSION_S, Workplace
from tests.servers.kafka import Kafka
from tests.servers.postgres import Postgres

_SEED: Final = 1
_DAYS: Final = 5
_SEATED: Final = "caught-up"


def sleep_with_letters_in_hand(fence: str, folder: Path) -> list[Line]:
    """Play a small load of old debts meanwhile, and judge."""
    load = given(folder, company(_SEED, 4, 10, _DAYS, PARTITIONS, old=1.0))
    sink = Sink(_SEED, CALM)
    with ExitStack() as stack:
        broker = stack.enter_context(Kafka())
        database = stack.enter_context(Postgres())
        port = stack.enter_context(serving(sink))
        mail = {"mode": "live", "host": "127.0.0.1", "port": port, "tls": "none"}
        here = Workplace(broker, database, folder, PARTITIONS, mail)
        environment = {**here.environment, BEDS: str(folder), FENCE: fence}
        crew = stack.enter_context(Crew(environment, folder, each=2, program="tests.chaos.sleepwalker"))
        clock = stack.enter_context(here.clock(crew, drains_within_s=5 * SESSION_S))
        days = Days(here, clock, sink, _DAYS)
        # Each has its share of the partitions: what one of them claims it will be granted, too.
        until(lambda: all(_SEATED in hand.log() for hand in crew.of("notifier")))
        sleeper = _Sleeper(crew.of("notifier")[0], folder, sink)
        clock.when_settled = sleeper.wake
        drained = _tell_all(days, load)
        with here.reading() as store:
            state = state_of(store)
        log = told(broker.bootstrap, PARTITIONS)
    settled = days.told.settled
    with undisturbed(load, settled, days.end, here.settings) as store:
        peaceful = state_of(store)
    lines = judged(state, peaceful, len(load) + len(settled), log, sink.accepted())
    return [
        Line("times that it slept and woke", f"{sleeper.woken}", sleeper.woken == 1),
        Line("all is worked off in time", str(drained), drained),
        *lines,
    ]


def _tell_all(days: Days, load: Sequence[Given]) -> bool:
    """Tell all days; whether the flow went on to the end."""
    try:
        for number in days.numbers:
            days.tell(number, load)
    except StandsStillError:
        return False
    return True


class _Sleeper:
    """A process with a bed, and the server to which its letters go."""

    def __init__(self, hand: Hand, folder: Path, sink: Sink) -> None:
        self._hand = hand
        self._sink = sink
        self._bed = folder / f"{hand.worker}-{hand.instance}"
        self._bed.touch()
        self.woken = 0

    def wake(self) -> None:
        """All is worked off, by others if it sleeps: let it go on, until it ends or has sent what is sent already."""
        if self.woken or self._bed.exists():
            return
        starts = self._hand.starts
        self._hand.go_on()
        self.woken += 1
        until(lambda: self._hand.starts != starts or self._sink.accepted().total() != len(self._sink.accepted()))
