"""What the creditor's own bank charged for a booking (``Chrgs``), and what the payer paid all the same (rules.md M11).

A bank may book an incoming payment less its charges: the entry is then its transactions less their charges. The charges
are the creditor's costs, so that the payer's money counts whole. Banks give a transaction's amount before the charges
or after them (``TxAmt``), and then the one before them beside it (``InstdAmt``, ``CntrValAmt``). Charges that do not
lead from a transaction to the entry were booked elsewhere, or other banks took them on the way; the amounts then stand
as they are.
"""

from __future__ import annotations

from collections.abc import Iterator

from services.intake.formats.camt.entry import BankEntry
from services.intake.formats.camt.fields import CurrencyAmount, amount, is_credit
from services.intake.formats.camt.transaction import amounts_of
from services.intake.formats.xml.elements import Element, first


def charged(element: Element, entry: BankEntry) -> int:
    """By how much the charges in an entry or a transaction lessen the booked amount, in minor units of its currency.

    Versions to 001.02 give each charge a ``Chrgs``, later ones a ``Rcrd`` in one ``Chrgs``. Charges in another currency
    are left out.

    Raises:
        ValueError: when an amount in them is none.
    """
    total = 0
    for charge in _charges(element):
        money = amount(first(charge, "Amt")) or amount(first(charge, "TtlChrgsAndTaxAmt"))
        if money is None or money.currency != entry.money.currency:
            continue
        indicator = first(charge, "CdtDbtInd")
        goes_out = indicator is None or not is_credit(indicator)
        total += money.minor if goes_out == entry.is_credit else -money.minor
    return total


def _charges(element: Element) -> Iterator[Element]:
    for charges in element.iterchildren("{*}Chrgs"):
        records = list(charges.iterchildren("{*}Rcrd"))
        yield from records or [charges]


def paid_by_whole(entry: BankEntry, whole: Element, transaction: Element) -> CurrencyAmount:
    """What was paid by the only transaction of an entry.

    That is the entry's amount, unless the charges lead to it from what the transaction says. ``whole`` is the complete
    entry; ``transaction`` is the same element where the entry lists none.

    Raises:
        ValueError: when an amount is none.
    """
    charges = {charged(transaction, entry), charged(whole, entry)} - {0}
    return _before_charges(transaction, entry.money, charges) or entry.money


def paid_by_one_of_several(entry: BankEntry, transaction: Element) -> CurrencyAmount:
    """What was paid by one transaction of several: what it says, or what that was before its charges.

    Raises:
        ValueError: when an amount is none, or the message does not say it in the entry's currency.
    """
    money = next(amounts_of(transaction, entry.money.currency), None)
    if money is None:
        raise ValueError("TxAmt: is missing, or is not in the currency of its entry; order it from the bank")
    return _before_charges(transaction, money, {charged(transaction, entry)} - {0}) or money


def _before_charges(transaction: Element, booked: CurrencyAmount, charges: set[int]) -> CurrencyAmount | None:
    """The amount in a transaction from which charges lead to what was booked."""
    stated = amounts_of(transaction, booked.currency) if charges else ()
    return next((money for money in stated if money.minor - booked.minor in charges), None)
