"""The terms that an entry keeps, whatever policy, choice of the creditor or kind of debtor comes later (K3)."""

from dataclasses import dataclass
from datetime import date

from schemas.fields import Kind


@dataclass(frozen=True, slots=True)
class EntryTerms:
    """The terms under which money or a credit note counts.

    ``kind`` is the debtor's: a suspension stops a consumer's receivables only (rules.md G3). ``allocation`` is the
    order in which it pays the classes of a receivable (M2); a rest below ``waive_below`` minor units is waived after it
    (M6), 0 is never.
    """

    kind: Kind = "consumer"
    allocation: str = "principal-first"
    waive_below: int = 0


@dataclass(frozen=True, slots=True)
class TermsFrom:
    """The terms of the credit that an account uses on the day ``since`` or later, until the next ones."""

    since: date
    terms: EntryTerms
