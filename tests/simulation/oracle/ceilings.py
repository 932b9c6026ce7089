"""F1, F3: the law's ceilings of fees."""

import math

FEE_CEILING = {"consumer": 500, "business": 1200}
_CONSUMER_CAPS = ((100_00, 60_00), (1_000_00, 120_00), (math.inf, 210_00))
_BUSINESS_CAPS = ((500_00, 250_00), (2_500_00, 470_00), (10_000_00, 550_00), (math.inf, 620_00))


def fee_cap(amount: int, consumer: bool) -> int:
    """F3: the most that all fees of an invoice may come to, by its amount."""
    caps = _CONSUMER_CAPS if consumer else _BUSINESS_CAPS
    return next(cap for limit, cap in caps if amount <= limit)
