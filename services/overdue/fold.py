"""``fold(account, message, context) -> account``: what each message of the journal adds to the account's entries.

Nothing is computed here that a later entry could change. The account given is changed and returned.
"""

from dataclasses import replace

from schemas.facts import UnreadEvent, UnreadReleased
from schemas.journal import (
    AccountEvent,
    AccountNumbered,
    CorrectionAsked,
    KnownFixed,
    MoneyCleared,
    MoneyMoved,
    MoneyPlaced,
    MoneyPointed,
    MoneyRefunded,
    MoneyReversed,
    NoticeAttempting,
    NoticeClaimed,
    NoticeOutcome,
)
from services.overdue.account import (
    Account,
    FixedTerms,
    PointedMoney,
    ReceivedMoney,
    Refund,
    WaitingCorrection,
)
from services.overdue.books.entries import payment_key
from services.overdue.creditor_context import CreditorContext
from services.overdue.event_handlers import apply_event
from services.overdue.known import fix_known
from services.overdue.letter_outcomes import follow_notice
from services.overdue.undone_money import UndoneMoney

AccountMessage = (
    AccountNumbered
    | AccountEvent
    | KnownFixed
    | CorrectionAsked
    | MoneyPlaced
    | MoneyMoved
    | MoneyReversed
    | MoneyRefunded
    | MoneyPointed
    | MoneyCleared
    | UnreadEvent
    | UnreadReleased
    | NoticeClaimed
    | NoticeAttempting
    | NoticeOutcome
)


def fold(account: Account, message: AccountMessage, context: CreditorContext) -> Account:
    """The account after one more message; ``context`` gives the creditor's local date of its instant."""
    match message:
        case AccountEvent():
            apply_event(account, message, context)
        case KnownFixed():
            fix_known(account, message, context)
        case CorrectionAsked():
            account.corrections.append(WaitingCorrection(message.id, message.invoice, message.correction))
        case MoneyPlaced():
            _place(account, message)
        case MoneyMoved() | MoneyReversed() | MoneyRefunded():
            _take_away(account, message, context)
        case NoticeClaimed() | NoticeAttempting() | NoticeOutcome():
            follow_notice(account, message, context)
        case MoneyPointed() | MoneyCleared():
            _point(account, message)
        case UnreadEvent() | UnreadReleased():
            others = {key for key in account.unread if key != message.key}
            account.unread = sorted(others | {message.key} if isinstance(message, UnreadEvent) else others)
        case AccountNumbered():
            account.number = message.number
    return account


# -- money -----------------------------------------------------------------------------------------------------


def _find(account: Account, message: MoneyPlaced | MoneyMoved | MoneyReversed | MoneyRefunded) -> ReceivedMoney | None:
    same = (message.account, message.payment)
    return next((money for money in account.moneys if (money.account, money.payment) == same), None)


def _place(account: Account, message: MoneyPlaced) -> None:
    """Add a payment; of one that is here already, what it pays and its days as they are known better (rules.md B2).

    The day for which it counts stays once it is fixed (K3).
    """
    found = _find(account, message)
    if found is not None:
        found.paid, found.booked = message.paid, message.booked
        found.invoice, found.invoices, found.letter = message.invoice, message.invoices or (), message.letter
        found.assigned = message.assigned
        return
    account.moneys.append(_kept_terms(account, _received(message)))


def _received(message: MoneyPlaced) -> ReceivedMoney:
    return ReceivedMoney(
        account=message.account,
        payment=message.payment,
        currency=message.currency,
        amount=message.amount,
        paid=message.paid,
        booked=message.booked,
        known=message.time,
        id=message.id,
        invoice=message.invoice,
        letter=message.letter,
        invoices=message.invoices or (),
        assigned=message.assigned,
    )


def _kept_terms(account: Account, money: ReceivedMoney) -> ReceivedMoney:
    """Money that comes back keeps the day and the terms of its first entry: the past stays (rules.md K3)."""
    kept = next((each for each in account.moved if each.money == payment_key(money)), None)
    return money if kept is None else replace(money, day=kept.day, terms=kept.terms)


def _point(account: Account, message: MoneyPointed | MoneyCleared) -> None:
    """A payment that is not placed may be the account's, or is no longer; the latest message about it counts."""
    same = (message.account, message.payment)
    others = [money for money in account.pointed if (money.account, money.payment) != same]
    if isinstance(message, MoneyPointed):
        pointed = PointedMoney(
            message.account, message.payment, message.amount, message.currency, message.since, message.pointers
        )
        others = sorted([*others, pointed], key=lambda money: money.key)
    account.pointed = others


def _take_away(account: Account, message: MoneyMoved | MoneyReversed | MoneyRefunded, context: CreditorContext) -> None:
    found = _find(account, message)
    if found is None:
        return
    if isinstance(message, MoneyMoved):
        account.moneys.remove(found)
        _keep_terms(account, found)
    elif isinstance(message, MoneyRefunded):
        day = message.booked or context.local(message.time).date()
        found.refunds.append(Refund(message.time, message.id, day, message.amount))
    else:
        _reverse(account, found, message, context)


def _keep_terms(account: Account, money: ReceivedMoney) -> None:
    """Keep what is fixed of money that is moved away."""
    if money.day is not None and money.terms is not None:
        others = [each for each in account.moved if each.money != payment_key(money)]
        account.moved = [*others, FixedTerms(payment_key(money), money.day, money.terms)]


def _reverse(account: Account, money: ReceivedMoney, message: MoneyReversed, context: CreditorContext) -> None:
    """The payment counts as if it had never come (rules.md M5); what it had paid waits (see `books.reversed_money`)."""
    left = money.amount - money.reversed
    amount = left if message.amount is None else min(left, message.amount)
    money.reversed += amount
    undone = UndoneMoney(message.time, message.id, context.local(message.time).date(), payment_key(money), amount)
    others = [each for each in account.undone if (each.id, each.money) != (undone.id, undone.money)]
    account.undone = [*others, undone]
