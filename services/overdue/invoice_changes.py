"""What a later invoice changes of an account's receivable, and the discounts that it offers (rules.md M8, M10)."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(slots=True)
class OfferedDiscount:
    """What is taken off an invoice, in minor units, when the rest is paid by the day ``through`` (rules.md M8)."""

    through: date
    amount: int


@dataclass(slots=True)
class CorrectedAmount:
    """What a receivable is of since an invoice that corrects its own replaced it, in minor units (rules.md M10).

    ``discounts`` are those of the correction; None where an older store put them in the receivable's place. ``day`` is
    the local one on which it is known; older stores do not say it.
    """

    known: datetime
    id: str
    amount: int
    by: str
    time: datetime | None = None
    discounts: list[OfferedDiscount] | None = None
    day: date | None = None


@dataclass(slots=True)
class AddedInvoice:
    """An invoice that corrects this one by adding to it; it is known on the local ``day`` (rules.md M10)."""

    known: datetime
    id: str
    day: date
