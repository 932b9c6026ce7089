"""KTL files, by their description: there is no public sample of one."""

import io
import tracemalloc
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.formats.format import Fault
from services.intake.formats.ktl import FORMAT
from tests.unit.intake.formats.file_reading import Anybody, Registered, damaged, data_of, events, faults, pieces

IBAN = "FI4947300010416310"
OTHER_IBAN = "FI2112345600000785"
KNOWN = Registered(accounts={IBAN: "acme", OTHER_IBAN: "acme"})
EXAMPLE = "34730001041631018020518020402042588WWRV021200000000000000013013KATAJAINEN J1A00000049000J "
"""The row of Finance Finland's description of the format."""


def header(time: str = "1802051430") -> str:
    return f"0{time}47123456789" + "1" + " " * 67


def payment(archive_id: str = "02042588WWRV0212", cents: int = 4900, **changes: str) -> str:
    parts = {
        "kind": "3",
        "account": "47300010416310",
        "booked": "180205",
        "paid": "180204",
        "archive": archive_id.ljust(16),
        "reference": "13013".zfill(20),
        "payer": "KATAJAINEN J".ljust(12),
        "currency": "1",
        "name_source": "A",
        "amount": f"{cents:010d}",
        "correction": "0",
        "channel": "J",
        "feedback": " ",
    }
    record = "".join((parts | changes).values())
    assert len(record) == 90
    return record


def sums(count: int, cents: int, corrected: tuple[int, int] = (0, 0), failed: tuple[int, int] = (0, 0)) -> str:
    told_of = f"9{count:06d}{cents:011d}{corrected[0]:06d}{corrected[1]:011d}{failed[0]:06d}{failed[1]:011d}"
    return told_of.ljust(90)


def file_of(*records: str, encoding: str = "ascii", end: str = "\r\n") -> bytes:
    return "".join(record + end for record in records).encode(encoding)


def test_a_batch_is_recognised_by_its_header_and_other_files_are_not() -> None:
    assert FORMAT.recognises(file_of(header(), payment(), sums(1, 4900)))
    assert FORMAT.recognises(file_of(header(), sums(0, 0), end="\n"))
    for other in (b"", b"0", file_of(payment()), b"{}\n", b"<Finvoice/>", b"T0010012345\r\n", b"0" * 5_000):
        assert not FORMAT.recognises(other)


def test_the_row_of_the_description_is_a_payment_with_its_payers_day() -> None:
    found = pieces(FORMAT, file_of(header(), EXAMPLE, sums(1, 4900)), KNOWN)

    (event,) = events(found)
    assert found == [event]
    assert (event["type"], event["source"]) == ("payment.received.v1", f"//bank/{IBAN}")
    assert event["id"].startswith("02042588WWRV0212:2018-02-05:")
    assert event["time"] == "2018-02-05T12:30:00+00:00"
    assert event["data"] == {
        "creditor": "acme",
        "account": IBAN,
        "payment": "02042588WWRV0212",
        "amount": "49.00",
        "currency": "EUR",
        "reference": "13013",
        "paid": "2018-02-04",
        "booked": "2018-02-05",
        "payer": {"name": "KATAJAINEN J"},
        "channel": "ktl",
        "statement": "01802051430471234567891",
    }


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("{IJ{L{ \\RK|L[", "ascii"),
        ("äIJäLä ÖRKöLÄ", "iso-8859-1"),
        ("äIJäLä ÖRKöLÄ", "utf-8"),
    ],
)
def test_letters_are_read_from_the_national_set_and_from_latin_1(name: str, encoding: str) -> None:
    data = file_of(header(), payment(payer=name[:12].ljust(12)), sums(1, 4900), encoding=encoding)

    (payment_,) = data_of(pieces(FORMAT, data, KNOWN))

    assert payment_["payer"] == {"name": "äIJäLä ÖRKöL"}


def test_a_file_is_known_whatever_letters_its_first_payer_has() -> None:
    for encoding in ("iso-8859-1", "utf-8"):
        data = file_of(header(), payment(payer="ÄÖÅÄÖÅÄÖÅÄÖÅ"), sums(1, 4900), encoding=encoding)

        assert FORMAT.recognises(data)


def test_blanks_lost_at_the_end_of_lines_and_padding_do_no_harm() -> None:
    records = [header().rstrip(), payment(channel=" ").rstrip(), sums(1, 4900).rstrip()]

    (payment_,) = data_of(pieces(FORMAT, file_of(*records, end="\n") + b"\x1a\x00\r\n", KNOWN))

    assert payment_["amount"] == "49.00"


def test_a_file_of_several_batches_gives_the_payments_of_all() -> None:
    data = file_of(
        header(),
        payment("A1", 100),
        payment("A2", 250, kind="5"),
        sums(2, 350),
        header("1802061500"),
        payment("B1", 7, account="12345600000785"),
        sums(1, 7),
        header("1802071500"),
        sums(0, 0),
    )

    payments = data_of(pieces(FORMAT, data, KNOWN))

    assert [(said["payment"], said["account"]) for said in payments] == [("A1", IBAN), ("A2", IBAN), ("B1", OTHER_IBAN)]
    assert sum(Decimal(said["amount"]) for said in payments) == Decimal("3.57")


def test_a_correction_takes_back_the_payment_of_its_archive_id() -> None:
    data = file_of(
        header(), payment("A1", 4900), payment("A2", 100), payment("A1", 4900, correction="1"), sums(2, 5000, (1, 4900))
    )

    received, other, reversed_ = events(pieces(FORMAT, data, KNOWN))

    assert [said["data"]["payment"] for said in (received, other, reversed_)] == ["A1", "A2", "A1"]
    assert reversed_["id"].startswith("A1:reversed:2018-02-05:")
    assert reversed_["type"] == "payment.reversed.v1"
    assert reversed_["data"] == {
        "creditor": "acme",
        "account": IBAN,
        "payment": "A1",
        "amount": "49.00",
        "currency": "EUR",
        "reason": "corrected by the bank",
        "booked": "2018-02-05",
        "reference": "13013",
        "channel": "ktl",
        "statement": "01802051430471234567891",
    }


def test_a_debit_that_failed_is_counted_and_is_no_money() -> None:
    data = file_of(header(), payment("A1", 100), payment("A2", 900, kind="7"), sums(1, 100, failed=(1, 900)))

    assert [said["payment"] for said in data_of(pieces(FORMAT, data, KNOWN))] == ["A1"]


@pytest.mark.parametrize("feedback", ["1", "4", "A"])
def test_a_direct_debit_with_a_feedback_code_failed_and_is_no_money(feedback: str) -> None:
    data = file_of(
        header(), payment("A1", 100), payment("A2", 900, kind="5", feedback=feedback), sums(1, 100, failed=(1, 900))
    )

    assert [said["payment"] for said in data_of(pieces(FORMAT, data, KNOWN))] == ["A1"]


@pytest.mark.parametrize(("kind", "feedback"), [("5", " "), ("5", "0"), ("3", "1")])
def test_a_debit_without_a_feedback_code_and_any_reference_payment_are_money(kind: str, feedback: str) -> None:
    data = file_of(header(), payment("A1", 900, kind=kind, feedback=feedback), sums(1, 900))

    assert [said["amount"] for said in data_of(pieces(FORMAT, data, KNOWN))] == ["9.00"]


def test_a_debit_whose_blank_end_was_lost_on_the_way_is_money() -> None:
    data = file_of(header(), payment("A1", 900, kind="5", channel=" ").rstrip(), sums(1, 900))

    assert [said["amount"] for said in data_of(pieces(FORMAT, data, KNOWN))] == ["9.00"]


@pytest.mark.parametrize(
    ("closing", "says"),
    [
        (sums(2, 4900), "2 payments, the batch has 1"),
        (sums(1, 4901), "sum of the payments is not"),
        (sums(1, 4900, (1, 5)), "1 corrections, the batch has 0"),
        (sums(1, 4900, failed=(0, 5)), "sum of the failed debits is not"),
    ],
)
def test_a_batch_that_does_not_tie_holds_its_account(closing: str, says: str) -> None:
    found = pieces(FORMAT, file_of(header(), payment(), closing), KNOWN)

    (fault,) = faults(found)
    assert len(events(found)) == 1
    assert (fault.reason, fault.where, fault.creditor, fault.account) == ("sum-does-not-tie", "line 3", "acme", IBAN)
    assert says in fault.lines[0]


@pytest.mark.parametrize(
    ("records", "reason"),
    [
        ((header(), payment()), "truncated"),
        ((header(), payment(), header(), payment("A2"), sums(1, 4900)), "truncated"),
        ((header(), payment(), "3473000", sums(1, 4900)), "not-a-record"),
        ((header(), payment(), "T10" + " " * 87, sums(1, 4900)), "not-a-record"),
    ],
)
def test_a_batch_that_is_not_whole_holds_its_account(records: tuple[str, ...], reason: str) -> None:
    (fault,) = faults(pieces(FORMAT, file_of(*records), KNOWN))

    assert (fault.reason, fault.creditor, fault.account) == (reason, "acme", IBAN)


def test_an_account_nobody_registered_is_said_once_and_the_others_go_on() -> None:
    strange = "50001520000081"
    data = file_of(
        header(), payment("A1", account=strange), payment("A2"), payment("A3", account=strange), sums(3, 3 * 4900)
    )

    found = pieces(FORMAT, data, KNOWN)

    (fault,) = faults(found)
    assert (fault.reason, fault.where) == ("unknown-creditor", "line 2")
    assert fault.account is not None
    assert fault.account.endswith(strange)
    assert [event["data"]["payment"] for event in events(found)] == ["A2"]


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"booked": "181399"}, "booking date"),
        ({"currency": "0"}, "currency"),
        ({"amount": "0" * 10}, "amount"),
    ],
)
def test_a_record_that_cannot_be_is_a_fault_that_names_the_field_and_never_the_payer(
    changes: dict[str, str], names: str
) -> None:
    record = payment("A1", 4900, **changes)

    (fault,) = pieces(FORMAT, file_of(header(), record, sums(1, int(record[77:87]))), KNOWN)

    assert isinstance(fault, Fault)
    assert (fault.creditor, fault.account, fault.where) == ("acme", IBAN, "line 2")
    assert names in fault.lines[0]
    assert "KATAJAINEN" not in fault.lines[0]


def test_without_a_payers_day_the_booking_date_counts_and_without_a_reference_there_is_none() -> None:
    record = payment(paid="000000", reference="0" * 20, payer=" " * 12)

    (said,) = data_of(pieces(FORMAT, file_of(header(), record, sums(1, 4900)), KNOWN))

    assert said["paid"] == said["booked"] == "2018-02-05"
    assert "reference" not in said
    assert "payer" not in said


def test_records_without_an_archive_id_are_told_apart_by_their_place_in_the_batch() -> None:
    alike = payment(archive=" " * 16)
    first = file_of(header(), alike, alike, payment(archive=" " * 16, payer="TUISKU A".ljust(12)), sums(3, 3 * 4900))
    other = file_of(header("1802061430"), alike, sums(1, 4900))

    said, again, later = (data_of(pieces(FORMAT, data, KNOWN)) for data in (first, first, other))

    assert said == again
    assert [each["place"] for each in said] == [1, 2, 1]
    assert len({each["payment"] for each in (*said, *later)}) == 4


def test_one_archive_id_twice_in_a_batch_is_two_payments_and_on_another_day_another_event() -> None:
    records = payment("A1"), payment("A2"), payment("A1"), payment("A1", booked="180206")
    data = file_of(header(), *records, sums(4, 4 * 4900))

    found = events(pieces(FORMAT, data, KNOWN))

    assert [event["data"]["payment"] for event in found] == ["A1", "A2", "A1/2", "A1"]
    assert len({event["id"] for event in found}) == 4


def test_memory_does_not_grow_with_the_file() -> None:
    count = 5_000
    stream = io.BytesIO(
        file_of(header(), *(payment(f"A{number}") for number in range(count)), sums(count, count * 4900))
    )
    tracemalloc.start()

    read = sum(isinstance(piece, dict) for piece in FORMAT.read(stream, KNOWN))

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert read == count
    assert peak < 500_000


VALID = file_of(
    header(), payment("A1"), payment("A2", kind="5"), payment("A1", correction="1"), sums(2, 9800, (1, 4900))
)


@settings(max_examples=200, deadline=None)
@given(damaged(VALID) | st.binary(max_size=400) | st.binary(max_size=200).map(lambda tail: VALID + tail))
def test_whatever_the_bytes_are_reading_ends_in_events_and_faults(data: bytes) -> None:
    FORMAT.recognises(data)

    pieces(FORMAT, data, Anybody())
