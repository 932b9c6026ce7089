"""The kinds of national payment references: how one is made, checked and printed.

A country's law pack names the scheme that its creditors use (``services/law``). Schemes ship here, and other installed
packages register a `ReferenceScheme` under its name in the entry point group ``erapaiva.reference-schemes``. The RF
creditor reference (ISO 11649) is no scheme: it is the international form of any of them (`schemas.references`).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import cycle
from operator import mul
from typing import Final

from schemas.extensions import ExtensionError, extensions

GROUP: Final = "erapaiva.reference-schemes"

_DIGITS: Final = re.compile(r"[0-9]+", re.ASCII)
_WEIGHTS: Final = (7, 3, 1)


@dataclass(frozen=True, slots=True)
class ReferenceScheme:
    """One kind of national payment reference: a base of digits, without zeros in front, and one check digit after it.

    Attributes:
        name: as law packs name it.
        shortest: digits that a reference has at least, the check digit counted.
        longest: digits that it has at most; 11 at least, so that letters can have references (`schemas.references`).
        check_digit: the check digit of a base.
        printed: a reference as people read it, in groups.
    """

    name: str
    shortest: int
    longest: int
    check_digit: Callable[[str], str]
    printed: Callable[[str], str]

    def of_base(self, base: str) -> str:
        """The reference of a base: the base, zeros in front not counted, and its check digit.

        Raises:
            ValueError: the base is too short, too long or not all digits.
        """
        digits = base.lstrip("0")
        if not _DIGITS.fullmatch(base) or not self.shortest <= len(digits) + 1 <= self.longest:
            limits = f"{self.shortest - 1} to {self.longest - 1} digits"
            raise ValueError(f"a reference is made of {limits}, zeros in front not counted")
        return digits + self.check_digit(digits)

    def base_of(self, reference: str) -> str | None:
        """The base of a reference in canonical form whose check digit is right; None for any other text."""
        if not self.shortest <= len(reference) <= self.longest or not _DIGITS.fullmatch(reference):
            return None
        base = reference[:-1]
        return base if base[0] != "0" and self.check_digit(base) == reference[-1] else None


def _seven_three_one(digits: str) -> str:
    """The digits times 7, 3, 1, 7, … from the right; what the sum lacks to the next full ten."""
    total = sum(map(mul, map(int, reversed(digits)), cycle(_WEIGHTS)))
    return str(-total % 10)


def _in_fives(reference: str) -> str:
    """Groups of five from the right: ``12 34561``."""
    first = len(reference) % 5
    groups = [reference[:first]] if first else []
    return " ".join(groups + [reference[at : at + 5] for at in range(first, len(reference), 5)])


FINNISH: Final = ReferenceScheme("fi", 4, 20, _seven_three_one, _in_fives)
"""The Finnish reference number (viitenumero). Source: Finance Finland's guide on the national reference number."""


@cache
def reference_schemes() -> tuple[ReferenceScheme, ...]:
    """Every scheme: the shipped ones, then those of other packages in the order of their names.

    Raises:
        ExtensionError: another package registers an object that is no scheme, a name other than the scheme's own or one
        that is taken.
    """
    found = [FINNISH]
    for name, scheme in extensions(GROUP).items():
        if not isinstance(scheme, ReferenceScheme) or scheme.name != name:
            raise ExtensionError(f'"{name}" in {GROUP} is no scheme of that name; register a ReferenceScheme')
        if any(name == known.name for known in found):
            raise ExtensionError(f'"{name}" in {GROUP} has the name of a scheme that is shipped; choose another')
        found.append(scheme)
    return tuple(found)


def scheme_named(name: str) -> ReferenceScheme | None:
    """The scheme of a name; None when none is registered under it."""
    return next((scheme for scheme in reference_schemes() if scheme.name == name), None)
