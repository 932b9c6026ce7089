"""Mutants of missing statements and of where a payment's money lies (docs/adr/0008, docs/reconciling.md)."""

from tests.mutants.mutant import Mutant

FEEDS = "services/cash_application/state/feeds.py"
OWNERS = "services/cash_application/settings/account_owners.py"
LEDGER = "services/overdue/books/ledger.py"
RULE = "schemas/statements.py"
TIES = "services/reporting/reconcile/statement_ties.py"
USES = "services/overdue/books/payment_allocation.py"
CHAINS = "services/cash_application/feeds/statements.py"

CERTAIN = "services/cash_application/matching/certain_match.py"

MUTANTS = (
    Mutant(
        "M3 money assigned to a debtor leaves the receivable of its reference",
        CERTAIN,
        "    own = None if not carrying else _due_first(carrying).invoice",
        "    own = None",
        "cash_application/test_payment_placement.py::assigned_to_a_debtor",
    ),
    Mutant(
        "M3 money assigned to a debtor pays another's receivable of its reference",
        CERTAIN,
        "if (each.debtor, each.currency) == (assigned.debtor, payment.currency)]",
        "if each.currency == payment.currency]",
        "cash_application/test_payment_placement.py::assigned_to_a_debtor",
    ),
    Mutant(
        "M3 two creditors may have one bank account",
        OWNERS,
        "        if holders is not None and creditor not in holders.creditors:",
        "        if holders is None and creditor == iban:",
        "cash_application/test_account_owners.py::is_refused",
    ),
    Mutant(
        "M3 an account that was given up is nobody's",
        OWNERS,
        "            _give_up(lane, creditor, iban)",
        "            continue",
        "cash_application/test_account_owners.py::gave_up",
    ),
    Mutant(
        "M3 a registration does not wait for the frontier",
        OWNERS,
        "        if after >= reached:",
        "        if after > max(reached, after):",
        "cash_application/test_account_owners.py::no_earlier_one",
    ),
    Mutant(
        "M3 an older registration takes accounts",
        OWNERS,
        "    if before is not None and _version(registered) <= _version(before):",
        "    if before is not None and _version(registered) == _version(before):",
        "cash_application/test_account_owners.py::older_registration",
    ),
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
        "    if result is APPLIED:\n        _keep",
        "    if not isinstance(result, Refused):\n        _keep",
        "cash_application/test_missing_statements.py::copy",
    ),
    Mutant(
        "I2 the second refund of a payment forgets the first",
        LEDGER,
        "        before = self.refunded.get(key, 0)\n",
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
