"""Statements of a bank account: a missing one holds the feed, whatever came behind it (docs/adr/0008)."""

from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.decisions import Alert, StatementTaken
from schemas.journal import FeedReached
from schemas.topics import DECISIONS, JOURNAL
from services.runtime.sqlite.store import SqliteStore
from tests.unit.cash_application.harness import CashHarness
from tests.unit.intake.public_events import IBAN, OTHER_IBAN, Event, completed, creditor, payment

MONDAY = date(2026, 1, 5)
TWO_ACCOUNTS = [{"iban": IBAN, "bic": "NDEAFIHH"}, {"iban": OTHER_IBAN, "bic": "NDEAFIHH"}]


def statement(
    day: date | str, number: int | None, opening: int, closing: int, *, name: str = "", account: str = IBAN, **said: Any
) -> Event:
    """A statement of one day on which no customer paid; balances in whole euros."""
    parts: dict[str, Any] = {"currency": "EUR", "opening": f"{opening}.00", "closing": f"{closing}.00", **said}
    parts["other"] = f"{closing - opening}.00"
    if number is not None:
        parts["number"] = number
    sent = completed(str(day), f"{account}:{day}:{number}:{name}", sum="0.00", statement=parts)
    sent["data"]["account"] = account
    return sent


def week(days: int = 5, first: date = MONDAY, number: int = 1, balance: int = 100) -> list[Event]:
    """A statement a day, each day with ten euros more."""
    return [
        statement(first + timedelta(n), number + n, balance + 10 * n, balance + 10 * (n + 1), name="w")
        for n in range(days)
    ]


def reached(harness: CashHarness, account: str = IBAN) -> str | None:
    """How far the accounts know the feed to reach at a frontier now: the last message, the same in every partition."""
    harness.tick()
    log = harness.engine.store.log
    words = set()
    for partition, end in enumerate(log.ends(JOURNAL.name)):
        rows = [JOURNAL.decode(value) for _, _, value in log.read(JOURNAL.name, partition, 0, end)]
        sent = [row.through for row in rows if isinstance(row, FeedReached) and row.account == account]
        words.add(sent[-1].isoformat() if sent else None)
    (word,) = words
    return word


def alerts(harness: CashHarness) -> list[str]:
    return [message.detail for message in harness.messages(DECISIONS) if isinstance(message, Alert)]


def test_statements_that_follow_each_other_carry_the_feed_on() -> None:
    harness = CashHarness(started=True)
    harness.publish(*week())
    harness.tick()
    assert reached(harness) == "2026-01-09"
    assert alerts(harness) == []


def test_the_first_statement_there_is_counts_as_the_beginning() -> None:
    harness = CashHarness(started=True)
    harness.publish(*week(number=120, balance=5_000))
    assert reached(harness) == "2026-01-09"


def test_a_missing_statement_holds_the_feed_and_an_alert_names_it() -> None:
    harness = CashHarness(started=True)
    monday, tuesday, _, thursday, friday = week()
    harness.publish(monday, tuesday, thursday, friday)
    harness.tick()
    assert reached(harness) == "2026-01-06"
    assert alerts(harness) == [
        f"bank account {IBAN}: statement 3 is missing between 2026-01-06 and 2026-01-08; "
        "order it from the bank, no letters go meanwhile"
    ]
    harness.tick()
    assert len(alerts(harness)) == 1


def test_the_missing_one_closes_the_chain_when_it_comes() -> None:
    harness = CashHarness(started=True)
    monday, tuesday, wednesday, thursday, friday = week()
    harness.publish(monday, tuesday, thursday, friday)
    harness.tick()
    harness.publish(wednesday)
    assert reached(harness) == "2026-01-09"


def test_statements_in_any_order_within_a_minute_raise_no_alert() -> None:
    harness = CashHarness(started=True)
    harness.publish(*reversed(week()))
    harness.tick()
    assert reached(harness) == "2026-01-09"
    assert alerts(harness) == []


def test_the_feed_goes_back_when_an_older_statement_shows_that_one_is_missing() -> None:
    harness = CashHarness(started=True)
    monday, _, *rest = week()
    harness.publish(*rest)
    assert reached(harness) == "2026-01-09"
    harness.publish(monday)
    assert reached(harness) == "2026-01-05"


def test_the_right_number_with_another_balance_is_a_gap_too() -> None:
    harness = CashHarness(started=True)
    harness.publish(statement("2026-01-05", 1, 100, 110), statement("2026-01-06", 2, 111, 120))
    harness.tick()
    assert reached(harness) == "2026-01-05"
    assert "statement 2 (2026-01-06) does not begin with the balance of the one before it" in alerts(harness)[0]


def test_the_right_balance_with_another_number_is_a_gap_too() -> None:
    harness = CashHarness(started=True)
    harness.publish(statement("2026-01-05", 1, 0, 0), statement("2026-01-08", 4, 0, 0))
    harness.tick()
    assert reached(harness) == "2026-01-05"
    assert "statements 2 to 3 are missing between 2026-01-05 and 2026-01-08" in alerts(harness)[0]


def test_a_new_year_may_begin_again_at_one_or_count_on() -> None:
    for number in (1, 252):
        harness = CashHarness(started=True)
        harness.publish(statement("2025-12-31", 251, 100, 110), statement("2026-01-02", number, 110, 120))
        assert reached(harness) == "2026-01-02"


def test_in_the_same_year_it_may_not_begin_again() -> None:
    harness = CashHarness(started=True)
    harness.publish(statement("2025-12-30", 251, 100, 110), statement("2025-12-31", 1, 110, 120))
    assert reached(harness) == "2025-12-30"


def test_an_empty_statement_without_a_number_does_not_stop_the_count() -> None:
    harness = CashHarness(started=True)
    harness.publish(statement("2026-01-05", 1, 100, 110), statement("2026-01-06", None, 110, 110))
    harness.publish(statement("2026-01-07", 2, 110, 120))
    assert reached(harness) == "2026-01-07"
    harness.publish(statement("2026-01-09", 4, 120, 130))
    assert reached(harness) == "2026-01-07"


def test_a_copy_of_a_statement_under_another_id_changes_nothing() -> None:
    harness = CashHarness(started=True)
    first, second = week(days=2)
    harness.publish(first, first | {"id": "copy"}, second, second | {"id": "copy", "source": "//elsewhere"})
    harness.publish(payment("P"), completed("2026-01-08", "c", count=1, sum="100.00"))
    assert reached(harness) == "2026-01-08"
    assert harness.tally.duplicates == 2
    assert len([message for message in harness.messages(DECISIONS) if isinstance(message, StatementTaken)]) == 2


def test_another_statement_of_the_same_number_takes_its_place_in_the_chain() -> None:
    harness = CashHarness(started=True)
    harness.publish(statement("2026-01-05", 1, 100, 110), statement("2026-01-05", 1, 100, 111, name="other"))
    harness.publish(statement("2026-01-06", 2, 111, 111))
    assert (harness.reasons(), reached(harness)) == ([], "2026-01-06")


def test_another_statement_of_the_same_number_and_another_day_is_a_conflict() -> None:
    harness = CashHarness(started=True)
    harness.publish(statement("2026-01-05", 1, 100, 110), statement("2026-01-06", 1, 100, 111, name="other"))
    assert harness.reasons() == ["conflict"]


def test_each_account_has_a_chain_of_its_own() -> None:
    harness = CashHarness(started=True, registered=False)
    harness.publish(creditor(accounts=TWO_ACCOUNTS))
    monday, _, wednesday = week(days=3)
    harness.publish(monday, wednesday)
    harness.publish(*(statement(MONDAY + timedelta(n), 71 + n, 0, 0, account=OTHER_IBAN) for n in range(3)))
    assert reached(harness) == "2026-01-05"
    assert reached(harness, OTHER_IBAN) == "2026-01-07"


def test_each_currency_has_a_chain_of_its_own_and_the_feed_waits_for_all() -> None:
    harness = CashHarness(started=True)
    harness.publish(*week(days=2))
    harness.publish(statement("2026-01-05", 1, 0, 0, currency="SEK"))
    assert reached(harness) == "2026-01-06"
    harness.publish(statement("2026-01-07", 3, 0, 0, currency="SEK"), statement("2026-01-07", 3, 120, 130))
    assert reached(harness) == "2026-01-05"


def test_a_person_ends_a_gap_by_a_completion_without_figures() -> None:
    harness = CashHarness(started=True)
    monday, _, wednesday, thursday, _ = week()
    harness.publish(monday, wednesday, completed("2026-01-07", "all is in"))
    harness.tick()
    assert reached(harness) == "2026-01-07"
    assert alerts(harness) == []
    harness.publish(thursday)
    assert reached(harness) == "2026-01-08"


def test_a_statement_whose_payments_have_not_come_keeps_the_feed_back() -> None:
    harness = CashHarness(started=True)
    harness.publish(*week(days=1))
    lump = completed(
        "2026-01-06",
        "lump",
        sum="100.00",
        statement={"currency": "EUR", "number": 2, "opening": "110.00", "received": "100.00", "closing": "210.00"},
    )
    harness.publish(lump)
    assert reached(harness) == "2026-01-05"
    harness.publish(payment("P"))
    assert reached(harness) == "2026-01-06"


def test_what_a_statement_received_is_the_sum_where_the_completion_has_none() -> None:
    harness = CashHarness(started=True)
    sent = completed(
        "2026-01-06",
        "s",
        statement={"currency": "EUR", "opening": "0.00", "received": "100.00", "closing": "100.00"},
    )
    harness.publish(sent)
    assert reached(harness) is None
    harness.publish(payment("P"))
    assert reached(harness) == "2026-01-06"


def test_a_statement_that_does_not_come_to_its_closing_balance_is_a_dead_letter() -> None:
    harness = CashHarness(started=True)
    sent = statement("2026-01-05", 1, 100, 110)
    sent["data"]["statement"]["closing"] = "109.00"
    harness.publish(sent)
    assert harness.reasons() == ["wrong-field"]
    assert reached(harness) is None


def test_amounts_that_the_currency_does_not_have_are_refused() -> None:
    harness = CashHarness(started=True)
    yen = {"currency": "JPY", "opening": "0.00", "other": "500.50", "closing": "500.50"}
    harness.publish(completed("2026-01-05", "half a yen", sum="0.00", statement=yen))
    assert harness.reasons() == ["wrong-field"]
    whole = yen | {"other": "500.00", "closing": "500.00"}
    harness.publish(completed("2026-01-05", "whole yen", sum="0.00", statement=whole))
    assert [message.closing for message in harness.messages(DECISIONS) if isinstance(message, StatementTaken)] == [500]


def test_after_a_restart_the_chain_goes_on(tmp_path: Path) -> None:
    monday, tuesday, wednesday, thursday, _ = week()
    with SqliteStore(tmp_path / "store.db") as store:
        CashHarness(started=True, store=store).publish(monday, wednesday)
    with SqliteStore(tmp_path / "store.db") as store:
        harness = CashHarness(started=True, store=store, registered=False)
        harness.minutes = 1
        harness.tick()
        assert reached(harness) == "2026-01-05"
        assert len(alerts(harness)) == 1
        harness.publish(thursday, tuesday)
        assert reached(harness) == "2026-01-08"


@st.composite
def chains(draw: st.DrawFn) -> tuple[list[Event], int]:
    """Statements of a month and a half over the turn of a year, some of them lost; how far they are unbroken."""
    days = [date(2025, 12, 15) + timedelta(n) for n in range(draw(st.integers(2, 40)))]
    restarts, balance, number = draw(st.booleans()), 0, 230
    sent: list[Event] = []
    for day in days:
        number = 1 if restarts and day == date(2026, 1, 1) else number + 1
        # Where numbers begin again only the balance shows that the year's last statement is lost.
        change = 10 if day == date(2025, 12, 31) else draw(st.sampled_from((0, 0, 10, 5)))
        sent.append(statement(day, number, balance, balance + change))
        balance += change
    lost = draw(st.sets(st.integers(0, len(sent) - 1), max_size=3))
    kept = [n for n in range(len(sent)) if n not in lost]
    unbroken = next((n for n, after in pairwise(kept) if after != n + 1), kept[-1] if kept else -1)
    return [sent[n] for n in kept], unbroken


@settings(max_examples=60, deadline=None)
@given(chain=chains(), data=st.data())
def test_whatever_the_order_the_feed_reaches_to_the_first_gap(
    chain: tuple[list[Event], int], data: st.DataObject
) -> None:
    sent, unbroken = chain
    harness = CashHarness(started=True, batch=data.draw(st.integers(1, 50)))
    harness.publish_at_once(*data.draw(st.permutations(sent)))
    harness.tick()
    expected = None if unbroken < 0 else (date(2025, 12, 15) + timedelta(unbroken)).isoformat()
    assert reached(harness) == expected


@pytest.mark.parametrize("field", ["opening", "closing"])
def test_a_statement_without_a_balance_is_a_dead_letter(field: str) -> None:
    harness = CashHarness(started=True)
    sent = statement("2026-01-05", 1, 100, 110)
    del sent["data"]["statement"][field]
    harness.publish(sent)
    assert harness.reasons() == ["missing-field"]
