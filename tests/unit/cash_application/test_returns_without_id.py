"""A bank's return finds its payment, or says that it does not (rules.md B1)."""

from typing import Any

from schemas.dead_letters import DeadLetterClosed
from schemas.decisions import PaymentReturned
from schemas.facts import UnreadEvent, UnreadReleased
from schemas.journal import MoneyReversed
from schemas.topics import DEAD_LETTERS, DECISIONS, PAYMENTS
from services.intake.labels import Label, labelled
from tests.unit.cash_application.harness import CashHarness
from tests.unit.intake.public_events import IBAN, Event, about_payment, invoice, payment, raw, reference_of


def back(archive_id: str, **said: Any) -> Event:
    """A return of 100.00 EUR that a statement told, booked six days after the payments."""
    data = {"amount": "100.00", "currency": "EUR", "booked": "2026-01-26", "channel": "statement"} | said
    return about_payment("payment.reversed", archive_id, f"back-{archive_id}", **data)


def reversed_payments(harness: CashHarness) -> list[str]:
    """The payments that went back, on accounts."""
    return [each.payment for each in harness.journal(MoneyReversed)]


def test_a_return_under_its_own_id_finds_its_payment_by_the_payers_id() -> None:
    for name in ("end_to_end", "uetr", "instruction", "mandate"):
        harness = CashHarness()
        harness.publish(invoice(1), invoice(2), payment("A", reference_of(1), ids={name: "Q-1"}))
        harness.publish(payment("B", reference_of(2), ids={name: "Q-2"}), back("R", ids={name: "Q-1"}))
        assert reversed_payments(harness) == ["A"], name


def test_an_id_that_was_not_provided_finds_nothing() -> None:
    harness = CashHarness()
    harness.publish(invoice(1), payment("A", reference_of(1), ids={"end_to_end": "NOTPROVIDED"}))
    harness.publish(back("R", ids={"end_to_end": "NOTPROVIDED"}))
    assert (reversed_payments(harness), harness.tally.waiting) == ([], 1)


def test_a_return_with_a_reference_takes_back_the_latest_equal_sum_before_it() -> None:
    harness = CashHarness()
    days = {"A": "2026-01-16", "B": "2026-01-20", "C": "2026-01-28"}
    harness.publish(invoice(1, amount="500.00"), payment("D", reference_of(1), amount="90.00", booked="2026-01-21"))
    harness.publish(*(payment(name, reference_of(1), booked=day) for name, day in days.items()))
    harness.publish(back("R", reference=reference_of(1)), back("S", reference=reference_of(1)))
    assert reversed_payments(harness) == ["B", "A"]


def test_a_recurring_id_comes_back_from_the_latest_day_before_the_return() -> None:
    harness = CashHarness()
    harness.publish(invoice(1, amount="500.00"))
    harness.publish(*(payment("A", reference_of(1), booked=day) for day in ("2026-01-16", "2026-01-20", "2026-01-28")))
    harness.publish(back("A"))
    assert reversed_payments(harness) == ["A 2026-01-20"]
    harness.publish(about_payment("payment.reversed", "A", "first", payment_booked="2026-01-16"))
    assert reversed_payments(harness)[-1] == "A"


def test_a_return_without_its_payment_doubts_the_debtor_of_its_reference_at_once_until_the_payment_comes() -> None:
    harness = CashHarness()
    harness.publish(invoice(1), back("R", reference=reference_of(1), ids={"end_to_end": "Q-1"}))
    doubts = [each.key for each in harness.of_account("D1") if isinstance(each, UnreadEvent)]
    assert (len(doubts), harness.reasons()) == (1, [])
    harness.tick()
    assert harness.reasons() == ["return-without-payment"]
    harness.publish(payment("A", reference_of(1), ids={"end_to_end": "Q-1"}))
    assert reversed_payments(harness) == ["A"]
    assert [each.key for each in harness.of_account("D1") if isinstance(each, UnreadReleased)] == doubts
    closed = [each for each in harness.messages(DEAD_LETTERS) if isinstance(each, DeadLetterClosed)]
    assert [(each.key, each.outcome) for each in closed] == [(doubts[0], "applied")]
    assert harness.tally.waiting == 0


def test_a_return_that_finds_its_payment_by_the_next_frontier_makes_no_dead_letter() -> None:
    harness = CashHarness()
    harness.publish(invoice(1), back("A"), payment("A", reference_of(1)))
    harness.tick()
    assert (reversed_payments(harness), harness.reasons()) == (["A"], [])


def test_a_return_that_fits_payments_of_two_receivables_is_a_doubt_until_a_person_names_one() -> None:
    harness = CashHarness()
    harness.publish(invoice(1), invoice(2), payment("A", reference_of(1), ids={"mandate": "M"}))
    harness.publish(payment("B", reference_of(2), ids={"mandate": "M"}), back("R", ids={"mandate": "M"}))
    assert any(isinstance(each, UnreadEvent) for each in harness.of_account("D1"))
    harness.tick()
    assert harness.reasons() == ["return-without-payment"]
    close(harness, about_payment("payment.reversed", "B", "back-R", amount="100.00", currency="EUR"))
    assert (reversed_payments(harness), harness.tally.waiting) == (["B"], 0)
    assert isinstance(harness.of_account("D1")[-1], UnreadReleased)


def test_a_return_that_a_person_discards_waits_no_more() -> None:
    harness = CashHarness()
    harness.publish(invoice(1), back("R", reference=reference_of(1)))
    harness.tick()
    close(harness)
    harness.publish(payment("A", reference_of(1)))
    assert (reversed_payments(harness), harness.tally.waiting, harness.tally.dead_letters) == ([], 0, 1)


def test_a_return_that_a_person_sends_again_as_it_was_goes_on_waiting() -> None:
    harness = CashHarness()
    harness.publish(invoice(1), back("R", reference=reference_of(1)))
    harness.tick()
    close(harness, back("R", reference=reference_of(1)))
    harness.tick()
    assert harness.reasons() == ["return-without-payment"] * 2
    harness.publish(payment("A", reference_of(1)))
    assert reversed_payments(harness) == ["A"]


def test_a_return_that_two_channels_told_is_one() -> None:
    harness = CashHarness()
    harness.publish(invoice(1), payment("A", reference_of(1), ids={"end_to_end": "Q-1"}))
    harness.publish(back("R", ids={"end_to_end": "Q-1"}))
    harness.publish(back("T", ids={"end_to_end": "Q-1"}, channel="notification"))
    assert (reversed_payments(harness), harness.reasons(), harness.tally.duplicates) == (["A"], [], 1)


def test_equal_parts_of_a_payment_that_one_message_returns_are_two_returns_whatever_another_one_told_of_them() -> None:
    half: Event = {"amount": "50.00", "ids": {"end_to_end": "Q-1"}}
    notified = back("R1", **half, channel="notification", statement="N4") | {"id": "notified"}
    first, second = (back(each, **half, statement="2026/5") for each in ("R1", "R2"))
    for order in ((notified, first, second), (first, second, notified), (first, notified, second)):
        harness = CashHarness()
        harness.publish(invoice(1), payment("A", reference_of(1), ids={"end_to_end": "Q-1"}), *order)
        assert (reversed_payments(harness), harness.reasons(), harness.tally.duplicates) == (["A", "A"], [], 1)


def test_a_return_that_a_statement_of_its_month_tells_beside_that_of_its_day_is_one() -> None:
    for amount in ("20.00", "100.00"):
        for names in (("A", "A"), ("R1", "R2")):
            harness = CashHarness()
            harness.publish(invoice(1), payment("A", reference_of(1), ids={"end_to_end": "Q-1"}))
            for name, statement in zip(names, ("2026/26", "S-MONTH"), strict=True):
                told = back(name, amount=amount, statement=statement, ids={"end_to_end": "Q-1"})
                harness.publish(told | {"id": statement})
            assert (reversed_payments(harness), harness.reasons(), harness.tally.waiting) == (["A"], [], 0)


def test_equal_parts_of_a_payment_that_statements_return_on_different_days_are_two_returns() -> None:
    harness = CashHarness()
    harness.publish(invoice(1), payment("A", reference_of(1)))
    for day, statement in (("2026-01-26", "2026/26"), ("2026-01-27", "2026/27")):
        harness.publish(back("A", amount="20.00", booked=day, statement=statement) | {"id": statement})
    assert (reversed_payments(harness), harness.tally.duplicates) == (["A", "A"], 0)


def test_a_return_that_a_notification_told_is_booked_when_the_statement_says_whichever_comes_first() -> None:
    notified, stated = {"channel": "notification", "booked": "2026-01-23"}, {"channel": "statement"}
    for order in ((notified, stated), (stated, notified)):
        harness = CashHarness()
        harness.publish(invoice(1), payment("A", reference_of(1), ids={"end_to_end": "Q-1"}))
        harness.publish(*(back(f"R{n}", ids={"end_to_end": "Q-1"}, **said) for n, said in enumerate(order)))
        days = [str(each.booked) for each in harness.messages(DECISIONS) if isinstance(each, PaymentReturned)]
        assert (days[-1], len(reversed_payments(harness))) == ("2026-01-26", 1)


def close(harness: CashHarness, sent: Event | None = None) -> None:
    """A person redrives the first dead letter with an event, or discards it."""
    letter = harness.dead_letters()[0]
    label = Label(mends=letter.key, source=letter.source)
    line = labelled(b"" if sent is None else raw(sent), label)
    harness.engine.publish(PAYMENTS, IBAN, line)
    harness.engine.settle()


def test_a_return_that_an_older_version_read_from_a_file_is_known_when_the_file_comes_again() -> None:
    harness = CashHarness()
    said: Event = {"amount": "4.00", "currency": "EUR"}
    harness.publish(invoice(1), payment("A", reference_of(1)))
    harness.publish(about_payment("payment.reversed", "A", "A:reversed:E7", **said))
    harness.publish(about_payment("payment.reversed", "A", "A:reversed:E7:5d41402a", channel="statement", **said))
    assert (reversed_payments(harness), harness.reasons(), harness.tally.duplicates) == (["A"], [], 1)
