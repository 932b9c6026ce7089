"""What a transaction pays: remittances with their own references and amounts, credit notes, free text.

In Finland several invoices may be paid by one transaction, and credit notes taken off, each in a ``Strd`` of its own
(additional optional service AOS2); the transaction's amount is the net of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from services.intake.formats.camt.fields import CurrencyAmount, amount, message
from services.intake.formats.xml.elements import Element, first, line, name_of, text

_CREDIT_NOTE = "CREN"
_REMITTED = "REMI"


@dataclass(slots=True)
class RemittancePart:
    """One part of a transaction's money, in minor units, and what it is for."""

    minor: int
    reference: str | None
    message: str | None


@dataclass(slots=True)
class _Strd:
    """One structured remittance: an invoice paid, or a credit note taken off; None where no amount is given."""

    reference: str | None
    document: str | None
    invoiced: CurrencyAmount | None
    credited: CurrencyAmount | None
    is_note: bool = False

    @property
    def is_credit_note(self) -> bool:
        return self.is_note or self.credited is not None


def remittance_parts(transaction: Element, money: CurrencyAmount) -> list[RemittancePart]:
    """What the money of a transaction is for: one part, or one for each invoice where their amounts are given and tie.

    Credit notes are taken off the last invoice, what is left of them off the one before, so that the parts add up to
    the money. Amounts that do not tie are not believed: then the money stays whole, and the references of its
    remittances, where they are not one and the same, become text.

    Raises:
        ValueError: when an amount in it is none.
    """
    remittance = first(transaction, "RmtInf")
    if remittance is None:
        return [RemittancePart(money.minor, None, None)]
    free = [unstructured for ustrd in remittance.iterchildren("{*}Ustrd") if (unstructured := ustrd.text)]
    remittances = [_strd(strd) for strd in remittance.iterchildren("{*}Strd")]
    if len(remittances) == 1 and not remittances[0].is_credit_note:
        return [RemittancePart(money.minor, remittances[0].reference, _text(free, remittances))]
    split = list(_split(remittances, money))
    if split:
        return [RemittancePart(minor, strd.reference, _text(free, [strd])) for minor, strd in split]
    references = [strd.reference for strd in remittances if strd.reference and not strd.is_credit_note]
    if len(set(references)) == 1:
        return [RemittancePart(money.minor, references[0], _text(free, remittances))]
    return [RemittancePart(money.minor, None, _text(free + references, remittances))]


def _split(remittances: list[_Strd], money: CurrencyAmount) -> Iterator[tuple[int, _Strd]]:
    """Each invoice with what it gets; nothing when their amounts do not add up to the money."""
    invoices = [(strd.invoiced, strd) for strd in remittances if strd.invoiced is not None and not strd.is_credit_note]
    notes = [strd.credited for strd in remittances if strd.credited is not None]
    all_given = len(invoices) + len(notes) == len(remittances)
    amounts = [invoiced for invoiced, _ in invoices] + notes
    if not all_given or any(part.currency != money.currency for part in amounts):
        return
    credited = sum(note.minor for note in notes)
    if sum(invoiced.minor for invoiced, _ in invoices) - credited != money.minor:
        return
    gets = []
    for invoiced, strd in reversed(invoices):
        taken = min(credited, invoiced.minor)
        credited -= taken
        gets.append((invoiced.minor - taken, strd))
    yield from ((minor, strd) for minor, strd in reversed(gets) if minor > 0)


def _strd(strd: Element) -> _Strd:
    found = _Strd(None, None, None, None)
    for part in strd:
        match name_of(part):
            case "CdtrRefInf":
                found.reference = line(part, "Ref")
            case "RfrdDocAmt":
                found.invoiced = amount(first(part, "RmtdAmt")) or _amount_of_type(part, _REMITTED)
                found.credited = amount(first(part, "CdtNoteAmt")) or _amount_of_type(part, _CREDIT_NOTE)
            case "RfrdDocInf" if text(part, "Tp/CdOrPrtry/Cd") == _CREDIT_NOTE:
                found.is_note = True
            case "RfrdDocInf":
                found.document = line(part, "Nb")
    if found.is_note and found.credited is None:
        found.credited, found.invoiced = found.invoiced, None
    return found


def _amount_of_type(amounts: Element, code: str) -> CurrencyAmount | None:
    """The amount of a type, as the latest versions write it: ``RmtAmtAndTp`` with ``Tp/Cd`` and ``Amt``."""
    for typed in amounts.iterchildren("{*}RmtAmtAndTp"):
        if text(typed, "Tp/Cd") == code:
            return amount(first(typed, "Amt"))
    return None


def _text(free: list[str], remittances: list[_Strd]) -> str | None:
    """Free text, and the numbers of the invoices that are named without a reference."""
    return message(free + [strd.document for strd in remittances if strd.document and not strd.reference])
