"""Mutants of fees and interest (rules.md F, I)."""

from tests.mutants.mutant import Mutant

FIGURES = "services/law/figures.py"
RATES = "services/law/rates.py"
DRAFT = "services/overdue/letters/draft.py"
FEES = "services/overdue/letters/fees.py"
ENTRIES = "services/overdue/books/entries.py"
LEDGER = "services/overdue/books/ledger.py"
PARTS = "services/overdue/books/parts.py"
BOOKINGS = "services/overdue/books/letter_bookings.py"
INTEREST = "services/overdue/books/interest.py"
LETTER_FACTS = "services/overdue/letters/letter_facts.py"
STEP_PROGRESS = "services/overdue/steps/step_progress.py"

MUTANTS = (
    Mutant(
        "F1 the nearest step bears the fee",
        FEES,
        "key=lambda case: (-case.progress.index, case.entry.effective_due, case.invoice))",
        "key=lambda case: (case.progress.index, case.entry.effective_due, case.invoice))",
        "overdue/test_fees.py::f1",
    ),
    Mutant(
        "F1 the latest due date bears the fee",
        FEES,
        "key=lambda case: (-case.progress.index, case.entry.effective_due, case.invoice))",
        "key=lambda case: (-case.progress.index, -case.entry.effective_due.toordinal(), case.invoice))",
        "overdue/test_fees.py::f1",
    ),
    Mutant(
        "F1 a fee above the law's maximum",
        BOOKINGS,
        "        return max(0, min(fee, law.reminder_fee_max(kind), room))",
        "        return max(0, min(fee, room))",
        "overdue/test_fees.py::f1",
    ),
    Mutant(
        "F2 a fee on day 14 after the due date",
        FEES,
        "    return (today - case.entry.effective_due).days >= law.fee_wait_days(account.kind)",
        "    return (today - case.entry.effective_due).days >= law.fee_wait_days(account.kind) - 1",
        "overdue/test_fees.py::f2",
    ),
    Mutant(
        "F2 a fee on day 14 after the last letter",
        FEES,
        "    if any((today - day).days < gap for day in last):",
        "    if any((today - day).days < gap - 1 for day in last):",
        "overdue/test_fees.py::f2",
    ),
    Mutant(
        "F2 letters that only listed do not count",
        STEP_PROGRESS,
        "        and any(line.invoice == receivable.invoice for line in letter.lines)",
        "        and any(line.invoice == receivable.invoice and line.step for line in letter.lines)",
        "overdue/test_fees.py::f2",
    ),
    Mutant(
        "F2 the account's last fee does not count",
        FEES,
        "(last_listed(account, receivable), last_fee)",
        "(last_listed(account, receivable),)",
        "overdue/test_fees.py::f2",
    ),
    Mutant(
        "F2 an invoice sent late bears fees",
        FEES,
        "    if lead and (receivable.due_now - receivable.sent).days < lead:",
        "    if lead and (receivable.due_now - receivable.issued).days < lead:",
        "overdue/test_fees.py::f2",
    ),
    Mutant(
        "F3 fees pass their cap",
        BOOKINGS,
        "        return max(0, min(fee, law.reminder_fee_max(kind), room))",
        "        return fee",
        "overdue/test_fees.py::f3",
    ),
    Mutant(
        "F3 the cap goes by what is open",
        PARTS,
        "total_cap(kind, sum(part.amount_now for part in parts))",
        "total_cap(kind, sum(books.open[part.invoice].principal for part in parts))",
        "overdue/test_fees.py::f3",
    ),
    Mutant(
        "F3 a cap's limit is not included",
        FIGURES,
        "original_principal <= tier.up_to",
        "original_principal < tier.up_to",
        "overdue/test_fees.py::f3",
    ),
    Mutant(
        "F4 fees before the compensation are not taken off",
        BOOKINGS,
        "max(0, self.context.law.fixed_compensation - entry.fees)",
        "self.context.law.fixed_compensation",
        "overdue/test_fees.py::f4",
    ),
    Mutant(
        "F4 fees after the compensation come on top",
        BOOKINGS,
        "        floor = self.context.law.fixed_compensation if entry.compensated else 0",
        "        floor = 0",
        "overdue/test_fees.py::f4",
    ),
    Mutant(
        "F4 the compensation is claimed twice",
        BOOKINGS,
        "        if line.compensation and not entry.compensated and",
        "        if line.compensation and",
        "overdue/test_fees.py::f4",
    ),
    Mutant(
        "F4 swallowed fees do not count in the gap",
        BOOKINGS,
        "        if fee:\n            self.books.fee_days.append(day)\n        return self._add_fee(entry, fee)",
        "        added = self._add_fee(entry, fee)\n"
        "        if added:\n"
        "            self.books.fee_days.append(day)\n"
        "        return added",
        "overdue/test_fees.py::f4",
    ),
    Mutant(
        "F4 consumers owe the compensation",
        DRAFT,
        "    claims = facts.account.trader and in_currency and step.fixed_compensation",
        "    claims = in_currency and step.fixed_compensation",
        "overdue/test_fees.py::f4",
    ),
    Mutant(
        "F4 the compensation is owed on the day interest starts",
        DRAFT,
        "and today > start,\n",
        "and today >= start,\n",
        "overdue/test_fees.py::f4",
    ),
    Mutant(
        "F5 a fee of that very day leaves no mercy",
        FEES,
        "not any(day > since for day in facts.books.fee_days)",
        "not any(day >= since for day in facts.books.fee_days)",
        "overdue/test_fees.py::f5",
    ),
    Mutant(
        "F5 mercy for new customers",
        FEES,
        "    return first <= since and not any(",
        "    return not any(",
        "overdue/test_fees.py::f5",
    ),
    Mutant(
        "F5 mercy every time",
        FEES,
        "    return first <= since and not any(day > since for day in facts.books.fee_days)",
        "    return first <= since",
        "overdue/test_fees.py::f5",
    ),
    Mutant(
        "F5 a month's last day is the first of the next",
        FEES,
        "min(day.day, calendar.monthrange(year, month + 1)[1])",
        "min(day.day, 28)",
        "overdue/test_fees.py::f5",
    ),
    Mutant(
        "F5 a forgiven fee counts in the cap",
        BOOKINGS,
        "            self.books.fee_days.append(day)\n            return 0\n",
        "            self.books.fee_days.append(day)\n            entry.fees += letter.fee\n            return 0\n",
        "overdue/test_fees.py::f5",
    ),
    Mutant(
        "F5 a forgiven fee does not count in the gap",
        BOOKINGS,
        "        if letter.forgiven:\n            self.books.fee_days.append(day)\n            return 0\n",
        "        if letter.forgiven:\n            return 0\n",
        "overdue/test_fees.py::f5",
    ),
    Mutant(
        "F6 debts in kronor bear euro fees",
        FEES,
        "    if not _step_of(case).fee or receivable.currency != law.currency or once",
        "    if not _step_of(case).fee or once",
        "overdue/test_fees.py::f6",
    ),
    Mutant(
        "F6 rests in kronor are waived by euros",
        LEDGER,
        "        return entry.receivable.currency == self.context.law.currency and 0 < rest < terms.waive_below",
        "        return 0 < rest < terms.waive_below",
        "overdue/test_fees.py::f6",
    ),
    Mutant(
        "I1 the due date itself bears interest",
        INTEREST,
        "max(segment.first, after + timedelta(days=1)), min(segment.last, line.through), line.disputed",
        "max(segment.first, after), min(segment.last, line.through), line.disputed",
        "overdue/test_interest.py::i1 or i4",
    ),
    Mutant(
        "I1 interest starts on an unagreed due date",
        INTEREST,
        "    if agreed:\n        return effective_due\n    start",
        "    if agreed or not agreed:\n        return effective_due\n    start",
        "overdue/test_interest.py::i1",
    ),
    Mutant(
        "I1 thirty days count from the day of issue",
        INTEREST,
        "receivable.sent + timedelta(days=30)",
        "receivable.issued + timedelta(days=30)",
        "overdue/test_interest.py::i1",
    ),
    Mutant(
        "I1 an unstated rate is claimed from the first day",
        INTEREST,
        '    if kind == "consumer" and not receivable.interest_stated and first_letter is not None:',
        "    if first_letter is receivable:",
        "overdue/test_interest.py::i1",
    ),
    Mutant(
        "I1 a year has 366 days",
        RATES,
        "_YEAR_DAYS = 365",
        "_YEAR_DAYS = 366",
        "overdue/test_interest.py::i1",
    ),
    Mutant(
        "I2 traders pay the general margin",
        RATES,
        'self.commercial_margin if kind == "business" and trader else self.general_margin',
        "self.general_margin",
        "overdue/test_interest.py::i2",
    ),
    Mutant(
        "I2 a consumer's agreed rate counts where it is higher",
        RATES,
        "rate if agreed is None else min(rate, agreed)",
        "rate if agreed is None else agreed",
        "overdue/test_interest.py::i2",
    ),
    Mutant(
        "I3 a known rate is stretched over unknown days",
        RATES,
        "            charged.append(Segment(expected, min(span.last, last), ",
        "            charged.append(Segment(expected, last, ",
        "overdue/test_interest.py::i3",
    ),
    Mutant(
        "I3 the letter does not say where counting stopped",
        LETTER_FACTS,
        "day is not None and day < draft.day",
        "day is not None and day > draft.day",
        "overdue/test_interest.py::i3",
    ),
    Mutant(
        "I3 days that were not counted are taken as claimed",
        DRAFT,
        "        return segments[-1].last",
        "        return today",
        "overdue/test_interest.py::i3",
    ),
    Mutant(
        "I4 every claim counts from the start",
        INTEREST,
        "    after = start if entry.claimed_through is None else max(start, entry.claimed_through)\n    pieces",
        "    after = start\n    pieces",
        "overdue/test_interest.py::i4",
    ),
    Mutant(
        "I4 half a cent is cut",
        RATES,
        "    return (2 * total + _WHOLE) // (2 * _WHOLE)",
        "    return total // _WHOLE",
        "overdue/test_interest.py::i4",
    ),
    Mutant(
        "I5 a consumer's payment counts when it is booked",
        ENTRIES,
        "        return min(money.paid if consumer else money.booked, ",
        "        return min(money.booked, ",
        "overdue/test_interest.py::i5",
    ),
    Mutant(
        "K2 a payment dated ahead counts from the day as told",
        ENTRIES,
        "        return min(money.paid if consumer else money.booked, context.local(money.known).date())",
        "        return money.paid if consumer else money.booked",
        "overdue/test_money_in.py::k2",
    ),
    Mutant(
        "I5 the part paid bears no interest on its day",
        INTEREST,
        "        begins = first if day is BEGINNING else max(first, day + timedelta(days=1))\n"
        "        ends = min(last, entry.history[index + 1][0])",
        "        begins = first if day is BEGINNING else max(first, day)\n"
        "        ends = min(last, entry.history[index + 1][0] - timedelta(days=1))",
        "overdue/test_interest.py::i5",
    ),
)
