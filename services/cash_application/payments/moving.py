"""Moving a payment's money onto accounts and off them, and what each account is published about it (rules.md M3)."""

from datetime import datetime
from typing import Any

from schemas.decisions import PaymentWithdrawn
from schemas.journal import MoneyMoved, MoneyPlaced, MoneyRefunded, MoneyReversed
from services.cash_application.matching import payer_hints
from services.cash_application.matching.certain_match import UnmatchedReason
from services.cash_application.payments import payment_decisions, unmatched
from services.cash_application.state import counted_money
from services.cash_application.state.known_payment import KnownPayment, Placement, Return, certain_debtor
from services.cash_application.state.lane import Lane


def place_on(lane: Lane, payment: KnownPayment, placement: Placement) -> None:
    """Place a payment, or move it. A new placement on the same account only changes what the money pays there."""
    before = payment.placement
    unmatched.end(lane, payment, placement)
    if before == placement:
        return
    is_new_here = before is None or before.debtor != placement.debtor
    if before is not None and is_new_here:
        _publish_moved(lane, payment, before)
    lane.to_account(payment.creditor, placement.debtor, _money_placed(payment, placement))
    if is_new_here:
        for back in sorted(payment.returns, key=lambda back: (back.known_at, back.time, back.id)):
            lane.to_account(payment.creditor, placement.debtor, money_returned(payment, placement.debtor, back))
    _learn_payer(lane, payment, placement)
    payment.placement = placement


def leave_uncertain(lane: Lane, payment: KnownPayment, reason: UnmatchedReason) -> None:
    """Queue a payment for scoring. Until then it stays where an earlier score placed it."""
    if payment.placement is not None and not payment.placement.is_scored:
        unplace(lane, payment)
    unmatched.queue(lane, payment, reason)


def leave_unplaced(lane: Lane, payment: KnownPayment, reason: UnmatchedReason) -> None:
    """Take a payment off its account and queue it to be declared unmatched at the next frontier."""
    unplace(lane, payment)
    unmatched.queue(lane, payment, reason)


def place_anew(lane: Lane, payment: KnownPayment) -> None:
    """Publish a payment's placing again, as its days or its reference are known better."""
    if payment.placement is not None:
        lane.to_account(payment.creditor, payment.placement.debtor, _money_placed(payment, payment.placement))


def unplace(lane: Lane, payment: KnownPayment) -> None:
    """Take a payment off its account: its reference rules the debtor out, or its score is no longer sure enough."""
    if payment.placement is not None:
        _publish_moved(lane, payment, payment.placement)
        _learn_payer(lane, payment, None)
        payment.placement = None


def _learn_payer(lane: Lane, payment: KnownPayment, placement: Placement | None) -> None:
    """Make the payer's IBAN point to the debtor to whom certain evidence places the money. A score proves nothing."""
    if payment.iban is None:
        return
    before, now = (certain_debtor(each) for each in (payment.placement, placement))
    if before == now:
        return
    hint = payer_hints.by_iban(payment.iban)
    if before is not None:
        payer_hints.unlearn(lane, payment.creditor, hint, before)
    if now is not None:
        payer_hints.learn(lane, payment.creditor, hint, now)


def _publish_moved(lane: Lane, payment: KnownPayment, placement: Placement) -> None:
    cause = payment.assigned or payment
    moved = MoneyMoved(
        creditor=payment.creditor,
        debtor=placement.debtor,
        account=payment.account,
        payment=payment.payment,
        time=cause.time,
        id=cause.id,
    )
    lane.to_account(payment.creditor, placement.debtor, moved)


def _money_placed(payment: KnownPayment, placement: Placement) -> MoneyPlaced:
    return MoneyPlaced(
        creditor=payment.creditor,
        debtor=placement.debtor,
        account=payment.account,
        payment=payment.payment,
        time=payment.known_at,
        id=payment.id,
        amount=payment.amount,
        currency=payment.currency,
        paid=payment.paid,
        booked=payment.booked,
        invoice=placement.invoice,
        invoices=placement.several,
        letter=placement.letter,
        reference=payment.reference,
        why=placement.why,
        confidence=placement.confidence if placement.is_scored else None,
        assigned=_assigned_since(payment, placement),
    )


def _assigned_since(payment: KnownPayment, placement: Placement) -> datetime | None:
    """Since when the person's assignment that places it is known; an older store did not keep the first one."""
    if placement.by != "assignment" or payment.assigned is None:
        return None
    return payment.first_assigned.get(payment.assigned.target, payment.assigned.version[0])


def money_returned(payment: KnownPayment, debtor: str, back: Return) -> MoneyReversed | MoneyRefunded:
    """What an account that holds a payment is published of money of it that went back."""
    common: dict[str, Any] = {
        "creditor": payment.creditor,
        "debtor": debtor,
        "account": payment.account,
        "payment": payment.payment,
        "time": back.known_at,
        "id": back.id,
        "amount": back.amount,
    }
    return MoneyReversed(**common) if back.kind == "reversed" else MoneyRefunded(**common, booked=back.booked)


def publish_return(lane: Lane, payment: KnownPayment, back: Return) -> None:
    """Publish that money of a payment went back, on its account or among the unmatched."""
    payment_decisions.returned(lane, payment, back, back.booked or lane.date_of(payment.creditor, back.known_at))
    if payment.placement is None:
        unmatched.reduce(lane, payment)
    else:
        debtor = payment.placement.debtor
        lane.to_account(payment.creditor, debtor, money_returned(payment, debtor, back))


def withdraw(lane: Lane, payment: KnownPayment, same_as: str | None) -> None:
    """Take a payment off everywhere, as the payment ``same_as`` is the same money: it was told twice (rules.md B2).

    Without ``same_as`` it is no money at all: a corrected statement no longer tells it.
    """
    unplace(lane, payment)
    unmatched.withdraw(lane, payment)
    counted_money.withdrawn(lane, payment)
    payment.same_as = same_as or ""
    message = PaymentWithdrawn(
        creditor=payment.creditor, account=payment.account, payment=payment.payment, same_as=same_as
    )
    lane.record_decision(payment.creditor, message)
