"""A reconciliation as tables for a terminal, and as JSON."""

import json
from collections.abc import Iterator, Mapping
from typing import Final

from rich.table import Table
from rich.text import Text

from schemas.money import decimal_text
from services.reporting.reconcile.discrepancy import Discrepancy
from services.reporting.reconcile.reconciliation import PLACES, AccountPlaces, Reconciliation
from services.reporting.reconcile.statement_ties import StatementTie

_RECEIVED: Final = ("received", *PLACES)
_BALANCE: Final = ("opening", "received", "returned", "other", "closing")

JsonFields = Mapping[str, str | bool | None]


def as_tables(found: Reconciliation) -> Iterator[Table]:
    """A table of where the money is and one of the statements, each only where it has rows."""
    if found.accounts:
        places = _table(f"Money booked from {found.first} to {found.last}, and where it is", _RECEIVED)
        for each in found.accounts:
            places.add_row(*map(Text, _places(each).values()))
        yield places
    if found.statements:
        statements = _table("Statements: opening + received - returned + other = closing", ("days", *_BALANCE))
        for tie in found.statements:
            statements.add_row(*map(Text, _statement(tie).values()))
        yield statements


def verdict(found: Reconciliation) -> Iterator[str]:
    """The last lines: which payments may be one money, and that it ties, or each discrepancy on a line."""
    if found.pairs:
        yield f"May be one money, told twice (payment.same-as says that it is): {len(found.pairs)}"
    for pair in found.pairs:
        names = " and ".join(f"{name} of {day}" for name, day in zip(pair.payments, pair.booked, strict=True))
        yield f"  payments {names} on {pair.account}: {decimal_text(pair.amount, pair.currency)} {pair.currency} each"
    if found.ties:
        yield "Difference 0.00: every cent is in exactly one place" + (
            ", and the statements tie." if found.statements else ". There are no statements to tie with."
        )
        return
    yield f"It does not tie. {len(found.discrepancies)} to look at:"
    for discrepancy in found.discrepancies:
        where = f" of {discrepancy.account}" if discrepancy.account else ""
        difference = "" if discrepancy.amount is None else f" ({_amount(discrepancy)} {discrepancy.currency})"
        yield f"  {discrepancy.what} {discrepancy.name}{where}: {discrepancy.words}{difference}"


def as_json(found: Reconciliation) -> Iterator[str]:
    """One object a line: accounts and currencies, rows of statements, discrepancies, and last whether all ties."""
    for each in found.accounts:
        yield _line("account", _places(each))
    for tie in found.statements:
        yield _line("statements", _statement(tie))
    for discrepancy in found.discrepancies:
        values = {name: getattr(discrepancy, name) or None for name in ("account", "what", "name", "words", "currency")}
        yield _line("discrepancy", {**values, "amount": None if discrepancy.amount is None else _amount(discrepancy)})
    for pair in found.pairs:
        one, other = pair.payments
        amount = decimal_text(pair.amount, pair.currency)
        values = {
            "account": pair.account,
            "payment": one,
            "same_as": other,
            "amount": amount,
            "currency": pair.currency,
        }
        yield _line("maybe-one-money", values)
    period = {"first": found.first.isoformat(), "last": found.last.isoformat()}
    yield _line("summary", {"creditor": found.creditor, **period, "ties": found.ties})


def _table(title: str, columns: tuple[str, ...]) -> Table:
    table = Table(title=title)
    for column in ("account", "currency"):
        table.add_column(column)
    for column in (*columns, "difference"):
        table.add_column(column, justify="right")
    return table


def _places(each: AccountPlaces) -> dict[str, str]:
    amounts = {name: decimal_text(getattr(each.places, name), each.currency) for name in (*_RECEIVED, "difference")}
    return {"account": each.account, "currency": each.currency, **amounts}


def _statement(tie: StatementTie) -> dict[str, str]:
    amounts = {name: decimal_text(getattr(tie, name), tie.currency) for name in (*_BALANCE, "difference")}
    return {"account": tie.account, "currency": tie.currency, "days": f"{tie.first} to {tie.through}", **amounts}


def _amount(discrepancy: Discrepancy) -> str:
    assert discrepancy.amount is not None, "only a difference with an amount is shown"
    assert discrepancy.currency is not None, "a difference has a currency"
    return decimal_text(discrepancy.amount, discrepancy.currency)


def _line(kind: str, values: JsonFields) -> str:
    return json.dumps({"kind": kind, **values}, ensure_ascii=False, separators=(",", ":"))
