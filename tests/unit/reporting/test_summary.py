"""What happened, and why, in one short table."""

import io
from datetime import date

import pytest
from rich.console import Console

from schemas.dead_letters import DeadLetter
from schemas.decisions import HandedOver, Reason, TaskRaised, Unmatched
from services.reporting.summary import SummaryLine, as_table, summary
from tests.unit.reporting.harness import CREDITOR, IBAN, ReportingHarness, ended, letter, withheld

pytestmark = pytest.mark.usefixtures("each_database")


def lines_about(reporting: ReportingHarness, what: str) -> list[SummaryLine]:
    return [line for line in summary(reporting.store) if line.what == what]


def test_letters_are_counted_by_step_and_outcome_in_the_order_of_the_steps() -> None:
    reporting = ReportingHarness().publish(
        ended(letter(notice="n1", step="reminder", debtor="d1")),
        ended(letter(notice="n2", step="reminder", debtor="d2")),
        ended(letter(notice="n3", step="reminder", debtor="d1"), "failed"),
        ended(letter(notice="n4", step="nudge", letter_number=1)),
        ended(letter(notice="n5", step=None, purpose="apology", letter_number=3)),
    )

    assert [(line.detail, line.why, line.times, line.accounts) for line in lines_about(reporting, "letter")] == [
        ("nudge", "accepted", 1, 1),
        ("reminder", "accepted", 2, 2),
        ("reminder", "failed", 1, 1),
        ("apology", "accepted", 1, 1),
    ]


def test_what_held_letters_back_is_told_in_words_the_most_frequent_first() -> None:
    disputed, stale = Reason(code="disputed", invoice="1001"), Reason(code="stale-feed")
    reporting = ReportingHarness().publish(
        withheld(stale), withheld(disputed, stale, debtor="d2"), withheld(stale, day="2026-02-11")
    )

    held = lines_about(reporting, "held back")

    assert [(line.detail, line.times, line.accounts) for line in held] == [("stale-feed", 3, 2), ("disputed", 1, 1)]
    assert held[1].why == "The debtor disputes the invoice, or a part of it (G2)"


def test_tasks_hand_overs_unmatched_money_and_dead_letters_each_have_their_line() -> None:
    reporting = ReportingHarness().publish(
        TaskRaised(creditor=CREDITOR, debtor="d1", date=date(2026, 3, 1), task="rest", reason="residual", invoice="1"),
        HandedOver(
            creditor=CREDITOR,
            debtor="d1",
            date=date(2026, 4, 1),
            invoices=("1001",),
            principal=1,
            interest=0,
            costs=0,
            currency="EUR",
            status="published",
        ),
        Unmatched(
            creditor=CREDITOR,
            date=date(2026, 2, 2),
            account=IBAN,
            payment="P",
            amount=1,
            currency="EUR",
            reason="no-reference",
        ),
        DeadLetter(key="k", reason="conflict", detail=("x",), origin="facts/0", position=1, content="{}"),
    )

    shown = [(line.what, line.detail, line.times, line.why) for line in summary(reporting.store)]

    assert shown == [
        ("task", "rest", 1, "The principal is paid, or what is left of it is too small to remind of (M6)"),
        ("hand-over", "to the collector", 1, "published"),
        ("unmatched", "payments that are nobody's yet", 1, "no-reference"),
        ("dead letter", "events that could not be applied", 1, "conflict"),
    ]


def test_the_table_says_so_when_nothing_happened() -> None:
    console = Console(width=100, file=io.StringIO(), record=True)

    console.print(as_table(summary(ReportingHarness().store)))

    assert "no letter was due yet" in console.export_text()


def test_words_from_outside_are_shown_as_they_are() -> None:
    reporting = ReportingHarness().publish(
        TaskRaised(creditor=CREDITOR, debtor="d1", date=date(2026, 3, 1), task="[blink]call[/blink]", reason="call")
    )
    console = Console(width=120, file=io.StringIO(), record=True)

    console.print(as_table(summary(reporting.store)))

    assert "[blink]call[/blink]" in console.export_text()
