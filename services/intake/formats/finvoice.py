"""Finvoice 1.2 to 3.0: invoices, credit notes and cancellations (Finance Finland).

One message may stand alone, in its SOAP frame, or after others in one file. Operators convert versions silently,
so whatever is not needed may be missing. Dates are ``CCYYMMDD``, numbers have a decimal comma, the encoding is what the
file declares.
"""

import re
from collections.abc import Iterator
from itertools import zip_longest
from typing import BinaryIO, Final

from schemas.references import is_valid_reference
from services.intake.formats.billing.debtors import Buyer
from services.intake.formats.billing.decimals import sign_of, unsigned, with_point
from services.intake.formats.billing.documents import BillingDocument, DocumentKind, Seller, meaning_of, owner_of
from services.intake.formats.billing.terms import StatedDiscount, StatedPart, discounts_in, without_discounts
from services.intake.formats.format import Directory, Event, Fault, Format, Piece
from services.intake.formats.xml.elements import Element, elements, every, first, name_of, names_at, text
from services.law.fi import FINNISH_IDS

NO_INVOICE: Final = "no-invoice"
UNKNOWN_TYPE: Final = "unknown-type"

_ROOT: Final = "Finvoice"
_ROW: Final = "InvoiceRow"
_FRAMED: Final = (b"ProcessInvoice", b"Finvoice")
"""What the SOAP frame of a Finvoice message says, should the message begin after the first bytes."""

_TYPE: Final = re.compile(r"(REQ|QUO|ORD|ORC|INV|DEV|TES|INF|PRI|DEN|SEI|REC|RES|SDD)\d\d", re.ASCII)
"""Every code that there is for a message's type (Finvoice 3.0, InvoiceTypeCodeFI)."""
_CREDIT_NOTE: Final = "INV02"
_NO_CLAIM: Final = frozenset({"INV05", "INV06", "INV08"})
"""Collection notes, pro forma invoices and reminders: they demand nothing that another invoice did not demand
before.
"""
_CORRECTIONS: Final = frozenset({"384", "471", "472", "473"})
"""Corrected invoices by ``InvoiceTypeCodeUN`` (UNTDID 1001); the Finnish codes have none."""
_INVOICES: Final = "INV"
_PAID: Final = "PAID"
_NOT_PAID: Final = "NOTPAID"
_PARTLY_PAID: Final = "PARTLYPAID"
_CANCEL: Final = "Cancel"

_EPI: Final = "EpiDetails/EpiPaymentInstructionDetails"
_TERMS: Final = "InvoiceDetails/PaymentTermsDetails"
_TOTAL: Final = "InvoiceDetails/InvoiceTotalVatIncludedAmount"
_TO_PAY: Final = f"{_EPI}/EpiInstructedAmount"
_NAMES: Final = {
    "debtor": "BuyerPartyDetails",
    "party": "BuyerPartyDetails",
    "party.name": "BuyerOrganisationName",
    "invoice": "InvoiceNumber",
    "credit_note": "InvoiceNumber",
    "reference": "EpiRemittanceInfoIdentifier",
    "issued": "InvoiceDate",
    "due": "InvoiceDueDate",
    "amount": "EpiInstructedAmount or InvoiceTotalVatIncludedAmount",
    "currency": "AmountCurrencyIdentifier",
    "late_interest": "PaymentOverDueFinePercent",
    "originals": "OriginalInvoiceNumber",
    "discounts": "PaymentTermsDetails (cash discount)",
    "parts": "PartialPaymentDetails",
}


def recognises(head: bytes) -> bool:
    """Whether a Finvoice message begins in the file, or the frame of one."""
    names = names_at(head)
    return _ROOT in names or (names[:1] == ("Envelope",) and any(word in head for word in _FRAMED))


def read(stream: BinaryIO, directory: Directory) -> Iterator[Piece]:
    """The events of the receivables that the messages begin, reduce or end, in their order."""
    number = 0
    faults = 0
    for found in elements(stream, (_ROOT, _ROW)):
        if isinstance(found, Fault):
            faults += 1
            yield found
        elif name_of(found) == _ROOT:
            number += 1
            piece = _piece(found, directory, f"message {number}")
            if piece is not None:
                yield piece
    if not number and not faults:
        yield Fault(NO_INVOICE, ("there is no Finvoice message in the frame; send the whole file",))


def _piece(message: Element, directory: Directory, where: str) -> Event | Fault | None:
    if not _TYPE.fullmatch(_type_code(message)):
        return _unknown_type_fault(message, directory, where)
    kind = _kind(message)
    if kind is None:
        return None
    if kind == "invoice" and _status(message) == _PAID:
        return None
    return meaning_of(_document(message, kind), directory, where)


def _unknown_type_fault(message: Element, directory: Directory, where: str) -> Fault:
    """A fault: it may ask for money, so a person must read it."""
    owner = owner_of(_seller(message), directory, where)
    line = "InvoiceTypeCode: is no code of Finvoice; write INV01 for an invoice, INV02 for a credit note"
    return owner if isinstance(owner, Fault) else Fault(UNKNOWN_TYPE, (line,), where, creditor=owner.creditor)


def _type_code(message: Element) -> str:
    return (text(message, "InvoiceDetails/InvoiceTypeCode") or "INV01").upper()


def _kind(message: Element) -> DocumentKind | None:
    """The document's kind; None where it demands nothing. A cancellation may be of either type, with ``Cancel``."""
    code = _type_code(message)
    if not code.startswith(_INVOICES) or code in _NO_CLAIM:
        return None
    if (text(message, "InvoiceDetails/OriginCode") or "").capitalize() == _CANCEL:
        return "cancellation"
    return "credit-note" if code == _CREDIT_NOTE else "invoice"


def _amount(message: Element, kind: DocumentKind) -> Element | None:
    """The element that says what is to be paid or credited, if there is one.

    Of a credit note it is the total, whichever sign it has. Of an invoice it is what the payment order says, of one
    that is partly paid or comes in parts what is left. An order to pay 0.00 means that nothing is to be paid, unless
    the invoice says NOTPAID: then it is paid in another way than by this order, and the total is owed.
    """
    total = first(message, _TOTAL)
    to_pay = first(message, _TO_PAY)
    if total is None or to_pay is None:
        total = to_pay = to_pay if total is None else total
    if kind != "invoice":
        return total
    status = _status(message)
    left = first(message, "PartialPaymentDetails/UnPaidAmount")
    if left is not None and (status == _PARTLY_PAID or (_parts(message) and _sign(left) > 0)):
        return left
    return total if _sign(total) < 0 or (_sign(to_pay) == 0 and status == _NOT_PAID) else to_pay


def _status(message: Element) -> str:
    return (text(message, "PaymentStatusDetails/PaymentStatusCode") or "").upper()


def _sign(amount: Element | None) -> int:
    return 0 if amount is None else sign_of(with_point(amount.text or ""))


def _document(message: Element, kind: DocumentKind) -> BillingDocument:
    amount = _amount(message, kind)
    number = "" if amount is None else with_point(amount.text or "")
    percent = text(message, f"{_TERMS}/PaymentOverDueFineDetails/PaymentOverDueFinePercent")
    due = text(message, f"{_TERMS}/InvoiceDueDate") or text(message, f"{_EPI}/EpiDateOptionDate")
    return BillingDocument(
        kind=kind,
        number=text(message, "InvoiceDetails/InvoiceNumber") or "",
        issued=_iso_day(text(message, "InvoiceDetails/InvoiceDate")),
        amount=unsigned(number) if kind == "credit-note" else number,
        currency="" if amount is None else amount.get("AmountCurrencyIdentifier", "").strip(),
        seller=_seller(message),
        buyer=_buyer(message),
        due=_iso_day(due),
        terms=without_discounts(
            " ".join(said.text for said in every(message, f"{_TERMS}/PaymentTermsFreeText") if said.text)
        ),
        reference=_reference(message),
        late_interest=with_point(percent) if percent else "",
        originals=tuple(_originals(message)),
        discounts=tuple(_discounts(message)),
        parts=_parts(message),
        corrects=(text(message, "InvoiceDetails/InvoiceTypeCodeUN") or "") in _CORRECTIONS,
        created=text(message, "MessageTransmissionDetails/MessageDetails/MessageTimeStamp") or "",
        transferred=first(message, "FactoringAgreementDetails") is not None,
        names=_NAMES,
    )


def _discounts(message: Element) -> Iterator[StatedDiscount]:
    for terms in every(message, _TERMS):
        yield StatedDiscount(
            through=_iso_day(text(terms, "CashDiscountDate")),
            amount=with_point(text(terms, "CashDiscountAmount") or ""),
            percent=with_point(text(terms, "CashDiscountPercent") or ""),
            base=with_point(text(terms, "CashDiscountBaseAmount") or ""),
        )
        for said in every(terms, "PaymentTermsFreeText"):
            yield from discounts_in(said.text or "")


def _parts(message: Element) -> tuple[StatedPart, ...]:
    """The partial payments, whose days, amounts and references stand in lists beside each other."""
    found: list[StatedPart] = []
    for details in every(message, "PartialPaymentDetails"):
        dues, amounts, references = (
            [each.text or "" for each in every(details, f"PartialPayment{name}")]
            for name in ("DueDate", "VatIncludedAmount", "ReferenceIdentifier")
        )
        for due, amount, reference in zip_longest(dues, amounts, references, fillvalue=""):
            found.append(StatedPart(_iso_day(due.strip()), with_point(amount), reference=reference.strip()))
    return tuple(found)


def _reference(message: Element) -> str:
    """The reference of the payment order; the order's own reference field where it holds a valid one instead."""
    reference = text(message, f"{_EPI}/EpiRemittanceInfoIdentifier")
    if reference:
        return reference
    other = text(message, "EpiDetails/EpiIdentificationDetails/EpiReference") or ""
    return other if is_valid_reference(other) else ""


def _originals(message: Element) -> Iterator[str]:
    yield text(message, "InvoiceDetails/OriginalInvoiceNumber") or ""
    for original in every(message, "InvoiceDetails/OriginalInvoiceReference"):
        yield text(original, "InvoiceNumber") or ""


def _seller(message: Element) -> Seller:
    ids = (
        text(message, "SellerPartyDetails/SellerPartyIdentifier"),
        text(message, "SellerPartyDetails/SellerOrganisationTaxCode"),
        text(message, "SellerOrganisationUnitNumber"),
    )
    accounts = (
        text(message, "EpiDetails/EpiPartyDetails/EpiBeneficiaryPartyDetails/EpiAccountID"),
        *(account.text for account in every(message, "SellerInformationDetails/SellerAccountDetails/SellerAccountID")),
    )
    return Seller(tuple(filter(None, ids)), tuple(filter(None, accounts)))


def _buyer(message: Element) -> Buyer:
    """The buyer; e-mail and address of the invoice's recipient where the buyer has none of their own."""
    identifier = text(message, "BuyerPartyDetails/BuyerPartyIdentifier") or ""
    unit = text(message, "BuyerOrganisationUnitNumber") or ""
    registered_as = FINNISH_IDS.business_id_in_digits(identifier)
    numbers = (registered_as or identifier, text(message, "InvoiceDetails/SellersBuyerIdentifier"))
    registered = (
        registered_as,
        text(message, "BuyerPartyDetails/BuyerOrganisationTaxCode"),
        FINNISH_IDS.business_id(unit),
    )
    street, postcode, city, country = _address(message, "Buyer") or _address(message, "InvoiceRecipient") or [""] * 4
    return Buyer(
        name=text(message, "BuyerPartyDetails/BuyerOrganisationName") or "",
        numbers=tuple(filter(None, numbers)),
        registered=tuple(filter(None, registered)),
        email=text(message, "BuyerCommunicationDetails/BuyerEmailaddressIdentifier")
        or text(message, "InvoiceRecipientCommunicationDetails/InvoiceRecipientEmailaddressIdentifier")
        or "",
        language=text(message, "InvoiceRecipientLanguageCode") or "",
        street=street,
        postcode=postcode,
        city=city,
        country=country,
    )


def _address(message: Element, role: str) -> list[str] | None:
    """Street (or post-office box), postcode, town, country; None where it is not whole."""
    details = first(message, f"{role}PartyDetails/{role}PostalAddressDetails")
    if details is None:
        return None
    streets = [street.text.strip() for street in every(details, f"{role}StreetName") if street.text]
    box = text(details, f"{role}PostOfficeBoxIdentifier") or text(details, f"{role}PostofficeBoxIdentifier")
    street = ", ".join(filter(None, streets)) or box or ""
    postcode = text(details, f"{role}PostCodeIdentifier") or ""
    city = text(details, f"{role}TownName") or ""
    return [street, postcode, city, text(details, "CountryCode") or ""] if street and postcode and city else None


def _iso_day(day: str | None) -> str:
    """``20260901`` as ``2026-09-01``; anything else stays as it is, for the contract to judge."""
    if day and len(day) == 8 and day.isascii() and day.isdigit():
        return f"{day[:4]}-{day[4:6]}-{day[6:]}"
    return day or ""


FORMAT: Final = Format(
    name="finvoice",
    title="Finvoice 1.2 to 3.0, alone, in a SOAP frame or several in one file",
    gives=("invoice.issued.v1", "invoice.credited.v1", "invoice.cancelled.v1"),
    recognises=recognises,
    read=read,
)
