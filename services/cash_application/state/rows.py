"""What a lane keeps, one kind of row each. Ids hold no control characters, so they can be joined into keys."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, Generic, Literal, TypeVar

from pydantic import TypeAdapter

from services.runtime.unit_of_work import UnitOfWork

SEPARATOR: Final = "\x1f"
PartyKind = Literal["consumer", "business"]
Row = TypeVar("Row")


def key(*parts: str) -> str:
    """Ids joined into the key of a row."""
    return SEPARATOR.join(parts)


class Kind(Generic[Row]):
    """One kind of row: typed on this side, bytes in the unit of work.

    A row of no bytes stands for something that is not known yet and that somebody waits for (see `waiting`).
    """

    def __init__(self, name: str, row: type[Row]) -> None:
        """``row`` is a dataclass."""
        self.name: Final = name
        adapter = TypeAdapter(row)
        self._read = adapter.validator.validate_json
        self._write = adapter.serializer.to_json

    def get(self, unit: UnitOfWork, at: str) -> Row | None:
        """The row at a key, None where there is none."""
        stored = unit.get(self.name, at)
        if not stored:
            return None
        row: Row = self._read(stored)
        return row

    def put(self, unit: UnitOfWork, at: str, row: Row) -> None:
        """Insert or replace a row."""
        unit.put(self.name, at, self._write(row, exclude_defaults=True))

    def scan(self, unit: UnitOfWork, prefix: str = "") -> Iterator[tuple[str, Row]]:
        """The rows whose key starts with ``prefix``, each with its key, in the order of their keys."""
        for at, stored in unit.scan(self.name, prefix):
            if stored:
                row: Row = self._read(stored)
                yield at, row

    def expect(self, unit: UnitOfWork, at: str) -> None:
        """Somebody waits for a row that is not there."""
        unit.put(self.name, at, b"")

    def is_expected(self, unit: UnitOfWork, at: str) -> bool:
        """Whether the row is not there and somebody waits for it."""
        return unit.get(self.name, at) == b""


@dataclass(slots=True)
class Creditor:
    """A registered creditor, by its latest registration."""

    time: datetime
    id: str
    timezone: str
    accounts: list[str]
    policies: dict[PartyKind, str] = field(default_factory=dict)


@dataclass(slots=True)
class Account:
    """A debtor of a creditor, known since the first invoice; ``name`` is the party's, folded for comparing."""

    number: int
    name: str


@dataclass(slots=True)
class Number:
    """Whose account has a number."""

    debtor: str


@dataclass(slots=True)
class Invoice:
    """An invoice that was issued; ``content`` tells a repetition from a conflict."""

    content: str
    debtor: str
    currency: str


@dataclass(slots=True)
class Invoiced:
    """An invoice as its reference, its number or its amount finds it; ``kind`` is its debtor's."""

    due: date
    invoice: str
    debtor: str
    currency: str
    amount: int = 0
    kind: PartyKind = "consumer"


@dataclass(slots=True)
class Carried:
    """A payment reference or an invoice number in its folded form, and the invoices that carry it: one, as a rule."""

    invoices: list[Invoiced] = field(default_factory=list)


@dataclass(slots=True)
class PolicyVersion:
    """What a version of a policy demands of those who place money; ``confidence`` is in percent."""

    version: int
    in_force: date
    confidence: int


@dataclass(slots=True)
class PolicyVersions:
    """The versions of a policy that were published."""

    versions: list[PolicyVersion] = field(default_factory=list)


@dataclass(slots=True)
class Place:
    """Where a payment belongs, and by what.

    A person's word, an invoice's own reference, a letter's reference or the debtor named are certain. What its words
    name, or what its payer paid before, was weighed (see `weighing`): then ``why`` and ``confidence`` say how.
    """

    by: Literal["assignment", "reference", "letter", "debtor", "words", "payer"]
    debtor: str
    invoices: tuple[str, ...] = ()
    letter: int | None = None
    why: str | None = None
    confidence: int = 100

    @property
    def invoice(self) -> str | None:
        """The invoice, where it is one."""
        return self.invoices[0] if len(self.invoices) == 1 else None

    @property
    def several(self) -> tuple[str, ...] | None:
        """The invoices, where they are several."""
        return self.invoices if len(self.invoices) > 1 else None

    @property
    def is_final(self) -> bool:
        """Whether nothing but another assignment moves it."""
        return self.by in ("assignment", "reference")

    @property
    def was_weighed(self) -> bool:
        """Whether it is less than certain: it is weighed again when more is known, and teaches nothing."""
        return self.by in ("words", "payer")


@dataclass(slots=True)
class Suggested:
    """Whose a payment may be, with the confidence in percent and the code of its way."""

    debtor: str
    invoices: tuple[str, ...]
    confidence: int
    why: str


@dataclass(slots=True)
class Declared:
    """What was told of a payment that is nobody's."""

    amount: int
    reason: str
    suggestions: tuple[Suggested, ...] = ()


@dataclass(slots=True)
class Assignment:
    """A person's word on whose a payment is; the latest by time, then id, counts."""

    time: datetime
    id: str
    debtor: str
    invoice: str | None = None


@dataclass(slots=True)
class Return:
    """Money of a payment that went back; ``amount`` None is all of it."""

    kind: Literal["reversed", "refunded"]
    time: datetime
    id: str
    amount: int | None = None


@dataclass(slots=True)
class Payment:
    """A payment that was received, where it is placed, and, while it is nobody's, to whom it points.

    ``references`` and ``numbers``: what its words may name (see `remittance`). ``told``: what was declared of it as
    unmatched, if anything was; then its placing is told too.
    """

    content: str
    creditor: str
    time: datetime
    id: str
    account: str
    payment: str
    amount: int
    currency: str
    paid: date
    booked: date
    reference: str | None = None
    debtor: str | None = None
    iban: str | None = None
    name: str | None = None
    references: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    place: Place | None = None
    assigned: Assignment | None = None
    returns: list[Return] = field(default_factory=list)
    reason: str | None = None
    told: Declared | None = None
    pointed: list[str] = field(default_factory=list)

    @property
    def key(self) -> str:
        """Its row's key: the creditor, the bank account and the bank's archive id."""
        return key(self.creditor, self.account, self.payment)

    def gone(self, kind: Literal["reversed", "refunded"]) -> int:
        """How much of it was reversed, or refunded."""
        gone = 0
        for back in self.returns:
            if back.kind == kind:
                gone = self.amount if back.amount is None else gone + back.amount
        return min(gone, self.amount)

    @property
    def left(self) -> int:
        """What is neither reversed nor refunded, never below zero."""
        return max(0, self.amount - self.gone("reversed") - self.gone("refunded"))


CREDITORS: Final = Kind("creditor", Creditor)
"""By creditor."""
ACCOUNTS: Final = Kind("account", Account)
"""By creditor, debtor."""
INVOICES: Final = Kind("invoice", Invoice)
"""By creditor, invoice."""
REFERENCES: Final = Kind("reference", Carried)
"""By creditor, canonical reference."""
INVOICE_NUMBERS: Final = Kind("invoice-number", Carried)
"""By creditor, folded invoice number."""
AMOUNTS: Final = Kind("amount", Invoiced)
"""By creditor, debtor, currency, amount, invoice."""
POLICIES: Final = Kind("policy", PolicyVersions)
"""By policy."""
PAYMENTS: Final = Kind("payment", Payment)
"""By creditor, bank account, archive id."""
NUMBERS: Final = Kind("number", Number)
"""By creditor, account number."""
