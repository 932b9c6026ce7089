"""Names mean one thing each, and folders stay small enough to find one's way (CONTRIBUTING.md)."""

import ast
import re
from collections import defaultdict
from pathlib import Path

from tests.checkout import ROOT

PRIVATE_WORDS = re.compile(r"(?<![a-z])(seats?|bearers?|desks?|trays?|twins?)(?![a-z])", re.IGNORECASE)
"""Words that once stood for Kafka's and databases' own: partition task, dispatcher, handler, zombie process."""
MOST_FILES = 15


def sources() -> list[Path]:
    return [path for room in ("schemas", "services") for path in sorted((ROOT / room).rglob("*.py"))]


def test_no_class_name_means_two_things() -> None:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                found[node.name].append(str(path.relative_to(ROOT)))

    assert {name: places for name, places in found.items() if len(places) > 1} == {}


def test_no_file_speaks_in_words_that_only_this_project_knows() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in sources()
        if path.name != "migrations.py"  # which must name tables as older versions had them
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if PRIVATE_WORDS.search(line)
    ]

    assert found == []


def test_a_folder_with_many_files_says_why_they_stand_on_one_floor() -> None:
    crowded = [
        folder
        for room in ("schemas", "services")
        for folder in [ROOT / room, *(ROOT / room).rglob("*")]
        if folder.is_dir() and len([path for path in folder.glob("*.py") if path.name != "__init__.py"]) > MOST_FILES
    ]

    assert [
        str(folder.relative_to(ROOT))
        for folder in crowded
        if "more than fifteen" not in (folder / "__init__.py").read_text(encoding="utf-8")
    ] == []
