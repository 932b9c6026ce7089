"""What became of the events that `play` read: read = applied + duplicates + dead letters + waiting (design.md §9)."""

from typing import Any

from services.cash_application.state.tally import total
from services.commands.playback.play_files import Play
from services.runtime.engine import EmbeddedEngine


class Counts:
    """Counts what is said while a play goes on, from how the store stood at its beginning."""

    def __init__(self, engine: EmbeddedEngine) -> None:
        """Remember how the store stands."""
        self._store = engine.store
        self._before = total(engine.store)
        self._said = {"notice": 0, "task": 0, "dead-letter": 0}
        self._unmatched: set[tuple[str, str]] = set()

    def add(self, said: dict[str, Any]) -> None:
        """Count one thing that was said; a payment that is told as unmatched again is one payment."""
        if said["kind"] in self._said:
            self._said[said["kind"]] += 1
        elif said["kind"] == "unmatched":
            self._unmatched.add((said["creditor"], said["payment"]))

    def summary(self, play: Play) -> dict[str, Any]:
        """The last line. What waited before and was released now counts as applied now."""
        after = total(self._store)
        duplicates = after.duplicates - self._before.duplicates
        waiting = after.waiting - self._before.waiting
        dead_letters = self._said["dead-letter"]
        return {
            "kind": "summary",
            "read": play.read,
            "applied": play.read - duplicates - dead_letters - waiting,
            "duplicates": duplicates,
            "dead_letters": dead_letters,
            "after_until": play.after_until,
            "waiting": waiting,
            "notices": self._said["notice"],
            "tasks": self._said["task"],
            "unmatched": len(self._unmatched),
        }
