"""Logs the letters that were not accepted, each with the code that says why."""

from collections.abc import Iterable, Sequence

from services.notifier.posts.post import Attempt, Outcome, Post
from services.runtime.telemetry.logs import LogEvent, LogWriter


class LoggedPost:
    """Another post, whose outcomes other than ``accepted`` are logged once they are recorded durably."""

    def __init__(self, post: Post, log: LogWriter) -> None:
        self._post = post
        self._log = log

    def room(self, channel: str, ended: Sequence[Outcome] = ()) -> int:
        """The room of the post."""
        return self._post.room(channel, ended)

    def reserve(self, attempt: Attempt) -> None:
        """Keep room in the post."""
        self._post.reserve(attempt)

    def send(self, attempt: Attempt) -> None:
        """Pass the attempt on."""
        self._post.send(attempt)

    def recover(self, attempt: Attempt) -> None:
        """Pass the attempt on."""
        self._post.recover(attempt)

    def outcomes(self, partition: int) -> Sequence[Outcome]:
        """The outcomes of the post."""
        return self._post.outcomes(partition)

    def acknowledge(self, outcomes: Iterable[Outcome]) -> None:
        """Log what was not accepted, and let the post forget."""
        known = tuple(outcomes)
        for outcome in known:
            if outcome.status != "accepted":
                code = outcome.detail or "not-said"
                self._log.warning(
                    LogEvent.LETTER_NOT_DELIVERED, outcome=outcome.status, code=code, partition=outcome.partition
                )
        self._post.acknowledge(known)

    def close(self) -> None:
        """Close the post."""
        self._post.close()
