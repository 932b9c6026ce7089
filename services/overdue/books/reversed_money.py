"""Which receivables reversed payments had paid: their next step waits (rules.md M5, G9)."""

from collections.abc import Sequence
from dataclasses import replace

from services.overdue.account import Account, ReceivedMoney
from services.overdue.books.entries import payment_key
from services.overdue.books.known_before import known_by
from services.overdue.books.ledger import books
from services.overdue.creditor_context import CreditorContext
from services.overdue.undone_money import UndoneMoney


def find_reversed(account: Account, context: CreditorContext) -> None:
    """Find the receivables that each reversed payment had paid or named; called at each frontier.

    They follow from the books as they were without the reversal and later ones, from the entries that were known before
    it: it does not matter in which order they came, and what is known later adds no wait.
    """
    undone = sorted(account.undone, key=lambda each: (each.known, each.id))
    for index, each in enumerate(undone):
        money = next((money for money in account.moneys if payment_key(money) == each.money), None)
        if money is not None:
            before = known_by(account, each.known)
            before.moneys = [_with(other, undone[index:]) for other in before.moneys]
            paid = books(before, each.day, context).paid_by.get(each.money, {})
            named = {receivable.invoice for invoice in money.named for receivable in account.named(invoice)}
            each.invoices = tuple(sorted({*paid, *named}))


def _with(money: ReceivedMoney, undone: Sequence[UndoneMoney]) -> ReceivedMoney:
    """The money as it was before these reversals."""
    back = sum(each.amount for each in undone if each.money == payment_key(money))
    return replace(money, reversed=money.reversed - back) if back else money
