"""Candidates in remittance text: references and invoice numbers inside free text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.reference_schemes import FINNISH
from schemas.references import is_valid_reference, rf_reference
from services.cash_application.matching.remittance import (
    LONGEST_TEXT,
    MOST_CANDIDATES,
    folded_number,
    remittance_words,
)


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("viite 10139", "10139"),
        ("Viitenumero: 10139.", "10139"),
        ("viite 0000 0000 0000 0101 39", "10139"),
        ("lasku tammikuu\nviite 1 0139", "10139"),
        ("ref.nro 10139, kiitos!", "10139"),
        ("RF18 5390 0754 7034", "539007547034"),
        ("rf18539007547034", "539007547034"),
        ("maksu RF18 5390 0754 7034 Aino Mallila", "539007547034"),
        ("１０１３９", "10139"),
    ],
)
def test_a_reference_is_found_however_it_is_written(text: str, reference: str) -> None:
    assert reference in remittance_words(text).references


def test_of_several_references_each_is_found() -> None:
    text = "RF18 5390 0754 7034 ja RF71 2348 231, viitteet 10139 1 23456 1"
    assert set(remittance_words(text).references) >= {"539007547034", "2348231", "10139"}


@pytest.mark.parametrize("text", ["viite 10138", "RF19 5390 0754 7034", "A10139", "10139kpl", "viite", ""])
def test_what_has_wrong_check_digits_or_stands_within_a_word_is_no_reference(text: str) -> None:
    assert remittance_words(text).references == ()


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Lasku 1013 ja 1014", {"1013", "1014"}),
        ("laskut 1013,1014;1015", {"1013", "1014", "1015"}),
        ("1013/1014", {"1013", "1014"}),
        ("INV-2026/0012", {"INV20260012"}),
        ("inv 2026-0012", {"INV20260012"}),
        ("INV\u20132026\u20140012", {"INV20260012"}),
        ("INV2026.0012", {"INV20260012"}),
        ("lasku nro 0001013", {"1013"}),
        ("lasku nro.1013", {"1013"}),
        ("Lasku1013", {"1013"}),
        ("FAKTURA\n#1013", {"1013"}),
        ("Hyvityslasku Å-1013", {"Å1013"}),
    ],
)
def test_invoice_numbers_are_found_however_they_are_written(text: str, numbers: set[str]) -> None:
    assert numbers <= set(remittance_words(text).numbers)


@pytest.mark.parametrize("text", ["20.1.2026", "maksettu 20.01. kiitos", "100,00 e", "1 234,50", "34.90 EUR", "1013 €"])
def test_days_and_sums_name_nothing(text: str) -> None:
    assert remittance_words(text).numbers == ()
    assert remittance_words(text).references == ()


@pytest.mark.parametrize(
    ("number", "folded"),
    [("INV-2026/0012", "INV20260012"), ("0001013", "1013"), ("inv 12", "INV12"), ("12", None), ("lasku", None)],
)
def test_numbers_are_compared_by_letters_and_digits_alone(number: str, folded: str | None) -> None:
    assert folded_number(number) == folded


@given(st.text(max_size=3_000))
def test_any_text_gives_bounded_candidates_each_once(text: str) -> None:
    words = remittance_words(text)
    for candidates in (words.references, words.numbers):
        assert len(set(candidates)) == len(candidates) <= MOST_CANDIDATES
    assert all(map(is_valid_reference, map(_payable, words.references)))
    assert all(folded_number(number) == number for number in words.numbers)


def _payable(canonical: str) -> str:
    return canonical if canonical.isdigit() else rf_reference(canonical)


@given(base=st.integers(100, 10**12), before=st.text("abcåäö .:,\n", max_size=20), after=st.text(" \n.", max_size=9))
def test_a_reference_after_any_words_is_found(base: int, before: str, after: str) -> None:
    reference = FINNISH.of_base(str(base))
    assert reference in remittance_words(f"{before} {reference}{after}").references


@given(st.text("0123456789RF -/.\n", min_size=LONGEST_TEXT, max_size=4 * LONGEST_TEXT))
def test_text_that_is_all_numbers_is_read_no_further_than_its_beginning(text: str) -> None:
    assert remittance_words(text) == remittance_words(text[:LONGEST_TEXT])
