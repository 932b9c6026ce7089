"""The entries that public events add to an account: one function for each event type."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from schemas import events
from schemas.data import AccountData
from schemas.facts import PERSONS_DOORS
from schemas.invoice_events import InvoiceCancelled, InvoiceCredited, InvoiceIssued, InvoiceRescheduled
from schemas.journal import AccountEvent
from schemas.parsing import public_json
from services.overdue.account import (
    Account,
    CreditNote,
    GrantedCredit,
    PaymentPlan,
    PlanEnd,
    PlanInstalment,
    Receivable,
    Reduction,
    StatedParty,
    Stop,
    StopEnd,
    StopKind,
)
from services.overdue.addresses import AddressReport, postal_line, with_report
from services.overdue.books.invoiced import receivables_of, replace_terms
from services.overdue.creditor_context import CreditorContext
from services.overdue.debtor_party import party_of, with_stated
from services.overdue.due_dates import DueDateChange
from services.overdue.invoice_changes import AddedInvoice, CorrectedAmount
from services.overdue.letter_outcomes import address_of_letter, came_back, letter_of, settled
from services.overdue.task_records import PersonsAnswer


@dataclass(frozen=True, slots=True)
class AppliedEvent:
    """An event about an account; ``day`` is the creditor's local date of the instant at which it is known."""

    account: Account
    event: AccountEvent
    day: date
    context: CreditorContext

    @property
    def known(self) -> datetime:
        """The instant at which it is known, as far as that is fixed."""
        return self.event.known_at

    @property
    def time(self) -> datetime | None:
        """The event's time where it is known earlier (rules.md K1)."""
        return None if self.event.known is None else self.event.time

    def receivables_of(self, invoice: str | None) -> list[Receivable]:
        """The receivables that it concerns: all, when it names no invoice (design.md §4); an invoice's parts (M9)."""
        return list(self.account.receivables.values()) if invoice is None else self.account.named(invoice)


def apply_event(account: Account, event: AccountEvent, context: CreditorContext) -> None:
    """Add an event's entries to its account."""
    applied = AppliedEvent(account, event, context.local(event.known_at).date(), context)
    _HANDLERS[event.event](applied, event.data)


# -- invoices --------------------------------------------------------------------------------------------------


def _issued(applied: AppliedEvent, data: InvoiceIssued) -> None:
    _change_party(applied, data.party.model_dump(exclude_none=True), data.issued)
    account = applied.account
    account.corrections = [each for each in account.corrections if each.id != applied.event.id]
    issued = receivables_of(data, applied.known, account.dues)
    if data.corrects is None:
        account.receivables.update({receivable.invoice: receivable for receivable in issued})
        for receivable in account.named(applied.event.adds_to) if applied.event.adds_to is not None else ():
            receivable.added.append(AddedInvoice(applied.known, applied.event.id, applied.day))
        return
    for receivable, correction in zip(account.named(data.corrects), issued, strict=True):
        amount = CorrectedAmount(
            applied.known,
            applied.event.id,
            correction.amount,
            correction.invoice,
            applied.time,
            correction.discounts,
            applied.day,
        )
        replace_terms(receivable, correction, amount)


def _credited(applied: AppliedEvent, data: InvoiceCredited) -> None:
    named = applied.receivables_of(data.invoice)
    for receivable in named:
        receivable.credit_notes.append(
            CreditNote(applied.known, applied.event.id, data.issued, applied.day, data.amount, len(named) > 1)
        )


def _cancelled(applied: AppliedEvent, data: InvoiceCancelled) -> None:
    for receivable in applied.receivables_of(data.invoice):
        receivable.cancelled = min(receivable.cancelled or applied.day, applied.day)


def _rescheduled(applied: AppliedEvent, data: InvoiceRescheduled) -> None:
    due = DueDateChange(applied.known, applied.event.id, data.due, False, applied.time)
    for receivable in applied.receivables_of(data.invoice):
        receivable.dues.append(due)


def _extended(applied: AppliedEvent, data: events.ExtensionGranted) -> None:
    """More time for a receivable, or for all that are known by then, even when they arrive later (design.md §3)."""
    due = DueDateChange(applied.known, applied.event.id, data.until, True, applied.time)
    if data.invoice is None:
        applied.account.dues.append(due)
    for receivable in applied.receivables_of(data.invoice):
        if data.invoice is not None or receivable.known <= due.known:
            receivable.dues.append(due)


def _fee_waived(applied: AppliedEvent, data: events.FeeWaived) -> None:
    _reduce(applied, data.invoice, data.amount, "costs")


def _written_off(applied: AppliedEvent, data: events.ReceivableWrittenOff) -> None:
    _reduce(applied, data.invoice, data.amount, "receivable")


def _reduce(applied: AppliedEvent, invoice: str, amount: int | None, of: Literal["costs", "receivable"]) -> None:
    named = applied.receivables_of(invoice)
    for receivable in named:
        receivable.reductions.append(
            Reduction(applied.known, applied.event.id, applied.day, amount, of, len(named) > 1)
        )


def _granted(applied: AppliedEvent, data: events.CreditGranted) -> None:
    credit = GrantedCredit(applied.known, applied.event.id, applied.day, data.credit, data.amount, data.currency)
    applied.account.credits.append(credit)


def _acknowledged(applied: AppliedEvent, data: events.DebtAcknowledged) -> None:
    if data.invoice is None:
        applied.account.acknowledged.append(applied.day)
    else:
        for receivable in applied.receivables_of(data.invoice):
            receivable.acknowledged.append(applied.day)


# -- the debtor ------------------------------------------------------------------------------------------------


def _updated(applied: AppliedEvent, data: events.DebtorUpdated) -> None:
    changed = data.party.model_dump(exclude_none=True)
    _change_party(applied, changed, None)
    if applied.event.door in PERSONS_DOORS and applied.account.party is not None:
        right = (changed.get("email"), postal_line(applied.account.party) if "address" in changed else None)
        for address in filter(None, right):
            _report_address(applied, address, wrong=False)


def _cleared(applied: AppliedEvent, data: events.AddressCleared) -> None:
    _report_address(applied, data.email, wrong=False)


def _report_address(applied: AppliedEvent, address: str, *, wrong: bool) -> None:
    report = AddressReport(applied.known, applied.event.id, address, wrong, applied.time)
    applied.account.addresses = with_report(applied.account.addresses, report)


def _change_party(applied: AppliedEvent, changed: dict[str, Any], issued: date | None) -> None:
    account, event = applied.account, applied.event
    stated = StatedParty(event.known_at, event.time, event.id, issued, changed)
    account.stated_parties = with_stated(account.stated_parties, stated)
    account.party = party_of(account.stated_parties, applied.context)


# -- stops and plans -------------------------------------------------------------------------------------------


def _begins(kind: StopKind) -> Callable[[AppliedEvent, Any], None]:
    def begin(applied: AppliedEvent, data: Any) -> None:
        until, amount, reason = (getattr(data, name, None) for name in ("until", "amount", "reason"))
        stop = Stop(
            kind,
            data.invoice,
            applied.known,
            applied.event.id,
            applied.day,
            until,
            amount,
            applied.time,
            reason,
        )
        applied.account.stops.append(stop)

    return begin


def _ends(kind: StopKind) -> Callable[[AppliedEvent, Any], None]:
    def end(applied: AppliedEvent, data: Any) -> None:
        upheld = getattr(data, "outcome", None) == "upheld"
        applied.account.stop_ends.append(
            StopEnd(
                kind,
                data.invoice,
                applied.known,
                applied.event.id,
                applied.day,
                upheld,
                applied.time,
            )
        )

    return end


def _plan_agreed(applied: AppliedEvent, data: events.PlanAgreed) -> None:
    parts = [PlanInstalment(part.due, part.amount) for part in data.instalments]
    applied.account.plans.append(
        PaymentPlan(
            applied.event.id,
            applied.known,
            applied.day,
            _each_named(applied, data.invoices),
            parts,
            time=applied.time,
        )
    )


def _plan_ended(applied: AppliedEvent, data: events.PlanEnded) -> None:
    invoices = _each_named(applied, data.invoices)
    applied.account.plan_ends.append(PlanEnd(applied.known, applied.event.id, invoices, applied.time))


def _each_named(applied: AppliedEvent, invoices: Sequence[str]) -> list[str]:
    """The receivables that the invoices mean, each once: of an invoice in parts all of them (rules.md M9)."""
    return list(dict.fromkeys(each.invoice for invoice in invoices for each in applied.account.named(invoice)))


# -- steps and tasks -------------------------------------------------------------------------------------------


def _approved(applied: AppliedEvent, data: events.StepApproved) -> None:
    _keep_answer(applied, data, data.invoice, data.step)


def _task_done(applied: AppliedEvent, data: events.TaskDone) -> None:
    _keep_answer(applied, data, data.invoice, data.task)


def _keep_answer(applied: AppliedEvent, data: AccountData, invoice: str | None, name: str) -> None:
    """What a person says about a step or a task is judged at the next frontier (see `answers`)."""
    event, said = applied.event, json.dumps(public_json(data), ensure_ascii=False)
    answer = PersonsAnswer(event.event, applied.known, event.id, applied.day, invoice, name, said, applied.time)
    applied.account.answers.append(answer)


def _correction_settled(applied: AppliedEvent, data: events.CorrectionSettled) -> None:
    """Changes nothing: the invoice that corrects comes behind it (rules.md M10)."""


def _settled(applied: AppliedEvent, data: events.NoticeSettled) -> None:
    """Closes nothing: only the notifier closes a notice (design.md §7.3), to which the worker passes it on."""
    settled(applied.account, data)
    _keep_wrong_notice(applied, data)
    if data.outcome == "failed" and data.address_is_wrong:
        _flag_address_of(applied, data.notice)


def _came_back(applied: AppliedEvent, data: events.NoticeCameBack) -> None:
    came_back(applied.account, data, applied.day)
    _keep_wrong_notice(applied, data)
    if data.address_is_wrong:
        _flag_address_of(applied, data.notice)


def _keep_wrong_notice(applied: AppliedEvent, data: events.NoticeSettled | events.NoticeCameBack) -> None:
    """A letter that the debtor never had: it is said at the next frontier (see `answers`)."""
    if letter_of(applied.account, data.notice) is None:
        _keep_answer(applied, data, None, data.notice)


def _flag_address_of(applied: AppliedEvent, notice: str) -> None:
    address = address_of_letter(applied.account, notice)
    if address is not None:
        _report_address(applied, address, wrong=True)


_HANDLERS: dict[str, Callable[[AppliedEvent, Any], None]] = {
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
    "credit.granted.v1": _granted,
    "step.approved.v1": _approved,
    "task.done.v1": _task_done,
    "notice.settled.v1": _settled,
    "notice.came-back.v1": _came_back,
    "address.cleared.v1": _cleared,
    "correction.settled.v1": _correction_settled,
}
