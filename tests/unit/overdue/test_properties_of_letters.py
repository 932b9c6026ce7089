"""Whatever happens, no wrong letter: judged from the story, not from the account.

I-numbers are those of the invariants in docs/invariants.md.
"""

from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.journal import NoticeOutcome
from schemas.letters import Letter
from services.law.calendar import banking_day, banking_days_before, roll
from tests.unit.overdue.harness import AccountHarness, Outcome, TimedMessage
from tests.unit.overdue.lives import START, UNTIL, explore, lives
from tests.unit.overdue.story import ZONE, Story, day_of

pytestmark = pytest.mark.slow


@given(lives())
@settings(explore)
def test_i7_no_step_of_a_receivable_is_taken_twice(story: Story) -> None:
    moves = [
        (line.invoice, line.step)
        for letter in story.play(UNTIL, lazy=True).letters
        for line in letter.lines
        if line.step
    ]

    assert len(moves) == len(set(moves))


@given(lives())
@settings(explore)
def test_i9_steps_go_in_order_without_a_skip_and_keep_their_gaps(story: Story) -> None:
    harness = story.play(UNTIL, lazy=True)
    policy = [step for step in story.policy["steps"] if step["action"] == "letter"]
    taken: dict[str, list[tuple[str, date]]] = {}
    for letter in harness.letters:
        for line in letter.lines:
            if line.step:
                before = taken.setdefault(line.invoice, [])
                step = policy[len(before)]
                assert step["name"] == line.step
                since, wait = before[-1][1] if before else line.effective_due, _wait(step, bool(before))
                assert (letter.date - since).days >= wait
                before.append((line.step, letter.date))


def _wait(step: dict[str, Any], later: bool) -> int:
    wait: int = step["after_previous_days" if later else "after_due_days"]
    return wait


@given(lives())
@settings(explore)
def test_s2_no_letter_goes_before_the_last_ones_response_date_is_over(story: Story) -> None:
    letters = [letter for letter in story.play(UNTIL, lazy=True).letters if letter.purpose != "apology"]

    for before, after in pairwise(letters):
        assert after.date > before.response_by


@given(lives())
@settings(explore)
def test_i8_i10_no_letter_asks_for_what_was_known_to_be_paid_disputed_held_or_in_a_plan(story: Story) -> None:
    for letter in story.play(UNTIL, lazy=True).letters:
        if letter.purpose == "reminder":
            for line in letter.lines:
                assert line.principal <= _open_by_reference(story, line.invoice, letter.date)
                assert not _left_alone(story, line.invoice, letter.date)


def _known(story: Story, at: date) -> list[dict[str, Any]]:
    """What had been said by the opening of the window on a day."""
    nine = datetime(at.year, at.month, at.day, 9, tzinfo=ZONE)
    in_order = sorted(story.events, key=lambda event: datetime.fromisoformat(event["time"]))
    return [event for event in in_order if datetime.fromisoformat(event["time"]) <= nine]


def _open_by_reference(story: Story, invoice: str, at: date) -> int:
    """The principal that can be open by the plainest count: amount less credit and money by the own reference."""
    known = _known(story, at)
    backs = {
        event["data"]["payment"]
        for event in known
        if event["type"].startswith("payment.re") and "reason" in event["data"]
    }
    of = [event for event in known if event["data"].get("invoice") == invoice]
    amount = sum(_cents(event) for event in of if event["type"] == "invoice.issued.v1")
    credited = sum(_cents(event) for event in of if event["type"] == "invoice.credited.v1")
    reference = next(event["data"]["reference"] for event in of if event["type"] == "invoice.issued.v1")
    first = story.policy["allocation"] == "principal-first"
    paid = sum(
        _cents(event)
        for event in known
        if event["data"].get("reference") == reference
        and event["type"] == "payment.received.v1"
        and event["data"]["payment"] not in backs
    )
    if any(event["type"] == "invoice.cancelled.v1" for event in of):
        return 0
    return max(0, amount - credited - (paid if first else 0))


def _cents(event: dict[str, Any]) -> int:
    return int(event["data"]["amount"].replace(".", ""))


def _left_alone(story: Story, invoice: str, at: date) -> bool:
    """Whether a stop is in force, counted plainly: begun, not ended by any later event, its date not over."""
    said = [
        event
        for event in _known(story, at)
        if invoice in (event["data"].get("invoice"), *event["data"].get("invoices", ()))
    ]
    plans_over = [event for event in _known(story, at) if event["type"] == "plan.ended.v1"]
    for index, event in enumerate(said):
        later = [it["type"] for it in said[index + 1 :]] + [
            it["type"] for it in plans_over if it["time"] >= event["time"]
        ]
        begins = _STOPS.get(event["type"])
        if begins is None or begins in later or event["data"].get("amount"):
            continue
        if event["type"] == "suspension.requested.v1" and story.party["kind"] != "consumer":
            continue
        until = event["data"].get("until")
        if until is None or at <= (roll(day_of(until), "FI") if event["type"] == "promise.made.v1" else day_of(until)):
            return True
    return False


_STOPS = {
    "dispute.raised.v1": "dispute.settled.v1",
    "hold.placed.v1": "hold.lifted.v1",
    "suspension.requested.v1": "suspension.ended.v1",
    "promise.made.v1": "no event ends a promise",
    "plan.agreed.v1": "plan.ended.v1",
}


@given(lives())
@settings(explore)
def test_i11_no_letter_but_a_note_goes_on_stale_bank_data_or_a_free_day(story: Story) -> None:
    age = story.policy.get("feed_max_age")
    for letter in [each for each in story.play(UNTIL, lazy=True).letters if each.purpose != "apology"]:
        assert banking_day(letter.date, "FI")
        if age is not None:
            for bank in story.banks:
                assert _fed_on(story, bank, letter.date) >= banking_days_before(letter.date, age, "FI")


def _fed_on(story: Story, bank: str, at: date) -> date:
    """The day through which a bank's feed was complete on the morning of a day."""
    morning = at
    while not banking_day(morning, "FI") or morning in story.silent.get(bank, ()):
        morning -= timedelta(days=1)
    return banking_days_before(morning, 1, "FI")


@given(lives())
@settings(explore)
def test_f1_f2_a_letter_bears_at_most_one_fee_and_an_accounts_fees_are_apart(story: Story) -> None:
    fees = [letter for letter in story.play(UNTIL, lazy=True).letters if letter.fee]
    gap = 15 if story.policy["kind"] == "consumer" else 11

    for letter in fees:
        assert sum(1 for line in letter.lines if line.fee_new) == 1
        assert letter.fee <= (500 if letter.kind == "consumer" else 1200)
    for before, after in pairwise(fees):
        assert (after.date - before.date).days >= gap or _taken_back(story)


def _taken_back(story: Story) -> bool:
    """Money known late or gone back, and credit, may undo an earlier fee: it then counts nowhere."""
    undoing = ("payment.", "invoice.credited", "invoice.cancelled")
    return any(event["type"].startswith(undoing) for event in story.events)


@given(lives())
@settings(explore)
def test_a_letters_total_is_the_sum_of_its_lines_and_each_line_adds_up(story: Story) -> None:
    for letter in story.play(UNTIL, lazy=True).letters:
        if letter.purpose == "reminder":
            assert letter.total == sum(line.balance for line in letter.lines)
            assert letter.interest == sum(line.interest_new for line in letter.lines)
            assert all(_adds_up(letter, index) for index in range(len(letter.lines)))


def _adds_up(letter: Letter, index: int) -> bool:
    line = letter.lines[index]
    return line.balance == line.principal + line.interest + line.costs and line.costs >= line.fee_new


@given(lives())
@settings(explore)
def test_looking_only_when_the_answer_may_change_misses_nothing(story: Story) -> None:
    always, lazily = story.play(UNTIL), story.play(UNTIL, lazy=True)

    assert lazily.letters == always.letters
    assert lazily.tasks == always.tasks
    assert lazily.handed_over == always.handed_over


@given(lives())
@settings(explore)
def test_i12_the_same_story_gives_the_same_letters_twice(story: Story) -> None:
    assert _letters(story.play(UNTIL, lazy=True)) == _letters(story.play(UNTIL, lazy=True))


def _letters(harness: AccountHarness) -> list[str]:
    return [letter.model_dump_json() for letter in harness.letters]


@given(
    lives(),
    st.lists(st.sampled_from(("accepted", "failed", "deferred", "withdrawn")), max_size=12),
    st.lists(st.tuples(st.integers(0, 5), st.integers(1, 40)), max_size=3),
)
@settings(explore)
def test_s1_no_notice_id_is_used_twice_in_a_life(
    story: Story, outcomes: list[Outcome], bounces: list[tuple[int, int]]
) -> None:
    for number in range(12):
        address = {"email": f"aino{number}@debtor.example"}
        story.says("debtor.updated", START + timedelta(days=20 + 6 * number), party=address)
    for index, days in bounces:
        accepted = story.play(UNTIL, lazy=True, post=[*outcomes]).letters[index : index + 1]
        for letter in accepted:
            story.messages.append(_bounce(letter, letter.date + timedelta(days=days)))
    planned = [letter.notice for letter in story.play(UNTIL, lazy=True, post=[*outcomes]).planned]

    assert len(planned) == len(set(planned))


def _bounce(letter: Letter, day: date) -> TimedMessage:
    """A notice of delivery failure comes for a letter that had been accepted."""
    at = datetime(day.year, day.month, day.day, 8, tzinfo=ZONE)
    said = {"notice": letter.notice, "creditor": letter.creditor, "debtor": letter.debtor, "at": at}
    return at, NoticeOutcome.model_validate({**said, "outcome": "failed", "trial": True})
