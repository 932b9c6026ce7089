"""Facts and payments that came before what they are about (design.md §3: out of order is normal).

``what`` names the thing that is waited for. Facts wait whole and are applied once it arrives, by time, then id.
Payments that are placed already, or are nobody's yet, only want to be looked at again. Whether anybody waits is one row
to look up, so an arrival that nobody waited for costs next to nothing.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Final

from schemas.facts import Fact
from services.cash_application.lane import Lane
from services.cash_application.rows import key

AWAITED: Final = "awaited"
_WAITING: Final = "waiting"
_WANTING: Final = "wanting"
_RELEASED: Final = "released"
_END: Final = "\x1e"


def creditor(creditor: str) -> str:
    """A creditor's registration."""
    return key("creditor", creditor)


def account(creditor: str, debtor: str) -> str:
    """A debtor's first invoice."""
    return key("account", creditor, debtor)


def invoice(creditor: str, invoice: str) -> str:
    """An invoice."""
    return key("invoice", creditor, invoice)


def reference(creditor: str, reference: str) -> str:
    """An invoice that carries a reference."""
    return key("reference", creditor, reference)


def number(creditor: str, number: int) -> str:
    """An account with a number."""
    return key("number", creditor, str(number))


def payment(account: str, payment: str) -> str:
    """A payment."""
    return key("payment", account, payment)


def wait(lane: Lane, what: str, fact: Fact, offset: int, raw: bytes) -> None:
    """Keep a fact, and where it lies on facts, until ``what`` arrives."""
    keep(lane, what, f"{_sortable(fact.time)}{_END}{key(fact.source, fact.id)}", offset, raw)


def keep(lane: Lane, what: str, order: str, offset: int, raw: bytes) -> None:
    """Keep any message of facts until ``what`` arrives; those that wait for one thing are released by ``order``."""
    lane.unit.put(AWAITED, what, b"")
    lane.unit.put(_WAITING, what + _END + order, b"%d\n%b" % (offset, raw))


def want(lane: Lane, what: str, payment_key: str) -> None:
    """Have a payment looked at again when ``what`` arrives."""
    lane.unit.put(AWAITED, what, b"")
    lane.unit.put(_WANTING, what + _END + payment_key, b"")


def arrived(lane: Lane, what: str) -> None:
    """Release who waits for it, if anybody does."""
    if lane.unit.get(AWAITED, what) is not None:
        lane.unit.delete(AWAITED, what)
        lane.unit.put(_RELEASED, what, _sortable(lane.moment).encode())
        lane.has_work = True


def released(lane: Lane) -> tuple[str, datetime] | None:
    """What arrived and still has somebody waiting for it, and the instant at which it arrived."""
    for what, moment in lane.unit.scan(_RELEASED):
        return what, datetime.fromisoformat(moment.decode())
    return None


def take_payments(lane: Lane, what: str, most: int) -> Iterator[str]:
    """Up to ``most`` payments that wanted it; each wants it no longer."""
    prefix = what + _END
    for at, _ in islice(lane.unit.scan(_WANTING, prefix), most):
        lane.unit.delete(_WANTING, at)
        yield at.removeprefix(prefix)


def take_facts(lane: Lane, what: str, most: int) -> Iterator[tuple[int, bytes]]:
    """Up to ``most`` messages that waited for it, in order, each with its offset on facts; they wait no longer."""
    for at, kept in islice(lane.unit.scan(_WAITING, what + _END), most):
        lane.unit.delete(_WAITING, at)
        offset, _, raw = kept.partition(b"\n")
        yield int(offset), raw


def done(lane: Lane, what: str) -> None:
    """Nobody waits for it any more."""
    lane.unit.delete(_RELEASED, what)


def _sortable(instant: datetime) -> str:
    """Instants in UTC written so that they sort as text."""
    return instant.isoformat(timespec="microseconds")
