"""Finnish and RF references, and the letters' own (schemas/references.py)."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.reference_schemes import FINNISH
from schemas.references import (
    LARGEST_ACCOUNT_NUMBER,
    LETTERS_PER_ACCOUNT,
    canonical_reference,
    is_valid_reference,
    letter_reference,
    parse_letter_reference,
    printed_reference,
    rf_reference,
)

BASES = st.from_regex(r"[1-9][0-9]{2,18}", fullmatch=True)


OWN_REFERENCES = Path(__file__).parents[2] / "samples" / "references" / "references.csv"
"""Made with the published algorithms: weights 7, 3, 1 from the right (Finance Finland), ISO 11649 for RF."""


def judged_as_written(path: Path) -> int:
    """How many references of a table are judged as it says."""
    with path.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] in ("viite", "rf")]
    for row in rows:
        assert is_valid_reference(row["value"]) == (row["valid"] == "1"), row
    return len(rows)


def test_references_made_with_the_published_algorithms_are_judged_by_them() -> None:
    assert judged_as_written(OWN_REFERENCES) > 30


def test_references_of_public_guides_are_judged_as_the_guides_do(shared: Path) -> None:
    assert judged_as_written(shared / "samples/references/references.csv") > 15


def test_references_in_bank_barcodes_are_valid_in_both_forms(shared: Path) -> None:
    with (shared / "samples/references/virtual_barcode_vectors.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            assert is_valid_reference(row["reference"]), row
            if row["version"] == "5":
                assert rf_reference(canonical_reference(row["reference"])) == row["reference"], row


@pytest.mark.parametrize(
    "text", ["1234561", "0000000000001234561", "12 34561", "RF341234561", "rf34 1234 561", "\u00a01234561 "]
)
def test_all_ways_to_write_a_reference_have_one_canonical_form(text: str) -> None:
    assert canonical_reference(text) == "1234561"


def test_a_mistyped_rf_reference_does_not_become_a_national_one() -> None:
    assert canonical_reference("RF351234561") == "RF351234561"
    assert not is_valid_reference("RF351234561")


@pytest.mark.parametrize("text", ["", "0", "123", "123456789012345678901", "12a4561", "١٢٣٤", "RF", "RF34", "viite"])
def test_what_is_no_reference_is_not_valid(text: str) -> None:
    assert not is_valid_reference(text)


@given(BASES)
def test_every_base_gets_a_check_digit_that_is_valid_nationally_and_as_rf(base: str) -> None:
    national = FINNISH.of_base(base)
    assert is_valid_reference(national)
    assert is_valid_reference(rf_reference(national))
    assert canonical_reference(rf_reference(national)) == national
    assert canonical_reference(printed_reference(national, FINNISH)) == national


@given(BASES, st.integers(min_value=0, max_value=18), st.integers(min_value=1, max_value=9))
def test_one_wrong_digit_is_noticed(base: str, place: int, error: int) -> None:
    national = FINNISH.of_base(base)
    place %= len(national)
    wrong = national[:place] + str((int(national[place]) + error) % 10) + national[place + 1 :]
    assert not is_valid_reference(wrong)


@pytest.mark.parametrize("base", ["", "12", "0012", "12345678901234567890", "12a"])
def test_a_base_that_is_too_short_too_long_or_not_digits_is_refused(base: str) -> None:
    with pytest.raises(ValueError, match="3 to 19 digits"):
        FINNISH.of_base(base)


def test_a_printed_reference_is_in_groups_of_five_from_the_right() -> None:
    assert printed_reference("1234561", FINNISH) == "12 34561"
    assert printed_reference("92125374252539897737", FINNISH) == "92125 37425 25398 97737"


def test_a_reference_that_exists_only_as_rf_is_printed_as_rf() -> None:
    assert printed_reference(canonical_reference("RF18 5390 0754 70Y"), FINNISH) == "RF18 5390 0754 70Y"


def test_a_letter_reference_is_a_valid_national_reference_that_starts_with_nine() -> None:
    reference = letter_reference(1, 1, FINNISH)
    assert reference.startswith("9000001001")
    assert is_valid_reference(reference)


@given(
    st.integers(min_value=1, max_value=LARGEST_ACCOUNT_NUMBER), st.integers(min_value=1, max_value=LETTERS_PER_ACCOUNT)
)
def test_a_letter_reference_gives_back_its_account_and_letter(account: int, letter: int) -> None:
    assert parse_letter_reference(letter_reference(account, letter, FINNISH)) == (account, letter)


@given(BASES)
def test_what_parses_as_a_letter_reference_is_exactly_that_letters_reference(base: str) -> None:
    reference = FINNISH.of_base(base)
    parsed = parse_letter_reference(reference)
    assert parsed is None or letter_reference(*parsed, FINNISH) == reference


@pytest.mark.parametrize(
    "reference",
    ["", "1234561", "90000010011", FINNISH.of_base("9000000001"), FINNISH.of_base("9000001000"), "9ABCDEFGHIJ"],
)
def test_other_references_are_no_letters(reference: str) -> None:
    assert parse_letter_reference(reference) is None


@pytest.mark.parametrize(("account", "letter"), [(0, 1), (1, 0), (1, 1000), (10**15, 1), (-1, 1)])
def test_numbers_that_do_not_fit_into_a_reference_are_refused(account: int, letter: int) -> None:
    with pytest.raises(ValueError, match="number is 1 to"):
        letter_reference(account, letter, FINNISH)
