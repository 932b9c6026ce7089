"""What all invoice formats share: references of invoices that came without one, debtors, numbers."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.reference_schemes import FINNISH
from schemas.references import is_valid_reference
from services.intake.formats.billing.debtors import Buyer, debtor_of, party_of
from services.intake.formats.billing.decimals import by_hand, sign_of, unsigned, with_point
from services.intake.formats.billing.documents import own_reference
from services.law.countries import is_personal_code
from services.law.fi import FINNISH_IDS


@pytest.mark.parametrize(
    ("number", "reference"),
    [("1001", "10016"), ("123456", "1234561"), ("234823", "2348236"), ("9" * 19, "9" * 19 + "3")],
)
def test_an_invoice_number_of_digits_is_the_base_of_its_reference(number: str, reference: str) -> None:
    assert own_reference(number, FINNISH) == reference


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

    assert len({own_reference(number, FINNISH) for number in numbers}) == len(numbers)


@given(st.text(max_size=200))
def test_every_number_has_a_valid_reference_and_always_the_same(number: str) -> None:
    assert is_valid_reference(own_reference(number, FINNISH))
    assert own_reference(number, FINNISH) == own_reference(number, FINNISH)


@pytest.mark.parametrize("code", ["131052-308T", "010100A123D", "010100y123d", "311299+1234", "0101 00A1 23D"])
def test_a_personal_identity_code_becomes_nobodys_number(code: str) -> None:
    assert is_personal_code(code)

    buyer = Buyer(name="Aino Mallila", numbers=(code,), registered=(code,))

    assert code not in str(debtor_of(buyer, FINNISH_IDS))
    assert party_of(buyer, FINNISH_IDS) == {"kind": "consumer", "name": "Aino Mallila"}


def test_one_buyer_is_one_debtor_however_the_name_is_written() -> None:
    aino = Buyer(name="Aino Mallila", street="Tarutie 4", postcode="00000")

    assert debtor_of(aino, FINNISH_IDS) == debtor_of(
        Buyer(name=" AINO  MALLILA ", street="tarutie  4", postcode="00000"), FINNISH_IDS
    )


def test_two_people_of_one_name_are_two_debtors() -> None:
    here = Buyer(name="Aino Mallila", street="Tarutie 4", postcode="00000")
    there = Buyer(name="Aino Mallila", street="Tarutie 6", postcode="00000")

    assert debtor_of(here, FINNISH_IDS) != debtor_of(there, FINNISH_IDS)


def test_a_buyer_without_number_and_name_is_nobody() -> None:
    assert debtor_of(Buyer(street="Tarutie 4"), FINNISH_IDS) is None


@pytest.mark.parametrize(
    ("text", "sign", "magnitude"),
    [("5.00", 1, "5.00"), ("-5.00", -1, "5.00"), ("-0.00", 0, "0.00"), ("0", 0, "0"), ("", 1, ""), ("-x", 1, "-x")],
)
def test_only_plain_numbers_have_signs(text: str, sign: int, magnitude: str) -> None:
    assert sign_of(text) == sign
    assert unsigned(text) == magnitude


@given(st.text(max_size=40) | st.from_regex(r"[-+0-9.,  ]{0,20}", fullmatch=True))
def test_no_text_is_too_odd_to_be_read_as_a_number(text: str) -> None:
    digits = [char for char in text if char.isdigit()]

    for number in (by_hand(text), with_point(text)):
        read = [char for char in number if char.isdigit()]
        assert read == digits[: len(read)]
        assert set(digits[len(read) :]) <= {"0"}


@pytest.mark.parametrize(
    "field",
    [
        "aino@asukas.example; eino@asukas.example",
        "aino@asukas.example,eino@asukas.example",
        "aino@asukas.example\neino@asukas.example",
        "Aino Mallila <aino@asukas.example>",
        "puuttuu; aino@asukas.example",
    ],
)
def test_the_first_valid_address_of_a_field_with_several_is_taken(field: str) -> None:
    assert party_of(Buyer(name="Aino Mallila", email=field), FINNISH_IDS)["email"] == "aino@asukas.example"


@pytest.mark.parametrize("field", ["", "puuttuu", "aino at asukas.example", ";;"])
def test_a_field_without_an_address_gives_none(field: str) -> None:
    assert "email" not in party_of(Buyer(name="Aino Mallila", email=field), FINNISH_IDS)


def test_lines_of_an_address_change_no_debtors_id() -> None:
    buyer = Buyer(name="Aino Mallila", street="Tarutie 4", postcode="00000")

    assert debtor_of(replace(buyer, address_lines=("c/o Kota",)), FINNISH_IDS) == debtor_of(buyer, FINNISH_IDS)
