"""Mutants of who may say what (design.md §3, doors; rules.md G11)."""

from tests.mutants.mutant import Mutant

RULES = "services/intake/doors/door_rules.py"
MISDIRECTED = "services/intake/doors/misdirected.py"
CONFIRMATIONS = "services/cash_application/settings/account_confirmations.py"
LETTER_FACTS = "services/overdue/letters/letter_facts.py"
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
    Mutant(
        "G11 who told an account confirms it",
        CONFIRMATIONS,
        "any(source != each.source for source in account.sources)",
        "account.sources",
        "cash_application/test_account_confirmations.py::only_another_source",
    ),
    Mutant(
        "G11 an addition holds every letter",
        CONFIRMATIONS,
        "any(iban not in told for iban in settled)",
        "bool(unconfirmed)",
        "cash_application/test_account_confirmations.py::a_change_holds",
    ),
    Mutant(
        "G11 an account that is added is printed at once",
        LETTER_FACTS,
        "            if account.iban not in context.unconfirmed",
        "            if account.iban",
        "overdue/test_confirmed_accounts.py::an_added_account",
    ),
)
