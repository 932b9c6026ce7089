"""From where intake reads on after its database was lost: behind the last tick that all of facts has."""

from datetime import datetime

from schemas.facts import Tick
from schemas.messages import encode
from schemas.ticks import TICK_KEY, time_reached
from services.intake.resume_positions import ResumePositions
from services.intake.state_rows import LAST_TICK
from tests.unit.intake.public_events import later

PLACE = "payments/1"


def passed_on(*ticks: tuple[int, int]) -> ResumePositions:
    """Ticks of one public partition that lie in two partitions of facts: (partition, minute)."""
    passed = ResumePositions(2)
    for partition, minute in ticks:
        passed.fact(partition, encode(Tick(instant=later(minute), origin=PLACE)))
    for offset in range(0, 8, 2):
        passed.public("payments", 1, offset, "FI", b"{}")
        passed.public("payments", 1, offset + 1, TICK_KEY, time_reached(later(offset // 2)))
    return passed


def test_what_lies_before_the_last_tick_that_was_passed_on_is_not_read_again() -> None:
    assert passed_on((0, 0), (1, 0), (0, 1), (1, 1)).position("payments", 1) == 4


def test_a_tick_that_some_partition_of_facts_lacks_was_not_passed_on() -> None:
    assert passed_on((0, 0), (1, 0), (0, 1)).position("payments", 1) == 2


def test_without_a_tick_in_every_partition_all_is_read_again() -> None:
    assert passed_on((0, 0)).position("payments", 1) == 0
    assert passed_on((0, 0), (1, 0)).position("payments", 0) == 0


def test_the_last_tick_before_the_position_is_kept_for_the_events_after_it() -> None:
    passed = passed_on((0, 0), (1, 0), (0, 1), (1, 1))

    assert passed.rows(1) == {LAST_TICK: [("payments", later(1).isoformat().encode(), None, None)]}
    assert passed.rows(0) == {LAST_TICK: []}


def test_time_has_come_as_far_as_the_latest_tick_of_any_public_topic() -> None:
    reached: datetime | None = passed_on().reached

    assert reached == later(3)
    assert ResumePositions(2).reached is None
