"""Mutants of when something is known (rules.md K1, K2)."""

from tests.mutants.mutant import Mutant

AHEAD = "services/cash_application/state/ahead.py"
NOTED = "services/cash_application/state/noted_facts.py"
KNOWN = "services/overdue/known.py"
FEEDS = "services/cash_application/state/feeds.py"
WITHDRAWALS = "services/cash_application/feeds/withdrawals.py"
WATERMARKS = "services/cash_application/feeds/watermarks.py"

WAITING_INSTRUCTIONS = "services/cash_application/refusals/waiting_instructions.py"
ANSWERS = "services/overdue/answers.py"

MUTANTS = (
    Mutant(
        "K4 an instruction that names an unknown invoice holds its own debtor only",
        WAITING_INSTRUCTIONS,
        "            found |= {debtor for _, debtor in _near_invoices(lane, data.creditor, name)}",
        "            pass",
        "cash_application/test_waiting_instructions.py",
    ),
    Mutant(
        "K4 the waiting instruction is remembered when it is mended",
        WAITING_INSTRUCTIONS,
        "    identity.forget(lane, fact)\n",
        "",
        "cash_application/test_waiting_instructions.py",
    ),
    Mutant(
        "K4 a debtor whom nobody knows is reported at once",
        WAITING_INSTRUCTIONS,
        "    if comes_later and frontier < at and known.reported is None:",
        "    if at is None:",
        "cash_application/test_waiting_instructions.py",
    ),
    Mutant(
        "K4 any step may be approved",
        ANSWERS,
        "        if answer.name in (*steps, *receivable.approved):",
        "        if answer.name:",
        "overdue/test_answers.py",
    ),
    Mutant(
        "K1 an event known in time is dated by the frontier",
        NOTED,
        "if each.time > frontier and not",
        "if not",
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
    Mutant(
        "K2 a completion through its own day counts at once",
        FEEDS,
        "            if day.through < today:",
        "            if day.through <= today:",
        "cash_application/test_bank_feeds.py::k2",
    ),
    Mutant(
        "K2 the day of its own time decides about a completion from the future",
        WATERMARKS,
        "known = fact if fact.time <= frontier else",
        "known = fact if fact.time else",
        "cash_application/test_bank_feeds.py::k2",
    ),
    Mutant(
        "K2 a withdrawal cuts what became known after it",
        WITHDRAWALS,
        "    return (taken.known, taken.id) < (withdrawal.known, withdrawal.id)",
        "    return True",
        "cash_application/test_withdrawn_feeds.py",
    ),
)
