"""The number of an account within its creditor, from which its letters' own references are made (design.md §3).

The number follows from the ids, not from the order in which accounts appeared: it is the same for every partition count
and every order of arrival, tells nobody how many debtors there are, and a mistyped reference hits no other account's.
Only where two accounts of a creditor draw the same number does the later one take the next free.
"""

from hashlib import sha256
from typing import Final

from schemas.topics import account_key
from services.cash_application.state import waiting
from services.cash_application.state.lane import Lane
from services.cash_application.state.rows import NUMBERS, Number, key

FIRST: Final = 100_000_000
LAST: Final = 999_999_999
"""Nine digits: with a thousand letters each, references of fourteen digits; half a million accounts, a hundred draws
that were taken."""


def drawn_number(creditor: str, debtor: str) -> int:
    """The number that an account draws."""
    digest = sha256(account_key(creditor, debtor).encode()).digest()
    return FIRST + int.from_bytes(digest[:8], "big") % (LAST - FIRST + 1)


def give_number(lane: Lane, creditor: str, debtor: str) -> int:
    """A number of its own for a new account."""
    number = drawn_number(creditor, debtor)
    while NUMBERS.get(lane.unit, key(creditor, str(number))) is not None:
        number = FIRST if number == LAST else number + 1
    waiting.arrived(lane, NUMBERS, key(creditor, str(number)))
    NUMBERS.put(lane.unit, key(creditor, str(number)), Number(debtor))
    return number


def debtor_of(lane: Lane, creditor: str, number: int) -> str | None:
    """Whose number it is, None while nobody has it."""
    row = NUMBERS.get(lane.unit, key(creditor, str(number)))
    return None if row is None else row.debtor
