"""Mutants of the calendar, the steps and the policy's versions (rules.md C, S, A policy)."""

from tests.mutants.mutant import Mutant

CALENDAR = "services/law/calendar.py"
CASES = "services/overdue/steps/cases.py"
DECIDE = "services/overdue/decide.py"
DRAFT = "services/overdue/letters/draft.py"
FOLD = "services/overdue/fold.py"
GATE = "services/overdue/stops/gate.py"
LETTER_OUTCOMES = "services/overdue/letter_outcomes.py"
GUARDS = "services/overdue/letters/guards.py"
ENTRIES = "services/overdue/books/entries.py"
LEDGER = "services/overdue/books/ledger.py"
TAKEN_STEPS = "services/cash_application/invoices/taken_steps.py"
LINE_STEPS = "services/overdue/letters/line_steps.py"
STANDING = "services/overdue/steps/standing.py"
STEP_PROGRESS = "services/overdue/steps/step_progress.py"
NEXT_LETTER = "services/overdue/letters/next_letter.py"
CONTEXT = "services/overdue/creditor_context.py"
ANSWERS = "services/overdue/answers.py"

MUTANTS = (
    Mutant(
        "C1 letters go on free days",
        GUARDS,
        "    if not banking_day(facts.today, facts.context.country):",
        "    if facts is None:",
        "overdue/test_calendar_rules.py::c1",
    ),
    Mutant(
        "C1 Saturdays are banking days",
        CALENDAR,
        "_SATURDAY = 5",
        "_SATURDAY = 6",
        "overdue/test_calendar_rules.py::c1 or c2",
    ),
    Mutant(
        "C2 due dates are not rolled",
        LEDGER,
        "effective_due=roll(receivable.due_now, self.context.country),",
        "effective_due=receivable.due_now,",
        "overdue/test_calendar_rules.py::c2",
    ),
    Mutant(
        "C3 the window never closes",
        GUARDS,
        "    if not facts.policy.window.from_ <= clock < facts.policy.window.to:",
        "    if not facts.policy.window.from_ <= clock:",
        "overdue/test_calendar_rules.py::c3",
    ),
    Mutant(
        "C3 a letter goes with yesterday's date",
        DECIDE,
        "        and fresh.day == notice.day\n",
        "",
        "overdue/test_calendar_rules.py::c3",
    ),
    Mutant(
        "C4 a day has passed when it is fed itself",
        CONTEXT,
        "return today > day and self.fed_through(next_banking_day(day, self.country))",
        "return today > day and self.fed_through(day)",
        "overdue/test_calendar_rules.py::c4",
    ),
    Mutant(
        "C4 without a feed the first banking day after is enough",
        CONTEXT,
        "else banking_days_after(day, 2, self.country)",
        "else banking_days_after(day, 1, self.country)",
        "overdue/test_calendar_rules.py::c4",
    ),
    Mutant(
        "C4 one fed bank account is enough",
        CONTEXT,
        "        return self.creditor is not None and all(",
        "        return self.creditor is not None and any(",
        "overdue/test_calendar_rules.py::c4",
    ),
    Mutant(
        "S1 overdue on the due date",
        CASES,
        "    passed = facts.context.has_passed(entry.effective_due, facts.today, facts.policy)",
        "    passed = facts.today >= entry.effective_due",
        "overdue/test_steps.py::s1",
    ),
    Mutant(
        "S2 the first step comes a day early",
        STEP_PROGRESS,
        '(effective_due + timedelta(days=step.after_due_days), "wait")',
        '(effective_due + timedelta(days=step.after_due_days - 1), "wait")',
        "overdue/test_steps.py::s2",
    ),
    Mutant(
        "S2 a later step comes a day early",
        STEP_PROGRESS,
        '(last + timedelta(days=step.after_previous_days), "gap")',
        '(last + timedelta(days=step.after_previous_days - 1), "gap")',
        "overdue/test_steps.py::s2",
    ),
    Mutant(
        "S2 of two waits the shorter is enough",
        STEP_PROGRESS,
        'return max(days, default=(date.max, "last-step"))',
        'return min(days, default=(date.max, "last-step"))',
        "overdue/test_steps.py::s2",
    ),
    Mutant(
        "S2 the response date is not waited for",
        GUARDS,
        "    if response is not None and not facts.context.has_passed(response, facts.today, facts.policy):",
        "    if response is not None and response is None:",
        "overdue/test_steps.py::s2",
    ),
    Mutant(
        "S2 a step is skipped",
        STEP_PROGRESS,
        "        following = self.index + 1\n",
        "        following = self.index + 2\n",
        "overdue/test_steps.py::s2",
    ),
    Mutant(
        "S3 taken letters count as no letters",
        STEP_PROGRESS,
        "                sent.append((done.day, done.response_by))\n",
        "                continue\n",
        "overdue/test_steps.py::s3",
    ),
    Mutant(
        "S4 what is stopped is listed",
        CASES,
        "        return not self.stopped and (self.overdue or",
        "        return (self.overdue or",
        "overdue/test_stops.py::g0 or g2",
    ),
    Mutant(
        "S4 the tone is that of the nearest step",
        DRAFT,
        "    furthest = max(moving, key=lambda case: case.progress.index).step",
        "    furthest = min(moving, key=lambda case: case.progress.index).step",
        "overdue/test_steps.py::s4",
    ),
    Mutant(
        "S4 the order of the list is that of the ids",
        CASES,
        "    entries.sort(key=lambda entry: (entry.effective_due, entry.receivable.invoice))",
        "    entries.sort(key=lambda entry: entry.receivable.invoice)",
        "overdue/test_steps.py::s4",
    ),
    Mutant(
        "S4 a letter mixes currencies",
        NEXT_LETTER,
        "        listed = tuple(case for case in cases if case.currency == currency and case.listed)",
        "        listed = tuple(case for case in cases if case.listed)",
        "overdue/test_steps.py::s4",
    ),
    Mutant(
        "S5 the response date is not rolled",
        DRAFT,
        "        response_by=roll(today + timedelta(days=wait), facts.context.country),",
        "        response_by=today + timedelta(days=wait),",
        "overdue/test_steps.py::s5",
    ),
    Mutant(
        "S5 the post takes no time",
        DRAFT,
        " + channel[0].delivery_days",
        "",
        "overdue/test_steps.py::s5",
    ),
    Mutant(
        "S5 the shortest time to answer counts",
        DRAFT,
        "    wait = max(step.response_days or 0 for step in steps.values())",
        "    wait = min(step.response_days or 0 for step in steps.values())",
        "overdue/test_steps.py::s5",
    ),
    Mutant(
        "S6 a bounced letter keeps its bookings",
        ENTRIES,
        '        if letter.status == "accepted" and not letter.bounced:',
        '        if letter.status == "accepted":',
        "overdue/test_protocol_of_notices.py::s6",
    ),
    Mutant(
        "S6 a bounce after a later step takes the step back too",
        LETTER_OUTCOMES,
        "    return any(moved & {invoice for invoice, _ in it.moves()} for it in later)",
        "    return later is None",
        "overdue/test_protocol_of_notices.py::s6",
    ),
    Mutant(
        "S7 a call moves nothing",
        ANSWERS,
        "    receivable.done.append(StepDone(step.name, answer.day, answer.known, None, 0, False))\n",
        "",
        "overdue/test_steps.py::s7",
    ),
    Mutant(
        "S7 a call counts as a letter",
        ANSWERS,
        "StepDone(step.name, answer.day, answer.known, None, 0, False)",
        "StepDone(step.name, answer.day, answer.known, None, 0, True)",
        "overdue/test_steps.py::s7",
    ),
    Mutant(
        "S7 nobody needs to approve",
        CASES,
        "    if reached and step.approval and step.name not in receivable.approved:",
        "    if step is None:",
        "overdue/test_steps.py::s7",
    ),
    Mutant(
        "S7 one approval is for all steps",
        CASES,
        "step.name not in receivable.approved:",
        "not receivable.approved:",
        "overdue/test_steps.py::s7",
    ),
    Mutant(
        "S7 what was handed over stays in letters",
        CASES,
        "    if receivable.handed_over is not None:\n",
        "    if receivable is None:\n",
        "overdue/test_steps.py::s7",
    ),
    Mutant(
        "S7 a hand-over does not wait for the feed",
        GATE,
        '"hand-over": STOPS - {"contact-budget", ',
        '"hand-over": STOPS - {"contact-budget", "stale-feed", ',
        "overdue/test_steps.py::s7",
    ),
    Mutant(
        "S7 a hand-over needs no minimum",
        DECIDE,
        "[*against, *below_minimum(listed, facts)]",
        "against",
        "overdue/test_steps.py::s7",
    ),
    Mutant(
        "policy: the first version counts for ever",
        CONTEXT,
        "key=lambda policy: policy.version, default=None)\n        return self._in_force",
        "key=lambda policy: (-policy.in_force.toordinal(), -policy.version), default=None)\n"
        "        return self._in_force",
        "overdue/test_policy_versions.py",
    ),
    Mutant(
        "policy: a version counts before it is in force",
        CONTEXT,
        "[policy for policy in self.versions(kind) if policy.in_force <= day]",
        "[*self.versions(kind)]",
        "overdue/test_policy_versions.py",
    ),
    Mutant(
        "G6 what is below the minimum and no letter gives no reason",
        NEXT_LETTER,
        "        too_small += small\n",
        "        too_small += small if moving else []\n",
        "overdue/test_silent_accounts.py",
    ),
    Mutant(
        "S4 who has paid makes the letter firm",
        LINE_STEPS,
        "if line.tone is not None and line.principal > 0]",
        "if line.tone is not None]",
        "overdue/test_steps.py::s4",
    ),
    Mutant(
        "S4 the tone is that of what moves",
        LINE_STEPS,
        'return max(tones, key=_FIRMNESS.index, default="friendly")',
        'return min(tones, key=_FIRMNESS.index, default="friendly")',
        "overdue/test_steps.py::s4",
    ),
    Mutant(
        "S8 fees taken before are not counted together",
        TAKEN_STEPS,
        "    if sum(taken.fee for taken in data.taken) > cap:",
        "    if max(taken.fee for taken in data.taken) > cap:",
        "cash_application/test_taken_steps.py",
    ),
    Mutant(
        "S8 a step taken before may be of a day to come",
        TAKEN_STEPS,
        "        if taken.sent > today:",
        "        if taken.sent > taken.sent:",
        "cash_application/test_taken_steps.py",
    ),
    Mutant(
        "S8 what came after the frontier counts too",
        TAKEN_STEPS,
        "    return after is None or after < frontier",
        "    return after is None or frontier is not None",
        "cash_application/test_taken_steps.py",
    ),
    Mutant(
        "S1 a letter of another name counts as none",
        STANDING,
        "            further += each.by_letter",
        "            pass",
        "overdue/test_policy_versions.py::s1",
    ),
    Mutant(
        "S1 letters before the furthest name count too",
        STANDING,
        "            further = 0\n    letters",
        "            pass\n    letters",
        "overdue/test_standing.py",
    ),
    Mutant(
        "S1 counting leads past the last letter",
        STANDING,
        "min(ahead[-1], letters[-1] - 1)",
        "ahead[-1]",
        "overdue/test_policy_versions.py::s1",
    ),
    Mutant(
        "S1 a receivable goes back to the step it took last",
        STANDING,
        "    furthest = max((names",
        "    furthest = min((names",
        "overdue/test_standing.py",
    ),
)
