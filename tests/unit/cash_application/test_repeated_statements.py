"""A month's statement beside those of its days, and one without a number that is corrected, double no money (B2)."""

from datetime import timedelta
from typing import Any

from schemas.decisions import Alert, PaymentWithdrawn, StatementTaken, Unmatched
from schemas.journal import FeedReached
from schemas.topics import DECISIONS
from tests.unit.cash_application.harness import CashHarness
from tests.unit.cash_application.test_not_in_statement import standing, waiting
from tests.unit.intake.public_events import MORNING, Event, completed, invoice, payment, reference_of


def line(statement: str, day: str, amount: str = "60.00", place: int = 1, **said: Any) -> Event:
    """A payment without an id in a statement."""
    told: Event = {"channel": "statement", "statement": statement, "place": place, "booked": day, "amount": amount}
    return payment(f"{statement}-{day}-{amount}-{place}", reference_of(1), **(told | said))


def statement(name: str, first: str, last: str, opening: str, received: str, **said: Any) -> Event:
    """A statement of some days; ``number``: it has one; without, payments call it by its name."""
    closing = f"{float(opening) + float(received):.2f}"
    sums: Event = {"currency": "EUR", "from": first, "opening": opening, "received": received, "closing": closing}
    at = said.pop("at", MORNING + timedelta(days=40))
    return completed(last, f"{name}-{received}-{at:%d%H}", at=at, statement=sums | (said or {"name": name}))


def days() -> list[Event]:
    """The statements of three days, with two equal payments on the second."""
    return [
        line("d1", "2026-01-19"),
        statement("d1", "2026-01-19", "2026-01-19", "0.00", "60.00"),
        line("d2", "2026-01-20", "30.00"),
        line("d2", "2026-01-20", "30.00", 2),
        statement("d2", "2026-01-20", "2026-01-20", "60.00", "60.00"),
        statement("d3", "2026-01-21", "2026-01-21", "120.00", "0.00"),
    ]


def month() -> list[Event]:
    """The statement of all of these days."""
    lines = line("m", "2026-01-19"), line("m", "2026-01-20", "30.00"), line("m", "2026-01-20", "30.00", 2)
    return [*lines, statement("m", "2026-01-19", "2026-01-21", "0.00", "120.00")]


def played(*events: Event) -> CashHarness:
    """A creditor with invoice 1, long after, and two ticks after the events."""
    harness = CashHarness(started=True)
    harness.publish(invoice(1, amount="500.00"), *events)
    harness.tick()
    harness.tick()
    return harness


def alerts(harness: CashHarness) -> list[str]:
    return [each.code for each in harness.messages(DECISIONS) if isinstance(each, Alert)]


def test_a_months_statement_beside_those_of_its_days_tells_no_money_twice() -> None:
    for events in ((*days(), *month()), (*month(), *days())):
        harness = played(*events)
        assert len(standing(harness)) == 3
        assert (waiting(harness), harness.reasons(), alerts(harness)) == ([], [], [])
        assert [str(each.through) for each in harness.journal(FeedReached)][-1] == "2026-01-21"


def test_the_next_day_goes_on_after_both() -> None:
    after = line("d4", "2026-01-22"), statement("d4", "2026-01-22", "2026-01-22", "120.00", "60.00")
    harness = played(*days(), *month(), *after)
    assert len(standing(harness)) == 4
    assert alerts(harness) == []
    assert [str(each.through) for each in harness.journal(FeedReached)][-1] == "2026-01-22"


def test_a_line_that_the_days_lack_is_left_to_a_person() -> None:
    lines = line("m", "2026-01-19", "60.00"), line("m", "2026-01-20", "50.00"), line("m", "2026-01-20", "10.00")
    harness = played(*days(), *lines, statement("m", "2026-01-19", "2026-01-21", "0.00", "120.00"))
    assert len(standing(harness)) == 3
    assert [why for _, why in waiting(harness)] == ["not-in-statement", "not-in-statement"]


def test_a_line_of_another_payer_is_not_the_days_line() -> None:
    for payer, left in (("MALLILA AINO", []), ("Eino Mallila", ["not-in-statement"])):
        harness = played(
            line("d1", "2026-01-19", payer={"name": "Aino Mallila"}),
            statement("d1", "2026-01-19", "2026-01-19", "0.00", "60.00"),
            statement("d2", "2026-01-20", "2026-01-20", "60.00", "0.00"),
            line("m", "2026-01-19", payer={"name": payer}),
            statement("m", "2026-01-19", "2026-01-20", "0.00", "60.00"),
        )
        assert len(standing(harness)) == 1
        assert [why for _, why in waiting(harness)] == left


def test_a_statement_that_begins_on_the_last_day_of_the_one_before_goes_on_from_it() -> None:
    first = line("a", "2026-01-19"), statement("a", "2026-01-19", "2026-01-19", "0.00", "60.00")
    second = line("b", "2026-01-19"), statement("b", "2026-01-19", "2026-01-20", "60.00", "60.00")
    for events in ((*first, *second), (*second, *first)):
        harness = played(*events)
        assert len(standing(harness)) == 2
        assert (waiting(harness), alerts(harness)) == ([], [])


def test_two_statements_of_one_day_that_follow_each_other_are_two() -> None:
    first = line("a", "2026-01-20"), statement("a", "2026-01-20", "2026-01-20", "0.00", "60.00")
    second = line("b", "2026-01-20"), statement("b", "2026-01-20", "2026-01-20", "60.00", "60.00")
    harness = played(*first, *second)
    assert len(standing(harness)) == 2
    assert (harness.reasons(), alerts(harness)) == ([], [])


def corrected(name: str) -> CashHarness:
    """A statement without a number, and one made later of the same day and opening balance: it lacks a line."""
    later = MORNING + timedelta(days=50)
    first = line("a", "2026-01-20"), line("a", "2026-01-20", "40.00")
    second = line(name, "2026-01-20", "40.00"), line(name, "2026-01-20", "5.00")
    return played(
        *first,
        statement("a", "2026-01-20", "2026-01-20", "0.00", "100.00"),
        *(each | {"time": later.isoformat()} for each in second),
        statement(name, "2026-01-20", "2026-01-20", "0.00", "45.00", at=later),
    )


def test_a_corrected_statement_without_a_number_takes_the_place_of_the_earlier_one() -> None:
    for name in ("a", "b"):
        harness = corrected(name)
        assert (harness.reasons(), alerts(harness)) == ([], [])
        assert len(standing(harness)) == 2
        gone = [each.payment for each in harness.messages(DECISIONS) if isinstance(each, PaymentWithdrawn)]
        assert "a-2026-01-20-60.00-1" in gone
        taken = [each for each in harness.messages(DECISIONS) if isinstance(each, StatementTaken)]
        assert [(each.received, each.corrects) for each in taken] == [(10000, None), (4500, 10000)]
        assert not [each for each in harness.decisions() if isinstance(each, Unmatched)]


def test_the_statement_that_was_corrected_changes_nothing_when_it_comes_later() -> None:
    for name in ("a", "b"):
        later = MORNING + timedelta(days=50)
        second = (
            line(name, "2026-01-20", "40.00"),
            statement(name, "2026-01-20", "2026-01-20", "0.00", "40.00", at=later),
        )
        first = line("a", "2026-01-20"), line("a", "2026-01-20", "40.00")
        harness = played(*second, *first, statement("a", "2026-01-20", "2026-01-20", "0.00", "100.00"))
        assert (harness.reasons(), alerts(harness)) == ([], [])
        assert len(standing(harness)) == 1


def test_a_months_number_may_be_that_of_one_of_its_days() -> None:
    first = line("2026/1", "2026-01-19"), statement("d1", "2026-01-19", "2026-01-19", "0.00", "60.00", number=1)
    second = line("2026/2", "2026-01-20"), statement("d2", "2026-01-20", "2026-01-20", "60.00", "60.00", number=2)
    lines = line("2026/1", "2026-01-19"), line("2026/1", "2026-01-20")
    month_ = statement("m", "2026-01-01", "2026-01-31", "0.00", "120.00", number=1)
    harness = played(*first, *second, *(each | {"id": f"m-{each['id']}"} for each in lines), month_)
    assert len(standing(harness)) == 2
    assert (waiting(harness), harness.reasons(), alerts(harness)) == ([], [], [])
