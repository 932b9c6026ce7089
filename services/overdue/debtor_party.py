"""The debtor's own data, merged from what invoices and updates say about them (rules.md M10, K1).

Field by field: an update replaces all that was known before it. An invoice's party replaces what came from invoices
issued earlier and from updates older than the day on which the invoice was issued, so an invoice that is told late does
not bring an older address back.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from schemas.parties import Party
from services.overdue.account import StatedParty
from services.overdue.creditor_context import CreditorContext
from services.overdue.known_order import KnownOrder, known_order

_Issued = tuple[date, KnownOrder]


def with_stated(stated: Sequence[StatedParty], further: StatedParty) -> list[StatedParty]:
    """The statements with one more, without those that another one with the same fields replaces in any case."""
    ordered = sorted([*stated, further], key=_by_issue)
    return [
        each
        for each, following in zip(ordered, [*ordered[1:], None], strict=True)
        if following is None or not _always_replaces(following, each)
    ]


def party_of(stated: Sequence[StatedParty], context: CreditorContext) -> Party:
    """The debtor as all statements together describe them; at least one is an invoice's, which is complete."""
    fields = dict.fromkeys(name for each in stated for name in each.fields)
    return Party.model_validate({name: _latest(name, stated, context) for name in fields})


def _latest(name: str, stated: Sequence[StatedParty], context: CreditorContext) -> Any:
    """A field's value: of the invoice issued last, unless an update that was known later or as late says otherwise."""
    saying = [each for each in stated if name in each.fields]
    update = max((each for each in saying if each.issued is None), key=known_order, default=None)
    invoices = [each for each in saying if each.issued is not None and _replaces(each, update, context)]
    winner = max(invoices, key=_by_issue, default=update)
    assert winner is not None, "some statement has the field"
    return winner.fields[name]


def _replaces(invoice: StatedParty, update: StatedParty | None, context: CreditorContext) -> bool:
    if update is None:
        return True
    assert invoice.issued is not None, "an invoice has a day of issue"
    was_issued_since = invoice.issued >= context.local(update.known).date()
    return was_issued_since and known_order(invoice) > known_order(update)


def _always_replaces(later: StatedParty, earlier: StatedParty) -> bool:
    same = later.fields == earlier.fields and (later.issued is None) == (earlier.issued is None)
    return same and known_order(later) > known_order(earlier)


def _by_issue(stated: StatedParty) -> _Issued:
    return stated.issued or date.min, known_order(stated)
