"""UBL invoices and credit notes: the public samples of EN 16931 and Peppol BIS 3, and small ones of our own."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.formats.format import HEAD, Fault
from services.intake.formats.ubl import FORMAT
from tests.unit.intake.formats.file_reading import Anybody, Registered, damaged, data_of, events, faults, pieces

KNOWN = Registered(accounts={"FI2112345600000785": "acme"}, businesses={"2345678-0": "acme"})

OPEN = """<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
 xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
 xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">"""
NUMBER = "<cbc:ID>1001</cbc:ID>"
DUE = "<cbc:DueDate>2026-01-23</cbc:DueDate>"
CODE = "<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>"
NOTE = '<cbc:Note languageID="sv-FI">Tack</cbc:Note>'
SELLER = """<cac:AccountingSupplierParty><cac:Party><cbc:EndpointID schemeID="0216">003723456780</cbc:EndpointID>
<cac:PartyLegalEntity><cbc:RegistrationName>Myyjä Oy</cbc:RegistrationName></cac:PartyLegalEntity>
</cac:Party></cac:AccountingSupplierParty>"""
IDENTITY = "<cac:PartyIdentification><cbc:ID>C-7</cbc:ID></cac:PartyIdentification>"
LEGAL = "<cac:PartyLegalEntity><cbc:RegistrationName>Aino Mallila</cbc:RegistrationName></cac:PartyLegalEntity>"
BUYER = f"""<cac:AccountingCustomerParty><cac:Party>{IDENTITY}<cac:PostalAddress>
<cbc:StreetName>Tarutie 4</cbc:StreetName><cbc:CityName>Esimerkkilä</cbc:CityName><cbc:PostalZone>00000</cbc:PostalZone>
<cac:Country><cbc:IdentificationCode>FI</cbc:IdentificationCode></cac:Country></cac:PostalAddress>{LEGAL}
<cac:Contact><cbc:ElectronicMail>aino@asukas.example</cbc:ElectronicMail></cac:Contact>
</cac:Party></cac:AccountingCustomerParty>"""
REFERENCE = "<cbc:PaymentID>RF0810016</cbc:PaymentID>"
MEANS = f"""<cac:PaymentMeans><cbc:PaymentMeansCode>58</cbc:PaymentMeansCode>{REFERENCE}<cac:PayeeFinancialAccount>
<cbc:ID>FI2112345600000785</cbc:ID></cac:PayeeFinancialAccount></cac:PaymentMeans>"""
PAYABLE = '<cbc:PayableAmount currencyID="EUR">100</cbc:PayableAmount>'
TOTALS = f"""<cac:LegalMonetaryTotal><cbc:TaxInclusiveAmount currencyID="EUR">100.00</cbc:TaxInclusiveAmount>{PAYABLE}
</cac:LegalMonetaryTotal>"""
LINE = "<cac:InvoiceLine><cbc:ID>1</cbc:ID></cac:InvoiceLine>"
ISSUE = "<cbc:IssueDate>2026-01-09</cbc:IssueDate>"
INVOICE = (
    f"{OPEN}{NUMBER}{ISSUE}{DUE}{CODE}{NOTE}<cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>"
    f"{SELLER}{BUYER}{MEANS}{TOTALS}{LINE}</Invoice>"
)
ORIGINAL = """<cac:BillingReference><cac:InvoiceDocumentReference><cbc:ID>{}</cbc:ID></cac:InvoiceDocumentReference>
</cac:BillingReference>"""
ISSUED: dict[str, Any] = {
    "creditor": "acme",
    "debtor": "C-7",
    "party": {
        "kind": "consumer",
        "name": "Aino Mallila",
        "email": "aino@asukas.example",
        "language": "sv",
        "address": {"street": "Tarutie 4", "postcode": "00000", "city": "Esimerkkilä", "country": "FI"},
    },
    "invoice": "1001",
    "reference": "RF0810016",
    "issued": "2026-01-09",
    "due": "2026-01-23",
    "amount": "100",
    "currency": "EUR",
}
CREDIT_NOTE = (
    (OPEN, OPEN.replace("Invoice", "CreditNote")),
    ("</Invoice>", "</CreditNote>"),
    (CODE, "<cbc:CreditNoteTypeCode>381</cbc:CreditNoteTypeCode>"),
)


def document(*changes: tuple[str, str]) -> bytes:
    """An invoice in which some pieces are replaced by others."""
    text = INVOICE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text.encode()


def original(*numbers: str) -> tuple[str, str]:
    return NOTE, NOTE + "".join(map(ORIGINAL.format, numbers))


def payable(amount: str) -> tuple[str, str]:
    return PAYABLE, PAYABLE.replace("100", amount)


# --- the samples ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kind", "id_", "debtor", "amount"),
    [
        ("en16931-ubl-tc434-example1.xml", "issued", "12115118:issued", "10202", "250.33 EUR"),
        ("en16931-ubl-tc434-example2.xml", "issued", "TOSL108:issued", "987654321", "801.78 NOK"),
        ("en16931-ubl-tc434-example3.xml", "issued", "TOSL108:issued", "987654321", "2005.00 DKK"),
        ("en16931-ubl-tc434-example4.xml", "issued", "TOSL110:issued", "5790000436057", "4675.00 DKK"),
        ("peppol-Allowance-example.xml", "issued", "Snippet1:issued", "39937423947", "6125.00 EUR"),
        ("peppol-Norwegian-example-1.xml", "issued", "TOSL108:issued", "987654325", "802.00 NOK"),
        ("peppol-base-example.xml", "issued", "Snippet1:issued", "39937423947", "1656.25 EUR"),
        ("peppol-sales-order-example.xml", "issued", "Snippet1:issued", "39937423947", "1656.25 EUR"),
        ("peppol-base-creditnote-correction.xml", "credited", "Snippet1:credited", "39937423947", "1656.25 EUR"),
        ("peppol-base-negative-inv-correction.xml", "credited", "Correction1:credited", "39937423947", "1656.25 EUR"),
    ],
)
def test_a_sample_asks_or_credits_its_payable_amount(
    shared: Path, name: str, kind: str, id_: str, debtor: str, amount: str
) -> None:
    raw = (shared / "samples" / "ubl" / name).read_bytes()

    assert FORMAT.recognises(raw[:HEAD])
    (event,) = events(pieces(FORMAT, raw, Anybody()))

    assert (event["type"], event["id"]) == (f"invoice.{kind}.v1", id_)
    said = event["data"]
    assert (said["debtor"], f"{said['amount']} {said['currency']}") == (debtor, amount)
    if kind == "credited":
        assert said["invoice"] == "Snippet1"


@pytest.mark.parametrize(
    ("name", "reason", "line"),
    [
        ("en16931-ubl-tc434-creditnote1.xml", "no-original-invoice", "BillingReference: is missing"),
        ("peppol-vat-category-E.xml", "missing-field", "DueDate: is missing"),
    ],
)
def test_a_sample_that_leaves_out_what_is_needed_is_a_fault_that_names_it(
    shared: Path, name: str, reason: str, line: str
) -> None:
    raw = (shared / "samples" / "ubl" / name).read_bytes()

    assert FORMAT.recognises(raw[:HEAD])
    (fault,) = faults(pieces(FORMAT, raw, Anybody()))

    assert fault.reason == reason
    assert line in fault.lines[0]


def test_all_twelve_samples_are_there(shared: Path) -> None:
    assert len(list((shared / "samples" / "ubl").glob("*.xml"))) == 12


# --- documents -----------------------------------------------------------------------------------


def test_an_invoice_gives_all_that_it_says() -> None:
    data = document()

    assert FORMAT.recognises(data[:HEAD])
    (event,) = events(pieces(FORMAT, data, KNOWN))

    assert (event["source"], event["id"]) == ("//invoice/2345678-0", "1001:issued")
    assert event["time"] == "2026-01-09T04:00:00+00:00"
    assert event["data"] == ISSUED


def test_prefixes_may_be_anything() -> None:
    text = INVOICE.replace("cbc:", "a:").replace("xmlns:cbc=", "xmlns:a=").replace("cac:", "b:")
    data = text.replace("xmlns:cac=", "xmlns:b=").replace("<Invoice xmlns=", "<ubl:Invoice xmlns:ubl=")
    data = data.replace("</Invoice>", "</ubl:Invoice>")

    assert FORMAT.recognises(data.encode()[:HEAD])
    assert data_of(pieces(FORMAT, data.encode(), KNOWN)) == [ISSUED]


def test_in_its_peppol_envelope_the_envelopes_instant_is_when_it_became_known() -> None:
    envelope = b"""<StandardBusinessDocument xmlns="http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader">
        <StandardBusinessDocumentHeader><DocumentIdentification>
        <Standard>urn:oasis:names:specification:ubl:schema:xsd:Invoice-2</Standard><Type>Invoice</Type>
        <CreationDateAndTime>2026-01-10T10:00:00+02:00</CreationDateAndTime>
        </DocumentIdentification></StandardBusinessDocumentHeader>%s</StandardBusinessDocument>"""
    data = envelope % document()

    assert FORMAT.recognises(data[:HEAD])
    (event,) = events(pieces(FORMAT, data, KNOWN))

    assert event["time"] == "2026-01-10T08:00:00+00:00"
    assert event["data"] == ISSUED


def test_a_time_of_issue_is_when_it_became_known() -> None:
    data = document((ISSUE, f"{ISSUE}<cbc:IssueTime>15:30:00</cbc:IssueTime>"))

    assert events(pieces(FORMAT, data, KNOWN))[0]["time"] == "2026-01-09T13:30:00+00:00"


def test_several_documents_may_stand_in_one_file_and_lines_do_not_count_as_invoices() -> None:
    data = document() + b'<?xml version="1.0"?>' + document((NUMBER, "<cbc:ID>2</cbc:ID>"), (LINE, LINE * 50))

    assert [said["invoice"] for said in data_of(pieces(FORMAT, data, KNOWN))] == ["1001", "2"]


def test_other_files_are_not_taken_for_ubl() -> None:
    for other in (b"", b"<Invoice/>", b"<Finvoice/>", b'{"Invoice": 1}', b"<html>Invoice-2</html>"):
        assert not FORMAT.recognises(other)


def test_a_file_without_an_invoice_is_a_fault() -> None:
    data = OPEN.encode() + b"</Invoice>"

    assert [fault.reason for fault in faults(pieces(FORMAT, data, KNOWN))] == ["no-invoice"]


# --- what it means -------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["325", "751"])
def test_nothing_comes_of_a_document_that_asks_nothing(code: str) -> None:
    assert pieces(FORMAT, document((">380<", f">{code}<")), KNOWN) == []
    assert pieces(FORMAT, document(payable("0.00")), KNOWN) == []


@pytest.mark.parametrize(
    ("changes", "amount"),
    [
        ((*CREDIT_NOTE, payable("20.00")), "20.00"),
        ((*CREDIT_NOTE, payable("0.00")), "100.00"),
        ((*CREDIT_NOTE, (PAYABLE, "")), "100.00"),
        (((">380<", ">381<"), payable("20.00")), "20.00"),
        ((payable("-20.00"),), "20.00"),
    ],
)
def test_credit_notes_of_every_kind_credit_their_original(changes: tuple[tuple[str, str], ...], amount: str) -> None:
    data = document(*changes, original("7", "7"))

    (event,) = events(pieces(FORMAT, data, KNOWN))

    assert (event["type"], event["id"]) == ("invoice.credited.v1", "1001:credited")
    assert event["data"] == {
        "creditor": "acme",
        "debtor": "C-7",
        "invoice": "7",
        "credit_note": "1001",
        "amount": amount,
        "currency": "EUR",
        "issued": "2026-01-09",
    }


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ((payable("-20.00"),), "no-original-invoice"),
        ((payable("-20.00"), original("7", "8")), "several-original-invoices"),
        ((*CREDIT_NOTE, payable("-20.00"), original("7")), "wrong-field"),
    ],
)
def test_a_credit_note_that_cannot_be_is_a_fault(changes: tuple[tuple[str, str], ...], reason: str) -> None:
    (fault,) = faults(pieces(FORMAT, document(*changes), KNOWN))

    assert (fault.reason, fault.creditor, fault.where) == (reason, "acme", "document 1")


@pytest.mark.parametrize(
    "change",
    [
        (MEANS, MEANS.replace("</cbc:PaymentMeansCode>", "</cbc:PaymentMeansCode>" + DUE.replace("Due", "PaymentDue"))),
        (MEANS, f"{MEANS}<cac:PaymentTerms>{DUE.replace('Due', 'PaymentDue')}</cac:PaymentTerms>"),
    ],
)
def test_the_due_date_may_stand_with_the_payment(change: tuple[str, str]) -> None:
    data = document(change, (f"{ISSUE}{DUE}", ISSUE))

    assert data_of(pieces(FORMAT, data, KNOWN)) == [ISSUED]


TERMS = "<cac:PaymentTerms><cbc:Note>14 days net</cbc:Note></cac:PaymentTerms>"


def test_without_a_due_date_the_creditors_terms_count_and_the_fault_says_so() -> None:
    data = document((DUE, ""), (TOTALS, TERMS + TOTALS))

    (fault,) = faults(pieces(FORMAT, data, KNOWN))
    assert fault.lines[0].startswith("DueDate: is missing; write the due date")
    assert "terms_days of creditor.registered" in fault.lines[0]
    assert fault.content
    assert data_of(pieces(FORMAT, data, replace(KNOWN, terms_days=14))) == [ISSUED]


@pytest.mark.parametrize("days", [7, 30])
def test_terms_in_words_that_name_other_days_than_the_creditors_are_a_fault(days: int) -> None:
    data = document((DUE, ""), (TOTALS, TERMS + TOTALS))

    (fault,) = faults(pieces(FORMAT, data, replace(KNOWN, terms_days=days)))

    assert fault.reason == "missing-field"


def test_an_invoice_that_names_its_due_date_keeps_it() -> None:
    assert data_of(pieces(FORMAT, document(), replace(KNOWN, terms_days=30))) == [ISSUED]


LINES = "".join(f"<cac:AddressLine><cbc:Line>{line}</cbc:Line></cac:AddressLine>" for line in ("c/o Kota", "{}"))


@pytest.mark.parametrize(
    ("old", "new", "street"),
    [
        ("</cbc:PostalZone>", "</cbc:PostalZone>" + LINES.format("00000 Esimerkkilä"), "Tarutie 4, c/o Kota"),
        ("<cbc:PostalZone>00000</cbc:PostalZone>", LINES.format("FI-00000 Esimerkkilä"), "Tarutie 4, c/o Kota"),
        ("<cbc:StreetName>Tarutie 4</cbc:StreetName>", LINES.format("Tarutie 4"), "c/o Kota, Tarutie 4"),
    ],
)
def test_lines_of_a_hybrid_address_complete_it(old: str, new: str, street: str) -> None:
    (said,) = data_of(pieces(FORMAT, document((old, new)), KNOWN))

    assert said["party"]["address"] == {
        "street": street,
        "postcode": "00000",
        "city": "Esimerkkilä",
        "country": "FI",
    }


def test_an_address_of_lines_alone_is_read_where_one_of_them_is_postcode_and_town() -> None:
    parts = "<cbc:CityName>Esimerkkilä</cbc:CityName><cbc:PostalZone>00000</cbc:PostalZone>"
    changes = (("<cbc:StreetName>Tarutie 4</cbc:StreetName>", ""), (parts, LINES.format("00000 Esimerkkilä")))

    (said,) = data_of(pieces(FORMAT, document(*changes), KNOWN))

    assert said["party"]["address"]["street"] == "c/o Kota"
    assert said["party"]["address"]["city"] == "Esimerkkilä"


def test_a_payment_id_that_is_no_reference_is_not_taken_for_one() -> None:
    (text_,) = data_of(pieces(FORMAT, document((">RF0810016<", ">Invoice 1001<")), KNOWN))
    (second,) = data_of(pieces(FORMAT, document((REFERENCE, f"<cbc:PaymentID>x</cbc:PaymentID>{REFERENCE}")), KNOWN))

    assert text_["reference"] == "10016"
    assert second["reference"] == "RF0810016"


@pytest.mark.parametrize(
    ("changes", "debtor", "kind", "business_id"),
    [
        ((), "C-7", "consumer", None),
        (
            (
                (
                    "</cac:Party></cac:AccountingCustomerParty>",
                    "</cac:Party>"
                    "<cbc:SupplierAssignedAccountID>K 12</cbc:SupplierAssignedAccountID></cac:AccountingCustomerParty>",
                ),
            ),
            "K 12",
            "consumer",
            None,
        ),
        (
            (
                (IDENTITY, ""),
                (
                    "</cbc:RegistrationName></cac:PartyLegalEntity>\n<cac:Contact>",
                    "</cbc:RegistrationName><cbc:CompanyID>FI76543210</cbc:CompanyID></cac:PartyLegalEntity>\n<cac:Contact>",
                ),
            ),
            "7654321-0",
            "business",
            "7654321-0",
        ),
        (((IDENTITY, IDENTITY.replace("<cbc:ID>C-7", '<cbc:ID schemeID="0088">123')),), "123", "business", "123"),
        (
            ((IDENTITY, '<cbc:EndpointID schemeID="0216">003776543210</cbc:EndpointID>'),),
            "7654321-0",
            "business",
            "7654321-0",
        ),
        (
            ((IDENTITY, '<cbc:EndpointID schemeID="EM">a@b.example</cbc:EndpointID>'),),
            "N-b829c823415f",
            "consumer",
            None,
        ),
    ],
)
def test_the_debtor_goes_by_the_customer_number_else_by_an_organisations_ids(
    changes: tuple[tuple[str, str], ...], debtor: str, kind: str, business_id: str | None
) -> None:
    (said,) = data_of(pieces(FORMAT, document(*changes), KNOWN))

    assert said["debtor"] == debtor
    assert (said["party"]["kind"], said["party"].get("business_id")) == (kind, business_id)


def test_a_person_is_named_where_there_is_no_organisation() -> None:
    person = "<cac:Person><cbc:FirstName>Aino</cbc:FirstName><cbc:FamilyName>Mallila</cbc:FamilyName></cac:Person>"

    (said,) = data_of(pieces(FORMAT, document((LEGAL, person)), KNOWN))

    assert said["party"]["name"] == "Aino Mallila"


def test_a_factored_invoice_paid_to_somebody_else_is_not_ours_to_collect() -> None:
    sold = (">380<", ">393<")

    (fault,) = faults(pieces(FORMAT, document(sold, ("FI2112345600000785", "FI1410093000123458")), KNOWN))

    assert fault.reason == "transferred-claim"
    assert data_of(pieces(FORMAT, document(sold), KNOWN)) == [ISSUED]


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ((f"{ISSUE}{DUE}", ISSUE), "DueDate: is missing"),
        (("2026-01-23", "23.1.2026"), "DueDate: is not a date"),
        (("2026-01-09", "2026-02-30"), "IssueDate: must be the day of the invoice"),
        ((">100<", ">1,00<"), "PayableAmount: is not an amount"),
        ((TOTALS, ""), "PayableAmount: is empty"),
        (("Aino Mallila", ""), "AccountingCustomerParty: RegistrationName: is missing"),
        ((SELLER, ""), "no creditor has registered the bank account"),
    ],
)
def test_a_field_that_is_wrong_is_a_fault_in_the_files_own_words(change: tuple[str, str], line: str) -> None:
    (fault,) = pieces(FORMAT, document(change), Registered(businesses={"2345678-0": "acme"}))

    assert isinstance(fault, Fault)
    assert fault.where == "document 1"
    assert any(line in said for said in fault.lines)


@settings(max_examples=150, deadline=None)
@given(damaged(document() + document(*CREDIT_NOTE, original("7"))) | st.binary(max_size=300))
def test_whatever_the_bytes_are_reading_ends_in_events_and_faults(data: bytes) -> None:
    FORMAT.recognises(data[:HEAD])

    pieces(FORMAT, data, Anybody())
