"""The columns that a table of invoices or of payments may have, and what a row of it means (docs/formats.md)."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, cast, get_args

from services.intake.formats.billing.debtors import Buyer
from services.intake.formats.billing.decimals import by_hand, is_unclear, with_point
from services.intake.formats.billing.documents import (
    WRONG_FIELD,
    BillingDocument,
    DocumentKind,
    Seller,
    meaning_of,
    owner_of,
)
from services.intake.formats.format import Directory, Event, Fault, event, known_at, money_event, unknown_account
from services.intake.formats.numbering import PlacesAmongAlike, id_at, likeness
from services.intake.formats.plain_text import plain
from services.intake.formats.refusals import checked
from services.law.figures import law_of

_DOTTED_DAY: Final = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)
AMOUNT: Final = "amount"
"""The column that every table has."""
_FLAGS: Final = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
_INVOICE_KINDS: Final[tuple[str, ...]] = get_args(DocumentKind)


@dataclass(frozen=True, slots=True)
class CsvFile:
    """What the rows of one table share.

    ``titles`` are what the file calls each column; ``decimal_sign`` separates the decimals of its amounts, as far as
    they show it. ``name`` is what its payments say they were read from; ``places`` number those without an id.
    """

    titles: Mapping[str, str]
    decimal_sign: str | None
    name: str
    places: PlacesAmongAlike = field(default_factory=PlacesAmongAlike)


@dataclass(frozen=True, slots=True)
class CsvRow:
    """A row of a table: the texts of its columns."""

    cells: Mapping[str, str]
    file: CsvFile
    where: str

    def __getitem__(self, column: str) -> str:
        """The text of a column, without white space around it; empty where the table does not have it."""
        return self.cells.get(column, "").strip()

    def title(self, column: str) -> str:
        """``column 4 (amount)``; the name alone where the table does not have it."""
        return self.file.titles.get(column, column)

    @property
    def amount(self) -> str:
        """The amount as plain decimal text; what is no number stays as it is, for the contract to judge."""
        return by_hand(self[AMOUNT], self.file.decimal_sign)

    def unclear_amount(self, creditor: str, account: str | None = None) -> Fault | None:
        """The fault of an amount that could be two, such as ``1.000`` where no amount shows what separates decimals."""
        if not is_unclear(self[AMOUNT], self.file.decimal_sign):
            return None
        line = (
            "its sign could separate thousands or decimals, and the other amounts of the column do not show which;"
            " write it with two decimals, such as 1000.00"
        )
        return self.fault(AMOUNT, line, creditor, account)

    def fault(self, column: str, what: str, creditor: str, account: str | None = None) -> Fault:
        """A fault of one column."""
        return Fault(WRONG_FIELD, (f"{self.title(column)}: {what}",), self.where, creditor, account)


@dataclass(frozen=True, slots=True)
class CsvTable:
    """A kind of table: ``known_by`` are columns of which any set tells it, ``columns`` all that it may have."""

    name: str
    known_by: tuple[frozenset[str], ...]
    needs: frozenset[str]
    columns: frozenset[str]
    meaning: Callable[[CsvRow, Directory], Event | Fault | None]


# --- invoices ------------------------------------------------------------------------------------


def _invoice(row: CsvRow, directory: Directory) -> Event | Fault | None:
    seller = Seller(tuple(filter(None, (row["seller"],))), tuple(filter(None, (row["account"],))))
    owner = owner_of(seller, directory, row.where)
    if isinstance(owner, Fault):
        return owner
    kind = (row["type"] or _INVOICE_KINDS[0]).lower()
    if kind not in _INVOICE_KINDS:
        return row.fault("type", f"must be one of {', '.join(_INVOICE_KINDS)}", owner.creditor)
    if unclear := row.unclear_amount(owner.creditor):
        return unclear
    more = {
        "sent": _day(row["sent"]) or None,
        "due_agreed": _flag(row["due_agreed"]),
        "interest_stated": _flag(row["interest_stated"]),
    }
    document = BillingDocument(
        kind=cast("DocumentKind", kind),
        number=row["invoice"],
        issued=_day(row["issued"]),
        amount=row.amount,
        currency=row["currency"].upper() or owner.law.currency,
        seller=seller,
        buyer=_buyer(row),
        due=_day(row["due"]),
        reference=row["reference"],
        late_interest=with_point(row["late_interest"].rstrip("% ")),
        subject=row["subject"],
        originals=(row["original"],),
        more={name: value for name, value in more.items() if value is not None},
        names=_titles(row, _INVOICE_FIELDS),
    )
    return meaning_of(document, directory, row.where)


def _buyer(row: CsvRow) -> Buyer:
    return Buyer(
        name=row["name"],
        numbers=(row["debtor"],),
        registered=(row["business_id"],),
        kind=row["kind"].lower(),
        email=row["email"],
        language=row["language"],
        street=row["street"],
        postcode=row["postcode"],
        city=row["city"],
        country=row["country"].upper(),
    )


_INVOICE_FIELDS: Final = {
    "party": "name",
    "party.name": "name",
    "party.kind": "kind",
    "party.business_id": "business_id",
    "credit_note": "invoice",
    "originals": "original",
}
"""Fields of the events that are called otherwise in the table."""

INVOICES: Final = CsvTable(
    name="invoices",
    known_by=(frozenset({"invoice", "amount"}),),
    needs=frozenset({"invoice", "issued", "due", "amount", "name"}),
    columns=frozenset(
        {
            "seller",
            "account",
            "type",
            "invoice",
            "original",
            "issued",
            "sent",
            "due",
            "amount",
            "currency",
            "reference",
            "debtor",
            "kind",
            "name",
            "business_id",
            "email",
            "language",
            "street",
            "postcode",
            "city",
            "country",
            "due_agreed",
            "interest_stated",
            "late_interest",
            "subject",
        }
    ),
    meaning=_invoice,
)
"""One row an invoice, credit note or cancellation."""


# --- payments ------------------------------------------------------------------------------------


def _payment(row: CsvRow, directory: Directory) -> Event | Fault:
    account = "".join(row["account"].split()).upper()
    creditor = directory.creditor_of_account(account)
    if creditor is None:
        return unknown_account(account[:40], row.where)
    booked = _day(row["booked"])
    try:
        known = known_at(None, date.fromisoformat(booked), directory.zone_of(creditor))
    except ValueError:
        return row.fault("booked", "must be a day; write it as 2026-01-31 or 31.1.2026", creditor, account)
    kind = (row["type"] or "payment").lower()
    if kind not in (*_PAYMENT_KINDS, "refund"):
        return row.fault("type", f"must be one of {', '.join((*_PAYMENT_KINDS, 'refund'))}", creditor, account)
    if unclear := row.unclear_amount(creditor, account):
        return unclear
    data: dict[str, Any] = {
        "creditor": creditor,
        "account": account,
        "payment": plain(row["payment"]) or None,
        "amount": row.amount,
        "currency": row["currency"].upper() or law_of(directory.country_of(creditor)).currency,
        "booked": booked,
    }
    source = f"//bank/{account}"
    if kind == "refund":
        data |= {"reason": row["reason"] or kind, "booked": None}
        made = event("payment.refunded.v1", source, f"{data['payment']}:refunded:{booked}", known, data)
    else:
        _name(row, kind, data)
        data |= _payment_fields(row, booked) if kind == "payment" else {"reason": row["reason"] or kind}
        type_, suffix = _PAYMENT_KINDS[kind]
        made = money_event(type_, source, f"{data['payment']}{suffix.format(booked)}", known, data)
    return checked(made, _titles(row, _PAYMENT_FIELDS), row.where)


def _name(row: CsvRow, kind: str, data: dict[str, Any]) -> None:
    """Say by which table a payment became known and, where it has no id, which one of its like in a table it is.

    The table is no part of that id: of tables that overlap, the one that has most of a like on a day says how many
    there are (rules.md B2).
    """
    data |= {"channel": "table", "statement": row.file.name, "reference": row["reference"] or None}
    if data["payment"] is not None:
        return
    said = (data["account"], data["booked"], data["amount"], data["currency"], row["reference"], row["message"])
    like = likeness(kind, *said, row["payer"], row["payer_iban"])
    place = row.file.places.next(like)
    if place is not None:
        data["payment"] = id_at(place, like, None)
        data["place"] = place if kind == "payment" else None


def _payment_fields(row: CsvRow, booked: str) -> dict[str, Any]:
    payer = {"name": plain(row["payer"]), "iban": plain(row["payer_iban"])}
    known = {name: value for name, value in payer.items() if value}
    return {
        "paid": _day(row["paid"]) or booked,
        "payer": known or None,
        "message": row["message"] or None,
        "debtor": plain(row["debtor"]) or None,
    }


_PAYMENT_KINDS: Final = {
    "payment": ("payment.received.v1", ":{}"),
    "reversal": ("payment.reversed.v1", ":reversed:{}"),
}
"""Kinds of what a bank tells, beside refunds, which only the creditor tells."""
_PAYMENT_FIELDS: Final = {"id": "payment", "payer.name": "payer", "payer.iban": "payer_iban"}
"""Fields of the events that are called otherwise in the table."""

PAYMENTS: Final = CsvTable(
    name="payments",
    known_by=(frozenset({"payment", "amount"}), frozenset({"booked", "amount"})),
    needs=frozenset({"account", "amount", "booked"}),
    columns=frozenset(
        {
            "account",
            "type",
            "payment",
            "amount",
            "currency",
            "booked",
            "paid",
            "reference",
            "payer",
            "payer_iban",
            "message",
            "debtor",
            "reason",
        }
    ),
    meaning=_payment,
)
"""One row a payment, a reversal or a refund."""

TABLES: Final = (INVOICES, PAYMENTS)


# --- how cells are written -----------------------------------------------------------------------


def _titles(row: CsvRow, otherwise: Mapping[str, str]) -> dict[str, str]:
    return {**row.file.titles, **{name: row.title(column) for name, column in otherwise.items()}}


def _day(text: str) -> str:
    """``9.1.2026`` as ``2026-01-09``; anything else stays as it is, for the contract to judge."""
    match = _DOTTED_DAY.fullmatch(text)
    return f"{match[3]}-{match[2]:0>2}-{match[1]:0>2}" if match else text


def _flag(text: str) -> bool | str | None:
    """Yes or no; what is neither stays text, which the contract refuses."""
    return _FLAGS.get(text.lower(), text) if text else None
