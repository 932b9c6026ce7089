"""What one transaction of a bank's report pays: invoices, credit notes, foreign money, from whom, on which day."""

from typing import Any

import pytest

from tests.unit.intake.formats.camt_messages import (
    amounts,
    credit_note,
    entry,
    invoice_paid,
    money,
    notification,
    payments,
    read_notification,
    read_statement,
    statement,
    strd,
    transaction,
)
from tests.unit.intake.formats.file_reading import events, faults

CREDIT_NOTE = "<RfrdDocInf><Tp><CdOrPrtry><Cd>CREN</Cd></CdOrPrtry></Tp><Nb>K-7</Nb></RfrdDocInf>"
INVOICE = "<RfrdDocInf><Tp><CdOrPrtry><Cd>CINV</Cd></CdOrPrtry></Tp><Nb>1001</Nb></RfrdDocInf>"


def paid(amount: str, remittance: str, more: str = "", parties: str = "") -> list[dict[str, Any]]:
    """The payments of one transaction."""
    found = read_notification(notification(entry(amount, transaction(amount, "A1", remittance, more, parties))))
    assert faults(found) == []
    return payments(found)


def parts(remittance: str, amount: str) -> list[tuple[str, str, str | None]]:
    return [(said["payment"], said["amount"], said.get("reference")) for said in paid(amount, remittance)]


# --- words ---------------------------------------------------------------------------------------


def test_all_words_that_the_bank_gives_are_the_message_of_the_payment() -> None:
    single = transaction("30.00", "A1", "<Ustrd>lasku 7</Ustrd>", "<AddtlTxInf>from the branch</AddtlTxInf>")
    single = single.replace("<Refs>", "<Refs><EndToEndId>E2E-1001</EndToEndId>")

    (said,) = payments(read_notification(notification(with_words("30.00", "invoice 1002", single))))

    assert said["message"] == "lasku 7\nE2E-1001\nfrom the branch\ninvoice 1002"


def test_an_id_that_was_not_provided_is_no_word_and_words_are_said_once() -> None:
    single = transaction("30.00", "A1", "<Ustrd>lasku 7</Ustrd>", "<AddtlTxInf>lasku 7</AddtlTxInf>")
    single = single.replace("<Refs>", "<Refs><EndToEndId>NOTPROVIDED</EndToEndId>")

    (said,) = payments(read_notification(notification(entry("30.00", single))))

    assert said["message"] == "lasku 7"


def test_the_words_of_an_entry_with_several_transactions_are_none_of_them() -> None:
    message = notification(with_words("50.00", "two of them", transaction("30.00", "A1"), transaction("20.00", "A2")))

    assert ["message" in said for said in payments(read_notification(message))] == [False, False]


def with_words(amount: str, words: str, *transactions: str) -> str:
    """An entry with additional information behind its transactions."""
    return entry(amount, *transactions).replace("</Ntry>", f"<AddtlNtryInf>{words}</AddtlNtryInf></Ntry>")


# --- charges of the creditor's bank --------------------------------------------------------------

CHARGE = "<Chrgs><Amt Ccy='EUR'>{}</Amt><CdtDbtInd>DBIT</CdtDbtInd></Chrgs>"
RECORDS = "<Chrgs><TtlChrgsAndTaxAmt Ccy='EUR'>{0}</TtlChrgsAndTaxAmt><Rcrd><Amt Ccy='EUR'>{0}</Amt></Rcrd></Chrgs>"


@pytest.mark.parametrize("charge", [CHARGE, RECORDS])
def test_what_the_creditors_bank_charged_does_not_lessen_the_payers_money(charge: str) -> None:
    message = notification(entry("390.00", transaction("400.00", "A1", more=charge.format("10.00"))))

    found = read_notification(message)

    assert amounts(found) == {"A1": "400.00"}
    assert [said["charges"] for said in payments(found)] == ["10.00"]


@pytest.mark.parametrize("gross", ["InstdAmt", "CntrValAmt"])
def test_an_amount_after_charges_gives_way_to_the_one_before_them(gross: str) -> None:
    def after_charges(amount: str, before: str, id_: str) -> str:
        stated = f"<{gross}>{money(before)}</{gross}></AmtDtls>"
        return transaction(amount, id_, more=CHARGE.format("10.00")).replace("</AmtDtls>", stated)

    one = entry("390.00", after_charges("390.00", "400.00", "A1"))
    several = entry("180.00", after_charges("90.00", "100.00", "B1"), after_charges("90.00", "100.00", "B2"))

    found = read_notification(notification(one, several))

    assert faults(found) == []
    assert amounts(found) == {"A1": "400.00", "B1": "100.00", "B2": "100.00"}


def test_what_other_banks_took_on_the_way_was_not_paid_to_the_creditor() -> None:
    reported = transaction("390.00", "A1", more=CHARGE.format("4.00"))
    reported = reported.replace("</AmtDtls>", f"<InstdAmt>{money('400.00')}</InstdAmt></AmtDtls>")

    assert amounts(read_notification(notification(entry("390.00", reported)))) == {"A1": "390.00"}


def test_charges_of_several_transactions_lead_from_their_sum_to_the_entry() -> None:
    first = transaction("100.00", "A1", more=CHARGE.format("1.50"))
    second = transaction("60.00", "A2", more=CHARGE.format("1.50"))

    found = read_notification(notification(entry("157.00", first, second, batch=2)))

    assert faults(found) == []
    assert amounts(found) == {"A1": "100.00", "A2": "60.00"}


def test_charges_may_be_given_for_the_whole_entry() -> None:
    charged = CHARGE.format("3.00")
    several = entry("157.00", transaction("100.00", "A1"), transaction("60.00", "A2"), marks=charged)
    one = entry("97.00", transaction("100.00", "B1"), marks=charged, reference="20260109ENTRY2")

    found = read_notification(notification(several, one))

    assert faults(found) == []
    assert amounts(found) == {"A1": "100.00", "A2": "60.00", "B1": "100.00"}


@pytest.mark.parametrize("total", ["160.00", "156.00"])
def test_charges_for_information_change_nothing_and_others_must_lead_to_the_entry(total: str) -> None:
    first = transaction("100.00", "A1", more=CHARGE.format("1.50"))
    second = transaction("60.00", "A2", more=CHARGE.format("1.50"))

    found = read_notification(notification(entry(total, first, second, batch=2)))

    assert amounts(found) == {"A1": "100.00", "A2": "60.00"}
    assert [fault.reason for fault in faults(found)] == ([] if total == "160.00" else ["details-do-not-tie"])


def test_the_only_transaction_is_the_entry_where_charges_do_not_lead_to_it() -> None:
    message = notification(entry("390.00", transaction("400.00", "A1", more=CHARGE.format("4.00"))))

    assert amounts(read_notification(message)) == {"A1": "390.00"}


def test_a_return_with_charges_takes_back_no_more_than_the_payment() -> None:
    back = transaction("100.00", "A1", more=CHARGE.format("3.00"))

    (event,) = events(read_notification(notification(entry("103.00", back, direction="DBIT"))))

    assert (event["type"], event["data"]["amount"]) == ("payment.reversed.v1", "100.00")


def test_charges_are_the_rest_of_a_statement_that_ties() -> None:
    charged = entry("390.00", transaction("400.00", "A1", more=CHARGE.format("10.00")))

    *_, completed = events(read_statement(statement("1000.00", "1390.00", charged)))

    said = completed["data"]["statement"]
    assert completed["data"]["sum"] == "400.00"
    assert [said[name] for name in ("received", "returned", "other")] == ["400.00", "0.00", "-10.00"]


# --- several invoices at once --------------------------------------------------------------------


def test_several_remittances_are_a_payment_each() -> None:
    assert parts(invoice_paid("10016", "60.00") + invoice_paid("10029", "40.00"), "100.00") == [
        ("A1#1", "60.00", "10016"),
        ("A1#2", "40.00", "10029"),
    ]


def test_a_credit_note_is_taken_off_the_invoice_that_is_paid_with_it() -> None:
    assert parts(invoice_paid("10016", "100.00") + credit_note("30.00"), "70.00") == [("A1", "70.00", "10016")]


def test_credit_notes_larger_than_the_last_invoice_are_taken_off_the_one_before_too() -> None:
    reported = invoice_paid("10016", "60.00") + invoice_paid("10029", "40.00") + credit_note("45.00")

    assert parts(reported, "55.00") == [("A1", "55.00", "10016")]


def test_a_credit_note_may_be_known_by_the_kind_of_its_document() -> None:
    note = strd(amounts=money("30.00", name="RmtdAmt"), document=CREDIT_NOTE)

    assert parts(invoice_paid("10016", "100.00") + note, "70.00") == [("A1", "70.00", "10016")]


def test_remittances_that_do_not_come_to_the_money_are_not_believed() -> None:
    (said,) = paid("100.00", invoice_paid("10016", "60.00") + invoice_paid("10029", "41.00"))

    assert said["amount"] == "100.00"
    assert "reference" not in said
    assert said["message"] == "10016\n10029"


def test_remittances_in_another_currency_leave_the_money_whole() -> None:
    reported = strd("10016", money("60.00", "USD", "RmtdAmt")) + strd("10029", money("40.00", "USD", "RmtdAmt"))

    assert parts(reported, "91.50") == [("A1", "91.50", None)]


def test_what_several_remittances_with_one_reference_pay_stays_whole() -> None:
    assert parts(strd("10016") + strd("10016"), "100.00") == [("A1", "100.00", "10016")]


def test_a_single_remittance_gets_the_money_that_was_booked_and_not_what_the_payer_wrote() -> None:
    assert parts(invoice_paid("10016", "120.00"), "118.00") == [("A1", "118.00", "10016")]


def test_a_return_of_a_transaction_with_several_remittances_takes_back_each_part() -> None:
    reported = transaction("100.00", "A1", invoice_paid("10016", "60.00") + invoice_paid("10029", "40.00"))

    found = read_notification(notification(entry("100.00", reported, direction="DBIT", marks="<RvslInd>1</RvslInd>")))

    assert [(event["data"]["payment"], event["data"]["amount"]) for event in events(found)] == [
        ("A1#1", "60.00"),
        ("A1#2", "40.00"),
    ]


# --- references and messages ---------------------------------------------------------------------


@pytest.mark.parametrize("written", ["00000000000000010016", "RF0810016 ", "1 0016"])
def test_references_are_passed_on_as_they_are_written(written: str) -> None:
    (said,) = paid("100.00", strd(written))

    assert said["reference"] == " ".join(written.split())


def test_free_text_and_numbers_of_documents_are_the_message() -> None:
    remittance = f"<Ustrd>Invoices 123 and 321</Ustrd><Ustrd>thanks</Ustrd>{strd(document=INVOICE)}"

    (said,) = paid("100.00", remittance)

    assert "reference" not in said
    assert said["message"] == "Invoices 123 and 321\nthanks\n1001"


# --- who and when --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "parties",
    [
        "<Dbtr><Nm>Aino Mallila</Nm></Dbtr>",
        "<Dbtr><Pty><Nm>Aino Mallila</Nm></Pty></Dbtr>",
        "<UltmtDbtr><Nm>Aino Mallila</Nm></UltmtDbtr>",
    ],
)
def test_the_payer_is_named_however_the_version_wraps_it(parties: str) -> None:
    account = "<DbtrAcct><Id><IBAN>FI1410093000123458</IBAN></Id></DbtrAcct>"

    (said,) = paid("100.00", strd("10016"), parties=parties + account)

    assert said["payer"] == {"name": "Aino Mallila", "iban": "FI1410093000123458"}


@pytest.mark.parametrize(
    ("accepted", "day"),
    [
        ("2026-01-08T10:00:00+02:00", "2026-01-08"),
        ("2026-01-07T23:30:00Z", "2026-01-08"),  # half past one in Helsinki
        ("2026-01-08", "2026-01-08"),
        ("2026-01-10T10:00:00+02:00", "2026-01-09"),  # after its booking: not believed
        ("1999-12-31T00:00:00", "2026-01-09"),  # some system's default
        ("yesterday", "2026-01-09"),
    ],
)
def test_the_payers_own_payment_date_counts_for_lateness(accepted: str, day: str) -> None:
    (said,) = paid("100.00", strd("10016"), f"<RltdDts><AccptncDtTm>{accepted}</AccptncDtTm></RltdDts>")

    assert (said["paid"], said["booked"]) == (day, "2026-01-09")


# --- how much ------------------------------------------------------------------------------------


def test_of_foreign_money_counts_what_was_booked_on_the_account() -> None:
    reported = (
        f"<TxDtls><AmtDtls><InstdAmt>{money('2082.58', 'SEK')}</InstdAmt>"
        f"<TxAmt>{money('216.85')}<CcyXchg><SrcCcy>SEK</SrcCcy></CcyXchg></TxAmt></AmtDtls></TxDtls>"
    )

    assert amounts(read_notification(notification(entry("216.85", reported)))) == {"20260109ENTRY1": "216.85"}


def test_one_of_several_transactions_stated_only_in_foreign_money_is_a_fault_and_the_others_are_paid() -> None:
    reported = transaction("50.00", "A1"), "<TxDtls><Amt Ccy='SEK'>300.00</Amt></TxDtls>"

    found = read_notification(notification(entry("80.00", *reported, batch=2)))

    assert amounts(found) == {"A1": "50.00"}
    assert [fault.reason for fault in faults(found)] == ["wrong-entry", "details-do-not-tie"]


@pytest.mark.parametrize("written", ["50", "50.0", "50.00", "50.00000"])
def test_zeros_beyond_the_cents_are_forgiven(written: str) -> None:
    assert amounts(read_notification(notification(entry(written, transaction(written, "A1"))))) == {"A1": "50.00"}


@pytest.mark.parametrize("written", ["50,00", "50.001", "-50.00", "fifty", "", "1" * 60])
def test_an_amount_that_is_none_is_a_fault_that_does_not_repeat_it(written: str) -> None:
    found = read_notification(notification(entry(written, transaction("50.00", "A1"))))

    assert events(found) == []
    (fault,) = faults(found)
    assert fault.reason == "wrong-entry"
    assert not written or written not in fault.lines[0]


def test_a_transaction_of_nothing_is_no_payment() -> None:
    assert read_notification(notification(entry("0.00", transaction("0.00", "A1")))) == []
