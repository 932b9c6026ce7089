"""Yearly interest rates as exact integers: millionths of one per cent, so 9.5 % is 9_500_000."""

from decimal import Decimal, InvalidOperation

ONE_PERCENT = 1_000_000
"""The rate of one per cent a year."""


def rate_of(percent: str | int | Decimal) -> int:
    """A rate given in per cent (``"9.5"``) in millionths of one per cent (9_500_000).

    Raises:
        ValueError: not a finite number, or finer than a millionth of one per cent.
    """
    try:
        exact = Decimal(percent) * ONE_PERCENT
    except InvalidOperation:
        raise ValueError(f"{percent!r} is no rate: write per cent with a decimal point, such as 9.5") from None
    if not exact.is_finite() or exact != exact.to_integral_value():
        raise ValueError(f"{percent!r} is no rate: write per cent with at most six decimals")
    return int(exact)


def percent_text(rate: int) -> str:
    """A rate as per cent, with at least one decimal and no more than it needs: 9_500_000 is ``"9.5"``."""
    whole, rest = divmod(abs(rate), ONE_PERCENT)
    return f"{'-' * (rate < 0)}{whole}.{f'{rest:06d}'.rstrip('0') or '0'}"
