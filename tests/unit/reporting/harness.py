"""The reporting worker on a real engine and a store in memory, and builders of the messages that it reads."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, ClassVar

from schemas.data import AccountData
from schemas.dead_letters import DeadLetter, DeadLetterClosed
from schemas.decisions import (
    AccountChanged,
    Balance,
    Credit,
    NoticeDecided,
    NoticeEnded,
    Reason,
    Suggestion,
    Unmatched,
    Withheld,
)
from schemas.events import EVENT_TYPES, CreditorRegistered
from schemas.journal import AccountEvent, JournalMessage, MoneyPlaced, SettingsCopied
from schemas.letters import (
    InterestSlice,
    Letter,
    LetterAccount,
    LetterAddress,
    LetterContact,
    LetterCreditor,
    LetterLine,
    LetterSender,
    NextStep,
    Recipient,
)
from schemas.messages import Message, encode
from schemas.reference_schemes import FINNISH
from schemas.references import letter_reference
from schemas.topics import DEAD_LETTERS, DECISIONS, JOURNAL, account_key
from services.reporting.tables import TABLES
from services.reporting.worker import Reporting
from services.runtime.engine import EmbeddedEngine
from services.runtime.sqlite.store import SqliteStore
from services.runtime.store.port import Store

CREDITOR, DEBTOR = "acme", "d1"
IBAN = "FI2112345600000785"
NOTICE = "3f0c9a52-7d1e-5b6f-8a44-2c9d10e7b6aa"
ADDRESS = LetterAddress(street="Esimerkkikatu 1", postcode="00100", city="Helsinki", country="FI")


class ReportingHarness:
    """Publishes messages to the reporting worker; tests query its read model through `store`."""

    new_store: ClassVar[Callable[[], Store]] = SqliteStore
    """Makes the store of the read model; tests of what every database must answer alike replace it."""

    def __init__(self, partitions: int = 4) -> None:
        self.store = ReportingHarness.new_store()
        self.store.tables.ensure(TABLES)
        self._engine = EmbeddedEngine(self.store, [Reporting()], partitions)

    def publish(self, *messages: Message, key: str | None = None) -> "ReportingHarness":
        """Publish messages in this order, under their own keys unless one is given, and let the worker take them."""
        for message in messages:
            topic, own_key = _topic_and_key(message)
            self._engine.publish(topic, own_key if key is None else key, encode(message))
        self._engine.settle()
        return self

    def publish_bytes(self, value: bytes) -> None:
        """Publish bytes that are no message."""
        self._engine.publish(DECISIONS, CREDITOR, value)
        self._engine.settle()


def _topic_and_key(message: Message) -> tuple[Any, str]:
    if isinstance(message, DeadLetter | DeadLetterClosed):
        return DEAD_LETTERS, "file"
    if isinstance(message, SettingsCopied):
        return JOURNAL, CREDITOR
    creditor, debtor = getattr(message, "creditor", None) or "", getattr(message, "debtor", None)
    key = account_key(creditor, debtor) if debtor else creditor
    return (JOURNAL if isinstance(message, JournalMessage) else DECISIONS), key


def at(day: str, time: str = "08:00") -> datetime:
    """An instant in UTC."""
    return datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=UTC)


def event(name: str, time: datetime, debtor: str = DEBTOR, **data: Any) -> AccountEvent:
    """A public event about the account, its amounts in minor units."""
    model = EVENT_TYPES[name]
    assert issubclass(model, AccountData)
    validated = model.model_validate({"creditor": CREDITOR, "debtor": debtor, **data})
    return AccountEvent(event=name, time=time, id=f"test#{name}@{time.isoformat()}", data=validated)


def invoice_issued(invoice: str = "1001", debtor: str = DEBTOR, **changes: Any) -> AccountEvent:
    """Invoice 1001 of the worked example."""
    data: dict[str, Any] = {
        "party": {"kind": "consumer", "name": "Matti Meikäläinen"},
        "invoice": invoice,
        "reference": "1009",
        "issued": "2026-01-09",
        "due": "2026-01-23",
        "amount": 10000,
        "currency": "EUR",
        "subject": "Sähkö, joulukuu",
    }
    return event("invoice.issued.v1", at("2026-01-09"), debtor, **data | changes)


def registered(name: str = "Esimerkki Oy", time: datetime | None = None, lane: int = 0) -> SettingsCopied:
    """The creditor, its days in Helsinki's time zone."""
    data = CreditorRegistered.model_validate(
        {
            "creditor": CREDITOR,
            "name": name,
            "business_id": "1234567-1",
            "country": "FI",
            "timezone": "Europe/Helsinki",
            "language": "fi",
            "accounts": [{"iban": IBAN, "bic": "NDEAFIHH"}],
            "address": {"street": "Esimerkkikatu 1", "postcode": "00100", "city": "Helsinki"},
            "contact": {"phone": "09 123", "hours": "9-16", "email": "a@acme.example", "url": "https://acme.example"},
            "sender": {"name": "Esimerkki Oy", "email": "laskut@acme.example"},
            "policies": {"consumer": "fi-consumer", "business": "fi-business"},
        }
    )
    return SettingsCopied(
        lane=lane, event="creditor.registered.v1", time=time or at("2026-01-01"), id=f"test#{name}", data=data
    )


def paid(payment: str = "P1", amount: int = 4000, **changes: Any) -> MoneyPlaced:
    """A payment placed on invoice 1001."""
    facts: dict[str, Any] = {
        "creditor": CREDITOR,
        "debtor": DEBTOR,
        "account": IBAN,
        "payment": payment,
        "time": at("2026-02-02"),
        "id": f"bank#{payment}",
        "amount": amount,
        "currency": "EUR",
        "paid": date(2026, 2, 1),
        "booked": date(2026, 2, 2),
        "invoice": "1001",
    }
    return MoneyPlaced(**facts | changes)


def unmatched(payment: str = "P1", *suggestions: Suggestion, **changes: Any) -> Unmatched:
    """A payment that is placed on no account."""
    facts: dict[str, Any] = {
        "creditor": CREDITOR,
        "date": date(2026, 2, 2),
        "account": IBAN,
        "payment": payment,
        "amount": 4000,
        "currency": "EUR",
        "reason": "no-reference",
        "suggestions": suggestions,
    }
    return Unmatched(**facts | changes)


def balance(invoice: str = "1001", **changes: Any) -> Balance:
    """What is open of an invoice of 100.00 EUR, due 2026-01-23, of which nothing is paid."""
    facts: dict[str, Any] = {
        "invoice": invoice,
        "currency": "EUR",
        "issued": date(2026, 1, 9),
        "due": date(2026, 1, 23),
        "effective_due": date(2026, 1, 23),
        "original": 10000,
        "principal": 10000,
        "interest": 0,
        "costs": 0,
        "status": "open",
    }
    return Balance(**facts | changes)


def account(*balances: Balance, debtor: str = DEBTOR, creditor: str = CREDITOR, **changes: Any) -> AccountChanged:
    """The account as it now is."""
    facts: dict[str, Any] = {
        "creditor": creditor,
        "debtor": debtor,
        "number": 1,
        "name": "Matti Meikäläinen",
        "kind": "consumer",
        "as_of": at("2026-03-01"),
        "balances": balances,
        "next_check": date(2026, 3, 2),
    }
    return AccountChanged(**facts | changes)


def credit(amount: int, currency: str = "EUR") -> tuple[Credit, ...]:
    """Money of the debtor's that is on no receivable."""
    return (Credit(currency=currency, amount=amount),)


def letter_line(**changes: Any) -> LetterLine:
    """Invoice 1001 in its reminder: 20 days of interest and a fee."""
    facts: dict[str, Any] = {
        "invoice": "1001",
        "issued": date(2026, 1, 9),
        "due": date(2026, 1, 23),
        "effective_due": date(2026, 1, 23),
        "original": 10000,
        "step": "reminder",
        "principal": 10000,
        "interest": 52,
        "costs": 500,
        "balance": 10552,
        "slices": (
            InterestSlice(first=date(2026, 1, 24), last=date(2026, 2, 12), days=20, principal=10000, rate="9.5"),
        ),
        "interest_new": 52,
        "fee_new": 500,
    }
    return LetterLine(**facts | changes)


def letter(*lines: LetterLine, **changes: Any) -> Letter:
    """The reminder of the worked example."""
    facts: dict[str, Any] = {
        "notice": NOTICE,
        "creditor": CREDITOR,
        "debtor": DEBTOR,
        "date": date(2026, 2, 12),
        "currency": "EUR",
        "kind": "consumer",
        "policy": "fi-consumer",
        "policy_version": 1,
        "step": "reminder",
        "tone": "friendly",
        "language": "fi",
        "channel": "email",
        "recipient": Recipient(name="Matti Meikäläinen", email="matti@asiakas.example"),
        "sender": LetterSender(name="Esimerkki Oy", email="laskut@acme.example"),
        "house": LetterCreditor(
            name="Esimerkki Oy",
            business_id="1234567-1",
            address=ADDRESS,
            contact=LetterContact(phone="09 123", hours="9-16", email="a@acme.example", url="https://acme.example"),
            accounts=(LetterAccount(iban=IBAN, bic="NDEAFIHH"),),
        ),
        "reference": letter_reference(1, 2, FINNISH),
        "letter_number": 2,
        "response_by": date(2026, 2, 26),
        "fee": 500,
        "interest": 52,
        "total": 10552,
        "payments_through": date(2026, 2, 11),
        "lines": lines or (letter_line(),),
        "next": NextStep(action="letter", step="second-reminder", not_before=date(2026, 3, 2), fee=500, interest=True),
    }
    return Letter(**facts | changes)


def decided(letter: Letter) -> NoticeDecided:
    """The letter is planned."""
    return NoticeDecided(
        creditor=letter.creditor, debtor=letter.debtor, date=letter.date, notice=letter.notice, letter=letter
    )


def ended(letter: Letter, status: Any = "accepted", when: datetime | None = None) -> NoticeEnded:
    """The letter's outcome is known."""
    return NoticeEnded(
        creditor=letter.creditor,
        debtor=letter.debtor,
        date=letter.date,
        notice=letter.notice,
        letter=letter,
        status=status,
        at=when or at(letter.date.isoformat(), "07:00"),
        trial=True,
    )


def withheld(*reasons: Reason, day: str = "2026-02-09", debtor: str = DEBTOR) -> Withheld:
    """The reminder may not go."""
    return Withheld(
        creditor=CREDITOR,
        debtor=debtor,
        date=date.fromisoformat(day),
        currency="EUR",
        step="reminder",
        reasons=reasons,
        next_check=date(2026, 2, 12),
        policy="fi-consumer",
        policy_version=1,
    )
