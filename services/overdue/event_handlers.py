"""What a public event adds to the account's entries: one function an event type."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from schemas import events
from schemas.journal import AccountEvent
from schemas.parties import Party
from services.law.percent import rate_of
from services.overdue.account import (
    Account,
    CreditNote,
    Due,
    Instalment,
    Plan,
    PlanEnd,
    Receivable,
    Reduction,
    StepDone,
    Stop,
    StopEnd,
    StopKind,
)
from services.overdue.creditor_context import CreditorContext
from services.overdue.steps.step_progress import call_task, position


@dataclass(frozen=True, slots=True)
class Told:
    """An event told of an account; ``day`` is the creditor's local date of its time."""

    account: Account
    event: AccountEvent
    day: date
    terms: CreditorContext

    def spoken_of(self, invoice: str | None) -> list[Receivable]:
        """The receivables it speaks of: all, when it names no invoice (design.md §4)."""
        receivables = self.account.receivables
        return list(receivables.values()) if invoice is None else [receivables[invoice]]


def tell(account: Account, event: AccountEvent, terms: CreditorContext) -> None:
    """Write what the event says into the account."""
    told = Told(account, event, terms.local(event.time).date(), terms)
    _TELLS[event.event](told, event.data)


# -- invoices --------------------------------------------------------------------------------------------------


def _issued(told: Told, data: events.InvoiceIssued) -> None:
    _change_party(told, data.party.model_dump(exclude_none=True))
    known = told.event.time
    told.account.receivables[data.invoice] = Receivable(
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
        dues=[due for due in told.account.dues if due.known >= known],
        done=[StepDone(taken.step, taken.sent, known, taken.response_by, taken.fee, True) for taken in data.taken],
    )


def _credited(told: Told, data: events.InvoiceCredited) -> None:
    note = CreditNote(told.event.time, told.event.id, data.issued, told.day, data.amount)
    told.account.receivables[data.invoice].credit_notes.append(note)


def _cancelled(told: Told, data: events.InvoiceCancelled) -> None:
    told.account.receivables[data.invoice].cancelled = told.day


def _rescheduled(told: Told, data: events.InvoiceRescheduled) -> None:
    due = Due(told.event.time, told.event.id, data.due, extension=False)
    told.account.receivables[data.invoice].dues.append(due)


def _extended(told: Told, data: events.ExtensionGranted) -> None:
    """More time for a receivable, or for all that are known by then, even when they arrive later (design.md §3)."""
    due = Due(told.event.time, told.event.id, data.until, extension=True)
    if data.invoice is None:
        told.account.dues.append(due)
    for receivable in told.spoken_of(data.invoice):
        if data.invoice is not None or receivable.known <= due.known:
            receivable.dues.append(due)


def _fee_waived(told: Told, data: events.FeeWaived) -> None:
    cut = Reduction(told.event.time, told.event.id, told.day, data.amount, "costs")
    told.account.receivables[data.invoice].reductions.append(cut)


def _written_off(told: Told, data: events.ReceivableWrittenOff) -> None:
    cut = Reduction(told.event.time, told.event.id, told.day, data.amount, "receivable")
    told.account.receivables[data.invoice].reductions.append(cut)


def _acknowledged(told: Told, data: events.DebtAcknowledged) -> None:
    whose = told.account if data.invoice is None else told.account.receivables[data.invoice]
    whose.acknowledged.append(told.day)


# -- the debtor ------------------------------------------------------------------------------------------------


def _updated(told: Told, data: events.DebtorUpdated) -> None:
    _change_party(told, data.party.model_dump(exclude_none=True))


def _change_party(told: Told, said: dict[str, Any]) -> None:
    """What was told later replaces what was told before, by the events' times, then ids (design.md §3)."""
    account, event = told.account, told.event
    changes = sorted([*account.party_changes, (event.time, event.id, said)], key=lambda change: change[:2])
    account.party_changes = [
        change for index, change in enumerate(changes) if index == 0 or change[2] != changes[index - 1][2]
    ]
    merged: dict[str, Any] = {}
    for _, _, change in account.party_changes:
        merged.update(change)
    account.party = Party.model_validate(merged)


# -- stops and plans -------------------------------------------------------------------------------------------


def _begins(kind: StopKind) -> Callable[[Told, Any], None]:
    def begin(told: Told, data: Any) -> None:
        until, amount = getattr(data, "until", None), getattr(data, "amount", None)
        stop = Stop(kind, data.invoice, told.event.time, told.event.id, told.day, until, amount)
        told.account.stops.append(stop)

    return begin


def _ends(kind: StopKind) -> Callable[[Told, Any], None]:
    def end(told: Told, data: Any) -> None:
        upheld = getattr(data, "outcome", None) == "upheld"
        told.account.stop_ends.append(StopEnd(kind, data.invoice, told.event.time, told.event.id, told.day, upheld))

    return end


def _plan_agreed(told: Told, data: events.PlanAgreed) -> None:
    parts = [Instalment(part.due, part.amount) for part in data.instalments]
    told.account.plans.append(Plan(told.event.id, told.event.time, told.day, list(data.invoices), parts))


def _plan_ended(told: Told, data: events.PlanEnded) -> None:
    told.account.plan_ends.append(PlanEnd(told.event.time, told.event.id, list(data.invoices)))


# -- people's work ---------------------------------------------------------------------------------------------


def _approved(told: Told, data: events.StepApproved) -> None:
    told.account.receivables[data.invoice].approved.append(data.step)


def _task_done(told: Told, data: events.TaskDone) -> None:
    """A call that was made moves its step; other tasks change nothing of the account (rules.md S7)."""
    policy = told.terms.policy_on(told.account.kind, told.day)
    if policy is None:
        return
    for receivable in told.spoken_of(data.invoice):
        step = position(told.account, receivable, policy, told.terms).next_step(policy)
        if step is None or data.task not in (step.name, "call"):
            continue
        if call_task(receivable.invoice, step.name) in told.account.tasks:
            receivable.done.append(StepDone(step.name, told.day, told.event.time, None, 0, False))


def _settled(told: Told, data: events.NoticeSettled) -> None:
    """Nothing: only the notifier closes a notice (design.md §7.3); the worker passes a person's word on to it."""


_TELLS: dict[str, Callable[[Told, Any], None]] = {
    "invoice.issued.v1": _issued,
    "invoice.credited.v1": _credited,
    "invoice.cancelled.v1": _cancelled,
    "invoice.rescheduled.v1": _rescheduled,
    "dispute.raised.v1": _begins("dispute"),
    "dispute.settled.v1": _ends("dispute"),
    "hold.placed.v1": _begins("hold"),
    "hold.lifted.v1": _ends("hold"),
    "suspension.requested.v1": _begins("suspension"),
    "suspension.ended.v1": _ends("suspension"),
    "promise.made.v1": _begins("promise"),
    "extension.granted.v1": _extended,
    "plan.agreed.v1": _plan_agreed,
    "plan.ended.v1": _plan_ended,
    "debt.acknowledged.v1": _acknowledged,
    "debtor.updated.v1": _updated,
    "fee.waived.v1": _fee_waived,
    "receivable.written-off.v1": _written_off,
    "step.approved.v1": _approved,
    "task.done.v1": _task_done,
    "notice.settled.v1": _settled,
}
