"""The notifier: claims planned notices, hands granted letters to its post, tells what became of them (design.md §7).

Reads commands (key: the account), writes to the journal under the same key. State: a row ``notice`` for each open
notice, with a wake while it waits to be claimed, and a row ``granted`` beside it while its letter is being delivered;
a row ``trial`` once a letter of trial mode has had an outcome.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Final, Literal

from schemas.commands import (
    CommandsMessage,
    HandOver,
    NoticeGranted,
    NoticeOutcomeSettled,
    NoticePlanned,
    NoticeWithdrawn,
    decode_commands,
)
from schemas.journal import NoticeAttempting, NoticeClaimed, NoticeMessage, NoticeOutcome
from schemas.topics import COMMANDS, JOURNAL, account_key
from services.notifier.posts.post import Attempt, Outcome, Post, Status
from services.notifier.protocol import Move, Notice, State, day_is_over, dump_notice, load_notice, retry_wait
from services.notifier.rate_limit import Pace, dump_pace, load_pace
from services.notifier.trial import note_trial
from services.runtime.unit_of_work import UnitOfWork
from services.runtime.worker import Record

OPEN_CLAIMS: Final = 1_000
"""Notices of one partition that are claimed or being delivered at once: what waits longer asks for fresher amounts."""
CLAIMS_PER_MINUTE: Final = 1_000_000
"""Notices of one partition that are claimed in one minute; in effect no limit."""


class Notifier:
    """Sees that each planned letter is delivered at most once, or withdrawn, and says which.

    ``now`` gives the instant as aware UTC: wall time when live, the last tick in ``play``. One instance belongs to one
    seat in one process: on its first look at a partition it asks the post about every attempt without outcome.
    """

    name = "notifier"
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
        self._next: dict[int, int | None] = {}

    def pending(self, partition: int) -> bool:
        """Whether outcomes have come, something is due, or the partition was never looked at."""
        if partition not in self._next or self._post.outcomes(partition):
            return True
        due = self._next[partition]
        return due is not None and due <= self._now().timestamp()

    def handle(self, batch: Sequence[Record], unit: UnitOfWork) -> int:
        """Take all outcomes and commands, then claim what is due and the limits let through."""
        desk = _Desk(unit, self._post, self._now())
        if unit.partition not in self._next:
            desk.recover()
        desk.take_outcomes()
        messages = [decode_commands(record.value) for record in batch]
        unit.get_many("notice", [message.notice for message in messages if not isinstance(message, HandOver)])
        for record, message in zip(batch, messages, strict=True):
            desk.take(message, record.value)
        self._next[unit.partition] = desk.claim_due(self._open_claims, self._claims_per_minute)
        return len(batch)


class _Desk:
    """One partition's notices during one call."""

    def __init__(self, unit: UnitOfWork, post: Post, now: datetime) -> None:
        self._unit = unit
        self._post = post
        self._now = now
        stored = unit.get("pace", "pace")
        self._stored_pace = self._pace = Pace() if stored is None else load_pace(stored)

    # -- outcomes ----------------------------------------------------------------------------------------------

    def recover(self) -> None:
        """Ask the post about each attempt without outcome: its own, or an earlier process's (design.md §7.4)."""
        for key, stored in self._unit.scan("notice"):
            notice = load_notice(stored)
            if notice.state is State.ATTEMPTING:
                self._unit.after_commit(partial(self._post.recover, self._attempt_of(notice, self._granted(key))))

    def take_outcomes(self) -> None:
        """Record what became of attempts; the post forgets it once that is durable.

        An outcome of an earlier attempt than the notice's last may lie in a post that was without the seat for a while.
        """
        outcomes = self._post.outcomes(self._unit.partition)
        for outcome in outcomes:
            notice = self._notice(outcome.notice)
            if notice is not None and notice.state is State.ATTEMPTING and notice.attempted == outcome.begun:
                self._record(notice, outcome)
        if outcomes:
            self._unit.after_commit(partial(self._post.acknowledge, outcomes))

    def _record(self, notice: Notice, outcome: Outcome) -> None:
        match outcome.status:
            case "accepted":
                after = notice.after(Move.ACCEPT)
            case "failed":
                after = notice.after(Move.FAIL)
            case "unknown":
                after = notice.lost(trial=outcome.trial)
            case "deferred":
                after = notice.after(Move.DEFER)
        if outcome.trial:
            note_trial(self._unit)
        self._unit.delete("granted", notice.notice)
        self._tell(notice, outcome.status, outcome.at, outcome.detail, trial=outcome.trial)
        wake = outcome.at + retry_wait(notice.tries) if after.state is State.DEFERRED else None
        self._keep(notice, after, wake)

    # -- commands ----------------------------------------------------------------------------------------------

    def take(self, message: CommandsMessage, raw: bytes) -> None:
        """One command. One that no longer fits came too late and changes nothing: only the notifier closes a notice."""
        if isinstance(message, NoticePlanned):
            self._plan(message)
        elif isinstance(message, NoticeGranted):
            self._grant(message, raw)
        elif isinstance(message, NoticeWithdrawn):
            self._withdraw(message.notice, "-".join(message.reasons))
        elif isinstance(message, NoticeOutcomeSettled):
            self._settle(message)

    def _plan(self, message: NoticePlanned) -> None:
        letter = message.letter
        if self._notice(message.notice) is None:
            planned = Notice(message.notice, letter.creditor, letter.debtor, letter.date)
            self._keep(planned, planned, self._now)

    def _grant(self, message: NoticeGranted, raw: bytes) -> None:
        notice = self._notice(message.notice)
        if notice is None or not notice.may(Move.GRANT):
            return
        granted = notice.after(Move.GRANT)
        if self._now > message.good_until:
            self._claim(granted)
            return
        attempting = granted.attempting(self._now)
        self._unit.put("granted", notice.notice, raw)
        self._keep(notice, attempting)
        self._publish(
            NoticeAttempting(notice=notice.notice, creditor=notice.creditor, debtor=notice.debtor, at=self._now)
        )
        self._unit.after_commit(partial(self._post.send, self._attempt_of(attempting, message)))

    def _withdraw(self, key: str, why: str) -> None:
        notice = self._notice(key)
        if notice is not None and notice.may(Move.WITHDRAW):
            self._tell(notice, "withdrawn", self._now, why, trial=False)
            self._keep(notice, notice.after(Move.WITHDRAW))

    def _settle(self, message: NoticeOutcomeSettled) -> None:
        """A person's word counts only while nobody else knows: the first close wins (design.md §7.4)."""
        notice = self._notice(message.notice)
        if notice is not None and notice.state is State.UNKNOWN:
            move = Move.ACCEPT if message.outcome == "accepted" else Move.FAIL
            self._tell(notice, message.outcome, self._now, "settled", trial=notice.trial)
            self._keep(notice, notice.after(move))

    # -- claims ------------------------------------------------------------------------------------------------

    def claim_due(self, open_claims: int, claims_per_minute: int) -> int | None:
        """Claim what is due, in the order it became due; the epoch second at which to look again, if there is one."""
        now = int(self._now.timestamp())
        free = self._pace.room(now, open_claims, claims_per_minute)
        for _, stored in self._unit.due("notice", now, free) if free else ():
            notice = load_notice(stored)
            if day_is_over(notice.day, self._now):
                self._withdraw(notice.notice, "day-is-over")
            else:
                self._pace = self._pace.spent(now)
                self._claim(notice)
        if self._pace != self._stored_pace:
            self._unit.put("pace", "pace", dump_pace(self._pace))
        return self._pace.look_again(now, self._unit.next_wake("notice"), open_claims, claims_per_minute)

    def _claim(self, notice: Notice) -> None:
        self._keep(notice, notice.after(Move.CLAIM))
        self._publish(
            NoticeClaimed(notice=notice.notice, creditor=notice.creditor, debtor=notice.debtor, now=self._now)
        )

    # -- rows and words ----------------------------------------------------------------------------------------

    def _notice(self, key: str) -> Notice | None:
        stored = self._unit.get("notice", key)
        return None if stored is None else load_notice(stored)

    def _granted(self, key: str) -> NoticeGranted:
        stored = self._unit.get("granted", key)
        assert stored is not None, "a notice that is attempted has its granted letter beside it"
        message = decode_commands(stored)
        assert isinstance(message, NoticeGranted), "what is kept as granted is a grant"
        return message

    def _attempt_of(self, notice: Notice, granted: NoticeGranted) -> Attempt:
        assert notice.attempted is not None, "an attempt has its instant"
        return Attempt(granted.letter, self._unit.partition, notice.attempted, granted.good_until)

    def _keep(self, before: Notice, after: Notice, wake: datetime | None = None) -> None:
        """Store what the notice now is, or nothing once it is closed, and count it in or out of hand."""
        self._pace = self._pace.counted(before.state.is_in_hand, after.state.is_in_hand)
        if after.state.is_end:
            self._unit.delete("notice", after.notice)
        else:
            seconds = None if wake is None else int(wake.timestamp())
            self._unit.put("notice", after.notice, dump_notice(after), wake=seconds)

    def _tell(
        self, notice: Notice, outcome: Status | Literal["withdrawn"], at: datetime, detail: str | None, *, trial: bool
    ) -> None:
        self._publish(
            NoticeOutcome(
                notice=notice.notice,
                creditor=notice.creditor,
                debtor=notice.debtor,
                at=at,
                outcome=outcome,
                detail=detail,
                trial=trial,
            )
        )

    def _publish(self, message: NoticeMessage) -> None:
        self._unit.publish(JOURNAL, account_key(message.creditor, message.debtor), message)
