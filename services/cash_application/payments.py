"""Payments from their arrival to their end: received, placed, assigned, sent back (rules.md M3, M5; design.md §4).

Where a payment belongs is asked again whenever something becomes known that could place it, or place it better, so the
order of arrival does not matter. Once an invoice's own reference or a person has placed it, only a person moves it.
What nothing certain places is weighed at the next frontier, when all that was published before is known: then it is
placed as surely as the policy demands, or declared unmatched.
"""

from collections.abc import Iterable, Iterator
from typing import Literal

from schemas.events import PaymentAssigned, PaymentReceived, PaymentRefunded, PaymentReversed
from schemas.facts import Fact
from schemas.journal import MoneyMoved, MoneyPlaced, MoneyRefunded, MoneyReversed
from schemas.money import currency_decimals
from schemas.policy import LEAST_CONFIDENCE, SURE
from schemas.references import parse_letter_reference
from services.cash_application import payment_decisions, prefetch, receivables, unmatched, watermarks
from services.cash_application.matching import payer_hints, required_confidence
from services.cash_application.matching.candidates import Look
from services.cash_application.matching.certain_match import Known, Reason, place_of
from services.cash_application.matching.remittance import words_of
from services.cash_application.matching.scoring import Guess, chosen, guesses
from services.cash_application.state import subscriptions, waiting
from services.cash_application.state.account_numbers import debtor_of
from services.cash_application.state.lane import Lane
from services.cash_application.state.result import APPLIED, DUPLICATE, Refused, Verdict, Waits, conflict
from services.cash_application.state.rows import (
    ACCOUNTS,
    INVOICES,
    NUMBERS,
    PAYMENTS,
    REFERENCES,
    Assignment,
    PartyKind,
    Payment,
    Place,
    Return,
    key,
)
from services.cash_application.state.waiting import Missing

_DECIMALS_WITHOUT_CURRENCY = 2


def received(lane: Lane, fact: Fact, data: PaymentReceived) -> Verdict:
    """A payment comes in, once per bank account and archive id."""
    at = key(data.creditor, data.account, data.payment)
    known = PAYMENTS.get(lane.unit, at)
    if known is not None:
        same = known.content == fact.content
        return DUPLICATE if same else conflict("data.payment: this archive id of the bank account")
    payment = Payment(
        content=fact.content,
        creditor=data.creditor,
        time=fact.time,
        id=f"{fact.source}#{fact.id}",
        account=data.account,
        payment=data.payment,
        amount=data.amount,
        currency=data.currency,
        paid=data.paid,
        booked=data.booked,
        reference=data.reference,
        debtor=data.debtor,
        iban=data.payer.iban if data.payer else None,
        name=data.payer.name if data.payer else None,
    )
    watermarks.received(lane, data)
    payment_decisions.received(lane, payment)
    _find_place(lane, payment)
    if data.message is not None and not (payment.place and payment.place.is_final):
        words = words_of(data.message)
        payment.references, payment.numbers = words.references, words.numbers
    waiting.arrived(lane, PAYMENTS, at)
    PAYMENTS.put(lane.unit, at, payment)
    return APPLIED


def look_again(lane: Lane, at: str) -> None:
    """Something that could place the payment, or place it better, has become known."""
    payment = PAYMENTS.get(lane.unit, at)
    assert payment is not None, "a payment that wants to be placed is kept"
    if payment.place is None or not payment.place.is_final:
        _find_place(lane, payment)
        PAYMENTS.put(lane.unit, at, payment)


def assigned(lane: Lane, fact: Fact, data: PaymentAssigned) -> Verdict:
    """A person says whose it is; the latest word by time, then id, counts."""
    payment = _payment_of(lane, data)
    if not isinstance(payment, Payment):
        return payment
    if data.invoice is None:
        at = key(data.creditor, data.debtor)
        if ACCOUNTS.get(lane.unit, at) is None:
            return Waits(Missing(ACCOUNTS, at))
    else:
        verdict = receivables.invoice_of(lane, data.creditor, data.debtor, data.invoice)
        if verdict is not None:
            return verdict
        invoice = INVOICES.get(lane.unit, key(data.creditor, data.invoice))
        if invoice is not None and invoice.currency != payment.currency:
            return receivables.other_currency()
    word = Assignment(fact.time, f"{fact.source}#{fact.id}", data.debtor, data.invoice)
    if payment.assigned is None or (payment.assigned.time, payment.assigned.id) < (word.time, word.id):
        payment.assigned = word
        _find_place(lane, payment)
        PAYMENTS.put(lane.unit, payment.key, payment)
    return APPLIED


def sent_back(lane: Lane, fact: Fact, data: PaymentReversed | PaymentRefunded) -> Verdict:
    """A payment, or a part of it, is reversed by the bank or refunded by the creditor; never more than came."""
    payment = _payment_of(lane, data)
    if not isinstance(payment, Payment):
        return payment
    debtor = payment.place.debtor if payment.place else None
    amount = _minor_units(data, payment.currency)
    if isinstance(amount, Refused):
        return amount
    kind: Literal["reversed", "refunded"] = "reversed" if isinstance(data, PaymentReversed) else "refunded"
    open_ = payment.amount - payment.gone(kind)
    if open_ == 0 or (amount or 0) > open_:
        line = f"data.amount: more would be {kind} than was received; check whether this is told twice"
        return Refused("more-than-received", (line,), debtor)
    back = Return(kind, fact.time, f"{fact.source}#{fact.id}", amount)
    payment.returns.append(back)
    payment_decisions.returned(lane, payment, back, getattr(data, "booked", None))
    if payment.place is None:
        unmatched.shrink(lane, payment)
    else:
        lane.tell(payment.creditor, payment.place.debtor, _returned(payment, payment.place.debtor, back))
    PAYMENTS.put(lane.unit, payment.key, payment)
    return APPLIED


# -- finding a place ----------------------------------------------------------------------------------------------


def _find_place(lane: Lane, payment: Payment) -> None:
    known = _known(lane, payment)
    found = place_of(payment, known)
    if isinstance(found, Place):
        _put_in(lane, payment, found)
        if found.is_final:
            return
    else:
        _doubt(lane, payment, found)
    for missing in _wishes(payment, known):
        waiting.want(lane, missing, payment.key)


def weigh_some(lane: Lane, most: int) -> int:
    """Weigh up to ``most`` of the payments that nothing certain places; answers how many."""
    fresh = unmatched.take_some(lane, most)
    prefetch.fetch_named(lane.unit, fresh)
    for payment in fresh:
        _weigh(lane, payment)
        PAYMENTS.put(lane.unit, payment.key, payment)
    return len(fresh)


def _weigh(lane: Lane, payment: Payment) -> None:
    """Place it as surely as the policy demands, or declare it unmatched; and hear of what would change that."""
    look = Look(lane, payment)
    sight = look.words()
    ranked = guesses(payment, sight)
    best = chosen(ranked, lambda guess: _demand(lane, payment, guess))
    if best is None:  # to whom its payer points changes nothing of what its words are worth
        ranked = guesses(payment, look.payer(sight))
        best = chosen(ranked, lambda guess: _demand(lane, payment, guess))
    if best is not None:
        _put_in(lane, payment, best.place)
    else:
        _take_out(lane, payment)
        unmatched.declare(lane, payment, ranked)
    for missing in look.missing:
        waiting.want(lane, missing, payment.key)
    if any(guess.confidence >= LEAST_CONFIDENCE for guess in ranked):
        waiting.want(lane, subscriptions.watched(lane, subscriptions.of_demands(payment.creditor)), payment.key)


def _demand(lane: Lane, payment: Payment, guess: Guess) -> int:
    if guess.confidence < LEAST_CONFIDENCE:
        return SURE
    return required_confidence.demanded(lane, payment.creditor, _kinds(guess), payment.booked)


def _kinds(guess: Guess) -> Iterable[PartyKind]:
    """The debtor's kind, by the invoices. A letter says none: then both policies are asked."""
    return {invoice.kind for invoice in guess.invoices} or ("consumer", "business")


def _known(lane: Lane, payment: Payment) -> Known:
    letter = None
    invoices = None
    if payment.reference is not None:
        row = REFERENCES.get(lane.unit, key(payment.creditor, payment.reference))
        invoices = row.invoices if row else None
        letter = None if invoices else _letter(lane, payment.creditor, payment.reference)
    debtor_is_known = (
        payment.debtor is not None and ACCOUNTS.get(lane.unit, key(payment.creditor, payment.debtor)) is not None
    )
    return Known(invoices or (), letter, debtor_is_known)


def _letter(lane: Lane, creditor: str, reference: str) -> tuple[str, int] | None:
    numbers = parse_letter_reference(reference)
    debtor = debtor_of(lane, creditor, numbers[0]) if numbers else None
    return None if numbers is None or debtor is None else (debtor, numbers[1])


def _wishes(payment: Payment, known: Known) -> Iterator[Missing]:
    """What could place it, or place it better. What is known already cannot."""
    if payment.reference is not None and not known.invoices:
        yield Missing(REFERENCES, key(payment.creditor, payment.reference))
        numbers = parse_letter_reference(payment.reference)
        if numbers is not None and known.letter is None:
            yield Missing(NUMBERS, key(payment.creditor, str(numbers[0])))
    if payment.debtor is not None and not known.debtor_is_known:
        yield Missing(ACCOUNTS, key(payment.creditor, payment.debtor))


def _put_in(lane: Lane, payment: Payment, place: Place) -> None:
    """Place it, or move it. Placed anew on the account it was on, it only changes what it pays there."""
    before = payment.place
    unmatched.end(lane, payment, place)
    if before == place:
        return
    is_new_here = before is None or before.debtor != place.debtor
    if before is not None and is_new_here:
        _tell_moved(lane, payment, before)
    lane.tell(payment.creditor, place.debtor, _placed(payment, place))
    if is_new_here:
        for back in sorted(payment.returns, key=lambda back: (back.time, back.id)):
            lane.tell(payment.creditor, place.debtor, _returned(payment, place.debtor, back))
    _learn_of_payer(lane, payment, place)
    payment.place = place


def _doubt(lane: Lane, payment: Payment, reason: Reason) -> None:
    """Nothing certain places it: to be weighed. Until then it stays where it was weighed to be before."""
    if payment.place is not None and not payment.place.was_weighed:
        _take_out(lane, payment)
    unmatched.note(lane, payment, reason)


def _take_out(lane: Lane, payment: Payment) -> None:
    """It is nobody's: where only the debtor's name had placed it, an invoice's reference now says that it is not so."""
    if payment.place is not None:
        _tell_moved(lane, payment, payment.place)
        _learn_of_payer(lane, payment, None)
        payment.place = None


def _learn_of_payer(lane: Lane, payment: Payment, place: Place | None) -> None:
    """The payer's IBAN means the debtor on whom its money certainly is. What was weighed teaches nothing."""
    if payment.iban is None:
        return
    before, now = (_certain_debtor(where) for where in (payment.place, place))
    if before == now:
        return
    hint = payer_hints.by_iban(payment.iban)
    if before is not None:
        payer_hints.unlearn(lane, payment.creditor, hint, before)
    if now is not None:
        payer_hints.learn(lane, payment.creditor, hint, now)


def _certain_debtor(place: Place | None) -> str | None:
    return None if place is None or place.was_weighed else place.debtor


def _tell_moved(lane: Lane, payment: Payment, place: Place) -> None:
    word = payment.assigned or payment
    moved = MoneyMoved(
        creditor=payment.creditor,
        debtor=place.debtor,
        account=payment.account,
        payment=payment.payment,
        time=word.time,
        id=word.id,
    )
    lane.tell(payment.creditor, place.debtor, moved)


def _placed(payment: Payment, place: Place) -> MoneyPlaced:
    return MoneyPlaced(
        creditor=payment.creditor,
        debtor=place.debtor,
        account=payment.account,
        payment=payment.payment,
        time=payment.time,
        id=payment.id,
        amount=payment.amount,
        currency=payment.currency,
        paid=payment.paid,
        booked=payment.booked,
        invoice=place.invoice,
        invoices=place.several,
        letter=place.letter,
        reference=payment.reference,
        why=place.why,
        confidence=place.confidence if place.was_weighed else None,
    )


def _returned(payment: Payment, debtor: str, back: Return) -> MoneyReversed | MoneyRefunded:
    message = MoneyReversed if back.kind == "reversed" else MoneyRefunded
    return message(
        creditor=payment.creditor,
        debtor=debtor,
        account=payment.account,
        payment=payment.payment,
        time=back.time,
        id=back.id,
        amount=back.amount,
    )


# -- what facts about a payment say -------------------------------------------------------------------------------


def _payment_of(lane: Lane, data: PaymentAssigned | PaymentReversed | PaymentRefunded) -> Payment | Waits:
    at = key(data.creditor, data.account, data.payment)
    payment = PAYMENTS.get(lane.unit, at)
    return Waits(Missing(PAYMENTS, at)) if payment is None else payment


def _minor_units(data: PaymentReversed | PaymentRefunded, currency: str) -> int | Refused | None:
    """The amount in minor units of the payment's currency; None is all of it.

    An amount without a currency beside it was read with two decimals, whatever the payment's currency has.
    """
    if data.currency is not None and data.currency != currency:
        return receivables.other_currency()
    if data.amount is None or data.currency is not None:
        return data.amount
    amount, rest = divmod(data.amount * _ten_to(currency_decimals(currency)), _ten_to(_DECIMALS_WITHOUT_CURRENCY))
    if rest:
        return Refused("wrong-field", (f"data.amount: has more decimals than {currency} has; round it",))
    return amount


def _ten_to(decimals: int) -> int:
    power: int = 10**decimals
    return power
