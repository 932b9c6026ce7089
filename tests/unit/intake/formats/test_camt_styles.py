"""Banks write the same message in many ways: versions, prefixes, frames, accounts, pages, several reports in a file."""

import re
from collections.abc import Callable

import pytest

from services.intake.formats import camt053, camt054
from services.intake.formats.format import HEAD
from services.intake.formats.registry import recognise
from tests.unit.intake.formats.camt_messages import (
    IBAN,
    KNOWN,
    amounts,
    balance,
    entry,
    notification,
    notifications,
    read_notification,
    read_statement,
    report,
    statement,
    statements,
    strd,
    transaction,
)
from tests.unit.intake.formats.file_reading import events, faults, pieces

ENTRY = entry("50.00", transaction("50.00", "A1", strd("10016")))
DECLARED = '<?xml version="1.0" encoding="UTF-8"?>\n'
OTHER_IBAN = "FI1410093000123458"


def prefixed(message: str) -> str:
    """The same message with a prefix before every name."""
    text = re.sub(r"<(/?)([A-Z])", r"<\1ns2:\2", message)
    return text.replace("xmlns=", "xmlns:ns2=")


def framed(message: str) -> str:
    """The same message in an envelope with a business application header, as some banks' channels send it."""
    header = '<AppHdr xmlns="urn:iso:std:iso:20022:tech:xsd:head.001.001.02"><BizMsgIdr>B1</BizMsgIdr></AppHdr>'
    return f"<BizMsgEnvlp>{header}{message}</BizMsgEnvlp>"


def without_namespace(message: str) -> str:
    return re.sub(r' xmlns="[^"]*"', "", message)


def on_one_line_each(message: str) -> str:
    return message.replace("><", ">\r\n\t<")


def commented(message: str) -> str:
    return DECLARED + message.replace("<Ntry>", "<!-- <Ntry> of the day --><Ntry><?bank hint?>")


def the_version(number: str) -> Callable[[str], str]:
    return lambda message: message.replace(".001.02", f".001.{number}")


STYLES = [
    *(pytest.param(the_version(number), id=number) for number in ("02", "03", "04", "06", "08", "10", "13", "14")),
    prefixed,
    framed,
    without_namespace,
    on_one_line_each,
    commented,
]


@pytest.mark.parametrize("style", STYLES)
def test_a_notification_is_recognised_and_read_in_every_style(style: Callable[[str], str]) -> None:
    message = style(notification(ENTRY))

    assert recognise(message.encode()[:HEAD]) is camt054.FORMAT
    assert amounts(read_notification(message)) == {"A1": "50.00"}


@pytest.mark.parametrize("style", STYLES)
def test_a_statement_is_recognised_and_read_in_every_style(style: Callable[[str], str]) -> None:
    message = style(statement("100.00", "150.00", ENTRY))

    assert recognise(message.encode()[:HEAD]) is camt053.FORMAT
    found = read_statement(message)
    assert amounts(found) == {"A1": "50.00"}
    assert events(found)[-1]["type"] == "bank-feed.completed.v1"


LATEST = """<TxDtls><Refs><AcctSvcrRef>A1</AcctSvcrRef><UETR>00000000-0000-4000-8000-000000000001</UETR></Refs>
<Amt Ccy="EUR">70.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><RltdPties><Dbtr><Pty><Nm>Mallila Oy</Nm>
<PstlAdr>{address}</PstlAdr></Pty></Dbtr><DbtrAcct><Id><IBAN>FI1410093000123458</IBAN></Id></DbtrAcct></RltdPties><RmtInf><Strd><RfrdDocAmt>
<RmtAmtAndTp><Tp><Cd>DUPA</Cd></Tp><Amt Ccy="EUR">120.00</Amt></RmtAmtAndTp>
<RmtAmtAndTp><Tp><Cd>REMI</Cd></Tp><Amt Ccy="EUR">100.00</Amt></RmtAmtAndTp></RfrdDocAmt>
<CdtrRefInf><Ref>10016</Ref></CdtrRefInf></Strd><Strd><RfrdDocAmt>
<RmtAmtAndTp><Tp><Cd>CREN</Cd></Tp><Amt Ccy="EUR">30.00</Amt></RmtAmtAndTp></RfrdDocAmt></Strd></RmtInf></TxDtls>"""
"""A transaction as the versions from 2025 on write it: a party wrapped, remitted amounts by their type."""
STRUCTURED = "<StrtNm>Tarutie</StrtNm><BldgNb>4</BldgNb><PstCd>00000</PstCd><TwnNm>Esimerkkilä</TwnNm><Ctry>FI</Ctry>"
HYBRID = "<TwnNm>Esimerkkilä</TwnNm><Ctry>FI</Ctry><AdrLine>Tarutie 4</AdrLine><AdrLine>00000 Esimerkkilä</AdrLine>"


@pytest.mark.parametrize("version", ["13", "14"])
@pytest.mark.parametrize("address", [STRUCTURED, HYBRID, "<AdrLine>Tarutie 4</AdrLine>"])
def test_the_latest_versions_give_what_the_others_give_whatever_form_an_address_has(version: str, address: str) -> None:
    single = LATEST.format(address=address)
    booked = entry("70.00", single).replace("<Sts>BOOK</Sts>", "<Sts><Cd>BOOK</Cd></Sts>")

    found = read_notification(notification(booked, version=version))

    assert faults(found) == []
    (said,) = [each["data"] for each in events(found)]
    assert (said["payment"], said["amount"], said["reference"]) == ("A1", "70.00", "10016")
    assert said["payer"] == {"name": "Mallila Oy", "iban": "FI1410093000123458"}


def test_a_bank_that_pays_for_itself_is_the_payer() -> None:
    single = transaction("50.00", "A1", parties="<Dbtr><Agt><FinInstnId><Nm>Mallipankki</Nm></FinInstnId></Agt></Dbtr>")

    (said,) = events(read_notification(notification(entry("50.00", single), version="13")))

    assert said["data"]["payer"] == {"name": "Mallipankki"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "iso-8859-15", "windows-1252", "utf-16"])
def test_an_encoding_that_is_declared_or_marked_is_read(encoding: str) -> None:
    reported = entry("50.00", transaction("50.00", "A1", parties="<Dbtr><Nm>Väinö Åberg</Nm></Dbtr>"))
    declared = DECLARED.replace("UTF-8", encoding.removesuffix("-sig"))

    found = pieces(camt054.FORMAT, (declared + notification(reported)).encode(encoding), KNOWN)

    assert events(found)[0]["data"]["payer"] == {"name": "Väinö Åberg"}


def test_a_message_may_hold_reports_of_several_accounts_and_each_finds_its_owner() -> None:
    other = entry("30.00", transaction("30.00", "B1"))
    message = notifications(report(ENTRY), report(other, iban=OTHER_IBAN), report(ENTRY.replace("A1", "A2")))

    found = read_notification(message)

    assert amounts(found) == {"A1": "50.00", "A2": "50.00"}
    (fault,) = faults(found)
    assert (fault.reason, fault.account) == ("unknown-creditor", OTHER_IBAN)


def test_several_messages_may_stand_in_one_file() -> None:
    message = DECLARED + notification(ENTRY) + "\n" + DECLARED + notification(ENTRY.replace("A1", "A2"))

    assert amounts(read_notification(message)) == {"A1": "50.00", "A2": "50.00"}


def test_a_broken_message_holds_its_account_and_the_next_one_goes_on() -> None:
    broken = notification(ENTRY, ENTRY)[:-60]
    message = DECLARED + broken + "\n" + DECLARED + notification(ENTRY.replace("A1", "A2"))

    found = read_notification(message)

    assert amounts(found)["A2"] == "50.00"
    (fault,) = faults(found)
    assert (fault.creditor, fault.account) == ("acme", IBAN)


def test_the_account_may_stand_as_another_identifier() -> None:
    message = notification(ENTRY).replace(f"<IBAN>{IBAN}</IBAN>", f"<Othr><Id>{IBAN}</Id></Othr>")

    assert amounts(read_notification(message)) == {"A1": "50.00"}


@pytest.mark.parametrize("account", ["FI2112345600000786", "12345600000785", ""])
def test_an_account_that_cannot_be_is_a_fault(account: str) -> None:
    (fault,) = faults(read_notification(notification(ENTRY).replace(IBAN, account)))

    assert fault.reason == "wrong-account"


def test_the_day_of_an_entry_may_be_an_instant_or_only_the_value_date() -> None:
    instant = ENTRY.replace("<Dt>2026-01-09</Dt>", "<DtTm>2026-01-08T23:30:00Z</DtTm>")
    value = ENTRY.replace("BookgDt", "ValDt").replace("2026-01-09", "2026-01-12").replace("A1", "A2")

    found = events(read_notification(notification(instant, value)))

    assert [event["data"]["booked"] for event in found] == ["2026-01-09", "2026-01-12"]


# --- whole or not --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pages",
    [
        "<StmtPgntn><PgNb>1</PgNb><LastPgInd>false</LastPgInd></StmtPgntn>",
        "<StmtPgntn><PgNb>2</PgNb><LastPgInd>true</LastPgInd></StmtPgntn>",
    ],
)
def test_a_page_of_a_statement_gives_its_payments_and_does_not_close_the_feed(pages: str) -> None:
    parts = (pages, balance("OPBD", "100.00"), balance("CLBD", "150.00"), ENTRY)

    found = read_statement(statements(report(*parts)))

    assert amounts(found) == {"A1": "50.00"}
    assert [fault.reason for fault in faults(found)] == ["paged-statement"]


def test_a_statement_of_nothing_closes_the_feed_of_its_day() -> None:
    (event,) = events(read_statement(statement("100.00", "100.00")))

    assert (event["data"]["through"], event["data"]["count"], event["data"]["sum"]) == ("2026-01-09", 0, "0.00")


def test_an_account_that_is_overdrawn_ties_too() -> None:
    parts = (balance("OPBD", "20.00", direction="DBIT"), balance("CLBD", "30.00"), ENTRY)

    assert faults(read_statement(statements(report(*parts)))) == []


def test_the_previous_closing_balance_serves_as_the_opening_one() -> None:
    parts = (balance("PRCD", "100.00", "2026-01-08"), balance("CLBD", "150.00"), ENTRY)

    assert faults(read_statement(statements(report(*parts)))) == []


@pytest.mark.parametrize(
    ("balances", "reason"),
    [
        ((balance("OPBD", "100.00"),), "no-balance"),
        ((balance("CLBD", "150.00"),), "no-balance"),
        ((balance("OPBD", "100.00"), balance("CLBD", "150.01")), "balance-does-not-tie"),
        ((balance("OPBD", "100.00"), balance("CLBD", "150.00", currency="SEK")), "wrong-currency"),
        ((balance("OPBD", "1 00"), balance("CLBD", "150.00")), "no-balance"),
    ],
)
def test_balances_that_are_missing_or_do_not_tie_are_a_fault_and_the_feed_stays_open(
    balances: tuple[str, ...], reason: str
) -> None:
    found = read_statement(statements(report(*balances, ENTRY)))

    assert amounts(found) == {"A1": "50.00"}
    assert [fault.reason for fault in faults(found)] == [reason]
    assert len(events(found)) == 1


def test_a_message_without_a_report_is_a_fault() -> None:
    assert [fault.reason for fault in faults(read_statement(statements()))] == ["nothing-reported"]
    assert [fault.reason for fault in faults(read_notification(notifications()))] == ["nothing-reported"]
