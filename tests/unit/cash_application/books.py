"""What all accounts of a house come to: heard from the journal and decisions as overdue and reporting hear it."""

from dataclasses import dataclass, field
from typing import Any

from schemas.decisions import Placed, Suggestion, Unmatched
from schemas.facts import UnreadEvent
from schemas.journal import (
    AccountEvent,
    AccountNumbered,
    FeedReached,
    MoneyCleared,
    MoneyMoved,
    MoneyPlaced,
    MoneyPointed,
    MoneyRefunded,
    MoneyReversed,
)
from services.cash_application.state.tally import LaneTally
from tests.unit.cash_application.harness import House

DEBTORS = ("D1", "D2", "D3")


@dataclass
class Money:
    """A payment as it lies on an account; ``back`` is what went back of it."""

    amount: int
    invoices: tuple[str, ...]
    letter: int | None
    confidence: int | None
    back: list[tuple[str, str, int | None]]


@dataclass
class Books:
    """What all accounts of a house come to once everything was heard."""

    numbers: dict[str, int] = field(default_factory=dict)
    events: dict[str, list[str]] = field(default_factory=dict)
    money: dict[tuple[str, str], Money] = field(default_factory=dict)
    pointed: set[tuple[str, str]] = field(default_factory=set)
    held: dict[str, int] = field(default_factory=dict)
    unmatched: dict[str, tuple[int, str, tuple[Suggestion, ...]]] = field(default_factory=dict)
    fed: dict[str, Any] = field(default_factory=dict)
    tally: LaneTally = field(default_factory=LaneTally)


def books_of(house: House) -> Books:
    """Heard as overdue and reporting hear it."""
    books = Books(tally=house.tally)
    for debtor in DEBTORS:
        for message in house.of_account(debtor):
            hear(books, debtor, message)
    for told in house.decisions():
        if isinstance(told, Unmatched):
            books.unmatched[told.payment] = (told.amount, told.reason, told.suggestions)
        elif isinstance(told, Placed):
            del books.unmatched[told.payment]
    for feed in house.journal(FeedReached):
        books.fed[feed.account] = max(feed.through, books.fed.get(feed.account, feed.through))
    return books


def hear(books: Books, debtor: str, message: Any) -> None:
    if isinstance(message, AccountNumbered):
        books.numbers[debtor] = message.number
    elif isinstance(message, AccountEvent):
        books.events.setdefault(debtor, []).append(message.id)
        books.events[debtor].sort()
    elif isinstance(message, UnreadEvent):
        books.held[debtor] = books.held.get(debtor, 0) + 1
    elif isinstance(message, MoneyPointed):
        books.pointed.add((debtor, message.payment))
    elif isinstance(message, MoneyCleared):
        books.pointed.remove((debtor, message.payment))
    else:
        hear_money(books.money, (debtor, message.payment), message)


def hear_money(money: dict[tuple[str, str], Money], at: tuple[str, str], message: Any) -> None:
    if isinstance(message, MoneyPlaced):
        back = money[at].back if at in money else []
        money[at] = Money(message.amount, message.named, message.letter, message.confidence, back)
    elif isinstance(message, MoneyMoved):
        del money[at]
    elif isinstance(message, MoneyReversed | MoneyRefunded):
        money[at].back.append((message.type, message.id, message.amount))
        money[at].back.sort()
