"""What a Finvoice message means: what is to be paid, credited or cancelled, whose it is, and who owes it."""

from dataclasses import replace

import pytest

from services.intake.formats.finvoice import FORMAT
from services.intake.formats.format import Fault
from tests.unit.intake.formats.file_reading import data_of, events, faults, pieces
from tests.unit.intake.formats.finvoice_messages import (
    DAY,
    EPI,
    KNOWN,
    NUMBER,
    REFERENCE,
    ROW,
    SELLER,
    TERMS,
    TO_PAY,
    TOTAL,
    amounts,
    coded,
    message,
    original,
    status,
    wrapped,
)

# --- what is to be paid --------------------------------------------------------------------------

PART = wrapped(
    '<PaidAmount AmountCurrencyIdentifier="EUR">40,00</PaidAmount>'
    '<UnPaidAmount AmountCurrencyIdentifier="EUR">60,00</UnPaidAmount>',
    "PartialPaymentDetails",
)


@pytest.mark.parametrize(
    ("changes", "amount"),
    [
        (amounts("100,00", "80,00"), "80.00"),
        (amounts("1234567,5", "1234567,50000"), "1234567.50"),
        (((TO_PAY, ""),), "100.00"),
        (((TOTAL, ""),), "100.00"),
        ((*amounts("100,00", "0,00"), status("NOTPAID")), "100.00"),
        ((status("NOTPAID"),), "100.00"),
        ((*amounts("100,00", "60,00"), status("PARTLYPAID")), "60.00"),
        ((status("PARTLYPAID", PART),), "60.00"),
    ],
)
def test_the_amount_is_what_is_left_to_be_paid(changes: tuple[tuple[str, str], ...], amount: str) -> None:
    (said,) = data_of(pieces(FORMAT, message(*changes), KNOWN))

    assert said["amount"] == amount


@pytest.mark.parametrize(
    "changes",
    [
        (status("PAID"),),
        amounts("100,00", "0,00"),
        amounts("0,00", "0,00"),
        (coded("INV06"),),
        (coded("INV08"),),
        (coded("INV05"),),
        (coded("ORD01"),),
        (coded("QUO01", "Cancel"),),
    ],
)
def test_nothing_comes_of_a_message_that_asks_nothing(changes: tuple[tuple[str, str], ...]) -> None:
    assert pieces(FORMAT, message(*changes), KNOWN) == []


# --- credit notes and cancellations --------------------------------------------------------------


@pytest.mark.parametrize("code", ["M", "380", "INVOICE", "LASKU"])
def test_a_type_that_is_no_code_of_finvoice_is_for_a_person_for_it_may_ask_for_money(code: str) -> None:
    (fault,) = faults(pieces(FORMAT, message(coded(code)), KNOWN))

    assert (fault.reason, fault.creditor) == ("unknown-type", "acme")
    assert "write INV01" in fault.lines[0]


@pytest.mark.parametrize(
    "changes",
    [
        (coded("INV02"), *amounts("-20,00", "-20,00")),
        (coded("INV02"), *amounts("-20,00", "0,00")),
        (coded("INV02"), *amounts("20,00", "0,00")),
        (coded("INV02"), *amounts("-20,00", "0,00"), status("PAID")),
        amounts("-20,00", "0,00"),
    ],
)
def test_a_credit_note_credits_its_original_by_its_total(changes: tuple[tuple[str, str], ...]) -> None:
    data = message(*changes, original("1001"), (NUMBER, "<InvoiceNumber>H-1</InvoiceNumber>"))

    (event,) = events(pieces(FORMAT, data, KNOWN))

    assert (event["type"], event["id"]) == ("invoice.credited.v1", "H-1:credited")
    assert event["data"] == {
        "creditor": "acme",
        "debtor": "C-7",
        "invoice": "1001",
        "credit_note": "H-1",
        "amount": "20.00",
        "currency": "EUR",
        "issued": "2026-01-09",
    }


def test_the_original_may_be_named_in_either_place() -> None:
    data = message(
        coded("INV02"),
        (DAY, f"{DAY}<OriginalInvoiceReference><InvoiceNumber>7</InvoiceNumber></OriginalInvoiceReference>"),
    )

    assert [said["invoice"] for said in data_of(pieces(FORMAT, data, KNOWN))] == ["7"]
    same = message(coded("INV02"), original("7", "7"))
    assert [said["invoice"] for said in data_of(pieces(FORMAT, same, KNOWN))] == ["7"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ((coded("INV02"),), "no-original-invoice"),
        ((coded("INV02"), original("7", "8")), "several-original-invoices"),
        ((coded("INV02", "Cancel"), original("7", "8")), "several-original-invoices"),
    ],
)
def test_a_credit_note_of_no_one_invoice_is_a_fault_that_can_be_mended(
    changes: tuple[tuple[str, str], ...], reason: str
) -> None:
    (fault,) = faults(pieces(FORMAT, message(*changes), KNOWN))

    assert (fault.reason, fault.creditor, fault.where) == (reason, "acme", "message 1")
    assert b'"debtor":"C-7"' in fault.content


@pytest.mark.parametrize(
    ("changes", "invoice"),
    [
        ((coded("INV01", "Cancel"),), "1001"),
        ((coded("INV01", "CANCEL"), original("7")), "7"),
        ((coded("INV02", "Cancel"), original("7"), *amounts("-100,00", "-100,00")), "7"),
        ((coded("INV09", "Cancel"), (TOTAL, ""), (TO_PAY, "")), "1001"),
    ],
)
def test_a_cancellation_cancels_its_original_or_its_own_number(
    changes: tuple[tuple[str, str], ...], invoice: str
) -> None:
    (event,) = events(pieces(FORMAT, message(*changes), KNOWN))

    assert (event["type"], event["id"]) == ("invoice.cancelled.v1", f"{invoice}:cancelled")
    assert event["data"] == {
        "creditor": "acme",
        "debtor": "C-7",
        "invoice": invoice,
        "reason": "cancelled by the seller",
    }


def test_a_copy_is_the_same_invoice() -> None:
    first, copy = events(pieces(FORMAT, message() + message(coded("INV01", "Copy")), KNOWN))

    assert first == copy


# --- whose, and who ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "seller",
    [
        "<SellerPartyDetails><SellerPartyIdentifier> 2345678-0 </SellerPartyIdentifier></SellerPartyDetails>",
        "<SellerPartyDetails><SellerOrganisationTaxCode>FI23456780</SellerOrganisationTaxCode></SellerPartyDetails>",
        "<SellerOrganisationUnitNumber>00372345678012</SellerOrganisationUnitNumber>",
        "",
    ],
)
def test_the_creditor_is_found_by_any_form_of_the_business_id_or_by_the_account(seller: str) -> None:
    (said,) = data_of(pieces(FORMAT, message((SELLER, seller)), KNOWN))

    assert said["creditor"] == "acme"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ((("2345678-0", "7654321-0"),), "business id 7654321-0"),
        (((SELLER, ""), ("FI21 1234 5600 0007 85", "FI1410093000123458")), "bank account FI1410093000123458"),
    ],
)
def test_an_unknown_seller_is_a_fault_that_says_what_to_register(
    changes: tuple[tuple[str, str], ...], says: str
) -> None:
    (fault,) = faults(pieces(FORMAT, message(*changes), KNOWN))

    assert fault.reason == "unknown-creditor"
    assert says in fault.lines[0]


def test_a_seller_without_any_id_is_a_fault() -> None:
    (fault,) = faults(pieces(FORMAT, message((SELLER, ""), (EPI, "")), KNOWN))

    assert fault.reason == "no-seller"


def test_a_claim_that_a_finance_company_owns_is_not_ours_to_collect() -> None:
    sold = (ROW, wrapped("1", "FactoringAgreementDetails", "FactoringAgreementIdentifier") + ROW)

    (fault,) = faults(pieces(FORMAT, message(sold, ("FI21 1234 5600 0007 85", "FI1410093000123458")), KNOWN))
    assert (fault.reason, fault.creditor) == ("transferred-claim", "acme")

    assert len(data_of(pieces(FORMAT, message(sold), KNOWN))) == 1


@pytest.mark.parametrize(
    ("identifier", "more", "debtor", "kind"),
    [
        ("C-7", "", "C-7", "consumer"),
        ("7654321-0", "", "7654321-0", "business"),
        ("23064613", "", "2306461-3", "business"),
        ("12345678", "", "12345678", "consumer"),
        ("C-7", "<BuyerOrganisationTaxCode>FI23064613</BuyerOrganisationTaxCode>", "C-7", "business"),
        ("", "<BuyerOrganisationTaxCode>FI23064613</BuyerOrganisationTaxCode>", "2306461-3", "business"),
        ("", "", "N-b829c823415f", "consumer"),
        ("131052-308T", "", "N-b829c823415f", "consumer"),
        ("", "<BuyerOrganisationTaxCode>131052-308T</BuyerOrganisationTaxCode>", "N-b829c823415f", "consumer"),
    ],
)
def test_the_debtor_goes_by_number_then_business_id_then_name_and_address_and_never_by_a_personal_code(
    identifier: str, more: str, debtor: str, kind: str
) -> None:
    data = message(
        (
            "<BuyerPartyIdentifier>C-7</BuyerPartyIdentifier>",
            f"<BuyerPartyIdentifier>{identifier}</BuyerPartyIdentifier>",
        ),
        ("</BuyerOrganisationName>", f"</BuyerOrganisationName>{more}"),
    )

    (said,) = data_of(pieces(FORMAT, data, KNOWN))

    assert (said["debtor"], said["party"]["kind"]) == (debtor, kind)
    assert "131052" not in str(said)


def test_the_sellers_customer_number_counts_where_the_buyer_gives_none() -> None:
    data = message(
        ("<BuyerPartyIdentifier>C-7</BuyerPartyIdentifier>", ""),
        (DAY, f"{DAY}<SellersBuyerIdentifier>K 12</SellersBuyerIdentifier>"),
    )

    assert data_of(pieces(FORMAT, data, KNOWN))[0]["debtor"] == "K 12"


def test_what_is_no_address_or_language_is_left_out_and_the_recipients_own_serve() -> None:
    recipient = """<InvoiceRecipientPartyDetails><InvoiceRecipientPostalAddressDetails>
        <InvoiceRecipientTownName>Turku</InvoiceRecipientTownName>
        <InvoiceRecipientPostCodeIdentifier>20100</InvoiceRecipientPostCodeIdentifier>
        <InvoiceRecipientPostOfficeBoxIdentifier>PL 22</InvoiceRecipientPostOfficeBoxIdentifier>
        </InvoiceRecipientPostalAddressDetails></InvoiceRecipientPartyDetails>"""
    data = message(
        (SELLER, SELLER + recipient),
        ("<BuyerTownName>Esimerkkilä</BuyerTownName>", ""),
        ("aino@asukas.example", "ei ole"),
        (">SV<", ">XX<"),
    )

    (said,) = data_of(pieces(FORMAT, data, KNOWN))

    assert said["party"] == {
        "kind": "consumer",
        "name": "Aino Mallila",
        "address": {"street": "PL 22", "postcode": "20100", "city": "Turku"},
    }


# --- fields --------------------------------------------------------------------------------------


def test_without_a_reference_the_invoice_gets_one_made_of_its_number() -> None:
    elsewhere = wrapped("1234561", "EpiIdentificationDetails", "EpiReference")

    (said,) = data_of(pieces(FORMAT, message((REFERENCE, "")), KNOWN))
    (zeros,) = data_of(pieces(FORMAT, message((">10016<", ">0000<")), KNOWN))
    (epi,) = data_of(pieces(FORMAT, message((REFERENCE, ""), ("<EpiDetails>", f"<EpiDetails>{elsewhere}")), KNOWN))

    assert said["reference"] == zeros["reference"] == "10016"
    assert epi["reference"] == "1234561"


def test_late_interest_is_the_percentage_of_the_invoice() -> None:
    fine = wrapped("11,50", "PaymentOverDueFineDetails", "PaymentOverDueFinePercent") + "</PaymentTermsDetails>"

    (said,) = data_of(pieces(FORMAT, message(("</PaymentTermsDetails>", fine)), KNOWN))

    assert said["late_interest"] == "11.50"


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ((">10016<", ">10017<"), "EpiRemittanceInfoIdentifier: is not a valid reference"),
        ((">20260109<", ">20261309<"), "InvoiceDate: must be the day of the invoice"),
        ((DAY, ""), "InvoiceDate: must be the day of the invoice"),
        ((">20260123<", ">soon<"), "InvoiceDueDate: is not a date"),
        ((NUMBER, ""), "InvoiceNumber: is missing"),
        (("100,00", "1e9"), "EpiInstructedAmount or InvoiceTotalVatIncludedAmount: is not an amount"),
        (("100,00", "100,005"), "has more decimals than EUR has"),
        (('"EUR"', '"???"'), "AmountCurrencyIdentifier: is not an ISO 4217 currency code"),
        (("Aino  Mallila", " "), "BuyerOrganisationName: is missing"),
    ],
)
def test_a_field_that_is_wrong_is_a_fault_in_the_files_own_words_without_its_value(
    change: tuple[str, str], line: str
) -> None:
    (fault,) = pieces(FORMAT, message(change), KNOWN)

    assert isinstance(fault, Fault)
    assert (fault.creditor, fault.where) == ("acme", "message 1")
    assert any(line in said for said in fault.lines)
    assert not any("Mallila" in said for said in fault.lines)


# --- terms instead of a due date -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "days", "due"),
    [("14 päivää netto", 14, "2026-01-23"), ("", 30, "2026-02-08"), ("netto", 0, "2026-01-09")],
)
def test_without_a_due_date_the_creditors_terms_count(words: str, days: int, due: str) -> None:
    (said,) = data_of(pieces(FORMAT, without_due_date(words), replace(KNOWN, terms_days=days)))

    assert said["due"] == due


@pytest.mark.parametrize(("words", "days"), [("14 päivää netto", 30), ("7 pv -2 %, 30 pv netto", 14), ("", None)])
def test_terms_that_do_not_say_the_due_date_are_a_fault_that_says_what_to_do(words: str, days: int | None) -> None:
    (fault,) = faults(pieces(FORMAT, without_due_date(words), replace(KNOWN, terms_days=days)))

    assert (fault.reason, fault.creditor) == ("missing-field", "acme")
    assert fault.lines[0].startswith("InvoiceDueDate: is missing; write the due date")


def without_due_date(words: str) -> bytes:
    terms = f"<PaymentTermsDetails><PaymentTermsFreeText>{words}</PaymentTermsFreeText></PaymentTermsDetails>"
    return message((TERMS, terms), ('<EpiDateOptionDate Format="CCYYMMDD">20260123</EpiDateOptionDate>', ""))
