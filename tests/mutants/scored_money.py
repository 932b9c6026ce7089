"""Mutants of the scores that place money without certain evidence (docs/matching.md)."""

from tests.mutants.mutant import Mutant

CANDIDATES = "services/cash_application/matching/candidates.py"
REQUIRED = "services/cash_application/matching/required_confidence.py"
LEDGER = "services/overdue/books/ledger.py"
KNOWN_PAYMENT = "services/cash_application/state/known_payment.py"
PAYMENTS = "services/cash_application/payments/payment_events.py"
REMITTANCE = "services/cash_application/matching/remittance.py"
PLACING = "services/cash_application/payments/placing.py"
SCORING = "services/cash_application/matching/scoring.py"
SCORES = "cash_application/test_scoring.py"
PAYMENT_FLOW = "cash_application/test_scored_money.py"

MUTANTS = (
    Mutant(
        "matching: any score is enough whatever the policy requires",
        SCORING,
        "if scored.confidence >= required(scored)), None)",
        "if scored.confidence >= AMBIGUOUS), None)",
        PAYMENT_FLOW,
    ),
    Mutant(
        "matching: a policy without a confidence lets scores place money",
        "services/cash_application/state/rows.py",
        "        confidence = SURE if policy.match_confidence is None else policy.match_confidence",
        "        confidence = policy.match_confidence or 50",
        f"{PAYMENT_FLOW}::without_a_policy",
    ),
    Mutant(
        "matching: a version that is not in force yet counts",
        REQUIRED,
        "if version.in_force <= booked]",
        "if version.version]",
        f"{PAYMENT_FLOW}::version_in_force",
    ),
    Mutant(
        "matching: an ambiguous match keeps its confidence",
        SCORING,
        "    return replace(scored, confidence=min(scored.confidence, AMBIGUOUS))",
        "    return scored",
        SCORES,
    ),
    Mutant(
        "matching: another debtor's name makes no match ambiguous",
        SCORING,
        "        if len(found) > 1:",
        "        if len(fresh) > 1:",
        SCORES,
    ),
    Mutant(
        "matching: the surest invoice speaks for all",
        SCORING,
        "        way = min(ways_taken, key=_percent)",
        "        way = max(ways_taken, key=_percent)",
        SCORES,
    ),
    Mutant(
        "matching: any sum agrees",
        SCORING,
        "        agrees = payment.sum_to_place in sums_of(invoices)",
        "        agrees = True",
        SCORES,
    ),
    Mutant(
        "matching: an invoice in another currency is named",
        SCORING,
        " if each.currency == payment.currency)",
        ")",
        SCORES,
    ),
    Mutant(
        "matching: a short number is as good as a long one",
        SCORING,
        'ways.append(IN_TEXT["short" if len(text_match.candidate) <= SHORT else text_match.by])',
        "ways.append(IN_TEXT[text_match.by])",
        SCORES,
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
        "matching: a scored placement makes its payer point to the debtor",
        KNOWN_PAYMENT,
        "    return None if placement is None or placement.is_scored else placement.debtor",
        "    return None if placement is None else placement.debtor",
        f"{PAYMENT_FLOW}::teaches",
    ),
    Mutant(
        "matching: a second invoice of a number is not noticed",
        CANDIDATES,
        "        self._subscribe(subscriptions.of_carriers(kind, row_key))\n",
        "",
        f"{PAYMENT_FLOW}::second_invoice",
    ),
    Mutant(
        "matching: a policy that comes later is not noticed",
        PLACING,
        "    if best is None and any(scored.confidence >= LEAST_CONFIDENCE for scored in ranked):",
        "    if best is None and any(scored.confidence > SURE for scored in ranked):",
        f"{PAYMENT_FLOW}::policy_that_becomes_known",
    ),
    Mutant(
        "K3 placed money is weighed under new terms",
        PLACING,
        "    if placement is None or not placement.is_scored:",
        "    if placement is None or placement.is_scored:",
        f"{PAYMENT_FLOW}::needed_when_it_was_placed",
    ),
    Mutant(
        "G10 two names in different order are two names",
        "services/cash_application/matching/names.py",
        "sorted(mine) == sorted(theirs)",
        "mine == theirs",
        "cash_application/test_names.py::same",
    ),
    Mutant(
        "G10 an IBAN of two debtors is one's",
        "services/cash_application/matching/pointers.py",
        '"strong" if len(by_iban) == 1 else "weak"',
        '"strong"',
        "cash_application/test_pointing.py::iban",
    ),
    Mutant(
        "M3 what the payer names is passed by under a stop",
        LEDGER,
        "            rest = self._pay(self._in_order(own, known), amount, day, paying)\n",
        "            own = [entry for entry in own if self._reachable(entry, known, day, paying.terms.kind)]\n"
        "            rest = self._pay(self._in_order(own, known), amount, day, paying)\n",
        "overdue/test_money_for_several.py::under_a_stop",
    ),
)
