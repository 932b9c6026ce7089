"""The statements of a bank account, one chain in each currency: none twice, and where one is missing.

Every statement is kept, so that it does not matter in which order they come.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Final

from schemas.decisions import Alert, StatementTaken
from schemas.events import BankFeedCompleted
from schemas.facts import Fact
from schemas.money import currency_decimals
from schemas.statements import BankStatement, gaps
from services.cash_application.state import identity
from services.cash_application.state.lane import Lane
from services.cash_application.state.result import APPLIED, Refused, Verdict
from services.cash_application.state.rows import SEPARATOR, Kind, key

GAP: Final = "statement-missing"
"""The code of the alert."""

_NEWS: Final = "statement-news"
_READ_AS: Final = 100
"""A statement's amounts are read as hundredths, whatever decimals its currency has."""
_AMOUNTS: Final = ("opening", "received", "returned", "other", "closing")


@dataclass(slots=True)
class Linked:
    """What a statement is linked by with those before and after it; amounts in minor units."""

    through: date
    number: int | None
    opening: int
    closing: int


@dataclass(slots=True)
class Chain:
    """The statements of one account in one currency."""

    statements: list[Linked] = field(default_factory=list)


CHAINS: Final = Kind("statements", Chain)
"""By creditor, bank account, currency."""


def take(lane: Lane, fact: Fact, data: BankFeedCompleted, statement: BankStatement) -> Verdict:
    """A statement takes its place in the chain, once; a copy of it is a duplicate, whatever the copy is called."""
    taken = _in_minor_units(data, statement)
    if isinstance(taken, Refused):
        return taken
    verdict = identity.claim(lane, _natural_key(fact, data, statement), fact, "data.statement.number: this statement")
    if verdict is not APPLIED:
        return verdict
    at = key(data.creditor, data.account, statement.currency)
    chain = CHAINS.get(lane.unit, at) or Chain()
    chain.statements.append(Linked(taken.through, taken.number, taken.opening, taken.closing))
    CHAINS.put(lane.unit, at, chain)
    lane.feed(data.creditor, data.account).gaps[statement.currency] = gaps(chain.statements)
    lane.unit.put(_NEWS, key(data.creditor, data.account), b"")
    lane.decide(data.creditor, taken)
    return APPLIED


def raise_alarms(lane: Lane) -> None:
    """Tell the operator of gaps that have come since the last frontier and are still there: out of order is no news."""
    for at, _ in lane.unit.scan(_NEWS):
        creditor, account = at.split(SEPARATOR)
        for gap in lane.feed(creditor, account).alarming():
            what = f"bank account {account}: {gap.words}; order it from the bank, no letters go meanwhile"
            lane.decide(creditor, Alert(code=GAP, creditor=creditor, date=gap.after, detail=what))
        lane.unit.delete(_NEWS, at)


def _natural_key(fact: Fact, data: BankFeedCompleted, statement: BankStatement) -> str:
    """A number is given once a year; what has none is known by all that it says."""
    name = fact.content if statement.number is None else f"{data.through.year}/{statement.number}"
    return key("statement", data.creditor, data.account, statement.currency, name)


def _in_minor_units(data: BankFeedCompleted, statement: BankStatement) -> StatementTaken | Refused:
    said = {
        "creditor": data.creditor,
        "account": data.account,
        "currency": statement.currency,
        "number": statement.number,
        "first": statement.from_,
        "through": data.through,
    }
    for name in _AMOUNTS:
        said[name], rest = divmod(getattr(statement, name) * 10 ** currency_decimals(statement.currency), _READ_AS)
        if rest:
            return Refused("wrong-field", (f"data.statement.{name}: has more decimals than the currency has",))
    return StatementTaken.model_validate(said)
