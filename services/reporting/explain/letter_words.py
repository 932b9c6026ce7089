"""A letter in words: why it went, what it added to the balance by which rule, its outcome."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, tzinfo
from typing import Final

from schemas.channels import channels
from services.reporting.explain.story import StoryEntry
from services.reporting.explain.timeline_words import money
from services.reporting.reading import QueryRow, day, instant, number, text, text_or_none

_OUTCOMES: Final = {
    "planned": "is planned and has not left yet: it books nothing until it is accepted (S6)",
    "accepted": "was accepted",
    "failed": "did not reach the debtor: it books nothing and counts nowhere (S6)",
    "unknown": "may or may not have reached the debtor: a person settles it, and it is never sent again by itself",
    "deferred": "was put off by the receiver and will be tried again",
    "withdrawn": "was withdrawn before it was sent: something had changed",
}
_PURPOSES: Final = {"instalment": "kind reminder of an instalment (G5)", "apology": "apology (M1)"}


def letter_entry(notice: QueryRow, details: Iterable[str], zone: tzinfo) -> StoryEntry:
    """A letter as an entry of a story: on the day of its outcome, or of its decision while it has none."""
    ended = instant(notice, "ended") if notice["ended"] is not None else None
    on = ended.astimezone(zone).date() if ended is not None else day(notice, "date")
    return StoryEntry(on, (_headline(notice), *details), ended, letter=True)


def _headline(notice: QueryRow) -> str:
    """Which letter it was and what became of it."""
    step = text_or_none(notice, "step")
    name = f"Letter {step!r}" if step else f"A {_PURPOSES.get(text(notice, 'purpose'), 'letter')}"
    trial = ", trial mode" if number(notice, "trial") else ""
    outcome = _OUTCOMES.get(text(notice, "status"), text(notice, "status"))
    channel = _came(text(notice, "channel"))
    return f"{name} ({channel}{trial}) {outcome}; notice {notice['notice']}, dated {notice['date']}"


def _came(name: str) -> str:
    """How a letter came in words; a channel whose package is no longer installed is called by its name."""
    channel = channels().get(name)
    return name if channel is None else channel.came.en


def why_it_moved(notice: QueryRow, line: QueryRow) -> str:
    """The facts and rules by which a letter moved a receivable to a step, or only listed it."""
    currency = text(notice, "currency")
    asked = money(number(line, "principal"), currency)
    by = f"policy {notice['policy']} version {notice['policy_version']}"
    if line["step"] is None:
        return f"listed with {asked} of principal open; its own step did not move (S4)"
    read = text_or_none(notice, "payments_through")
    bank = f" by bank data read through {read}" if read else ""
    return (
        f"moved to step {line['step']!r}: {asked} of principal was open and its effective due date"
        f" {line['effective_due']} had passed{bank} (S1, C4), and the step's turn had come (S2; {by})"
    )


def what_it_booked(notice: QueryRow, line: QueryRow, interest: Sequence[QueryRow]) -> Iterator[str]:
    """Interest, fee and compensation that a letter added to a receivable, and amounts left out, each with its rule."""
    currency = text(notice, "currency")
    if number(line, "interest_new"):
        counted = "; ".join(_slice_words(piece, currency) for piece in interest)
        yield f"late interest {money(number(line, 'interest_new'), currency)}: {counted} (I1, I2, I4)"
    if number(line, "fee_new"):
        yield f"reminder fee {money(number(line, 'fee_new'), 'EUR')} (F1-F3)"
    if number(line, "compensation_new"):
        yield f"fixed compensation {money(number(line, 'compensation_new'), 'EUR')} (F4)"
    if number(line, "waived"):
        yield f"a rest of {money(number(line, 'waived'), currency)} was waived (M6)"
    if line["discount_taken"]:
        yield f"{money(number(line, 'discount_taken'), currency)} were taken off for early payment (M8)"
    if number(line, "disputed"):
        yield f"a disputed part of {money(number(line, 'disputed'), currency)} was left out (G2)"


def what_it_asked(notice: QueryRow) -> Iterator[str]:
    """What the letter as a whole asked for, forgave and announced."""
    currency = text(notice, "currency")
    yield f"asked for {money(number(notice, 'total'), currency)} in all by {notice['response_by']} (S5)"
    if number(notice, "fee_forgiven"):
        yield "the fee was forgiven: a first slip in a long time (F5)"
    if number(notice, "fee_barred"):
        yield "no fee on what the debtor asked to suspend (G3)"
    if notice["interest_through"] is not None:
        yield f"interest was counted up to {notice['interest_through']}: no later rate was known (I3)"
    if notice["next_action"] != "none":
        earliest = text_or_none(notice, "next_not_before")
        when = f", not before {earliest}" if earliest else ""
        yield f"announced as next: {notice['next_action']} {notice['next_step'] or ''}".rstrip() + when


def _slice_words(piece: QueryRow, currency: str) -> str:
    first, last = date.fromisoformat(text(piece, "first")), date.fromisoformat(text(piece, "last"))
    days = number(piece, "days")
    return (
        f"{days} {'day' if days == 1 else 'days'} {first.isoformat()} to {last.isoformat()} at {piece['rate']} %"
        f" a year on {money(number(piece, 'principal'), currency)}"
    )
