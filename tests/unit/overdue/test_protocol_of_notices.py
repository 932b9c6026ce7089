"""Design.md §7: a notice is planned, claimed, granted or withdrawn, and counts only when it was accepted."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from schemas.journal import NoticeClaimed, NoticeOutcome
from services.overdue.account import Account
from services.overdue.acts import GrantNotice, PlanNotice, WithdrawNotice
from services.overdue.decide import Decision, decide
from services.overdue.enact import enact
from services.overdue.fold import fold
from tests.unit.overdue.harness import SKEW, AccountHarness
from tests.unit.overdue.reading import balances, days, fees, steps, tasks, why
from tests.unit.overdue.story import CREDITOR, DEBTOR, NUDGE, ZONE, Story, consumer_policy, day_of

NINE = datetime(2026, 1, 28, 9, 0, tzinfo=ZONE)


def on_the_morning(story: Story | None = None, day: str = "2026-01-28") -> tuple[AccountHarness, Account]:
    """The accounts just before the window of a day opens, with the day's feed in."""
    played = story or Story().invoice("2026-01-23")
    before = day_of(day) - timedelta(days=1)
    harness = played.play(before.isoformat())
    mornings = [event for event in played._mornings(day_of(day)) if event["time"].startswith(day)]
    for event in mornings:
        harness.fed[event["data"]["account"]] = day_of(event["data"]["through"])
    harness._context = None
    return harness, harness.accounts[DEBTOR]


def ask(harness: AccountHarness, account: Account, now: datetime) -> Decision:
    """Decide, write the decision into the account and give it back."""
    decision = decide(account, harness.context, now, SKEW)
    list(enact(account, decision, harness.context, now, timedelta(minutes=10)))
    return decision


def claim(account: Account, harness: AccountHarness, now: datetime) -> None:
    letter = account.open_letter()
    assert letter is not None
    fold(account, NoticeClaimed(notice=letter.notice, creditor=CREDITOR, debtor=DEBTOR, now=now), harness.context)


def end(account: Account, harness: AccountHarness, outcome: Any, now: datetime = NINE) -> None:
    letter = account.open_letter()
    assert letter is not None
    ended = NoticeOutcome(notice=letter.notice, creditor=CREDITOR, debtor=DEBTOR, at=now, outcome=outcome, trial=True)
    fold(account, ended, harness.context)


def test_a_letter_is_planned_once_and_nothing_is_booked_by_planning() -> None:
    harness, account = on_the_morning()

    first, second = ask(harness, account, NINE), ask(harness, account, NINE + timedelta(minutes=1))

    assert [type(act) for act in first.acts] == [PlanNotice]
    assert second.acts == ()
    assert balances(harness) == {"1001": ("100.00", "0.00", "0.00")}


def test_a_claim_is_answered_when_time_has_passed_it_by_the_largest_skew() -> None:
    harness, account = on_the_morning()
    ask(harness, account, NINE)
    claim(account, harness, NINE)

    early = ask(harness, account, NINE + SKEW - timedelta(seconds=1))
    late = ask(harness, account, NINE + SKEW)

    assert (early.acts, early.wake) == ((), NINE + SKEW)
    assert [type(act) for act in late.acts] == [GrantNotice]


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("hold.placed", {"invoice": "1001", "reason": "agreed"}),
        ("dispute.raised", {"invoice": "1001", "ground": "broken"}),
        ("invoice.cancelled", {"invoice": "1001", "reason": "wrong"}),
        ("extension.granted", {"invoice": "1001", "until": "2026-02-27"}),
    ],
)
def test_a_claimed_letter_is_withdrawn_when_it_may_not_go_any_more(kind: str, data: dict[str, Any]) -> None:
    story = Story().invoice("2026-01-23").says(kind, "2026-01-28", at="12:00", **data)
    harness = story.play("2026-01-29", post=["deferred"])

    assert [outcome for _, outcome in harness.ended] == ["deferred", "withdrawn"]
    assert steps(harness) == []


def test_a_claimed_letter_is_withdrawn_when_other_receivables_would_move() -> None:
    story = Story().invoice("2026-01-23").invoice("2026-01-22", invoice="1002")
    story.says("hold.placed", "2026-01-23", invoice="1002", reason="agreed")
    story.says("hold.lifted", "2026-01-28", invoice="1002", at="12:00")
    harness = story.play("2026-01-28", post=["deferred"])

    assert [outcome for _, outcome in harness.ended] == ["deferred", "withdrawn", "accepted"]
    assert len(harness.letters[0].lines) == 2


def test_a_withdrawal_says_why() -> None:
    story = Story().invoice("2026-01-23").says("hold.placed", "2026-01-28", at="12:00", invoice="1001", reason="agreed")

    assert story.play("2026-01-28", post=["deferred"]).withdrawn[0].reasons == ("held",)


def test_the_granted_letter_has_the_amounts_of_its_grant() -> None:
    story = Story().invoice("2026-01-23").credited("20.00", "2026-01-28")
    story.events[-1]["time"] = "2026-01-28T10:00:00+02:00"
    harness = story.play("2026-01-28", post=["deferred"])

    assert [letter.total for letter in harness.planned] == [10000]
    assert [letter.total for letter in harness.letters] == [8000]
    assert harness.letters[0].notice == harness.planned[0].notice


def test_a_deferred_notice_is_claimed_again_under_the_same_id() -> None:
    harness, account = on_the_morning()
    ask(harness, account, NINE)
    claim(account, harness, NINE)
    ask(harness, account, NINE + SKEW)
    end(account, harness, "deferred")
    claim(account, harness, NINE + timedelta(minutes=5))

    again = ask(harness, account, NINE + timedelta(minutes=6))

    assert [type(act) for act in again.acts] == [GrantNotice]
    assert len(account.letters) == 1


def test_a_claim_that_comes_again_is_answered_again() -> None:
    harness, account = on_the_morning()
    ask(harness, account, NINE)
    claim(account, harness, NINE)
    ask(harness, account, NINE + SKEW)
    claim(account, harness, NINE + timedelta(minutes=1))

    again = ask(harness, account, NINE + timedelta(minutes=2))

    assert [type(act) for act in again.acts] == [GrantNotice]
    assert len(account.letters) == 1


def test_a_withdrawal_that_was_not_heard_is_said_again_to_the_next_claim() -> None:
    harness, account = on_the_morning()
    ask(harness, account, NINE)
    claim(account, harness, NINE)
    account.unread = ["a doubt"]
    first = ask(harness, account, NINE + SKEW)
    claim(account, harness, NINE + timedelta(minutes=1))

    again = ask(harness, account, NINE + timedelta(minutes=2))

    assert [type(act) for act in (*first.acts, *again.acts)] == [WithdrawNotice, WithdrawNotice]


def test_a_claim_of_a_closed_notice_changes_nothing() -> None:
    harness, account = on_the_morning()
    ask(harness, account, NINE)
    letter = account.open_letter()
    assert letter is not None
    end(account, harness, "withdrawn")

    fold(account, NoticeClaimed(notice=letter.notice, creditor=CREDITOR, debtor=DEBTOR, now=NINE), harness.context)

    assert account.open_letter() is None


def test_a_closed_notice_comes_back_under_another_id() -> None:
    story = Story().invoice("2026-01-23").says("debtor.updated", "2026-01-30", party={"email": "new@debtor.example"})
    harness = story.play("2026-01-30", post=["failed"])

    assert [letter.step for letter in harness.planned] == ["nudge", "nudge"]
    assert harness.planned[0].notice != harness.planned[1].notice


def test_the_id_of_a_notice_does_not_depend_on_the_date() -> None:
    early = Story().invoice("2026-01-23").play("2026-01-28").planned[0]
    late = Story().invoice("2026-01-23").says("hold.placed", "2026-01-26", until="2026-02-05", reason="agreed")

    assert late.play("2026-02-06").planned[0].notice == early.notice


def test_an_unknown_outcome_holds_the_account_until_a_person_settles_it() -> None:
    harness = Story().invoice("2026-01-23").play("2026-03-31", post=["unknown"])

    assert steps(harness) == []
    assert why(harness, "2026-01-29") == {"notice-open": None}


@pytest.mark.parametrize(
    ("outcome", "booked"), [("accepted", ("100.00", "0.52", "5.00")), ("failed", ("100.00", "0.00", "0.00"))]
)
def test_a_person_settles_an_unknown_notice_one_way_or_the_other(outcome: Any, booked: tuple[str, str, str]) -> None:
    harness = Story().invoice("2026-01-23").play("2026-02-12", post=["accepted", "unknown"])

    assert balances(harness) == {"1001": ("100.00", "0.00", "0.00")}

    harness.settle(harness.planned[1].notice, outcome, datetime(2026, 2, 20, 12, 0, tzinfo=ZONE))

    assert balances(harness) == {"1001": booked}


def test_what_is_said_of_a_notice_after_its_close_changes_nothing() -> None:
    harness = Story().invoice("2026-01-23").play("2026-01-28", post=["failed"])
    harness.settle(harness.planned[0].notice, "accepted", NINE + timedelta(hours=1))

    assert [letter.status for letter in harness.accounts[DEBTOR].letters] == ["closed"]


def test_an_address_that_failed_is_not_tried_again() -> None:
    harness = Story().invoice("2026-01-23").play("2026-03-31", post=["failed"])

    assert len(harness.planned) == 1
    assert tasks(harness) == ["2026-01-28 find-address"]


def test_a_postal_address_that_failed_is_not_tried_again_until_it_is_another() -> None:
    street = {"street": "Katu 1", "postcode": "00100", "city": "Helsinki", "country": "FI"}
    story = Story(consumer_policy(NUDGE, channels=["print"]), party={"address": street}).invoice("2026-01-23")
    harness = story.play("2026-02-03", post=["failed"])

    assert len(harness.planned) == 1
    assert tasks(harness) == ["2026-01-28 find-address"]

    story.says("debtor.updated", "2026-02-04", party={"address": {**street, "street": "Katu 2"}})

    assert steps(story.play("2026-02-04", post=["failed"])) == ["2026-02-04 nudge"]


def test_s6_a_bounce_takes_back_the_bookings_and_the_step() -> None:
    story = Story().invoice("2026-01-23")
    harness = story.play("2026-02-12")
    harness.settle(harness.planned[1].notice, "failed", datetime(2026, 2, 13, 12, 0, tzinfo=ZONE))

    assert balances(harness) == {"1001": ("100.00", "0.00", "0.00")}
    assert [letter.status for letter in harness.accounts[DEBTOR].letters] == ["accepted", "closed"]
    assert harness.accounts[DEBTOR].unreachable == {"aino@debtor.example"}


def test_s6_a_bounce_after_a_later_step_takes_back_the_bookings_only() -> None:
    harness = Story().invoice("2026-01-23").play("2026-03-02")
    harness.settle(harness.planned[1].notice, "failed", datetime(2026, 3, 3, 12, 0, tzinfo=ZONE))

    # The second reminder's interest then counts from the start: 38 days. Its own fee stays.
    assert balances(harness) == {"1001": ("100.00", "0.99", "5.00")}
    assert [letter.status for letter in harness.accounts[DEBTOR].letters] == ["accepted"] * 3


def test_only_one_notice_of_an_account_is_open_at_a_time() -> None:
    story = Story().invoice("2026-01-23").invoice("2026-01-22", invoice="1002", currency="SEK", amount="900.00")
    harness = story.play("2026-02-27", post=["unknown"])

    assert len(harness.planned) == 1


def test_a_letter_names_its_place_in_the_account_by_its_number() -> None:
    harness = Story().invoice("2026-01-23").play("2026-03-02")

    assert [letter.letter_number for letter in harness.letters] == [1, 2, 3]
    assert days(harness) == ["2026-01-28", "2026-02-12", "2026-03-02"]
    assert fees(harness) == ["0.00", "5.00", "5.00"]
