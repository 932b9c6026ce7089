"""The short form of `make chaos`: each kind of fault at least once, and nothing to be seen of it afterwards."""

from pathlib import Path

import pytest

from tests.chaos.run import SHORT, run

pytestmark = [pytest.mark.kafka, pytest.mark.postgres, pytest.mark.slow, pytest.mark.timeout(600)]

SEED = 5


def test_no_fault_leaves_a_trace(tmp_path: Path) -> None:
    lines = run(SHORT, SEED, tmp_path)

    assert [str(line) for line in lines if line.is_right is False] == []
