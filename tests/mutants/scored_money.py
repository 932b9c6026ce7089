"""Mutants of what places money that nothing certain places (docs/matching.md)."""

from tests.mutants.mutant import Mutant

CLUES = "services/cash_application/matching/candidates.py"
DEMANDS = "services/cash_application/matching/required_confidence.py"
LEDGER = "services/overdue/books/ledger.py"
PAYMENTS = "services/cash_application/payments.py"
REMITTANCE = "services/cash_application/matching/remittance.py"
WEIGHING = "services/cash_application/matching/scoring.py"
GUESSES = "cash_application/test_scoring.py"
STORIES = "cash_application/test_scored_money.py"

MUTANTS = (
    Mutant(
        "matching: a guess is enough whatever the policy demands",
        WEIGHING,
        "if guess.confidence >= demand(guess)), None)",
        "if guess.confidence >= AMBIGUOUS), None)",
        STORIES,
    ),
    Mutant(
        "matching: a policy that says nothing lets money be guessed",
        DEMANDS,
        "    confidence = SURE if policy.match_confidence is None else policy.match_confidence",
        "    confidence = policy.match_confidence or 50",
        f"{STORIES}::without_a_policy",
    ),
    Mutant(
        "matching: a version that is not in force yet demands",
        DEMANDS,
        "if version.in_force <= booked]",
        "if version.version]",
        f"{STORIES}::version_in_force",
    ),
    Mutant(
        "matching: an ambiguous guess keeps its confidence",
        WEIGHING,
        "    return replace(guess, confidence=min(guess.confidence, AMBIGUOUS))",
        "    return guess",
        GUESSES,
    ),
    Mutant(
        "matching: another debtor's name makes no guess ambiguous",
        WEIGHING,
        "        if len(found) > 1:",
        "        if len(fresh) > 1:",
        GUESSES,
    ),
    Mutant(
        "matching: the surest invoice speaks for all",
        WEIGHING,
        "        way = min(ways_taken, key=_percent)",
        "        way = max(ways_taken, key=_percent)",
        GUESSES,
    ),
    Mutant(
        "matching: any sum agrees",
        WEIGHING,
        "        agrees = sum(invoice.amount for invoice, _ in found.values()) == payment.amount",
        "        agrees = True",
        GUESSES,
    ),
    Mutant(
        "matching: an invoice in another currency is named",
        WEIGHING,
        " if each.currency == payment.currency)",
        ")",
        GUESSES,
    ),
    Mutant(
        "matching: a short number is as good as a long one",
        WEIGHING,
        'IN_TEXT["short" if len(clue.candidate) <= SHORT else clue.by]',
        "IN_TEXT[clue.by]",
        GUESSES,
    ),
    Mutant(
        "matching: wrong check digits name a reference",
        REMITTANCE,
        " for candidate in candidates if is_valid_reference(candidate))",
        " for candidate in candidates)",
        "cash_application/test_remittance.py::check_digits",
    ),
    Mutant(
        "matching: days and sums are numbers",
        REMITTANCE,
        '    return _SUM_OR_DAY.sub(",", plain)',
        "    return plain",
        "cash_application/test_remittance.py::days_and_sums",
    ),
    Mutant(
        "matching: a guess teaches of its payer",
        PAYMENTS,
        "    return None if place is None or place.was_weighed else place.debtor",
        "    return None if place is None else place.debtor",
        f"{STORIES}::teaches",
    ),
    Mutant(
        "matching: a second invoice of a number is not heard of",
        CLUES,
        "        self._watch(subscriptions.of_carriers(kind, at))\n",
        "",
        f"{STORIES}::second_invoice",
    ),
    Mutant(
        "matching: a policy that comes later is not heard of",
        PAYMENTS,
        "    if any(guess.confidence >= LEAST_CONFIDENCE for guess in ranked):",
        "    if any(guess.confidence > SURE for guess in ranked):",
        f"{STORIES}::policy_that_becomes_known",
    ),
    Mutant(
        "M3 what the payer names is passed by under a stop",
        LEDGER,
        "            rest = self._pay(own, amount, day, key)\n",
        "            own = [entry for entry in own if self._reachable(entry, known, day)]\n"
        "            rest = self._pay(own, amount, day, key)\n",
        "overdue/test_money_for_several.py::under_a_stop",
    ),
)
