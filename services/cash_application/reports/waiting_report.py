"""What waits, since when and for what, in words (`erapaiva waiting`)."""

from collections.abc import Container, Iterator
from typing import Any, Final

from pydantic import TypeAdapter

from schemas.facts import Fact, UnreadEvent, decode_facts
from services.cash_application.reports.stored_rows import stored_rows
from services.cash_application.state import rows
from services.cash_application.state.feeds import Feed, QueuedCompletion
from services.cash_application.state.known_payment import KnownPayment
from services.cash_application.state.row_kind import SEPARATOR
from services.cash_application.state.rows import WaitingInstruction
from services.cash_application.state.waiting import END, read_kept
from services.runtime.store.port import Store

_FEED: Final = TypeAdapter(Feed)
_PAYMENT: Final = TypeAdapter(KnownPayment)
_INSTRUCTION: Final = TypeAdapter(WaitingInstruction)
_NEXT_MINUTE: Final = "the next minute of the clock"
_FOR: Final = {
    rows.CREDITORS.name: "the registration of creditor {0}",
    rows.TOLD_ACCOUNTS.name: "a registration of creditor {0} with bank account {1}",
    rows.ACCOUNTS.name: "the first invoice of debtor {1}",
    rows.INVOICES.name: "invoice {1}",
    rows.PAYMENTS.name: "payment {2} on bank account {1}",
    rows.REFERENCES.name: "an invoice with its reference",
    rows.NUMBERS.name: "the first invoice of the debtor whose letter it pays",
    rows.CHANGES.name: "the payment that it is about",
    rows.CORRECTIONS.name: "an invoice that corrects invoice {1}",
    rows.TAKEN_CHECKED.name: "the next minute of the clock, or a policy for its kind of debtor",
    rows.DECIDED_CORRECTIONS.name: "what it does to invoice {1}: the next minute, or a person's correction.settled",
}
"""What a missing row means, by its kind; the numbers are places in its key."""


def waiting(store: Store, creditor: str | None) -> list[dict[str, Any]]:
    """All that waits of all creditors, or of one, the longest first: what, since when (its time), for what."""
    instructions = {
        key: _INSTRUCTION.validate_json(stored)
        for key, stored in stored_rows(store, rows.INSTRUCTIONS_WAITING.name)
        if stored
    }
    facts = _facts(store, {each.row: (key, each) for key, each in instructions.items()})
    found = [*facts, *_decided_at_frontier(store), *_payments(store), *_doubts(store, instructions)]
    return sorted(
        (each for each in found if creditor in (None, each["creditor"])),
        key=lambda each: (each["since"] or "", each["what"], each["waits_for"]),
    )


def waiting_words(entry: dict[str, Any]) -> str:
    """One that waits, in words."""
    since = f" since {entry['since']}" if entry["since"] else ""
    holds = f"; no letters to {', '.join(entry['holds'])} meanwhile" if entry.get("holds") else ""
    key = f"; mend or discard: erapaiva dead-letters show {entry['dead_letter']}" if "dead_letter" in entry else ""
    return f"{entry['creditor'] or 'all creditors'}  {entry['what']} waits{since} for {entry['waits_for']}{holds}{key}"


def _facts(store: Store, instructions: dict[str, tuple[str, WaitingInstruction]]) -> Iterator[dict[str, Any]]:
    for row_key, stored in stored_rows(store, rows.WAITING):
        message = decode_facts(read_kept(stored)[1])
        missing = _words_of(row_key.partition(END)[0])
        if isinstance(message, Fact):
            entry = _entry(message.creditor, f"{message.type} {message.id}", message.known_at.isoformat(), missing)
            yield entry | _held(instructions.get(row_key))
        elif isinstance(message, UnreadEvent):
            yield _entry(message.creditor, f"the doubt about dead letter {message.key}", None, missing)


def _held(instruction: tuple[str, WaitingInstruction] | None) -> dict[str, Any]:
    """Whom an instruction holds that names what is not known, and its dead letter (rules.md K4)."""
    if instruction is None:
        return {}
    key, known = instruction
    return {"holds": known.held, **({"dead_letter": key} if known.reported is not None else {})}


def _decided_at_frontier(store: Store) -> Iterator[dict[str, Any]]:
    """Registrations, of which each lane has a copy, and completions of which the day is not fixed (rules.md K2, M3)."""
    messages = {read_kept(stored)[1] for _, stored in stored_rows(store, rows.REGISTRATIONS)}
    for _, stored in stored_rows(store, rows.FEEDS.name):
        queue = _FEED.validate_json(stored).queue if stored else ()
        messages |= {each.message.encode() for each in queue if isinstance(each, QueuedCompletion)}
    for message in messages:
        fact = decode_facts(message)
        if isinstance(fact, Fact):
            yield _entry(fact.creditor, f"{fact.type} {fact.id}", fact.known_at.isoformat(), _NEXT_MINUTE)


def _payments(store: Store) -> Iterator[dict[str, Any]]:
    """Payments that are placed again when something comes; several things may place one."""
    wanted: dict[str, list[str]] = {}
    for row_key, _ in stored_rows(store, rows.WANTING):
        missing, _, paying = row_key.partition(END)
        kind = missing.partition(SEPARATOR)[0]
        if kind in _FOR and kind != rows.CHANGES.name:
            wanted.setdefault(paying, []).append(_words_of(missing))
    for row_key, stored in stored_rows(store, rows.PAYMENTS.name) if wanted else ():
        if row_key in wanted and stored:
            payment = _PAYMENT.validate_json(stored)
            if payment.placement is None and payment.same_as is None:
                what, since = f"payment {payment.payment}", payment.known_at.isoformat()
                yield _entry(payment.creditor, what, since, " or ".join(sorted(set(wanted[row_key]))))


def _doubts(store: Store, instructions: Container[str]) -> Iterator[dict[str, Any]]:
    for _, stored in stored_rows(store, rows.DOUBTS):
        doubt = decode_facts(stored)
        if isinstance(doubt, UnreadEvent) and doubt.key not in instructions:
            held = f"letters of {doubt.debtor}" if doubt.debtor else f"bank account {doubt.account}"
            what = held if doubt.debtor or doubt.account else "every letter of the creditor"
            person = f"a person: redrive or discard dead letter {doubt.key} ({doubt.reason})"
            yield _entry(doubt.creditor, what, None, person)


def _entry(creditor: str | None, what: str, since: str | None, waits_for: str) -> dict[str, Any]:
    return {"creditor": creditor, "what": what, "since": since, "waits_for": waits_for}


def _words_of(missing: str) -> str:
    kind, *names = missing.split(SEPARATOR)
    return _FOR.get(kind, "what it names").format(*names)
