"""The terms that an entry of an account keeps, whatever policy or choice of the creditor comes later (rules.md K3)."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class EntryTerms:
    """The terms under which money or a credit note counts.

    ``allocation`` is the order in which it pays the classes of a receivable (rules.md M2); a rest below ``waive_below``
    minor units is waived after it (M6), 0 is never.
    """

    allocation: str = "principal-first"
    waive_below: int = 0


@dataclass(frozen=True, slots=True)
class TermsFrom:
    """The terms of the credit that an account uses on the day ``since`` or later, until the next ones."""

    since: date
    terms: EntryTerms
