"""One entry of a bank's report: what kind of money it is, and what it says about all of its transactions.

What counts as money from customers follows the bank transaction codes: the ISO 20022 domain and family where they are
given, else the three digits of the Finnish banks (issuer FFFS). What no code calls the creditor's own business counts,
so that no money is missed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum, auto
from typing import Final
from zoneinfo import ZoneInfo

from services.intake.formats.camt.fields import CurrencyAmount, amount, code, day, is_credit, reference
from services.intake.formats.xml.elements import Element, children, first, line, text

_OWN_DOMAINS: Final = frozenset({"ACMT", "CAMT", "CMDT", "DERV", "FORX", "LDAS", "PMET", "SECU", "TRAD"})
"""Account and cash management, loans, currencies, securities: no payments of customers."""
_OWN_FAMILIES: Final = frozenset({"ICDT", "ICHQ", "IRCT", "RDDT"})
"""Credit transfers, cheques and instant transfers that the creditor sent, debits it received."""
_INCOMING_FAMILIES: Final = frozenset({"RCDT", "RRCT", "IDDT"})
"""Credit transfers and instant transfers received, direct debits sent out: what customers pay by."""
_COSTS: Final = frozenset({"CHRG", "COMM", "FEES", "INTR", "TAXE"})
_REFERENCE_PAYMENTS: Final = "705"
_OWN_DIGITS: Final = frozenset({"701", "702", "730", "740", "750", "760", "781"})
"""Salaries and bills paid, costs, interest, loans, sweeping."""
_FINNISH_BANKS: Final = "FFFS"
_BOOKED: Final = "BOOK"
_MOST_DIGITS: Final = 15


class EntryKind(Enum):
    """What an entry means for receivables."""

    RECEIVED = auto()
    """Booked money from customers."""
    RETURNED = auto()
    """Booked: money of customers that went back, reversed or returned."""
    UNCLEAR = auto()
    """Booked: money that came by the reversal of what a customer's payment had undone, or so it seems."""
    OWN = auto()
    """Booked: the creditor's own business."""
    NOT_BOOKED = auto()
    """Information, or pending: no money has moved."""


@dataclass(slots=True)
class BankEntry:
    """An entry as far as it is read before its transactions.

    ``reference`` is the bank's for the whole entry: the same in camt.053 and camt.054. ``batch`` is how many
    transactions it sums up, 0 where a batch does not say, None where it is none.
    """

    kind: EntryKind
    money: CurrencyAmount
    is_credit: bool
    booked: date | None
    reference: str | None
    is_reference_payments: bool
    batch: int | None

    @property
    def is_booked(self) -> bool:
        """Whether it is part of the balances."""
        return self.kind is not EntryKind.NOT_BOOKED

    @property
    def moves_customers_money(self) -> bool:
        """Whether it brought money from customers, or took it back."""
        return self.kind in (EntryKind.RECEIVED, EntryKind.RETURNED)

    @property
    def is_lump(self) -> bool:
        """Whether it may be the sum of transactions that another message lists."""
        return self.batch is not None or self.is_reference_payments


def entry_of(element: Element, zone: ZoneInfo) -> BankEntry:
    """The entry of an ``Ntry`` element that is read at least to the beginning of its transactions.

    Raises:
        ValueError: when it does not say how much was booked in which direction.
    """
    parts = children(element)
    money = amount(parts.get("Amt"))
    if money is None:
        raise ValueError("Amt: is missing; send the file unchanged, as the bank delivers it")
    codes = _codes(parts.get("BkTxCd"))
    credit = is_credit(parts.get("CdtDbtInd"))
    return BankEntry(
        kind=_kind(parts, codes, credit=credit),
        money=money,
        is_credit=credit,
        booked=day(parts.get("BookgDt"), zone) or day(parts.get("ValDt"), zone),
        reference=reference(parts.get("AcctSvcrRef")),
        is_reference_payments=codes.digits == _REFERENCE_PAYMENTS,
        batch=_batch(parts.get("NtryDtls")),
    )


@dataclass(slots=True)
class _Codes:
    """The codes of an entry; ``digits`` are those of the Finnish banks."""

    domain: str | None = None
    family: str | None = None
    sub_family: str | None = None
    digits: str | None = None

    @property
    def is_own(self) -> bool:
        if self.domain is not None:
            return self.domain in _OWN_DOMAINS or self.family in _OWN_FAMILIES or self.sub_family in _COSTS
        return self.digits in _OWN_DIGITS

    @property
    def is_incoming(self) -> bool:
        return self.family in _INCOMING_FAMILIES and self.sub_family not in _COSTS


def _codes(element: Element | None) -> _Codes:
    codes = _Codes()
    if element is None:
        return codes
    parts = children(element)
    domain, proprietary = parts.get("Domn"), parts.get("Prtry")
    if domain is not None:
        codes.domain = text(domain, "Cd")
        family = first(domain, "Fmly")
        if family is not None:
            codes.family, codes.sub_family = text(family, "Cd"), text(family, "SubFmlyCd")
    if proprietary is not None and text(proprietary, "Issr") in (_FINNISH_BANKS, None):
        codes.digits = (line(proprietary, "Cd") or "")[:3]
    return codes


def _kind(parts: dict[str, Element], codes: _Codes, *, credit: bool) -> EntryKind:
    if (code(parts.get("Sts")) or _BOOKED) != _BOOKED:
        return EntryKind.NOT_BOOKED
    mark = parts.get("RvslInd")
    is_reversal = mark is not None and (mark.text or "").strip() in ("true", "1")
    if credit and is_reversal:
        return EntryKind.OWN if codes.is_own else EntryKind.UNCLEAR
    if credit:
        return EntryKind.OWN if codes.is_own else EntryKind.RECEIVED
    if codes.is_incoming or (is_reversal and not codes.is_own):
        return EntryKind.RETURNED
    return EntryKind.OWN


def _batch(details: Element | None) -> int | None:
    batch = None if details is None else first(details, "Btch")
    if batch is None:
        return None
    count = text(batch, "NbOfTxs") or ""
    return int(count) if count.isascii() and count.isdigit() and len(count) <= _MOST_DIGITS else 0
