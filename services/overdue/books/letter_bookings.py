"""What letters book on receivables: interest, compensation and fees (rules.md F1–F5, I4, S3, S6)."""

from dataclasses import dataclass
from datetime import date

from schemas.fields import Kind
from services.overdue.account import Account, StepDone
from services.overdue.books.balances import Booking, Books, OpenReceivable
from services.overdue.books.interest import claimed_interest, interest_start
from services.overdue.books.parts import fee_room
from services.overdue.creditor_context import CreditorContext
from services.overdue.letter_record import LetterRecord, RecordedLine


@dataclass(frozen=True, slots=True)
class LetterBookings:
    """Books letters, and steps taken before go-live, into an account's books."""

    account: Account
    context: CreditorContext
    books: Books

    def book(self, letter: LetterRecord, day: date) -> None:
        """Book an accepted letter, or a draft: what each line claims, on the day of the letter."""
        if letter.purpose == "apology":
            return
        booked: dict[str, Booking] = {}
        for line in letter.lines:
            entry = self.books.open[line.invoice]
            entry.interrupt(day, self.context.law)
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
            kind = letter.kind or self.account.kind
            start = interest_start(kind, entry, line.effective_due, entry.first_interest_letter)
            booking.interest = claimed_interest(entry, line, start)
            entry.claimed_through = (
                line.through if entry.claimed_through is None else max(entry.claimed_through, line.through)
            )
        if line.compensation and not entry.compensated and self.account.kind == "business":
            booking.compensation = max(0, self.context.law.fixed_compensation - entry.fees)
            entry.compensated = True
        if letter.fee_invoice == line.invoice:
            booking.fee = self._fee(letter, entry, day)
        entry.interest += booking.interest
        entry.costs += booking.compensation + booking.fee
        return booking

    def _fee(self, letter: LetterRecord, entry: OpenReceivable, day: date) -> int:
        """The fee under the cap, and past the compensation that absorbs it (LSP 10 d, 10 h, 10 i §; rules.md F3–F5).

        One who was a consumer then, or turns out to be one, bears a consumer's fees (rules.md K3).
        """
        if letter.forgiven:
            self.books.fee_days.append(day)
            return 0
        fee = self._capped(entry, letter.fee, "consumer" if letter.kind == "consumer" else self.account.kind)
        if fee:
            self.books.fee_days.append(day)
        return self._add_fee(entry, fee)

    def _capped(self, entry: OpenReceivable, fee: int, kind: Kind) -> int:
        law = self.context.law
        room = fee_room(self.account, kind, entry.receivable, self.books, law)
        return max(0, min(fee, law.reminder_fee_max(kind), room))

    def _add_fee(self, entry: OpenReceivable, fee: int) -> int:
        floor = self.context.law.fixed_compensation if entry.compensated else 0
        before = max(floor, entry.fees)
        entry.fees += fee
        return max(floor, entry.fees) - before

    def book_taken(self, entry: OpenReceivable, done: StepDone) -> None:
        """A step taken before go-live: its fee is open cost, no interest or compensation (rules.md S3)."""
        entry.interrupt(done.day, self.context.law)
        claims = self.context.claims_interest(self.account.kind, done.step) if done.interest is None else done.interest
        if entry.first_interest_letter is None and claims:
            entry.first_interest_letter = done.day
        if entry.principal > 0 and done.fee and entry.receivable.currency == self.context.law.currency:
            turned = done.kind == "business" and self.account.kind == "consumer"
            fee = self._capped(entry, done.fee, "consumer") if turned else done.fee
            self.books.fee_days.append(done.day)
            entry.costs += self._add_fee(entry, fee)
