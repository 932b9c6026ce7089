"""Rules.md S7: whoever collects is told what changes of a receivable after it was handed over."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.overdue.reading import tasks
from tests.unit.overdue.story import NUDGE, Story, consumer_policy

COLLECTION: dict[str, Any] = {"name": "collection", "action": "hand-over", "after_previous_days": 15}
"""Handed over on 12.2.: fifteen days after the nudge of 28.1."""


def handed() -> Story:
    return Story(consumer_policy(NUDGE, COLLECTION, residual={"waive_below": "0.00"})).invoice("2026-01-23")


CHANGES: dict[str, Callable[[Story], Story]] = {
    "paid": lambda story: story.paid("40.00", "2026-03-02"),
    "credited": lambda story: story.credited("40.00", "2026-03-03"),
    "cancelled": lambda story: story.says("invoice.cancelled", "2026-03-03", invoice="1001", reason="error"),
    "written off": lambda story: story.says("receivable.written-off", "2026-03-03", invoice="1001", reason="small"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_s7_a_change_after_the_hand_over_is_a_task_for_the_collector(change: str) -> None:
    harness = CHANGES[change](handed()).play("2026-03-05")

    assert [each.date.isoformat() for each in harness.handed_over] == ["2026-02-12"]
    assert tasks(harness) == ["2026-03-03 tell-collector 1001"]


def test_s7_what_is_known_before_the_hand_over_is_none() -> None:
    story = handed().paid("10.00", "2026-01-26").credited("5.00", "2026-01-27")

    harness = story.play("2026-03-05")
    assert harness.handed_over
    assert tasks(harness) == []


@pytest.mark.parametrize("kind", ["reversed", "refunded"])
def test_s7_money_that_goes_back_after_the_hand_over_is_another_task(kind: str) -> None:
    harness = handed().paid("40.00", "2026-03-02").money_back(kind, "2026-03-09").play("2026-03-12")

    assert tasks(harness) == ["2026-03-03 tell-collector 1001", "2026-03-09 tell-collector 1001"]
    assert harness.tasks[0].payment == "P1"
