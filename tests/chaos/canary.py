"""One process of the notifier is paused with granted letters, another takes over, the first one goes on.

With the fence as it is, nobody can tell afterwards. With a broken one `judgement` must: else it could not be trusted.
The mail server takes whatever comes: a letter that it refused the one would be no second one when the other brings it.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from services.commands.playback.play_files import TimedPiece
from tests.chaos.disturbed import Days
from tests.chaos.judgement import Line, judged, state_of, told
from tests.chaos.load import company, given
from tests.chaos.paused_notifier import FENCE, PAUSE_FILES
from tests.chaos.run import PARTITIONS
from tests.chaos.sink import CALM, Sink, serving
from tests.chaos.undisturbed import undisturbed
from tests.kafka.crew import Crew, WorkerProcess
from tests.kafka.drained_clock import NotDrainedError
from tests.kafka.scene import until
from tests.kafka.workplace import SESSION_S, Workplace
from tests.servers.kafka import Kafka
from tests.servers.postgres import Postgres

_SEED: Final = 1
_DAYS: Final = 5
_CAUGHT_UP: Final = "caught-up"


def pause_with_granted_letters(fence: str, folder: Path) -> list[Line]:
    """Play a small load of old debts meanwhile, and judge."""
    load = given(folder, company(_SEED, 4, 10, _DAYS, PARTITIONS, old=1.0))
    sink = Sink(_SEED, CALM)
    with ExitStack() as stack:
        broker = stack.enter_context(Kafka())
        database = stack.enter_context(Postgres())
        port = stack.enter_context(serving(sink))
        mail = {"mode": "live", "host": "127.0.0.1", "port": port, "tls": "none"}
        here = Workplace(broker, database, folder, PARTITIONS, mail)
        environment = {**here.environment, PAUSE_FILES: str(folder), FENCE: fence}
        crew = stack.enter_context(Crew(environment, folder, each=2, program="tests.chaos.paused_notifier"))
        clock = stack.enter_context(here.clock(crew, drains_within_s=5 * SESSION_S))
        days = Days(here, clock, sink, _DAYS)
        # Each has its share of the partitions: what one of them claims it will be granted, too.
        until(lambda: all(_CAUGHT_UP in process.log() for process in crew.of("notifier")))
        paused = _Paused(crew.of("notifier")[0], folder, sink)
        clock.when_settled = paused.resume
        drained = _tell_all(days, load)
        with here.reading() as store:
            state = state_of(store)
        log = told(broker.bootstrap, PARTITIONS)
    settled = days.told.settled
    with undisturbed(load, settled, days.end, here.settings) as store:
        peaceful = state_of(store)
    lines = judged(state, peaceful, len(load) + len(settled), log, sink.accepted())
    return [
        Line("times that it was paused and went on", f"{paused.resumed}", paused.resumed == 1),
        Line("all is worked off in time", str(drained), drained),
        *lines,
    ]


def _tell_all(days: Days, load: Sequence[TimedPiece]) -> bool:
    """Tell all days; whether the flow went on to the end."""
    try:
        for number in days.numbers:
            days.tell(number, load)
    except NotDrainedError:
        return False
    return True


class _Paused:
    """A process that pauses itself, and the mail server that takes its letters."""

    def __init__(self, process: WorkerProcess, folder: Path, sink: Sink) -> None:
        self._process = process
        self._sink = sink
        self._pause_file = folder / f"{process.worker}-{process.instance}"
        self._pause_file.touch()
        self.resumed = 0

    def resume(self) -> None:
        """Once all is worked off, by others while it is paused: let it go on until it ends or sends a letter twice."""
        if self.resumed or self._pause_file.exists():
            return
        starts = self._process.starts
        self._process.go_on()
        self.resumed += 1
        until(lambda: self._process.starts != starts or self._sink.accepted().total() != len(self._sink.accepted()))
