"""Amounts as texts and as minor units (schemas/money.py)."""

import babel.numbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.money import DECIMALS, LARGEST_AMOUNT, currency_decimals, decimal_text, minor_units

CURRENCIES = st.sampled_from(sorted(DECIMALS))


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("105.52", "EUR", 10552),
        ("100", "EUR", 10000),
        ("100.5", "EUR", 10050),
        ("0.00", "EUR", 0),
        ("-3.01", "EUR", -301),
        ("500", "JPY", 500),
        ("1.234", "KWD", 1234),
    ],
)
def test_a_decimal_text_becomes_exact_minor_units(text: str, currency: str, minor: int) -> None:
    assert minor_units(text, currency) == minor


@pytest.mark.parametrize(
    "text", ["", " 1.00", "1,00", "1.", ".5", "+1", "1e2", "NaN", "١٠", "1 000.00", "0x10", "1.00\n", "--1"]
)
def test_what_is_no_plain_decimal_number_is_refused_in_words_without_the_value(text: str) -> None:
    with pytest.raises(ValueError, match=r'^is not an amount; write it with digits and a point, such as "100.00"$'):
        minor_units(text, "EUR")


@pytest.mark.parametrize(("text", "currency"), [("1.001", "EUR"), ("1.5", "JPY"), ("1.000", "SEK")])
def test_more_decimals_than_the_currency_has_are_refused(text: str, currency: str) -> None:
    with pytest.raises(ValueError, match=f"more decimals than {currency} has"):
        minor_units(text, currency)


def test_an_amount_too_large_to_be_real_is_refused() -> None:
    with pytest.raises(ValueError, match="too large"):
        minor_units("1000000000000.00", "EUR")
    assert minor_units("999999999999.99", "EUR") == LARGEST_AMOUNT - 1


def test_a_currency_that_is_not_in_use_is_refused() -> None:
    with pytest.raises(ValueError, match="not an ISO 4217 currency code"):
        currency_decimals("EUT")


def test_zero_is_written_with_all_decimals() -> None:
    assert decimal_text(0, "EUR") == "0.00"
    assert decimal_text(0, "JPY") == "0"
    assert decimal_text(-5, "EUR") == "-0.05"


@given(st.integers(min_value=1 - LARGEST_AMOUNT, max_value=LARGEST_AMOUNT - 1), CURRENCIES)
def test_every_amount_survives_being_written_and_read(minor: int, currency: str) -> None:
    assert minor_units(decimal_text(minor, currency), currency) == minor


def test_the_table_of_decimals_agrees_with_the_published_one() -> None:
    # Unicode's table follows how prices are shown, ISO 4217 how money is booked; where prices dropped the decimals
    # of a currency that still has them on the books, ISO holds.
    differs = {
        code: (decimals, babel.numbers.get_currency_precision(code))
        for code, decimals in DECIMALS.items()
        if babel.numbers.get_currency_precision(code) != decimals
    }
    assert all(ours in (2, 3) and shown == 0 for ours, shown in differs.values()), differs
    assert not {"EUR", "SEK", "NOK", "DKK", "USD", "GBP", "CHF", "PLN", "JPY"} & differs.keys()
