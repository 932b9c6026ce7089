"""UBL 2.1: invoices and credit notes of EN 16931 and Peppol BIS Billing 3.0.

A document may stand alone, in its Peppol envelope (StandardBusinessDocument), or after others in one file. UBL does
not know the recipient's language; only a note with a language attribute gives a hint.
"""

from collections.abc import Iterator
from typing import BinaryIO, Final

from schemas.references import is_valid_reference
from services.intake.formats.billing.debtors import Buyer
from services.intake.formats.billing.decimals import sign_of
from services.intake.formats.billing.documents import BillingDocument, DocumentKind, Seller, meaning_of
from services.intake.formats.billing.terms import StatedDiscount, StatedPart, discounts_in, without_discounts
from services.intake.formats.format import Directory, Event, Fault, Format, Piece
from services.intake.formats.xml.elements import Element, elements, every, first, name_of, names_at, text

NO_INVOICE: Final = "no-invoice"

_INVOICE: Final = "Invoice"
_CREDIT_NOTE: Final = "CreditNote"
_ROWS: Final = ("InvoiceLine", "CreditNoteLine", "AdditionalDocumentReference", "UBLExtensions")
"""What repeats or may be large (attachments), and says nothing here."""
_ENVELOPE: Final = "StandardBusinessDocument"
_NAMESPACES: Final = tuple(
    f"urn:oasis:names:specification:ubl:schema:xsd:{name}-2".encode() for name in (_INVOICE, _CREDIT_NOTE)
)

_CREDIT_CODES: Final = frozenset(
    {"81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "502", "503", "532"}
)
"""UNTDID 1001: the codes that EN 16931 treats as credit notes."""
_NO_CLAIM: Final = frozenset({"325", "751"})
"""UNTDID 1001: a pro forma invoice, and information for accounting: nothing is to be paid."""
_FACTORED: Final = frozenset({"393", "396", "472", "473", "501", "502"})
_CORRECTIONS: Final = frozenset({"384", "471", "472", "473"})
"""UNTDID 1001: corrected invoices, such of self-billing and of a finance company."""
_EMAIL_SCHEME: Final = "EM"

_TOTAL: Final = "LegalMonetaryTotal"
_NAMES: Final = {
    "debtor": "AccountingCustomerParty",
    "party": "AccountingCustomerParty",
    "party.name": "AccountingCustomerParty: RegistrationName",
    "invoice": "ID",
    "credit_note": "ID",
    "issued": "IssueDate",
    "due": "DueDate",
    "amount": "PayableAmount",
    "currency": "DocumentCurrencyCode",
    "originals": "BillingReference",
    "discounts": "PaymentTerms (settlement discount)",
    "parts": "PaymentTerms",
}


def recognises(head: bytes) -> bool:
    """Whether a UBL invoice or credit note begins in the file, bare or in its envelope."""
    names = names_at(head)
    if names[:1] == (_ENVELOPE,):
        return any(name in head for name in (b"Invoice-2", b"CreditNote-2"))
    return names[:1] in ((_INVOICE,), (_CREDIT_NOTE,)) and any(name in head for name in _NAMESPACES)


def read(stream: BinaryIO, directory: Directory) -> Iterator[Piece]:
    """Events of receivables that the documents begin or reduce, in their order; none where nothing is to be paid."""
    number = 0
    faults = 0
    for found in elements(stream, (_INVOICE, _CREDIT_NOTE, *_ROWS)):
        if isinstance(found, Fault):
            faults += 1
            yield found
        elif name_of(found) in (_INVOICE, _CREDIT_NOTE) and first(found, "IssueDate") is not None:
            number += 1
            piece = _piece(found, directory, f"document {number}")
            if piece is not None:
                yield piece
    if not number and not faults:
        yield Fault(NO_INVOICE, ("there is no UBL invoice in the file; send the whole file",))


def _piece(document: Element, directory: Directory, where: str) -> Event | Fault | None:
    code = _code(document)
    if code in _NO_CLAIM:
        return None
    kind: DocumentKind = "credit-note" if name_of(document) == _CREDIT_NOTE or code in _CREDIT_CODES else "invoice"
    amount = _amount(document, kind)
    number = (amount.text or "").strip() if amount is not None else ""
    billing_document = BillingDocument(
        kind=kind,
        number=text(document, "ID") or "",
        issued=text(document, "IssueDate") or "",
        amount=number,
        currency=(amount.get("currencyID") if amount is not None else None)
        or text(document, "DocumentCurrencyCode")
        or "",
        seller=_seller(document),
        buyer=_buyer(document),
        due=_due(document),
        terms=without_discounts(" ".join(note.text for note in every(document, "PaymentTerms/Note") if note.text)),
        reference=_reference(document),
        originals=tuple(
            text(reference, "InvoiceDocumentReference/ID") or "" for reference in every(document, "BillingReference")
        ),
        discounts=tuple(_discounts(document)),
        parts=tuple(_parts(document)),
        corrects=code in _CORRECTIONS,
        created=_created(document),
        transferred=code in _FACTORED,
        names=_NAMES,
    )
    return meaning_of(billing_document, directory, where)


def _code(document: Element) -> str:
    return text(document, "InvoiceTypeCode") or text(document, "CreditNoteTypeCode") or ""


def _amount(document: Element, kind: DocumentKind) -> Element | None:
    """What is to be paid; of a credit note of which nothing is left to be paid out, all that it credits."""
    payable = first(document, f"{_TOTAL}/PayableAmount")
    if kind == "credit-note" and (payable is None or sign_of((payable.text or "").strip()) == 0):
        total = first(document, f"{_TOTAL}/TaxInclusiveAmount")
        return payable if total is None else total
    return payable


def _due(document: Element) -> str:
    """BT-9, or where a payment's own due date is given, the first of them; of parts the earliest."""
    return (
        text(document, "DueDate")
        or min((part.due for part in _parts(document)), default="")
        or text(document, "PaymentMeans/PaymentDueDate")
        or text(document, "PaymentTerms/PaymentDueDate")
        or text(document, "PaymentTerms/InstallmentDueDate")
        or ""
    )


def _discounts(document: Element) -> Iterator[StatedDiscount]:
    """The settlement discounts of the terms of payment, and those in their notes."""
    for terms in every(document, "PaymentTerms"):
        yield StatedDiscount(
            through=text(terms, "SettlementPeriod/EndDate") or _due_of(terms),
            days=text(terms, "SettlementPeriod/DurationMeasure") or "",
            amount=text(terms, "SettlementDiscountAmount") or "",
            percent=text(terms, "SettlementDiscountPercent") or "",
            base=text(terms, "Amount") or "",
        )
        for note in every(terms, "Note"):
            yield from discounts_in(note.text or "")


def _parts(document: Element) -> Iterator[StatedPart]:
    """The terms that say how much is due when. A term may name the means of payment that has its day and reference."""
    means = {text(each, "ID"): each for each in every(document, "PaymentMeans")}
    for terms in every(document, "PaymentTerms"):
        paid_by = means.get(text(terms, "PaymentMeansID") or "")
        amount, percent = text(terms, "Amount") or "", text(terms, "PaymentPercent") or ""
        due = _due_of(terms) or (paid_by is not None and text(paid_by, "PaymentDueDate")) or ""
        if due and (amount or percent) and not _has_discount(terms):
            reference = "" if paid_by is None else _reference_in(paid_by)
            yield StatedPart(due, amount, percent, reference)


def _due_of(terms: Element) -> str:
    return text(terms, "InstallmentDueDate") or text(terms, "PaymentDueDate") or ""


def _has_discount(terms: Element) -> bool:
    return first(terms, "SettlementDiscountPercent") is not None or first(terms, "SettlementDiscountAmount") is not None


def _reference(document: Element) -> str:
    """The first PaymentID that is a valid reference: others write free text there (BT-83)."""
    return next(filter(None, map(_reference_in, every(document, "PaymentMeans"))), "")


def _reference_in(means: Element) -> str:
    ids = [(payment_id.text or "").strip() for payment_id in every(means, "PaymentID")]
    return next(filter(is_valid_reference, ids), "")


def _created(document: Element) -> str:
    """The envelope's instant, else the time of issue where the invoice has one."""
    root = document.getroottree().getroot()
    created = text(root, "StandardBusinessDocumentHeader/DocumentIdentification/CreationDateAndTime")
    clock = text(document, "IssueTime")
    return created or (f"{text(document, 'IssueDate')}T{clock}" if clock else "")


def _seller(document: Element) -> Seller:
    """Every id of the supplier, those of the law first."""
    party = first(document, "AccountingSupplierParty/Party")
    accounts = [account.text or "" for account in every(document, "PaymentMeans/PayeeFinancialAccount/ID")]
    if party is None:
        return Seller((), tuple(accounts))
    ids = [
        *every(party, "PartyLegalEntity/CompanyID"),
        *every(party, "PartyTaxScheme/CompanyID"),
        *every(party, "EndpointID"),
        *every(party, "PartyIdentification/ID"),
    ]
    return Seller(tuple(each.text for each in ids if each.text), tuple(accounts))


def _buyer(document: Element) -> Buyer:
    party = first(document, "AccountingCustomerParty/Party")
    if party is None:
        return Buyer()
    identified = list(every(party, "PartyIdentification/ID"))
    endpoints = [each for each in every(party, "EndpointID") if each.get("schemeID") not in (None, _EMAIL_SCHEME)]
    registered = [
        *every(party, "PartyLegalEntity/CompanyID"),
        *every(party, "PartyTaxScheme/CompanyID"),
        *(each for each in identified if each.get("schemeID")),
        *endpoints,
    ]
    numbers = [
        *every(document, "AccountingCustomerParty/SupplierAssignedAccountID"),
        *(each for each in identified if not each.get("schemeID")),
    ]
    name = text(party, "PartyLegalEntity/RegistrationName") or text(party, "PartyName/Name")
    streets = (text(party, f"PostalAddress/{part}") for part in ("StreetName", "AdditionalStreetName"))
    return Buyer(
        name=name or _person(party),
        numbers=tuple(each.text for each in numbers if each.text),
        registered=tuple(each.text for each in registered if each.text),
        email=text(party, "Contact/ElectronicMail") or "",
        language=_language(document),
        street=", ".join(filter(None, streets)),
        postcode=text(party, "PostalAddress/PostalZone") or "",
        city=text(party, "PostalAddress/CityName") or "",
        country=text(party, "PostalAddress/Country/IdentificationCode") or "",
        address_lines=tuple(said.text for said in every(party, "PostalAddress/AddressLine/Line") if said.text),
    )


def _person(party: Element) -> str:
    return " ".join(filter(None, (text(party, "Person/FirstName"), text(party, "Person/FamilyName"))))


def _language(document: Element) -> str:
    """The language of the first note that names one, such as ``fi`` or ``sv-FI``."""
    named = (note.get("languageID", "") for note in every(document, "Note"))
    return next(filter(None, named), "").partition("-")[0]


FORMAT: Final = Format(
    name="ubl",
    title="UBL 2.1 invoices and credit notes (EN 16931, Peppol BIS Billing 3.0)",
    gives=("invoice.issued.v1", "invoice.credited.v1"),
    recognises=recognises,
    read=read,
)
