"""What people say about tasks and steps: where they are not open, a dead letter names the open ones (rules.md K4)."""

import json
from datetime import date

import pytest

from schemas.dead_letters import OF_OVERDUE
from services.overdue.account import dump_account, load_account
from tests.unit.overdue.harness import AccountHarness
from tests.unit.overdue.story import CALL, COLLECTION, NUDGE, REMINDER, Story, consumer_policy, step

PHONE = {**CALL, "name": "phone", "after_previous_days": 10}


def open_now(harness: AccountHarness) -> list[tuple[str, str | None, str]]:
    return [(task.task, task.invoice, str(task.since)) for task in harness.accounts["C-1"].open_tasks]


def test_a_done_task_that_is_not_open_is_a_dead_letter_that_names_the_open_ones() -> None:
    story = Story(consumer_policy(NUDGE, PHONE, REMINDER)).invoice("2026-01-23")
    story.says("task.done", "2026-02-20", invoice="1001", task="call-1001", outcome="ok")
    harness = story.play(until="2026-02-28")
    (letter,) = harness.dead_letters
    assert (letter.reason, letter.origin, letter.event) == ("not-open", OF_OVERDUE, "task.done.v1")
    assert "call-1001 is no open task of 1001; open: phone (1001);" in letter.detail[0]
    content = json.loads(letter.content)
    assert (content["id"], content["data"]["task"], letter.source) == (letter.id, "call-1001", "//story")


@pytest.mark.parametrize("name", ["phone", "call"])
def test_a_call_by_the_name_of_its_step_or_as_a_call_ends_its_task(name: str) -> None:
    story = Story(consumer_policy(NUDGE, PHONE, REMINDER)).invoice("2026-01-23")
    assert open_now(story.play(until="2026-02-19")) == [("phone", "1001", "2026-02-11")]
    story.says("task.done", "2026-02-20", invoice="1001", task=name, outcome="ok")
    harness = story.play(until="2026-02-28")
    assert (harness.dead_letters, open_now(harness)) == ([], [])


def test_a_task_is_settled_once() -> None:
    story = Story(consumer_policy(NUDGE, PHONE, REMINDER)).invoice("2026-01-23")
    for day in ("2026-02-20", "2026-02-21"):
        story.says("task.done", day, invoice="1001", task="phone", outcome="ok")
    (letter,) = story.play(until="2026-02-28").dead_letters
    assert "open: none;" in letter.detail[0]


def test_an_approval_of_a_step_that_lies_ahead_counts_and_of_any_other_name_is_a_dead_letter() -> None:
    story = Story(consumer_policy(NUDGE, REMINDER, COLLECTION)).invoice("2026-01-23")
    for named in ("collection", "colection", "reminder"):
        story.says("step.approved", "2026-01-20", invoice="1001", step=named)
    harness = story.play(until="2026-02-02")
    assert harness.accounts["C-1"].receivables["1001"].approved == ["collection"]
    assert [letter.detail[0].partition(" waits")[0] for letter in harness.dead_letters] == [
        "data.step: colection is no step of 1001 that",
        "data.step: reminder is no step of 1001 that",
    ]
    assert all("there are: collection;" in letter.detail[0] for letter in harness.dead_letters)


def test_a_step_that_is_behind_waits_for_no_approval() -> None:
    approved = step("nudge", after_due_days=5, approval=True)
    story = Story(consumer_policy(approved, REMINDER)).invoice("2026-01-23")
    story.says("step.approved", "2026-01-20", invoice="1001", step="nudge")
    story.invoice("2026-01-23", invoice="1002").says("step.approved", "2026-01-20", invoice="1002", step="nudge")
    harness = story.play(until="2026-02-02")
    assert harness.dead_letters == []
    story.says("step.approved", "2026-02-10", invoice="1001", step="nudge")
    assert story.play(until="2026-02-20").dead_letters == []  # approved already: nothing is to be mended


def test_other_tasks_leave_when_their_matter_does_or_a_person_did_them() -> None:
    story = Story(consumer_policy(NUDGE, {**REMINDER, "approval": True})).invoice("2026-01-23")
    story.invoice("2026-01-23", invoice="1002")
    assert [task for task, *_ in open_now(story.play(until="2026-02-12"))] == ["approve", "approve"]
    story.says("step.approved", "2026-02-13", invoice="1001", step="reminder")
    story.says("task.done", "2026-02-13", invoice="1002", task="approve", outcome="not now")
    harness = story.play(until="2026-02-20")
    assert (open_now(harness), harness.dead_letters) == ([], [])


def test_what_was_said_is_kept_until_the_next_decision() -> None:
    story = Story(consumer_policy(NUDGE, PHONE, REMINDER)).invoice("2026-01-23")
    harness = story.play(until="2026-02-19")
    account = load_account(dump_account(harness.accounts["C-1"]))
    assert account.open_tasks == harness.accounts["C-1"].open_tasks
    assert account.open_tasks[0].since == date(2026, 2, 11)
