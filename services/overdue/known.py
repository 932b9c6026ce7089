"""Entries of an account whose event lies ahead get the instant at which it is known (rules.md K1).

What is derived of that instant goes with it: the local day for which an entry counts is never after it. Entries keep
their event's own time, which settles what replaces what among those that became known together.
"""

from collections.abc import Iterator
from datetime import date

from schemas.journal import KnownFixed
from services.overdue.account import (
    Account,
    CreditNote,
    GrantedCredit,
    PaymentPlan,
    PlanEnd,
    Receivable,
    ReceivedMoney,
    Reduction,
    Refund,
    StatedParty,
    Stop,
    StopEnd,
)
from services.overdue.addresses import AddressReport
from services.overdue.creditor_context import CreditorContext
from services.overdue.debtor_party import party_of
from services.overdue.due_dates import DueDateChange
from services.overdue.invoice_changes import AddedInvoice, CorrectedAmount
from services.overdue.task_records import PersonsAnswer
from services.overdue.undone_money import UndoneMoney

IdentifiedEntry = (
    AddedInvoice
    | AddressReport
    | CorrectedAmount
    | CreditNote
    | DueDateChange
    | GrantedCredit
    | PaymentPlan
    | PersonsAnswer
    | PlanEnd
    | ReceivedMoney
    | Reduction
    | Refund
    | StatedParty
    | Stop
    | StopEnd
    | UndoneMoney
)
"""An entry that keeps the id of its event."""


def fix_known(account: Account, fixed: KnownFixed, context: CreditorContext) -> None:
    """Date all that an event changed by the instant at which it is known."""
    day = context.local(fixed.known).date()
    for entry in _entries(account):
        if entry.id == fixed.id and entry.known == fixed.time:
            _fix_entry(entry, fixed, day)
    for money in account.moneys if fixed.event == "payment.assigned.v1" else ():
        if money.assigned == fixed.time:
            money.assigned = fixed.known
    for receivable in _receivables(account, fixed):
        _fix_receivable(receivable, fixed)
        _fix_days(receivable, fixed, context)
    if fixed.event == "debt.acknowledged.v1" and fixed.invoice is None:
        _lower(account.acknowledged, fixed, context)
    _spread_extensions(account)
    if account.stated_parties:
        account.party = party_of(account.stated_parties, context)


def _entries(account: Account) -> Iterator[IdentifiedEntry]:
    yield from account.dues
    yield from account.credits
    yield from account.stops
    yield from account.stop_ends
    yield from account.plans
    yield from account.plan_ends
    yield from account.stated_parties
    yield from account.undone
    yield from account.answers
    yield from account.addresses
    for money in account.moneys:
        yield money
        yield from money.refunds
    for receivable in account.receivables.values():
        yield from receivable.dues
        yield from receivable.credit_notes
        yield from receivable.reductions
        yield from receivable.corrected
        yield from receivable.added


def _fix_entry(entry: IdentifiedEntry, fixed: KnownFixed, day: date) -> None:
    entry.known = fixed.known
    if isinstance(
        entry,
        AddressReport | CorrectedAmount | DueDateChange | PaymentPlan | PersonsAnswer | PlanEnd | Stop | StopEnd,
    ):
        entry.time = fixed.time
    if isinstance(
        entry,
        AddedInvoice | GrantedCredit | PaymentPlan | PersonsAnswer | Reduction | Refund | Stop | StopEnd | UndoneMoney,
    ):
        entry.day = min(entry.day, day)
    elif isinstance(entry, CorrectedAmount):
        entry.day = min(entry.day or day, day)
    elif isinstance(entry, CreditNote):
        entry.known_on = min(entry.known_on, day)


def _receivables(account: Account, fixed: KnownFixed) -> list[Receivable]:
    """Those that the event names, or all where it names none."""
    if fixed.invoice is None:
        return list(account.receivables.values())
    return account.named(fixed.invoice)


def _fix_receivable(receivable: Receivable, fixed: KnownFixed) -> None:
    if fixed.event == "invoice.issued.v1" and receivable.known == fixed.time:
        receivable.known = fixed.known


def _fix_days(receivable: Receivable, fixed: KnownFixed, context: CreditorContext) -> None:
    if fixed.event == "payment.reversed.v1":
        _lower(receivable.reversals, fixed, context)
    elif fixed.event == "debt.acknowledged.v1" and fixed.invoice is not None:
        _lower(receivable.acknowledged, fixed, context)
    elif fixed.event == "invoice.cancelled.v1" and receivable.cancelled is not None:
        receivable.cancelled = min(receivable.cancelled, context.local(fixed.known).date())
    elif fixed.event in ("invoice.issued.v1", "task.done.v1"):
        for done in receivable.done:
            if done.known == fixed.time:
                done.known = fixed.known
                done.day = min(done.day, context.local(fixed.known).date())


def _lower(days: list[date], fixed: KnownFixed, context: CreditorContext) -> None:
    """Put the local day on which the event is known in the place of that of its time."""
    told, known = context.local(fixed.time).date(), context.local(fixed.known).date()
    if told in days:
        days[days.index(told)] = known


def _spread_extensions(account: Account) -> None:
    """An extension of the whole account is for the receivables that are known by then, and for no other."""
    of_account = {due.id for due in account.dues}
    for receivable in account.receivables.values() if of_account else ():
        own = [due for due in receivable.dues if due.id not in of_account]
        receivable.dues = [*own, *(due for due in account.dues if due.known >= receivable.known)]
