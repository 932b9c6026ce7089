"""Mutants of missing statements and of where a payment's money lies (docs/adr/0008, docs/reconciling.md)."""

from tests.mutants.mutant import Mutant

FEEDS = "services/cash_application/state/feeds.py"
LEDGER = "services/overdue/books/ledger.py"
RULE = "schemas/statements.py"
TIES = "services/reporting/reconcile/statement_ties.py"
USES = "services/overdue/books/payment_allocation.py"
CHAINS = "services/cash_application/statements.py"

MUTANTS = (
    Mutant(
        "the balance of a statement need not go on",
        RULE,
        "if before.closing != after.opening or not _counts_on(numbered, after):",
        "if not _counts_on(numbered, after):",
        "cash_application/test_missing_statements.py::balance",
    ),
    Mutant(
        "the number of a statement need not count on",
        RULE,
        "if before.closing != after.opening or not _counts_on(numbered, after):",
        "if before.closing != after.opening:",
        "cash_application/test_missing_statements.py::number",
    ),
    Mutant(
        "numbers begin again in the same year",
        RULE,
        "after.through.year > numbered.through.year",
        "after.through.year >= numbered.through.year",
        "cash_application/test_missing_statements.py::year",
    ),
    Mutant(
        "a gap holds nothing",
        FEEDS,
        "        return max(unbroken, self.believed or unbroken)",
        "        return max(self.through, self.believed or unbroken)",
        "cash_application/test_missing_statements.py::missing",
    ),
    Mutant(
        "a person cannot end a gap",
        FEEDS,
        "if believed is None or gap.after > believed]",
        "if believed is None or gap.after >= believed]",
        "cash_application/test_missing_statements.py::person",
    ),
    Mutant(
        "a copy of a statement counts again",
        CHAINS,
        "    if result is not APPLIED:\n        return result",
        "    if result is not APPLIED:\n        pass",
        "cash_application/test_missing_statements.py::copy",
    ),
    Mutant(
        "I2 the second refund of a payment forgets the first",
        LEDGER,
        "        before = self.refunded.get(place, 0)\n",
        "        before = 0\n",
        "overdue/test_money_in.py::refund",
    ),
    Mutant(
        "I2 what refunds took is not told",
        USES,
        "            **asdict(use),",
        "            principal=use.principal,\n            interest=use.interest,\n            costs=use.costs,",
        "overdue/test_properties_of_money.py::i1",
    ),
    Mutant(
        "a statement ties whatever was seen",
        TIES,
        "        if difference:",
        "        if difference > 10**9:",
        "reporting/test_statement_ties.py::difference",
    ),
)
