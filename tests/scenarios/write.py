"""Write the scenarios of this folder: `python -m tests.scenarios.write`.

For a new one, or when rules.md changes; what changes in the expected letters is then reviewed like code.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from tests.scenarios import OWN
from tests.simulation.compare import first_difference
from tests.simulation.histories import history
from tests.simulation.oracle import letters_of
from tests.simulation.playing import is_unnamed, played_letters

CHOSEN: Final = {"simple": 0, "money": 2, "stops": 2, "ladders": 2, "old": 1, "rich": 0}
"""The seed of each profile's history: short ones in which many letters go."""


def write(folder: Path) -> None:
    """Write each history and its letters; raises AssertionError where play and the oracle disagree.

    Events that name what only `play` can name (a letter's own reference, a task) are left out.
    """
    for profile, seed in CHOSEN.items():
        told, until = history(seed, profile)
        events = [event for event in told if not is_unnamed(event)]
        letters = played_letters(events, until)
        difference = first_difference(letters_of(events, until), letters)
        assert difference is None, f"{profile}: {difference}"
        _lines(folder / f"{profile}.jsonl", events)
        _lines(folder / f"{profile}.expected.jsonl", letters)
        (folder / f"{profile}.until").write_text(f"{until}\n", encoding="utf-8")


def _lines(path: Path, objects: Iterable[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in objects), encoding="utf-8")


if __name__ == "__main__":
    write(OWN)
