"""A payment crossed a letter in the post: a note says what the letter asked too much (rules.md M1)."""

from functools import partial

from services.overdue.letter_record import LetterRecord, RecordedLine
from services.overdue.letters.draft import LetterCandidate, next_number, notice_id
from services.overdue.letters.guards import account_reasons, channel_of, personal_holds
from services.overdue.steps.facts import AccountFacts
from services.overdue.stops.gate import passed, stopping
from services.overdue.stops.reasons import rechecks_of

_STEP = "apology"


def apology_letter(facts: AccountFacts) -> LetterCandidate:
    """The note about the first letter whose bookings have shrunk since it was accepted.

    Only under a policy with ``apology: true``; one note for each letter.
    """
    if not facts.policy.apology:
        return LetterCandidate(None)
    for letter in facts.account.accepted():
        lines = _taken_back(facts, letter)
        if lines and letter.purpose == "reminder" and not letter.bounced and not _has_note(facts, letter):
            reasons = [*account_reasons(facts), *personal_holds(facts)]
            note = passed("apology", reasons, partial(_draft, facts, letter, lines))
            return LetterCandidate(note, tuple(rechecks_of(stopping("apology", reasons))))
    return LetterCandidate(None)


def _has_note(facts: AccountFacts, letter: LetterRecord) -> bool:
    return any(note.subject_of == letter.notice for note in facts.account.accepted())


def _taken_back(facts: AccountFacts, letter: LetterRecord) -> list[RecordedLine]:
    """The lines whose interest or costs are less in the books than in the letter."""
    now = facts.books.bookings.get(letter.notice, {})
    lines = []
    for line in letter.lines:
        booked = now.get(line.invoice)
        interest = booked.interest if booked is not None else 0
        costs = booked.fee + booked.compensation if booked is not None else 0
        if interest < line.booked_interest or costs < line.booked_costs:
            lines.append(
                RecordedLine(
                    invoice=line.invoice,
                    step=None,
                    effective_due=line.effective_due,
                    booked_interest=max(0, line.booked_interest - interest),
                    booked_costs=max(0, line.booked_costs - costs),
                )
            )
    return lines


def _draft(facts: AccountFacts, about: LetterRecord, lines: list[RecordedLine]) -> LetterRecord:
    channel = channel_of(facts.account, facts.policy)
    assert channel is not None, "the no-channel guard lets nothing pass without one"
    return LetterRecord(
        notice=notice_id(facts.account, about.currency, [(about.notice, _STEP)]),
        number=next_number(facts.account),
        day=facts.today,
        granted=facts.now,
        purpose="apology",
        channel=channel[0].name,
        recipient=channel[1],
        currency=about.currency,
        step=None,
        response_by=None,
        policy=facts.policy.policy,
        policy_version=facts.policy.version,
        lines=lines,
        subject_of=about.notice,
    )
