"""The accounts of one unit of work, and the facts of their open notices."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from schemas.letters import Letter
from schemas.topics import account_key, creditor_and_debtor, is_account_key, partition_of
from services.overdue.account import Account, dump_account, load_account
from services.overdue.state_rows import LETTER, account_kind, feed_signal
from services.runtime.unit_of_work import UnitOfWork

AT_ONCE: Final = 0
"""The wake of an account that something happened to: the next frontier of its lane."""


class StoredAccounts:
    """Accounts are read once and changed in memory; ``save`` writes those that messages have changed."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit
        self._changed: dict[str, Account] = {}

    def fetch(self, keys: Iterable[str]) -> None:
        """Read the accounts among these keys at once: each query to a database elsewhere takes a round trip."""
        by_kind: dict[str, list[str]] = {}
        for key in set(keys):
            if is_account_key(key):
                by_kind.setdefault(self._kind(creditor_and_debtor(key)[0]), []).append(key)
        for kind, named in by_kind.items():
            self._unit.get_many(kind, named)

    def to_change(self, creditor: str, debtor: str) -> Account:
        """An account that a message is about to change, a new one where none is stored."""
        key = account_key(creditor, debtor)
        account = self._changed.get(key)
        if account is None:
            stored = self._unit.get(self._kind(creditor), key)
            account = Account(creditor, debtor) if stored is None else load_account(stored)
            self._changed[key] = account
        return account

    def save(self) -> None:
        """Write the changed accounts; each is due at its lane's next frontier."""
        for account in self._changed.values():
            self._put(account, AT_ONCE, None)
        self._changed.clear()

    # -- checks ------------------------------------------------------------------------------------------------

    def due(self, lane: int, instant: datetime, limit: int) -> list[Account]:
        """Up to ``limit`` accounts of a lane that are to be checked by an instant."""
        rows = self._unit.due(account_kind(lane), int(instant.timestamp()), limit)
        return [load_account(stored) for _, stored in rows]

    def put_checked(self, account: Account, wake: datetime | None, feed: bool) -> None:
        """Write an account that was checked, to be checked again at ``wake`` or, with ``feed``, as a feed moves."""
        at = None if wake is None else int(wake.timestamp())
        self._put(account, at, feed_signal(account.creditor) if feed else None)

    def wake(self, lane: int, creditor: str | None) -> None:
        """All accounts of a creditor, or of the lane, are due at the next frontier."""
        self._unit.wake_prefix(account_kind(lane), "" if creditor is None else account_key(creditor, ""), AT_ONCE)

    def wake_waiting_for_feed(self, lane: int, creditor: str) -> None:
        """The creditor's accounts that wait for a bank feed are due at the next frontier."""
        self._unit.wake_waiting(account_kind(lane), feed_signal(creditor), AT_ONCE)

    # -- open notices ------------------------------------------------------------------------------------------

    def keep_letter(self, letter: Letter) -> None:
        """Keep a letter's facts until the outcome of its notice is known."""
        self._unit.put(LETTER, letter.notice, letter.model_dump_json(exclude_none=True).encode())

    def letter(self, notice: str) -> Letter | None:
        """The facts of an open notice, or None once it has ended."""
        stored = self._unit.get(LETTER, notice)
        return None if stored is None else Letter.model_validate_json(stored)

    def drop_letter(self, notice: str) -> None:
        """The notice has ended."""
        self._unit.delete(LETTER, notice)

    def _put(self, account: Account, wake: int | None, signal: str | None) -> None:
        key = account_key(account.creditor, account.debtor)
        self._unit.put(self._kind(account.creditor), key, dump_account(account), wake, signal)

    def _kind(self, creditor: str) -> str:
        return account_kind(partition_of(creditor, self._unit.partitions))
