"""An office for tests: the account core alone, fed with public events, deciding each day at its window.

It places money by invoice references only and accepts every letter at once, so a test of a rule reads as a story:
events, a day, the letters. Everything else (topics, stores, time zones of ticks) has tests of its own.
"""

import json
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from schemas.commands import NoticeGranted, NoticePlanned
from schemas.decisions import HandedOver, TaskRaised, Withheld
from schemas.events import (
    BankFeedCompleted,
    CreditorRegistered,
    PaymentReceived,
    PaymentRefunded,
    PaymentReversed,
    ReferenceRatePublished,
)
from schemas.facts import UnreadEvent
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
from schemas.money import decimal_text
from schemas.parsing import PublicEvent, parse_event
from schemas.policy import Policy
from schemas.references import parse_letter_reference
from services.law.percent import rate_of
from services.law.policies import shipped_policies
from services.law.rates import shipped_rates
from services.overdue.account import Account, dump_account, load_account
from services.overdue.decide import Decision, decide
from services.overdue.enact import account_changed, enact
from services.overdue.fold import AccountMessage, fold
from services.overdue.terms import Terms

SKEW = timedelta(seconds=5)
MINUTE = timedelta(minutes=1)


@dataclass
class Office:
    """One creditor's accounts; ``letters`` are the accepted ones in order."""

    accounts: dict[str, Account] = field(default_factory=dict)
    letters: list[Letter] = field(default_factory=list)
    withheld: list[Withheld] = field(default_factory=list)
    tasks: list[TaskRaised] = field(default_factory=list)
    handed_over: list[HandedOver] = field(default_factory=list)
    creditor: CreditorRegistered | None = None
    policies: dict[str, list[Policy]] = field(default_factory=dict)
    fed: dict[str, date] = field(default_factory=dict)
    lazy: bool = False
    wakes: dict[str, datetime | None] = field(default_factory=dict)
    feeds: set[str] = field(default_factory=set)
    day: date | None = None
    checks: int = 0

    def __post_init__(self) -> None:
        """Shipped policies and rates are always there."""
        self.rates = shipped_rates("FI")
        for policy in shipped_policies():
            self.policies.setdefault(policy.policy, []).append(policy)
        self._references: dict[str, tuple[str, str]] = {}
        self._numbers: dict[int, str] = {}
        self._payments: dict[tuple[str, str], str] = {}
        self._terms: Terms | None = None

    @property
    def terms(self) -> Terms:
        """The terms as now known."""
        if self._terms is None:
            self._terms = Terms(self.creditor, self.policies, self.rates, dict(self.fed))
        return self._terms

    # -- events ------------------------------------------------------------------------------------------------

    def play(self, events: list[dict[str, Any]], until: date) -> "Office":
        """All events in order of time, each day's window after the events before it; to the end of ``until``."""
        known = sorted((parse_event(event) for event in events), key=lambda event: event.envelope.time)
        for event in known:
            self.advance_to(event.envelope.time)
            self.take(event)
        self.advance_to(datetime.combine(until + timedelta(days=1), datetime.min.time(), self.terms.zone))
        return self

    def take(self, event: PublicEvent) -> None:
        """One event comes in."""
        data, envelope = event.data, event.envelope
        key = f"{envelope.source}#{envelope.id}"
        if isinstance(data, CreditorRegistered):
            self.creditor = data
        elif isinstance(data, Policy):
            self.policies.setdefault(data.policy, []).append(data)
        elif isinstance(data, ReferenceRatePublished):
            self.rates = self.rates.with_published(data.from_, data.to, rate_of(data.rate))
        elif isinstance(data, BankFeedCompleted):
            self.fed[data.account] = max(data.through, self.fed.get(data.account, data.through))
        elif isinstance(data, PaymentReceived):
            self._place(data, envelope.time, key)
        elif isinstance(data, PaymentReversed | PaymentRefunded):
            debtor = self._payments[(data.account, data.payment)]
            build = MoneyReversed if isinstance(data, PaymentReversed) else MoneyRefunded
            message = build(
                time=envelope.time,
                id=key,
                creditor=data.creditor,
                debtor=debtor,
                account=data.account,
                payment=data.payment,
                amount=data.amount,
            )
            self.tell(debtor, message)
        else:
            message = AccountEvent(event=envelope.type, time=envelope.time, id=key, data=data)
            if envelope.type == "invoice.issued.v1":
                self._references[data.reference] = (data.debtor, data.invoice)
            self.tell(data.debtor, message)
        self._terms = None
        if not isinstance(data, PaymentReceived) and not hasattr(data, "debtor"):
            waiting = self.accounts if not isinstance(data, BankFeedCompleted) else self.feeds
            self.wakes.update(dict.fromkeys(waiting, envelope.time))

    def _place(self, data: PaymentReceived, time: datetime, key: str) -> None:
        debtor, invoice, letter = data.debtor, None, None
        own = self._references.get(data.reference or "")
        numbers = parse_letter_reference(data.reference) if data.reference else None
        if own is not None:
            debtor, invoice = own
        elif numbers is not None and numbers[0] in self._numbers:
            debtor, letter = self._numbers[numbers[0]], numbers[1]
        assert debtor is not None, "the office knows only money that can be placed"
        self._payments[(data.account, data.payment)] = debtor
        self.tell(
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

    def tell(self, debtor: str, message: AccountMessage) -> None:
        """A message for one account."""
        account = self.accounts.get(debtor)
        if account is None:
            assert self.creditor is not None
            account = Account(self.creditor.creditor, debtor)
            number = len(self.accounts) + 1
            self._numbers[number] = debtor
            fold(account, AccountNumbered(creditor=account.creditor, debtor=debtor, number=number), self.terms)
        account = load_account(dump_account(account))
        self.accounts[debtor] = fold(account, message, self.terms)
        self.wakes[debtor] = getattr(message, "time", None) or datetime.min.replace(tzinfo=self.terms.zone)

    def doubt(self, debtor: str, key: str) -> None:
        """An event about a debtor could not be read."""
        creditor = self.accounts[debtor].creditor
        self.tell(debtor, UnreadEvent(key=key, creditor=creditor, debtor=debtor, reason="wrong-field"))

    # -- time --------------------------------------------------------------------------------------------------

    def advance_to(self, instant: datetime) -> None:
        """Each window's opening, and the minute after, up to an instant; the minute after each event is in between."""
        if self.creditor is None:
            return
        local = instant.astimezone(self.terms.zone)
        if self.day is None:
            self.day = local.date()
        while self.day <= local.date():
            opens = self.terms.opens_at("consumer", self.day)
            if opens >= local:
                return
            for debtor in sorted(self.accounts):
                self.check(debtor, opens)
            self.day += timedelta(days=1)

    def check(self, debtor: str, now: datetime) -> Decision | None:
        """Decide about one account at ``now`` and let a letter run its course at once."""
        if self.lazy and not self._is_due(debtor, now):
            return None
        self.checks += 1
        account = self.accounts[debtor]
        decision = decide(account, self.terms, now, SKEW)
        account_changed(account, decision, self.terms, now)
        self.wakes[debtor] = decision.wake
        self.feeds.discard(debtor)
        if decision.feed:
            self.feeds.add(debtor)
        for _, message in enact(account, decision, self.terms, now):
            if isinstance(message, NoticePlanned):
                self._claim(account, message, now)
            elif isinstance(message, NoticeGranted):
                self._accept(account, message, now)
            elif isinstance(message, Withheld):
                self.withheld.append(message)
            elif isinstance(message, TaskRaised):
                self.tasks.append(message)
            elif isinstance(message, HandedOver):
                self.handed_over.append(message)
        return decision

    def _is_due(self, debtor: str, now: datetime) -> bool:
        wake = self.wakes.get(debtor)
        return wake is not None and wake <= now

    def _claim(self, account: Account, planned: NoticePlanned, now: datetime) -> None:
        who = {"notice": planned.notice, "creditor": account.creditor, "debtor": account.debtor}
        fold(account, NoticeClaimed(**who, now=now), self.terms)
        self.wakes[account.debtor] = now
        self.check(account.debtor, now + MINUTE)

    def _accept(self, account: Account, granted: NoticeGranted, now: datetime) -> None:
        who = {"notice": granted.notice, "creditor": account.creditor, "debtor": account.debtor}
        fold(account, NoticeOutcome(**who, at=now, outcome="accepted", trial=True), self.terms)
        self.letters.append(granted.letter)
        self.wakes[account.debtor] = now
        self.check(account.debtor, now + MINUTE)


def told(letter: Letter) -> dict[str, Any]:
    """A letter in the form of the shared scenarios: what rules.md determines."""
    money = lambda minor: decimal_text(minor, letter.currency)  # noqa: E731
    return {
        "date": letter.date.isoformat(),
        "debtor": letter.debtor,
        "step": letter.step,
        "fee": money(letter.fee),
        "interest": money(letter.interest),
        "fixed_compensation": money(letter.fixed_compensation),
        "total": money(letter.total),
        "response_by": letter.response_by.isoformat(),
        "receivables": [
            {
                "invoice": line.invoice,
                "step": line.step,
                "due": line.effective_due.isoformat(),
                "principal": money(line.principal),
                "interest": money(line.interest),
                "costs": money(line.costs),
                "balance": money(line.balance),
            }
            for line in letter.lines
        ],
    }


def read_lines(text: str) -> list[dict[str, Any]]:
    """The objects of a JSON Lines text."""
    return [json.loads(line) for line in text.splitlines() if line.strip()]
