"""Events per second through fold and decide alone: one core, no log, no store, no bytes.

Two months of a creditor whose debtors are billed once a month. Each day's messages are folded into their accounts, then
every account whose check is due is decided, as the worker does at a frontier; letters are claimed, granted and accepted
at once, and each of those is an event of its account too. The bank's feed is complete throughout.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

from schemas.commands import NoticeGranted, NoticePlanned
from schemas.events import CreditorRegistered
from schemas.invoice_events import InvoiceIssued
from schemas.journal import AccountEvent, AccountNumbered, MoneyPlaced, NoticeAttempting, NoticeClaimed, NoticeOutcome
from schemas.parsing import PublicEvent, parse_event
from schemas.payment_events import PaymentReceived
from services.law.policies import shipped_policies
from services.law.rates import shipped_rates
from services.overdue.account import Account
from services.overdue.creditor_context import CreditorContext
from services.overdue.decide import decide
from services.overdue.enact import enact
from services.overdue.fold import AccountMessage, fold
from tests.bench.business import CREDITOR, IBAN, instant, monthly_business, registered
from tests.bench.measuring import Figure, Stopwatch

_DEBTORS: Final = 10_000
_FIRST_DAY: Final = date(2026, 2, 1)
_DAYS: Final = 60
SKEW: Final = timedelta(seconds=5)
_MINUTE: Final = timedelta(minutes=1)


def measure(_folder: Path, scale: float) -> list[Figure]:
    """Fold and decide a normal two months."""
    office = _Office(context())
    days = list(_days(max(1, int(_DEBTORS * scale))))
    with Stopwatch() as watch:
        for day, messages in days:
            office.live_through(day, messages)
    return [
        Figure("events through fold and decide, one core", office.events / watch.seconds, "events/s", 50_000),
        watch.each("  an event, of the processor", office.events, "event"),
        Figure("decisions made meanwhile", office.checks / watch.seconds, "checks/s"),
        Figure("letters decided meanwhile", office.letters / watch.seconds, "letters/s"),
    ]


class _Office:
    """The accounts of one creditor in memory, and on which day each is to be looked at next."""

    def __init__(self, terms: CreditorContext) -> None:
        self.events = 0
        self.checks = 0
        self.letters = 0
        self._terms = terms
        self._accounts: dict[str, Account] = {}
        self._next: dict[str, date] = {}
        self._due: defaultdict[date, list[str]] = defaultdict(list)

    def live_through(self, day: date, messages: list[AccountMessage]) -> None:
        """Fold the day's messages; then, inside the window, decide until nothing is due any more that day."""
        due: dict[str, None] = {}
        for message in messages:
            due[self._fold(message)] = None
        due.update((debtor, None) for debtor in self._due.pop(day, ()) if self._next[debtor] == day)
        now = instant(day, "10:00").astimezone(UTC)
        while due:
            due = {debtor: None for debtor in due if self._check(self._accounts[debtor], now)}
            now += _MINUTE

    def _fold(self, message: AccountMessage) -> str:
        assert message.debtor is not None, "messages of the bench name their account"
        account = self._accounts.get(message.debtor)
        if account is None:
            account = self._accounts[message.debtor] = Account(CREDITOR, message.debtor)
        fold(account, message, self._terms)
        self.events += 1
        return message.debtor

    def _check(self, account: Account, now: datetime) -> bool:
        """Decide and go along with it; whether the account is to be looked at again the same day."""
        decision = decide(account, self._terms, now, SKEW)
        self.checks += 1
        goes_on = False
        for _, said in enact(account, decision, self._terms, now, timedelta(minutes=10)):
            for answer in _answers(said, account.debtor, now):
                self._fold(answer)
                goes_on = True
        if not goes_on and decision.wake is not None:
            day = self._next[account.debtor] = self._terms.local(decision.wake).date()
            self._due[day].append(account.debtor)
        self.letters += goes_on
        return goes_on


def _answers(said: object, debtor: str, now: datetime) -> Iterator[AccountMessage]:
    """What the notifier says: a planned letter is claimed, a granted one is handed over and accepted."""
    if isinstance(said, NoticePlanned):
        yield NoticeClaimed(notice=said.notice, creditor=CREDITOR, debtor=debtor, now=now)
    elif isinstance(said, NoticeGranted):
        yield NoticeAttempting(notice=said.notice, creditor=CREDITOR, debtor=debtor, at=now)
        yield NoticeOutcome(
            notice=said.notice, creditor=CREDITOR, debtor=debtor, at=now, outcome="accepted", trial=False
        )


def context() -> CreditorContext:
    """The creditor with the shipped policies and rates; its bank has told everything that will ever come."""
    creditor = parse_event(registered(_FIRST_DAY)).data
    assert isinstance(creditor, CreditorRegistered), "the bench registers its creditor"
    policies = {policy.policy: [policy] for policy in shipped_policies()}
    return CreditorContext(creditor, policies, shipped_rates("FI"), {IBAN: date(9999, 12, 31)})


def _days(debtors: int) -> Iterator[tuple[date, list[AccountMessage]]]:
    """Each day's messages of the journal."""
    journal = Journal()
    for day, events in monthly_business(debtors, _FIRST_DAY, _DAYS):
        yield day, [message for line in events for message in journal.messages(line)]


class Journal:
    """What cash application writes for accounts: their numbers, invoices as they are, payments placed by reference."""

    def __init__(self) -> None:
        self._bills: dict[str, InvoiceIssued] = {}
        self._numbered: set[str] = set()

    def messages(self, line: bytes) -> Iterator[AccountMessage]:
        """The messages of one public event."""
        placed = self._placed(parse_event(line))
        if placed.debtor not in self._numbered:
            number = 100_000_000 + len(self._numbered)
            yield AccountNumbered(creditor=CREDITOR, debtor=placed.debtor, number=number)
            self._numbered.add(placed.debtor)
        yield placed

    def _placed(self, event: PublicEvent) -> AccountEvent | MoneyPlaced:
        data, time, key = event.data, event.envelope.time, event.envelope.id
        if isinstance(data, InvoiceIssued):
            self._bills[data.reference] = data
            return AccountEvent(event=event.envelope.type, time=time, id=key, data=data)
        assert isinstance(data, PaymentReceived), "the bench's business is invoices and payments"
        assert data.reference is not None, "payments of the bench carry their invoice's reference"
        bill = self._bills[data.reference]
        return MoneyPlaced(
            creditor=CREDITOR,
            debtor=bill.debtor,
            account=data.account,
            payment=data.payment,
            time=time,
            id=key,
            amount=data.amount,
            currency=data.currency,
            paid=data.paid,
            booked=data.booked,
            invoice=bill.invoice,
            reference=data.reference,
        )
