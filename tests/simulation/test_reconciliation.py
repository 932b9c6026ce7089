"""Whatever a history holds, every cent is in one place and ties to the statements; what is tampered with is found."""

import json
import shutil
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from services.cli import main
from services.reporting.reconcile.reconciliation import Reconciliation, reconcile
from services.runtime.sqlite.store import SqliteStore
from services.runtime.store.port import Access
from tests.simulation.histories import history
from tests.simulation.history_writer import CREDITOR
from tests.simulation.statements import statements_of

FIRST, LAST = date(2020, 1, 1), date(2030, 1, 1)


def played(folder: Path, seed: int, profile: str) -> Path:
    """The store of a history and its statements."""
    events, until = history(seed, profile)
    file = folder / "history.jsonl"
    lines = [json.dumps(event) + "\n" for event in [*events, *statements_of(events, until)]]
    file.write_text("".join(lines), encoding="utf-8")
    assert main(["play", str(file), "--until", until, "--store", str(folder), "--json"]) == 0
    return folder / "erapaiva.db"


def found_in(store: Path) -> Reconciliation:
    with SqliteStore(store, Access.READ) as opened:
        return reconcile(opened, CREDITOR, FIRST, LAST)


@pytest.mark.parametrize("profile", ["money", "rich"])
@pytest.mark.parametrize("seed", range(4))
def test_it_ties_whatever_happened(tmp_path: Path, profile: str, seed: int) -> None:
    found = found_in(played(tmp_path, seed, profile))

    assert found.discrepancies == ()
    assert found.ties
    assert sum(each.places.received for each in found.accounts) > 0
    assert sum(tie.received for tie in found.statements) == sum(each.places.received for each in found.accounts)


@pytest.fixture(scope="module")
def tied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of a history that ties."""
    return played(tmp_path_factory.mktemp("tied"), 0, "money")


BIGGEST = "SELECT payment FROM payment_use_now WHERE principal > 0 ORDER BY principal DESC, payment LIMIT 1"
TAMPERED = {
    "a payment dropped": (
        f"DELETE FROM payment WHERE payment = ({BIGGEST})",
        {("payment", "is on the account of"), ("statement", "the payments seen")},
    ),
    "an allocation lost": (
        f"UPDATE payment_use SET principal = 0 WHERE payment = ({BIGGEST})",
        {("payment", "its places do not come to what was received")},
    ),
    "a payment taken off its account": (
        f"DELETE FROM payment_use WHERE payment = ({BIGGEST})",
        {("payment", "is in no place")},
    ),
    "a payment on two accounts": (
        "INSERT INTO payment_use SELECT u.creditor, a.debtor, u.account, u.payment, u.currency, u.amount, u.reversed,"
        " u.refunded, u.principal, u.interest, u.costs, u.credit, u.given_back, u.refused, a.position"
        " FROM payment_use_now u JOIN account a ON a.debtor <> u.debtor"
        f" WHERE u.payment = ({BIGGEST}) LIMIT 1",
        {("payment", "is in more than one place")},
    ),
    "a payment placed and unmatched": (
        "INSERT INTO unmatched_payment SELECT creditor, '', account, payment, '2026-01-01', 1, currency, 'x', NULL"
        f" FROM payment WHERE payment = ({BIGGEST})",
        {("payment", "is in more than one place")},
    ),
    "unmatched money forgotten": (
        "DELETE FROM unmatched_payment WHERE payment = (SELECT MIN(payment) FROM unmatched_payment_now)",
        {("payment", "is in no place")},
    ),
    "a reversal that never reached the account": (
        "UPDATE payment_use SET principal = principal + reversed, reversed = 0"
        " WHERE payment = (SELECT MIN(payment) FROM payment_use_now WHERE reversed > 0)",
        {("payment", "the debtor's account does not know it")},
    ),
    "a reversal dropped": (
        "DELETE FROM payment_return WHERE id = (SELECT MIN(id) FROM payment_return WHERE kind = 'reversed')",
        {("payment", "the debtor's account does not know it"), ("statement", "the reversals seen")},
    ),
    "a cent more in a statement": (
        "UPDATE bank_statement SET received = received + 1, closing = closing + 1 WHERE number = 3",
        {("statement", "the payments seen"), ("statement", "does not begin with the balance")},
    ),
    "a statement missing": (
        "DELETE FROM bank_statement WHERE number = 3",
        {("statement", "statement 3 is missing"), ("days", "in no statement")},
    ),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_what_is_tampered_with_is_found(tied: Path, tmp_path: Path, what: str) -> None:
    change, expected = TAMPERED[what]
    copy = tmp_path / "copy.db"
    shutil.copy(tied, copy)
    with closing(sqlite3.connect(copy)) as connection, connection:
        assert connection.execute(change).rowcount == 1

    found = found_in(copy)

    assert not found.ties
    assert {(c.what, words) for c in found.discrepancies for _, words in expected if words in c.words} == expected
    assert len(found.discrepancies) == len(expected)
