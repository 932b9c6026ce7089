"""What a bank's message says about which payment one is: ids, statements, and places where the bank gives no id."""

import pytest

from services.intake.formats.format import Event
from tests.unit.intake.formats.camt_messages import (
    amounts,
    entry,
    invoice_paid,
    notification,
    notifications,
    payments,
    read_notification,
    read_statement,
    report,
    statement,
    strd,
    transaction,
)
from tests.unit.intake.formats.file_reading import events

ALIKE = entry("50.00", transaction("50.00", remittance=strd("10016")), reference="NOTPROVIDED")
REFS = (
    "<Refs><AcctSvcrRef>T1</AcctSvcrRef><InstrId>I-4</InstrId><EndToEndId>Q-9</EndToEndId>"
    "<UETR>8a562c67-ca16-48ba-b074-65581be6f001</UETR><MndtId>M-2</MndtId></Refs>"
)


def with_refs(amount: str, refs: str = REFS, remittance: str = "") -> str:
    """A transaction that has these references."""
    return transaction(amount, remittance=remittance).replace("<TxDtls>", f"<TxDtls>{refs}")


# --- ids -----------------------------------------------------------------------------------------


def test_an_only_transaction_says_all_ids_that_the_bank_gives() -> None:
    (said,) = payments(read_notification(notification(entry("50.00", with_refs("50.00"), reference="E1"))))

    assert said["payment"] == "T1"
    assert said["ids"] == {
        "entry": "E1",
        "end_to_end": "Q-9",
        "uetr": "8a562c67-ca16-48ba-b074-65581be6f001",
        "instruction": "I-4",
        "mandate": "M-2",
    }
    assert "place" not in said


def test_what_banks_write_for_no_id_is_none() -> None:
    refs = REFS.replace("Q-9", "NOTPROVIDED").replace("I-4", "NONREF")

    (said,) = payments(read_notification(notification(entry("50.00", with_refs("50.00", refs), reference="E1"))))

    assert set(said["ids"]) == {"entry", "uetr", "mandate"}


def test_of_several_transactions_the_entrys_id_is_that_of_their_batch() -> None:
    message = notification(entry("80.00", transaction("50.00", "T1"), transaction("30.00", "T2"), reference="E1"))

    assert [said["ids"] for said in payments(read_notification(message))] == [{"batch": "E1"}, {"batch": "E1"}]


def test_parts_of_one_transaction_share_no_id() -> None:
    several = invoice_paid("10016", "30.00") + invoice_paid("10029", "20.00")
    message = notification(entry("50.00", with_refs("50.00", remittance=several), reference="E1"))

    first, second = payments(read_notification(message))

    assert (first["payment"], second["payment"]) == ("T1#1", "T1#2")
    assert (first["ids"]["end_to_end"], second["ids"]["end_to_end"]) == ("Q-9#1", "Q-9#2")
    assert not set(first["ids"].values()) & set(second["ids"].values())


def test_without_an_archive_id_of_its_own_the_only_transaction_has_its_entrys() -> None:
    found = read_notification(notification(entry("50.00", transaction("50.00"), reference="E1")))

    assert amounts(found) == {"E1": "50.00"}


def test_transactions_that_the_bank_calls_alike_differ_by_their_order() -> None:
    reported = transaction("50.00", "A1"), transaction("30.00", "A1")

    assert amounts(read_notification(notification(entry("80.00", *reported)))) == {"A1": "50.00", "A1/2": "30.00"}


def test_one_archive_id_in_several_entries_of_a_day_is_a_payment_for_each() -> None:
    def one(amount: str, id_: str) -> str:
        return entry(amount, transaction(amount, id_), reference="")

    found = read_notification(notification(one("50.00", "A1"), one("40.00", "A2"), one("50.00", "A1")))

    assert amounts(found) == {"A1": "50.00", "A2": "40.00", "A1/2": "50.00"}


def test_an_archive_id_that_comes_again_on_another_day_is_another_event() -> None:
    days = [entry("50.00", transaction("50.00", "A1"), day=day, reference="") for day in ("2026-01-08", "2026-01-09")]

    first, second = events(read_notification(notification(*days)))

    assert (first["data"]["payment"], second["data"]["payment"]) == ("A1", "A1")
    assert first["id"] != second["id"]


def test_a_return_says_its_own_archive_id_and_what_finds_its_payment() -> None:
    back = with_refs("50.00", REFS.replace("T1", "T7"), strd("10016"))

    (event,) = events(read_notification(notification(entry("50.00", back, direction="DBIT", reference="E7"))))

    assert event["type"] == "payment.reversed.v1"
    assert (event["data"]["payment"], event["data"]["reference"]) == ("T7", "10016")
    assert (event["data"]["ids"]["end_to_end"], event["data"]["ids"]["entry"]) == ("Q-9", "E7")
    assert (event["data"]["channel"], event["data"]["statement"]) == ("notification", "R1")


# --- statements and notifications ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("numbers", "name"),
    [
        ("", "S1"),
        ("<ElctrncSeqNb>0</ElctrncSeqNb>", "S1"),
        ("<ElctrncSeqNb>5</ElctrncSeqNb>", "2026/5"),
        ("<ElctrncSeqNb>5</ElctrncSeqNb><LglSeqNb>3</LglSeqNb>", "2026/3"),
    ],
)
def test_a_payment_says_by_which_statement_it_became_known(numbers: str, name: str) -> None:
    message = statement("100.00", "150.00", entry("50.00", transaction("50.00", "A1")))

    (said,) = payments(read_statement(message.replace("<Id>S1</Id>", f"<Id>S1</Id>{numbers}")))

    assert (said["channel"], said["statement"]) == ("statement", name)


def test_a_payment_of_a_notification_without_an_id_names_the_message() -> None:
    message = notifications(report(entry("50.00", transaction("50.00", "A1")))).replace("<Id>R1</Id>", "")

    (said,) = payments(read_notification(message))

    assert (said["channel"], said["statement"]) == ("notification", "M1")


# --- without an id -------------------------------------------------------------------------------


def told(name: str, *entries: str) -> list[Event]:
    """The payments of a statement of this name."""
    total = f"{100 + 50 * len(entries)}.00"
    return payments(read_statement(statement("100.00", total, *entries, name=name)))


def test_without_an_id_a_payment_is_the_nth_of_its_like_in_its_statement() -> None:
    other = entry("50.00", transaction("50.00", remittance=strd("10029")), reference="")

    first, again = (told("S1", ALIKE, other, ALIKE) for _ in range(2))

    assert first == again
    assert [said["place"] for said in first] == [1, 1, 2]
    assert len({said["payment"] for said in first}) == 3


def test_equal_payments_without_an_id_in_two_statements_are_two() -> None:
    ((morning,), (evening,)) = (told(name, ALIKE) for name in ("S1", "S2"))

    assert (morning["place"], evening["place"]) == (1, 1)
    assert morning["payment"] != evening["payment"]


def test_a_statement_sent_again_with_one_more_entry_calls_the_others_as_before() -> None:
    more = entry("50.00", transaction("50.00", remittance=strd("10029")), reference="")

    (before,), (same, _) = told("S1", ALIKE), told("S1", ALIKE, more)

    assert before["payment"] == same["payment"]


def test_an_entry_without_transactions_has_a_place_too() -> None:
    whole = entry("50.00", reference="")

    first, second, third = told("S1", whole, ALIKE, whole)

    assert [said["place"] for said in (first, second, third)] == [1, 1, 2]


# --- copies, and names of statements -------------------------------------------------------------


@pytest.mark.parametrize("mark", ["DUPL", "COPY", "CODU"])
def test_what_the_bank_calls_a_copy_or_duplicate_says_so(mark: str) -> None:
    message = notification(f"<CpyDplctInd>{mark}</CpyDplctInd>", ALIKE)

    assert [said["duplicate"] for said in payments(read_notification(message))] == [True]


def test_a_statement_without_a_number_says_what_its_payments_call_it() -> None:
    found = read_statement(statement("0.00", "50.00", ALIKE, name="S77"))

    (said,) = payments(found)
    assert "duplicate" not in said
    assert [each["data"]["statement"]["name"] for each in events(found) if "through" in each["data"]] == ["S77"]
