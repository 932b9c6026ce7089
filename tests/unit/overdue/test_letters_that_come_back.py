"""S6: whose fault it is that a letter does not arrive, letters that come back, and addresses that are flagged."""

from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from schemas.events import EVENT_TYPES
from schemas.journal import AccountEvent, Fault, NoticeAttempting, NoticeOutcome
from services.overdue.account import Account
from services.overdue.addresses import AddressReport, flagged, times_flagged
from services.overdue.fold import AccountMessage, fold
from services.overdue.letter_outcomes import refused_since
from services.overdue.letter_record import LetterRecord, LetterStatus
from tests.unit.overdue.harness import AccountHarness
from tests.unit.overdue.reading import balances, steps, tasks, why
from tests.unit.overdue.story import CREDITOR, DEBTOR, NUDGE, ZONE, Story, consumer_policy

EMAIL = "aino@debtor.example"
STREET = {"street": "Katu 1", "postcode": "00100", "city": "Helsinki", "country": "FI"}


def at(day: str, hour: int = 12) -> datetime:
    return datetime.fromisoformat(f"{day}T{hour:02d}:00:00").replace(tzinfo=ZONE)


def an_event(kind: str, when: datetime, door: str = "tell", **data: Any) -> AccountEvent:
    parsed = EVENT_TYPES[f"{kind}.v1"].model_validate({"creditor": CREDITOR, "debtor": DEBTOR, **data})
    return AccountEvent(event=f"{kind}.v1", time=when, id=f"//people#{kind} {when} {data}", door=door, data=parsed)  # type: ignore[arg-type]


def account_of(harness: AccountHarness) -> Account:
    return harness.accounts[DEBTOR]


def say(harness: AccountHarness, kind: str, when: datetime, door: str = "tell", **data: Any) -> None:
    harness.fold_message(DEBTOR, an_event(kind, when, door, **data))


def an_outcome(letter: LetterRecord, outcome: Any, when: datetime, fault: Fault | None = None) -> NoticeOutcome:
    return NoticeOutcome(
        notice=letter.notice, creditor=CREDITOR, debtor=DEBTOR, at=when, outcome=outcome, trial=True, fault=fault
    )


def put(letter: LetterRecord, status: LetterStatus) -> None:
    """The letter is in a state."""
    letter.status = status


def two_letters() -> AccountHarness:
    return Story().invoice("2026-01-23").play("2026-02-12")


# -- letters that come back ------------------------------------------------------------------------------------


def test_a_letter_that_came_back_loses_its_step_and_what_it_booked() -> None:
    harness = two_letters()
    assert balances(harness) == {"1001": ("100.00", "0.52", "5.00")}

    say(harness, "notice.came-back", at("2026-02-13"), notice=harness.planned[1].notice)

    assert balances(harness) == {"1001": ("100.00", "0.00", "0.00")}
    assert [letter.status for letter in account_of(harness).letters] == ["accepted", "closed"]
    assert account_of(harness).unreachable == set()


def test_it_goes_again_to_the_address_unless_that_is_said_to_be_wrong() -> None:
    story = Story().invoice("2026-01-23")
    notice = story.play("2026-01-28").planned[0].notice
    story.says("notice.came-back", "2026-01-29", notice=notice)
    assert steps(story.play("2026-01-29")) == ["2026-01-28 nudge", "2026-01-29 nudge"]

    story.says("notice.came-back", "2026-01-29", at="08:01", notice=notice, address_is_wrong=True)

    harness = story.play("2026-01-30")
    assert account_of(harness).unreachable == {EMAIL}
    assert steps(harness) == ["2026-01-28 nudge"]
    assert tasks(harness) == ["2026-01-29 find-address"]


def test_after_a_later_step_only_its_bookings_fall() -> None:
    harness = Story().invoice("2026-01-23").play("2026-03-02")

    say(harness, "notice.came-back", at("2026-03-03"), notice=harness.planned[1].notice)

    assert balances(harness) == {"1001": ("100.00", "0.99", "5.00")}
    assert [letter.status for letter in account_of(harness).letters] == ["accepted"] * 3


def test_of_two_letters_that_came_back_it_does_not_matter_which_was_known_first() -> None:
    left = []
    for order in permutations((1, 2)):
        harness = Story().invoice("2026-01-23").play("2026-03-02")
        for number in order:
            say(harness, "notice.came-back", at("2026-03-03"), notice=harness.planned[number].notice)
        letters = account_of(harness).letters
        left.append((balances(harness), [letter.status for letter in letters], account_of(harness).cycles))

    assert left[0] == left[1]
    assert left[0][:2] == ({"1001": ("100.00", "0.00", "0.00")}, ["accepted", "closed", "closed"])


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("first", ["accepted", "unknown", "came-back"])
def test_whether_it_is_known_before_its_outcome_or_after_is_the_same(first: str, times: int) -> None:
    harness = two_letters()
    account = account_of(harness)
    letter = account.letters[1]
    put(letter, "attempting")
    back = [an_event("notice.came-back", at("2026-02-13"), notice=letter.notice, address_is_wrong=True)] * times
    outcomes: dict[str, list[AccountMessage]] = {
        "accepted": [an_outcome(letter, "accepted", at("2026-02-12")), *back],
        "unknown": [
            an_outcome(letter, "unknown", at("2026-02-12")),
            *back,
            an_outcome(letter, "failed", at("2026-02-13"), "nobody"),
        ],
        "came-back": [*back, an_outcome(letter, "accepted", at("2026-02-12"))],
    }

    for message in outcomes[first]:
        fold(account, message, harness.context)

    assert letter.status == "closed"
    assert account.cycles == {"1001\x1freminder": 1}
    assert account.unreachable == {EMAIL}


def test_a_letter_that_has_not_left_cannot_come_back() -> None:
    harness = two_letters()
    letter = account_of(harness).letters[1]
    put(letter, "claimed")

    fold(account_of(harness), an_event("notice.came-back", at("2026-02-12"), notice=letter.notice), harness.context)
    attempting = NoticeAttempting(notice=letter.notice, creditor=CREDITOR, debtor=DEBTOR, at=at("2026-02-12"))
    fold(account_of(harness), attempting, harness.context)
    fold(account_of(harness), an_outcome(letter, "accepted", at("2026-02-12")), harness.context)

    assert letter.status == "accepted"


@pytest.mark.parametrize(
    ("kind", "data"), [("notice.came-back", {"address_is_wrong": True}), ("notice.settled", {"outcome": "failed"})]
)
def test_a_letter_that_the_debtor_never_had_is_a_dead_letter_that_names_the_letters(
    kind: str, data: dict[str, Any]
) -> None:
    story = Story().invoice("2026-01-23").says(kind, "2026-02-13", notice="no-such", **data)

    harness = story.play("2026-02-13")

    assert [letter.status for letter in account_of(harness).letters] == ["accepted", "accepted"]
    assert account_of(harness).unreachable == set()
    (dead,) = harness.dead_letters
    assert dead.reason == "not-open"
    assert (
        f"no-such is no letter to this debtor; there are: {harness.planned[1].notice} of 2026-02-12" in dead.detail[0]
    )


def test_what_comes_back_on_its_own_day_goes_again_on_the_next_banking_day() -> None:
    story = Story().invoice("2026-01-23")
    notice = story.play("2026-01-28").planned[0].notice
    story.says("notice.came-back", "2026-01-28", at="10:00", notice=notice)

    harness = story.play("2026-01-29")

    assert [str(letter.date) for letter in harness.planned] == ["2026-01-28", "2026-01-29"]
    assert why(harness, "2026-01-28") == {"no-channel": "2026-01-29"}
    assert tasks(harness) == []


def test_the_address_that_a_letter_went_to_is_flagged_and_not_the_one_given_since() -> None:
    story = Story(consumer_policy(NUDGE, channels=["print"]), party={"address": STREET}).invoice("2026-01-23")
    harness = story.play("2026-01-28")
    say(harness, "debtor.updated", at("2026-01-30"), "file", party={"address": {**STREET, "street": "Katu 2"}})

    say(harness, "notice.came-back", at("2026-02-02"), notice=harness.planned[0].notice, address_is_wrong=True)

    (address,) = account_of(harness).unreachable
    assert "Katu 1" in address


# -- what is unknown is settled once ---------------------------------------------------------------------------


def test_the_first_word_about_an_unknown_letter_holds() -> None:
    harness = Story().invoice("2026-01-23").play("2026-01-28", post=["unknown"])
    notice = harness.planned[0].notice

    say(harness, "notice.settled", at("2026-01-29"), notice=notice, outcome="failed")
    say(harness, "notice.settled", at("2026-01-30"), notice=notice, outcome="accepted")
    say(harness, "notice.came-back", at("2026-01-31"), notice=notice)

    assert account_of(harness).letters[0].settled == "failed"


@pytest.mark.parametrize(("data", "wrong"), [({}, set()), ({"address_is_wrong": True}, {EMAIL})])
def test_settling_as_failed_flags_the_address_only_where_that_is_said(data: dict[str, Any], wrong: set[str]) -> None:
    harness = Story().invoice("2026-01-23").play("2026-01-28", post=["unknown"])
    account = account_of(harness)

    fold(
        account,
        an_event("notice.settled", at("2026-01-29"), notice=account.letters[0].notice, outcome="failed", **data),
        harness.context,
    )
    fold(account, an_outcome(account.letters[0], "failed", at("2026-01-29"), "nobody"), harness.context)

    assert account.letters[0].status == "closed"
    assert account.unreachable == wrong


def test_a_letter_settled_as_accepted_may_still_come_back() -> None:
    harness = Story().invoice("2026-01-23").play("2026-01-28", post=["unknown"])
    account = account_of(harness)
    letter = account.letters[0]

    for message in (
        an_event("notice.settled", at("2026-01-29"), notice=letter.notice, outcome="accepted"),
        an_event("notice.came-back", at("2026-01-29"), notice=letter.notice),
        an_outcome(letter, "accepted", at("2026-01-29")),
    ):
        fold(account, message, harness.context)

    assert letter.status == "closed"


# -- addresses -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("fault", "wrong"), [(None, {EMAIL}), ("address", {EMAIL}), ("nobody", set())])
def test_a_failure_flags_the_address_where_that_is_at_fault(fault: Fault | None, wrong: set[str]) -> None:
    harness = two_letters()
    letter = account_of(harness).letters[1]
    put(letter, "attempting")

    fold(account_of(harness), an_outcome(letter, "failed", at("2026-02-12"), fault), harness.context)

    assert account_of(harness).unreachable == wrong


@pytest.mark.parametrize(
    ("kind", "door", "data", "clears"),
    [
        ("debtor.updated", "tell", {"party": {"email": EMAIL}}, True),
        ("debtor.updated", "tell", {"party": {"email": "other@debtor.example"}}, False),
        ("debtor.updated", "tell", {"party": {"language": "sv"}}, False),
        ("debtor.updated", "topic", {"party": {"email": EMAIL}}, False),
        ("debtor.updated", "inbox", {"party": {"email": EMAIL}}, False),
        ("address.cleared", "tell", {"email": EMAIL}, True),
        ("address.cleared", "tell", {"email": "other@debtor.example"}, False),
    ],
)
def test_a_person_clears_a_flagged_address(kind: str, door: str, data: dict[str, Any], clears: bool) -> None:
    harness = Story().invoice("2026-01-23").play("2026-01-28", post=["failed"])
    assert account_of(harness).unreachable == {EMAIL}

    say(harness, kind, at("2026-01-29"), door, **data)

    assert account_of(harness).unreachable == (set() if clears else {EMAIL})


def test_a_postal_address_is_cleared_by_a_person_who_gives_it_anew() -> None:
    story = Story(consumer_policy(NUDGE, channels=["print"]), party={"address": STREET}).invoice("2026-01-23")
    harness = story.play("2026-01-28", post=["failed"])
    assert len(account_of(harness).unreachable) == 1

    say(harness, "debtor.updated", at("2026-01-29"), party={"address": STREET})

    assert account_of(harness).unreachable == set()


def test_letters_go_again_once_an_address_is_cleared_and_a_further_failure_asks_a_person_again() -> None:
    story = Story().invoice("2026-01-23").says("address.cleared", "2026-01-30", email=EMAIL)

    harness = story.play("2026-02-10", post=["failed", "failed"])

    assert [str(letter.date) for letter in harness.planned] == ["2026-01-28", "2026-01-30"]
    assert tasks(harness) == ["2026-01-28 find-address", "2026-01-30 find-address"]


def test_the_latest_word_about_an_address_counts_whatever_the_order_of_arrival() -> None:
    reports = [
        AddressReport(at("2026-01-28"), "a", EMAIL, True),
        AddressReport(at("2026-01-29"), "b", EMAIL, False),
        AddressReport(at("2026-01-30"), "c", EMAIL, True),
    ]

    for arrived in permutations(reports):
        assert flagged(arrived, ()) == {EMAIL}
        assert flagged([each for each in arrived if each.id != "c"], ()) == set()
        assert times_flagged(arrived, ()) == 2
    assert flagged(reports[1:2], [EMAIL, "old@debtor.example"]) == {"old@debtor.example"}
    assert times_flagged([], [EMAIL]) == 1


# -- a server that refuses us ----------------------------------------------------------------------------------


def test_mail_that_is_refused_is_noted_and_flags_nothing_until_a_letter_arrives() -> None:
    harness = Story().invoice("2026-01-23").play("2026-01-28", post=["unknown"])
    account = account_of(harness)
    (letter,) = account.letters

    for day in ("2026-01-28", "2026-01-29", "2026-01-29"):
        put(letter, "attempting")
        fold(account, an_outcome(letter, "deferred", at(day), "refused"), harness.context)
        fold(account, an_outcome(letter, "deferred", at(day)), harness.context)

    assert letter.status == "planned"
    assert account.unreachable == set()
    assert [str(day) for day in account.mail_refused] == ["2026-01-28", "2026-01-29"]
    assert refused_since(account) == at("2026-01-28").date()
    fold(account, an_outcome(letter, "accepted", at("2026-01-30")), harness.context)
    letter.day = at("2026-01-30").date()
    assert refused_since(account) is None


def test_five_banking_days_of_bounces_that_blame_no_address_ask_a_person() -> None:
    story, notices = Story().invoice("2026-01-23"), set[str]()
    for day in ("2026-01-28", "2026-01-29", "2026-01-30", "2026-02-02", "2026-02-03", "2026-02-04", "2026-02-05"):
        harness = story.play(day)
        notices |= {letter.notice for letter in harness.planned}
        following = (datetime.fromisoformat(day) + timedelta(days=1)).date().isoformat()
        story.says("notice.came-back", following, at="07:00", notice=harness.planned[-1].notice)

    assert tasks(story.play("2026-02-06")) == ["2026-02-05 mail-refused"]
    assert len(notices) == 7
