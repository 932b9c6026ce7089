"""`make chaos` can be trusted: the fence is what it sees, and it sees when the fence is broken."""

from pathlib import Path

import pytest

from tests.chaos.canary import sleep_with_letters_in_hand
from tests.chaos.judgement import Line
from tests.chaos.sleepwalker import BROKEN, WHOLE

pytestmark = [pytest.mark.kafka, pytest.mark.postgres, pytest.mark.slow]


def wrong(lines: list[Line]) -> list[str]:
    return [line.what for line in lines if line.is_right is False]


def test_a_process_that_sleeps_with_letters_in_hand_leaves_no_trace(tmp_path: Path) -> None:
    assert wrong(sleep_with_letters_in_hand(WHOLE, tmp_path)) == []


def test_with_a_broken_fence_it_sends_second_letters_and_chaos_says_so(tmp_path: Path) -> None:
    assert "second letters of a notice" in wrong(sleep_with_letters_in_hand(BROKEN, tmp_path))
