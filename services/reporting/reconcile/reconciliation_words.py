"""A reconciliation for a terminal, and as JSON."""

import json
from collections.abc import Iterator, Mapping
from typing import Final

from rich.table import Table
from rich.text import Text

from schemas.money import decimal_text
from services.reporting.reconcile.culprit import Culprit
from services.reporting.reconcile.reconciliation import PLACES, AccountPlaces, Reconciliation
from services.reporting.reconcile.statement_ties import Tie

_RECEIVED: Final = ("received", *PLACES)
_BALANCE: Final = ("opening", "received", "returned", "other", "closing")

Said = Mapping[str, str | bool | None]


def as_tables(found: Reconciliation) -> Iterator[Table]:
    """Where the money is, and the statements, as far as there are any."""
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
    """That it ties, or each culprit on a line."""
    if found.ties:
        yield "Difference 0.00: every cent is in exactly one place" + (
            ", and the statements tie." if found.statements else ". There are no statements to tie with."
        )
        return
    yield f"It does not tie. {len(found.culprits)} to look at:"
    for culprit in found.culprits:
        where = f" of {culprit.account}" if culprit.account else ""
        difference = "" if culprit.amount is None else f" ({_amount(culprit)} {culprit.currency})"
        yield f"  {culprit.what} {culprit.name}{where}: {culprit.words}{difference}"


def as_json(found: Reconciliation) -> Iterator[str]:
    """One object a line: each account and currency, each row of statements, each culprit, and last whether it ties."""
    for each in found.accounts:
        yield _line("account", _places(each))
    for tie in found.statements:
        yield _line("statements", _statement(tie))
    for culprit in found.culprits:
        said = {name: getattr(culprit, name) or None for name in ("account", "what", "name", "words", "currency")}
        yield _line("culprit", {**said, "amount": None if culprit.amount is None else _amount(culprit)})
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


def _statement(tie: Tie) -> dict[str, str]:
    amounts = {name: decimal_text(getattr(tie, name), tie.currency) for name in (*_BALANCE, "difference")}
    return {"account": tie.account, "currency": tie.currency, "days": f"{tie.first} to {tie.through}", **amounts}


def _amount(culprit: Culprit) -> str:
    assert culprit.amount is not None, "a difference is told"
    assert culprit.currency is not None, "a difference has a currency"
    return decimal_text(culprit.amount, culprit.currency)


def _line(kind: str, said: Said) -> str:
    return json.dumps({"kind": kind, **said}, ensure_ascii=False, separators=(",", ":"))
