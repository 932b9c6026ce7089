"""The facts of a lane that may be known before their time (rules.md K1): noted in a call, kept until a frontier."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from pydantic import TypeAdapter

from services.cash_application.state.rows import AHEAD
from services.runtime.unit_of_work import UnitOfWork

NotedRow = Literal["event", "payment", "creditor", "rate", "completion", "withdrawal", "waiting"]
"""What a fact has changed: an account, a payment, a creditor's registration, a rate, a feed; or it waits."""


@dataclass(frozen=True, slots=True)
class NotedFact:
    """A fact whose ``time`` is later than ``after``, the tick before it; ``names`` find the ``row`` that it changed.

    ``event`` is its ``source#id``, ``type`` the event's type.
    """

    row: NotedRow
    names: tuple[str, ...]
    type: str
    event: str
    source: str
    creditor: str | None
    time: datetime
    after: datetime | None

    def is_open_at(self, frontier: datetime) -> bool:
        """Whether a later frontier than this one decides when it is known."""
        return self.after is not None and self.after >= frontier


_NOTED: Final = TypeAdapter(list[NotedFact])


def keep(unit: UnitOfWork, number: int, noted: list[NotedFact]) -> None:
    """Keep the facts that a call has noted as one row, under a number that no other row has."""
    unit.put(AHEAD, f"{number:015d}", _NOTED.dump_json(noted))


def take(unit: UnitOfWork, frontier: datetime) -> list[NotedFact]:
    """The facts kept in one row, which is removed but for those that a later frontier decides; [] when none is left."""
    for row_key, stored in unit.scan(AHEAD):
        noted = _NOTED.validate_json(stored)
        open_ = [each for each in noted if each.is_open_at(frontier)]
        if len(open_) == len(noted):
            continue
        if open_:
            unit.put(AHEAD, row_key, _NOTED.dump_json(open_))
        else:
            unit.delete(AHEAD, row_key)
        return [each for each in noted if not each.is_open_at(frontier)]
    return []
