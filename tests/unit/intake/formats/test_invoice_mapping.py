"""What all invoice formats share: references of invoices that came without one, debtors, business ids, numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.references import is_valid_reference
from services.intake.formats.billing.business_ids import business_id, business_id_in_digits, is_personal_code
from services.intake.formats.billing.debtors import Buyer, debtor_of, party_of
from services.intake.formats.billing.decimals import by_hand, sign_of, unsigned, with_point
from services.intake.formats.billing.documents import own_reference


@pytest.mark.parametrize(
    ("number", "reference"),
    [("1001", "10016"), ("123456", "1234561"), ("234823", "2348236"), ("9" * 19, "9" * 19 + "3")],
)
def test_an_invoice_number_of_digits_is_the_base_of_its_reference(number: str, reference: str) -> None:
    assert own_reference(number) == reference


def test_numbers_that_differ_in_letters_signs_or_zeros_have_references_that_differ() -> None:
    numbers = [
        "1001",
        "01001",
        "A-1001",
        "B-1001",
        "1-001",
        "10-01",
        "1001 ",
        "2026-1001",
        "20261001",
        "7",
        "07",
        "",
        "Å",
    ]

    assert len({own_reference(number) for number in numbers}) == len(numbers)


@given(st.text(max_size=200))
def test_every_number_has_a_valid_reference_and_always_the_same(number: str) -> None:
    assert is_valid_reference(own_reference(number))
    assert own_reference(number) == own_reference(number)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("2345678-0", "2345678-0"),
        (" 2345678 - 0 ", "2345678-0"),
        ("765432-1", "0765432-1"),
        ("FI23456780", "2345678-0"),
        ("fi2345678-0", "2345678-0"),
        ("003723456780", "2345678-0"),
        ("00372345678012345", "2345678-0"),
        ("23456780", None),
        ("SE556677889901", None),
        ("131052-308T", None),
        ("", None),
    ],
)
def test_a_business_id_is_known_in_each_of_its_forms(text: str, canonical: str | None) -> None:
    assert business_id(text) == canonical


def test_bare_digits_are_a_business_id_only_where_one_is_meant_and_the_check_digit_is_right() -> None:
    assert business_id_in_digits("23064613") == "2306461-3"
    assert business_id_in_digits("23064614") is None
    assert business_id_in_digits("FI23064613") == "2306461-3"


@pytest.mark.parametrize("code", ["131052-308T", "010100A123D", "010100y123d", "311299+1234", "0101 00A1 23D"])
def test_a_personal_identity_code_becomes_nobodys_number(code: str) -> None:
    assert is_personal_code(code)

    buyer = Buyer(name="Aino Mallila", numbers=(code,), registered=(code,))

    assert code not in str(debtor_of(buyer))
    assert party_of(buyer) == {"kind": "consumer", "name": "Aino Mallila"}


def test_one_buyer_is_one_debtor_however_the_name_is_written() -> None:
    aino = Buyer(name="Aino Mallila", street="Tarutie 4", postcode="00000")

    assert debtor_of(aino) == debtor_of(Buyer(name=" AINO  MALLILA ", street="tarutie  4", postcode="00000"))


def test_two_people_of_one_name_are_two_debtors() -> None:
    here = Buyer(name="Aino Mallila", street="Tarutie 4", postcode="00000")
    there = Buyer(name="Aino Mallila", street="Tarutie 6", postcode="00000")

    assert debtor_of(here) != debtor_of(there)


def test_a_buyer_without_number_and_name_is_nobody() -> None:
    assert debtor_of(Buyer(street="Tarutie 4")) is None


@pytest.mark.parametrize(
    ("text", "sign", "magnitude"),
    [("5.00", 1, "5.00"), ("-5.00", -1, "5.00"), ("-0.00", 0, "0.00"), ("0", 0, "0"), ("", 1, ""), ("-x", 1, "-x")],
)
def test_signs_are_told_from_plain_numbers_only(text: str, sign: int, magnitude: str) -> None:
    assert sign_of(text) == sign
    assert unsigned(text) == magnitude


@given(st.text(max_size=40) | st.from_regex(r"[-+0-9.,  ]{0,20}", fullmatch=True))
def test_no_text_is_too_odd_to_be_looked_at_as_a_number(text: str) -> None:
    digits = [char for char in text if char.isdigit()]

    for number in (by_hand(text), with_point(text)):
        read = [char for char in number if char.isdigit()]
        assert read == digits[: len(read)]
        assert set(digits[len(read) :]) <= {"0"}
