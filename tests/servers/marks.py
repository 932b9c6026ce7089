"""A test starts only the servers whose mark it carries, so that `make test-fast` and `-m "not kafka"` mean it.

Outside of tests (the bench, chaos, `make kafka-up`) nothing is asked.
"""

from collections.abc import Iterator
from contextlib import contextmanager

_marks: list[frozenset[str]] = []


@contextmanager
def running_test(marks: frozenset[str]) -> Iterator[None]:
    """While a test with these marks runs."""
    _marks.append(marks)
    try:
        yield
    finally:
        _marks.pop()


def require_mark(mark: str) -> None:
    """Raise AssertionError when the test that runs now lacks the mark of a server that it is about to start."""
    assert not _marks or mark in _marks[-1], f"this test starts a server: mark it pytest.mark.{mark}"
