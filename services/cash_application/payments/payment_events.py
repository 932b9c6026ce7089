"""Payments from their arrival to their end: received, placed, assigned, returned (rules.md M3, M5; design.md §4).

Each time something becomes known that could place a payment, or place it better, it is placed again, so the order of
arrival does not matter (see `placing`). Once an invoice's own reference or a person has placed it, only a person moves
it.
"""

from schemas.facts import Fact
from schemas.payment_events import PaymentAssigned, PaymentNotOf, PaymentReceived, PaymentSameAs
from services.cash_application.identity_of_money import equal_sums, likeness, naming, notified, one_money
from services.cash_application.invoices import receivables
from services.cash_application.payments import moving, payment_decisions, placing
from services.cash_application.state import ahead, counted_money, subscriptions
from services.cash_application.state.known_payment import Assignment, KnownPayment, NotOf
from services.cash_application.state.lane import Lane
from services.cash_application.state.result import APPLIED, DUPLICATE, Refused, Result, Waits, conflict
from services.cash_application.state.row_kind import key
from services.cash_application.state.rows import ACCOUNTS, PAYMENTS
from services.cash_application.state.waiting import Missing


def received(lane: Lane, fact: Fact, data: PaymentReceived) -> Result:
    """Apply a payment that came in; one that is known already was told again, and may be known better now."""
    known = naming.told_before(lane, data)
    if known is not None:
        return _told_again(lane, data, known)
    payment = _new_payment(lane, fact, data)
    is_spoken_for = notified.note(lane, payment)
    counted_money.received(lane, data, payment)
    payment_decisions.received(lane, payment)
    naming.keep_ids(lane, payment, data)
    subscriptions.notify(lane, subscriptions.of_money(data.creditor, data.account))
    one_money.read_words(payment)
    if not equal_sums.waits_to_be_compared(lane, payment) and not is_spoken_for:
        placing.place(lane, payment)
    PAYMENTS.put(lane.unit, payment.key, payment)
    ahead.note(lane, fact, "payment", payment.key)
    return APPLIED


def _new_payment(lane: Lane, fact: Fact, data: PaymentReceived) -> KnownPayment:
    payment = KnownPayment(
        content=fact.content,
        creditor=data.creditor,
        time=fact.time,
        id=fact.event_id,
        account=data.account,
        payment=naming.free_name(lane, data),
        amount=data.amount,
        currency=data.currency,
        paid=data.paid,
        booked=data.booked,
        reference=data.reference,
        debtor=data.debtor,
        charges=data.charges or 0,
        iban=data.payer.iban if data.payer else None,
        name=data.payer.name if data.payer else None,
        known=fact.known,
    )
    one_money.note_telling(payment, data)
    return payment


def _told_again(lane: Lane, data: PaymentReceived, known: KnownPayment) -> Result:
    """Take what another telling of a known payment says better; another sum, reference or debtor is a conflict."""
    if not likeness.is_same_money(known, data):
        return conflict("data.payment: this archive id of the bank account")
    if one_money.is_first_line_of_channel(known, data):
        counted_money.told_again(lane, data)
    told = one_money.reported(known)
    if one_money.learn(lane, known, data):
        _publish_learnt(lane, known, told)
    naming.keep_ids(lane, known, data)
    subscriptions.notify(lane, subscriptions.of_money(data.creditor, data.account))
    equal_sums.waits_to_be_compared(lane, known)
    PAYMENTS.put(lane.unit, known.key, known)
    return DUPLICATE


def _publish_learnt(lane: Lane, payment: KnownPayment, told: one_money.Reported) -> None:
    """Publish what became known of a payment, and place it again where that may place it better."""
    if told != one_money.reported(payment):
        payment_decisions.received(lane, payment)
        if told.amount == payment.amount:
            moving.place_anew(lane, payment)
        else:
            counted_money.amended(lane, payment, payment.amount - told.amount)
            moving.unplace(lane, payment)
    if not (payment.placement and payment.placement.is_final):
        placing.place(lane, payment)


def place_again(lane: Lane, row_key: str) -> None:
    """Place the payment under a key again, as something that could place it better has become known."""
    payment = PAYMENTS.get(lane.unit, row_key)
    assert payment is not None, "a payment that waits to be placed is kept"
    if payment.same_as is None and not (payment.placement and payment.placement.is_final):
        placing.place(lane, payment)
        PAYMENTS.put(lane.unit, row_key, payment)


def assigned(lane: Lane, fact: Fact, data: PaymentAssigned) -> Result:
    """Apply a person's assignment of a payment; the latest known counts (rules.md K1)."""
    payment = naming.named(lane, data.creditor, data.account, data.payment, data.booked)
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
    number = None if data.invoice is None else receivables.own_number(lane, data.creditor, data.invoice)
    assignment = Assignment(fact.time, fact.event_id, data.debtor, number, fact.known)
    before = payment.assigned
    payment.note_assigned(assignment)
    if before is None or before.version < assignment.version:
        payment.assigned = assignment
        _is_other_money(lane, payment)
        placing.place(lane, payment)
    elif before.target == assignment.target:
        moving.place_anew(lane, payment)
    PAYMENTS.put(lane.unit, payment.key, payment)
    ahead.note(lane, fact, "payment", payment.key)
    return APPLIED


def _is_other_money(lane: Lane, payment: KnownPayment) -> None:
    """A person says that a payment is money, whatever other messages of the bank tell or lack."""
    if payment.maybe is not None:
        counted_money.counts_again(lane, payment)
        payment.is_other_money = True
    if payment.maybe is not None or payment.is_lacking:
        notified.forget(lane, payment)
    payment.maybe, payment.is_lacking = None, False


def not_of(lane: Lane, fact: Fact, data: PaymentNotOf) -> Result:
    """Apply a person's word that a payment is not a debtor's: it neither pays nor holds the account (rules.md G10)."""
    payment = naming.named(lane, data.creditor, data.account, data.payment, data.booked)
    if not isinstance(payment, KnownPayment):
        return payment
    row_key = key(data.creditor, data.debtor)
    if ACCOUNTS.get(lane.unit, row_key) is None:
        return Waits(Missing(ACCOUNTS, row_key))
    said = NotOf(fact.time, fact.event_id, fact.known)
    before = payment.not_of.get(data.debtor)
    if before is None or before.version < said.version:
        payment.not_of[data.debtor] = said
        placing.place_without(lane, payment, data.debtor)
        PAYMENTS.put(lane.unit, payment.key, payment)
        ahead.note(lane, fact, "payment", payment.key)
    return APPLIED


def same_as(lane: Lane, data: PaymentSameAs) -> Result:
    """Apply a person's word that a payment is another one's money, told twice: that one stays (rules.md B2)."""
    payment = naming.named(lane, data.creditor, data.account, data.payment, data.booked)
    if not isinstance(payment, KnownPayment):
        return payment
    stays = naming.named(lane, data.creditor, data.account, data.as_, None)
    if isinstance(stays, Refused):
        stays = naming.named(lane, data.creditor, data.account, data.as_, payment.booked)
    if not isinstance(stays, KnownPayment):
        return stays
    if payment.key == stays.key:
        return APPLIED
    if payment.currency != stays.currency or not likeness.is_same_sum(payment, stays):
        return Refused(
            "not-the-same", ("data.as: is a payment of another sum; check both",), _one_debtor(payment, stays)
        )
    unite(lane, stays, payment)
    return APPLIED


def _one_debtor(*payments: KnownPayment) -> str | None:
    """The one debtor on whose account these payments are, of whom alone a doubt about them is (rules.md K5)."""
    debtors = {each.placement.debtor for each in payments if each.placement is not None}
    return debtors.pop() if len(debtors) == 1 else None


def settle_doubles(lane: Lane, payment: KnownPayment, maybe: str | None) -> None:
    """Place a payment that was compared with those of its sum; ``maybe``: the payment whose money it may be."""
    is_new = payment.placement is None and payment.reason is None
    if payment.maybe != maybe or is_new:
        was, payment.maybe = payment.maybe, maybe
        notified.mark(lane, payment)
        if was is None and maybe is not None:
            counted_money.withdrawn(lane, payment)
        elif maybe is None and was is not None:
            counted_money.counts_again(lane, payment)
        placing.place(lane, payment)
        PAYMENTS.put(lane.unit, payment.key, payment)


def take_apart(lane: Lane, lump: KnownPayment, details: list[KnownPayment]) -> None:
    """Let the details of a sum count instead of it: what told the sum told each of them (rules.md B2)."""
    moving.withdraw(lane, lump, details[0].payment)
    PAYMENTS.put(lane.unit, lump.key, lump)
    for each in details:
        kept = PAYMENTS.get(lane.unit, each.key)  # the sum's payer may have taught
        assert kept is not None, "a payment that stays is kept"
        kept.tellings += [telling for telling in lump.tellings if telling not in kept.tellings]
        waits = equal_sums.waits_to_be_compared(lane, kept)
        if kept.is_lacking or (kept.placement is None and not waits):
            kept.is_lacking = kept.is_notified_only
            placing.place(lane, kept)
        PAYMENTS.put(lane.unit, kept.key, kept)


def unite(lane: Lane, stays: KnownPayment, gone: KnownPayment) -> None:
    """Make two payments one: ``gone`` counts no more, and what was known of it only is known of the other."""
    moving.withdraw(lane, gone, stays.payment)
    kept = PAYMENTS.get(lane.unit, stays.key)  # what the other one's payer taught may have changed it
    assert kept is not None, "a payment that stays is kept"
    stays, told = kept, one_money.reported(kept)
    if stays.maybe == gone.payment:
        stays.maybe = None
        notified.mark(lane, stays)
        counted_money.counts_again(lane, stays)
    returns = one_money.take_over(lane, stays, gone)
    PAYMENTS.put(lane.unit, gone.key, gone)
    for back in returns:
        moving.publish_return(lane, stays, back)
    _publish_learnt(lane, stays, told)
    PAYMENTS.put(lane.unit, stays.key, stays)
