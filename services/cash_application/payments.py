"""Payments from their arrival to their end: received, placed, assigned, returned (rules.md M3, M5; design.md §4).

Each time something becomes known that could place a payment, or place it better, it is placed again, so the order of
arrival does not matter. Once an invoice's own reference or a person has placed it, only a person moves it. Payments
without certain placement are scored at the next frontier, when everything published before is known: then they are
placed if the score reaches the confidence that the policy requires, or declared unmatched.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Literal

from schemas.facts import Fact
from schemas.money import currency_decimals
from schemas.payment_events import PaymentAssigned, PaymentReceived, PaymentRefunded, PaymentReversed, PaymentSameAs
from schemas.policy import LEAST_CONFIDENCE, SURE
from schemas.references import parse_letter_reference
from services.cash_application import ahead, moving, payment_decisions, prefetch, receivables, unmatched, watermarks
from services.cash_application.matching import required_confidence
from services.cash_application.matching.candidates import CandidateLookup
from services.cash_application.matching.certain_match import MatchEvidence, certain_placement
from services.cash_application.matching.remittance import remittance_words
from services.cash_application.matching.scoring import ScoredMatch, scored_matches, sure_enough
from services.cash_application.state import subscriptions, waiting
from services.cash_application.state.account_numbers import debtor_of
from services.cash_application.state.known_payment import Assignment, KnownPayment, Placement, Return
from services.cash_application.state.lane import Lane
from services.cash_application.state.result import APPLIED, DUPLICATE, Refused, Result, Waits, conflict
from services.cash_application.state.row_kind import key
from services.cash_application.state.rows import ACCOUNTS, INVOICES, NUMBERS, PAYMENTS, REFERENCES, PartyKind
from services.cash_application.state.waiting import Missing

_DECIMALS_WITHOUT_CURRENCY = 2


def received(lane: Lane, fact: Fact, data: PaymentReceived) -> Result:
    """Apply a payment that came in, once per bank account and archive id."""
    row_key = key(data.creditor, data.account, data.payment)
    known = PAYMENTS.get(lane.unit, row_key)
    if known is not None:
        same = known.content == fact.content or _is_worded_otherwise(known, data)
        return DUPLICATE if same else conflict("data.payment: this archive id of the bank account")
    payment = KnownPayment(
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
        known=fact.known,
    )
    watermarks.received(lane, data)
    payment_decisions.received(lane, payment)
    _place(lane, payment)
    if data.message is not None and not (payment.placement and payment.placement.is_final):
        words = remittance_words(data.message)
        payment.references, payment.numbers = words.references, words.numbers
    waiting.release(lane, PAYMENTS, row_key)
    PAYMENTS.put(lane.unit, row_key, payment)
    ahead.note(lane, fact, "payment", payment.key)
    return APPLIED


def _is_worded_otherwise(known: KnownPayment, data: PaymentReceived) -> bool:
    """Whether an event tells of a known payment in other words only: statement and notification of a bank differ."""
    payer = data.payer
    return (
        (known.amount, known.currency, known.paid, known.booked, known.reference, known.debtor)
        == (data.amount, data.currency, data.paid, data.booked, data.reference, data.debtor)
        and known.iban == (payer.iban if payer else None)
        and known.name == (payer.name if payer else None)
    )


def place_again(lane: Lane, row_key: str) -> None:
    """Place the payment under a key again, as something that could place it better has become known."""
    payment = PAYMENTS.get(lane.unit, row_key)
    assert payment is not None, "a payment that waits to be placed is kept"
    if payment.same_as is None and not (payment.placement and payment.placement.is_final):
        _place(lane, payment)
        PAYMENTS.put(lane.unit, row_key, payment)


def assigned(lane: Lane, fact: Fact, data: PaymentAssigned) -> Result:
    """Apply a person's assignment of a payment; the latest known counts (rules.md K1)."""
    payment = _payment_of(lane, data)
    if not isinstance(payment, KnownPayment):
        return payment
    if data.invoice is None:
        row_key = key(data.creditor, data.debtor)
        if ACCOUNTS.get(lane.unit, row_key) is None:
            return Waits(Missing(ACCOUNTS, row_key))
    else:
        result = receivables.check_invoice(lane, data.creditor, data.debtor, data.invoice)
        if result is not None:
            return result
        invoice = INVOICES.get(lane.unit, key(data.creditor, data.invoice))
        if invoice is not None and invoice.currency != payment.currency:
            return receivables.wrong_currency()
    assignment = Assignment(fact.time, f"{fact.source}#{fact.id}", data.debtor, data.invoice, fact.known)
    before = payment.assigned
    if before is None or before.version < assignment.version:
        payment.assigned = assignment
        _place(lane, payment)
        PAYMENTS.put(lane.unit, payment.key, payment)
        ahead.note(lane, fact, "payment", payment.key)
    return APPLIED


def returned(lane: Lane, fact: Fact, data: PaymentReversed | PaymentRefunded) -> Result:
    """Apply a reversal by the bank or a refund by the creditor of a payment or a part of it; never more than came."""
    payment = _payment_of(lane, data)
    if not isinstance(payment, KnownPayment):
        return payment
    debtor = payment.placement.debtor if payment.placement else None
    amount = _minor_units(data, payment.currency)
    if isinstance(amount, Refused):
        return amount
    kind: Literal["reversed", "refunded"] = "reversed" if isinstance(data, PaymentReversed) else "refunded"
    open_ = payment.amount - payment.gone(kind)
    if open_ == 0 or (amount or 0) > open_:
        line = f"data.amount: more would be {kind} than was received; check whether this is told twice"
        return Refused("more-than-received", (line,), debtor)
    back = Return(kind, fact.time, f"{fact.source}#{fact.id}", amount, fact.known)
    payment.returns.append(back)
    day: date | None = getattr(data, "booked", None)
    known_on = lane.date_of(payment.creditor, ahead.moment_of(fact))
    payment_decisions.returned(lane, payment, back, day or known_on)
    if payment.placement is None:
        unmatched.reduce(lane, payment)
    else:
        debtor = payment.placement.debtor
        lane.to_account(payment.creditor, debtor, moving.money_returned(payment, debtor, back))
    PAYMENTS.put(lane.unit, payment.key, payment)
    ahead.note(lane, fact, "payment", payment.key)
    return APPLIED


def same_as(lane: Lane, data: PaymentSameAs) -> Result:
    """Apply a person's word that a payment is another one's money, told twice: that one stays (rules.md B2)."""
    found = [_payment_named(lane, data.creditor, data.account, name) for name in (data.payment, data.as_)]
    for each in found:
        if isinstance(each, Waits):
            return each
    payment, stays = (each for each in found if isinstance(each, KnownPayment))
    if (payment.amount, payment.currency) != (stays.amount, stays.currency) or payment.payment == stays.payment:
        return Refused("not-the-same", ("data.as: is a payment of another sum, or the same payment; check both",))
    if payment.same_as is None:
        moving.withdraw(lane, payment, stays.payment)
        PAYMENTS.put(lane.unit, payment.key, payment)
    return APPLIED


# -- certain placement ----------------------------------------------------------------------------------------------


def _place(lane: Lane, payment: KnownPayment) -> None:
    """Place a payment by what is certain, or queue it for scoring; and wait for what could place it better."""
    evidence = _evidence(lane, payment)
    found = certain_placement(payment, evidence)
    if isinstance(found, Placement):
        moving.place_on(lane, payment, found)
        if found.is_final:
            return
    else:
        moving.leave_uncertain(lane, payment, found)
    for missing in _missing_evidence(payment, evidence):
        waiting.keep_payment(lane, missing, payment.key)


def _evidence(lane: Lane, payment: KnownPayment) -> MatchEvidence:
    letter = None
    invoices = None
    if payment.reference is not None:
        row = REFERENCES.get(lane.unit, key(payment.creditor, payment.reference))
        invoices = row.invoices if row else None
        letter = None if invoices else _letter(lane, payment.creditor, payment.reference)
    debtor_is_known = (
        payment.debtor is not None and ACCOUNTS.get(lane.unit, key(payment.creditor, payment.debtor)) is not None
    )
    return MatchEvidence(invoices or (), letter, debtor_is_known)


def _letter(lane: Lane, creditor: str, reference: str) -> tuple[str, int] | None:
    numbers = parse_letter_reference(reference)
    debtor = debtor_of(lane, creditor, numbers[0]) if numbers else None
    return None if numbers is None or debtor is None else (debtor, numbers[1])


def _missing_evidence(payment: KnownPayment, evidence: MatchEvidence) -> Iterator[Missing]:
    """The rows that do not exist yet and could place the payment, or place it better."""
    if payment.reference is not None and not evidence.invoices:
        yield Missing(REFERENCES, key(payment.creditor, payment.reference))
        numbers = parse_letter_reference(payment.reference)
        if numbers is not None and evidence.letter is None:
            yield Missing(NUMBERS, key(payment.creditor, str(numbers[0])))
    if payment.debtor is not None and not evidence.debtor_is_known:
        yield Missing(ACCOUNTS, key(payment.creditor, payment.debtor))


# -- scoring --------------------------------------------------------------------------------------------------------


def score_unscored(lane: Lane, most: int) -> int:
    """Score up to ``most`` of the payments without certain placement; how many were scored."""
    unscored = unmatched.take_unscored(lane, most)
    prefetch.fetch_candidates(lane.unit, unscored)
    for payment in unscored:
        _score(lane, payment)
        PAYMENTS.put(lane.unit, payment.key, payment)
    return len(unscored)


def _score(lane: Lane, payment: KnownPayment) -> None:
    """Place a payment by its best score, or declare it unmatched; and wait for what would change the score."""
    lookup = CandidateLookup(lane, payment)
    candidates = lookup.named_in_text()
    ranked = scored_matches(payment, candidates)
    best = sure_enough(ranked, lambda scored: _required(lane, payment, scored))
    if best is None:  # the payer changes no confidence of a debtor whom the text names, so it is looked up only now
        ranked = scored_matches(payment, lookup.with_payer(candidates))
        best = sure_enough(ranked, lambda scored: _required(lane, payment, scored))
    if best is not None:
        moving.place_on(lane, payment, best.placement)
    else:
        moving.unplace(lane, payment)
        unmatched.declare(lane, payment, ranked)
    for missing in lookup.missing:
        waiting.keep_payment(lane, missing, payment.key)
    if any(scored.confidence >= LEAST_CONFIDENCE for scored in ranked):
        policies = subscriptions.of_required_confidence(payment.creditor)
        waiting.keep_payment(lane, subscriptions.subscribe(lane, policies), payment.key)


def _required(lane: Lane, payment: KnownPayment, scored: ScoredMatch) -> int:
    if scored.confidence < LEAST_CONFIDENCE:
        return SURE
    return required_confidence.required(lane, payment.creditor, _debtor_kinds(scored), payment.booked)


def _debtor_kinds(scored: ScoredMatch) -> Iterable[PartyKind]:
    """The debtor's kind, by the invoices. Where no invoice says it, both policies count."""
    return {invoice.kind for invoice in scored.invoices} or ("consumer", "business")


# -- reading facts about a payment ----------------------------------------------------------------------------------


def _payment_of(lane: Lane, data: PaymentAssigned | PaymentReversed | PaymentRefunded) -> KnownPayment | Waits:
    return _payment_named(lane, data.creditor, data.account, data.payment)


def _payment_named(lane: Lane, creditor: str, account: str, name: str) -> KnownPayment | Waits:
    """The payment that an event calls ``name``; of one that was another payment's money, that other one."""
    row_key = key(creditor, account, name)
    payment = PAYMENTS.get(lane.unit, row_key)
    while payment is not None and payment.same_as is not None:
        payment = PAYMENTS.get(lane.unit, key(creditor, account, payment.same_as))
    return Waits(Missing(PAYMENTS, row_key)) if payment is None else payment


def _minor_units(data: PaymentReversed | PaymentRefunded, currency: str) -> int | Refused | None:
    """The amount in minor units of the payment's currency; None is all of it.

    An amount without a currency beside it was read with two decimals, whatever the payment's currency has.
    """
    if data.currency is not None and data.currency != currency:
        return receivables.wrong_currency()
    if data.amount is None or data.currency is not None:
        return data.amount
    amount, rest = divmod(data.amount * _ten_to(currency_decimals(currency)), _ten_to(_DECIMALS_WITHOUT_CURRENCY))
    if rest:
        return Refused("wrong-field", (f"data.amount: has more decimals than {currency} has; round it",))
    return amount


def _ten_to(decimals: int) -> int:
    power: int = 10**decimals
    return power
