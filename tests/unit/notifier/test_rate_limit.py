"""How many notices may be claimed at once and in a minute."""

import pytest

from services.notifier.rate_limit import Pace, dump_pace, load_pace

NOON = 1_770_897_600


def test_notices_in_hand_are_counted_in_and_out() -> None:
    pace = Pace().counted(False, True).counted(False, True).counted(True, True).counted(True, False)

    assert pace.in_hand == 1


@pytest.mark.parametrize(
    ("in_hand", "claimed", "room"), [(0, 0, 5), (3, 0, 2), (5, 0, 0), (0, 18, 2), (0, 20, 0), (4, 19, 1)]
)
def test_the_tighter_limit_counts(in_hand: int, claimed: int, room: int) -> None:
    assert Pace(in_hand, NOON // 60, claimed).room(NOON, 5, 20) == room


def test_a_new_minute_brings_new_room() -> None:
    pace = Pace(0, NOON // 60, 20)

    assert pace.room(NOON + 59, 5, 20) == 0
    assert pace.room(NOON + 60, 5, 20) == 5
    assert pace.spent(NOON + 60) == Pace(0, NOON // 60 + 1, 1)


def test_with_room_the_next_look_is_when_something_is_due() -> None:
    assert Pace().look_again(NOON, NOON + 300, 5, 20) == NOON + 300
    assert Pace().look_again(NOON, None, 5, 20) is None


def test_without_room_in_the_minute_the_next_look_is_in_the_next() -> None:
    pace = Pace(0, NOON // 60, 20)

    assert pace.look_again(NOON + 7, NOON, 5, 20) == NOON + 60
    assert pace.look_again(NOON + 7, NOON + 300, 5, 20) == NOON + 300


def test_with_all_hands_full_only_an_outcome_helps() -> None:
    assert Pace(5, 0, 0).look_again(NOON, NOON, 5, 20) is None


def test_a_pace_is_stored_and_read_back_as_it_was() -> None:
    assert load_pace(dump_pace(Pace(1, 2, 3))) == Pace(1, 2, 3)
