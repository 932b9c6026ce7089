"""How sure each way of matching a payment is, in percent. The numbers are set, not measured.

They rank the ways, so that a policy can require a confidence (docs/matching.md): a way that can go wrong in more
respects has a lower number. No other module of cash application knows a percentage.
"""

from dataclasses import dataclass
from typing import Final

from schemas.policy import LEAST_CONFIDENCE, SURE


@dataclass(frozen=True, slots=True)
class Way:
    """A way of matching a payment: its code, as suggestions show it, and its confidence in percent."""

    code: str
    percent: int


REFERENCE: Final = Way("reference", SURE)
"""The payment's reference is the invoice's own: the bank has checked its digits, and the creditor gave it out."""
REFERENCE_IN_TEXT_AND_SUM: Final = Way("reference-in-text-and-sum", 95)
"""A reference with right check digits in free text, and the payment is the sum of the invoices named."""
NUMBER_IN_TEXT_AND_SUM: Final = Way("number-in-text-and-sum", 90)
"""An invoice number of five characters or more, and the sum agrees; but a number has no check digit."""
REFERENCE_IN_TEXT: Final = Way("reference-in-text", 85)
"""The check digits are right, the sum is another: one number in ten passes the national check by chance."""
SHORT_NUMBER_IN_TEXT_AND_SUM: Final = Way("short-number-in-text-and-sum", 80)
"""Three or four characters may as well be a year, a flat or a customer; here the sum agrees."""
NUMBER_IN_TEXT: Final = Way("number-in-text", 75)
"""An invoice number, but another sum: a part, too much, or another's number of the same shape."""
PAYER_AND_SUM: Final = Way("payer-and-sum", 70)
"""The payer's bank account has paid for one debtor alone, and the sum is that of an invoice of this debtor."""
NAME_AND_SUM: Final = Way("name-and-sum", 60)
"""One debtor alone has the payer's name, and an invoice of this sum; but others may have that name."""
SHORT_NUMBER_IN_TEXT: Final = Way("short-number-in-text", 50)
"""A short number and another sum: as likely wrong as right."""
PAYER: Final = Way("payer", 40)
"""Only the payer's bank account is known."""
NAME: Final = Way("name", 30)
"""Only the payer's name is a debtor's."""
NEAR_REFERENCE: Final = Way("reference-nearly-and-sum", 45)
"""One digit, or two neighbours changed, make the reference an invoice's of this sum. Below ``LEAST_CONFIDENCE``."""
SIMILAR_NAME_AND_SUM: Final = Way("similar-name-and-sum", 40)
"""The payer's name is a debtor's without a company form or middle name, or cut; and an invoice of this sum."""
SIMILAR_NAME: Final = Way("similar-name", 20)
"""Only such a name."""

IN_TEXT: Final = {
    "reference": (REFERENCE_IN_TEXT, REFERENCE_IN_TEXT_AND_SUM),
    "number": (NUMBER_IN_TEXT, NUMBER_IN_TEXT_AND_SUM),
    "short": (SHORT_NUMBER_IN_TEXT, SHORT_NUMBER_IN_TEXT_AND_SUM),
}
"""By kind of candidate in a text: the way when the payment's sum is another, and when the sum agrees."""
SHORT: Final = 4
"""Characters of a reference or number that is short."""
OF_PAYER: Final = {
    "iban": (PAYER, PAYER_AND_SUM),
    "name": (NAME, NAME_AND_SUM),
    "similar": (SIMILAR_NAME, SIMILAR_NAME_AND_SUM),
}
"""By kind of payer hint: the way without such an invoice, and when the debtor has an invoice of the payment's sum."""

AS_GOOD_AS_SURE: Final = 90
"""A suggestion of so much holds the debtor's letters until a person decides (rules.md G10)."""

AMBIGUOUS: Final = 45
"""The highest confidence of a match while another debtor matches too. Below ``LEAST_CONFIDENCE``: for a person."""

assert AMBIGUOUS < LEAST_CONFIDENCE
