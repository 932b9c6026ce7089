"""What a format is: a reader of one kind of file, and the events and faults that it gives (docs/formats.md).

A format recognises its files by their first bytes, never by their name, and reads one as a stream of pieces: public
events, faults, and, of a file that already holds public events, its lines as they are. Memory does not grow with the
file. Nothing in a file ends the reading with an exception: what is wrong is a `Fault`, and what can be read after it is
still read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from hashlib import sha256
from typing import Any, BinaryIO, Final, Protocol, TypeAlias
from zoneinfo import ZoneInfo

from schemas.fields import EARLIEST_YEAR, LATEST_YEAR
from services.intake.files import FileLine

HEAD: Final = 4_096
"""Bytes from the beginning of a file by which its format is recognised."""

UNKNOWN_FORMAT: Final = "unknown-format"
UNKNOWN_CREDITOR: Final = "unknown-creditor"

_MORNING: Final = time(6)
_SHORTEST_INSTANT: Final = len("2026-01-09T08:00")

Event: TypeAlias = dict[str, Any]
"""A public CloudEvent (design.md §4) as JSON would give it: amounts are decimal strings, dates and instants ISO."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in a file that gives no event, for a dead letter and for the report beside a rejected file.

    ``reason`` is a code; ``lines`` say to a person what is wrong and what to do, without personal data; ``where`` is
    the place in the file, such as ``statement 2, entry 17``. ``creditor``, ``account`` (a bank account), ``debtor``,
    ``invoice`` and ``reference`` say whom the doubt holds, as far as that could be read; ``creditors`` are named by a
    file of which nothing else can be read. ``content`` is what could not be read, where it is short enough to keep.
    """

    reason: str
    lines: tuple[str, ...]
    where: str = ""
    creditor: str | None = None
    account: str | None = None
    content: bytes = b""
    debtor: str | None = None
    invoice: str | None = None
    reference: str | None = None
    creditors: tuple[str, ...] = ()


Piece: TypeAlias = Event | FileLine | Fault
"""One thing read from a file. A `FileLine` is to be taken as it stands: it holds a public event, or pretends to."""


class Directory(Protocol):
    """What a format asks about the registered creditors."""

    def creditor_of_account(self, iban: str) -> str | None:
        """The creditor that has registered this bank account (IBAN without spaces)."""

    def creditor_of_business(self, business_id: str) -> str | None:
        """The creditor with this business id, in any form of the creditor's country, such as a VAT number."""

    def zone_of(self, creditor: str) -> ZoneInfo:
        """The time zone that a registered creditor goes by."""

    def country_of(self, creditor: str) -> str:
        """The ISO 3166 code of a registered creditor's country, whose law says currency, ids and references."""

    def terms_days_of(self, creditor: str) -> int | None:
        """The days from an invoice to its due date where the invoice gives none, if the creditor registered them."""


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of file.

    ``name`` is short and for commands (``camt.053``), ``title`` for people; ``gives`` names the types of its events.
    ``recognises`` gets the first `HEAD` bytes and never raises. ``read`` gets the stream from its beginning; it raises
    only what the stream itself raises (``OSError``).
    """

    name: str
    title: str
    gives: tuple[str, ...]
    recognises: Callable[[bytes], bool]
    read: Callable[[BinaryIO, Directory], Iterator[Piece]]


def event(kind: str, source: str, id_: str, known: str, data: dict[str, Any]) -> Event:
    """A public event; what is None in ``data`` is left out.

    Args:
        kind: the type with its version, such as ``payment.received.v1``.
        source: with ``id_`` the event's identity; both are made from what the file says, never from its name.
        id_: see ``source``.
        known: ISO instant with offset: when the fact became known; see `known_at`.
        data: the event's fields.
    """
    given = {name: value for name, value in data.items() if value is not None}
    return {"specversion": "1.0", "id": id_, "source": source, "type": kind, "time": known, "data": given}


def money_event(kind: str, source: str, name: str, known: str, data: dict[str, Any]) -> Event:
    """An event about money, whose id is ``name`` and a digest of its data; see `event`.

    Banks tell one payment in several messages, each in its own way: those are events of their own, which the payment's
    identity makes one payment (rules.md B1). The same data again is the same event.
    """
    made = event(kind, source, name, known, data)
    contents = json.dumps(made["data"], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    made["id"] = f"{name}:{sha256(contents.encode('utf-8', 'replace')).hexdigest()[:16]}"
    return made


def known_at(created: str | None, day: date, zone: ZoneInfo) -> str:
    """When a fact became known, as ISO text in UTC.

    That is ``created``, the instant at which the message says it was made (without an offset it is local time in
    ``zone``). Where the message says no instant, or none that can be, it is 06:00 local time on ``day``, the booking
    or invoice date.

    Raises:
        ValueError: when ``day`` is not between the first and the last year that events may have.
    """
    instant = _instant(created, zone) if created else None
    if instant is None:
        if not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
            raise ValueError(f"{day} is not between {EARLIEST_YEAR} and {LATEST_YEAR}")
        instant = datetime.combine(day, _MORNING, zone).astimezone(UTC)
    return instant.isoformat()


def _instant(text: str, zone: ZoneInfo) -> datetime | None:
    text = text.strip()
    if len(text) < _SHORTEST_INSTANT:
        return None
    try:
        found = datetime.fromisoformat(text)
        instant = (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return instant if EARLIEST_YEAR < instant.year < LATEST_YEAR else None


def unknown_account(iban: str, where: str) -> Fault:
    """The fault of a file about a bank account that no creditor has registered."""
    line = f"no creditor has registered the bank account {iban}; add it to the accounts of creditor.registered"
    return Fault(UNKNOWN_CREDITOR, (line,), where, account=iban)


def unknown_business(business_id: str, where: str) -> Fault:
    """The fault of a file from a seller whom no creditor has registered as."""
    line = f"no creditor has registered the business id {business_id}; register it with creditor.registered"
    return Fault(UNKNOWN_CREDITOR, (line,), where)
