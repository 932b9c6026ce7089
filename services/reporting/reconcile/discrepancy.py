"""A discrepancy: one thing that keeps a reconciliation from tying."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """A payment, statement, debtor or run of days that does not tie.

    ``account``: the bank account, empty where it concerns none. ``what``: payment, statement, days or debtor; ``name``
    is its id, number or dates. ``amount``: the difference in minor units of ``currency``, where there is one.
    """

    account: str
    what: str
    name: str
    words: str
    amount: int | None = None
    currency: str | None = None
