"""The facts of a lane that may be known before their time (rules.md K1): noted in a call, kept until a frontier."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

from pydantic import TypeAdapter

from services.cash_application.state.rows import AHEAD
from services.runtime.unit_of_work import UnitOfWork

NotedRow = Literal["event", "payment", "creditor", "rate", "confirmation", "completion", "withdrawal", "waiting"]
"""What a fact has changed: an account, a payment, a registration, a rate, a bank account, a feed; or it waits."""


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
_FIRST: Final = datetime.min.replace(tzinfo=UTC)


def keep(unit: UnitOfWork, number: int, noted: list[NotedFact]) -> None:
    """Keep the facts that a call has noted as one row, under a number that no other row has.

    In front stand their latest time and last tick, so that a row of which nothing lies ahead need not be read.
    """
    latest = max(each.time for each in noted)
    after = max((each.after for each in noted if each.after is not None), default=_FIRST)
    head = f"{latest.isoformat()} {after.isoformat()}\n".encode()
    unit.put(AHEAD, f"{number:015d}", head + _NOTED.dump_json(noted))


def take(unit: UnitOfWork, frontier: datetime) -> list[NotedFact]:
    """The facts of one row that lie ahead of a frontier which fixes when they are known; [] when no more do.

    Rows are removed but for facts that a later frontier decides.
    """
    for row_key, stored in unit.scan(AHEAD):
        head, _, listed = stored.partition(b"\n")
        latest, after = map(datetime.fromisoformat, head.decode().split())
        if latest <= frontier and after < frontier:
            unit.delete(AHEAD, row_key)
            continue
        noted = _NOTED.validate_json(listed)
        open_ = [each for each in noted if each.is_open_at(frontier)]
        if open_:
            keep(unit, int(row_key), open_)
        else:
            unit.delete(AHEAD, row_key)
        ahead = [each for each in noted if each.time > frontier and not each.is_open_at(frontier)]
        if ahead:
            return ahead
    return []
