"""Money that is not placed and holds an account, graded by what is open on the day (rules.md G10).

Cash application knows why a payment may be the account's, and only the account what is open of it. So a pointer comes
with its own strength, and the exact sum of an invoice or a letter decides what that comes to here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from schemas.journal import MoneyPointer
from services.law.calendar import banking_days_after
from services.overdue.account import PointedMoney
from services.overdue.books.balances import OpenReceivable
from services.overdue.steps.facts import AccountFacts

Grade = Literal["strong", "weak"]
_WEAK_BANKING_DAYS: Final = 10


@dataclass(frozen=True, slots=True)
class HoldingMoney:
    """A payment that holds the account: until a person decides, or until the day ``until``, when the account is free.

    ``why`` are the codes of the pointers that hold.
    """

    money: PointedMoney
    why: tuple[str, ...]
    until: date | None = None


def possible_money(facts: AccountFacts) -> list[HoldingMoney]:
    """The unplaced payments that hold the account today, in the order of their keys."""
    return [held for held in (_held_by(facts, money) for money in facts.account.pointed) if held is not None]


def _held_by(facts: AccountFacts, money: PointedMoney) -> HoldingMoney | None:
    grades = {pointer.why: grade for pointer in money.pointers if (grade := _grade(facts, money, pointer)) is not None}
    strong = tuple(why for why, grade in grades.items() if grade == "strong")
    if strong:
        return HoldingMoney(money, strong)
    free = _free_on(facts, money)
    return HoldingMoney(money, tuple(grades), free) if grades and facts.today < free else None


def _free_on(facts: AccountFacts, money: PointedMoney) -> date:
    """The tenth banking day after the one on which the money was first found unplaced."""
    since = facts.now if money.since is None else money.since
    return banking_days_after(facts.context.local(since).date(), _WEAK_BANKING_DAYS, facts.context.country)


def _grade(facts: AccountFacts, money: PointedMoney, pointer: MoneyPointer) -> Grade | None:
    """What a pointer comes to today; None where it does not hold."""
    exact = _is_exact_sum(facts, money, pointer)
    if pointer.many and not exact:
        return None
    match pointer.strength:
        case "strong":
            return "strong" if _is_open(facts, pointer) else "weak"
        case "strong-with-sum":
            return "strong" if exact else "weak"
        case "weak":
            return "weak"
        case "weak-with-sum":
            return "weak" if exact else None


def _is_open(facts: AccountFacts, pointer: MoneyPointer) -> bool:
    """Whether something is open of an invoice that the pointer means, where it means some."""
    return not pointer.invoices or any(entry.balance for entry in _meant(facts, pointer))


def _is_exact_sum(facts: AccountFacts, money: PointedMoney, pointer: MoneyPointer) -> bool:
    """Whether the payment is exactly what is asked of something open: an invoice, or all that a letter listed."""
    open_ = [entry for entry in _meant(facts, pointer) if entry.balance and _currency(entry) == money.currency]
    if any(money.amount in _sums_of(entry) for entry in open_):
        return True
    wholes = {entry.receivable.whole for entry in open_} - {None}
    if any(
        money.amount in _sums_together([entry for entry in open_ if entry.receivable.whole == each]) for each in wholes
    ):
        return True
    return not pointer.invoices and money.amount in _letter_sums(facts, money.currency)


def _sums_together(entries: Sequence[OpenReceivable]) -> tuple[int, int, int]:
    """What was invoiced, the open principal, and all that is open of the open parts of an invoice (rules.md M9)."""
    return (
        sum(entry.receivable.amount_now for entry in entries),
        sum(entry.principal for entry in entries),
        sum(entry.balance for entry in entries),
    )


def _meant(facts: AccountFacts, pointer: MoneyPointer) -> Iterator[OpenReceivable]:
    """The receivables that a pointer means: all, where it names none."""
    for entry in facts.books.open.values():
        if not pointer.invoices or any(map(entry.receivable.is_named_by, pointer.invoices)):
            yield entry


def _sums_of(entry: OpenReceivable) -> set[int]:
    """What a receivable may be paid with: what was invoiced or is open of it, also less a cash discount (M8)."""
    less = {entry.principal - amount for _, amount in entry.discounts}
    less |= {entry.receivable.amount_now - discount.amount for discount in entry.receivable.discounts_now}
    return {entry.receivable.amount_now, entry.principal, entry.balance, *less}


def _letter_sums(facts: AccountFacts, currency: str) -> Iterator[int]:
    """What each accepted letter asked, and what is still open of all that it listed."""
    for letter in facts.account.accepted():
        listed = [facts.books.open[line.invoice] for line in letter.lines]
        if letter.currency == currency and any(entry.balance for entry in listed):
            if letter.total is not None:
                yield letter.total
            yield sum(entry.balance for entry in listed)


def _currency(entry: OpenReceivable) -> str:
    return entry.receivable.currency
