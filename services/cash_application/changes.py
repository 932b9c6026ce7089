"""Hearing of the next change of something that is known already.

`waiting` knows how to wait for a row that is not there yet. The next change of a thing is such a row: it has a number,
and the number after it is the one to wait for then. A change that nobody waits for costs one look and writes nothing.
"""

from dataclasses import dataclass
from typing import Final

from services.cash_application import waiting
from services.cash_application.lane import Lane
from services.cash_application.rows import Carried, Kind, key
from services.cash_application.waiting import Missing

COUNTS: Final = "change-count"


@dataclass(slots=True)
class Change:
    """The row of a change: that it came says all."""


CHANGES: Final = Kind("change", Change)
"""By what changes, and the number of the change."""


def of_hint(creditor: str, hint: str) -> str:
    """To whom a payer's name or IBAN points."""
    return key("hint", creditor, hint)


def of_invoices(creditor: str, debtor: str) -> str:
    """Which invoices a debtor has."""
    return key("invoices", creditor, debtor)


def of_carriers(kind: Kind[Carried], at: str) -> str:
    """Which invoices carry a reference or a number that one carries already."""
    return key("carriers", kind.name, at)


def of_policy(policy: str) -> str:
    """Which versions a policy has."""
    return key("policy", policy)


def of_creditor(creditor: str) -> str:
    """What a creditor's registration says."""
    return key("creditor", creditor)


def next_change(lane: Lane, what: str) -> Missing:
    """The next change of a thing, to be waited for."""
    return Missing(CHANGES, key(what, str(_heard(lane, what))))


def changed(lane: Lane, what: str) -> None:
    """A thing changed: release who waits for it, if anybody does."""
    heard = _heard(lane, what)
    at = key(what, str(heard))
    if CHANGES.is_expected(lane.unit, at):
        waiting.arrived(lane, CHANGES, at)
        lane.unit.delete(CHANGES.name, at)
        lane.unit.put(COUNTS, what, b"%d" % (heard + 1))


def _heard(lane: Lane, what: str) -> int:
    """How many changes of it were waited for and came."""
    stored = lane.unit.get(COUNTS, what)
    return 0 if stored is None else int(stored)
