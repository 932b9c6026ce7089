"""Which entries of a bank's report are money from customers, which take it back, and which are no money at all."""

from typing import Literal

import pytest

from tests.unit.intake.formats.camt_messages import (
    RECEIVED,
    REFERENCE_PAYMENTS,
    amounts,
    entry,
    notification,
    payments,
    read_notification,
    read_statement,
    statement,
    transaction,
)
from tests.unit.intake.formats.file_reading import events, faults

REVERSED = "<RvslInd>true</RvslInd>"


def family(family: str, sub_family: str, domain: str = "PMNT") -> str:
    return f"<Domn><Cd>{domain}</Cd><Fmly><Cd>{family}</Cd><SubFmlyCd>{sub_family}</SubFmlyCd></Fmly></Domn>"


def digits(code: str) -> str:
    return f"<Prtry><Cd>{code}</Cd><Issr>FFFS</Issr></Prtry>"


# --- booked or not -------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["PDNG", "INFO", "FUTR", "<Cd>PDNG</Cd>", "<Prtry>WAIT</Prtry>"])
def test_what_is_pending_or_for_information_is_no_money(status: str) -> None:
    found = read_notification(notification(entry("50.00", transaction("50.00", "A1"), status=status)))

    assert found == []


@pytest.mark.parametrize("status", ["BOOK", "<Cd>BOOK</Cd>", ""])
def test_what_is_booked_is_money_however_it_is_said(status: str) -> None:
    found = read_notification(notification(entry("50.00", transaction("50.00", "A1"), status=status)))

    assert amounts(found) == {"A1": "50.00"}


def test_entries_that_are_not_booked_are_not_part_of_the_balances() -> None:
    booked = entry("50.00", transaction("50.00", "A1"), reference="E1")
    pending = entry("70.00", transaction("70.00", "A2"), reference="E2", status="PDNG")

    found = read_statement(statement("100.00", "150.00", booked, pending))

    assert faults(found) == []
    assert amounts(found) == {"A1": "50.00"}
    assert events(found)[-1]["data"]["sum"] == "50.00"


# --- whose money ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("direction", "code"),
    [
        ("DBIT", family("ICDT", "ESCT")),
        ("DBIT", family("RDDT", "ESDD")),
        ("DBIT", family("MDOP", "CHRG")),
        ("DBIT", family("RCDT", "CHRG")),
        ("DBIT", digits("730 PALVELUMAKSUT")),
        ("DBIT", digits("702 LASKUT")),
        ("CRDT", family("MCOP", "INTR")),
        ("CRDT", family("CAPL", "OTHR", domain="CAMT")),
        ("CRDT", family("FTLN", "DDWN", domain="LDAS")),
        ("CRDT", digits("740 KORKO")),
    ],
)
def test_the_creditors_own_business_is_no_customers_money(direction: Literal["CRDT", "DBIT"], code: str) -> None:
    found = read_notification(notification(entry("9.00", transaction("9.00", "A1"), direction=direction, code=code)))

    assert found == []


@pytest.mark.parametrize(
    "code",
    [
        family("RCDT", "ESCT"),
        family("RRCT", "ESCT"),
        family("IDDT", "PMDD"),
        family("CNTR", "CDPT"),
        digits("700 SIIRTO"),
        digits("705 VIITESIIRROT"),
        digits("710 PANO"),
        digits("770 ULKOMAANMAKSU"),
        "<Prtry><Cd>544</Cd></Prtry>",
        "",
    ],
)
def test_a_credit_that_no_code_calls_the_creditors_own_is_never_left_out(code: str) -> None:
    found = read_notification(notification(entry("9.00", transaction("9.00", "A1"), code=code)))

    assert amounts(found) == {"A1": "9.00"}


# --- back again ----------------------------------------------------------------------------------


def test_a_reversed_credit_takes_the_payment_back_under_its_archive_id() -> None:
    returned = transaction("50.00", "A1", more="<RtrInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>closed</AddtlInf></RtrInf>")

    found = read_notification(notification(entry("50.00", returned, direction="DBIT", marks=REVERSED)))

    (event,) = events(found)
    assert event["type"] == "payment.reversed.v1"
    assert event["id"].startswith("A1:reversed:20260109ENTRY1:")
    assert (event["data"]["payment"], event["data"]["amount"]) == ("A1", "50.00")
    assert event["data"]["reason"] == "AC04\nclosed"


def test_a_debit_of_a_customers_transfer_or_direct_debit_is_a_return_without_the_mark_too() -> None:
    found = read_notification(
        notification(entry("50.00", transaction("50.00", "A1"), direction="DBIT", code=family("IDDT", "UPDD")))
    )

    assert [event["type"] for event in events(found)] == ["payment.reversed.v1"]


def test_a_return_that_lists_no_transaction_takes_back_what_its_entry_names() -> None:
    found = read_notification(notification(entry("50.00", direction="DBIT", marks=REVERSED, reference="A1")))

    (event,) = events(found)
    assert (event["type"], event["data"]["payment"]) == ("payment.reversed.v1", "A1")
    assert event["data"]["reason"] == "returned by the bank"


@pytest.mark.parametrize("code", [RECEIVED, digits("710 PANO"), ""])
def test_a_reversed_reversal_is_for_a_person_and_holds_the_account(code: str) -> None:
    found = read_notification(notification(entry("50.00", transaction("50.00", "A1"), marks=REVERSED, code=code)))

    assert events(found) == []
    (fault,) = faults(found)
    assert (fault.reason, fault.creditor, fault.account) == ("unclear-reversal", "acme", "FI2112345600000785")


def test_a_reversal_of_what_the_creditor_paid_is_the_creditors_own_business() -> None:
    returned = entry("50.00", transaction("50.00", "A1"), marks=REVERSED, code=family("ICDT", "RRTN"))

    assert read_notification(notification(returned)) == []


def test_a_transaction_that_goes_the_other_way_than_its_entry_is_for_a_person() -> None:
    back = transaction("20.00", "A2").replace("</AmtDtls>", "</AmtDtls><CdtDbtInd>DBIT</CdtDbtInd>")

    found = read_notification(notification(entry("30.00", transaction("50.00", "A1"), back, batch=2)))

    assert amounts(found) == {"A1": "50.00"}
    (fault,) = faults(found)
    assert (fault.reason, fault.where) == ("unclear-reversal", "notification 1, entry 1, transaction 2")


def test_a_failed_direct_debit_for_information_is_neither_payment_nor_reversal() -> None:
    failed = transaction("40.00", "A1", more="<RtrInf><Rsn><Cd>AC01</Cd></Rsn></RtrInf>")

    assert read_notification(notification(entry("40.00", failed, status="INFO", marks=REVERSED))) == []


# --- sums and their details ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "lump",
    [
        entry("80.00", batch=2, code=REFERENCE_PAYMENTS),
        entry("80.00", transaction("80.00"), batch=2),
        entry("80.00", code=REFERENCE_PAYMENTS),
        entry("80.00", transaction("80.00"), code=REFERENCE_PAYMENTS),
    ],
)
def test_a_lump_sum_of_a_statement_and_its_details_in_a_notification_are_one_money(lump: str) -> None:
    reported = entry("80.00", transaction("50.00", "A1"), transaction("30.00", "A2"), batch=2, code=REFERENCE_PAYMENTS)

    summed_up = read_statement(statement("100.00", "180.00", lump))
    detailed = read_notification(notification(reported))

    assert payments(summed_up) == []
    (completed,) = events(summed_up)
    assert completed["data"]["sum"] == "80.00"
    assert "count" not in completed["data"]  # how many they are, the details decide
    assert amounts(detailed) == {"A1": "50.00", "A2": "30.00"}


def test_a_statement_that_lists_its_batch_one_by_one_gives_the_same_payments_as_the_notification() -> None:
    reported = entry("80.00", transaction("50.00", "A1"), transaction("30.00", "A2"), batch=2)

    both = read_statement(statement("100.00", "180.00", reported)), read_notification(notification(reported))

    stated = both[0]
    told_by = ("channel", "statement")
    alike = [[{name: said[name] for name in said if name not in told_by} for said in payments(found)] for found in both]
    assert alike[0] == alike[1]
    assert [said["payment"] for said in payments(stated)] == ["A1", "A2"]
    assert events(stated)[-1]["data"]["count"] == 2


def test_a_notification_that_only_sums_up_is_a_fault_that_says_what_to_order() -> None:
    (fault,) = faults(read_notification(notification(entry("80.00", batch=2))))

    assert fault.reason == "details-missing"
    assert "order them from the bank" in fault.lines[0]


def test_details_that_do_not_add_up_are_a_fault_and_shut_the_feed() -> None:
    reported = entry("80.00", transaction("50.00", "A1"), transaction("29.99", "A2"), batch=2)

    found = read_statement(statement("100.00", "180.00", reported))

    assert [fault.reason for fault in faults(found)] == ["details-do-not-tie"]
    assert "bank-feed.completed.v1" not in [event["type"] for event in events(found)]


def test_a_summary_that_the_entries_do_not_come_to_is_a_fault() -> None:
    summary = "<TxsSummry><TtlCdtNtries><NbOfNtries>2</NbOfNtries><Sum>80.00</Sum></TtlCdtNtries></TxsSummry>"
    reported = entry("50.00", transaction("50.00", "A1"))

    (fault,) = faults(read_notification(notification(summary, reported)))

    assert fault.reason == "summary-does-not-tie"
    assert "TtlCdtNtries" in fault.lines[0]


@pytest.mark.parametrize("sign", ["<CdtDbtInd>UP</CdtDbtInd>", ""])
def test_an_entry_that_does_not_say_its_direction_is_a_fault_and_the_others_go_on(sign: str) -> None:
    good = entry("50.00", transaction("50.00", "A1"))
    bad = entry("30.00", transaction("30.00", "A2")).replace("<CdtDbtInd>CRDT</CdtDbtInd>", sign)

    found = read_notification(notification(bad, good))

    assert amounts(found) == {"A1": "50.00"}
    (fault,) = faults(found)
    assert (fault.reason, fault.where) == ("wrong-entry", "notification 1, entry 1")
