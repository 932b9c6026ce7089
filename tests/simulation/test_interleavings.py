"""Orders of things that broke designs like this one, where a broker adds nothing to them (design.md §3, §7).

The story's invoice is due on Friday 23 January 2026, its first letter on Wednesday 28 January, when the window opens at
nine. The bank's feed of each banking day comes at seven.
"""

from datetime import datetime, timedelta
from typing import Any

import pytest

from services.clock.worker import ClockWorker
from tests.simulation.flow import Flow
from tests.unit.overdue.story import ZONE, Story, day_of

NINE = datetime(2026, 1, 28, 9, 0, tzinfo=ZONE)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def told_before(story: Story, instant: datetime) -> list[dict[str, Any]]:
    """The story's events, and the bank's mornings, up to an instant."""
    events = [*story.events, *story._mornings(instant.date())]
    return sorted((event for event in events if event["time"] < instant.isoformat()), key=lambda event: event["time"])


def claimed_at_nine(story: Story) -> Flow:
    """The flow half a minute after nine: the letter is planned and claimed."""
    flow = Flow()
    flow.publish(told_before(story, NINE))
    flow.tick(NINE - MINUTE)
    flow.tick(NINE)
    flow.settle(NINE + 30 * SECOND)
    assert flow.post.sent == []
    return flow


@pytest.mark.parametrize(("pays", "letters", "ended"), [(True, [], ["withdrawn"]), (False, ["nudge"], ["accepted"])])
def test_no_letter_goes_to_who_paid_just_before_the_claim_although_intake_lags(
    pays: bool, letters: list[str], ended: list[str]
) -> None:
    flow = claimed_at_nine(Story().invoice("2026-01-23"))
    flow.without("intake")
    if pays:
        paid = Story().paid("100.00", "2026-01-27").events[-1]
        flow.publish([{**paid, "id": "the payment"}])
    for minutes in range(1, 4):
        flow.tick(NINE + minutes * MINUTE)
        assert flow.post.sent == [], "the claim is answered only behind what was published before it"

    flow.with_all()
    flow.settle()

    assert [letter.step for letter in flow.post.sent] == letters
    assert flow.ended() == ended
    assert flow.dead_letters() == []


def test_a_clock_that_was_down_for_three_days_brings_neither_blind_letters_nor_any_twice() -> None:
    story = Story().invoice("2026-01-23").invoice("2026-01-23", invoice="1002")
    story.paid("100.00", "2026-01-28", known="2026-01-29")
    back = datetime(2026, 1, 30, 10, 0, tzinfo=ZONE)
    stopped = datetime(2026, 1, 27, 10, 0, tzinfo=ZONE)
    flow = Flow()
    flow.publish(told_before(story, stopped))
    flow.tick(stopped)
    for event in told_before(story, back):
        if event["time"] >= stopped.isoformat():
            flow.publish([event])
            flow.settle(datetime.fromisoformat(event["time"]))
    assert flow.post.sent == [], "nothing is due while there is no tick"

    ticks = []
    clock = ClockWorker(_Shows(back), flow.engine.tick, flow.engine.reached)
    ticks.append(clock.beat())
    flow.settle(back)
    for minutes in range(1, 120):
        flow.tick(back + minutes * MINUTE)

    assert ticks == [back]
    (letter,) = flow.post.sent
    assert letter.date == day_of("2026-01-30")
    assert [line.invoice for line in letter.lines] == ["1002"]


class _Shows:
    """A clock that stands."""

    def __init__(self, instant: datetime) -> None:
        self._instant = instant

    def now(self) -> datetime:
        return self._instant
