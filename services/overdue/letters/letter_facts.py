"""All facts of a letter, from the draft and the books with it and without it (design.md §6, §7.1)."""

from datetime import timedelta

from schemas.letters import (
    InterestSlice,
    Letter,
    LetterAccount,
    LetterAddress,
    LetterContact,
    LetterCreditor,
    LetterInstalment,
    LetterLine,
    LetterPlan,
    LetterSender,
    Recipient,
)
from schemas.parties import Address, CreditorAddress, Party
from schemas.policy import Policy
from schemas.references import letter_reference
from services.law.figures import Law
from services.law.percent import percent_text
from services.overdue.account import Account
from services.overdue.books.balances import Booking, Books, OpenReceivable
from services.overdue.books.interest import interest_start, principal_pieces
from services.overdue.creditor_context import CreditorContext
from services.overdue.letter_record import AskedInstalment, AskedPlan, LetterRecord, RecordedLine
from services.overdue.letters.line_steps import LineSteps, firmest, furthest, next_of
from services.overdue.stops.in_force import once_suspended


def letter_facts(
    account: Account, draft: LetterRecord, before: Books, after: Books, policy: Policy, context: CreditorContext
) -> Letter:
    """The letter as the notifier shall render it; ``draft`` holds what its lines book (``draft.with_bookings``).

    ``before`` are the books without the letter, ``after`` those with it, whose balances are printed.
    """
    assert context.creditor is not None
    assert account.party is not None
    booked = after.bookings.get(draft.notice, {})
    lines = [_line(account, line, draft, before, after, booked.get(line.invoice, Booking())) for line in draft.lines]
    if draft.purpose == "reminder":
        steps = LineSteps(account, draft, policy, context)
        lines = [steps.filled(line, recorded) for line, recorded in zip(lines, draft.lines, strict=True)]
    suspended = any(once_suspended(account, account.receivables[line.invoice], draft.granted) for line in draft.lines)
    through = [line.through or line.start for line in draft.lines if line.step is not None and line.interest]
    return Letter(
        notice=draft.notice,
        creditor=account.creditor,
        debtor=account.debtor,
        date=draft.day,
        currency=draft.currency,
        kind=account.kind,
        policy=draft.policy,
        policy_version=draft.policy_version,
        step=draft.step,
        title_step=furthest(lines, policy),
        tone=firmest(lines),
        purpose=draft.purpose,
        language=account.party.language or context.creditor.language,
        channel=draft.channel,
        recipient=recipient_of(account.party),
        trader=account.trader,
        sender=LetterSender(name=context.creditor.sender.name, email=context.creditor.sender.email),
        house=_house(context),
        reference=_reference(account, draft, context.law),
        letter_number=draft.number,
        response_by=draft.response_by or draft.day,
        fee=sum(each.fee for each in booked.values()),
        interest=sum(each.interest for each in booked.values()),
        fixed_compensation=sum(each.compensation for each in booked.values()),
        total=sum(line.balance for line in lines) if draft.asked is None else draft.asked,
        fee_forgiven=draft.forgiven,
        fee_barred_by_suspension=suspended,
        payments_through=context.payments_through(),
        interest_through=min((day for day in through if day is not None and day < draft.day), default=None),
        lines=tuple(lines),
        next=next_of(lines, draft.step),
        plan=None if draft.plan is None else _plan(draft.plan),
    )


def _plan(asked: AskedPlan) -> LetterPlan:
    return LetterPlan(
        missed=tuple(_instalment(part) for part in asked.missed),
        following=None if asked.following is None else _instalment(asked.following),
        left=asked.left,
    )


def _instalment(part: AskedInstalment) -> LetterInstalment:
    return LetterInstalment(due=part.due, amount=part.amount, unpaid=part.unpaid)


def _line(
    account: Account, line: RecordedLine, draft: LetterRecord, before: Books, after: Books, booking: Booking
) -> LetterLine:
    entry = after.open[line.invoice]
    receivable = entry.receivable
    disputed = min(line.disputed, entry.principal)
    return LetterLine(
        invoice=line.invoice,
        subject=receivable.subject,
        issued=receivable.issued,
        due=receivable.due_now,
        effective_due=line.effective_due,
        original=receivable.amount_now,
        received=entry.received,
        credited=entry.credited,
        disputed=disputed,
        step=line.step,
        principal=entry.principal - disputed,
        interest=entry.interest,
        costs=entry.costs,
        balance=entry.balance - disputed,
        waived=entry.waived,
        discount_taken=entry.discount_taken,
        slices=_slices(account, line, before.open[line.invoice]),
        interest_new=line.booked_interest,
        fee_new=booking.fee if draft.purpose != "apology" else line.booked_costs,
        compensation_new=booking.compensation,
        whole=receivable.whole,
        part=receivable.part,
        parts=0 if receivable.whole is None else len(account.whole_of(receivable)),
    )


def _slices(account: Account, line: RecordedLine, entry: OpenReceivable) -> tuple[InterestSlice, ...]:
    """The days, principals and rates of the interest this letter claims (rules.md I1–I4)."""
    if line.step is None or not line.interest or line.through is None or line.start is None:
        return ()
    start = interest_start(account.kind, entry, line.effective_due, entry.first_interest_letter or line.through)
    after = start if entry.claimed_through is None else max(start, entry.claimed_through)
    return tuple(
        InterestSlice(
            first=first, last=last, days=(last - first).days + 1, principal=principal, rate=percent_text(segment.rate)
        )
        for segment in line.segments
        for first, last, principal in principal_pieces(
            entry, max(segment.first, after + timedelta(days=1)), min(segment.last, line.through), line.disputed
        )
    )


def _reference(account: Account, draft: LetterRecord, law: Law) -> str:
    """An invoice's own reference when the letter is about one, else the letter's own (design.md §3)."""
    if len(draft.lines) == 1:
        return account.receivables[draft.lines[0].invoice].reference
    return letter_reference(account.number, draft.number, law.references)


def recipient_of(party: Party) -> Recipient:
    """The debtor as letters and hand-overs address it."""
    return Recipient(
        name=party.name, email=party.email, address=None if party.address is None else _address(party.address)
    )


def _address(address: Address | CreditorAddress) -> LetterAddress:
    return LetterAddress(street=address.street, postcode=address.postcode, city=address.city, country=address.country)


def _house(context: CreditorContext) -> LetterCreditor:
    creditor = context.creditor
    assert creditor is not None
    contact = creditor.contact
    return LetterCreditor(
        name=creditor.name,
        business_id=creditor.business_id,
        address=_address(creditor.address),
        contact=LetterContact(phone=contact.phone, hours=contact.hours, email=contact.email, url=contact.url),
        accounts=tuple(
            LetterAccount(iban=account.iban, bic=account.bic, holder=context.holders.get(account.iban, creditor.name))
            for account in creditor.accounts
            if account.iban not in context.unconfirmed
        ),
    )
