"""Mutants of the rules by which one money told twice is known as one (rules.md B1, B2)."""

from tests.mutants.mutant import Mutant

LIKENESS = "services/cash_application/identity_of_money/likeness.py"
PAIRING = "services/cash_application/identity_of_money/pairing.py"
RETURNING = "services/cash_application/identity_of_money/returning.py"
RETURNS = "cash_application/test_returns_without_id.py"
TWICE = "cash_application/test_money_told_twice.py"
IDENTITY = "cash_application/test_bank_identity.py"

CHARGES = "cash_application/test_charges.py"

MUTANTS = (
    Mutant(
        "identity: a payment less any other sum is told again",
        LIKENESS,
        "gross.amount - (gross.charges or 0) == net.amount",
        "gross.amount - (gross.charges or 0) >= net.amount",
        f"{CHARGES}::another_sum_under_one_id",
    ),
    Mutant(
        "statements: one speaks for days that it does not tell",
        "services/cash_application/feeds/statements.py",
        "        return StatementDays(statement.currency, stated, data.through)",
        "        return StatementDays(statement.currency, date.min, data.through)",
        "cash_application/test_not_in_statement.py::goes_on_from_the_one_before",
    ),
    Mutant(
        "statements: what one only sums up is lacking in it",
        "services/cash_application/state/feeds.py",
        "        if not is_listed:",
        "        if is_listed:",
        "cash_application/test_not_in_statement.py::only_sums_up",
    ),
    Mutant(
        "identity: a line of an entry is another line of its own message",
        "services/cash_application/identity_of_money/siblings.py",
        "    return all(name == data.payment for name in _names_in_message(known, data))",
        "    return True",
        "cash_application/test_siblings.py::equal_ones",
    ),
    Mutant(
        "identity: two statements tell two returns",
        RETURNING,
        "        return _is_in_other_statement(back, data)",
        "        return False",
        f"{RETURNS}::statement_of_its_month",
    ),
    Mutant(
        "statements: one that goes on from another tells its days again",
        "services/cash_application/feeds/repeated.py",
        "        and (first < begins or known.opening == opening)\n",
        "",
        "cash_application/test_repeated_statements.py::begins_on_the_last_day",
    ),
    Mutant(
        "identity: what the bank kept of a payment is lost",
        "services/cash_application/identity_of_money/one_money.py",
        "    known.amount = max(known.amount, amount)",
        "    known.amount = min(known.amount, amount)",
        f"{CHARGES}::counts_whole",
    ),
    Mutant(
        "identity: a notification tells a payment of any later day",
        LIKENESS,
        "    return last <= banking_days_after(first, _NEAR, _BANKS_COUNTRY)",
        "    return last >= first",
        f"{IDENTITY}::more_than_five_banking_days",
    ),
    Mutant(
        "identity: a statement and KTL tell one payment on two days",
        LIKENESS,
        '    if data.channel != "notification" and known.channels != {"notification"}:',
        '    if data.channel == "table":',
        f"{IDENTITY}::statement_and_ktl_never",
    ),
    Mutant(
        "told twice: two lines of one channel are one money",
        PAIRING,
        "    return not one.channels & other.channels and may_be_one(one, other)",
        "    return may_be_one(one, other)",
        f"{TWICE}::each_line_of_a_statement",
    ),
    Mutant(
        "told twice: the least alike are paired first",
        PAIRING,
        "    for alike in product((True, False), repeat=4):",
        "    for alike in product((False, True), repeat=4):",
        "cash_application/test_pairing.py::likest_are_paired_first",
    ),
    Mutant(
        "told twice: other names are one payer",
        LIKENESS,
        "are_names_alike(first, second))\n    )",
        "True)\n    )",
        "cash_application/test_repeated_statements.py::another_payer",
    ),
    Mutant(
        "returns: a reference finds payments that were booked after the return",
        RETURNING,
        "    if data.booked is not None and payment.booked > data.booked:",
        "    if data.booked is not None and payment.booked < data.booked:",
        f"{RETURNS}::latest_equal_sum",
    ),
    Mutant(
        "statements: a corrected one takes away what it still tells",
        "services/cash_application/feeds/statements.py",
        "    gone = before - now if is_later else now - before",
        "    gone = before if is_later else now - before",
        "cash_application/test_corrected_statements.py::no_longer_tells",
    ),
)
