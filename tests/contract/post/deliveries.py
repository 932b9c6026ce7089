"""Attempts to deliver, and waiting for what became of them."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from services.notifier.posts.post import Attempt, Outcome, Post
from tests.unit.notifier.letters import RECIPIENT, a_letter

AT = datetime(2026, 2, 12, 7, 0, tzinfo=UTC)
PATIENCE_SECONDS = 10.0


def an_attempt(
    notice: str = "n-1",
    to: str = "matti@asiakas.example",
    partition: int = 0,
    good_for: timedelta = timedelta(minutes=10),
    **changes: Any,
) -> Attempt:
    recipient = RECIPIENT.model_copy(update={"email": to})
    letter = a_letter(notice=notice, recipient=recipient, **changes)
    return Attempt(letter=letter, partition=partition, at=AT, good_until=AT + good_for)


def outcomes_of(post: Post, partition: int, count: int) -> list[Outcome]:
    """The partition's outcomes once there are ``count``; AssertionError when they do not come."""
    await_that(lambda: len(post.outcomes(partition)) >= count)
    return list(post.outcomes(partition))


def await_that(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.005)
