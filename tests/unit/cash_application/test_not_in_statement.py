"""What a notification tells and its day's statement lacks is no placed money, and holds its debtor (rules.md B2)."""

from datetime import timedelta
from typing import Any

from schemas.decisions import PaymentWithdrawn, Unmatched
from schemas.journal import FeedReached, MoneyCleared, MoneyMoved, MoneyPlaced, MoneyPointed
from schemas.topics import DECISIONS, JOURNAL
from tests.unit.cash_application.harness import CashHarness
from tests.unit.intake.public_events import (
    ACME,
    IBAN,
    MORNING,
    Event,
    about_payment,
    completed,
    event,
    invoice,
    payment,
    reference_of,
)


def told(archive_id: str, channel: str, reference: str | None = reference_of(1), **said: Any) -> Event:
    """A payment of 100.00 EUR, booked on 2026-01-20, that a channel told."""
    return payment(archive_id, reference, **({"channel": channel, "statement": f"{channel}-1"} | said))


def noted(archive_id: str, **said: Any) -> Event:
    """One that a notification told."""
    return told(archive_id, "notification", **said)


def line(archive_id: str, **said: Any) -> Event:
    """One that a statement told."""
    return told(archive_id, "statement", **said)


def statement(received: str, day: str = "2026-01-20", number: int = 20, opening: str = "0.00", **said: Any) -> Event:
    """The statement of a day, with what it received."""
    closing = f"{float(opening) + float(received):.2f}"
    sums = {"currency": "EUR", "number": number, "from": day, "opening": opening, "received": received}
    return completed(day, f"statement-{day}", statement=sums | {"closing": closing} | said)


def standing(harness: CashHarness) -> list[str]:
    """The payments that are placed."""
    placed: dict[str, None] = {}
    for message in harness.messages(JOURNAL):
        if isinstance(message, MoneyPlaced):
            placed[message.payment] = None
        elif isinstance(message, MoneyMoved):
            del placed[message.payment]
    return sorted(placed)


def waiting(harness: CashHarness) -> list[tuple[str, str]]:
    """The unmatched payments, each with why."""
    found: dict[str, str] = {}
    for each in harness.decisions():
        if isinstance(each, Unmatched):
            found[each.payment] = each.reason
        else:
            found.pop(each.payment, None)
    return sorted(found.items())


def held(harness: CashHarness) -> list[tuple[str, str]]:
    """The debtors to whom money points now, each with the payment."""
    found: dict[tuple[str, str], None] = {}
    for each in harness.messages(JOURNAL):
        if isinstance(each, MoneyPointed):
            found[each.debtor, each.payment] = None
        elif isinstance(each, MoneyCleared):
            found.pop((each.debtor, each.payment), None)
    return sorted(found)


def settled(*events: Event, first: tuple[Event, ...] = ()) -> CashHarness:
    """A creditor with invoice 1 of D1, long after; two ticks after ``first``, and two after the other events."""
    harness = CashHarness(started=True)
    harness.publish(invoice(1), *first)
    harness.tick()
    harness.tick()
    harness.publish(*events)
    harness.tick()
    harness.tick()
    return harness


def test_what_the_days_statement_lacks_is_taken_off_its_account_and_holds_it() -> None:
    for harness in (settled(noted("N"), statement("0.00")), settled(noted("N"), first=(statement("0.00"),))):
        assert standing(harness) == []
        assert waiting(harness) == [("N", "not-in-statement")]
        assert held(harness) == [("D1", "N")]
        last = [each for each in harness.decisions() if isinstance(each, Unmatched)][-1]
        assert [each.invoices for each in last.suggestions] == [("1",)]


def test_a_statement_whose_figures_do_not_tie_says_nothing() -> None:
    harness = settled(noted("N"), statement("70.00"))
    assert (standing(harness), waiting(harness)) == (["N"], [])


def test_what_the_statement_tells_too_stays() -> None:
    harness = settled(noted("N"), line("S"), statement("100.00"))
    assert (len(standing(harness)), waiting(harness)) == (1, [])


def test_what_the_statement_only_sums_up_stays_and_what_comes_later_does_not() -> None:
    later = noted("M", amount="30.00", statement="notification-2")
    harness = settled(later, first=(noted("N"), statement("100.00")))
    assert standing(harness) == ["N"]
    assert waiting(harness) == [("M", "not-in-statement")]


def test_a_statement_of_another_day_that_tells_it_settles_it() -> None:
    for day in ("2026-01-19", "2026-01-22"):
        other = line("S", booked=day), statement("100.00", day, 19 if day < "2026-01-20" else 21)
        for harness in (
            settled(*other, first=(noted("N"), statement("0.00"))),
            settled(noted("N"), statement("0.00"), first=other),
        ):
            assert len(standing(harness)) == 1, day
            assert waiting(harness) == []
            assert len([each for each in harness.messages(DECISIONS) if isinstance(each, PaymentWithdrawn)]) == 1


def test_it_is_not_the_money_of_somebody_else_on_a_day_near() -> None:
    other = line("S", booked="2026-01-21", reference=reference_of(2)), statement("100.00", "2026-01-21", 21)
    harness = settled(*other, first=(noted("N"), statement("0.00")))
    assert waiting(harness) == [("N", "not-in-statement"), ("S", "unknown-reference")]


def test_a_statement_that_goes_on_from_the_one_before_speaks_for_the_days_between() -> None:
    first = statement("0.00", "2026-01-16", 19)
    harness = settled(noted("N", booked="2026-01-19"), first=(first, statement("0.00")))
    assert waiting(harness) == [("N", "not-in-statement")]
    harness = settled(noted("N", booked="2026-01-19"), first=(statement("0.00"),))
    assert waiting(harness) == []


def test_the_other_part_of_the_day_brings_it() -> None:
    harness = settled(
        line("S"), statement("100.00", number=21) | {"id": "evening"}, first=(noted("N"), statement("0.00"))
    )
    assert (len(standing(harness)), waiting(harness), held(harness)) == (1, [], [])


def test_a_line_of_the_same_id_in_a_later_statement_brings_it() -> None:
    harness = settled(line("N", booked="2026-01-21"), first=(noted("N"), statement("0.00")))
    assert (standing(harness), waiting(harness)) == (["N"], [])


def test_a_person_says_that_it_is_money_or_that_it_is_none() -> None:
    first = noted("N"), statement("0.00")
    harness = settled(about_payment("payment.assigned", "N", "yes", debtor="D1", invoice="1"), first=first)
    assert (standing(harness), waiting(harness)) == (["N"], [])
    harness = settled(about_payment("payment.refunded", "N", "no"), first=first)
    assert (standing(harness), waiting(harness), held(harness)) == ([], [], [])


def test_taking_the_statement_back_places_it_again() -> None:
    data = {"creditor": ACME, "account": IBAN, "through": "2026-01-19"}
    back = event("bank-feed.withdrawn", data, id="back", at=MORNING + timedelta(days=365), source="//people")
    harness = settled(back, first=(noted("N"), statement("0.00")))
    assert (standing(harness), waiting(harness)) == (["N"], [])


def test_details_of_a_sum_that_two_channels_give_are_one_money_when_the_statement_says_so() -> None:
    first, second = ({"amount": "60.00"}, {"amount": "40.00"})
    ktl = told("K1", "ktl", **first), told("K2", "ktl", **second)
    notification = noted("N1", **first), noted("N2", **second)
    batch = statement("100.00")
    for lines in ((*ktl, batch, *notification), (*ktl, *notification, batch), (batch, *notification, *ktl)):
        harness = settled(*lines)
        harness.publish(statement("0.00", "2026-01-21", 21, "100.00"))
        harness.tick()
        harness.tick()
        assert len(standing(harness)) == 2
        assert waiting(harness) == []
        assert [str(each.through) for each in harness.journal(FeedReached)][-1] == "2026-01-21"


def test_a_part_of_a_sums_details_waits_for_the_rest() -> None:
    part = noted("N1", amount="60.00")
    harness = settled(part, first=(line("S", reference=None), statement("100.00")))
    assert [name for name, _ in waiting(harness)] == ["N1", "S"]
    harness.publish(noted("N2", amount="40.00"))
    harness.tick()
    harness.tick()
    assert (standing(harness), waiting(harness)) == (["N1", "N2"], [])


def test_a_statement_speaks_for_its_currency() -> None:
    harness = settled(noted("N", currency="SEK"), statement("0.00"))
    assert ("N", "not-in-statement") not in waiting(harness)
