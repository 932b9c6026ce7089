"""One run from the first server to the last line of the table."""

import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random
from statistics import median
from typing import Final, NamedTuple

from services.commands.playback.play_files import TimedPiece
from tests.chaos.disturbed import Days, Told
from tests.chaos.faults import Faults, Misfortune, Scene
from tests.chaos.judgement import Line, State, judged, state_of, told
from tests.chaos.load import company, given
from tests.chaos.recoveries import Recoveries
from tests.chaos.sink import MOODY, Sink, serving
from tests.chaos.undisturbed import undisturbed
from tests.kafka.crew import Crew
from tests.kafka.workplace import Workplace
from tests.servers.kafka import Kafka
from tests.servers.postgres import Postgres

PARTITIONS: Final = 4
_PROCESSES: Final = 2
_RECOVERED_WITHIN_S: Final = 8
"""What is aimed at, not asserted: it depends on the machine."""


@dataclass(frozen=True, slots=True)
class Form:
    """How much is told, and how much goes wrong."""

    creditors: int
    debtors: int
    days: int
    faults: Faults


FULL: Final = Form(8, 560, 60, Faults(kills=60, rolls=10, pauses=10, brokers=5, databases=1))
SHORT: Final = Form(4, 60, 24, Faults(kills=5, rolls=1, pauses=2, brokers=1, databases=1))


class _Seen(NamedTuple):
    """What is left of a disturbed run."""

    told: Told
    end: datetime
    struck: Counter[str]
    recovered: list[float]
    state: State
    log: list[int]


def run(form: Form, seed: int, folder: Path) -> list[Line]:
    """Play a form's load among its faults and in peace, and say how they compare."""
    began = time.monotonic()
    load = given(folder, company(seed, form.creditors, form.debtors, form.days, PARTITIONS))
    sink = Sink(seed, MOODY)
    with ExitStack() as stack:
        broker = stack.enter_context(Kafka())
        database = stack.enter_context(Postgres(durable=True))
        port = stack.enter_context(serving(sink))
        mail = {"mode": "live", "host": "127.0.0.1", "port": port, "tls": "none"}
        here = Workplace(broker, database, folder, PARTITIONS, mail)
        seen = _disturbed(here, broker, database, sink, load, form, seed)
        seconds = time.monotonic() - began
    settled = seen.told.settled
    with undisturbed(load, settled, seen.end, here.settings) as store:
        peaceful = state_of(store)
    return [
        *_happened(form, seen, seconds),
        Line("tries refused with 451, connections cut by the sink", f"{sink.refused:,}, {sink.cut:,}"),
        Line("unknown letters, of which the sink had", f"{len(settled):,}, {seen.told.accepted:,}"),
        Line("letters that the sink accepted", f"{len(sink.accepted()):,}", bool(sink.accepted())),
        *judged(seen.state, peaceful, len(load) + len(settled), seen.log, sink.accepted()),
    ]


def _disturbed(
    here: Workplace, broker: Kafka, database: Postgres, sink: Sink, load: Sequence[TimedPiece], form: Form, seed: int
) -> _Seen:
    """Tell the days while faults come; look at everything before the servers that were restarted end."""
    with (
        Crew(here.environment, here.folder, each=_PROCESSES) as crew,
        here.clock(crew) as clock,
        Recoveries(here.settings) as recoveries,
    ):
        days = Days(here, clock, sink, form.days)
        scene = Scene(crew, broker, database, clock, days, recoveries)
        with Misfortune(scene, form.faults, Random(seed)) as misfortune:
            for number in days.numbers:
                days.tell(number, load)
            misfortune.finish()
            clock.settle()
            with here.reading() as store:
                state = state_of(store)
            log = told(broker.bootstrap, PARTITIONS)
            return _Seen(days.told, days.end, misfortune.struck, recoveries.seconds, state, log)


def _happened(form: Form, seen: _Seen, seconds: float) -> list[Line]:
    recovered = seen.recovered
    wanted = form.faults.by_kind()
    return [
        Line("seconds from the first process to the last letter", f"{seconds:.0f}"),
        *(Line(kind, str(seen.struck[kind]), seen.struck[kind] == count) for kind, count in wanted.items()),
        Line(
            f"kill to first new event, median and longest (aim {_RECOVERED_WITHIN_S} s)",
            f"{median(recovered):.1f} s, {max(recovered):.1f} s of {len(recovered)}" if recovered else "none measured",
        ),
    ]
