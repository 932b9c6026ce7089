"""Mutants of when something is known (rules.md K1, K2)."""

from tests.mutants.mutant import Mutant

AHEAD = "services/cash_application/ahead.py"
NOTED = "services/cash_application/state/noted_facts.py"
KNOWN = "services/overdue/known.py"

MUTANTS = (
    Mutant(
        "K1 an event from the future stays there",
        AHEAD,
        "            if fact.time > frontier:",
        "            if fact.time > frontier + FAR * 10**8:",
        "cash_application/test_known.py",
    ),
    Mutant(
        "K1 the frontier of the tick itself fixes when a fact is known",
        NOTED,
        "self.after >= frontier",
        "self.after > frontier",
        "cash_application/test_known.py",
    ),
    Mutant(
        "K1 a stop keeps the day of its own time",
        KNOWN,
        "        entry.day = min(entry.day, day)",
        "        entry.day = max(entry.day, day)",
        "overdue/test_known.py",
    ),
    Mutant(
        "K1 what became known together goes by id alone",
        KNOWN,
        "        entry.time = fixed.time",
        "        entry.time = None",
        "overdue/test_known.py",
    ),
)
