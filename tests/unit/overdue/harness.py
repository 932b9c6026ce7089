"""The account core alone, for tests: fed with public events, deciding each day at its window.

Accounts are checked as each window opens and at the whole minute after an event inside the window. Money is placed by
references and debtors only, and every letter is accepted at once unless ``post`` holds another outcome, so a test of a
rule reads as a story: events, a day, the letters. Everything else (topics, stores, the notifier) has tests of its own.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal

from schemas.commands import HandOver, NoticeGranted, NoticePlanned, NoticeWithdrawn
from schemas.data import AccountData, SettingsData
from schemas.dead_letters import DeadLetter
from schemas.decisions import Alert, HandedOver, TaskRaised, Withheld
from schemas.events import CreditorRegistered, ReferenceRatePublished
from schemas.facts import UnreadEvent
from schemas.invoice_events import InvoiceIssued, part_number
from schemas.journal import (
    AccountEvent,
    AccountNumbered,
    MoneyPlaced,
    MoneyRefunded,
    MoneyReversed,
    NoticeClaimed,
    NoticeOutcome,
)
from schemas.letters import Letter
from schemas.messages import Message
from schemas.money import decimal_text
from schemas.parsing import PublicEvent, parse_event
from schemas.payment_events import BankFeedCompleted, PaymentReceived, PaymentRefunded, PaymentReversed
from schemas.policy import Policy
from schemas.references import parse_letter_reference
from services.law.percent import rate_of
from services.law.policies import shipped_policies
from services.law.rates import shipped_rates
from services.overdue.account import Account, dump_account, load_account
from services.overdue.account_report import account_changed
from services.overdue.answers import judge_answers
from services.overdue.books.balances import Books
from services.overdue.books.fixed_terms import fix_terms
from services.overdue.books.ledger import books
from services.overdue.books.reversed_money import find_reversed
from services.overdue.creditor_context import CreditorContext
from services.overdue.decide import Decision, decide
from services.overdue.enact import enact
from services.overdue.fold import AccountMessage, fold

SKEW = timedelta(seconds=5)
MINUTE = timedelta(minutes=1)
Outcome = Literal["accepted", "failed", "unknown", "deferred", "withdrawn"]
TimedMessage = tuple[datetime, AccountMessage]
"""A message of the journal about an account, and when it comes."""


@dataclass
class AccountHarness:
    """One creditor's accounts; ``letters`` are the accepted ones in order.

    ``post`` holds the outcomes of the next letters that are handed to it; when it is empty, letters are accepted.
    ``adds_to`` says of invoices to which one they add. ``planned`` and ``withdrawn`` are all notices planned and
    withdrawn, ``ended`` the outcomes as (notice, outcome).
    """

    accounts: dict[str, Account] = field(default_factory=dict)
    letters: list[Letter] = field(default_factory=list)
    withheld: list[Withheld] = field(default_factory=list)
    tasks: list[TaskRaised] = field(default_factory=list)
    handed_over: list[HandedOver] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)
    commands: list[HandOver] = field(default_factory=list)
    post: list[Outcome] = field(default_factory=list)
    planned: list[Letter] = field(default_factory=list)
    withdrawn: list[NoticeWithdrawn] = field(default_factory=list)
    ended: list[tuple[str, Outcome]] = field(default_factory=list)
    dead_letters: list[DeadLetter] = field(default_factory=list)
    creditor: CreditorRegistered | None = None
    policies: dict[str, list[Policy]] = field(default_factory=dict)
    fed: dict[str, date] = field(default_factory=dict)
    lazy: bool = False
    adds_to: dict[str, str] = field(default_factory=dict)
    wakes: dict[str, datetime | None] = field(default_factory=dict)
    feeds: set[str] = field(default_factory=set)
    day: date | None = None
    minute: datetime | None = None
    checks: int = 0

    def __post_init__(self) -> None:
        """Shipped policies and rates are always there."""
        self.rates = shipped_rates("FI")
        for policy in shipped_policies():
            self.policies.setdefault(policy.policy, []).append(policy)
        self._references: dict[str, tuple[str, str]] = {}
        self._numbers: dict[int, str] = {}
        self._payments: dict[tuple[str, str], str] = {}
        self._early: list[tuple[PaymentReceived, datetime, str]] = []
        self._context: CreditorContext | None = None

    @property
    def context(self) -> CreditorContext:
        """The creditor's context as now known."""
        if self._context is None:
            self._context = CreditorContext(self.creditor, self.policies, self.rates, dict(self.fed))
        return self._context

    # -- events ------------------------------------------------------------------------------------------------

    def play(
        self, events: list[dict[str, Any]], until: date, messages: Iterable[TimedMessage] = ()
    ) -> "AccountHarness":
        """All events and messages in order of time, each window after what came before it, to the end of ``until``."""
        known: list[tuple[datetime, PublicEvent | AccountMessage]] = [*messages]
        known += [(event.envelope.time, event) for event in (parse_event(event) for event in events)]
        for instant, what in sorted(known, key=lambda timed: timed[0]):
            self.advance_to(instant)
            if isinstance(what, PublicEvent):
                self.take(what)
            else:
                assert what.debtor is not None, "a message of the journal names its account"
                self.fold_message(what.debtor, what)
            self.minute = _whole_minute(instant)
        self.advance_to(datetime.combine(until + timedelta(days=1), datetime.min.time(), self.context.zone))
        return self

    def take(self, event: PublicEvent) -> None:
        """One event comes in."""
        data, time = event.data, event.envelope.time
        key = f"{event.envelope.source}#{event.envelope.id}"
        match data:
            case CreditorRegistered():
                self.creditor = data
            case Policy():
                self.policies.setdefault(data.policy, []).append(data)
            case ReferenceRatePublished():
                self.rates = self.rates.with_published(data.from_, data.to, rate_of(data.rate))
            case BankFeedCompleted():
                self.fed[data.account] = max(data.through, self.fed.get(data.account, data.through))
            case PaymentReceived():
                self._place(data, time, key)
            case PaymentReversed() | PaymentRefunded():
                self._give_back(data, time, key)
            case AccountData():
                if isinstance(data, InvoiceIssued):
                    self._index(data)
                adds_to = self.adds_to.get(data.invoice) if isinstance(data, InvoiceIssued) else None
                about = AccountEvent(event=event.envelope.type, time=time, id=key, adds_to=adds_to, data=data)
                self.fold_message(data.debtor, about)
                self._place_what_waits()
        self._context = None
        if isinstance(data, SettingsData | BankFeedCompleted):
            waiting = self.feeds if isinstance(data, BankFeedCompleted) else self.accounts
            self.wakes.update(dict.fromkeys(waiting, time))

    def _index(self, data: InvoiceIssued) -> None:
        """The references of an invoice and of its parts."""
        for number, part in enumerate(data.parts, start=1):
            if part.reference is not None:
                self._references[part.reference] = (data.debtor, part_number(data.invoice, number))
        self._references[data.reference] = (data.debtor, data.invoice)

    def _place_what_waits(self) -> None:
        """A payment before its invoice waits (rules.md M3)."""
        waiting, self._early = self._early, []
        for data, time, key in waiting:
            self._place(data, time, key)

    def _give_back(self, data: PaymentReversed | PaymentRefunded, time: datetime, key: str) -> None:
        debtor = self._payments[(data.account, data.payment)]
        common: dict[str, Any] = {
            "time": time,
            "id": key,
            "creditor": data.creditor,
            "debtor": debtor,
            "account": data.account,
            "payment": data.payment,
            "amount": data.amount,
        }
        reversal = isinstance(data, PaymentReversed)
        self.fold_message(debtor, MoneyReversed(**common) if reversal else MoneyRefunded(**common, booked=data.booked))

    def _place(self, data: PaymentReceived, time: datetime, key: str) -> None:
        debtor, invoice, letter = data.debtor, None, None
        own = self._references.get(data.reference or "")
        numbers = parse_letter_reference(data.reference) if data.reference else None
        if own is not None:
            debtor, invoice = own
        elif numbers is not None and numbers[0] in self._numbers:
            debtor, letter = self._numbers[numbers[0]], numbers[1]
        if debtor is None or (data.reference is None and debtor not in self.accounts):
            self._early.append((data, time, key))
            return
        self._payments[(data.account, data.payment)] = debtor
        self.fold_message(
            debtor,
            MoneyPlaced(
                time=time,
                id=key,
                creditor=data.creditor,
                debtor=debtor,
                account=data.account,
                payment=data.payment,
                amount=data.amount,
                currency=data.currency,
                paid=data.paid,
                booked=data.booked,
                invoice=invoice,
                letter=letter,
                reference=data.reference,
            ),
        )

    def fold_message(self, debtor: str, message: AccountMessage) -> None:
        """A message for one account."""
        account = self.accounts.get(debtor)
        if account is None:
            assert self.creditor is not None
            account = Account(self.creditor.creditor, debtor)
            number = len(self.accounts) + 1
            self._numbers[number] = debtor
            fold(account, AccountNumbered(creditor=account.creditor, debtor=debtor, number=number), self.context)
        account = load_account(dump_account(account))
        self.accounts[debtor] = fold(account, message, self.context)
        self.wakes[debtor] = getattr(message, "time", None) or datetime.min.replace(tzinfo=self.context.zone)

    def add_unread_event(self, debtor: str, key: str) -> None:
        """An event about a debtor could not be read."""
        creditor = self.accounts[debtor].creditor
        self.fold_message(debtor, UnreadEvent(key=key, creditor=creditor, debtor=debtor, reason="wrong-field"))

    # -- time --------------------------------------------------------------------------------------------------

    def advance_to(self, instant: datetime) -> None:
        """Check all accounts at each moment before ``instant`` at which a decision may be due."""
        if self.creditor is None:
            return
        local = instant.astimezone(self.context.zone)
        if self.day is None:
            self.day = local.date()
        if self.minute is not None and self.minute < local:
            self._check_all(self.minute)
            self.minute = None
        while self.day <= local.date():
            opens = self.context.opens_at("consumer", self.day)
            if opens >= local:
                return
            self._check_all(opens)
            self.day += timedelta(days=1)

    def _check_all(self, now: datetime) -> None:
        for debtor in sorted(self.accounts):
            deferred = self.accounts[debtor].open_letter()
            self.check(debtor, now)
            if deferred is not None and deferred.status == "planned":
                self.claim(debtor, deferred.notice, now)

    def check(self, debtor: str, now: datetime) -> Decision | None:
        """Decide about one account at ``now`` and let a letter run its course at once."""
        if self.lazy and not self._is_due(debtor, now):
            return None
        self.checks += 1
        account = self.accounts[debtor]
        self.dead_letters += judge_answers(account, self.context, self.context.local(now).date())
        fix_terms(account, self.context, self.context.local(now).date())
        find_reversed(account, self.context)
        decision = decide(account, self.context, now, SKEW)
        account_changed(account, decision, self.context, now)
        self.wakes[debtor] = decision.wake
        self.feeds.discard(debtor)
        if decision.feed:
            self.feeds.add(debtor)
        for _, message in enact(account, decision, self.context, now, timedelta(minutes=10)):
            self._react(account, message, now)
        return decision

    def _react(self, account: Account, message: Message, now: datetime) -> None:
        """What notifier, collection and people do about a message."""
        match message:
            case NoticePlanned():
                self.planned.append(message.letter)
                self.claim(account.debtor, message.notice, now)
            case NoticeGranted():
                self._send(account, message, now)
            case NoticeWithdrawn():
                self.withdrawn.append(message)
                self._close(account, message.notice, now, "withdrawn")
            case HandOver():
                self.commands.append(message)
            case Withheld():
                self.withheld.append(message)
            case TaskRaised():
                assert message.reason != "silent", f"{message.invoice}: its step is due and nothing holds it"
                self.tasks.append(message)
            case Alert():
                self.alerts.append(message)
            case HandedOver():
                self.handed_over.append(message)

    def _is_due(self, debtor: str, now: datetime) -> bool:
        wake = self.wakes.get(debtor)
        return wake is not None and wake <= now

    def claim(self, debtor: str, notice: str, now: datetime) -> None:
        """The notifier wants to send a notice; the answer comes a minute later."""
        account = self.accounts[debtor]
        fold(account, NoticeClaimed(notice=notice, creditor=account.creditor, debtor=debtor, now=now), self.context)
        self.wakes[debtor] = now
        self.check(debtor, now + MINUTE)

    def _send(self, account: Account, granted: NoticeGranted, now: datetime) -> None:
        outcome = self.post.pop(0) if self.post else "accepted"
        if outcome == "accepted":
            self.letters.append(granted.letter)
        self._close(account, granted.notice, now, outcome)

    def _close(self, account: Account, notice: str, now: datetime, outcome: Outcome) -> None:
        self.ended.append((notice, outcome))
        ended = NoticeOutcome(
            notice=notice, creditor=account.creditor, debtor=account.debtor, at=now, outcome=outcome, trial=True
        )
        fold(account, ended, self.context)
        self.wakes[account.debtor] = now
        self.check(account.debtor, now + MINUTE)

    def settle(self, notice: str, outcome: Outcome, now: datetime) -> None:
        """A person says, through the notifier, what became of a notice."""
        account = next(it for it in self.accounts.values() if any(letter.notice == notice for letter in it.letters))
        self._close(account, notice, now, outcome)

    def books(self, debtor: str = "C-1") -> Books:
        """An account's books at the end of the last day that was played."""
        assert self.day is not None, "there are books once a day was played"
        return books(self.accounts[debtor], self.day - timedelta(days=1), self.context)


def _whole_minute(instant: datetime) -> datetime:
    """The tick that follows an instant: its own minute when it is a whole one, else the next."""
    minute = instant.replace(second=0, microsecond=0)
    return minute if minute == instant else minute + MINUTE


def as_in_scenarios(letter: Letter) -> dict[str, Any]:
    """A letter in the form of the scenarios' expected ones: what rules.md determines."""
    return {
        "date": letter.date.isoformat(),
        "debtor": letter.debtor,
        "step": letter.step,
        "fee": decimal_text(letter.fee, letter.currency),
        "interest": decimal_text(letter.interest, letter.currency),
        "fixed_compensation": decimal_text(letter.fixed_compensation, letter.currency),
        "total": decimal_text(letter.total, letter.currency),
        "response_by": letter.response_by.isoformat(),
        "receivables": [
            {
                "invoice": line.invoice,
                "step": line.step,
                "due": line.effective_due.isoformat(),
                "principal": decimal_text(line.principal, letter.currency),
                "interest": decimal_text(line.interest, letter.currency),
                "costs": decimal_text(line.costs, letter.currency),
                "balance": decimal_text(line.balance, letter.currency),
            }
            for line in letter.lines
        ],
    }


def read_lines(text: str) -> list[dict[str, Any]]:
    """The objects of a JSON Lines text."""
    return [json.loads(line) for line in text.splitlines() if line.strip()]
