"""The receivables that an invoice begins, one or one for each of its parts, or changes (rules.md M9, M10, S3)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from schemas.invoice_events import InvoiceIssued, InvoicePart, part_number
from services.law.percent import rate_of
from services.overdue.account import Receivable, StepDone
from services.overdue.due_dates import DueDateChange
from services.overdue.invoice_changes import CorrectedAmount, OfferedDiscount
from services.overdue.known_order import known_order


def receivables_of(data: InvoiceIssued, known: datetime, dues: Sequence[DueDateChange]) -> list[Receivable]:
    """The receivables of an invoice that became ``known`` then; ``dues`` are the account's extensions."""
    whole = Receivable(
        invoice=data.invoice,
        reference=data.reference,
        currency=data.currency,
        amount=data.amount,
        issued=data.issued,
        sent=data.sent or data.issued,
        due=data.due,
        due_agreed=data.due_agreed,
        interest_stated=bool(data.interest_stated),
        late_interest=None if data.late_interest is None else rate_of(data.late_interest),
        subject=data.subject,
        known=known,
        dues=[due for due in dues if due.known >= known],
        done=[
            StepDone(taken.step, taken.sent, known, taken.response_by, taken.fee, True, kind=data.party.kind)
            for taken in data.taken
        ],
        discounts=[OfferedDiscount(discount.through, discount.amount) for discount in data.discounts],
    )
    if not data.parts:
        return [whole]
    return [_part_of(whole, data.parts, number) for number in range(1, len(data.parts) + 1)]


def replace_terms(receivable: Receivable, correction: Receivable, amount: CorrectedAmount) -> None:
    """Give a receivable the terms of the one that corrects it; payments, steps and claims stay (rules.md M10).

    A due date other than the one printed before counts as a reschedule (M7). Of several corrections the one known last
    holds.
    """
    receivable.corrected.append(amount)
    receivable.dues.append(DueDateChange(amount.known, amount.id, correction.due, False, amount.time, printed=True))
    if amount is max(receivable.corrected, key=known_order):
        receivable.reference, receivable.subject = correction.reference, correction.subject
        receivable.issued, receivable.sent = correction.issued, correction.sent
        receivable.due_agreed, receivable.interest_stated = correction.due_agreed, correction.interest_stated
        receivable.late_interest = correction.late_interest


def _part_of(whole: Receivable, parts: Sequence[InvoicePart], number: int) -> Receivable:
    part = parts[number - 1]
    return replace(
        whole,
        invoice=part_number(whole.invoice, number),
        reference=part.reference or whole.reference,
        amount=part.amount,
        due=part.due,
        dues=[*whole.dues],
        credit_notes=[],
        reductions=[],
        acknowledged=[],
        approved=[],
        done=_taken_of_part(whole.done, parts, number),
        reversals=[],
        corrected=[],
        added=[],
        whole=whole.invoice,
        part=number,
    )


def _taken_of_part(taken: list[StepDone], parts: Sequence[InvoicePart], number: int) -> list[StepDone]:
    """The steps that an invoice took before Eräpäivä, as its part ``number`` took them.

    A step is that of the parts which were due before it, else of the earliest; only that one bears its fee.
    """
    earliest = min(range(len(parts)), key=lambda index: (parts[index].due, index)) + 1
    return [
        done if number == earliest else replace(done, fee=0)
        for done in taken
        if number == earliest or parts[number - 1].due < done.day
    ]
