"""Finland: its figures are in ``fi.toml``; here are its business ids and personal identity codes.

A Y-tunnus is seven digits, a dash and a check digit (``2345678-0``); old ones have six digits. A VAT number is ``FI``
and the same eight digits, an OVT identifier ``0037``, the eight digits and up to five characters that name a unit.
Sources: the Finnish Tax Administration's form of the business id; Finance Finland, Finvoice 3.0 (OVT identifiers).
"""

import re
from importlib.resources import files
from typing import Final

from stdnum.fi import ytunnus

from services.law.country_pack import CountryPack

_DASHED: Final = re.compile(r"([0-9]{6,7})-([0-9])", re.ASCII)
_VAT: Final = re.compile(r"FI([0-9]{7})-?([0-9])", re.ASCII)
_OVT: Final = re.compile(r"0037([0-9]{7})([0-9])[0-9A-Z]{0,5}", re.ASCII)
_BARE: Final = re.compile(r"([0-9]{7})([0-9])", re.ASCII)
_PERSONAL: Final = re.compile(r"[0-3][0-9][01][0-9]{3}[-+A-FU-Y][0-9]{3}[0-9A-Y]", re.ASCII)
_NOT_DIGITS: Final = re.compile(r"\D")
_DIGITS: Final = 8
_OVT_MARK: Final = "0037"


class FinnishIds:
    """Finland's ids; see `services.law.country_pack.IdScheme`."""

    def business_id(self, text: str) -> str | None:
        """The Y-tunnus as ``1234567-8``, also of a VAT number or an OVT identifier."""
        compact = "".join(text.split()).upper()
        for form in (_DASHED, _VAT, _OVT):
            match = form.fullmatch(compact)
            if match:
                return f"{match[1].zfill(7)}-{match[2]}"
        return None

    def business_id_in_digits(self, text: str) -> str | None:
        """The same, also of eight bare digits, for fields that are meant for it.

        Those must have the right check digit.
        """
        compact = "".join(text.split())
        match = _BARE.fullmatch(compact)
        return f"{match[1]}-{match[2]}" if match and ytunnus.is_valid(compact) else self.business_id(text)

    def same_business(self, text: str) -> str:
        """The eight digits of a business id, however it is written; any other text in small letters."""
        digits = _NOT_DIGITS.sub("", text)
        if digits.startswith(_OVT_MARK):
            digits = digits[len(_OVT_MARK) : len(_OVT_MARK) + _DIGITS]
        return digits if len(digits) == _DIGITS else text.strip().casefold()

    def is_personal_code(self, text: str) -> bool:
        """Whether the text has the form of a henkilötunnus."""
        return _PERSONAL.fullmatch("".join(text.split()).upper()) is not None


FINNISH_IDS: Final = FinnishIds()
FINLAND: Final = CountryPack(files(__package__).joinpath("fi.toml"), FINNISH_IDS)
