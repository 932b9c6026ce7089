"""Hearing of the next change of something that is known already.

`waiting` knows how to wait for a row that is not there yet. The next change of a thing is such a row: it has a number,
and the number after it is the one to wait for then. A thing is watched once somebody has asked for its next change; a
change of any other costs one look and writes nothing.
"""

from dataclasses import dataclass
from typing import Final

from services.cash_application.state import waiting
from services.cash_application.state.lane import Lane
from services.cash_application.state.rows import Carried, Kind, key
from services.cash_application.state.waiting import Missing

WATCHED: Final = "watched"
"""By what is watched: the number of its next change."""


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


def of_demands(creditor: str) -> str:
    """What a creditor's policies demand, and which they are."""
    return key("demands", creditor)


def watched(lane: Lane, what: str) -> Missing:
    """The next change of a thing, to be waited for; from now on the thing is watched."""
    number = lane.unit.get(WATCHED, what)
    if number is None:
        lane.unit.put(WATCHED, what, number := b"0")
    return Missing(CHANGES, key(what, number.decode()))


def changed(lane: Lane, what: str) -> None:
    """A thing changed: release who waits for it, if anybody does."""
    number = lane.unit.get(WATCHED, what)
    if number is None:
        return
    at = key(what, number.decode())
    if CHANGES.is_expected(lane.unit, at):
        waiting.arrived(lane, CHANGES, at)
        lane.unit.delete(CHANGES.name, at)
        lane.unit.put(WATCHED, what, b"%d" % (int(number) + 1))
