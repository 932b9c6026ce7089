"""The parts in which an invoice is to be paid, as payments and events find them. Pure (rules.md M9)."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import Final

from schemas.invoice_events import InvoiceIssued, part_number
from services.cash_application.state.row_kind import key
from services.cash_application.state.rows import IndexedInvoice

_MOST_SUMS: Final = 1_000
"""Sums of several invoices in parts that are compared with a payment: more of them fit any money by accident."""


def keys_of(data: InvoiceIssued) -> list[str]:
    """The keys of the rows of an invoice's parts; none where it has no parts."""
    return [key(data.creditor, part_number(data.invoice, number)) for number in range(1, len(data.parts) + 1)]


def indexed_by(data: InvoiceIssued) -> Iterator[tuple[str | None, IndexedInvoice]]:
    """The invoice and then its parts, each with the reference that means it and nothing else.

    The invoice's own reference, and one that several parts have, mean the whole: its money goes to the earliest part.
    """
    whole = _indexed(data, data.invoice)
    whole.part_amounts = tuple(part.amount for part in data.parts)
    yield data.reference, whole
    carried = Counter(part.reference for part in data.parts)
    for reference, times in carried.items():
        if reference is not None and times > 1 and reference != data.reference:
            yield reference, whole
    for number, part in enumerate(data.parts, start=1):
        own = part.reference if carried[part.reference] == 1 and part.reference != data.reference else None
        indexed = _indexed(data, part_number(data.invoice, number))
        indexed.due, indexed.amount, indexed.whole = part.due, part.amount, data.invoice
        yield own, indexed


def _indexed(data: InvoiceIssued, invoice: str) -> IndexedInvoice:
    indexed = IndexedInvoice(data.due, invoice, data.debtor, data.currency, data.amount, data.party.kind)
    indexed.discounted = tuple(data.amount - discount.amount for discount in data.discounts)
    return indexed


def with_parts_for_wholes(invoices: Iterable[IndexedInvoice]) -> list[IndexedInvoice]:
    """The invoices without those of which a part is among them: whoever names a part means that part."""
    named = list(invoices)
    wholes = {each.whole for each in named}
    return [each for each in named if each.invoice not in wholes]


def sums_of(invoices: Iterable[IndexedInvoice]) -> set[int]:
    """The sums by which invoices may be paid together, in cents.

    Each may be paid whole, less a cash discount, by one of its parts, or by its first ones.
    """
    sums = {0}
    for invoice in invoices:
        first = list(accumulate(invoice.part_amounts))
        ways = {invoice.amount, *invoice.discounted, *invoice.part_amounts, *first}
        sums = {before + way for before in sums for way in ways}
        if len(sums) > _MOST_SUMS:
            return set()
    return sums
