"""The account's books: balances computed from the dated entries, always the same way (rules.md I1–M8, K3).

``books`` replays every entry up to a day: credit notes first, then by day and by the instant each entry became
known. What a letter booked, what a payment paid and what was waived all follow from the entry's place in that
order, so an entry that arrives late changes everything after it, and a reversal undoes all (rules.md M1, M5). Money and
credit notes count under the terms that were fixed for them (``fixed_terms``).
"""

from collections import deque
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from schemas.fields import Kind
from services.law.calendar import roll
from services.overdue.account import Account, GrantedCredit, Receivable, ReceivedMoney, Reduction, Refund, StepDone
from services.overdue.books.balances import Books, OpenReceivable, UnusedCredit, reduce_all
from services.overdue.books.discounts import Discounts, offered
from services.overdue.books.entries import entries_of, payment_key
from services.overdue.books.fixed_terms import TermsLookup
from services.overdue.books.interest import BEGINNING
from services.overdue.books.known_before import known_before
from services.overdue.books.letter_bookings import LetterBookings
from services.overdue.books.parts import credited_of
from services.overdue.books.plan_money import PaidGroup, PlanMoney
from services.overdue.books.settled_discounts import EarnedDiscount, earned_discounts, settled_discount
from services.overdue.books.used_money import PaidClass, PayingMoney, UsedMoney
from services.overdue.creditor_context import CreditorContext
from services.overdue.entry_terms import EntryTerms
from services.overdue.invoice_changes import OfferedDiscount
from services.overdue.letter_record import LetterRecord
from services.overdue.stops.in_force import disputed_part, is_skipped, plans_in_force


class _Replay:
    """One pass over the entries of an account."""

    def __init__(
        self,
        account: Account,
        context: CreditorContext,
        today: date,
        earned: dict[datetime, dict[str, EarnedDiscount]],
    ) -> None:
        self.account = account
        self.today = today
        self.context = context
        self.terms = TermsLookup(account, context, today)
        self.books = Books(open={})
        self.used = UsedMoney(self.books)
        self.discounts = Discounts(self.used)
        self.plans = PlanMoney(account, self.used, context.country)
        self.letters = LetterBookings(account, context, self.books)
        self.refunded: dict[str, int] = {}
        self.earned = earned
        for receivable in account.receivables.values():
            self._begin(receivable)

    def _begin(self, receivable: Receivable) -> None:
        """Corrections, credit notes and cancellations count from the invoice's beginning (rules.md M4, M6, M10)."""
        credited = credited_of(self.account, receivable)
        principal = 0 if receivable.cancelled is not None else max(0, receivable.amount_now - credited)
        agreed = self.account.kind == "business" if receivable.due_agreed is None else receivable.due_agreed
        base = receivable.due_now if agreed else receivable.issued
        entry = OpenReceivable(
            receivable=receivable,
            effective_due=roll(receivable.due_now, self.context.country),
            lapses=self.context.law.limitation_end(base),
            principal=principal,
            credited=min(credited, receivable.amount_now),
            discounts=offered(receivable, credited, self.context.country) if receivable.discounts_now else [],
        )
        self.books.open[receivable.invoice] = entry
        settled = settled_discount(entry, self._earned_before) if principal else None
        if settled is not None and settled.amount:
            self.used.settle_discount(entry, settled.amount, settled.payments)
        if credited:
            self._waive_after_notes(entry)
            rest = credited - receivable.amount_now
            if rest > 0 and receivable.cancelled is None:
                last = max(receivable.credit_notes, key=lambda note: (note.known, note.id))
                currency, terms = receivable.currency, self.terms.of_note(last)
                arose = min(last.day, last.known_on)
                self.books.credit.append(UnusedCredit(arose, rest, currency, currency, terms, last.known))
        entry.history.append((BEGINNING, entry.principal))

    def _waive_after_notes(self, entry: OpenReceivable) -> None:
        """A rest that one of the credit notes left small is waived, but for what later notes take of it (M6, K3)."""
        receivable = entry.receivable
        for note in sorted(receivable.credit_notes, key=lambda note: (note.known, note.id)):
            rest = receivable.amount_now - credited_of(self.account, receivable, note)
            if self._is_waived(entry, rest, self.terms.of_note(note)) and entry.principal:
                self.used.waive(entry, note.known)

    def _earned_before(self, at: datetime) -> dict[str, EarnedDiscount]:
        """The discounts that were earned by what was known before an instant (rules.md M8)."""
        if at not in self.earned:
            day = self.context.local(at).date()
            replay = _Replay(known_before(self.account, at), self.context, day, self.earned)
            self.earned[at] = earned_discounts(replay.run(None), replay.discounts, day)
        return self.earned[at]

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
        if self.account.plans:
            in_force = self.plans.in_force(self.context.end_of(self.today))
            self.books.plan_paid = {item.plan.id: item.paid for item in in_force}
        return self.books

    def _days_of_use(self) -> set[date]:
        """The days on which credit may find something to pay.

        They are each due date that was ever in force, rolled, and the day on which it became known: it may lie before.
        """
        receivables = self.account.receivables.values()
        changes = [due for each in receivables for due in each.dues]
        dues = {each.due for each in receivables} | {due.day for due in changes}
        others = {self.context.local(due.known).date() for due in changes} | {
            credit.day for credit in self.books.credit
        }
        return {roll(day, self.context.country) for day in dues} | others | set(self.plans.days_of_use())

    def _was_due(self, entry: OpenReceivable, day: date) -> bool:
        """Whether its due date of that time had come by ``day``: what was used stays used (rules.md M3, M7)."""
        return self._due_at(entry, self.context.end_of(day)) <= day

    def _enter(self, whose: str, what: object, day: date, known: datetime) -> None:
        if isinstance(what, ReceivedMoney):
            self._receive(what, day, known)
        elif isinstance(what, LetterRecord):
            self.letters.book(what, day)
        elif isinstance(what, StepDone):
            self.letters.book_taken(self.books.open[whose], what)
        elif isinstance(what, GrantedCredit):
            self._grant(what, day)
        elif isinstance(what, Refund):
            self._refund(whose, what, day)
        elif isinstance(what, Reduction):
            reduce_all(self._named((whose,)), what)
        elif isinstance(what, OfferedDiscount):
            self._take_discount(self.books.open[whose], day, day)
        else:
            self.books.open[whose].interrupt(day, self.context.law)

    # -- money in ----------------------------------------------------------------------------------------------

    def _receive(self, money: ReceivedMoney, day: date, known: datetime) -> None:
        key = payment_key(money)
        paying = PayingMoney(key, self._paid(money, day, known), self.terms.of_money(money, day), known)
        amount = money.amount - money.reversed
        if amount <= 0:
            return
        if self._is_of_other_currency(money):
            self.books.refused[key] = "other-currency"
            return
        since = money.placed
        if money.named:
            named = self._named(money.named)
            since = max([since, *(entry.receivable.known for entry in named)])
            own = [entry for entry in named if entry.lapses > day]
            if not own:
                self.books.refused[key] = "lapsed"
                return
            rest = self._pay(self._in_order(own, known), amount, day, paying)
        else:
            if self._finds_only_lapsed(money, day):
                self.books.refused[key] = "lapsed"
                return
            rest = self._pay_groups(self._groups(money, day, since, paying.terms.kind), amount, day, paying, since)
        if rest:
            self.books.credit.append(UnusedCredit(day, rest, money.currency, key, paying.terms, since))
            self._use_credit(day)

    def _is_of_other_currency(self, money: ReceivedMoney) -> bool:
        """Whether money names a letter that asked for another currency (rules.md M3)."""
        return any(letter.currency != money.currency for letter in self._letters_of(money))

    def _grant(self, credit: GrantedCredit, day: date) -> None:
        """Credit without an invoice is used as that of credit notes is (rules.md M3, M11)."""
        terms = self.terms.of_granted(credit)
        self.books.credit.append(
            UnusedCredit(day, credit.amount, credit.currency, credit.currency, terms, credit.known)
        )
        self._use_credit(day)

    def _groups(self, money: ReceivedMoney, day: date, known: datetime, kind: Kind) -> Iterator[PaidGroup]:
        """Where money without a receivable's own reference goes, group by group (rules.md M3, G5)."""
        on = max(day, self._by_today(known)) if money.assigned else day
        free = [entry for entry in self._in(money.currency) if self._reachable(entry, known, on, kind)]
        plans = (letter.plan_id for letter in self._letters_of(money))
        plan = next((each for each in plans if each is not None), None)
        if money.letter is not None and all(each.id != plan for each in plans_in_force(self.account, known)):
            listed = self._listed(money)
            yield PaidGroup([entry for entry in free if entry.receivable.invoice in listed])
            return
        yield from self.plans.groups(free, known, day, lambda entry: self._due_at(entry, known) < day, plan)
        yield PaidGroup([entry for entry in free if entry.receivable.known <= known])

    def _pay_groups(
        self, groups: Iterable[PaidGroup], amount: int, day: date, money: PayingMoney, known: datetime
    ) -> int:
        """Pay group by group, of a plan no more than its limit; what is left."""
        for group in groups:
            part = amount if group.limit is None else min(amount, group.limit)
            amount -= part - self._pay(self._in_order(group.entries, known), part, day, money, known)
        return amount

    def _meant(self, money: ReceivedMoney) -> list[OpenReceivable]:
        """What is open of those that a letter listed, or of all, where money names no receivable."""
        open_ = self._in(money.currency)
        if money.letter is None:
            return open_
        listed = self._listed(money)
        return [entry for entry in open_ if entry.receivable.invoice in listed]

    def _letters_of(self, money: ReceivedMoney) -> list[LetterRecord]:
        """The letters whose own reference the money carries."""
        return [letter for letter in self.account.letters if letter.number == money.letter]

    def _listed(self, money: ReceivedMoney) -> set[str]:
        return {line.invoice for letter in self._letters_of(money) for line in letter.lines}

    def _finds_only_lapsed(self, money: ReceivedMoney, day: date) -> bool:
        """Whether money that names no receivable could pay nothing but lapsed debts (rules.md M3)."""
        open_ = [entry for entry in self._meant(money) if entry.receivable.known <= money.placed]
        return bool(open_) and all(entry.lapses <= day for entry in open_)

    def _named(self, invoices: Iterable[str]) -> list[OpenReceivable]:
        """The receivables that invoices' ids mean, each once; an invoice in parts means all of them (rules.md M9)."""
        named = dict.fromkeys(each.invoice for invoice in invoices for each in self.account.named(invoice))
        return [self.books.open[invoice] for invoice in named]

    def _in(self, currency: str) -> list[OpenReceivable]:
        return [entry for entry in self.books.open.values() if entry.receivable.currency == currency and entry.balance]

    def _reachable(self, entry: OpenReceivable, known: datetime, day: date, kind: Kind) -> bool:
        if entry.lapses <= day:
            return False
        return not is_skipped(self.account, entry.receivable, known, day, self.context.country, kind)

    def _use_credit(self, day: date) -> None:
        """Credit pays the other receivables on the later of their due date and the day it arose (rules.md M3).

        What a stop held back on that day is paid once the stop has ended, from what is left, and dated back.
        """
        usable = [credit for credit in self.books.credit if credit.day <= day]
        for free_on in (day, self.today) if usable else ():
            for credit in usable:
                known = max(self.context.end_of(free_on), credit.known)
                on = max(free_on, self._by_today(credit.known))
                terms = credit.terms if credit.day == day else self.terms.of_use(day)
                open_ = self._in(credit.currency)
                free = [entry for entry in open_ if self._reachable(entry, known, on, terms.kind)]
                paying = PayingMoney(credit.payment, day, terms, max(credit.known, self.context.end_of(day)))
                groups = self._groups_of_credit(free, day)
                credit.amount = self._pay_groups(groups, credit.amount, day, paying, known)
        self.books.credit = [credit for credit in self.books.credit if credit.amount]

    def _groups_of_credit(self, free: list[OpenReceivable], day: date) -> Iterator[PaidGroup]:
        """Instalments that are due, and the next one, take credit before their receivables' own due dates (G5)."""
        for group in self.plans.groups(free, self.context.end_of(day), day, lambda _: True):
            was_due = [entry for entry in group.entries if group.limit is not None or self._was_due(entry, day)]
            yield PaidGroup(was_due, group.limit)

    def _by_today(self, at: datetime) -> date:
        """The local day of an instant, never after today: one whose event lies ahead is known today (rules.md K1)."""
        return min(self.today, self.context.local(at).date())

    def _due_at(self, entry: OpenReceivable, at: datetime) -> date:
        """The effective due date that was in force at an instant: a later one moves no money (rules.md K3)."""
        receivable = entry.receivable
        return roll(receivable.due_known_at(at), self.context.country) if receivable.dues else entry.effective_due

    def _in_order(self, targets: list[OpenReceivable], at: datetime) -> list[OpenReceivable]:
        """Earliest effective due first, by what was known at an instant, then id (rules.md M2)."""
        return sorted(targets, key=lambda entry: (self._due_at(entry, at), entry.receivable.invoice))

    def _pay(
        self,
        targets: list[OpenReceivable],
        amount: int,
        day: date,
        money: PayingMoney,
        known: datetime | None = None,
    ) -> int:
        """Pay class by class across the targets, in their order; what is left (rules.md M2).

        Money that names no receivable does not pay what was disputed of it when it was ``known`` (G0).
        """
        self.used.turn += 1
        touched: list[OpenReceivable] = []
        off = self.discounts.left_off(targets, amount, money.paid) if any(it.discounts for it in targets) else {}
        for name, kept in self._turns(money.terms, off):
            for entry in targets:
                part = min(amount, self._payable(entry, name, known) - kept.get(entry.receivable.invoice, 0))
                if part > 0:
                    self.used.pay(money, entry, name, part)
                    amount -= part
                    if entry not in touched:
                        touched.append(entry)
        for entry in touched:
            entry.interrupt(day, self.context.law)
            self._let_go(entry, day, money)
            entry.remember(day)
        return amount

    @staticmethod
    def _turns(terms: EntryTerms, off: dict[str, int]) -> Iterator[tuple[PaidClass, dict[str, int]]]:
        """The classes in the order in which money pays them, principal less discounts first (rules.md M2, M8)."""
        for name in _CLASSES[terms.allocation]:
            if name == "principal" and off:
                yield name, off
            yield name, {}

    def _payable(self, entry: OpenReceivable, name: PaidClass, known: datetime | None) -> int:
        payable: int = getattr(entry, name)
        if name == "principal" and known is not None:
            payable -= disputed_part(self.account, entry.receivable, known, self.books.principal_of)
        return payable

    def _let_go(self, entry: OpenReceivable, day: date, money: PayingMoney) -> None:
        """What is let go after a payment: a discount of an earlier day, or a small rest that is none of a later one."""
        if entry.discounts and self._take_discount(entry, day, day - timedelta(days=1)):
            return
        if self._is_waived(entry, entry.balance, money.terms) and not self.discounts.is_near(entry, day):
            self.used.waive(entry, money.known)

    def _take_discount(self, entry: OpenReceivable, day: date, ended: date) -> bool:
        """Take a discount on ``day`` if one is earned whose last day had ``ended`` (rules.md M8)."""
        taken = self.discounts.take(entry, ended)
        if taken:
            entry.remember(day)
        return taken

    def _paid(self, money: ReceivedMoney, day: date, known: datetime) -> date:
        """The payer's day, never after the local day on which the payment is known (rules.md K2)."""
        return money.paid if money.paid <= day else min(money.paid, self.context.local(known).date())

    def _is_waived(self, entry: OpenReceivable, rest: int, terms: EntryTerms) -> bool:
        """Whether a rest after a payment or credit is small enough to be waived (rules.md M6; euros only, F6)."""
        return entry.receivable.currency == self.context.law.currency and 0 < rest < terms.waive_below

    # -- refunds -----------------------------------------------------------------------------------------------

    def _refund(self, key: str, refund: Refund, day: date) -> None:
        """A refund takes the payment's unused credit first, then what it paid, which is open again (rules.md M5).

        No more of a payment is refunded than was received and not reversed. Other credit pays what was opened.
        """
        money = next(money for money in self.account.moneys if payment_key(money) == key)
        before = self.refunded.get(key, 0)
        rest = money.amount - money.reversed - before
        amount = max(0, rest if refund.amount is None else min(refund.amount, rest))
        self.refunded[key] = before + amount
        self.used.of(key).given_back += amount
        for credit in self.books.credit:
            if credit.payment == key:
                taken = min(credit.amount, amount)
                credit.amount -= taken
                amount -= taken
        self.books.credit = [credit for credit in self.books.credit if credit.amount]
        for entry in self.used.give_back(key, amount):
            entry.reopened.append(day)
            entry.remember(day)
        self._use_credit(day)


_CLASSES: dict[str, tuple[PaidClass, ...]] = {
    "principal-first": ("principal", "interest", "costs"),
    "interest-first": ("interest", "principal", "costs"),
}


def books(account: Account, today: date, context: CreditorContext, draft: LetterRecord | None = None) -> Books:
    """The account's books on ``today``, with a draft letter's bookings when one is given."""
    return _Replay(account, context, today, {}).run(draft)
