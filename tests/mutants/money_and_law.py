"""Mutants of the ledger, of money in, and of what may be published (rules.md M, A policy)."""

from tests.mutants.mutant import Mutant

LAWFUL = "services/law/lawful.py"
ACCOUNT = "services/overdue/account.py"
DUE_DATES = "services/overdue/due_dates.py"
INSTALMENTS = "services/overdue/letters/instalments.py"
APOLOGY = "services/overdue/letters/apology.py"
CASES = "services/overdue/steps/cases.py"
TASKS = "services/overdue/tasks.py"
FOLD = "services/overdue/fold.py"
CORRECTIONS = "services/cash_application/invoices/corrections.py"
LEDGER = "services/overdue/books/ledger.py"
DISCOUNTS = "services/overdue/books/discounts.py"
PARTS = "services/overdue/books/parts.py"
BOOKINGS = "services/overdue/books/letter_bookings.py"
TERMS = "services/overdue/books/fixed_terms.py"
USED_MONEY = "services/overdue/books/used_money.py"
ENTRIES = "services/overdue/books/entries.py"
POSITION = "services/overdue/steps/step_progress.py"
STOPS = "services/overdue/stops/in_force.py"

MUTANTS = (
    Mutant(
        "M11 granted credit is used from the beginning",
        "services/overdue/books/entries.py",
        '        yield credit.day, credit.known, credit.id, 0, "", credit',
        '        yield date.min, credit.known, credit.id, 0, "", credit',
        "overdue/test_granted_credit.py",
    ),
    Mutant(
        "M7 an extension may move the due date earlier",
        DUE_DATES,
        "            day = max(day, change.day) if change.extension else change.day",
        "            day = change.day",
        "overdue/test_money_back_and_rests.py::m7",
    ),
    Mutant(
        "M7 a reschedule moves the due date only later",
        DUE_DATES,
        "            day = max(day, change.day) if change.extension else change.day",
        "            day = max(day, change.day)",
        "overdue/test_money_back_and_rests.py::m7",
    ),
    Mutant(
        "M7 waits do not count from the new due date",
        POSITION,
        "        last = max(progress.moved, effective_due)\n",
        "        last = progress.moved\n",
        "overdue/test_money_back_and_rests.py::m7",
    ),
    Mutant(
        "M8 the discount is taken before its last day has ended",
        LEDGER,
        "self._take_discount(entry, day, day - timedelta(days=1))",
        "self._take_discount(entry, day, date.max)",
        "overdue/test_discounts.py::m8",
    ),
    Mutant(
        "M8 money of any day earns the discount",
        USED_MONEY,
        "        return sum(part.amount for part in parts if part.paid <= day)",
        "        return sum(part.amount for part in parts)",
        "overdue/test_discounts.py::m8",
    ),
    Mutant(
        "M8 credit notes do not lessen the discount",
        DISCOUNTS,
        "(2 * each.amount * left + whole) // (2 * whole)",
        "each.amount",
        "overdue/test_discounts.py::m8",
    ),
    Mutant(
        "M8 money for several pays the first whole",
        LEDGER,
        '            if name == "principal" and off:',
        '            if name == "interest" and off:',
        "overdue/test_discounts.py::m8",
    ),
    Mutant(
        "M8 a rest that will be discount taken is waived",
        LEDGER,
        " and not self.discounts.is_near(entry, day):",
        ":",
        "overdue/test_discounts.py::m8",
    ),
    Mutant(
        "M9 a credit note of the whole takes from the first part",
        PARTS,
        "    for part in reversed(takers):",
        "    for part in takers:",
        "overdue/test_parts.py::credit",
    ),
    Mutant(
        "M9 the ceiling of fees counts for each part",
        PARTS,
        "    fees = sum(books.open[part.invoice].fees for part in parts)",
        "    fees = books.open[receivable.invoice].fees",
        "overdue/test_parts.py::ceiling",
    ),
    Mutant(
        "M9 a dispute of the whole takes its amount of each part",
        STOPS,
        "        of_whole -= min(of_whole, max(0, principal_of(part) - own))\n",
        "",
        "overdue/test_parts.py::dispute",
    ),
    Mutant(
        "M10 the correction known first holds",
        ACCOUNT,
        "        latest = max(self.corrected, key=known_order, default=None)",
        "        latest = min(self.corrected, key=known_order, default=None)",
        "overdue/test_corrections.py::m10",
    ),
    Mutant(
        "M10 a correction's due date is compared with the first invoice's",
        DUE_DATES,
        "        printed = change.day if change.printed else printed\n",
        "",
        "overdue/test_corrections.py::second_correction",
    ),
    Mutant(
        "M9 a cancelled part takes what credit notes of the whole credit",
        PARTS,
        "    takers = [part for part in parts if part.cancelled is None or note.known_on < part.cancelled] or parts",
        "    takers = parts",
        "overdue/test_parts.py::cancelled",
    ),
    Mutant(
        "M3 credit waits for the former due date of what was moved into the past",
        LEDGER,
        "        others = {self.context.local(due.known).date() for due in changes} | {",
        "        others = {",
        "overdue/test_granted_credit.py::moved_into_the_past",
    ),
    Mutant(
        "G0 a missed instalment of what is held brings a letter",
        INSTALMENTS,
        " and _stopped_by_plan_alone(case)]",
        "]",
        "overdue/test_guards.py::g0",
    ),
    Mutant(
        "M10 an invoice that a person is asked about is not held",
        CASES,
        "    if any(receivable.is_named_by(correction.invoice) for correction in account.corrections):",
        "    if account.corrections is None:",
        "overdue/test_corrections.py::m10",
    ),
    Mutant(
        "M10 a credited invoice is replaced without a person",
        CORRECTIONS,
        "_may_replace(known, correction) and not known.credited:",
        "_may_replace(known, correction):",
        "cash_application/test_corrections.py::credited",
    ),
    Mutant(
        "M1 a letter books though nothing was open",
        BOOKINGS,
        "        if entry.principal <= 0:\n            return booking\n",
        "",
        "overdue/test_money_in.py::m1 or m4",
    ),
    Mutant(
        "M1 entries count in the order they became known",
        LEDGER,
        "key=lambda entry: entry[:4])",
        "key=lambda entry: entry[1:4])",
        "overdue/test_money_in.py::m1",
    ),
    Mutant(
        "M1 a note goes where the policy wants none",
        APOLOGY,
        "    if not facts.policy.apology:",
        "    if facts.policy is None:",
        "overdue/test_money_in.py::m1",
    ),
    Mutant(
        "M2 principal is never first",
        LEDGER,
        '    "principal-first": ("principal", "interest", "costs"),',
        '    "principal-first": ("interest", "principal", "costs"),',
        "overdue/test_money_in.py::m2",
    ),
    Mutant(
        "M2 costs come before interest",
        LEDGER,
        '    "principal-first": ("principal", "interest", "costs"),',
        '    "principal-first": ("principal", "costs", "interest"),',
        "overdue/test_money_in.py::m2",
    ),
    Mutant(
        "M2 the latest due is paid first",
        LEDGER,
        "key=lambda entry: (self._due_at(entry, at), entry.receivable.invoice))",
        "key=lambda entry: (self._due_at(entry, at), entry.receivable.invoice), reverse=True)",
        "overdue/test_money_in.py::m2",
    ),
    Mutant(
        "M3 money pays what is stopped",
        LEDGER,
        "        return not is_skipped(self.account, entry.receivable, known, day, self.context.country, kind)",
        "        return True",
        "overdue/test_money_in.py::m3",
    ),
    Mutant(
        "M3 money pays what is disputed in part",
        LEDGER,
        '        if name == "principal" and known is not None:',
        '        if name == "principal" and known is self:',
        "overdue/test_money_in.py::m3",
    ),
    Mutant(
        "M3 a letter's reference pays the whole account",
        LEDGER,
        "        if money.letter is not None:",
        "        if money.letter == -1:",
        "overdue/test_money_in.py::m3",
    ),
    Mutant(
        "M3 credit is used before the due date",
        LEDGER,
        "for entry in self._in(credit.currency) if self._was_due(entry, day)]",
        "for entry in self._in(credit.currency)]",
        "overdue/test_money_in.py::m3",
    ),
    Mutant(
        "M3 a lapsed debt is paid",
        LEDGER,
        "(money.named) if entry.lapses > day]",
        "(money.named)]",
        "overdue/test_money_in.py::m3",
    ),
    Mutant(
        "M4 a cancelled invoice is owed",
        LEDGER,
        "        principal = 0 if receivable.cancelled is not None else max(0, receivable.amount_now - credited)",
        "        principal = max(0, receivable.amount_now - credited)",
        "overdue/test_money_in.py::m4",
    ),
    Mutant(
        "M4 too much credited vanishes",
        LEDGER,
        "            if rest > 0 and receivable.cancelled is None:",
        "            if rest is None:",
        "overdue/test_money_in.py::m4",
    ),
    Mutant(
        "M5 a refund opens the earliest use first",
        USED_MONEY,
        "        for part in reversed(self.parts):",
        "        for part in self.parts:",
        "overdue/test_money_back_and_rests.py::m5",
    ),
    Mutant(
        "M5 what was waived before a refunded payment is owed again",
        USED_MONEY,
        "if rest.entry is entry and rest.turn >= part.turn]",
        "if rest.turn >= 0]",
        "overdue/test_money_back_and_rests.py::m5",
    ),
    Mutant(
        "M5 a refund is of a day after it is known",
        ENTRIES,
        "    own_day = min(refund.day, context.local(refund.known).date())",
        "    own_day = refund.day",
        "overdue/test_money_back_and_rests.py::m5",
    ),
    Mutant(
        "M5 other credit does not pay what a refund opened",
        LEDGER,
        "            self._remember(entry, day)\n        self._use_credit(day)\n",
        "            self._remember(entry, day)\n",
        "overdue/test_money_back_and_rests.py::m5 or refund",
    ),
    Mutant(
        "K3 the policy of today rules what was placed",
        TERMS,
        "        return money.terms or self.on(day)",
        "        return self.on(day)",
        "overdue/test_terms_of_entries.py::k3",
    ),
    Mutant(
        "K3 credit used is ruled by the policy of today",
        TERMS,
        "        return found or self.on(day)",
        "        return self.on(day)",
        "overdue/test_terms_of_entries.py::k3",
    ),
    Mutant(
        "K3 a consumer owes the compensation that a business was asked",
        BOOKINGS,
        ' and self.account.kind == "business":',
        ":",
        "overdue/test_terms_of_entries.py::k3",
    ),
    Mutant(
        "K3 a later due date moves money that was placed",
        LEDGER,
        " roll(receivable.due_known_at(at), self.context.country) if receivable.dues else entry.effective_due",
        " entry.effective_due",
        "overdue/test_terms_of_entries.py::k3",
    ),
    Mutant(
        "M5 a reversal does nothing",
        LEDGER,
        "        amount = money.amount - money.reversed\n        if",
        "        amount = money.amount\n        if",
        "overdue/test_money_back_and_rests.py::m5",
    ),
    Mutant(
        "M5 a reversal of a part takes all",
        FOLD,
        "left if message.amount is None else min(left, message.amount)",
        "left",
        "overdue/test_money_back_and_rests.py::m5",
    ),
    Mutant(
        "M6 the limit itself is waived",
        LEDGER,
        "0 < rest < terms.waive_below",
        "0 < rest <= terms.waive_below",
        "overdue/test_money_back_and_rests.py::m6",
    ),
    Mutant(
        "M6 only principal is looked at",
        LEDGER,
        "0 < rest < terms.waive_below",
        "0 <= entry.principal < terms.waive_below",
        "overdue/test_money_back_and_rests.py::m6",
    ),
    Mutant(
        "M6 a small rest moves",
        CASES,
        "    if receivable.currency == context.law.currency and entry.reduced and entry.principal < below:",
        "    if entry is None:",
        "overdue/test_money_back_and_rests.py::m6",
    ),
    Mutant(
        "M6 small invoices that nobody paid never move",
        CASES,
        "    if receivable.currency == context.law.currency and entry.reduced and entry.principal < below:",
        "    if receivable.currency == context.law.currency and entry.principal < below:",
        "overdue/test_money_back_and_rests.py::m6",
    ),
    Mutant(
        "M6 rests are not listed",
        CASES,
        "(self.overdue or (self.entry.principal == 0 and self.entry.balance > 0))",
        "self.overdue",
        "overdue/test_money_back_and_rests.py::m6",
    ),
    Mutant(
        "M6 nobody is asked about a rest",
        TASKS,
        "    if cases and all(case.entry.principal == 0 for case in cases):",
        "    if cases is None:",
        "overdue/test_money_back_and_rests.py::m6",
    ),
    Mutant(
        "law: an unlawful fee is published",
        LAWFUL,
        "    if step.fee > most:",
        "    if step.fee > 2 * most:",
        "law/test_lawful.py::f1",
    ),
    Mutant(
        "law: a fee after 14 days is published",
        LAWFUL,
        "    if (given or 0) < least:",
        "    if (given or 0) < least - 1:",
        "law/test_lawful.py::f2",
    ),
    Mutant(
        "law: nine days to answer are published",
        LAWFUL,
        '    if step.action == "letter" and (step.response_days or 0) < least:',
        '    if step.action == "letter" and (step.response_days or 0) < least - 1:',
        "law/test_lawful.py::s5",
    ),
    Mutant(
        "law: a consumer's compensation is published",
        LAWFUL,
        '    if step.fixed_compensation is not None and policy.kind == "consumer":',
        "    if policy.kind is None:",
        "law/test_lawful.py::f4",
    ),
    Mutant(
        "law: a hand-over without a letter is published",
        LAWFUL,
        '    if step.action == "hand-over" and not any(earlier.action == "letter" for earlier in'
        " policy.steps[:place]):",
        "    if policy.kind is None:",
        "law/test_lawful.py::s7",
    ),
)
