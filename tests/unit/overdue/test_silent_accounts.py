"""No account is silent: a step that is due leaves, or something says why not (docs/invariants.md I25)."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from services.overdue.letters.next_letter import next_letter
from services.overdue.steps.cases import cases_of
from services.overdue.steps.facts import facts_of
from services.overdue.stops.reasons import StopReason
from services.overdue.tasks import silent_steps
from tests.unit.overdue.reading import handed_over, tasks, why
from tests.unit.overdue.story import BANK, CALL, COLLECTION, DEBTOR, NUDGE, ZONE, Story, consumer_policy


@pytest.mark.parametrize("last", [{**COLLECTION, "approval": False}, CALL], ids=["hand-over", "call"])
def test_what_is_due_and_below_the_minimum_has_that_as_its_reason(last: dict[str, Any]) -> None:
    # The nudge goes on 28.1., 95.00 are paid on 9.2.; the next step would be due on 12.2.
    policy = consumer_policy(NUDGE, last, residual={"waive_below": "0.00"})
    harness = Story(policy).invoice("2026-01-23").paid("95.00", "2026-02-09").play("2026-02-27")

    assert (handed_over(harness), tasks(harness)) == ([], [])
    assert why(harness, "2026-02-12") == {"below-minimum": None}


def test_another_invoice_lifts_a_hand_over_above_the_minimum() -> None:
    policy = consumer_policy(NUDGE, {**COLLECTION, "approval": False}, residual={"waive_below": "0.00"})
    story = Story(policy).invoice("2026-01-23").paid("95.00", "2026-02-09").invoice("2026-02-20", invoice="1002")

    # 1002 is overdue when 20.2. has passed, on 24.2.
    assert handed_over(story.play("2026-03-06", lazy=True)) == ["2026-02-24 1001"]


def test_a_step_that_is_due_and_does_not_leave_without_a_reason_is_a_task_and_counted() -> None:
    harness = Story(consumer_policy(NUDGE)).invoice("2026-01-23").play("2026-01-27")
    account, opening = harness.accounts[DEBTOR], datetime(2026, 1, 28, 9, 30, tzinfo=ZONE)
    harness.fed = {BANK: date(2026, 1, 27)}
    harness._context = None
    facts = facts_of(account, harness.books(), harness.context.policies["ours"][0], harness.context, opening)
    following = next_letter(facts, cases_of(facts))

    forgotten = replace(following, moving=())

    assert following.letter() is not None
    assert [(task.task, task.reason, task.step) for task in silent_steps(forgotten)] == [
        ("silent-account", "silent", "nudge")
    ]
    assert [*silent_steps(replace(forgotten, against=(StopReason("stale-feed"),)))] == []
    another = replace(following.cases[0], stopped=(StopReason("held", "1002"),))
    assert [*silent_steps(replace(forgotten, cases=[*following.cases, another]))] != [], "another invoice explains none"
