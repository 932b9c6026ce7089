"""What is owed, by days past the effective due date."""

import csv
import io
from datetime import date, timedelta

import pytest
from rich.console import Console

from schemas.decisions import Balance
from services.reporting.ageing import Owed, ageing, as_csv, as_table
from tests.unit.reporting.harness import CREDITOR, ReportingHarness, account, balance, credit

pytestmark = pytest.mark.usefixtures("each_database")

AS_OF = date(2026, 3, 1)


def due(days_ago: int, invoice: str = "1001", principal: int = 10000) -> Balance:
    return balance(invoice, effective_due=AS_OF - timedelta(days=days_ago), principal=principal)


@pytest.mark.parametrize(
    ("days_ago", "bucket"),
    [
        (-1, "not_due"),
        (0, "not_due"),
        (1, "days_1_30"),
        (30, "days_1_30"),
        (31, "days_31_60"),
        (60, "days_31_60"),
        (61, "days_61_90"),
        (90, "days_61_90"),
        (91, "over_90_days"),
    ],
)
def test_principal_stands_under_the_days_since_its_effective_due_date(days_ago: int, bucket: str) -> None:
    reporting = ReportingHarness().publish(account(due(days_ago)))

    (row,) = ageing(reporting.store, AS_OF).accounts

    assert row.owed == Owed(**{bucket: 10000})


def test_interest_and_costs_are_apart_from_principal_and_in_the_total() -> None:
    reporting = ReportingHarness().publish(account(balance(principal=0, interest=52, costs=500)))

    (row,) = ageing(reporting.store, AS_OF).accounts

    assert (row.owed.principal, row.owed.interest, row.owed.costs, row.owed.total) == (0, 52, 500, 552)


def test_a_creditors_line_is_the_sum_of_its_accounts_in_one_currency() -> None:
    reporting = ReportingHarness().publish(
        account(due(5), debtor="d1"),
        account(due(40, "1002"), debtor="d2"),
        account(balance("1003", currency="SEK"), debtor="d3"),
        account(due(5, "9001"), creditor="other"),
    )

    lines = ageing(reporting.store, AS_OF).creditors

    assert [(row.creditor, row.currency, row.owed.total) for row in lines] == [
        (CREDITOR, "EUR", 20000),
        (CREDITOR, "SEK", 10000),
        ("other", "EUR", 10000),
    ]


def test_only_the_creditor_that_was_asked_for_is_reported() -> None:
    reporting = ReportingHarness().publish(account(due(5)), account(due(5), creditor="other"))

    assert {row.creditor for row in ageing(reporting.store, AS_OF, "other").accounts} == {"other"}


def test_a_paid_invoice_is_not_owed() -> None:
    reporting = ReportingHarness().publish(account(due(5)), account(due(5, principal=0)))

    assert ageing(reporting.store, AS_OF).accounts == ()


def test_credit_stays_visible_until_it_is_used() -> None:
    reporting = ReportingHarness().publish(account(balance(principal=0), credit=credit(1500)))
    (row,) = ageing(reporting.store, AS_OF).accounts
    assert (row.owed.total, row.owed.credit) == (0, 1500)

    reporting.publish(account(balance(principal=0)))

    assert ageing(reporting.store, AS_OF).accounts == ()


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", " ="])
def test_a_name_that_a_spreadsheet_would_calculate_is_made_harmless(start: str) -> None:
    reporting = ReportingHarness().publish(account(due(5), name=f"{start}HYPERLINK(1)"))

    (row,) = csv.DictReader(io.StringIO(as_csv(ageing(reporting.store, AS_OF))))

    assert row["name"] == f"'{start}HYPERLINK(1)"
    assert row["1-30 days"] == "100.00"


def test_commas_quotes_and_line_ends_in_a_name_stay_in_its_cell() -> None:
    name = 'Virtanen, "Ville"\nand sons'
    reporting = ReportingHarness().publish(account(due(5), name=name))

    (row,) = csv.DictReader(io.StringIO(as_csv(ageing(reporting.store, AS_OF))))

    assert row["name"] == name


def test_the_table_shows_names_as_they_are_and_amounts_as_decimals() -> None:
    reporting = ReportingHarness().publish(account(due(5), name="[red]Red[/red] Oy"))
    console = Console(width=200, file=io.StringIO(), record=True)

    console.print(as_table(ageing(reporting.store, AS_OF), per_account=True))

    shown = console.export_text()
    assert "[red]Red[/red] Oy" in shown
    assert "100.00" in shown
