"""The open notices of one partition as rows: read, kept, counted and found when they are due."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from schemas.commands import NoticeGranted, decode_commands
from services.notifier.posts.post import Attempt
from services.notifier.protocol import Notice, State, dump_notice, load_notice
from services.notifier.rate_limit import ClaimRate, dump_claim_rate, load_claim_rate
from services.notifier.state_rows import GRANTED, NOTICE, RATE, RATE_KEY, WAITING, waiting_key, waiting_prefix
from services.runtime.unit_of_work import UnitOfWork


class OpenNotices:
    """The rows ``notice``, ``waiting``, ``granted``, ``pace`` of a unit's partition; ``save_rate`` ends the work."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit
        stored = unit.get(RATE, RATE_KEY)
        self._stored_rate = self._rate = ClaimRate() if stored is None else load_claim_rate(stored)

    def prefetch(self, keys: Sequence[str]) -> None:
        """Read the rows of these notices at once."""
        self._unit.get_many(NOTICE, keys)

    def get(self, key: str) -> Notice | None:
        """An open notice; None for one that is closed or was never planned."""
        stored = self._unit.get(NOTICE, key)
        return None if stored is None else load_notice(stored)

    def keep(self, before: Notice, after: Notice, wake: datetime | None = None) -> None:
        """Store the notice, due at ``wake`` if there is one, or delete its row once it is closed; count it."""
        self._rate = self._rate.counted(before.state.is_in_hand, after.state.is_in_hand)
        if before.waits_at is not None:
            self._unit.delete(WAITING, before.waits_at)
        if after.state.is_end:
            self._unit.delete(NOTICE, after.notice)
        else:
            seconds = None if wake is None else int(wake.timestamp())
            self._unit.put(NOTICE, after.notice, dump_notice(after), wake=seconds)

    # -- grants and attempts -----------------------------------------------------------------------------------

    def keep_waiting(self, granted: Notice, message: NoticeGranted, raw: bytes, at: datetime) -> None:
        """Keep a granted notice whose letter waits for its post to have room, behind those that wait already."""
        row_key = waiting_key(message.letter.channel, at, granted.notice)
        self.keep(granted, granted.waiting(row_key))
        self._unit.put(WAITING, row_key, raw)

    def waiting(self, channel: str) -> Iterator[tuple[Notice, NoticeGranted, bytes]]:
        """The notices whose letters wait for a channel's post to have room, each with its grant, the oldest first."""
        for _, raw in self._unit.scan(WAITING, waiting_prefix(channel)):
            message = decode_commands(raw)
            assert isinstance(message, NoticeGranted), "what waits for room is granted"
            notice = self.get(message.notice)
            assert notice is not None, "a closed notice waits no more"
            yield notice, message, raw

    def is_waiting(self, channel: str) -> bool:
        """Whether a letter waits for the channel's post to have room."""
        return next(self._unit.scan(WAITING, waiting_prefix(channel)), None) is not None

    def keep_grant(self, key: str, raw: bytes) -> None:
        """Keep a grant, whole, for as long as its letter is being delivered."""
        self._unit.put(GRANTED, key, raw)

    def drop_grant(self, key: str) -> None:
        """The attempt has its outcome."""
        self._unit.delete(GRANTED, key)

    def attempt_of(self, notice: Notice, granted: NoticeGranted) -> Attempt:
        """The attempt of a notice that is being delivered."""
        assert notice.attempted is not None, "an attempt has its instant"
        return Attempt(granted.letter, self._unit.partition, notice.attempted, granted.good_until)

    def attempts_without_outcome(self) -> Iterator[Attempt]:
        """The attempts of all notices that are being delivered, this process's or an earlier one's."""
        for key, stored in self._unit.scan(NOTICE):
            notice = load_notice(stored)
            if notice.state is State.ATTEMPTING:
                yield self.attempt_of(notice, self._grant_of(key))

    def _grant_of(self, key: str) -> NoticeGranted:
        stored = self._unit.get(GRANTED, key)
        assert stored is not None, "a notice that is attempted has its granted letter beside it"
        message = decode_commands(stored)
        assert isinstance(message, NoticeGranted), "what is kept as granted is a grant"
        return message

    # -- limits ------------------------------------------------------------------------------------------------

    def due(self, now: int, open_claims: int, claims_per_minute: int) -> Iterator[Notice]:
        """What is due at ``now`` (epoch second) and the limits let through, in the order in which it became due."""
        left = self._rate.claims_left(now, open_claims, claims_per_minute)
        for _, stored in self._unit.due(NOTICE, now, left) if left else ():
            yield load_notice(stored)

    def count_claim(self, now: int) -> None:
        """One more was claimed in the minute of ``now``."""
        self._rate = self._rate.with_claim(now)

    def next_claim(self, now: int, open_claims: int, claims_per_minute: int) -> int | None:
        """The epoch second of the next possible claim; None when none waits or too many notices are under way."""
        return self._rate.next_claim(now, self._unit.next_wake(NOTICE), open_claims, claims_per_minute)

    def save_rate(self) -> None:
        """Store how much of the limits is used, if that changed."""
        if self._rate != self._stored_rate:
            self._unit.put(RATE, RATE_KEY, dump_claim_rate(self._rate))
