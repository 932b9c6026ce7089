"""Histories of invented parties with the letters that they must give: ours, and those of a folder beside the checkout.

`NAME.jsonl` is an event file, `NAME.until` the last day, `NAME.expected.jsonl` the accepted letters in order of date
and debtor, with what rules.md determines. ``write.py`` made ours: events by the simulation's generator, letters by
`play`; tests compare them with the oracle, which shares no code with it.
"""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

OWN: Final = Path(__file__).parent
OWN_NAMES: Final = tuple(sorted(path.stem for path in OWN.glob("*.until")))
OTHERS: Final = tuple(str(number) for number in range(9001, 9013))
NAMES: Final = (*OWN_NAMES, *OTHERS)


@dataclass(frozen=True, slots=True)
class Scenario:
    """One history: its events, as text and read, its last day and its letters."""

    name: str
    text: str
    until: str
    letters: list[dict[str, Any]]

    @property
    def events(self) -> list[dict[str, Any]]:
        """The events in the order of the file."""
        return [json.loads(line) for line in self.text.splitlines()]

    @property
    def last_day(self) -> date:
        """The last day to play."""
        return date.fromisoformat(self.until)


def read_scenario(folder: Path, name: str) -> Scenario:
    """The scenario of this name in a folder."""
    expected = (folder / f"{name}.expected.jsonl").read_text(encoding="utf-8").splitlines()
    return Scenario(
        name,
        (folder / f"{name}.jsonl").read_text(encoding="utf-8"),
        (folder / f"{name}.until").read_text(encoding="utf-8").strip(),
        [json.loads(line) for line in expected],
    )
