"""The overdue worker: folds the journal into accounts and decides the next step that law and policy allow.

It reads the topic journal and writes commands (to the notifier and collection) and decisions (to the read model), all
under the account's key; what people said about tasks and steps that are not open goes to dead-letters. Its rows are
those of ``state_rows``.

Account messages are folded in as they come. Decisions are made only at a lane's frontier: then every account of the
lane whose check is due is decided, a chunk at a time, before the next record is taken (design.md §3).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import chain
from typing import Final

from schemas.commands import NoticeGranted, NoticePlanned
from schemas.journal import AccountEvent, FeedReached, FrontierReached, LaneMessage, NoticeOutcome, decode_journal
from schemas.topics import COMMANDS, DEAD_LETTERS, DECISIONS, JOURNAL, account_key
from services.overdue.account import Account
from services.overdue.account_report import report_account
from services.overdue.answers import judge_answers
from services.overdue.books.fixed_terms import fix_terms
from services.overdue.books.reversed_money import find_reversed
from services.overdue.decide import decide
from services.overdue.enact import enact, notice_ended, notice_settled, refused_mail
from services.overdue.fold import AccountMessage, fold
from services.overdue.letter_outcomes import letter_of
from services.overdue.settings_copy import SettingsCopy
from services.overdue.state_rows import REFUSED_MAIL, WORKER
from services.overdue.stored_accounts import StoredAccounts
from services.runtime.unit_of_work import UnitOfWork
from services.runtime.worker import Record

CHUNK: Final = 500
"""Accounts decided in one call; a commit may follow each."""
FINAL_OUTCOMES: Final = ("accepted", "failed", "withdrawn")
"""After these a notice is not open any more."""


class Overdue:
    """Folds messages of the journal into accounts, and decides each account's acts when its check is due."""

    name = WORKER
    reads = (JOURNAL,)

    def __init__(self, skew: timedelta = timedelta(seconds=5), good_for: timedelta = timedelta(minutes=10)) -> None:
        """``skew``: the largest difference between the notifier's clock and the clock worker's (design.md §7.2).

        ``good_for``: how long after its claim a granted letter may go (design.md §7.3).
        """
        self._skew = skew
        self._good_for = good_for

    def pending(self, partition: int) -> bool:  # noqa: ARG002  (the contract's)
        """All of this worker's work is in its topic."""
        return False

    def handle(self, batch: Sequence[Record], unit: UnitOfWork) -> int:
        """Take records until a frontier leaves more accounts due than one chunk holds."""
        work = _JournalBatch(unit, self._skew, self._good_for)
        work.accounts.fetch(record.key for record in batch)
        for taken, record in enumerate(batch):
            message = decode_journal(record.value)
            if isinstance(message, FrontierReached):
                if not work.decide_due(message):
                    return taken
            elif isinstance(message, LaneMessage):
                work.copy_settings(message)
            else:
                work.take(message)
        work.accounts.save()
        return len(batch)


class _JournalBatch:
    """One call's accounts and settings."""

    def __init__(self, unit: UnitOfWork, skew: timedelta, good_for: timedelta) -> None:
        self.accounts = StoredAccounts(unit)
        self._settings = SettingsCopy(unit)
        self._unit = unit
        self._skew = skew
        self._good_for = good_for

    def take(self, message: AccountMessage) -> None:
        """Fold a message into its account, which is checked at the next frontier."""
        assert message.creditor is not None, "the journal's accounts are named"
        assert message.debtor is not None, "the journal's accounts are named"
        account = self.accounts.to_change(message.creditor, message.debtor)
        key = account_key(message.creditor, message.debtor)
        if isinstance(message, NoticeOutcome):
            self._publish_outcome(message, key)
        notice = getattr(message.data if isinstance(message, AccountEvent) else message, "notice", "")
        letter = letter_of(account, notice)
        before = None if letter is None else letter.settled
        fold(account, message, self._settings.context_of(account.creditor))
        if letter is not None and letter.settled is not None and letter.settled != before:
            self._unit.publish(COMMANDS, key, notice_settled(account, notice, letter.settled))

    def _publish_outcome(self, message: NoticeOutcome, key: str) -> None:
        """Publish a notice's outcome as long as the notice is open."""
        letter = self.accounts.letter(message.notice)
        if letter is not None:
            self._unit.publish(DECISIONS, key, notice_ended(message, letter))
            if message.outcome in FINAL_OUTCOMES:
                self.accounts.drop_letter(message.notice)
        if message.fault == "refused":
            self._alert_refused_mail(message)

    def _alert_refused_mail(self, message: NoticeOutcome) -> None:
        """One alert for each creditor and local day in this partition (rules.md S6)."""
        day = self._settings.context_of(message.creditor).local(message.at).date()
        row = day.isoformat().encode()
        if self._unit.get(REFUSED_MAIL, message.creditor) != row:
            self._unit.put(REFUSED_MAIL, message.creditor, row)
            self._unit.publish(DECISIONS, message.creditor, refused_mail(message, day))

    def copy_settings(self, message: LaneMessage) -> None:
        """Keep a lane's settings; the accounts that they may concern are checked at the next frontier."""
        creditor = self._settings.copy(message)
        self.accounts.save()
        if creditor is not None and isinstance(message, FeedReached):
            self.accounts.wake_waiting_for_feed(message.lane, creditor)
        else:
            self.accounts.wake(message.lane, creditor)

    def decide_due(self, frontier: FrontierReached) -> bool:
        """Decide a chunk of the lane's due accounts; whether that was the last chunk."""
        self.accounts.save()
        due = self.accounts.due(frontier.lane, frontier.instant, CHUNK)
        for account in due:
            self._decide(account, frontier.instant)
        return len(due) < CHUNK

    def _decide(self, account: Account, now: datetime) -> None:
        if account.party is None:
            self.accounts.put_checked(account, None, feed=False)
            return
        context = self._settings.context_of(account.creditor)
        for letter in judge_answers(account, context, context.local(now).date()):
            self._unit.publish(DEAD_LETTERS, letter.source or "", letter)
        fix_terms(account, context, context.local(now).date())
        find_reversed(account, context)
        decision = decide(account, context, now, self._skew)
        key = account_key(account.creditor, account.debtor)
        enacted = enact(account, decision, context, now, self._good_for)
        for topic, message in chain(enacted, report_account(account, decision, context, now)):
            self._unit.publish(topic, key, message)
            if isinstance(message, NoticePlanned | NoticeGranted):
                self.accounts.keep_letter(message.letter)
        self.accounts.put_checked(account, decision.wake, decision.feed)
