"""A bank's reports about accounts, read entry by entry: what camt.053 and camt.054 have in common.

A report (a statement or a notification) is about one account. Its entries are read one transaction at a time: however
many an entry sums up, only one is in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO, Final, Literal

from stdnum import iban

from schemas.payment_events import MoneyChannel
from services.intake.formats.camt.entry import BankEntry, entry_of
from services.intake.formats.camt.fields import identifier
from services.intake.formats.camt.money import WRONG_ENTRY, AccountReport, EntryReading
from services.intake.formats.camt.transaction import ReportedAccount
from services.intake.formats.format import Directory, Fault, Piece, unknown_account
from services.intake.formats.xml.elements import Element, elements, first, line, name_of, text

NO_REPORT: Final = "nothing-reported"
WRONG_ACCOUNT: Final = "wrong-account"

_HEADER: Final = "GrpHdr"
_ENTRY: Final = "Ntry"
_DETAILS: Final = "NtryDtls"
_TRANSACTION: Final = "TxDtls"
_COPY: Final = "CpyDplctInd"
_COPIES: Final = ("CODU", "COPY", "DUPL")
_DEPTHS: Final = {_ENTRY: 1, _TRANSACTION: 3}


@dataclass(frozen=True, slots=True)
class Style:
    """How one kind of report differs from the other.

    ``channel`` is what payments say they became known by, ``name``: what the bank calls a report.
    ``sums_up``: an entry may be the sum of transactions that another message lists. ``close``: what a report that was
    read to its end says as a whole.
    """

    element: str
    noun: str
    channel: MoneyChannel
    name: Callable[[Element], str | None]
    sums_up: bool
    close: Callable[[AccountReport, Element, Header], Iterator[Piece]]


@dataclass(slots=True)
class Header:
    """What a message says about itself; ``name`` is its id, ``is_whole``: it is not one page of several."""

    name: str | None = None
    created: str | None = None
    is_whole: bool = True


def read_reports(stream: BinaryIO, directory: Directory, style: Style) -> Iterator[Piece]:
    """All that the reports in a stream give; see `services.intake.formats.format.Format`."""
    header = Header()
    reading: _ReportReading | None = None
    reports = faults = 0
    for found in elements(stream, (_HEADER, style.element, _ENTRY, _TRANSACTION)):
        if isinstance(found, Fault):
            yield reading.doubt(found) if reading else found
            reading, header = None, Header()
            faults += 1
            continue
        name = name_of(found)
        if name == _HEADER:
            header = _header(found)
            continue
        report = reading.element if reading and reading.is_sibling_of_last(found) else _report_of(found, style.element)
        if report is None:
            continue
        if reading is None or reading.element is not report:
            reports += 1
            reading = _ReportReading(report, f"{style.noun} {reports}", style)
            yield from reading.open(header, directory)
        if found is not report:
            yield from reading.read(found)
        else:
            yield from reading.close(header)
            reading = None
    if not reports and not faults:
        yield Fault(NO_REPORT, (f"there is no {style.noun} in the file; send the whole file as the bank delivers it",))


def _header(element: Element) -> Header:
    pages = first(element, "MsgPgntn")
    whole = pages is None or (text(pages, "PgNb") in (None, "1") and text(pages, "LastPgInd") in (None, "true", "1"))
    return Header(line(element, "MsgId"), text(element, "CreDtTm"), whole)


def _report_of(element: Element, report: str) -> Element | None:
    """The report that an element belongs to; None where it does not stand in its place."""
    found: Element | None = element
    for name in reversed((report, _ENTRY, _DETAILS, _TRANSACTION)[: _DEPTHS.get(name_of(element), 0) + 1]):
        if found is None or name_of(found) != name:
            return None
        report_element, found = found, found.getparent()
    return report_element


class _ReportReading:
    """One report while it is read: its creditor's account, and the entry of which transactions are being read."""

    def __init__(self, element: Element, where: str, style: Style) -> None:
        self.element = element
        self._where = where
        self._style = style
        self._report: AccountReport | None = None
        self._entries = 0
        self._entry: EntryReading | None = None
        self._details: Element | None = None

    def is_sibling_of_last(self, transaction: Element) -> bool:
        """Whether it is a sibling of the last transaction, so that its place in the tree need not be found."""
        return self._details is not None and transaction.getparent() is self._details

    def doubt(self, fault: Fault) -> Fault:
        """A fault of the file, with whom it concerns."""
        if self._report is None:
            return fault
        account = self._report.account
        where = ", ".join(place for place in (self._where, fault.where) if place)
        return replace(fault, where=where, creditor=account.creditor, account=account.iban)

    def open(self, header: Header, directory: Directory) -> Iterator[Fault]:
        """Find the creditor of the account; the entries of a report about an unregistered account are passed over."""
        stated = line(self.element, "Acct/Id/IBAN") or line(self.element, "Acct/Id/Othr/Id")
        if stated is None or not iban.is_valid(stated, check_country=False):
            what = (
                "Acct/Id: is no IBAN with right check digits, and only accounts with one are followed here; order the"
                " reports by IBAN, or leave this account's out"
            )
            yield Fault(WRONG_ACCOUNT, (what,), self._where)
            return
        number = iban.compact(stated)
        creditor = directory.creditor_of_account(number)
        if creditor is None:
            yield unknown_account(number, self._where)
            return
        created = header.created or text(self.element, "CreDtTm")
        zone = directory.zone_of(creditor)
        name = self._style.name(self.element) or header.name
        duplicate: Literal[True] | None = True if text(self.element, _COPY) in _COPIES else None
        account = ReportedAccount(
            creditor, number, zone, created, self._style.channel, name and identifier(name), duplicate
        )
        self._report = AccountReport(account, self._where)

    def read(self, element: Element) -> Iterator[Piece]:
        """A transaction, or an entry with all of its transactions."""
        if self._report is None:
            return
        is_entry = name_of(element) == _ENTRY
        if self._entry is None:
            yield from self._begin(self._report, element if is_entry else _ancestor(element))
        assert self._entry is not None, "it has begun"
        if is_entry:
            yield from self._entry.end(element)
            self._entry = self._details = None
        else:
            self._details = element.getparent()
            yield from self._entry.transaction(element)

    def close(self, header: Header) -> Iterator[Piece]:
        """The report has ended."""
        if self._report is not None:
            yield from self._style.close(self._report, self.element, header)

    def _begin(self, report: AccountReport, element: Element) -> Iterator[Fault]:
        self._entries += 1
        where = f"{self._where}, entry {self._entries}"
        entry: BankEntry | None = None
        try:
            entry = entry_of(element, report.account.zone)
        except ValueError as wrong:
            yield report.fault(WRONG_ENTRY, str(wrong), where)
        self._entry = EntryReading(report, entry, where, sums_up=self._style.sums_up)


def _ancestor(transaction: Element) -> Element:
    """The entry that a transaction stands in."""
    details = transaction.getparent()
    entry = None if details is None else details.getparent()
    assert entry is not None, "it stands in its place"
    return entry
