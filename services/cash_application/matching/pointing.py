"""Publishes to each account that an unmatched payment may be its own, and why, and when that is over (rules.md G10)."""

from hashlib import sha256
from typing import Final

from schemas.decisions import TaskRaised
from schemas.journal import MoneyCleared, MoneyPointed, MoneyPointer
from schemas.messages import encode
from services.cash_application.matching.pointers import MOST_HELD, Pointers
from services.cash_application.state.known_payment import KnownPayment
from services.cash_application.state.lane import Lane

_MOST_LISTED: Final = 100
"""Debtors that the task about money of many lists."""
_DIGEST: Final = 12


def publish(lane: Lane, payment: KnownPayment, pointers: Pointers) -> None:
    """Publish to whom the payment points now: what changed of it, and the end where it points no longer."""
    for debtor in [debtor for debtor in payment.pointed if debtor not in pointers]:
        _clear(lane, payment, debtor)
    for debtor, reasons in pointers.items():
        message = _message(payment, debtor, reasons)
        digest = sha256(encode(message)).hexdigest()[:_DIGEST]
        if payment.pointed.get(debtor) != digest:
            payment.pointed[debtor] = digest
            lane.to_account(payment.creditor, debtor, message)
    _ask_about_many(lane, payment, pointers)


def end(lane: Lane, payment: KnownPayment) -> None:
    """The payment was placed or went back: it points to nobody."""
    for debtor in sorted(payment.pointed):
        _clear(lane, payment, debtor)
    payment.is_asked = False


def _message(payment: KnownPayment, debtor: str, reasons: tuple[MoneyPointer, ...]) -> MoneyPointed:
    return MoneyPointed(
        creditor=payment.creditor,
        debtor=debtor,
        account=payment.account,
        payment=payment.payment,
        amount=payment.left,
        currency=payment.currency,
        since=payment.since,
        pointers=reasons,
    )


def _clear(lane: Lane, payment: KnownPayment, debtor: str) -> None:
    del payment.pointed[debtor]
    message = MoneyCleared(creditor=payment.creditor, debtor=debtor, account=payment.account, payment=payment.payment)
    lane.to_account(payment.creditor, debtor, message)


def _ask_about_many(lane: Lane, payment: KnownPayment, pointers: Pointers) -> None:
    """Ask a person once to look at money that means more accounts than it may hold; the task lists them."""
    meant = [debtor for debtor, reasons in pointers.items() if all(reason.many for reason in reasons)]
    if len(meant) <= MOST_HELD or payment.is_asked:
        return
    payment.is_asked = True
    message = TaskRaised(
        creditor=payment.creditor,
        date=lane.date_of(payment.creditor, lane.moment),
        task="look-at-money",
        reason="possible-payment",
        account=payment.account,
        payment=payment.payment,
        debtors=tuple(meant[:_MOST_LISTED]),
    )
    lane.record_decision(payment.creditor, message)
