"""What keeps a reconciliation from tying."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Culprit:
    """Something that does not tie.

    ``account`` is the bank account, if it is one's; ``what`` is payment, statement, days or debtor, called ``name``;
    ``amount`` the difference in minor units of ``currency``, where there is one.
    """

    account: str
    what: str
    name: str
    words: str
    amount: int | None = None
    currency: str | None = None
