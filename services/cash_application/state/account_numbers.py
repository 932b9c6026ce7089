"""The number of an account within its creditor, part of the references of its letters (design.md §3).

The number follows from the ids, not from the order in which accounts appeared: it is the same for every partition count
and every order of arrival, does not reveal how many debtors there are, and a mistyped one hits no other account. Only
where two accounts of a creditor draw the same number does the later one get the next free number.
"""

from hashlib import sha256
from typing import Final

from schemas.topics import account_key
from services.cash_application.state import waiting
from services.cash_application.state.lane import Lane
from services.cash_application.state.row_kind import key
from services.cash_application.state.rows import NUMBERS, NumberOwner

FIRST: Final = 100_000_000
LAST: Final = 999_999_999
"""Nine digits: with a thousand letters each, references of fourteen digits. Among half a million accounts about a
hundred draw a number that another one has."""


def drawn_number(creditor: str, debtor: str) -> int:
    """The number that an account draws: a hash of its ids, between ``FIRST`` and ``LAST``."""
    digest = sha256(account_key(creditor, debtor).encode()).digest()
    return FIRST + int.from_bytes(digest[:8], "big") % (LAST - FIRST + 1)


def give_number(lane: Lane, creditor: str, debtor: str) -> int:
    """Give a new account its number: the drawn one, or the next that is free."""
    number = drawn_number(creditor, debtor)
    while NUMBERS.get(lane.unit, key(creditor, str(number))) is not None:
        number = FIRST if number == LAST else number + 1
    waiting.release(lane, NUMBERS, key(creditor, str(number)))
    NUMBERS.put(lane.unit, key(creditor, str(number)), NumberOwner(debtor))
    return number


def debtor_of(lane: Lane, creditor: str, number: int) -> str | None:
    """The debtor whose account has a number, None while no account has it."""
    row = NUMBERS.get(lane.unit, key(creditor, str(number)))
    return None if row is None else row.debtor
