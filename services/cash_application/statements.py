"""Bank statements, one chain for each bank account and currency: none is taken twice, and missing ones are found.

Every statement is kept, so the order in which they come does not matter.
"""

from typing import Final

from schemas.decisions import Alert, StatementTaken
from schemas.facts import Fact
from schemas.money import currency_decimals
from schemas.payment_events import BankFeedCompleted
from schemas.statements import BankStatement, gaps
from services.cash_application.state import identity
from services.cash_application.state.lane import Lane
from services.cash_application.state.result import APPLIED, Refused, Result
from services.cash_application.state.row_kind import SEPARATOR, key
from services.cash_application.state.rows import CHAINS, STATEMENT_NEWS, ChainedStatement, StatementChain

GAP: Final = "statement-missing"
"""The code of the alert."""

_READ_AS: Final = 100
"""A statement's amounts are read as hundredths, whatever decimals its currency has."""
_AMOUNTS: Final = ("opening", "received", "returned", "other", "closing")


def take(lane: Lane, fact: Fact, data: BankFeedCompleted, statement: BankStatement) -> Result:
    """Add a statement to its chain, once. A copy is a duplicate, whatever source and id the copy's event has."""
    taken = _in_minor_units(data, statement)
    if isinstance(taken, Refused):
        return taken
    result = identity.claim(lane, _natural_key(fact, data, statement), fact, "data.statement.number: this statement")
    if result is not APPLIED:
        return result
    row_key = key(data.creditor, data.account, statement.currency)
    chain = CHAINS.get(lane.unit, row_key) or StatementChain()
    chain.statements.append(ChainedStatement(taken.through, taken.number, taken.opening, taken.closing))
    CHAINS.put(lane.unit, row_key, chain)
    lane.feed(data.creditor, data.account).gaps[statement.currency] = gaps(chain.statements)
    lane.unit.put(STATEMENT_NEWS, key(data.creditor, data.account), b"")
    lane.record_decision(data.creditor, taken)
    return APPLIED


def raise_alerts(lane: Lane) -> None:
    """Raise an alert for each gap that appeared since the last frontier and is still there.

    Statements out of order raise none: by the frontier the gap between them is closed.
    """
    for row_key, _ in lane.unit.scan(STATEMENT_NEWS):
        creditor, account = row_key.split(SEPARATOR)
        for gap in lane.feed(creditor, account).new_gaps():
            what = f"bank account {account}: {gap.words}; order it from the bank, no letters go meanwhile"
            lane.record_decision(creditor, Alert(code=GAP, creditor=creditor, date=gap.after, detail=what))
        lane.unit.delete(STATEMENT_NEWS, row_key)


def _natural_key(fact: Fact, data: BankFeedCompleted, statement: BankStatement) -> str:
    """A bank gives a number once a year; a statement without one is known by its whole content."""
    name = fact.content if statement.number is None else f"{data.through.year}/{statement.number}"
    return identity.of_statement(data.creditor, data.account, statement.currency, name)


def _in_minor_units(data: BankFeedCompleted, statement: BankStatement) -> StatementTaken | Refused:
    fields = {
        "creditor": data.creditor,
        "account": data.account,
        "currency": statement.currency,
        "number": statement.number,
        "first": statement.from_,
        "through": data.through,
    }
    for name in _AMOUNTS:
        fields[name], rest = divmod(getattr(statement, name) * 10 ** currency_decimals(statement.currency), _READ_AS)
        if rest:
            return Refused("wrong-field", (f"data.statement.{name}: has more decimals than the currency has",))
    return StatementTaken.model_validate(fields)
