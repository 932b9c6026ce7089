"""Which countries there are: the shipped ones, and those that other installed packages register.

Another package registers a `CountryPack` under the country's ISO 3166 code in the entry point group
``erapaiva.countries`` (docs/policy.md, "Adding a country").
"""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from schemas.extensions import ExtensionError, extensions
from services.law.country_pack import CountryPack
from services.law.fi import FINLAND

GROUP: Final = "erapaiva.countries"

DEFAULT_COUNTRY: Final = "FI"
"""The country of which calendar, law and time zone count for accounts and days without a registered creditor."""

_SHIPPED: Final = {"FI": FINLAND}


def is_country_code(text: str) -> bool:
    """Whether the text has the form of an ISO 3166 code of two capital letters."""
    return len(text) == 2 and text.isascii() and text.isalpha() and text.isupper()


@cache
def countries() -> Mapping[str, CountryPack]:
    """Every country's pack by its code: the shipped ones, then those of other packages in the order of their codes.

    Raises:
        ExtensionError: another package registers an object that is no pack, or a name that is no code or is taken.
    """
    known = dict(_SHIPPED)
    for code, pack in extensions(GROUP).items():
        if not isinstance(pack, CountryPack) or not is_country_code(code):
            raise ExtensionError(
                f'"{code}" in {GROUP} is no country; register a CountryPack under a code of two capital letters'
            )
        if code in known:
            raise ExtensionError(f'"{code}" in {GROUP} is a country that is shipped; uninstall the package')
        known[code] = pack
    return MappingProxyType(known)


def is_personal_code(text: str) -> bool:
    """Whether the text has the form of a personal identity code of any country: such a code is never stored."""
    return any(pack.ids.is_personal_code(text) for pack in countries().values())
