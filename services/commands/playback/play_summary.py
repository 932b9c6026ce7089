"""The last line of `play`: read = applied + duplicates + dead letters + waiting (design.md §9)."""

from typing import Any

from services.cash_application.state.tally import total
from services.commands.playback.play_files import Play
from services.runtime.engine import EmbeddedEngine


class PlayCounts:
    """Counts the printed lines of one play, and what the store has gained since its beginning."""

    def __init__(self, engine: EmbeddedEngine) -> None:
        """Keep the store's totals as they are before the play."""
        self._store = engine.store
        self._before = total(engine.store)
        self._counts = {"notice": 0, "task": 0, "dead-letter": 0}
        self._unmatched: set[tuple[str, str]] = set()

    def add(self, line: dict[str, Any]) -> None:
        """Count one line; a payment that is unmatched more than once counts once, an event that waits as waiting."""
        if line["kind"] in self._counts and "waits" not in line:
            self._counts[line["kind"]] += 1
        elif line["kind"] == "unmatched":
            self._unmatched.add((line["creditor"], line["payment"]))

    def summary(self, play: Play) -> dict[str, Any]:
        """The summary. An event that waited before this play and was released in it counts as applied now."""
        after = total(self._store)
        duplicates = after.duplicates - self._before.duplicates
        waiting = after.waiting - self._before.waiting
        dead_letters = self._counts["dead-letter"]
        return {
            "kind": "summary",
            "read": play.read,
            "applied": play.read - duplicates - dead_letters - waiting,
            "duplicates": duplicates,
            "dead_letters": dead_letters,
            "after_until": play.after_until,
            "waiting": waiting,
            "notices": self._counts["notice"],
            "tasks": self._counts["task"],
            "unmatched": len(self._unmatched),
        }
