"""Events of files that came by a door which may not bring them, until the same bytes come by one that may.

Moving the file to the right folder is then enough: its dead letters close with it.
"""

import json
from hashlib import sha256
from typing import Final, NamedTuple

from services.intake.state_rows import MISDIRECTED
from services.runtime.unit_of_work import UnitOfWork


class MisdirectedEvent(NamedTuple):
    """The dead letter of a misdirected event: its key, and the source under which its closing is recorded."""

    key: str
    source: str | None


class MisdirectedEvents:
    """The misdirected events of files in one partition."""

    def __init__(self, unit: UnitOfWork) -> None:
        """As they stand at the beginning of a unit of work."""
        self._unit: Final = unit
        self._found = {row_key: _read(row) for row_key, row in unit.scan(MISDIRECTED)}

    def note(self, raw: bytes, event: MisdirectedEvent) -> None:
        """Remember the dead letter of an event."""
        digest = _digest(raw)
        found = self._found.setdefault(digest, [])
        if event not in found:
            found.append(event)
            self._unit.put(MISDIRECTED, digest, json.dumps(found).encode())

    def take(self, raw: bytes) -> list[MisdirectedEvent]:
        """The dead letters of the same bytes, now that these have come by a right door; they are forgotten."""
        if not self._found:
            return []
        digest = _digest(raw)
        found = self._found.pop(digest, [])
        if found:
            self._unit.delete(MISDIRECTED, digest)
        return found


def _read(row: bytes) -> list[MisdirectedEvent]:
    return [MisdirectedEvent(*fields) for fields in json.loads(row)]


def _digest(raw: bytes) -> str:
    return sha256(raw).hexdigest()
