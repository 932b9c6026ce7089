"""A payment crossed a letter in the post: what the letter asked too much is taken back, and said (rules.md M1)."""

from services.overdue.account import LetterRecord, RecordedLine
from services.overdue.letters.draft import next_number, notice_id
from services.overdue.letters.next_letter import Prospect
from services.overdue.stops.guards import NOTE_GUARDS, channel_of, reasons_of

_STEP = "apology"


def apology_letter(outlook: Prospect) -> LetterRecord | None:
    """The note about the first letter whose bookings have shrunk since it was accepted, or None.

    Only where the policy says ``apology: true``; one note a letter.
    """
    if not outlook.policy.apology:
        return None
    for letter in outlook.account.accepted():
        lines = _taken_back(outlook, letter)
        if lines and letter.purpose == "reminder" and not letter.bounced and not _told(outlook, letter):
            return None if reasons_of(NOTE_GUARDS, outlook.facts) else _draft(outlook, letter, lines)
    return None


def _told(outlook: Prospect, letter: LetterRecord) -> bool:
    return any(note.subject_of == letter.notice for note in outlook.account.accepted())


def _taken_back(outlook: Prospect, letter: LetterRecord) -> list[RecordedLine]:
    """The lines whose interest or costs are less in the books than the letter said."""
    now = outlook.books.bookings.get(letter.notice, {})
    lines = []
    for line in letter.lines:
        booked = now.get(line.invoice)
        interest = booked.interest if booked is not None else 0
        costs = booked.fee + booked.compensation if booked is not None else 0
        if interest < line.booked_interest or costs < line.booked_costs:
            back = RecordedLine(invoice=line.invoice, step=None, effective_due=line.effective_due)
            back.booked_interest = max(0, line.booked_interest - interest)
            back.booked_costs = max(0, line.booked_costs - costs)
            lines.append(back)
    return lines


def _draft(outlook: Prospect, about: LetterRecord, lines: list[RecordedLine]) -> LetterRecord:
    channel = channel_of(outlook.account, outlook.policy)
    assert channel is not None, "the no-channel guard lets nothing pass without one"
    return LetterRecord(
        notice=notice_id(outlook.account, about.currency, [(about.notice, _STEP)]),
        number=next_number(outlook.account),
        day=outlook.watch.today,
        granted=outlook.now,
        purpose="apology",
        channel=channel[0].name,
        recipient=channel[1],
        currency=about.currency,
        step=None,
        response_by=None,
        policy=outlook.policy.policy,
        policy_version=outlook.policy.version,
        lines=lines,
        subject_of=about.notice,
    )
