"""Corrections: an invoice that corrects another one replaces it or adds to it (rules.md M10).

A correction comes under the number of its invoice, with other sums or dates, or says which invoice it ``corrects``. The
creditor's choice at the next frontier decides what it does, or a person; until then it waits, whole and listed.
"""

from datetime import UTC, datetime
from itertools import count, islice
from typing import Final, Literal

from schemas.events import CorrectionSettled
from schemas.facts import Fact
from schemas.invoice_events import InvoiceIssued
from schemas.journal import CorrectionAsked
from services.cash_application.invoices import receivables, taken_steps
from services.cash_application.state import waiting
from services.cash_application.state.lane import Lane
from services.cash_application.state.result import APPLIED, DUPLICATE, Refused, Result, Waits, conflict
from services.cash_application.state.row_kind import SEPARATOR, key
from services.cash_application.state.rows import (
    CORRECTED,
    CORRECTIONS,
    DECIDED_CORRECTIONS,
    INVOICES,
    NEW_CORRECTIONS,
    Change,
    CorrectedInvoice,
    InvoiceCorrection,
    InvoiceCorrections,
    KnownInvoice,
)
from services.cash_application.state.waiting import Missing

_NEVER: Final = datetime.min.replace(tzinfo=UTC)
Settled = Literal["replace", "add"]
"""What a correction does to its invoice."""


def issued(lane: Lane, fact: Fact, data: InvoiceIssued) -> Result:
    """Apply an invoice: a new one, one that was sent twice, or a correction of another one.

    One with steps that were taken before is checked first, at a frontier (rules.md S8).
    """
    own = INVOICES.get(lane.unit, key(data.creditor, data.invoice))
    result = taken_steps.check(lane, fact, data) or _issued(lane, fact, data, own)
    if not isinstance(result, Waits):
        taken_steps.forget(lane, fact, data)
    return result


def _issued(lane: Lane, fact: Fact, data: InvoiceIssued, own: KnownInvoice | None) -> Result:
    is_told_again = own is not None and own.content == fact.content
    if data.corrects not in (None, data.invoice):
        return DUPLICATE if is_told_again else _correct(lane, fact, data)
    if own is None:
        return receivables.begin(lane, fact, data, data.invoice)
    if own.whole is not None or not own.terms:
        return DUPLICATE if is_told_again else conflict("data.invoice: this invoice of the creditor")
    return _correct(lane, fact, data)


def _correct(lane: Lane, fact: Fact, data: InvoiceIssued) -> Result:
    """Apply a correction that was decided, else keep it; it waits for the invoice, then for the decision."""
    invoice = receivables.own_number(lane, data.creditor, data.corrects or data.invoice)
    row_key = key(data.creditor, invoice)
    known = INVOICES.get(lane.unit, row_key)
    if known is None:
        return Waits(Missing(INVOICES, row_key))
    kept = CORRECTIONS.get(lane.unit, row_key) or InvoiceCorrections()
    own = next((each for each in kept.corrections if each.id == fact.event_id), None)
    if own is None:
        return _take(lane, fact, data, invoice, known, kept)
    if own.settled is None:
        return Waits(Missing(DECIDED_CORRECTIONS, key(row_key, own.id)))
    if own.settled == "replace":
        receivables.replace(lane, fact, data, invoice)
        return APPLIED
    added = data.model_copy(update={"invoice": own.number, "corrects": None})
    return receivables.begin(lane, fact, added, data.invoice if own.number == data.invoice else "", invoice)


def _take(
    lane: Lane, fact: Fact, data: InvoiceIssued, invoice: str, known: KnownInvoice, kept: InvoiceCorrections
) -> Result:
    """Keep a correction that is new. One with the content that counts is known; only another party is an update."""
    first = INVOICES.get(lane.unit, key(data.creditor, data.invoice))
    counting = _counting(fact, data, first, kept)
    if any(each.content == fact.content for each in counting):
        return DUPLICATE
    refusal = _refusal(lane, data, invoice, known)
    if refusal is not None:
        return refusal
    terms = receivables.terms_of(data)
    if data.invoice == invoice and any(each.terms == terms for each in counting):
        receivables.update_party(lane, fact, data)
        return APPLIED
    row_key = key(data.creditor, invoice)
    number = _free_number(lane, data, kept)
    own = InvoiceCorrection(
        number,
        fact.event_id,
        fact.content,
        terms,
        data.currency,
        len(data.parts),
        printed=data.invoice,
        known=fact.known or fact.time,
        time=fact.time,
    )
    kept.corrections.append(own)
    waiting.release(lane, CORRECTIONS, row_key)
    CORRECTIONS.put(lane.unit, row_key, kept)
    CORRECTED.put(lane.unit, key(data.creditor, own.number), CorrectedInvoice(invoice))
    lane.unit.put(NEW_CORRECTIONS, row_key, b"")
    return Waits(Missing(DECIDED_CORRECTIONS, key(row_key, own.id)))


def _counting(
    fact: Fact, data: InvoiceIssued, first: KnownInvoice | None, kept: InvoiceCorrections
) -> list[KnownInvoice | InvoiceCorrection]:
    """The invoices told under this number that are not corrected yet: only these may be told again.

    What was replaced by a correction of that number counts no more: told anew, it is the latest correction. So it is
    after one that this frontier decides.
    """
    version = (fact.known or fact.time, fact.time, fact.event_id)
    told = [each for each in kept.corrections if each.printed in ("", data.invoice)]
    before = [each for each in told if each.printed and _version(each) < version and _replaces(each)]
    latest = max(before, key=_version, default=None) or first
    others = [each for each in told if each.settled != "replace" or not each.printed]
    return [*others, *([] if latest is None else [latest])]


def _version(correction: InvoiceCorrection) -> tuple[datetime, datetime, str]:
    """By what the latest correction counts: known, time, id (rules.md K1)."""
    return correction.known or _NEVER, correction.time or _NEVER, correction.id


def _replaces(correction: InvoiceCorrection) -> bool:
    """Whether it replaces its invoice, or may at the next frontier."""
    return correction.settled == "replace" or (correction.settled is None and not correction.asked)


def _refusal(lane: Lane, data: InvoiceIssued, invoice: str, known: KnownInvoice) -> Refused | None:
    """Why the invoice cannot correct the one that it names, if so."""
    if known.whole is not None:
        return Refused("conflict", ("data.corrects: is a part of an invoice; name the invoice itself",))
    if known.debtor != data.debtor:
        line = (
            "data.debtor: is not the debtor of the invoice that is corrected; cancel that one, send this as a new one"
        )
        return Refused("conflict", (line,))
    own = INVOICES.get(lane.unit, key(data.creditor, data.invoice))
    if own is not None and invoice not in (data.invoice, own.replaces):
        return conflict("data.invoice: this invoice of the creditor")
    return None


def _free_number(lane: Lane, data: InvoiceIssued, kept: InvoiceCorrections) -> str:
    """The correction's own number, or where another invoice has it one made of it: ``1001 (2)``."""
    taken = {each.number for each in kept.corrections}
    numbers = (data.invoice if n == 1 else f"{data.invoice} ({n})" for n in count(1))
    return next(
        number
        for number in numbers
        if number not in taken and INVOICES.get(lane.unit, key(data.creditor, number)) is None
    )


# -- what a correction does -------------------------------------------------------------------------------------------


def decide_new(lane: Lane, most: int) -> int:
    """Decide, by each creditor's choice at this frontier, what new corrections do, or ask; for how many invoices."""
    rows = [row_key for row_key, _ in islice(lane.unit.scan(NEW_CORRECTIONS), most)]
    for row_key in rows:
        lane.unit.delete(NEW_CORRECTIONS, row_key)
        kept = CORRECTIONS.get(lane.unit, row_key)
        assert kept is not None, "a new correction is kept"
        for correction in kept.corrections:
            if correction.settled is None and not correction.asked:
                _decide_or_ask(lane, row_key, kept, correction)
    return len(rows)


def _decide_or_ask(lane: Lane, row_key: str, kept: InvoiceCorrections, correction: InvoiceCorrection) -> None:
    creditor, invoice = row_key.split(SEPARATOR)
    registered, known = lane.creditor(creditor), INVOICES.get(lane.unit, row_key)
    assert registered is not None, "facts wait for their creditor"
    assert known is not None, "a correction waits for its invoice"
    if registered.corrections == "add":
        _settle(lane, row_key, kept, correction, "add")
    elif registered.corrections == "replace" and _may_replace(known, correction) and not known.credited:
        _settle(lane, row_key, kept, correction, "replace")
    else:
        correction.asked = True
        CORRECTIONS.put(lane.unit, row_key, kept)
        asked = CorrectionAsked(
            creditor=creditor,
            debtor=known.debtor,
            time=lane.moment,
            id=correction.id,
            invoice=invoice,
            correction=correction.number,
        )
        lane.to_account(creditor, known.debtor, asked)


def _may_replace(known: KnownInvoice, correction: InvoiceCorrection) -> bool:
    """Whether the correction can take the invoice's place: one that is not void, part by part, in its currency."""
    same = (known.parts, known.currency) == (correction.parts, correction.currency)
    return same and not known.cancelled


def _settle(lane: Lane, row_key: str, kept: InvoiceCorrections, correction: InvoiceCorrection, does: Settled) -> None:
    """Decide what a correction does; the fact that waited is applied again."""
    correction.settled = does
    CORRECTIONS.put(lane.unit, row_key, kept)
    decided = key(row_key, correction.id)
    waiting.release(lane, DECIDED_CORRECTIONS, decided)
    DECIDED_CORRECTIONS.put(lane.unit, decided, Change())


def settled(lane: Lane, fact: Fact, data: CorrectionSettled) -> Result:
    """Apply a person's decision about the correction of an invoice that waits; of several it names the one."""
    invoice, number = _named(lane, data)
    row_key = key(data.creditor, invoice)
    refusal = receivables.check_invoice(lane, data.creditor, data.debtor, invoice)
    if refusal is not None:
        return refusal
    kept, known = CORRECTIONS.get(lane.unit, row_key), INVOICES.get(lane.unit, row_key)
    if kept is None or known is None:
        return Waits(Missing(CORRECTIONS, row_key))
    named = [each for each in kept.corrections if number in (None, each.number)]
    waits = [each for each in named if each.settled is None]
    if not waits and any(each.settled == data.as_ for each in named):
        return DUPLICATE
    if len(waits) != 1:
        return _refuse_choice(len(waits), bool(named))
    if data.as_ == "replace" and not _may_replace(known, waits[0]):
        line = "data.as: the invoice is cancelled, or the correction has other parts or another currency; settle as add"
        return Refused("cannot-replace", (line,))
    _settle(lane, row_key, kept, waits[0], data.as_)
    receivables.publish_event(lane, fact, data.model_copy(update={"invoice": invoice, "correction": waits[0].number}))
    return APPLIED


def _named(lane: Lane, data: CorrectionSettled) -> tuple[str, str | None]:
    """The invoice that is corrected and the correction's number; ``invoice`` may be either of them."""
    if INVOICES.get(lane.unit, key(data.creditor, data.invoice)) is None:
        corrected = CORRECTED.get(lane.unit, key(data.creditor, data.invoice))
        if corrected is not None:
            return corrected.invoice, data.correction or data.invoice
    return receivables.own_number(lane, data.creditor, data.invoice), data.correction


def _refuse_choice(waiting_ones: int, is_known: bool) -> Refused:
    if waiting_ones > 1:
        line = f"data.correction: {waiting_ones} corrections of the invoice wait; give the number of one of them"
    elif is_known:
        line = "data.as: the correction was settled the other way already; cancel or credit what is too much"
    else:
        line = "data.correction: no correction of the invoice has this number; leave it out, or check it"
    return Refused("which-correction", (line,))
