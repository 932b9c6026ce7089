"""The dated entries of an account, in the order in which balances are computed from them (rules.md M1)."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time
from typing import Final

from services.law.calendar import roll
from services.overdue.account import Account, Receivable, ReceivedMoney, Refund
from services.overdue.creditor_context import CreditorContext
from services.overdue.letter_record import LetterRecord

Entry = tuple[date, datetime, str, int, str, object]
"""Its day, the instant it became known, its id, a number that settles ties, the invoice or payment, the entry."""

_END: Final = datetime.max.replace(tzinfo=UTC)
"""After all other entries of a day: a discount is earned by what was paid on its last day too (rules.md M8)."""


def payment_key(money: ReceivedMoney) -> str:
    """The key of a payment within its account: bank account and archive id."""
    return f"{money.account} {money.payment}"


def money_day(account: Account, context: CreditorContext) -> Callable[[ReceivedMoney], date]:
    """A payment's day: the payer's payment date for a consumer, the booking date for a business (rules.md I5).

    It is never after the local day on which the payment is known (rules.md K2). Once it is fixed it stays (K3).
    """
    consumer = account.kind == "consumer"

    def day_of(money: ReceivedMoney) -> date:
        if money.day is not None:
            return money.day
        return min(money.paid if consumer else money.booked, context.local(money.known).date())

    return day_of


def refund_place(
    money: ReceivedMoney, day: date, refund: Refund, context: CreditorContext
) -> tuple[date, datetime, str]:
    """Day, instant and id by which a refund is ordered among the entries: never before its payment, of ``day``."""
    own_day = min(refund.day, context.local(refund.known).date())
    return max((own_day, refund.known, refund.id), (day, money.known, f"{money.id}\x1f{refund.id}"))


def entries_of(account: Account, context: CreditorContext, draft: LetterRecord | None) -> Iterator[Entry]:
    """Every dated entry of the account, and of a ``draft`` letter if there is one, in no order."""
    day_of = money_day(account, context)
    for money in account.moneys:
        day = day_of(money)
        yield day, money.known, money.id, 0, "", money
        for refund in money.refunds:
            yield *refund_place(money, day, refund, context), 1, payment_key(money), refund
    for credit in account.credits:
        yield credit.day, credit.known, credit.id, 0, "", credit
    for letter in account.letters:
        if letter.status == "accepted" and not letter.bounced:
            yield letter.day, letter.granted, letter.notice, 2, "", letter
    if draft is not None:
        yield draft.day, draft.granted, draft.notice, 2, "", draft
    for receivable in account.receivables.values():
        yield from _of_receivable(receivable, account.acknowledged, context.country)


def _of_receivable(receivable: Receivable, acknowledged: list[date], country: str) -> Iterator[Entry]:
    whose = receivable.invoice
    for index, done in enumerate(receivable.done):
        if done.letter:
            yield done.day, done.known, whose, 3 + index, whose, done
    for cut in receivable.reductions:
        if not cut.of_whole:
            yield cut.day, cut.known, cut.id, 2, whose, cut
        elif receivable.part == 1:
            yield cut.day, cut.known, cut.id, 2, receivable.whole or whose, cut
    for number, offer in enumerate(receivable.discounts_now):
        yield roll(offer.through, country), _END, whose, number, whose, offer
    for day in [*receivable.acknowledged, *acknowledged]:
        yield day, datetime.combine(day, time.min, UTC), whose, 2, whose, None
