"""What becomes of a fact: applied, known already, waiting for another, or refused (design.md §1, promise 2)."""

from dataclasses import dataclass
from typing import Final

from services.cash_application.state.waiting import Missing


@dataclass(frozen=True, slots=True)
class Applied:
    """It changed what is known."""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Its natural key is known with the same content."""


@dataclass(frozen=True, slots=True)
class Waits:
    """It is about something that is not known yet."""

    missing: Missing


@dataclass(frozen=True, slots=True)
class Refused:
    """It becomes a dead letter: a reason code, and lines for a person without values.

    ``debtor``: whose account the doubt holds, where that is known though the fact does not say it.
    """

    reason: str
    lines: tuple[str, ...]
    debtor: str | None = None


Verdict = Applied | Duplicate | Waits | Refused
APPLIED: Final = Applied()
DUPLICATE: Final = Duplicate()


def conflict(what: str) -> Refused:
    """The same identity was told before with other content (design.md §3, identity)."""
    return Refused("conflict", (f"{what} is known already, with other content; send a change as its own event",))
