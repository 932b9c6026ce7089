"""The notifier: claims planned notices, gives granted letters to its post, publishes their outcomes (design.md §7).

Reads commands (key: the account), writes to the journal under the same key. ``state_rows.py`` names its state.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from schemas.commands import HandOver, decode_commands
from schemas.journal import NoticeMessage
from schemas.topics import COMMANDS, JOURNAL, account_key
from services.notifier.notice_handler import NoticeHandler
from services.notifier.open_notices import OpenNotices
from services.notifier.posts.post import Post
from services.notifier.state_rows import WORKER
from services.runtime.unit_of_work import UnitOfWork
from services.runtime.worker import Record

OPEN_CLAIMS: Final = 1_000
"""Notices of one partition that are claimed or being delivered at once: what waits longer asks for fresher amounts."""
CLAIMS_PER_MINUTE: Final = 1_000_000
"""Notices of one partition that are claimed in one minute; in effect no limit."""


class Notifier:
    """Sees that each planned letter is delivered at most once, or withdrawn, and says which.

    ``now`` gives the instant as aware UTC: wall time when live, the last tick in ``play``. One instance belongs to one
    partition task in one process: when it begins with a partition it asks the post about every attempt without outcome.
    """

    name = WORKER
    reads = (COMMANDS,)

    def __init__(
        self,
        post: Post,
        now: Callable[[], datetime],
        *,
        open_claims: int = OPEN_CLAIMS,
        claims_per_minute: int = CLAIMS_PER_MINUTE,
    ) -> None:
        self._post = post
        self._now = now
        self._open_claims = open_claims
        self._claims_per_minute = claims_per_minute
        self._next_claim: dict[int, int | None] = {}
        self._waiting: dict[int, frozenset[str]] = {}

    def pending(self, partition: int) -> bool:
        """Whether outcomes have come, a connection is free for a letter that waits for one, or a claim is due.

        Also before this instance has begun with the partition.
        """
        if partition not in self._next_claim or self._post.outcomes(partition):
            return True
        if any(self._post.room(channel) > 0 for channel in self._waiting[partition]):
            return True
        due = self._next_claim[partition]
        return due is not None and due <= self._now().timestamp()

    def handle(self, batch: Sequence[Record], unit: UnitOfWork) -> int:
        """Record all outcomes, attempt what there is room for, carry out commands, claim what is due and may be.

        The first call begins no attempt: those of an earlier process get their outcomes before.
        """

        def publish(message: NoticeMessage) -> None:
            unit.publish(JOURNAL, account_key(message.creditor, message.debtor), message)

        notices = OpenNotices(unit)
        waiting = self._waiting.get(unit.partition, frozenset())
        handler = NoticeHandler(unit, self._post, self._now(), notices, publish, waiting)
        if unit.partition not in self._next_claim:
            handler.recover()
        handler.record_outcomes()
        handler.attempt_waiting()
        messages = [decode_commands(record.value) for record in batch]
        notices.prefetch([message.notice for message in messages if not isinstance(message, HandOver)])
        for record, message in zip(batch, messages, strict=True):
            handler.handle_command(message, record.value)
        self._waiting[unit.partition] = handler.waiting
        self._next_claim[unit.partition] = handler.claim_due(self._open_claims, self._claims_per_minute)
        return len(batch)
