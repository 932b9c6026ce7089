"""Mutants of the stops and of the protocol of notices (rules.md G; design.md §7)."""

from tests.mutants.mutant import Mutant

CASES = "services/overdue/steps/cases.py"
DECIDE = "services/overdue/decide.py"
TASKS = "services/overdue/tasks.py"
DRAFT = "services/overdue/letters/draft.py"
GATE = "services/overdue/stops/gate.py"
PLAN_MONEY = "services/overdue/books/plan_money.py"
GUARDS = "services/overdue/letters/guards.py"
INSTALMENTS = "services/overdue/letters/instalments.py"
LETTER_OUTCOMES = "services/overdue/letter_outcomes.py"
ADDRESSES = "services/overdue/addresses.py"
EVENT_HANDLERS = "services/overdue/event_handlers.py"
NOTICE_HANDLER = "services/notifier/notice_handler.py"
STOPS = "services/overdue/stops/in_force.py"
CONTEXT = "services/overdue/creditor_context.py"
PARTY = "services/overdue/debtor_party.py"

MUTANTS = (
    Mutant(
        "M10 the party of the invoice told last counts",
        PARTY,
        "    winner = max(invoices, key=_by_issue, default=update)",
        "    winner = max(invoices, key=known_order, default=update)",
        "overdue/test_debtor_party.py",
    ),
    Mutant(
        "M10 an update loses to each invoice told after it",
        PARTY,
        "    return was_issued_since and known_order(invoice) > known_order(update)",
        "    return known_order(invoice) > known_order(update)",
        "overdue/test_debtor_party.py",
    ),
    Mutant(
        "G0 a stop without an invoice stops nothing",
        STOPS,
        "not (stop.invoice is None or receivable.is_named_by(stop.invoice))",
        "stop.invoice is None or not receivable.is_named_by(stop.invoice)",
        "overdue/test_stops.py::g0",
    ),
    Mutant(
        "G1 stale data is good enough",
        GUARDS,
        "    if facts.context.feed_is_stale(facts.today, facts.policy):",
        "    if facts.context is None:",
        "overdue/test_stops.py::g1",
    ),
    Mutant(
        "G1 the age of the feed is not asked",
        CONTEXT,
        "banking_days_before(today, policy.feed_max_age, self.country)",
        "banking_days_before(today, 1, self.country)",
        "overdue/test_stops.py::g1",
    ),
    Mutant(
        "G2 an upheld dispute ends at once",
        STOPS,
        "        answered = _answered_on(receivable, stop, at) if end.upheld else end.day",
        "        answered = end.day",
        "overdue/test_stops.py::g2",
    ),
    Mutant(
        "G2 an old credit note ends a dispute",
        STOPS,
        "    days = [note.known_on for note in receivable.credit_notes if stop.known <= note.known <= at]",
        "    days = [note.known_on for note in receivable.credit_notes if note.known <= at]",
        "overdue/test_stops.py::g2",
    ),
    Mutant(
        "G2 a disputed part is asked for",
        CASES,
        "    return max(0, entry.principal - disputed)",
        "    return max(0, entry.principal)",
        "overdue/test_stops.py::g2",
    ),
    Mutant(
        "G2 a disputed part stops all",
        CASES,
        "        return None if stop.amount is not None else StopReason",
        "        return StopReason",
        "overdue/test_stops.py::g2",
    ),
    Mutant(
        "G3 a hold ends on its last day",
        CASES,
        "    if facts.today > last:\n",
        "    if facts.today >= last:\n",
        "overdue/test_stops.py::g3",
    ),
    Mutant(
        "G3 a suspended receivable bears fees again",
        STOPS,
        '    return any(stop.kind == "suspension" for stop in _stops_of(account, receivable, at))',
        "    return False",
        "overdue/test_stops.py::g3",
    ),
    Mutant(
        "G3 businesses may suspend",
        STOPS,
        '        if stop.kind == "suspension" and (kind or account.kind) != "consumer":\n            continue\n',
        "",
        "overdue/test_stops.py::g3",
    ),
    Mutant(
        "G3 an account's suspension bars later invoices' fees",
        STOPS,
        "        if not any(end.known <= receivable.known for end in _ends_of(account, stop, receivable, at)):\n"
        "            yield stop",
        "        yield stop",
        "overdue/test_stops.py::g3",
    ),
    Mutant(
        "G4 a promise is over on its day",
        CASES,
        "        passed = facts.context.has_passed(last, facts.today, facts.policy)",
        "        passed = facts.today >= last",
        "overdue/test_stops.py::g4",
    ),
    Mutant(
        "G4 a promise is not rolled",
        STOPS,
        '    return roll(stop.until, country) if stop.kind == "promise" else stop.until',
        "    return stop.until",
        "overdue/test_stops.py::g4",
    ),
    Mutant(
        "G5 a plan stops nothing",
        CASES,
        "    if plan_of(account, receivable.invoice, facts.now) is not None:",
        "    if plan_of(account, receivable.invoice, facts.now) is account:",
        "overdue/test_guards.py::g5",
    ),
    Mutant(
        "G5 an instalment is missed after four banking days",
        INSTALMENTS,
        "GRACE_BANKING_DAYS = 5",
        "GRACE_BANKING_DAYS = 4",
        "overdue/test_guards.py::g5",
    ),
    Mutant(
        "G5 the task does not wait for the letter's answer",
        INSTALMENTS,
        "letter.response_by is not None and facts.context.has_passed(letter.response_by, facts.today, facts.policy)",
        "letter.response_by is not None",
        "overdue/test_guards.py::g5",
    ),
    Mutant(
        "G6 the minimum is not enough",
        GUARDS,
        "for case in listed if case.overdue) < facts.policy.minimum:",
        "for case in listed if case.overdue) <= facts.policy.minimum:",
        "overdue/test_guards.py::g6",
    ),
    Mutant(
        "G7 the budget frees a day early",
        GUARDS,
        "if (facts.today - day).days < budget.days)",
        "if (facts.today - day).days < budget.days - 1)",
        "overdue/test_guards.py::g7",
    ),
    Mutant(
        "G7 one letter more than the budget",
        GUARDS,
        "    if len(recent) >= budget.max:",
        "    if len(recent) > budget.max:",
        "overdue/test_guards.py::g7",
    ),
    Mutant(
        "G8 a letter goes on the day the debt lapses",
        CASES,
        "    if entry.lapses <= facts.today:",
        "    if entry.lapses < facts.today:",
        "overdue/test_guards.py::g8",
    ),
    Mutant(
        "G8 nobody is warned",
        TASKS,
        "        if _may_lapse(case) and _warning_day(facts, case) <= facts.today < case.entry.lapses:",
        "        if case.entry.lapses <= facts.today:",
        "overdue/test_guards.py::g8",
    ),
    Mutant(
        "G9 no wait after a reversal",
        CASES,
        "    ended += [*facts.account.reversals_of(receivable), *entry.reopened]\n",
        "    ended += entry.reopened\n",
        "overdue/test_guards.py::g9",
    ),
    Mutant(
        "G9 no wait after a dispute",
        CASES,
        "    ended = [day for _, day in pauses_ended(facts.account, receivable, facts.now)]",
        "    ended = []",
        "overdue/test_stops.py::g2",
    ),
    Mutant(
        "G10 unmatched money is no reason",
        "services/overdue/letters/guards.py",
        "    if facts.books.refused or any(money.until is None for money in held):",
        "    if facts.books.refused:",
        "overdue/test_guards.py::g10",
    ),
    Mutant(
        "G10 weak money holds a day longer",
        "services/overdue/letters/possible_money.py",
        "if grades and facts.today < free else None",
        "if grades and facts.today <= free else None",
        "overdue/test_possible_money.py::weak",
    ),
    Mutant(
        "G10 a weaker name is never strong",
        "services/overdue/letters/possible_money.py",
        'return "strong" if exact else "weak"',
        'return "weak"',
        "overdue/test_possible_money.py::weaker",
    ),
    Mutant(
        "G10 an unread event is no reason",
        GUARDS,
        "    if facts.account.unread or facts.context.unread:",
        "    if facts.account is None:",
        "overdue/test_guards.py::g10",
    ),
    Mutant(
        "design §7.1 the id of a notice forgets the cycle",
        DRAFT,
        "str(_cycle(account, subject, step))",
        '""',
        "overdue/test_protocol_of_notices.py",
    ),
    Mutant(
        "design §7.2 a claim is answered before the skew is over",
        DECIDE,
        "    if claimed is not None and claimed + skew > facts.now:",
        "    if claimed is not None and claimed > facts.now:",
        "overdue/test_protocol_of_notices.py",
    ),
    Mutant(
        "design §7.3 a letter goes though others would move",
        DECIDE,
        "        and (fresh.moves(), fresh.subject_of) == (notice.moves(), notice.subject_of)\n",
        "        and fresh.subject_of == notice.subject_of\n",
        "overdue/test_protocol_of_notices.py",
    ),
    Mutant(
        "design §7.4 an unknown notice is sent again",
        LETTER_OUTCOMES,
        '        letter.status = "unknown"',
        '        letter.status = "closed"',
        "overdue/test_protocol_of_notices.py",
    ),
    Mutant(
        "design §7.5 a failed address is tried again",
        GUARDS,
        " and party.email not in account.unreachable",
        "",
        "overdue/test_protocol_of_notices.py",
    ),
    Mutant(
        "design §7.5 a failed postal address is tried again",
        GUARDS,
        " and postal_line(party) not in account.unreachable",
        "",
        "overdue/test_protocol_of_notices.py",
    ),
    Mutant(
        "design §7.5 a failed letter counts",
        LETTER_OUTCOMES,
        '    if message.outcome == "accepted":',
        '    if message.outcome in ("accepted", "failed"):',
        "overdue/test_protocol_of_notices.py",
    ),
    Mutant(
        "design §7.4 a letter is attempted though its post has no room",
        NOTICE_HANDLER,
        "            elif self._room(channel) > 0:",
        "            elif self._room(channel) > -1_000:",
        "notifier/test_room.py",
    ),
    Mutant(
        "S6 settling as failed flags the address",
        EVENT_HANDLERS,
        '    if data.outcome == "failed" and data.address_is_wrong:',
        '    if data.outcome == "failed":',
        "overdue/test_letters_that_come_back.py::settling",
    ),
    Mutant(
        "S6 the last word about an unknown letter holds",
        LETTER_OUTCOMES,
        '    if letter.status == "unknown" and letter.settled is None:',
        '    if letter.status == "unknown":',
        "overdue/test_letters_that_come_back.py::first",
    ),
    Mutant(
        "S6 a letter that has not left comes back",
        LETTER_OUTCOMES,
        "    if letter is None or letter.status not in _LEFT:",
        "    if letter is None:",
        "overdue/test_letters_that_come_back.py::not_left",
    ),
    Mutant(
        "S6 anybody clears a flagged address",
        EVENT_HANDLERS,
        "    if applied.event.door in PERSONS_DOORS and",
        "    if",
        "overdue/test_letters_that_come_back.py::clears",
    ),
    Mutant(
        "S6 the first word about an address counts",
        ADDRESSES,
        "for report in sorted(reports, key=known_order)}",
        "for report in sorted(reports, key=known_order, reverse=True)}",
        "overdue/test_letters_that_come_back.py::latest",
    ),
    Mutant(
        "G0 a letter about a missed instalment passes a hold",
        GATE,
        '"instalment": STOPS - {"wait", ',
        '"instalment": STOPS - {"held", "wait", ',
        "overdue/test_gate.py::holds",
    ),
    Mutant(
        "G0 money passes by what is promised",
        STOPS,
        '    return stop.kind == "promise" or (stop.kind',
        "    return (stop.kind",
        "overdue/test_money_in.py::g0",
    ),
    Mutant(
        "G5 money pays no instalment that is not due",
        PLAN_MONEY,
        "parts[: due + 1])",
        "parts[:due])",
        "overdue/test_plans.py::pays",
    ),
    Mutant(
        "G5 a receivable is in the first plan",
        STOPS,
        "    latest = max(plans, key=known_order, default=None)",
        "    latest = min(plans, key=known_order, default=None)",
        "overdue/test_plans.py::latest",
    ),
)
