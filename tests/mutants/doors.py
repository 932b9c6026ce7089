"""Mutants of who may say what (design.md §3, doors)."""

from tests.mutants.mutant import Mutant

RULES = "services/intake/doors/door_rules.py"
MISDIRECTED = "services/intake/doors/misdirected.py"
DIRECTORY = "services/intake/creditor_directory.py"

MUTANTS = (
    Mutant(
        "doors: a label opens every topic",
        RULES,
        "        if own != topic.name:",
        "        if own != topic.name and door == TOPIC:",
        "intake/test_doors.py::whatever_its_label_says",
    ),
    Mutant(
        "doors: the inbox may bring settings",
        RULES,
        "event_type in self._types.get(door, self._types[TOPIC])",
        "event_type in self._types[TOPIC]",
        "intake/test_doors.py::exactly_one_folder",
    ),
    Mutant(
        "doors: a moved file leaves its dead letters open",
        MISDIRECTED,
        "        found = self._found.pop(digest, [])",
        "        found = self._found.pop(digest, [])[:0]",
        "intake/test_doors.py::the_moved_file",
    ),
    Mutant(
        "doors: readers of files believe any registration",
        DIRECTORY,
        "self._doors.refusal(door_of(label), SETTINGS, _TYPE) is None",
        "label is not None",
        "intake/test_doors.py::readers_of_files",
    ),
)
