"""Facts and payments that arrived before what they refer to (design.md §3: out of order is normal).

They wait for a row: a creditor, an account, an invoice, a reference, a number, a payment, a change. Facts are kept
whole and applied once the row exists, by time, then id. Payments are kept in any case and are only placed again. The
key of the missing row marks that something waits for it, so a row that nothing waited for costs nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final

from schemas.facts import Fact
from services.cash_application.state.lane import Lane
from services.cash_application.state.row_kind import SEPARATOR, RowKind, key
from services.cash_application.state.rows import RELEASED, WAITING, WANTING

END: Final = "\x1e"
"""Follows the name of a missing row; sorts before ``SEPARATOR``, and no id holds it."""


@dataclass(frozen=True, slots=True)
class Missing:
    """A row that does not exist yet: its kind and its key."""

    kind: RowKind[Any]
    row_key: str

    @property
    def name(self) -> str:
        """The kind's name and the key: different for every row."""
        return self.kind.name + SEPARATOR + self.row_key


def keep_fact(lane: Lane, missing: Missing, fact: Fact, offset: int, raw: bytes) -> str:
    """Keep a fact, and its offset on facts, until the missing row exists; returns the key under which it is kept."""
    return keep_message(lane, missing, f"{sortable(fact.time)}{END}{key(fact.source, fact.id)}", offset, raw)


def keep_message(lane: Lane, missing: Missing, order: str, offset: int, raw: bytes) -> str:
    """Keep any message of facts; those that wait for one row are released in the order of ``order``."""
    missing.kind.expect(lane.unit, missing.row_key)
    row_key = missing.name + END + order
    lane.unit.put(WAITING, row_key, kept_as(offset, raw))
    return row_key


def keep_payment(lane: Lane, missing: Missing, payment_key: str) -> None:
    """Have a payment placed again when the missing row exists."""
    missing.kind.expect(lane.unit, missing.row_key)
    lane.unit.put(WANTING, missing.name + END + payment_key, b"")


def release(lane: Lane, kind: RowKind[Any], row_key: str) -> None:
    """Release all that waits for a row, which is about to be put."""
    if kind.is_expected(lane.unit, row_key):
        lane.unit.put(RELEASED, Missing(kind, row_key).name, sortable(lane.moment).encode())
        lane.has_released = True


def next_released(lane: Lane) -> tuple[str, datetime] | None:
    """The name of a row for which facts or payments may still wait though it exists, and since when it exists."""
    for name, moment in lane.unit.scan(RELEASED):
        return name, datetime.fromisoformat(moment.decode())
    return None


def take_payments(lane: Lane, name: str, most: int) -> Iterator[str]:
    """Up to ``most`` keys of payments that waited for the row of this name; they wait no longer."""
    prefix = name + END
    for row_key, _ in islice(lane.unit.scan(WANTING, prefix), most):
        lane.unit.delete(WANTING, row_key)
        yield row_key.removeprefix(prefix)


def take_facts(lane: Lane, name: str, most: int) -> Iterator[tuple[int, bytes]]:
    """Up to ``most`` messages that waited for the row, in order, each with its offset on facts; they wait no longer."""
    for row_key, stored in islice(lane.unit.scan(WAITING, name + END), most):
        lane.unit.delete(WAITING, row_key)
        yield read_kept(stored)


def end_release(lane: Lane, name: str) -> None:
    """Nothing waits for the row any more."""
    lane.unit.delete(RELEASED, name)


def sortable(instant: datetime) -> str:
    """An instant in UTC, written so that it sorts as text."""
    return instant.isoformat(timespec="microseconds")


def kept_as(offset: int, raw: bytes) -> bytes:
    """What a row holds of a message of facts: its offset there, a line end, and its bytes."""
    return b"%d\n%b" % (offset, raw)


def read_kept(stored: bytes) -> tuple[int, bytes]:
    """The offset and the message that a row holds."""
    offset, _, raw = stored.partition(b"\n")
    return int(offset), raw
