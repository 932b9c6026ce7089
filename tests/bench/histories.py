"""What an event costs when its account is old: accounts of 2, 24 and 60 receivables, as customers grow.

Every debtor is billed once a month and pays each invoice by its reference on its due date. The parts of an event are
timed alone on one account of each age; then whole events end to end, durable, in the last months of each history.
"""

import gc
from collections.abc import Callable, Iterator
from datetime import UTC, date, timedelta
from pathlib import Path
from typing import Final

from schemas.messages import encode
from services.overdue.account import Account, dump_account, load_account
from services.overdue.account_report import account_changed
from services.overdue.decide import decide
from services.overdue.fold import fold
from services.runtime.engine import EmbeddedEngine
from tests.bench.business import CREDITOR, Bill, debtor_id, fed, instant, issued, paid, registered
from tests.bench.deciding import SKEW, Journal, context
from tests.bench.engine_room import publish, reach, running
from tests.bench.measuring import Figure, Stage, Stopwatch, followed

RECEIVABLES: Final = (2, 24, 60)
_FIRST: Final = date(2021, 1, 4)
_MONTH: Final = timedelta(days=28)
_DEBTORS: Final = 120
_BILLING_DAYS: Final = 3
"""On so many days a month invoices are sent; nothing is played on days without events, whose ticks would cost most."""
_MEASURED: Final = 2 * 2 * _BILLING_DAYS
"""Days with events in the last two months."""
_REPEATED: Final = 400
_TICKS: Final = ("07:01", "09:00")


def parts(_folder: Path, scale: float) -> list[Figure]:
    """Each part of an event alone, on one account in memory, and the size of its state row."""
    repeated = max(20, int(_REPEATED * scale))
    return [figure for number in RECEIVABLES for figure in _parts_at(number, repeated)]


def flowing(receivables: int) -> Callable[[Path, float], list[Figure]]:
    """The stage that plays accounts of so many receivables and measures their last month."""

    def measure(folder: Path, scale: float) -> list[Figure]:
        debtors = max(4, int(_DEBTORS * scale))
        with running(folder / f"history-{receivables}.db") as engine:
            publish(engine, [registered(_FIRST)])
            days = list(_days(debtors, receivables))
            for day, news in followed(days[:-_MEASURED], len(days) - _MEASURED, f"{receivables} months"):
                _live_through(engine, day, news)
            with Stopwatch() as watch:
                for day, news in days[-_MEASURED:]:
                    _live_through(engine, day, news)
        events = sum(len(news) for _, news in days[-_MEASURED:])
        return [
            Figure(f"events end to end at {receivables} receivables", events / watch.seconds, "events/s"),
            watch.each(f"  an event at {receivables}, of the processor", events, "event"),
        ]

    return measure


def stages() -> Iterator[Stage]:
    """The parts, then each age end to end."""
    yield Stage("parts of an event", parts)
    for number in RECEIVABLES:
        yield Stage(f"events at {number} receivables", flowing(number))


def _live_through(engine: EmbeddedEngine, day: date, news: list[bytes]) -> None:
    publish(engine, news)
    for clock in _TICKS:
        reach(engine, day, clock)


def _parts_at(receivables: int, repeated: int) -> Iterator[Figure]:
    account = _account(receivables)
    known = context()
    now = instant(_day_of(receivables), "10:00").astimezone(UTC)
    row = dump_account(account)
    decision = decide(account, known, now, SKEW)
    changed = account_changed(account, decision, known, now)
    whole = Stopwatch()
    for name, part in (
        ("load", lambda: load_account(row)),
        ("dump", lambda: dump_account(account)),
        ("decide", lambda: decide(account, known, now, SKEW)),
        ("account-changed", lambda: account_changed(account, decision, known, now)),
        ("encode", lambda: encode(changed)),
    ):
        gc.collect()
        gc.freeze()  # what lies there already is not looked through again and again while a part is timed
        with Stopwatch() as watch:
            for _ in range(repeated):
                part()
        whole.processor_s += watch.processor_s
        yield watch.each(f"{receivables} receivables: {name}", repeated, "event")
    yield whole.each(f"{receivables} receivables: all parts", repeated, "event")
    yield Figure(f"{receivables} receivables: state row", len(row) / 1_000, "KB", better="less")


def _account(receivables: int) -> Account:
    """A customer of so many months, who has paid all invoices but the last."""
    account, journal, known = Account(CREDITOR, debtor_id(1)), Journal(), context()
    *settled, last = _bills(1, receivables)
    for line in [*(line for bill in settled for line in (issued(bill), paid(bill, bill.due))), issued(last)]:
        for message in journal.messages(line):
            fold(account, message, known)
    return account


def _bills(debtor: int, receivables: int) -> Iterator[Bill]:
    for month in range(receivables):
        yield Bill(debtor * 1_000 + month, debtor, _FIRST + month * _MONTH)


def _day_of(receivables: int) -> date:
    """A banking day in the last month of a history."""
    return _FIRST + (receivables - 1) * _MONTH + timedelta(days=1)


def _days(debtors: int, receivables: int) -> list[tuple[date, list[bytes]]]:
    """The days with events, from the first invoices to the last payments; the bank's feed comes with them."""
    news: dict[date, list[bytes]] = {}
    for debtor in range(debtors):
        for bill in _bills(debtor, receivables):
            own = Bill(bill.number, debtor, bill.issued + timedelta(days=debtor % _BILLING_DAYS))
            news.setdefault(own.issued, []).append(issued(own))
            news.setdefault(own.due + timedelta(days=1), []).append(paid(own, own.due))
    return [(day, [*news[day], fed(day)]) for day in sorted(news)]
