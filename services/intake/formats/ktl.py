"""KTL, the old fixed-width file of incoming reference payments (Finance Finland's description of KTL).

Records of 90 characters: ``0`` begins a batch, ``3`` is a reference payment, ``5`` a direct debit, ``7`` a debit that
failed, ``9`` closes the batch with its counts and sums. A direct debit whose last character is a feedback code failed,
too: no money moved. A file may hold several batches. Amounts are cents; a record with the correction mark reverses the
payment of the same archive id. An RF reference comes with its national part only. Names are in the 7-bit national set
SF 4017 or in ISO 8859-1; files that went through an editor may be in UTF-8.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, BinaryIO, Final

from stdnum.iso7064 import mod_97_10

from schemas.money import decimal_text
from schemas.references import canonical_reference
from services.intake.formats.format import (
    Directory,
    Event,
    Fault,
    Format,
    Piece,
    known_at,
    money_event,
    unknown_account,
)
from services.intake.formats.numbering import PlacesAmongAlike, RepeatedIds, id_at, likeness
from services.intake.formats.plain_text import plain
from services.intake.formats.refusals import checked

NOT_A_RECORD: Final = "not-a-record"
NO_HEADER: Final = "no-batch-header"
TRUNCATED: Final = "truncated"
SUM_DOES_NOT_TIE: Final = "sum-does-not-tie"

_LONGEST_LINE: Final = 1_024
_WIDTH: Final = 90
_SHORTEST_PAYMENT: Final = 88
"""Blanks at the end may be lost on the way: the last mark that matters is at 88."""
_ACCOUNTS_KEPT: Final = 1_000
_CURRENCY: Final = "EUR"
_PADDING: Final = b" \t\r\n\x00\x1a"
_NATIONAL_LETTERS: Final = str.maketrans("[\\]^{|}~@`", "ÄÖÅÜäöåüÉé")
"""SF 4017: the letters that stand in the places of these signs."""

_HEADER: Final = re.compile(r"0(?P<day>\d{6})(?P<time>[ \d]{4})[ \dA-Z]{2}[ \dA-Z]{9}(?P<currency>\d)", re.ASCII)
_BEGINNING: Final = re.compile(
    rb"0\d{6}[ \d]{4}[ \dA-Z]{2}[ \dA-Z]{9}\d[^\r\n]{0,67}\r?\n[03579][^\r\n]{51,101}(?:\r?\n|\Z)"
)
_PAYMENT: Final = re.compile(
    r"(?P<kind>[357])(?P<account>\d{14})(?P<booked>\d{6})(?P<paid>[ \d]{6})(?P<archive>.{16})(?P<reference>.{20})"
    r"(?P<payer>.{12})(?P<currency>\d).(?P<cents>\d{10})(?P<correction>[01 ])(?:.(?P<feedback>.))?",
    re.ASCII,
)
_SUMS: Final = re.compile(r"9(\d{6})(\d{11})(\d{6})(\d{11})(?:(\d{6})(\d{11}))?", re.ASCII)
_DEBIT: Final = "5"
_FAILED_DEBIT: Final = "7"
_COLLECTED: Final = (None, " ", "0")
"""What stands in the place of the feedback code of a debit that did not fail."""
_EURO: Final = "1"
_CORRECTION: Final = "1"
_NAMES: Final = {"id": "archive id", "payment": "archive id", "booked": "booking date", "paid": "payment date"}


@dataclass(frozen=True, slots=True)
class _Total:
    """How many records, and how many cents."""

    count: int = 0
    cents: int = 0

    def plus(self, cents: int) -> "_Total":
        return _Total(self.count + 1, self.cents + cents)


@dataclass(slots=True)
class _Batch:
    """A batch that is being read: what its header says, its totals so far, and the creditors' accounts that it named.

    ``name`` is all of its header; ``places`` and ``repeated`` number the records that archive ids do not tell apart.
    """

    number: int
    name: str
    created: str
    paid: _Total = _Total()
    corrected: _Total = _Total()
    failed: _Total = _Total()
    owners: dict[str, str | None] = field(default_factory=dict)
    places: PlacesAmongAlike = field(default_factory=PlacesAmongAlike)
    repeated: RepeatedIds = field(default_factory=RepeatedIds)

    def count(self, record: re.Match[str]) -> None:
        """Count a record the way its sum record counts it."""
        cents = int(record["cents"])
        if _has_failed(record):
            self.failed = self.failed.plus(cents)
        elif record["correction"] == _CORRECTION:
            self.corrected = self.corrected.plus(cents)
        else:
            self.paid = self.paid.plus(cents)

    def doubt(self, reason: str, line: str, where: str) -> Fault:
        """A fault of the whole batch: it holds the account, or the creditor where there are several."""
        accounts = [account for account, creditor in self.owners.items() if creditor]
        creditors = {self.owners[account] for account in accounts}
        return Fault(
            reason,
            (line,),
            where,
            creditor=creditors.pop() if len(creditors) == 1 else None,
            account=accounts[0] if len(accounts) == 1 else None,
        )


def recognises(head: bytes) -> bool:
    """Whether the file begins with the header record of a batch and another record."""
    return _BEGINNING.match(head.lstrip(_PADDING)) is not None


def read(stream: BinaryIO, directory: Directory) -> Iterator[Piece]:
    """Payments and corrections, record by record; after a batch that does not tie with its sum record, a fault."""
    batch: _Batch | None = None
    batches = 0
    number = 0
    for number, record in _records(stream):
        where = f"line {number}"
        if header := _HEADER.match(record):
            if batch is not None:
                yield batch.doubt(
                    TRUNCATED, "a batch begins before the last one has its sum record; send the whole file", where
                )
            batches += 1
            batch = _Batch(batches, " ".join(header[0].split()), _instant(header))
        elif batch is None:
            yield Fault(NO_HEADER, ("the record stands outside a batch; send the whole file",), where)
        elif payment := _payment(record):
            batch.count(payment)
            yield from _piece(payment, batch, directory, where)
        elif sums := _SUMS.match(record):
            yield from _checked_sums(batch, sums, where)
            batch = None
        else:
            line = (
                "the line is no KTL record of 90 characters; fetch the file from the bank again, and send it unchanged"
            )
            yield batch.doubt(NOT_A_RECORD, line, where)
    if batch is not None:
        yield batch.doubt(TRUNCATED, "the last batch has no sum record; send the whole file", f"line {number}")


def _records(stream: BinaryIO) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, with their numbers; of a line that is too long only the beginning."""
    number = 0
    while chunk := stream.readline(_LONGEST_LINE):
        number += 1
        while not chunk.endswith(b"\n") and (rest := stream.readline(_LONGEST_LINE)):
            chunk = chunk[: _LONGEST_LINE - 1] + rest[-1:]
        raw = chunk.strip(b"\r\n\x00\x1a").removeprefix(b"\xef\xbb\xbf")
        if raw.strip():
            yield number, _decoded(raw)


def _decoded(raw: bytes) -> str:
    """The text of a record; in the national 7-bit set where no byte says otherwise."""
    if raw.isascii():
        return raw.decode("ascii").translate(_NATIONAL_LETTERS)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("iso-8859-1")


def _payment(record: str) -> re.Match[str] | None:
    if not _SHORTEST_PAYMENT <= len(record.rstrip("\r\n")) <= _WIDTH:
        return None
    return _PAYMENT.match(record)


def _has_failed(record: re.Match[str]) -> bool:
    """Whether the record is a debit that brought nothing; the sum record counts it apart."""
    kind = record["kind"]
    return kind == _FAILED_DEBIT or (kind == _DEBIT and record["feedback"] not in _COLLECTED)


def _piece(record: re.Match[str], batch: _Batch, directory: Directory, where: str) -> Iterator[Piece]:
    if _has_failed(record):
        return
    iban = finnish_iban(record["account"])
    if iban not in batch.owners:
        if len(batch.owners) >= _ACCOUNTS_KEPT:
            batch.owners.clear()
        batch.owners[iban] = directory.creditor_of_account(iban)
        if batch.owners[iban] is None:
            yield unknown_account(iban, where)
    creditor = batch.owners[iban]
    if creditor is not None:
        yield _event(record, creditor, iban, batch, directory, where)


def _event(
    record: re.Match[str], creditor: str, iban: str, batch: _Batch, directory: Directory, where: str
) -> Event | Fault:
    booked = _day(record["booked"])
    if booked is None or record["currency"] != _EURO:
        line = (
            "the booking date is no day; fetch the file from the bank again, and send it unchanged"
            if booked is None
            else "the currency is not euro (1), the only one that KTL is read in; tell the payment as an event"
        )
        return Fault("wrong-field", (line,), where, creditor, iban)
    payment, place = _name(record, batch)
    data: dict[str, Any] = {
        "creditor": creditor,
        "account": iban,
        "payment": payment,
        "amount": decimal_text(int(record["cents"]), _CURRENCY),
        "currency": _CURRENCY,
        "reference": canonical_reference(record["reference"]) or None,
        "booked": booked.isoformat(),
        "channel": "ktl",
        "statement": batch.name,
    }
    known = known_at(batch.created, booked, directory.zone_of(creditor))
    if record["correction"] == _CORRECTION:
        data["reason"] = "corrected by the bank"
        made = money_event("payment.reversed.v1", f"//bank/{iban}", f"{payment}:reversed:{booked}", known, data)
        return checked(made, _NAMES, where)
    payer = plain(record["payer"])
    data |= {
        "paid": (_day(record["paid"]) or booked).isoformat(),
        "payer": {"name": payer} if payer else None,
        "place": place,
    }
    return checked(
        money_event("payment.received.v1", f"//bank/{iban}", f"{payment}:{booked}", known, data), _NAMES, where
    )


def _name(record: re.Match[str], batch: _Batch) -> tuple[str | None, int | None]:
    """What a payment is called, and its place among its like where it has no archive id (rules.md B1)."""
    archive_id = plain(record["archive"])
    if archive_id:
        return batch.repeated.numbered(archive_id, record["account"], record["booked"], record["correction"]), None
    like = likeness(*(record[name] for name in ("account", "booked", "cents", "reference", "payer", "correction")))
    place = batch.places.next(like)
    return (None, None) if place is None else (id_at(place, like, batch.name), place)


def _checked_sums(batch: _Batch, sums: re.Match[str], where: str) -> Iterator[Piece]:
    stated_totals = [_Total(int(sums[at]), int(sums[at + 1])) for at in (1, 3)]
    counted = [batch.paid, batch.corrected]
    names = ["payments", "corrections"]
    if sums[5] is not None:
        stated_totals.append(_Total(int(sums[5]), int(sums[6])))
        counted.append(batch.failed)
        names.append("failed debits")
    for name, stated, read_ in zip(names, stated_totals, counted, strict=True):
        if stated != read_:
            line = (
                f"batch {batch.number}: the sum record tells {stated.count} {name}, the batch has {read_.count}"
                if stated.count != read_.count
                else f"batch {batch.number}: the sum of the {name} is not what the sum record tells"
            )
            yield batch.doubt(
                SUM_DOES_NOT_TIE, f"{line}; fetch the file from the bank again, and send it whole and unchanged", where
            )


def finnish_iban(bban: str) -> str:
    """The IBAN of a Finnish account number of 14 digits."""
    return f"FI{mod_97_10.calc_check_digits(f'{bban}FI')}{bban}"


def _day(text: str) -> date | None:
    """``180205`` is 5 February 2018: KTL has no centuries."""
    try:
        return date(2000 + int(text[:2]), int(text[2:4]), int(text[4:]))
    except ValueError:
        return None


def _instant(header: re.Match[str]) -> str:
    day = _day(header["day"])
    clock = header["time"]
    return f"{day.isoformat()}T{clock[:2]}:{clock[2:]}" if day else ""


FORMAT: Final = Format(
    name="ktl",
    title="KTL reference payments (fixed width)",
    gives=("payment.received.v1", "payment.reversed.v1"),
    recognises=recognises,
    read=read,
)
