"""What becomes of a fact: applied, known already, waiting for another, or refused (design.md §1, promise 2)."""

from dataclasses import dataclass
from typing import Final

from services.cash_application.state.waiting import Missing


@dataclass(frozen=True, slots=True)
class Applied:
    """The fact changed the lane's state."""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The fact's identity is known with the same content; nothing changes."""


@dataclass(frozen=True, slots=True)
class Waits:
    """The fact refers to a row that does not exist yet; ``debtor``: whose account is in doubt meanwhile."""

    missing: Missing
    debtor: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """The fact becomes a dead letter: a reason code, and lines for a person without values.

    ``debtor``: whose account the doubt holds, where that is known though the fact does not name the debtor; ``also``:
    another debtor whom the fact may mean.
    """

    reason: str
    lines: tuple[str, ...]
    debtor: str | None = None
    also: str | None = None


@dataclass(frozen=True, slots=True)
class Undecided:
    """The fact is decided at the next frontier, as when it is known decides about it (rules.md K2)."""


Result = Applied | Duplicate | Waits | Undecided | Refused
APPLIED: Final = Applied()
DUPLICATE: Final = Duplicate()
UNDECIDED: Final = Undecided()
CONFLICT: Final = "conflict"
"""Why a fact is refused whose identity is known with other content."""


def conflict(what: str) -> Refused:
    """The refusal of a fact whose identity is known with other content (design.md §3, identity)."""
    return Refused(CONFLICT, (f"{what} is known already, with other content; send a change as its own event",))
