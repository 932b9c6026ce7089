"""Which payment a transaction is: the bank's ids, and what stands for them where the bank gives none (rules.md B1).

The bank's archive id names a payment, with its booking day, as banks use ids again. Without one a transaction is the
n-th of its like (day, sum, references, payer) in its statement or notification: the same message sent again gives the
same names, equal transactions of one message or of two have different ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from services.intake.formats.camt.entry import BankEntry
from services.intake.formats.camt.fields import CurrencyAmount, reference
from services.intake.formats.numbering import likeness
from services.intake.formats.xml.elements import Element, first, text

_IDS: Final = {
    "end_to_end": "Refs/EndToEndId",
    "uetr": "Refs/UETR",
    "instruction": "Refs/InstrId",
    "mandate": "Refs/MndtId",
}
"""Ids beside the archive id, by their names in `schemas.payment_events.BankIds`."""


@dataclass(frozen=True, slots=True)
class PaymentName:
    """What a payment is called.

    ``payment`` is its archive id, or a digest where the bank gave no id: then ``place`` is its number among its like.
    ``ids`` are further ids of the bank's, by their names in `schemas.payment_events.BankIds`.
    """

    payment: str
    place: int | None = None
    ids: Mapping[str, str] = field(default_factory=dict)

    def part(self, number: int) -> PaymentName:
        """The name of one of several payments that came by the transaction; numbers count from 1.

        The parts of one transaction share no id, as shared ids would make them one payment.
        """
        ids = {name: f"{id_}#{number}" for name, id_ in self.ids.items()}
        return PaymentName(f"{self.payment}#{number}", self.place, ids)


def archive_id(transaction: Element) -> str | None:
    """The bank's archive id of a transaction, if it has one."""
    return reference(first(transaction, "Refs/AcctSvcrRef"))


def ids_of(transaction: Element, entry: BankEntry, *, is_only: bool) -> dict[str, str]:
    """The ids of a transaction beside its archive id; its entry's too, as its own where it is the only one in it."""
    found = {"entry" if is_only else "batch": entry.reference}
    found |= {name: reference(first(transaction, path)) for name, path in _IDS.items()}
    return {name: id_ for name, id_ in found.items() if id_ is not None}


def like_of(entry: BankEntry, booked: date, money: CurrencyAmount, transaction: Element) -> str:
    """What transactions without an id have in common that are alike: day, sum, references, payer."""
    remittance = first(transaction, "RmtInf")
    references = [] if remittance is None else [text(each, "CdtrRefInf/Ref") for each in remittance]
    payer = first(transaction, "RltdPties")
    names = [] if payer is None else [str(each).strip() for each in payer.itertext()]
    return likeness(entry.kind.name, str(booked), str(money.minor), money.currency, *references, *names)
