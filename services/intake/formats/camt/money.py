"""The entries of a bank's report: the payments that they give, and the totals that must tie."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from services.intake.formats.camt.charges import charged, paid_by_one_of_several, paid_by_whole
from services.intake.formats.camt.entry import BankEntry, EntryKind
from services.intake.formats.camt.fields import CurrencyAmount, is_credit
from services.intake.formats.camt.identity import PaymentName, archive_id, ids_of, like_of
from services.intake.formats.camt.transaction import (
    ReportedAccount,
    received,
    received_in_sum,
    returned,
    returned_in_sum,
    says_something,
)
from services.intake.formats.format import Event, Fault, Piece
from services.intake.formats.numbering import PlacesAmongAlike, RepeatedIds, id_at
from services.intake.formats.xml.elements import Element, first

WRONG_ENTRY: Final = "wrong-entry"
NO_ARCHIVE_ID: Final = "no-archive-id"
DETAILS_MISSING: Final = "details-missing"
DETAILS_DO_NOT_TIE: Final = "details-do-not-tie"
UNCLEAR_REVERSAL: Final = "unclear-reversal"


@dataclass(slots=True)
class EntryTotals:
    """What entries add up to, in minor units."""

    credits: int = 0
    credit_entries: int = 0
    debits: int = 0
    debit_entries: int = 0

    @property
    def entries(self) -> int:
        """All of them."""
        return self.credit_entries + self.debit_entries

    def add(self, entry: BankEntry) -> None:
        """Count one more entry."""
        if entry.is_credit:
            self.credits += entry.money.minor
            self.credit_entries += 1
        else:
            self.debits += entry.money.minor
            self.debit_entries += 1


@dataclass(slots=True)
class AccountReport:
    """One report about an account, as far as it is read.

    ``booked`` are the entries that moved money, ``listed`` all of them. ``payments`` counts the payments that the
    report has given; ``received`` is the money of customers in it, ``returned`` what of such money was taken back, in
    minor units; with what is summed up here and listed in another message. ``is_doubtful``: something in it could not
    be read, or does not tie. ``places`` and ``repeated`` number what the bank does not tell apart.
    """

    account: ReportedAccount
    where: str
    booked: EntryTotals = field(default_factory=EntryTotals)
    listed: EntryTotals = field(default_factory=EntryTotals)
    currencies: set[str] = field(default_factory=set)
    payments: int = 0
    received: int = 0
    returned: int = 0
    sums_up: bool = False
    is_doubtful: bool = False
    places: PlacesAmongAlike = field(default_factory=PlacesAmongAlike)
    repeated: RepeatedIds = field(default_factory=RepeatedIds)

    def fault(self, reason: str, line: str, where: str | None = None) -> Fault:
        """A fault in the report; its balances and totals then give no completion of the feed."""
        self.is_doubtful = True
        return Fault(reason, (line,), where or self.where, creditor=self.account.creditor, account=self.account.iban)


class EntryReading:
    """One entry while its transactions are read.

    The first transaction is kept until it is known whether it is the only one: only the entry may state the amount and
    the bank's reference of an only transaction.
    """

    def __init__(self, report: AccountReport, entry: BankEntry | None, where: str, *, sums_up: bool) -> None:
        """``entry`` None: its beginning could not be read, and the rest is passed over."""
        self._report = report
        self._entry = entry
        self._where = where
        self._sums_up = sums_up
        self._first: Element | None = None
        self._count = 0
        self._total = 0
        self._charges = 0

    def transaction(self, element: Element) -> Iterator[Piece]:
        """Read the next transaction; its events may be returned for the one after it, or at the entry's end."""
        entry = self._entry
        if entry is None or not entry.moves_customers_money:
            return
        self._count += 1
        if self._count == 1:
            self._first = element
            return
        if self._first is not None:
            yield from self._give(entry, self._first, 1)
            self._first = None
        yield from self._give(entry, element, self._count)

    def end(self, element: Element) -> Iterator[Piece]:
        """The entry is complete."""
        entry, report = self._entry, self._report
        if entry is None:
            return
        report.listed.add(entry)
        report.currencies.add(entry.money.currency)
        if entry.is_booked:
            report.booked.add(entry)
        if entry.kind is EntryKind.UNCLEAR:
            line = "takes back what a customer's money was taken back by; tell the payment that it means as an event"
            yield report.fault(UNCLEAR_REVERSAL, line, self._where)
        elif entry.moves_customers_money:
            yield from self._end(entry, element)

    def _end(self, entry: BankEntry, element: Element) -> Iterator[Piece]:
        if self._is_sum(entry):
            yield from self._sum_up(entry, element)
        elif self._count == 0:
            yield from self._give_whole(entry, element)
        else:
            if self._first is not None:
                yield from self._give(entry, self._first, 1, element)
            yield from self._check_total(entry, element)

    def _check_total(self, entry: BankEntry, element: Element) -> Iterator[Fault]:
        """A fault where neither the transactions nor the transactions less charges come to the entry's amount."""
        try:
            kept = (0, self._charges, charged(element, entry))
        except ValueError as wrong:
            yield self._report.fault(WRONG_ENTRY, f"Chrgs: {wrong}", self._where)
            return
        if self._total - entry.money.minor not in kept:
            line = (
                "its transactions, with or without their charges, do not come to its amount; compare them with the"
                " bank's own list, and send the file as the bank delivers it"
            )
            yield self._report.fault(DETAILS_DO_NOT_TIE, line, self._where)

    def _is_sum(self, entry: BankEntry) -> bool:
        """Whether it sums up transactions that are not in it."""
        if self._count > 1 or not entry.is_lump:
            return False
        only = self._first
        return only is None or (entry.batch or 0) > 1 or not says_something(only)

    def _sum_up(self, entry: BankEntry, element: Element) -> Iterator[Fault]:
        try:
            money = paid_by_whole(entry, element, element)
        except ValueError as wrong:
            yield self._report.fault(WRONG_ENTRY, str(wrong), self._where)
            return
        if not self._sums_up:
            line = "sums up transactions that are not in the file; order them from the bank as camt.054"
            yield self._report.fault(DETAILS_MISSING, line, self._where)
        elif entry.kind is EntryKind.RECEIVED:
            self._report.sums_up = True
            self._report.received += money.minor
        else:
            self._report.returned += money.minor

    def _give_whole(self, entry: BankEntry, element: Element) -> Iterator[Piece]:
        """What an entry gives that has no transactions: it is one itself."""
        booked = entry.booked
        try:
            money = paid_by_whole(entry, element, element)
        except ValueError as wrong:
            yield self._report.fault(WRONG_ENTRY, str(wrong), self._where)
            return
        if money.minor == 0:
            return
        name = None if booked is None else self._name(entry, booked, money, element, 1, element)
        if booked is None or name is None:
            yield self._unidentified(booked, self._where)
        elif entry.kind is EntryKind.RETURNED:
            yield returned_in_sum(self._report.account, entry, booked, name, money)
            self._report.returned += money.minor
        else:
            charges = money.minor - entry.money.minor
            payment = received_in_sum(self._report.account, booked, name, element, money, charges)
            yield self._count_payment(payment)
            self._report.received += money.minor

    def _give(self, entry: BankEntry, element: Element, number: int, whole: Element | None = None) -> Iterator[Piece]:
        """What one transaction gives; ``whole`` is its entry, complete, where it is the only one in it."""
        where = f"{self._where}, transaction {number}"
        try:
            if whole is not None and entry.batch in (None, 1):
                money = paid_by_whole(entry, whole, element)
                charges = money.minor - entry.money.minor
            else:
                money = paid_by_one_of_several(entry, element)
                charges = charged(element, entry)
            self._charges += charges
            indicator = first(element, "CdtDbtInd")
            if indicator is not None and is_credit(indicator) != entry.is_credit:
                self._total -= money.minor
                line = "goes the other way than its entry; tell the payment that it means as an event"
                yield self._report.fault(UNCLEAR_REVERSAL, line, where)
                return
            self._total += money.minor
            if money.minor == 0:
                return
            booked = entry.booked
            name = None if booked is None else self._name(entry, booked, money, element, number, whole)
            if booked is None or name is None:
                yield self._unidentified(booked, where)
                return
            events = self._events(entry, booked, name, element, whole, money, charges)
        except ValueError as wrong:
            yield self._report.fault(WRONG_ENTRY, str(wrong), where)
            return
        yield from events

    def _events(
        self,
        entry: BankEntry,
        booked: date,
        name: PaymentName,
        element: Element,
        whole: Element | None,
        money: CurrencyAmount,
        charges: int,
    ) -> list[Event]:
        account = self._report.account
        if entry.kind is EntryKind.RETURNED:
            returns = list(returned(account, entry, booked, name, element, money))
            self._report.returned += money.minor
            return returns
        payments = list(received(account, booked, name, element, whole, money, charges))
        self._report.payments += len(payments)
        self._report.received += money.minor
        return payments

    def _name(
        self,
        entry: BankEntry,
        booked: date,
        money: CurrencyAmount,
        element: Element,
        number: int,
        whole: Element | None,
    ) -> PaymentName | None:
        """What the transaction is called; None where there are too many without a reference of the bank's.

        Repetitions of one reference are its second, third, and so on.
        """
        ids = ids_of(element, entry, is_only=whole is not None)
        id_ = archive_id(element) or entry.reference
        if id_ is not None:
            is_entrys = archive_id(element) is None
            named = f"{id_}/{number}" if is_entrys and whole is None else id_
            return PaymentName(self._report.repeated.numbered(named, str(booked), entry.kind.name), ids=ids)
        like = like_of(entry, booked, money, element)
        place = self._report.places.next(like)
        return None if place is None else PaymentName(id_at(place, like, self._report.account.statement), place, ids)

    def _count_payment(self, payment: Event) -> Event:
        self._report.payments += 1
        return payment

    def _unidentified(self, booked: date | None, where: str) -> Fault:
        if booked is None:
            return self._report.fault(WRONG_ENTRY, "BookgDt: is missing, or is no day; order the entry with it", where)
        line = "too many transactions have no reference of the bank's; order them with their archive ids"
        return self._report.fault(NO_ARCHIVE_ID, line, where)
