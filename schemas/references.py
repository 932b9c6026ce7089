"""Payment references: the Finnish viitenumero, its RF form (ISO 11649), and a letter's own one.

Two references name the same thing when their canonical forms are equal: no spaces, no ``RFcc``
prefix, no leading zeros, upper case. Sources: Finance Finland's guides on the national reference
number and on the RF creditor reference; ISO 11649.
"""

import re
from itertools import cycle
from operator import mul
from typing import Final

from stdnum.iso7064 import mod_97_10

_DIGITS: Final = re.compile(r"[0-9]+", re.ASCII)
_NATIONAL: Final = re.compile(r"[1-9][0-9]{3,19}", re.ASCII)
_RF: Final = re.compile(r"RF[0-9]{2}[A-Z0-9]{1,21}", re.ASCII)
_WEIGHTS: Final = (7, 3, 1)

_LETTER_MARK: Final = "9"
_ACCOUNT_DIGITS: Final = 6
_LETTER_DIGITS: Final = 3
LARGEST_ACCOUNT_NUMBER: Final = 10**15 - 1
"""With the mark, the letter number and the check digit this fills the 20 digits of a reference."""
LETTERS_PER_ACCOUNT: Final = 10**_LETTER_DIGITS - 1
"""How many letters of one account can have a reference of their own."""


def canonical_reference(text: str) -> str:
    """The form in which references are compared and stored; anything may be given.

    ``RFcc`` is taken off only where its check digits are right, so that a mistyped RF reference
    never becomes somebody's national one.
    """
    if _DIGITS.fullmatch(text):
        return text.lstrip("0")
    compact = _compact(text)
    if compact.startswith("RF") and _is_rf(compact):
        compact = compact[4:]
    return compact.lstrip("0")


def is_valid_reference(text: str) -> bool:
    """Whether the text is a national reference with its check digit, or an RF reference."""
    compact = _compact(text)
    return _is_rf(compact) if compact.startswith("RF") else _is_national(compact.lstrip("0"))


def national_reference(base: str) -> str:
    """The national reference of a base of 3 to 19 digits: the base and its check digit (7-3-1)."""
    digits = base.lstrip("0")
    if not _DIGITS.fullmatch(base) or not 3 <= len(digits) <= 19:
        raise ValueError("a reference is made of 3 to 19 digits, zeros in front not counted")
    return digits + _check_digit(digits)


def rf_reference(national: str) -> str:
    """The RF form of a canonical reference, without spaces: ``"1234561"`` is ``"RF341234561"``."""
    canonical = canonical_reference(national)
    return "RF" + mod_97_10.calc_check_digits(canonical + "RF") + canonical


def printed_reference(canonical: str) -> str:
    """A canonical reference as people read it.

    National ones in groups of five from the right (``"12 34561"``); others, which only exist as
    RF, in their RF form in groups of four from the left (``"RF18 5390 0754 70Y"``).
    """
    if _is_national(canonical):
        first = len(canonical) % 5
        groups = [canonical[:first]] if first else []
        groups += [canonical[at : at + 5] for at in range(first, len(canonical), 5)]
    else:
        rf = rf_reference(canonical)
        groups = [rf[at : at + 4] for at in range(0, len(rf), 4)]
    return " ".join(groups)


def letter_reference(account_number: int, letter_number: int) -> str:
    """The reference of a letter that speaks of several receivables (design.md §3).

    ``9``, the account's number within its creditor, the letter's number within the account, check
    digit. ValueError when a number does not fit.
    """
    if not 1 <= account_number <= LARGEST_ACCOUNT_NUMBER:
        raise ValueError(f"an account number is 1 to {LARGEST_ACCOUNT_NUMBER}")
    if not 1 <= letter_number <= LETTERS_PER_ACCOUNT:
        raise ValueError(f"a letter number is 1 to {LETTERS_PER_ACCOUNT}")
    account = str(account_number).zfill(_ACCOUNT_DIGITS)
    letter = str(letter_number).zfill(_LETTER_DIGITS)
    return national_reference(_LETTER_MARK + account + letter)


def parse_letter_reference(canonical: str) -> tuple[int, int] | None:
    """The account number and letter number in a letter's reference; None when it is none."""
    shortest = len(_LETTER_MARK) + _ACCOUNT_DIGITS + _LETTER_DIGITS + 1
    if len(canonical) < shortest or canonical[0] != _LETTER_MARK or not _is_national(canonical):
        return None
    account = canonical[1 : -_LETTER_DIGITS - 1]
    letter = int(canonical[-_LETTER_DIGITS - 1 : -1])
    padded_too_far = len(account) > _ACCOUNT_DIGITS and account[0] == "0"
    if padded_too_far or int(account) == 0 or letter == 0:
        return None
    return int(account), letter


def _compact(text: str) -> str:
    return "".join(text.split()).upper()


def _check_digit(digits: str) -> str:
    total = sum(map(mul, map(int, reversed(digits)), cycle(_WEIGHTS)))
    return str(-total % 10)


def _is_national(canonical: str) -> bool:
    if not _NATIONAL.fullmatch(canonical):
        return False
    return _check_digit(canonical[:-1]) == canonical[-1]


def _is_rf(compact: str) -> bool:
    return bool(_RF.fullmatch(compact)) and mod_97_10.is_valid(compact[4:] + compact[:4])
