"""How many notices may be claimed at once and in a minute."""

import pytest

from services.notifier.rate_limit import ClaimRate, dump_claim_rate, load_claim_rate

NOON = 1_770_897_600


def test_notices_in_hand_are_counted_in_and_out() -> None:
    rate = ClaimRate().counted(False, True).counted(False, True).counted(True, True).counted(True, False)

    assert rate.in_hand == 1


@pytest.mark.parametrize(
    ("in_hand", "claimed", "room"), [(0, 0, 5), (3, 0, 2), (5, 0, 0), (0, 18, 2), (0, 20, 0), (4, 19, 1)]
)
def test_the_tighter_limit_counts(in_hand: int, claimed: int, room: int) -> None:
    assert ClaimRate(in_hand, NOON // 60, claimed).claims_left(NOON, 5, 20) == room


def test_a_new_minute_brings_new_room() -> None:
    rate = ClaimRate(0, NOON // 60, 20)

    assert rate.claims_left(NOON + 59, 5, 20) == 0
    assert rate.claims_left(NOON + 60, 5, 20) == 5
    assert rate.with_claim(NOON + 60) == ClaimRate(0, NOON // 60 + 1, 1)


def test_with_room_the_next_claim_is_when_something_is_due() -> None:
    assert ClaimRate().next_claim(NOON, NOON + 300, 5, 20) == NOON + 300
    assert ClaimRate().next_claim(NOON, None, 5, 20) is None


def test_without_room_in_the_minute_the_next_claim_is_in_the_next() -> None:
    rate = ClaimRate(0, NOON // 60, 20)

    assert rate.next_claim(NOON + 7, NOON, 5, 20) == NOON + 60
    assert rate.next_claim(NOON + 7, NOON + 300, 5, 20) == NOON + 300


def test_with_the_limit_under_way_reached_only_an_outcome_makes_room() -> None:
    assert ClaimRate(5, 0, 0).next_claim(NOON, NOON, 5, 20) is None


def test_a_rate_is_stored_and_read_back_as_it_was() -> None:
    assert load_claim_rate(dump_claim_rate(ClaimRate(1, 2, 3))) == ClaimRate(1, 2, 3)
