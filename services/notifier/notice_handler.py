"""Moves one partition's notices as commands, outcomes and time require, and publishes each move (design.md §7)."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Literal

from schemas.channels import channels
from schemas.commands import CommandsMessage, NoticeGranted, NoticeOutcomeSettled, NoticePlanned, NoticeWithdrawn
from schemas.journal import Fault, NoticeAttempting, NoticeClaimed, NoticeMessage, NoticeOutcome
from services.notifier.open_notices import OpenNotices
from services.notifier.posts.post import Outcome, Post, Status
from services.notifier.protocol import Move, Notice, State, day_is_over, fault_settled, retry_wait
from services.notifier.trial import note_trial
from services.runtime.unit_of_work import UnitOfWork


class NoticeHandler:
    """One partition's notices during one call of the worker, at ``now`` (aware, UTC).

    ``publish`` takes the messages; the post gets letters once the unit of work is durable. ``waiting`` are the channels
    of letters that wait for their post to have room, as far as they are known.
    """

    def __init__(
        self,
        unit: UnitOfWork,
        post: Post,
        now: datetime,
        notices: OpenNotices,
        publish: Callable[[NoticeMessage], None],
        waiting: frozenset[str],
    ) -> None:
        self._unit = unit
        self._post = post
        self._now = now
        self._notices = notices
        self._publish = publish
        self._outcomes = post.outcomes(unit.partition)
        self._rooms: dict[str, int] = {}
        self.waiting = waiting

    # -- outcomes ----------------------------------------------------------------------------------------------

    def recover(self) -> None:
        """Ask the post about each attempt without outcome: its own, or an earlier process's (design.md §7.4).

        Until it knows them it has no room.
        """
        for attempt in self._notices.attempts_without_outcome():
            self._unit.after_commit(partial(self._post.recover, attempt))
        self._rooms = dict.fromkeys(channels(), 0)
        self.waiting = frozenset(filter(self._notices.is_waiting, channels()))

    def record_outcomes(self) -> None:
        """Record what became of attempts; the post forgets it once that is durable.

        A post of a process that lost the partition for a while may hold the outcome of an attempt before the last one.
        """
        for outcome in self._outcomes:
            notice = self._notices.get(outcome.notice)
            if notice is not None and notice.state is State.ATTEMPTING and notice.attempted == outcome.begun:
                self._record(notice, outcome)
        if self._outcomes:
            self._unit.after_commit(partial(self._post.acknowledge, self._outcomes))

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
        self._notices.drop_grant(notice.notice)
        self._publish_outcome(notice, outcome.status, outcome.at, outcome.detail, outcome.fault, trial=outcome.trial)
        wake = outcome.at + retry_wait(notice.tries) if after.state is State.DEFERRED else None
        self._notices.keep(notice, after, wake)

    # -- attempts ----------------------------------------------------------------------------------------------

    def attempt_waiting(self) -> None:
        """Attempt the letters that wait for their post to have room, as many as it has room for."""
        self.waiting = frozenset(channel for channel in sorted(self.waiting) if self._fill(channel))

    def _fill(self, channel: str) -> bool:
        """Attempt a channel's waiting letters, the oldest first; whether one is left that waits."""
        for notice, message, raw in self._notices.waiting(channel):
            if self._now > message.good_until:
                self._claim(notice)
            elif self._room(channel) > 0:
                self._attempt(notice, message, raw)
            else:
                return True
        return False

    def _attempt(self, granted: Notice, message: NoticeGranted, raw: bytes) -> None:
        """Record that the letter is being delivered; the post gets it once that is durable (design.md §7.4)."""
        attempting = granted.attempting(self._now)
        attempt = self._notices.attempt_of(attempting, message)
        self._rooms[message.letter.channel] -= 1
        self._post.reserve(attempt)
        self._notices.keep_grant(granted.notice, raw)
        self._notices.keep(granted, attempting)
        self._publish(
            NoticeAttempting(notice=granted.notice, creditor=granted.creditor, debtor=granted.debtor, at=self._now)
        )
        self._unit.after_commit(partial(self._post.send, attempt))

    def _room(self, channel: str) -> int:
        """How many more letters of the channel may be attempted in this call."""
        if channel not in self._rooms:
            self._rooms[channel] = self._post.room(channel, self._outcomes)
        return self._rooms[channel]

    # -- commands ----------------------------------------------------------------------------------------------

    def handle_command(self, message: CommandsMessage, raw: bytes) -> None:
        """Carry out a command; one that no longer fits came too late and changes nothing. ``raw`` is its record."""
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
        if self._notices.get(message.notice) is None:
            planned = Notice(message.notice, letter.creditor, letter.debtor, letter.date)
            self._notices.keep(planned, planned, self._now)

    def _grant(self, message: NoticeGranted, raw: bytes) -> None:
        notice = self._notices.get(message.notice)
        if notice is None or not notice.may(Move.GRANT):
            return
        granted, channel = notice.after(Move.GRANT), message.letter.channel
        if self._now > message.good_until:
            self._claim(granted)
        elif channel in self.waiting or self._room(channel) <= 0:
            self._notices.keep_waiting(granted, message, raw, self._now)
            self.waiting |= {channel}
        else:
            self._attempt(granted, message, raw)

    def _withdraw(self, key: str, why: str) -> None:
        notice = self._notices.get(key)
        if notice is not None and notice.may(Move.WITHDRAW):
            self._publish_outcome(notice, "withdrawn", self._now, why, None, trial=False)
            self._notices.keep(notice, notice.after(Move.WITHDRAW))

    def _settle(self, message: NoticeOutcomeSettled) -> None:
        """Close an unknown notice as a person says; once anything else has closed it, the first close wins (§7.4)."""
        notice = self._notices.get(message.notice)
        if notice is not None and notice.state is State.UNKNOWN:
            move = Move.ACCEPT if message.outcome == "accepted" else Move.FAIL
            fault = fault_settled(message.outcome)
            self._publish_outcome(notice, message.outcome, self._now, message.how, fault, trial=notice.trial)
            self._notices.keep(notice, notice.after(move))

    # -- claims ------------------------------------------------------------------------------------------------

    def claim_due(self, open_claims: int, claims_per_minute: int) -> int | None:
        """Claim what is due, within the limits; the epoch second at which the next notice can be claimed, if any."""
        now = int(self._now.timestamp())
        for notice in self._notices.due(now, open_claims, claims_per_minute):
            if day_is_over(notice.day, self._now):
                self._withdraw(notice.notice, "day-is-over")
            else:
                self._notices.count_claim(now)
                self._claim(notice)
        self._notices.save_rate()
        return self._notices.next_claim(now, open_claims, claims_per_minute)

    def _claim(self, notice: Notice) -> None:
        self._notices.keep(notice, notice.after(Move.CLAIM))
        self._publish(
            NoticeClaimed(notice=notice.notice, creditor=notice.creditor, debtor=notice.debtor, now=self._now)
        )

    def _publish_outcome(
        self,
        notice: Notice,
        outcome: Status | Literal["withdrawn"],
        at: datetime,
        detail: str | None,
        fault: Fault | None,
        *,
        trial: bool,
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
                fault=fault,
            )
        )
