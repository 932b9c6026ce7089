"""Reads one event: checks it against its contract, else gives the reasons and what the doubt holds (design.md §3, §4).

A creditor of a country whose law is not known here and an unlawful policy are refused when they are published, so that
neither waits for the day on which it is needed (design.md §5; rules.md "A policy").
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from schemas.data import Data, creditor_of
from schemas.dead_letters import KEPT_OF_TOO_LARGE
from schemas.events import CreditorRegistered, ReferenceRatePublished
from schemas.parsing import LARGEST_EVENT, InvalidEvent, PublicEvent, Readable, parse_event, readable_id
from schemas.policy import Policy
from schemas.topics import PAYMENTS, SETTINGS, Topic
from services.intake.broken_lines import readable_in
from services.intake.doors.door_rules import NOT_THIS_DOOR
from services.intake.labels import Label
from services.law.countries import countries
from services.law.figures import law_of
from services.law.lawful import faults
from services.law.statute_book import UnknownLawError

TOO_LARGE: Final = "too-large"
UNLAWFUL: Final = "unlawful-policy"
UNKNOWN_COUNTRY: Final = "unknown-country"

_OF_NO_CREDITOR: Final = frozenset({Policy.event_type, ReferenceRatePublished.event_type})


@dataclass(frozen=True, slots=True)
class Unread:
    """An event that is not applied: a reason code, lines for its sender (fields, never values), what can be read."""

    reason: str
    lines: tuple[str, ...]
    readable: Readable
    time: datetime | None = None


@dataclass(frozen=True, slots=True)
class Doubt:
    """What an unread event may concern: an account, a bank account's feed, a creditor, or nothing that is known.

    An account is named by its debtor, or by an invoice or a reference of it. ``creditors`` are those whom other lines
    of the same file name, where the event names nobody (rules.md K5). ``alarm``: no account is held, or the one that is
    held is only guessed, so that a person is alerted.
    """

    creditor: str | None
    debtor: str | None
    account: str | None
    invoice: str | None = None
    reference: str | None = None
    creditors: tuple[str, ...] = ()
    alarm: bool = False


def read(raw: bytes) -> PublicEvent | Unread:
    """The event in ``raw``, checked against its contract and, in settings, against the law of the country they name."""
    try:
        event = parse_event(raw)
    except InvalidEvent as invalid:
        readable = readable_in(raw) if invalid.readable == Readable() else invalid.readable
        return Unread(invalid.reason, invalid.lines, readable)
    reason, lines = _against_the_law(event.data)
    return _unread(event, reason, lines) if lines else event


def misdirected_event(event: PublicEvent, line: str) -> Unread:
    """An event that came by a door which may not bring it; ``line`` says where it belongs."""
    return _unread(event, NOT_THIS_DOOR, (line,))


def _unread(event: PublicEvent, reason: str, lines: tuple[str, ...]) -> Unread:
    """A whole event that is not applied all the same."""
    envelope, data = event.envelope, event.data
    names = ("debtor", "account", "invoice", "reference")
    readable = Readable(
        type=envelope.type,
        source=envelope.source,
        id=envelope.id,
        creditor=readable_id(creditor_of(data)),
        **{name: readable_id(getattr(data, name, None)) for name in names},
    )
    return Unread(reason, lines, readable, envelope.time)


def read_labelled(label: Label, raw: bytes) -> PublicEvent | Unread:
    """The event after a label, or why there is none: the format that read the file may have given a fault already."""
    if label.reason is not None:
        readable = Readable(
            creditor=readable_id(label.creditor),
            debtor=readable_id(label.debtor),
            account=readable_id(label.account),
            invoice=readable_id(label.invoice),
            reference=readable_id(label.reference),
        )
        return Unread(label.reason, tuple(label.detail or ()), readable)
    if label.length is not None:
        return too_large(raw, label.length)
    return read(raw) if len(raw) <= LARGEST_EVENT else too_large(raw, len(raw))


def too_large(raw: bytes, length: int) -> Unread:
    """The reason for bytes of which only the beginning is kept, and whom that names."""
    line = f"the event has {length} bytes, more than an event may have; split it"
    return Unread(TOO_LARGE, (line,), readable_in(raw[:KEPT_OF_TOO_LARGE]))


def doubt_about(readable: Readable, topic: Topic, key: str, others: Sequence[str] = ()) -> Doubt:
    """Whom to hold for an unread event, by what can be read of it, else by the key it was published under.

    All that it names goes along: cash application holds the narrowest that it knows. The key of settings may name a
    policy or a country as well as a creditor, so that a creditor read from it is a guess. A key may be anything: one
    that could be no id names nobody. An event that names nobody holds ``others``, the creditors of its file.
    """
    named = readable_id(key)
    if readable.type in _OF_NO_CREDITOR:
        return Doubt(None, None, None, alarm=True)
    creditor = readable.creditor or (None if topic is PAYMENTS else named)
    account = _compact(readable.account) or (named if topic is PAYMENTS else None)
    if creditor is None:
        return Doubt(None, None, account, creditors=() if account else tuple(others), alarm=account is None)
    guessed = topic is SETTINGS and readable.creditor is None
    return Doubt(creditor, readable.debtor, account, readable.invoice, readable.reference, alarm=guessed)


def _compact(account: str | None) -> str | None:
    return "".join(account.split()).upper() or None if account else None


def _against_the_law(data: Data) -> tuple[str, tuple[str, ...]]:
    """Why the law of their country refuses settings: a reason code and lines; no lines where it does not."""
    if isinstance(data, Policy):
        try:
            law = law_of(data.country)
        except UnknownLawError:
            line = "data.country: no law is known here for this country; give the country whose law the policy follows"
            return UNLAWFUL, (line,)
        return UNLAWFUL, tuple(fault.message for fault in faults(data, law))
    if isinstance(data, CreditorRegistered) and data.country not in countries():
        line = "data.country: no law is known here for this country; install the package that registers it"
        return UNKNOWN_COUNTRY, (line,)
    return "", ()
