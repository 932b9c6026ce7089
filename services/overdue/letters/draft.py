"""A letter before it is sent: what it lists and moves, what it will book (rules.md S4–S6, F1–F6, I1–I4)."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from schemas.channels import Channel
from schemas.policy import Policy
from services.law.calendar import roll
from services.overdue.account import Account, InterestSegment, LetterRecord, RecordedLine
from services.overdue.books.ledger import Books, interest_start
from services.overdue.creditor_context import CreditorContext
from services.overdue.letters.fees import fee_of
from services.overdue.steps.cases import Case

_NAMESPACE = uuid.UUID("6f2f0f5c-3a3e-5d0b-9a57-0f6f1c7a4e11")


def notice_id(account: Account, currency: str, moves: Sequence[tuple[str, str]]) -> str:
    """The notice's id: from account, currency and each (invoice, step, cycle), never the date (design.md §7.1)."""
    parts = [account.creditor, account.debtor, currency]
    for invoice, step in sorted(moves):
        parts += [invoice, step, str(account.cycles.get(cycle_key(invoice, step), 0))]
    return str(uuid.uuid5(_NAMESPACE, "\x1f".join(parts)))


def cycle_key(invoice: str, step: str) -> str:
    """The key under which an account counts a receivable's closed attempts at a step."""
    return f"{invoice}\x1f{step}"


def draft_reminder(
    account: Account,
    books: Books,
    listed: Sequence[Case],
    moving: Sequence[Case],
    policy: Policy,
    context: CreditorContext,
    now: datetime,
    channel: tuple[Channel, str],
) -> LetterRecord:
    """The reminder that lists ``listed`` and moves ``moving``, as of ``now``."""
    today = context.local(now).date()
    steps = {case.invoice: case.step for case in moving if case.step is not None}
    furthest = max(moving, key=lambda case: case.where.index).step
    assert furthest is not None
    fee = fee_of(moving, account, books, policy, context, now, today)
    moves = [(invoice, step.name) for invoice, step in steps.items()]
    wait = max(step.response_days or 0 for step in steps.values()) + channel[0].delivery_days
    return LetterRecord(
        notice=notice_id(account, listed[0].currency, moves),
        number=next_number(account),
        day=today,
        granted=now,
        purpose="reminder",
        channel=channel[0].name,
        recipient=channel[1],
        currency=listed[0].currency,
        step=furthest.name,
        response_by=roll(today + timedelta(days=wait), context.country),
        policy=policy.policy,
        policy_version=policy.version,
        lines=[
            _moving_line(case, account, context, today) if case.invoice in steps else _line(case) for case in listed
        ],
        fee_invoice=fee.invoice if fee is not None else None,
        fee=fee.amount if fee is not None else 0,
        forgiven=fee is not None and fee.forgiven,
    )


def next_number(account: Account) -> int:
    """The number of the account's next letter, which its own reference carries (design.md §3)."""
    return max((letter.number for letter in account.letters), default=0) + 1


def _line(case: Case) -> RecordedLine:
    return RecordedLine(invoice=case.invoice, step=None, effective_due=case.entry.effective_due, disputed=case.disputed)


def _moving_line(case: Case, account: Account, context: CreditorContext, today: date) -> RecordedLine:
    step, entry = case.step, case.entry
    assert step is not None
    line = _line(case)
    line.step = step.name
    line.interest = step.interest
    first_letter = entry.first_interest_letter or (today if line.interest else None)
    line.start = interest_start(account, entry, entry.effective_due, first_letter)
    if line.interest:
        line.segments = _segments(case, account, context, line.start, today)
        line.through = _through(line, today)
    line.compensation = (
        account.trader
        and case.currency == context.law.currency
        and step.fixed_compensation == "claim"
        and today > line.start
    )
    return line


def _segments(
    case: Case, account: Account, context: CreditorContext, start: date, today: date
) -> list[InterestSegment]:
    """The rates of the days after ``start`` up to today, as far as they are known (rules.md I2, I3)."""
    if start >= today:
        return []
    found = context.rates.segments(
        start + timedelta(days=1),
        today,
        kind=account.kind,
        trader=account.trader,
        agreed=case.entry.receivable.late_interest,
    )
    return [InterestSegment(segment.first, segment.last, segment.rate) for segment in found]


def _through(line: RecordedLine, today: date) -> date | None:
    """The day up to which the line counts interest: today, or the last day whose rate is known (rules.md I3)."""
    if line.segments:
        return line.segments[-1].last
    assert line.start is not None
    return today if line.start >= today else None
