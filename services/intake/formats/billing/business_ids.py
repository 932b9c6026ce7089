"""Finnish business ids in the forms that files give them, and personal identity codes, which are never kept.

A Y-tunnus is seven digits, a dash and a check digit (``2345678-0``); old ones have six digits. A VAT number is ``FI``
and the same eight digits, an OVT identifier ``0037``, the eight digits and up to five characters that name a unit.
Sources: the Finnish Tax Administration's form of the business id; Finance Finland, Finvoice 3.0 (OVT identifiers).
"""

import re
from typing import Final

from stdnum.fi import ytunnus

_DASHED: Final = re.compile(r"([0-9]{6,7})-([0-9])", re.ASCII)
_VAT: Final = re.compile(r"FI([0-9]{7})-?([0-9])", re.ASCII)
_OVT: Final = re.compile(r"0037([0-9]{7})([0-9])[0-9A-Z]{0,5}", re.ASCII)
_BARE: Final = re.compile(r"([0-9]{7})([0-9])", re.ASCII)
_PERSONAL: Final = re.compile(r"[0-3][0-9][01][0-9]{3}[-+A-FU-Y][0-9]{3}[0-9A-Y]", re.ASCII)


def business_id(text: str) -> str | None:
    """The Y-tunnus that ``text`` gives in one of its own forms, as ``1234567-8``; None when it gives none.

    A wrong check digit is the sender's business (design.md §4).
    """
    compact = "".join(text.split()).upper()
    for form in (_DASHED, _VAT, _OVT):
        match = form.fullmatch(compact)
        if match:
            return f"{match[1].zfill(7)}-{match[2]}"
    return None


def business_id_in_digits(text: str) -> str | None:
    """The same, also of eight bare digits, for fields that are meant for it; those must have the right check digit."""
    compact = "".join(text.split())
    match = _BARE.fullmatch(compact)
    return f"{match[1]}-{match[2]}" if match and ytunnus.is_valid(compact) else business_id(text)


def is_personal_code(text: str) -> bool:
    """Whether the text has the form of a Finnish personal identity code, which must become nobody's key or number."""
    return _PERSONAL.fullmatch("".join(text.split()).upper()) is not None
