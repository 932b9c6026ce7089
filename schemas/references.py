"""Payment references: their canonical form, which ones are valid, and the reference of a letter.

Two references name the same thing when their canonical forms are equal: no spaces, no ``RFcc`` prefix, no leading
zeros, upper case. National references are checked by their schemes (`schemas.reference_schemes`), RF references by ISO
11649. Sources: Finance Finland's guide on the RF creditor reference; ISO 11649.
"""

import re
from typing import Final

from stdnum.iso7064 import mod_97_10

from schemas.reference_schemes import ReferenceScheme, reference_schemes

_DIGITS: Final = re.compile(r"[0-9]+", re.ASCII)
_RF: Final = re.compile(r"RF[0-9]{2}[A-Z0-9]{1,21}", re.ASCII)

_LETTER_MARK: Final = "9"
_ACCOUNT_DIGITS: Final = 6
_LETTER_DIGITS: Final = 3
LARGEST_ACCOUNT_NUMBER: Final = 10**15 - 1
"""With ``_LETTER_MARK`` and the letter's number this fills the 19 digits of a base (`schemas.reference_schemes`)."""
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
    """Whether the text is a national reference of a registered scheme or an RF reference, with right check digits."""
    compact = _compact(text)
    return _is_rf(compact) if compact.startswith("RF") else _is_national(compact.lstrip("0"))


def rf_reference(national: str) -> str:
    """The RF form of a canonical reference, without spaces: ``"1234561"`` is ``"RF341234561"``."""
    canonical = canonical_reference(national)
    return "RF" + mod_97_10.calc_check_digits(canonical + "RF") + canonical


def printed_reference(canonical: str, scheme: ReferenceScheme) -> str:
    """A canonical reference as people read it where ``scheme`` is in use.

    One of the scheme as it prints them (``"12 34561"``); any other in its RF form, in groups of four from the left
    (``"RF18 5390 0754 70Y"``).
    """
    if scheme.base_of(canonical) is not None:
        return scheme.printed(canonical)
    rf = rf_reference(canonical)
    return " ".join(rf[at : at + 4] for at in range(0, len(rf), 4))


def letter_reference(account_number: int, letter_number: int, scheme: ReferenceScheme) -> str:
    """The reference of a letter that lists several receivables (design.md §3), made by ``scheme``.

    Its base is ``9``, the account's number within its creditor and the letter's number within the account.

    Raises:
        ValueError: a number does not fit.
    """
    if not 1 <= account_number <= LARGEST_ACCOUNT_NUMBER:
        raise ValueError(f"an account number is 1 to {LARGEST_ACCOUNT_NUMBER}")
    if not 1 <= letter_number <= LETTERS_PER_ACCOUNT:
        raise ValueError(f"a letter number is 1 to {LETTERS_PER_ACCOUNT}")
    account = str(account_number).zfill(_ACCOUNT_DIGITS)
    letter = str(letter_number).zfill(_LETTER_DIGITS)
    return scheme.of_base(_LETTER_MARK + account + letter)


def parse_letter_reference(canonical: str) -> tuple[int, int] | None:
    """The account number and letter number in a letter's reference of any scheme; None when it is none."""
    for scheme in reference_schemes():
        base = scheme.base_of(canonical)
        numbers = None if base is None else _numbers_of(base)
        if numbers is not None:
            return numbers
    return None


def _numbers_of(base: str) -> tuple[int, int] | None:
    shortest = len(_LETTER_MARK) + _ACCOUNT_DIGITS + _LETTER_DIGITS
    if len(base) < shortest or not _DIGITS.fullmatch(base) or base[0] != _LETTER_MARK:
        return None
    account = base[1:-_LETTER_DIGITS]
    letter = int(base[-_LETTER_DIGITS:])
    padded_too_far = len(account) > _ACCOUNT_DIGITS and account[0] == "0"
    if padded_too_far or int(account) == 0 or letter == 0:
        return None
    return int(account), letter


def _compact(text: str) -> str:
    return "".join(text.split()).upper()


def _is_national(canonical: str) -> bool:
    return any(scheme.base_of(canonical) is not None for scheme in reference_schemes())


def _is_rf(compact: str) -> bool:
    return bool(_RF.fullmatch(compact)) and mod_97_10.is_valid(compact[4:] + compact[:4])
