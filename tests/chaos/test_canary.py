"""`make chaos` can be trusted: with a broken fence it reports second letters, with the real one it reports none."""

from pathlib import Path

import pytest

from tests.chaos.canary import pause_with_granted_letters
from tests.chaos.judgement import Line
from tests.chaos.paused_notifier import BROKEN, INTACT

pytestmark = [pytest.mark.kafka, pytest.mark.postgres, pytest.mark.slow]


def wrong(lines: list[Line]) -> list[str]:
    return [line.what for line in lines if line.is_right is False]


def test_a_process_that_is_paused_with_granted_letters_leaves_no_trace(tmp_path: Path) -> None:
    assert wrong(pause_with_granted_letters(INTACT, tmp_path)) == []


def test_with_a_broken_fence_it_sends_second_letters_and_chaos_says_so(tmp_path: Path) -> None:
    assert "second letters of a notice" in wrong(pause_with_granted_letters(BROKEN, tmp_path))
