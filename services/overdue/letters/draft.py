"""A letter before it is sent: what it lists and moves, and what it will book (rules.md S4–S6, F1–F6, I1–I4)."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from schemas.channels import Channel
from services.law.calendar import roll
from services.overdue.account import Account
from services.overdue.books.balances import Booking, Books
from services.overdue.books.interest import interest_start
from services.overdue.letter_record import InterestSegment, LetterRecord, RecordedLine
from services.overdue.letters.fees import fee_of
from services.overdue.steps.cases import Case
from services.overdue.steps.facts import AccountFacts
from services.overdue.stops.reasons import Recheck

_NAMESPACE = uuid.UUID("6f2f0f5c-3a3e-5d0b-9a57-0f6f1c7a4e11")


@dataclass(frozen=True, slots=True)
class LetterCandidate:
    """The letter without a step that may go now, if any, and when the answer may be another."""

    letter: LetterRecord | None
    rechecks: tuple[Recheck, ...] = ()


def notice_id(account: Account, currency: str, attempts: Iterable[tuple[str, str]]) -> str:
    """The notice's id: from account, currency and each attempt's pair and cycle, never the date (design.md §7.1).

    A pair is (invoice, step), or of a letter that moves nothing (what it is about, its purpose).
    """
    parts = [account.creditor, account.debtor, currency]
    for subject, step in sorted(attempts):
        parts += [subject, step, str(_cycle(account, subject, step))]
    return str(uuid.uuid5(_NAMESPACE, "\x1f".join(parts)))


def _cycle(account: Account, subject: str, step: str) -> int:
    """How many notices of this pair have ended, accepted or not, so that no id is used twice (rules.md S1)."""
    accepted = sum((subject, step) in letter.attempts() for letter in account.accepted())
    return account.cycles.get(cycle_key(subject, step), 0) + accepted


def cycle_key(subject: str, step: str) -> str:
    """The key under which an account counts the closed attempts at a pair."""
    return f"{subject}\x1f{step}"


def draft_reminder(
    facts: AccountFacts, listed: Sequence[Case], moving: Sequence[Case], channel: tuple[Channel, str]
) -> LetterRecord:
    """The reminder that lists ``listed`` and moves ``moving``, as of now; ``channel`` comes with the recipient."""
    account, today = facts.account, facts.today
    steps = {case.invoice: case.step for case in moving if case.step is not None}
    furthest = max(moving, key=lambda case: case.progress.index).step
    assert furthest is not None
    fee = fee_of(moving, facts)
    moves = [(invoice, step.name) for invoice, step in steps.items()]
    wait = max(step.response_days or 0 for step in steps.values()) + channel[0].delivery_days
    return LetterRecord(
        notice=notice_id(account, listed[0].currency, moves),
        number=next_number(account),
        day=today,
        granted=facts.now,
        purpose="reminder",
        channel=channel[0].name,
        recipient=channel[1],
        currency=listed[0].currency,
        step=furthest.name,
        response_by=roll(today + timedelta(days=wait), facts.context.country),
        policy=facts.policy.policy,
        policy_version=facts.policy.version,
        lines=[_moving_line(case, facts) if case.invoice in steps else _listed_line(case) for case in listed],
        fee_invoice=fee.invoice if fee is not None else None,
        fee=fee.amount if fee is not None else 0,
        forgiven=fee is not None and fee.forgiven,
        kind=account.kind,
    )


def next_number(account: Account) -> int:
    """The number of the account's next letter, which its own reference carries (design.md §3)."""
    return max((letter.number for letter in account.letters), default=0) + 1


def _listed_line(case: Case) -> RecordedLine:
    return RecordedLine(invoice=case.invoice, step=None, effective_due=case.entry.effective_due, disputed=case.disputed)


def _moving_line(case: Case, facts: AccountFacts) -> RecordedLine:
    step, entry, today = case.step, case.entry, facts.today
    assert step is not None
    first_letter = entry.first_interest_letter or (today if step.interest else None)
    start = interest_start(facts.account.kind, entry, entry.effective_due, first_letter)
    segments = _segments(case, facts, start) if step.interest else []
    in_currency = case.currency == facts.context.law.currency
    claims = facts.account.trader and in_currency and step.fixed_compensation == "claim"
    return RecordedLine(
        invoice=case.invoice,
        step=step.name,
        effective_due=entry.effective_due,
        interest=step.interest,
        start=start,
        through=_through(start, segments, today) if step.interest else None,
        segments=segments,
        compensation=claims and today > start,
        disputed=case.disputed,
    )


def _segments(case: Case, facts: AccountFacts, start: date) -> list[InterestSegment]:
    """The rates of the days after ``start`` up to today, as far as they are known (rules.md I2, I3)."""
    if start >= facts.today:
        return []
    found = facts.context.rates.segments(
        start + timedelta(days=1),
        facts.today,
        kind=facts.account.kind,
        trader=facts.account.trader,
        agreed=case.entry.receivable.late_interest,
    )
    return [InterestSegment(segment.first, segment.last, segment.rate) for segment in found]


def _through(start: date, segments: Sequence[InterestSegment], today: date) -> date | None:
    """The day up to which a line counts interest: today, or the last day whose rate is known (rules.md I3)."""
    if segments:
        return segments[-1].last
    return today if start >= today else None


def with_bookings(letter: LetterRecord, after: Books) -> LetterRecord:
    """A reminder whose lines hold what they book, from the books ``after`` it; other letters as they are.

    What a line booked is kept to see later whether the letter asked too much (see ``apology``).
    """
    if letter.purpose != "reminder":
        return letter
    booked = after.bookings.get(letter.notice, {})
    return replace(letter, lines=[_with_booking(line, booked.get(line.invoice, Booking())) for line in letter.lines])


def _with_booking(line: RecordedLine, booking: Booking) -> RecordedLine:
    return replace(line, booked_interest=booking.interest, booked_costs=booking.fee + booking.compensation)
