"""A billing document of any format, and the public event that it means (design.md §4).

The formats fill in a `BillingDocument`: texts as the file has them, but for the notation of dates and amounts. This
module finds the creditor and the debtor, and whether a receivable begins, is reduced or is cancelled.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, Final, Literal, TypeAlias

from schemas.reference_schemes import ReferenceScheme
from schemas.references import canonical_reference
from services.intake.formats.billing.debtors import Buyer, debtor_of, party_of
from services.intake.formats.billing.decimals import sign_of, unsigned
from services.intake.formats.billing.terms import StatedDiscount, StatedPart, discounts_of, parts_of
from services.intake.formats.format import (
    Directory,
    Event,
    Fault,
    event,
    known_at,
    unknown_account,
    unknown_business,
)
from services.intake.formats.plain_text import plain
from services.intake.formats.refusals import checked, refused
from services.law.countries import is_personal_code
from services.law.figures import Law, law_of

DocumentKind: TypeAlias = Literal["invoice", "credit-note", "cancellation"]

NO_SELLER: Final = "no-seller"
NO_ORIGINAL_INVOICE: Final = "no-original-invoice"
SEVERAL_ORIGINAL_INVOICES: Final = "several-original-invoices"
TRANSFERRED_CLAIM: Final = "transferred-claim"
WRONG_FIELD: Final = "wrong-field"
MISSING_FIELD: Final = "missing-field"

_LONGEST_OWN_BASE: Final = 19
_DIGITS_KEPT: Final = 13
_DIFFERING_DIGITS: Final = 6
_LONGEST_SELLER_ID: Final = 40
_DAYS: Final = re.compile(r"[0-9]{1,3}(?![0-9])")


@dataclass(frozen=True, slots=True)
class Seller:
    """The seller of an invoice: business ids in every form, and the bank accounts to which it is to be paid."""

    business_ids: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BillingDocument:
    """One invoice, credit note or cancellation as its file states it; a field that the file does not state is empty.

    ``issued`` and ``due`` are ISO dates, ``amount`` (all that is to be paid, or credited; an invoice below zero is a
    credit note) and ``late_interest`` (percent) plain decimal texts, ``originals`` the invoices to which a credit note
    or cancellation refers, ``created`` the instant at which the message was made. ``reference`` must be a valid one
    when it is given; without one the invoice gets one of its own. ``terms`` are the terms of payment in words.
    ``discounts`` and ``parts`` are those of an invoice. ``corrects``: it is an invoice that corrects its original.
    ``transferred``: the document says that a finance company owns the claim now.
    """

    kind: DocumentKind
    number: str
    issued: str
    amount: str
    currency: str
    seller: Seller
    buyer: Buyer
    due: str = ""
    terms: str = ""
    reference: str = ""
    late_interest: str = ""
    subject: str = ""
    originals: tuple[str, ...] = ()
    discounts: tuple[StatedDiscount, ...] = ()
    parts: tuple[StatedPart, ...] = ()
    corrects: bool = False
    created: str = ""
    transferred: bool = False
    more: Mapping[str, Any] = field(default_factory=dict)
    """Further fields of the data of ``invoice.issued`` that the format can say, such as ``sent``."""
    names: Mapping[str, str] = field(default_factory=dict)
    """What the format calls the fields of the event's data, for faults: ``{"due": "InvoiceDueDate"}``."""


@dataclass(frozen=True, slots=True)
class Owner:
    """The creditor of a document, the source of its events, and the law of the creditor's country."""

    creditor: str
    source: str
    law: Law


def meaning_of(document: BillingDocument, directory: Directory, where: str) -> Event | Fault | None:
    """The event that a document means, or why it cannot be one; None when nothing is to be paid or credited by it.

    An invoice begins a receivable; one below zero is a credit note. A credit note or a cancellation refers to exactly
    one original invoice; a cancellation without one refers to the invoice of its own number.
    """
    owner = owner_of(document.seller, directory, where)
    if isinstance(owner, Fault):
        return owner
    if document.transferred and not _is_paid_to(owner.creditor, document.seller, directory):
        return _transferred(owner.creditor, where)
    try:
        issued = date.fromisoformat(document.issued)
        known = known_at(document.created, issued, directory.zone_of(owner.creditor))
    except ValueError:
        line = f"{document.names.get('issued', 'issued')}: must be the day of the invoice; give a day of the calendar"
        return Fault(WRONG_FIELD, (line,), where, creditor=owner.creditor)
    meaning = _MEANINGS[_kind_of(document)]
    if document.corrects and sign_of(document.amount) == 0:
        return _corrected_to_nothing(document, owner, where)
    if meaning is not _cancelled and sign_of(document.amount) == 0:
        return None
    if meaning is _issued and not document.due:
        days = directory.terms_days_of(owner.creditor)
        first_part = min((part.due for part in document.parts), default="")
        document = replace(document, due=first_part or _due_by_terms(document.terms, issued, days))
    return meaning(document, owner, known, where)


def own_reference(number: str, scheme: ReferenceScheme) -> str:
    """A valid reference of ``scheme`` for an invoice that came without one, made of its number and always the same.

    The number itself and the check digit where it is 3 to 19 digits; else its digits with six more that differ
    where the letters and signs of the number differ (``A-1001`` and ``B-1001``).
    """
    digits = "".join(char for char in number if char in "0123456789")
    if digits == number and not digits.startswith("0") and 3 <= len(digits) <= _LONGEST_OWN_BASE:
        return scheme.of_base(digits)
    differing = int(hashlib.sha256(number.encode()).hexdigest(), 16) % 10**_DIFFERING_DIGITS
    base = digits.lstrip("0")[-_DIGITS_KEPT:].lstrip("0") or "1"
    return scheme.of_base(f"{base}{differing:0{_DIFFERING_DIGITS}d}")


# --- seller --------------------------------------------------------------------------------------


def owner_of(seller: Seller, directory: Directory, where: str) -> Owner | Fault:
    """By business id; by bank account only where no business id is given, for it may be somebody else's."""
    ids = [each for each in map(_compact, seller.business_ids) if each and not is_personal_code(each)]
    for business_id in ids:
        creditor = directory.creditor_of_business(business_id)
        if creditor is not None:
            law = law_of(directory.country_of(creditor))
            return Owner(creditor, f"//invoice/{law.ids.business_id(business_id) or business_id}", law)
    if ids:
        return unknown_business(ids[0][:_LONGEST_SELLER_ID], where)
    accounts = [iban for iban in map(_compact, seller.accounts) if iban]
    for iban in accounts:
        creditor = directory.creditor_of_account(iban)
        if creditor is not None:
            return Owner(creditor, f"//invoice/{iban}", law_of(directory.country_of(creditor)))
    if accounts:
        return unknown_account(accounts[0][:_LONGEST_SELLER_ID], where)
    return Fault(NO_SELLER, ("the seller has no business id and no bank account; add the business id",), where)


def _compact(text: str) -> str:
    return "".join(plain(text).split()).upper()


def _is_paid_to(creditor: str, seller: Seller, directory: Directory) -> bool:
    return any(directory.creditor_of_account(_compact(iban)) == creditor for iban in seller.accounts)


def _transferred(creditor: str, where: str) -> Fault:
    line = (
        "the claim is transferred to a finance company and paid to an account that is not the creditor's: its"
        " payments would not be seen here; take the invoice out, or register the account with creditor.registered"
    )
    return Fault(TRANSFERRED_CLAIM, (line,), where, creditor=creditor)


# --- what ----------------------------------------------------------------------------------------


def _kind_of(document: BillingDocument) -> DocumentKind:
    if document.kind == "invoice" and sign_of(document.amount) < 0:
        return "credit-note"
    return document.kind


def _issued(document: BillingDocument, owner: Owner, known: str, where: str) -> Event | Fault:
    number = plain(document.number)
    corrected = _originals(document) if document.corrects else ()
    public_event = event(
        "invoice.issued.v1",
        owner.source,
        f"{number}:corrected" if number in corrected else f"{number}:issued",
        known,
        _of_account(document, owner) | _of_invoice(document, number, owner, corrected),
    )
    if document.corrects and len(corrected) != 1:
        return _without_one_original(document, public_event, len(corrected), where, "a corrected invoice")
    if not document.due:
        line = (
            f"{document.names.get('due', 'due')}: is missing; write the due date into the invoice, or register the days"
            " from the invoice to it as terms_days of creditor.registered, where these are the terms that it names"
        )
        return refused(MISSING_FIELD, (line,), where, public_event)
    return checked(public_event, _names_of_lists(document), where)


def _of_invoice(document: BillingDocument, number: str, owner: Owner, corrected: tuple[str, ...]) -> dict[str, Any]:
    """The fields of ``invoice.issued`` that say what is to be paid when, by whom."""
    reference = canonical_reference(document.reference) and document.reference.strip()
    issued = date.fromisoformat(document.issued)
    return {
        "party": party_of(document.buyer, owner.law.ids),
        "invoice": number or None,
        "reference": reference or own_reference(number, owner.law.references),
        "issued": document.issued,
        "due": document.due or None,
        "amount": document.amount,
        "currency": document.currency,
        "subject": plain(document.subject) or None,
        "late_interest": document.late_interest or None,
        "discounts": discounts_of(document.discounts, document.amount, document.currency, issued),
        "parts": parts_of(document.parts, document.amount, document.currency),
        "corrects": next((each for each in corrected if each != number), None),
        **document.more,
    }


def _names_of_lists(document: BillingDocument) -> dict[str, str]:
    """What the format calls the fields of the data, those of each discount and part too."""
    names = dict(document.names)
    for field_, said in (("discounts", document.discounts), ("parts", document.parts)):
        for number in range(len(said)):
            for name in ("through", "due", "amount", "reference"):
                names[f"{field_}[{number}].{name}"] = f"{names.get(field_, field_)} {number + 1}, {name}"
    if document.parts or document.discounts:
        names["data"] = names.get("parts" if document.parts else "discounts", "data")
    return names


def _corrected_to_nothing(document: BillingDocument, owner: Owner, where: str) -> Fault:
    """The fault of a corrected invoice that asks nothing any more; it holds the debtor."""
    line = (
        f"{document.names.get('amount', 'amount')}: is 0.00 in a corrected invoice; send a credit note of the original"
        " invoice, or an event invoice.cancelled.v1"
    )
    debtor = debtor_of(document.buyer, owner.law.ids)
    invoice = next(iter(_originals(document)), plain(document.number)) or None
    return Fault(WRONG_FIELD, (line,), where, creditor=owner.creditor, debtor=debtor, invoice=invoice)


def _without_one_original(document: BillingDocument, made: Event, count: int, where: str, what: str) -> Fault:
    """The fault of a document that names no invoice, or several, where it must name the one that it changes."""
    name = document.names.get("originals", "the original invoice")
    if count:
        line = f"{name}: there are several; send {what} for each of them"
        return refused(SEVERAL_ORIGINAL_INVOICES, (line,), where, made)
    return refused(NO_ORIGINAL_INVOICE, (f"{name}: is missing; {what} must name one invoice",), where, made)


def _due_by_terms(terms: str, issued: date, days: int | None) -> str:
    """The due date by the creditor's terms; empty without them, and where the words of the invoice name other days."""
    named = [int(number) for number in _DAYS.findall(terms)]
    return "" if days is None or (named and days not in named) else (issued + timedelta(days=days)).isoformat()


def _credited(document: BillingDocument, owner: Owner, known: str, where: str) -> Event | Fault:
    number = plain(document.number)
    originals = _originals(document)
    data = _of_account(document, owner) | {
        "invoice": originals[0] if len(originals) == 1 else None,
        "credit_note": number or None,
        "amount": unsigned(document.amount) if document.kind == "invoice" else document.amount,
        "currency": document.currency,
        "issued": document.issued,
    }
    public_event = event("invoice.credited.v1", owner.source, f"{number}:credited", known, data)
    name = document.names.get("originals", "the original invoice")
    if not originals:
        line = (
            f"{name}: is missing; a credit note must say which invoice it credits; where it credits none, say"
            " credit.granted instead: the debtor's credit (erapaiva tell credit.granted)"
        )
        return refused(NO_ORIGINAL_INVOICE, (line,), where, public_event)
    if len(originals) > 1:
        line = f"{name}: there are several; send a credit note, or an event invoice.credited.v1, for each invoice"
        return refused(SEVERAL_ORIGINAL_INVOICES, (line,), where, public_event)
    return checked(public_event, document.names, where)


def _cancelled(document: BillingDocument, owner: Owner, known: str, where: str) -> Event | Fault:
    originals = _originals(document) or ((plain(document.number),) if plain(document.number) else ())
    data = _of_account(document, owner) | {
        "invoice": originals[0] if len(originals) == 1 else None,
        "reason": "cancelled by the seller",
    }
    public_event = event("invoice.cancelled.v1", owner.source, f"{':'.join(originals)}:cancelled", known, data)
    if len(originals) > 1:
        line = "the cancellation names several invoices; send one, or an event invoice.cancelled.v1, for each"
        return refused(SEVERAL_ORIGINAL_INVOICES, (line,), where, public_event)
    return checked(public_event, document.names, where)


_MEANINGS: Final[Mapping[DocumentKind, Callable[[BillingDocument, Owner, str, str], Event | Fault]]] = {
    "invoice": _issued,
    "credit-note": _credited,
    "cancellation": _cancelled,
}


def _of_account(document: BillingDocument, owner: Owner) -> dict[str, Any]:
    return {"creditor": owner.creditor, "debtor": debtor_of(document.buyer, owner.law.ids)}


def _originals(document: BillingDocument) -> tuple[str, ...]:
    """The invoices named, each once, in their order."""
    return tuple(dict.fromkeys(filter(None, map(plain, document.originals))))
