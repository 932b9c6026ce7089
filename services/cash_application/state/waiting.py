"""Facts and payments that came before what they are about (design.md §3: out of order is normal).

They wait for a row: a creditor, an account, an invoice, a reference, a number, a payment. Facts wait whole and are
applied once it arrives, by time, then id. Payments that are placed already, or are nobody's yet, only want to be looked
at again. That somebody waits is marked in the row's own place, so an arrival that nobody waited for costs nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final

from schemas.facts import Fact
from services.cash_application.state.lane import Lane
from services.cash_application.state.rows import SEPARATOR, Kind, key

_WAITING: Final = "waiting"
_WANTING: Final = "wanting"
_RELEASED: Final = "released"
_END: Final = "\x1e"


@dataclass(frozen=True, slots=True)
class Missing:
    """A row that is not there yet."""

    kind: Kind[Any]
    at: str

    @property
    def name(self) -> str:
        """Tells it from everything else that is waited for."""
        return self.kind.name + SEPARATOR + self.at


def wait(lane: Lane, missing: Missing, fact: Fact, offset: int, raw: bytes) -> None:
    """Keep a fact, and where it lies on facts, until what is missing arrives."""
    keep(lane, missing, f"{_sortable(fact.time)}{_END}{key(fact.source, fact.id)}", offset, raw)


def keep(lane: Lane, missing: Missing, order: str, offset: int, raw: bytes) -> None:
    """Keep any message of facts; those that wait for one thing are released by ``order``."""
    missing.kind.expect(lane.unit, missing.at)
    lane.unit.put(_WAITING, missing.name + _END + order, b"%d\n%b" % (offset, raw))


def want(lane: Lane, missing: Missing, payment_key: str) -> None:
    """Have a payment looked at again when what is missing arrives."""
    missing.kind.expect(lane.unit, missing.at)
    lane.unit.put(_WANTING, missing.name + _END + payment_key, b"")


def arrived(lane: Lane, kind: Kind[Any], at: str) -> None:
    """A row is about to be put: release who waits for it, if anybody does."""
    if kind.is_expected(lane.unit, at):
        lane.unit.put(_RELEASED, Missing(kind, at).name, _sortable(lane.moment).encode())
        lane.has_released = True


def released(lane: Lane) -> tuple[str, datetime] | None:
    """What arrived while somebody may still be waiting for it, by its name, and the instant at which it arrived."""
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
