"""Reading files of a format in tests: a directory of creditors, what came of the bytes, and bytes that went wrong."""

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from schemas.parsing import parse_event
from services.intake.files import FileLine
from services.intake.formats.format import Fault, Format, Piece
from services.law.fi import FINNISH_IDS

HELSINKI = ZoneInfo("Europe/Helsinki")


@dataclass
class Registered:
    """The creditors that are registered: by bank account, and by business id in any of its forms."""

    accounts: Mapping[str, str] = field(default_factory=dict)
    businesses: Mapping[str, str] = field(default_factory=dict)
    terms_days: int | None = None

    def creditor_of_account(self, iban: str) -> str | None:
        return self.accounts.get(iban)

    def creditor_of_business(self, business: str) -> str | None:
        return self.businesses.get(FINNISH_IDS.business_id(business) or business)

    def zone_of(self, creditor: str) -> ZoneInfo:
        assert creditor in {*self.accounts.values(), *self.businesses.values()}
        return HELSINKI

    def country_of(self, creditor: str) -> str:
        assert creditor in {*self.accounts.values(), *self.businesses.values()}
        return "FI"

    def terms_days_of(self, creditor: str) -> int | None:
        assert creditor in {*self.accounts.values(), *self.businesses.values()}
        return self.terms_days


class Anybody(Registered):
    """Every account and every seller is a creditor's."""

    def creditor_of_account(self, iban: str) -> str | None:
        return f"of {iban}"

    def creditor_of_business(self, business: str) -> str | None:
        return f"of {business}"

    def zone_of(self, creditor: str) -> ZoneInfo:
        assert creditor.startswith("of ")
        return HELSINKI

    def country_of(self, creditor: str) -> str:
        assert creditor.startswith("of ")
        return "FI"

    def terms_days_of(self, creditor: str) -> int | None:
        assert creditor.startswith("of ")
        return None


def pieces(kind: Format, data: bytes, directory: Registered) -> list[Piece]:
    """All pieces of a file, each event checked against its contract."""
    found = list(kind.read(io.BytesIO(data), directory))
    for piece in found:
        if isinstance(piece, dict):
            assert parse_event(piece).unknown == ()
    return found


def events(found: Iterable[Piece]) -> list[dict[str, Any]]:
    """The events among the pieces."""
    return [piece for piece in found if isinstance(piece, dict)]


def faults(found: Iterable[Piece]) -> list[Fault]:
    """The faults among the pieces."""
    return [piece for piece in found if isinstance(piece, Fault)]


def data_of(found: Iterable[Piece]) -> list[dict[str, Any]]:
    """The data of the events, of pieces that hold nothing else."""
    found = list(found)
    assert faults(found) == []
    assert not any(isinstance(piece, FileLine) for piece in found)
    return [piece["data"] for piece in events(found)]


def damaged(whole: bytes) -> st.SearchStrategy[bytes]:
    """A file that was cut off, has a hole, something doubled, or other bytes somewhere."""

    @st.composite
    def damage(draw: st.DrawFn) -> bytes:
        data = whole
        for _ in range(draw(st.integers(1, 4))):
            begin = draw(st.integers(0, len(data)))
            end = min(len(data), begin + draw(st.integers(0, 60)))
            kind = draw(st.sampled_from(("cut", "hole", "twice", "other")))
            if kind == "cut":
                data = data[:begin]
            elif kind == "hole":
                data = data[:begin] + data[end:]
            elif kind == "twice":
                data = data[:end] + data[begin:]
            else:
                data = data[:begin] + draw(st.binary(max_size=30)) + data[end:]
        return data

    return damage()
