"""A country's pack: a file of dated figures, and the functions for its ids, which cannot be data."""

from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Protocol


class IdScheme(Protocol):
    """A country's business ids and personal identity codes, as files and creditors write them."""

    def business_id(self, text: str) -> str | None:
        """The business id that a text gives in one of its own forms, in the form for people; None when it gives none.

        A check digit is not verified: that is left to the sender (design.md §4).
        """

    def same_business(self, text: str) -> str:
        """What all forms of one business id have in common, so that two can be compared; any other text as it is."""

    def is_personal_code(self, text: str) -> bool:
        """Whether the text has the form of a personal identity code, which must never become a debtor's id."""


@dataclass(frozen=True, slots=True)
class CountryPack:
    """One country.

    Attributes:
        figures: the TOML file of its law, in the form of ``services/law/fi.toml``: each figure dated, with its source.
        ids: its business ids and personal identity codes.
    """

    figures: Traversable
    ids: IdScheme
