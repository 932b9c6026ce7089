"""What is published about an account after a decision: its balances, and the payments that it refuses."""

from collections.abc import Iterator
from datetime import date, datetime
from hashlib import sha256

from schemas.decisions import AccountChanged, Balance, Credit, HeldMoney, OpenTask, Unmatched
from schemas.messages import Message
from schemas.topics import DECISIONS, Topic
from services.overdue.account import Account
from services.overdue.books.balances import OpenReceivable
from services.overdue.books.entries import payment_key
from services.overdue.books.payment_allocation import payment_allocation
from services.overdue.creditor_context import CreditorContext
from services.overdue.decide import Decision
from services.overdue.letters.possible_money import possible_money
from services.overdue.steps.facts import facts_of
from services.overdue.steps.step_progress import approvable_steps, step_progress
from services.overdue.task_records import RaisedTask


def report_account(
    account: Account, decision: Decision, context: CreditorContext, now: datetime
) -> Iterator[tuple[Topic, Message]]:
    """The refused payments that are new, then the account if it is not as it was last reported: (topic, message) pairs.

    Writes into the account what was reported, so that nothing is reported twice.
    """
    yield from _refused(account, decision, context, now)
    changed = account_changed(account, decision, context, now)
    digest = sha256(changed.model_dump_json(exclude={"as_of"}, exclude_none=True).encode()).hexdigest()
    if digest != account.reported:
        account.reported = digest
        yield DECISIONS, changed


def _refused(
    account: Account, decision: Decision, context: CreditorContext, now: datetime
) -> Iterator[tuple[Topic, Message]]:
    """A payment of a lapsed debt, or in another currency than its letter's, waits for a person (rules.md M3).

    A lapsed debt may not be paid by what the debtor did not mean for it (act 728/2003 14 §).
    """
    for money in account.moneys:
        reason = decision.books.refused.get(payment_key(money))
        if reason is not None and payment_key(money) not in account.refused:
            account.refused.append(payment_key(money))
            yield (
                DECISIONS,
                Unmatched(
                    creditor=account.creditor,
                    date=context.local(now).date(),
                    account=money.account,
                    payment=money.payment,
                    amount=money.amount - money.reversed,
                    currency=money.currency,
                    reason=reason,
                ),
            )


def account_changed(account: Account, decision: Decision, context: CreditorContext, now: datetime) -> AccountChanged:
    """The account as it now is, for the read model."""
    found, party, today = decision.books, account.party, context.local(now).date()
    assert party is not None
    credit: dict[str, int] = {}
    for unused in found.credit:
        credit[unused.currency] = credit.get(unused.currency, 0) + unused.amount
    return AccountChanged(
        creditor=account.creditor,
        debtor=account.debtor,
        number=account.number,
        name=party.name,
        kind=party.kind,
        as_of=now,
        balances=tuple(_balance(account, entry, decision, context, today) for _, entry in sorted(found.open.items())),
        credit=tuple(Credit(currency=currency, amount=amount) for currency, amount in sorted(credit.items())),
        money=tuple(payment_allocation(account, found, context, today)),
        held_by=tuple(_held_by(account, decision, context, now)),
        tasks=tuple(map(_open_task, account.open_tasks)),
        email=party.email,
        flagged=tuple(sorted(account.unreachable)),
        next_check=decision.next_check,
    )


def _open_task(task: RaisedTask) -> OpenTask:
    bank_account, payment = task.money or (None, None)
    return OpenTask(
        task=task.task,
        reason=task.reason,
        since=task.since,
        invoice=task.invoice,
        step=task.step,
        account=bank_account,
        payment=payment,
        correction=task.correction,
    )


def _held_by(account: Account, decision: Decision, context: CreditorContext, now: datetime) -> Iterator[HeldMoney]:
    for money in account.moneys:
        reason = decision.books.refused.get(payment_key(money))
        if reason is not None:
            yield HeldMoney(account=money.account, payment=money.payment, why=(reason,))
    if decision.policy is not None:
        for held in possible_money(facts_of(account, decision.books, decision.policy, context, now)):
            yield HeldMoney(account=held.money.account, payment=held.money.payment, why=held.why, until=held.until)


def _balance(
    account: Account, entry: OpenReceivable, decision: Decision, context: CreditorContext, today: date
) -> Balance:
    receivable = entry.receivable
    step = None
    if decision.policy is not None:
        progress = step_progress(account, receivable, decision.policy)
        step = decision.policy.steps[progress.index].name if progress.index >= 0 else None
    return Balance(
        invoice=receivable.invoice,
        currency=receivable.currency,
        issued=receivable.issued,
        due=receivable.due_now,
        effective_due=entry.effective_due,
        original=receivable.amount_now,
        principal=entry.principal,
        interest=entry.interest,
        costs=entry.costs,
        step=step,
        status=_status(entry),
        subject=receivable.subject,
        reference=receivable.reference,
        discount_taken=entry.discount_taken,
        to_approve=tuple(approvable_steps(account, receivable, context, today)),
    )


def _status(entry: OpenReceivable) -> str:
    if entry.receivable.cancelled is not None:
        return "cancelled"
    if entry.receivable.handed_over is not None:
        return "handed-over"
    if entry.principal:
        return "open"
    return "rest" if entry.balance else "closed"
