"""Minutes with the mail server down: ``python -m tests.bench.soak --minutes 10``.

All workers run on Kafka and PostgreSQL. Letters are due and the server refuses every connection, while invoices keep
coming and time goes on, half a minute each second. Printed: what each process holds in memory, what is left to do. Then
the server comes up, and all that waited must be worked off and sent: else the status is 1.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple

import psutil

from schemas.topics import INVOICES, PAYMENTS, SETTINGS
from services.pipeline import READS
from services.runtime.kafka.broker.end_offsets import EndOffsets
from services.runtime.telemetry.consumer_lag import partition_lags
from tests.bench.business import CREDITOR, IBAN, TERM, Bill, fed, instant, issued, registered
from tests.bench.kafka.topics_seen import TopicsSeen
from tests.bench.mail_sink import mail_sink
from tests.kafka.crew import WORKERS, Crew
from tests.kafka.drained_clock import DrainedClock
from tests.kafka.workplace import Workplace
from tests.servers.kafka import Kafka
from tests.servers.ports import free_port
from tests.servers.postgres import Postgres

_PARTITIONS: Final = 4
_TODAY: Final = date(2026, 3, 18)
_LETTERS: Final = 500
_A_SECOND: Final = 10
"""Invoices that come each second, of debtors nobody knew."""
_STEP: Final = timedelta(seconds=30)
_LOOKS_APART_S: Final = 30
_RECOVERS_WITHIN_S: Final = 300
_MB: Final = 1_000_000


class Look(NamedTuple):
    """What was seen at a second since the beginning: MB by worker, records behind, letters accepted."""

    at_s: float
    held_mb: tuple[float, ...]
    behind: int
    accepted: int

    def line(self) -> str:
        """One row of the table."""
        held = "".join(f"{each:>18.1f}" for each in self.held_mb)
        return f"{self.at_s:>6.0f}{held}{self.behind:>10}{self.accepted:>10}"


class _Soak:
    def __init__(self, place: Workplace, seen: TopicsSeen, crew: Crew, clock: DrainedClock) -> None:
        self._place = place
        self._seen = seen
        self._crew = crew
        self._clock = clock
        self._ends = EndOffsets(place.settings.kafka, _PARTITIONS)
        self._now = instant(_TODAY, "07:01")
        self._bills = _bills()
        self._began = time.monotonic()

    def prepare(self) -> None:
        """Letters are due: told, and the window opens."""
        late = _TODAY - timedelta(days=20) - TERM
        self._seen.publish(SETTINGS.name, [(CREDITOR, registered(late))])
        self._seen.publish(INVOICES.name, [(CREDITOR, issued(Bill(n, n, late))) for n in range(_LETTERS)])
        self._seen.publish(PAYMENTS.name, [(IBAN, fed(_TODAY))])
        self._clock.tick(self._now)
        self._clock.settle()
        self._now = instant(_TODAY, "09:00")

    def go_on(self, seconds: float) -> Iterator[Look]:
        """Second by second; a look now and then."""
        until, next_look = time.monotonic() + seconds, 0.0
        while time.monotonic() < until:
            bills = [next(self._bills) for _ in range(_A_SECOND)]
            self._seen.publish(INVOICES.name, [(CREDITOR, issued(bill)) for bill in bills])
            self._tick()
            if time.monotonic() >= next_look:
                next_look = time.monotonic() + _LOOKS_APART_S
                yield self.look()

    def recover(self) -> float | None:
        """Time goes on until all letters are accepted and nothing is left to do: seconds; None when it is not so."""
        began = time.monotonic()
        while time.monotonic() < began + _RECOVERS_WITHIN_S:
            self._tick()
            look = self.look()
            if look.accepted == _LETTERS:
                self._clock.settle()
                return time.monotonic() - began
        return None

    def look(self) -> Look:
        """What there is to see now."""
        with self._place.reading() as store:
            behind = sum(place.lag for place in partition_lags(store, READS, self._ends.fetch()))
            accepted = store.tables.query("SELECT count(*) AS n FROM notice WHERE status = 'accepted'")[0]["n"]
        assert isinstance(accepted, int), "a count is a number"
        held = (self._crew.of(worker)[0].popen.pid for worker in WORKERS)
        held_mb = tuple(psutil.Process(pid).memory_info().rss / _MB for pid in held)
        return Look(time.monotonic() - self._began, held_mb, behind, accepted)

    def close(self) -> None:
        self._ends.close()

    def _tick(self) -> None:
        self._now += _STEP
        self._clock.tick(self._now)
        time.sleep(1)


def _bills() -> Iterator[Bill]:
    number = 100_000
    while True:
        yield Bill(number, number, _TODAY)
        number += 1


def soak(minutes: float) -> int:
    """Print the table and what came of it; 1 when what waited was not worked off."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="erapaiva-soak-")))
        broker, port = stack.enter_context(Kafka()), free_port()
        database = stack.enter_context(Postgres(durable=True))
        mail = {"mode": "live", "host": "127.0.0.1", "port": port, "tls": "none"}
        place = Workplace(broker, database, folder, _PARTITIONS, mail)
        seen = TopicsSeen(broker.bootstrap, _PARTITIONS)
        stack.callback(seen.close)
        crew = stack.enter_context(Crew(place.environment, folder))
        soak = _Soak(place, seen, crew, stack.enter_context(place.clock(crew)))
        stack.callback(soak.close)
        soak.prepare()
        print(f"{'s':>6}{''.join(f'{worker:>15} MB' for worker in WORKERS)}{'behind':>10}{'accepted':>10}")
        looks = []
        for look in soak.go_on(minutes * 60):
            print(look.line(), flush=True)
            looks.append(look)
        with mail_sink(port) as sink:
            recovered_s = soak.recover()
            print(soak.look().line())
            mails = sink.stop()
    return _said(looks, recovered_s, mails)


def _said(looks: list[Look], recovered_s: float | None, mails: int) -> int:
    """Growth from the second quarter to the last one: what is loaded and filled at first is no leak."""
    quarter = max(1, len(looks) // 4)
    for number, worker in enumerate(WORKERS):
        early, late = (
            median(look.held_mb[number] for look in part)
            for part in (looks[quarter : 2 * quarter] or looks, looks[-quarter:])
        )
        print(f"{worker}: {early:.1f} MB, later {late:.1f} MB ({(late / early - 1) * 100:+.1f} %)")
    if recovered_s is None or mails != _LETTERS:
        print(f"{mails} of {_LETTERS} mails; not all was worked off within {_RECOVERS_WITHIN_S} s")
        return 1
    print(f"the mail server back: {mails} mails sent, nothing left to do after {recovered_s:.0f} s")
    return 0


def main() -> int:
    """As the command line says."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10, help="how long the mail server is down")
    return soak(parser.parse_args().minutes)


if __name__ == "__main__":
    sys.exit(main())
