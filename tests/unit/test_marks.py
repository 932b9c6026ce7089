"""Marks are true: what needs a server says so."""

import pytest

from tests.servers.marks import require_mark, running_test


@pytest.mark.parametrize("server", ["kafka", "postgres"])
def test_a_test_without_the_mark_of_a_server_cannot_start_it(server: str) -> None:
    with running_test(frozenset({"slow"})), pytest.raises(AssertionError, match=f"mark it pytest.mark.{server}"):
        require_mark(server)


def test_a_test_with_the_mark_can() -> None:
    with running_test(frozenset({"slow", "postgres"})):
        require_mark("postgres")


@pytest.mark.postgres
def test_the_marks_of_the_test_that_runs_are_those_that_count() -> None:
    require_mark("postgres")
    with pytest.raises(AssertionError):
        require_mark("kafka")
