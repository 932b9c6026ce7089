"""The account's books: balances computed from the dated entries, always the same way (rules.md I1–M7).

``books`` replays every entry up to a day: credit notes first, then by day and by the instant each entry became
known. What a letter booked, what a payment paid and what was waived all follow from the entry's place in that
order, so an entry that arrives late changes everything after it, and a reversal undoes all (rules.md M1, M5).
"""

from collections import deque
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from services.law.calendar import roll
from services.law.rates import accrued
from services.overdue.account import (
    Account,
    LetterRecord,
    Receivable,
    ReceivedMoney,
    RecordedLine,
    Reduction,
    Refund,
    StepDone,
)
from services.overdue.books.balances import AllocatedMoney, Booking, Books, OpenReceivable, UnusedCredit
from services.overdue.books.entries import entries_of, payment_key
from services.overdue.books.parts import credited_of, fee_room
from services.overdue.creditor_context import CreditorContext
from services.overdue.stops.in_force import disputed_part, is_skipped

_FIRST = date.min


def interest_start(account: Account, entry: OpenReceivable, effective_due: date, first_letter: date | None) -> date:
    """The day after which interest runs (Korkolaki 5, 6 §; rules.md I1)."""
    receivable = entry.receivable
    agreed = account.kind == "business" if receivable.due_agreed is None else receivable.due_agreed
    if agreed:
        return effective_due
    start = max(effective_due, receivable.sent + timedelta(days=30))
    if account.kind == "consumer" and not receivable.interest_stated and first_letter is not None:
        start = max(start, first_letter)
    return start


def principal_pieces(entry: OpenReceivable, first: date, last: date, disputed: int) -> Iterable[tuple[date, date, int]]:
    """The principal that bears interest on the days ``first`` to ``last``: (from, to, minor units) pieces.

    A part paid on a day bears interest for that day still (rules.md I5), so a day's principal is what the days
    before it left. A disputed part is left out (rules.md G2).
    """
    for index, (day, principal) in enumerate(entry.history):
        begins = first if day is _FIRST else max(first, day + timedelta(days=1))
        ends = min(last, entry.history[index + 1][0]) if index + 1 < len(entry.history) else last
        if begins <= ends and principal > disputed:
            yield begins, ends, principal - disputed


def claimed_interest(entry: OpenReceivable, line: RecordedLine, start: date) -> int:
    """The interest a letter's line claims: what accrued since the last claim, rounded once (rules.md I4)."""
    if line.through is None:
        return 0
    after = start if entry.claimed_through is None else max(start, entry.claimed_through)
    pieces = [
        (principal, (last - first).days + 1, segment.rate)
        for segment in line.segments
        for first, last, principal in principal_pieces(
            entry, max(segment.first, after + timedelta(days=1)), min(segment.last, line.through), line.disputed
        )
    ]
    return accrued(pieces)


class _Replay:
    """One pass over the entries of an account."""

    def __init__(self, account: Account, context: CreditorContext, today: date, shortages: dict[str, int]) -> None:
        self.account = account
        self.today = today
        self.context = context
        self.shortages = shortages
        self.books = Books(open={})
        self.missing: dict[str, int] = {}
        self.refunded: dict[str, int] = {}
        self.uncovered = dict(shortages)
        for receivable in account.receivables.values():
            self._begin(receivable)

    def _begin(self, receivable: Receivable) -> None:
        """Credit notes and cancellations count from the invoice's beginning (rules.md M4, M6)."""
        credited = credited_of(self.account, receivable)
        principal = 0 if receivable.cancelled is not None else max(0, receivable.amount - credited)
        agreed = self.account.kind == "business" if receivable.due_agreed is None else receivable.due_agreed
        base = receivable.due_now if agreed else receivable.issued
        entry = OpenReceivable(
            receivable=receivable,
            effective_due=roll(receivable.due_now, self.context.country),
            lapses=self.context.law.limitation_end(base),
            principal=principal,
            credited=min(credited, receivable.amount),
            reduced=credited > 0,
        )
        self.books.open[receivable.invoice] = entry
        if credited:
            last = max(receivable.credit_notes, key=lambda note: (note.known, note.id))
            self._waive_rest(entry, last.day)
            if credited > receivable.amount and receivable.cancelled is None:
                currency = receivable.currency
                self.books.credit.append(UnusedCredit(last.day, credited - receivable.amount, currency, currency))
        entry.history.append((_FIRST, entry.principal))

    def run(self, draft: LetterRecord | None) -> Books:
        """Replay every entry whose day has come, a draft letter's among them; a day begins with the use of credit."""
        uses = deque(sorted(day for day in self._days_of_use() if day <= self.today))
        entries = sorted(entries_of(self.account, self.context, draft), key=lambda entry: entry[:4])
        for day, known, _, _, whose, what in entries:
            if day <= self.today:
                while uses and uses[0] <= day:
                    self._use_credit(uses.popleft())
                self._enter(whose, what, day, known)
        for day in uses:
            self._use_credit(day)
        return self.books

    def _days_of_use(self) -> set[date]:
        """The days on which credit may find something to pay: each due date that was ever in force, rolled."""
        receivables = self.account.receivables.values()
        dues = {day for each in receivables for day in (each.due, *(due.day for due in each.dues))}
        return {roll(day, self.context.country) for day in dues} | {credit.day for credit in self.books.credit}

    def _was_due(self, entry: OpenReceivable, day: date) -> bool:
        """Whether its due date of that time had come by ``day``: what was used stays used (rules.md M3, M7)."""
        return roll(entry.receivable.due_on(day), self.context.country) <= day

    def _enter(self, whose: str, what: object, day: date, known: datetime) -> None:
        if isinstance(what, ReceivedMoney):
            self._receive(what, day, known)
        elif isinstance(what, LetterRecord):
            self._book(what, day)
        elif isinstance(what, StepDone):
            self._book_taken(self.books.open[whose], what)
        elif isinstance(what, Refund):
            self._refund(whose, what)
        elif isinstance(what, Reduction):
            self._reduce(self._named((whose,)), what)
        else:
            self._interrupt(self.books.open[whose], day)

    # -- money in ----------------------------------------------------------------------------------------------

    def _receive(self, money: ReceivedMoney, day: date, known: datetime) -> None:
        key = payment_key(money)
        amount = money.amount - money.reversed - self.shortages.get(key, 0)
        if amount <= 0:
            return
        if money.named:
            own = [entry for entry in self._named(money.named) if entry.lapses > day]
            if not own:
                self.books.refused.append(money)
                return
            rest = self._pay(own, amount, day, key)
        else:
            rest = amount
            for group in self._groups(money, day, known):
                rest = self._pay(group, rest, day, key, known)
        if rest:
            self.books.credit.append(UnusedCredit(day, rest, money.currency, key))
            self._use_credit(day)

    def _groups(self, money: ReceivedMoney, day: date, known: datetime) -> list[list[OpenReceivable]]:
        """Where money without a receivable's own reference goes, group by group (rules.md M3)."""
        free = [entry for entry in self._in(money.currency) if self._reachable(entry, known, day)]
        if money.letter is not None:
            listed = {
                line.invoice
                for letter in self.account.letters
                if letter.number == money.letter
                for line in letter.lines
            }
            return [[entry for entry in free if entry.receivable.invoice in listed]]
        return [
            [entry for entry in free if entry.effective_due < day],
            [entry for entry in free if entry.effective_due >= day and entry.receivable.known <= known],
        ]

    def _named(self, invoices: Iterable[str]) -> list[OpenReceivable]:
        """The receivables that invoices' ids mean, each once; an invoice in parts means all of them (rules.md M9)."""
        named = dict.fromkeys(each.invoice for invoice in invoices for each in self.account.named(invoice))
        return [self.books.open[invoice] for invoice in named]

    def _in(self, currency: str) -> list[OpenReceivable]:
        return [entry for entry in self.books.open.values() if entry.receivable.currency == currency and entry.balance]

    def _reachable(self, entry: OpenReceivable, known: datetime, day: date) -> bool:
        return entry.lapses > day and not is_skipped(self.account, entry.receivable, known, day, self.context.country)

    def _use_credit(self, day: date) -> None:
        """Credit pays the other receivables on the later of their due date and the day it arose (rules.md M3).

        What a stop held back on that day is paid once the stop has ended, from what is left, and dated back.
        """
        usable = [credit for credit in self.books.credit if credit.day <= day]
        for free_on in (day, self.today) if usable else ():
            known = datetime.combine(free_on, time.max, UTC)
            for credit in usable:
                due = [entry for entry in self._in(credit.currency) if self._was_due(entry, day)]
                free = [entry for entry in due if self._reachable(entry, known, free_on)]
                credit.amount = self._pay(free, credit.amount, day, credit.payment, known)
        self.books.credit = [credit for credit in self.books.credit if credit.amount]

    def _pay(
        self, targets: list[OpenReceivable], amount: int, day: date, payment: str, known: datetime | None = None
    ) -> int:
        """Pay class by class across the targets, earliest effective due first, then id; what is left (rules.md M2).

        Money that names no receivable does not pay what was disputed of it when it was ``known`` (G0).
        """
        paid, use = self.books.paid_by.setdefault(payment, {}), self._use(payment)
        targets = sorted(targets, key=lambda entry: (entry.effective_due, entry.receivable.invoice))
        touched: list[OpenReceivable] = []
        for name in _CLASSES[self.context.allocation_on(self.account.kind, day)]:
            for entry in targets:
                payable = getattr(entry, name)
                if name == "principal" and known is not None:
                    payable -= disputed_part(self.account, entry.receivable, known, self.books.principal_of)
                part = min(amount, payable)
                if part > 0:
                    setattr(entry, name, getattr(entry, name) - part)
                    setattr(use, name, getattr(use, name) + part)
                    entry.received += part
                    paid[entry.receivable.invoice] = paid.get(entry.receivable.invoice, 0) + part
                    amount -= part
                    if entry not in touched:
                        touched.append(entry)
        for entry in touched:
            entry.reduced = True
            self._interrupt(entry, day)
            self._waive_rest(entry, day)
            self._remember(entry, day)
        return amount

    def _waive_rest(self, entry: OpenReceivable, day: date) -> None:
        """A small rest after a payment or credit is waived (rules.md M6; euros only, F6)."""
        below = self.context.waive_below_on(self.account.kind, day)
        if entry.receivable.currency == self.context.law.currency and below and 0 < entry.balance < below:
            entry.waived += entry.balance
            entry.principal = entry.interest = entry.costs = 0

    def _refund(self, key: str, refund: Refund) -> None:
        """A refund comes out of the unused credit; what that does not cover reduces the payment (rules.md M3).

        No more of a payment is refunded than was received and not reversed.
        """
        money = next(money for money in self.account.moneys if payment_key(money) == key)
        before = self.refunded.get(key, 0)
        rest = money.amount - money.reversed - before
        amount = max(0, rest if refund.amount is None else min(refund.amount, rest))
        self.refunded[key] = before + amount
        covered = min(amount, self.uncovered.get(key, 0))
        self.uncovered[key] = self.uncovered.get(key, 0) - covered
        self._use(key).given_back += covered
        amount -= covered
        for credit in self.books.credit:
            if credit.currency == money.currency:
                taken = min(credit.amount, amount)
                credit.amount -= taken
                self._use(credit.payment).given_back += taken
                amount -= taken
        self.books.credit = [credit for credit in self.books.credit if credit.amount]
        if amount > 0:
            self.missing[key] = self.missing.get(key, self.shortages.get(key, 0)) + amount

    def _use(self, payment: str) -> AllocatedMoney:
        return self.books.uses.setdefault(payment, AllocatedMoney())

    # -- letters -----------------------------------------------------------------------------------------------

    def _book(self, letter: LetterRecord, day: date) -> None:
        if letter.purpose == "apology":
            return
        booked: dict[str, Booking] = {}
        for line in letter.lines:
            entry = self.books.open[line.invoice]
            self._interrupt(entry, day)
            if line.step is not None:
                booked[line.invoice] = self._book_line(letter, line, entry, day)
        self.books.bookings[letter.notice] = booked

    def _book_line(self, letter: LetterRecord, line: RecordedLine, entry: OpenReceivable, day: date) -> Booking:
        """Interest, compensation, then the fee, on open principal only (rules.md M1, F4, I4)."""
        booking = Booking()
        if line.interest and entry.first_interest_letter is None:
            entry.first_interest_letter = day
        if entry.principal <= 0:
            return booking
        if line.interest and line.through is not None:
            start = interest_start(self.account, entry, line.effective_due, entry.first_interest_letter)
            booking.interest = claimed_interest(entry, line, start)
            entry.claimed_through = (
                line.through if entry.claimed_through is None else max(entry.claimed_through, line.through)
            )
        if line.compensation and not entry.compensated:
            booking.compensation = max(0, self.context.law.fixed_compensation - entry.fees)
            entry.compensated = True
        if letter.fee_invoice == line.invoice:
            booking.fee = self._fee(letter, entry, day)
        entry.interest += booking.interest
        entry.costs += booking.compensation + booking.fee
        return booking

    def _fee(self, letter: LetterRecord, entry: OpenReceivable, day: date) -> int:
        """The fee under the cap, and past the compensation that absorbs it (LSP 10 d, 10 h, 10 i §; rules.md F3–F5)."""
        if letter.forgiven:
            self.books.fee_days.append(day)
            return 0
        room = fee_room(self.account, entry.receivable, self.books, self.context.law)
        fee = max(0, min(letter.fee, room))
        if fee:
            self.books.fee_days.append(day)
        return self._add_fee(entry, fee)

    def _add_fee(self, entry: OpenReceivable, fee: int) -> int:
        floor = self.context.law.fixed_compensation if entry.compensated else 0
        before = max(floor, entry.fees)
        entry.fees += fee
        return max(floor, entry.fees) - before

    def _book_taken(self, entry: OpenReceivable, done: StepDone) -> None:
        """A step taken before go-live: its fee is open cost, no interest or compensation (rules.md S3)."""
        self._interrupt(entry, done.day)
        if entry.first_interest_letter is None and self.context.claims_interest(self.account.kind, done.step):
            entry.first_interest_letter = done.day
        if entry.principal > 0 and done.fee and entry.receivable.currency == self.context.law.currency:
            self.books.fee_days.append(done.day)
            entry.costs += self._add_fee(entry, done.fee)

    # -- what people give up -----------------------------------------------------------------------------------

    def _reduce(self, entries: list[OpenReceivable], cut: Reduction) -> None:
        """Class by class of a receivable; of an invoice in parts the last one first (rules.md M9)."""
        names = ("costs",) if cut.of == "costs" else ("principal", "interest", "costs")
        left = sum(entry.balance for entry in entries) if cut.amount is None else cut.amount
        for entry in reversed(entries):
            for name in names:
                part = min(left, getattr(entry, name))
                setattr(entry, name, getattr(entry, name) - part)
                entry.written_off += part
                left -= part
            self._remember(entry, cut.day)

    def _interrupt(self, entry: OpenReceivable, day: date) -> None:
        """A letter, a payment or an acknowledgement starts limitation anew (act 728/2003 10, 13 §; rules.md G8)."""
        if day < entry.lapses:
            entry.lapses = max(entry.lapses, self.context.law.limitation_end(day))

    @staticmethod
    def _remember(entry: OpenReceivable, day: date) -> None:
        if entry.history and entry.history[-1][0] == day:
            entry.history[-1] = (day, entry.principal)
        else:
            entry.history.append((day, entry.principal))


_CLASSES: dict[str, tuple[str, ...]] = {
    "principal-first": ("principal", "interest", "costs"),
    "interest-first": ("interest", "principal", "costs"),
}


def books(account: Account, today: date, context: CreditorContext, draft: LetterRecord | None = None) -> Books:
    """The account's books on ``today``, with a draft letter's bookings when one is given.

    Where the unused credit does not cover a refund, the payment counts for less from its own day.
    """
    shortages: dict[str, int] = {}
    while True:
        replay = _Replay(account, context, today, shortages)
        result = replay.run(draft)
        if replay.missing in ({}, shortages):
            return result
        shortages = {**shortages, **replay.missing}
