"""What all accounts come to, from the journal and decisions as overdue and reporting read them."""

from dataclasses import dataclass, field
from typing import Any

from schemas.decisions import Placed, Suggestion, Unmatched
from schemas.facts import UnreadEvent, UnreadReleased
from schemas.journal import (
    AccountEvent,
    AccountNumbered,
    CorrectionAsked,
    FeedReached,
    MoneyCleared,
    MoneyMoved,
    MoneyPlaced,
    MoneyPointed,
    MoneyRefunded,
    MoneyReversed,
)
from services.cash_application.state.tally import LaneTally
from tests.unit.cash_application.harness import CashHarness

DEBTORS = ("D1", "D2", "D3")


@dataclass
class Money:
    """A payment on an account; ``back`` are its reversals and refunds."""

    amount: int
    invoices: tuple[str, ...]
    letter: int | None
    confidence: int | None
    back: list[tuple[str, str, int | None]]


@dataclass
class Books:
    """What all accounts come to once every message was read."""

    numbers: dict[str, int] = field(default_factory=dict)
    events: dict[str, list[str]] = field(default_factory=dict)
    money: dict[tuple[str, str], Money] = field(default_factory=dict)
    pointed: set[tuple[str, str]] = field(default_factory=set)
    held: dict[str, int] = field(default_factory=dict)
    asked: set[tuple[str, str]] = field(default_factory=set)
    unmatched: dict[str, tuple[int, str, tuple[Suggestion, ...]]] = field(default_factory=dict)
    fed: dict[str, Any] = field(default_factory=dict)
    tally: LaneTally = field(default_factory=LaneTally)


def books_of(harness: CashHarness) -> Books:
    """The books after all messages of a harness."""
    books = Books(tally=harness.tally)
    for debtor in DEBTORS:
        for message in harness.of_account(debtor):
            apply(books, debtor, message)
    for message in harness.decisions():
        if isinstance(message, Unmatched):
            books.unmatched[message.payment] = (message.amount, message.reason, message.suggestions)
        elif isinstance(message, Placed):
            del books.unmatched[message.payment]
    for feed in harness.journal(FeedReached):
        books.fed[feed.account] = max(feed.through, books.fed.get(feed.account, feed.through))
    return books


def apply(books: Books, debtor: str, message: Any) -> None:
    if isinstance(message, AccountNumbered):
        books.numbers[debtor] = message.number
    elif isinstance(message, AccountEvent):
        books.events.setdefault(debtor, []).append(message.id)
        books.events[debtor].sort()
    elif isinstance(message, UnreadEvent | UnreadReleased):
        apply_doubt(books.held, debtor, message)
    elif isinstance(message, CorrectionAsked):
        books.asked.add((message.invoice, message.correction))
    elif isinstance(message, MoneyPointed):
        books.pointed.add((debtor, message.payment))
    elif isinstance(message, MoneyCleared):
        books.pointed.remove((debtor, message.payment))
    else:
        apply_money(books.money, (debtor, message.payment), message)


def apply_doubt(held: dict[str, int], debtor: str, message: UnreadEvent | UnreadReleased) -> None:
    """Count the doubts that hold a debtor."""
    held[debtor] = held.get(debtor, 0) + (1 if isinstance(message, UnreadEvent) else -1)
    if held[debtor] == 0:
        del held[debtor]


def apply_money(money: dict[tuple[str, str], Money], at: tuple[str, str], message: Any) -> None:
    if isinstance(message, MoneyPlaced):
        back = money[at].back if at in money else []
        money[at] = Money(message.amount, message.named, message.letter, message.confidence, back)
    elif isinstance(message, MoneyMoved):
        del money[at]
    elif isinstance(message, MoneyReversed | MoneyRefunded):
        money[at].back.append((message.type, message.id, message.amount))
        money[at].back.sort()
