"""How each payment of an account was used: every cent counts exactly once (docs/reconciling.md)."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date

from schemas.decisions import PaymentUse
from services.overdue.account import Account, ReceivedMoney
from services.overdue.books.balances import AllocatedMoney, Books
from services.overdue.books.entries import money_day, payment_key, refund_place
from services.overdue.creditor_context import CreditorContext


def payment_allocation(account: Account, found: Books, context: CreditorContext, today: date) -> Iterator[PaymentUse]:
    """Each payment and how the books used it; money whose day is yet to come is unused credit."""
    unused: dict[str, int] = {}
    for credit in found.credit:
        unused[credit.payment] = unused.get(credit.payment, 0) + credit.amount
    day_of = money_day(account, context)
    for money in sorted(account.moneys, key=payment_key):
        key = payment_key(money)
        use = found.uses.get(key, AllocatedMoney())
        untouched = money.amount - money.reversed - use.given_back
        yield PaymentUse(
            account=money.account,
            payment=money.payment,
            currency=money.currency,
            amount=money.amount,
            reversed=money.reversed,
            refunded=_refunded(money, day_of(money), today, context),
            **asdict(use),
            credit=untouched if day_of(money) > today else unused.get(key, 0),
            refused=untouched if key in found.refused else 0,
        )
    currencies = {receivable.currency for receivable in account.receivables.values()}
    for currency in sorted(currencies | {credit.currency for credit in account.credits}):
        notes = found.uses.get(currency)
        if notes is not None and notes.given_back:
            yield PaymentUse(account="", payment="", currency=currency, amount=0, given_back=notes.given_back)


def _refunded(money: ReceivedMoney, day: date, today: date, context: CreditorContext) -> int:
    """How much refunds gave back, in the order of their days; one without an amount is of all that was left.

    What the bank took back as well counts as reversed only (rules.md M5).
    """
    refunded = 0
    places = [(refund_place(money, day, refund, context), refund) for refund in money.refunds]
    for place, refund in sorted(places, key=lambda placed: placed[0]):
        if place[0] <= today:
            rest = max(0, money.amount - money.reversed - refunded)
            refunded += rest if refund.amount is None else min(refund.amount, rest)
    return refunded
