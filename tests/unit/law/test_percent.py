from decimal import Decimal

import pytest

from services.law.percent import percent_text, rate_of


@pytest.mark.parametrize(
    ("percent", "rate"),
    [("9.5", 9_500_000), (8, 8_000_000), (Decimal("7.1234"), 7_123_400), ("0", 0), ("0.000001", 1), ("-0.5", -500_000)],
)
def test_a_percentage_becomes_millionths_of_one_per_cent(percent: str | int | Decimal, rate: int) -> None:
    assert rate_of(percent) == rate


@pytest.mark.parametrize("percent", ["", "9,5", "nine", "NaN", "Infinity", "0.0000001"])
def test_what_is_no_exact_percentage_is_refused(percent: str) -> None:
    with pytest.raises(ValueError, match="is no rate"):
        rate_of(percent)


@pytest.mark.parametrize(
    ("rate", "text"),
    [(9_500_000, "9.5"), (8_000_000, "8.0"), (7_123_400, "7.1234"), (1, "0.000001"), (0, "0.0"), (-500_000, "-0.5")],
)
def test_a_rate_is_written_with_no_more_decimals_than_it_needs(rate: int, text: str) -> None:
    assert percent_text(rate) == text
    assert rate_of(text) == rate
