"""The overdue worker: reads the journal, keeps the accounts, writes commands and decisions. Keys: the account.

Account messages are folded in as they come. Decisions are made only at a lane's frontier: then every account of the
lane whose check is due is decided, a chunk at a time, before the next record is taken (design.md §3).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from schemas.commands import NoticeOutcomeSettled
from schemas.decisions import Alert, NoticeEnded, Unmatched
from schemas.events import NoticeSettled
from schemas.journal import AccountEvent, FeedReached, FrontierReached, LaneMessage, NoticeOutcome, decode_journal
from schemas.letters import Letter
from schemas.topics import (
    COMMANDS,
    DECISIONS,
    JOURNAL,
    account_key,
    creditor_and_debtor,
    is_account_key,
    partition_of,
)
from services.overdue.account import Account, dump_account, load_account
from services.overdue.books.entries import payment_key
from services.overdue.creditor_context import CreditorContext
from services.overdue.decide import Decision, decide
from services.overdue.enact import account_changed, enact
from services.overdue.fold import AccountMessage, fold
from services.overdue.settings_copy import context_of, copy
from services.runtime.unit_of_work import UnitOfWork
from services.runtime.worker import Record

CHUNK: Final = 500
"""Accounts decided in one call; a commit may follow each."""
AT_ONCE: Final = 0
"""The wake of an account that something happened to: the next frontier of its lane."""


class Overdue:
    """Folds what happens to accounts and decides their next lawful and kind step."""

    name = "overdue"
    reads = (JOURNAL,)

    def __init__(self, skew: timedelta = timedelta(seconds=5), good_for: timedelta = timedelta(minutes=10)) -> None:
        """``skew``: the largest difference between the notifier's clock and the clock worker's (design.md §7.2).

        ``good_for``: how long after its claim a granted letter may go (design.md §7.3).
        """
        self._skew = skew
        self._good_for = good_for

    def pending(self, partition: int) -> bool:  # noqa: ARG002  (the contract's)
        """All of this worker's work lies in its topic."""
        return False

    def handle(self, batch: Sequence[Record], unit: UnitOfWork) -> int:
        """Take records until a frontier leaves more accounts due than one chunk holds."""
        desk = _Desk(unit, self._skew, self._good_for)
        desk.fetch(batch)
        for taken, record in enumerate(batch):
            message = decode_journal(record.value)
            if isinstance(message, FrontierReached):
                if not desk.reach(message):
                    return taken
            elif isinstance(message, LaneMessage):
                desk.copy(message)
            else:
                desk.take(message)
        desk.save()
        return len(batch)


class _Desk:
    """The accounts and terms in hand during one call."""

    def __init__(self, unit: UnitOfWork, skew: timedelta, good_for: timedelta) -> None:
        self._unit = unit
        self._skew = skew
        self._good_for = good_for
        self._accounts: dict[str, Account] = {}
        self._contexts: dict[str, CreditorContext] = {}

    # -- taking messages ---------------------------------------------------------------------------------------

    def fetch(self, batch: Sequence[Record]) -> None:
        """Read the accounts that a batch names at once: from a database elsewhere each look-up has its price."""
        keys: dict[str, list[str]] = {}
        for key in {record.key for record in batch}:
            if is_account_key(key):
                keys.setdefault(self._kind(creditor_and_debtor(key)[0]), []).append(key)
        for kind, named in keys.items():
            self._unit.get_many(kind, named)

    def take(self, message: AccountMessage) -> None:
        """Fold a message into its account, which is looked at again at the next frontier."""
        assert message.creditor is not None, "the journal's accounts are named"
        assert message.debtor is not None, "the journal's accounts are named"
        account = self._account(message.creditor, message.debtor)
        self._tell(account, message)
        fold(account, message, self._context_of(account.creditor))

    def _account(self, creditor: str, debtor: str) -> Account:
        key = account_key(creditor, debtor)
        account = self._accounts.get(key)
        if account is None:
            stored = self._unit.get(self._kind(creditor), key)
            account = Account(creditor, debtor) if stored is None else load_account(stored)
            self._accounts[key] = account
        return account

    def _tell(self, account: Account, message: AccountMessage) -> None:
        """Say a notice's outcome as long as the notice is open; pass a person's settlement on to the notifier."""
        if isinstance(message, NoticeOutcome):
            letter = self._unit.get("letter", message.notice)
            if letter is None:
                return
            self._unit.publish(
                DECISIONS,
                account_key(account.creditor, account.debtor),
                _ended(message, Letter.model_validate_json(letter)),
            )
            if message.outcome in ("accepted", "failed", "withdrawn"):
                self._unit.delete("letter", message.notice)
        elif isinstance(message, AccountEvent) and isinstance(message.data, NoticeSettled):
            self._unit.publish(
                COMMANDS,
                account_key(account.creditor, account.debtor),
                NoticeOutcomeSettled(
                    notice=message.data.notice,
                    creditor=account.creditor,
                    debtor=account.debtor,
                    outcome=message.data.outcome,
                ),
            )

    def copy(self, message: LaneMessage) -> None:
        """Keep a lane's settings and look again at the accounts that they may concern."""
        creditor = copy(message, self._unit)
        self._contexts.clear()
        self.save()
        kind = f"account:{message.lane}"
        if creditor is None:
            self._unit.rouse_prefix(kind, "", AT_ONCE)
        elif isinstance(message, FeedReached):
            self._unit.rouse(kind, _feed(creditor), AT_ONCE)
        else:
            self._unit.rouse_prefix(kind, account_key(creditor, ""), AT_ONCE)

    # -- deciding ----------------------------------------------------------------------------------------------

    def reach(self, frontier: FrontierReached) -> bool:
        """Decide a chunk of the lane's due accounts; whether that was the last chunk."""
        self.save()
        kind, at = f"account:{frontier.lane}", int(frontier.instant.timestamp())
        due = self._unit.due(kind, at, CHUNK)
        for _, stored in due:
            account = load_account(stored)
            self._check(account, self._context_of(account.creditor), frontier.instant)
        return len(due) < CHUNK

    def _check(self, account: Account, context: CreditorContext, now: datetime) -> None:
        if account.party is None:
            self._store(account, None, None)
            return
        decision = decide(account, context, now, self._skew)
        key = account_key(account.creditor, account.debtor)
        for topic, message in enact(account, decision, context, now, self._good_for):
            self._unit.publish(topic, key, message)
            self._remember(account, message)
        self._refuse(account, decision, context, now)
        changed = account_changed(account, decision, context, now)
        said = sha256(changed.model_dump_json(exclude={"as_of"}, exclude_none=True).encode()).hexdigest()
        if said != account.reported:
            account.reported = said
            self._unit.publish(DECISIONS, key, changed)
        wake = None if decision.wake is None else int(decision.wake.timestamp())
        self._store(account, wake, _feed(account.creditor) if decision.feed else None)

    def _remember(self, account: Account, message: object) -> None:
        """Keep a letter's facts until its outcome is told; raise the alarm where no rate is known (rules.md I3)."""
        letter = getattr(message, "letter", None)
        if not isinstance(letter, Letter):
            return
        self._unit.put("letter", letter.notice, letter.model_dump_json(exclude_none=True).encode())
        if letter.interest_through is not None:
            alert = Alert(
                code="rate-unknown",
                creditor=account.creditor,
                date=letter.date,
                detail=f"no rate is known after {letter.interest_through}: publish reference-rate.published.v1",
            )
            self._unit.publish(DECISIONS, account_key(account.creditor, account.debtor), alert)

    def _refuse(self, account: Account, decision: Decision, context: CreditorContext, now: datetime) -> None:
        """A payment of a lapsed debt is nobody's until a person decides (rules.md M3; act 728/2003 14 §)."""
        for money in decision.books.refused:
            if payment_key(money) not in account.refused:
                account.refused.append(payment_key(money))
                unmatched = Unmatched(
                    creditor=account.creditor,
                    date=context.local(now).date(),
                    account=money.account,
                    payment=money.payment,
                    amount=money.amount - money.reversed,
                    currency=money.currency,
                    reason="lapsed",
                )
                self._unit.publish(DECISIONS, account_key(account.creditor, account.debtor), unmatched)

    # -- state -------------------------------------------------------------------------------------------------

    def save(self) -> None:
        """Put the accounts in hand back; each is due at its lane's next frontier."""
        for account in self._accounts.values():
            self._store(account, AT_ONCE, None)
        self._accounts.clear()

    def _store(self, account: Account, wake: int | None, waits_for: str | None) -> None:
        key = account_key(account.creditor, account.debtor)
        self._unit.put(self._kind(account.creditor), key, dump_account(account), wake, waits_for)

    def _kind(self, creditor: str) -> str:
        """Accounts are kept apart by lane, so that a lane's frontier finds its own."""
        return f"account:{partition_of(creditor, self._unit.partitions)}"

    def _context_of(self, creditor: str) -> CreditorContext:
        context = self._contexts.get(creditor)
        if context is None:
            lane = partition_of(creditor, self._unit.partitions)
            context = self._contexts[creditor] = context_of(creditor, lane, self._unit)
        return context


def _feed(creditor: str) -> str:
    """The signal that a creditor's bank feed has moved."""
    return f"feed {creditor}"


def _ended(message: NoticeOutcome, letter: Letter) -> NoticeEnded:
    return NoticeEnded(
        creditor=letter.creditor,
        debtor=letter.debtor,
        date=letter.date,
        notice=letter.notice,
        letter=letter,
        status=message.outcome,
        at=message.at,
        trial=message.trial,
    )
