"""What a payment is known to be after several tellings of it: the richer of them, never both (rules.md B2)."""

from datetime import date
from typing import NamedTuple

from schemas.payment_events import PaymentReceived
from services.cash_application.matching import name_index, payer_hints
from services.cash_application.matching.remittance import remittance_words
from services.cash_application.state.known_payment import KnownPayment, Return, Telling, certain_debtor
from services.cash_application.state.lane import Lane


class Reported(NamedTuple):
    """What an account and the reports were published of a payment, apart from its placement."""

    paid: date
    booked: date
    reference: str | None
    amount: int


def reported(payment: KnownPayment) -> Reported:
    """What is to be published of a payment, as it is known now."""
    return Reported(payment.paid, payment.booked, payment.reference, payment.amount)


def is_first_line_of_channel(known: KnownPayment, data: PaymentReceived) -> bool:
    """Whether a statement, a table or an event tells a payment that only other channels told: a line to be counted."""
    counted = [each for each in known.tellings if _is_counted(each)]
    return _is_counted(_telling(data)) and bool(known.tellings) and not counted


def note_telling(payment: KnownPayment, data: PaymentReceived) -> None:
    """Keep that a payment was told, with what the telling says of ids and words."""
    telling = _telling(data)
    if telling not in payment.tellings:
        payment.tellings.append(telling)
    payment.is_lacking = payment.is_lacking and telling.channel != "statement"
    if data.ids is not None and data.ids.batch is not None:
        payment.batch = data.ids.batch
    payment.message = _richer(payment.message, data.message)


def read_words(payment: KnownPayment) -> None:
    """Find the candidates in a payment's words."""
    if payment.message is not None:
        words = remittance_words(payment.message)
        payment.references, payment.numbers = words.references, words.numbers


def learn(lane: Lane, known: KnownPayment, data: PaymentReceived) -> bool:
    """Take what another telling says better; whether anything became known."""
    before = _evidence(known)
    payer = data.payer
    note_telling(known, data)
    known.reference = known.reference or data.reference
    known.debtor = known.debtor or data.debtor
    _count_whole(known, data.amount, data.charges or 0)
    _settle(known, data.paid)
    _learn_payer(lane, known, payer.iban if payer else None, payer.name if payer else None)
    return before != _evidence(known)


def take_over(lane: Lane, stays: KnownPayment, gone: KnownPayment) -> list[Return]:
    """Take what is known of a payment that turned out to be this one; the returns that were not known of this one."""
    stays.tellings += [each for each in gone.tellings if each not in stays.tellings]
    stays.is_lacking = stays.is_lacking and stays.is_notified_only
    stays.batch = stays.batch or gone.batch
    stays.message = _richer(stays.message, gone.message)
    stays.reference = stays.reference or gone.reference
    stays.debtor = stays.debtor or gone.debtor
    _count_whole(stays, gone.amount, gone.charges)
    _settle(stays, gone.paid)
    _learn_payer(lane, stays, gone.iban, gone.name)
    if gone.assigned is not None and (stays.assigned is None or stays.assigned.version < gone.assigned.version):
        stays.assigned = gone.assigned
    for debtor, said in gone.not_of.items():
        if debtor not in stays.not_of or stays.not_of[debtor].version < said.version:
            stays.not_of[debtor] = said
    stays.is_other_money = stays.is_other_money or gone.is_other_money
    known = {back.id for back in stays.returns}
    returns = [back for back in gone.returns if back.id not in known]
    stays.returns += returns
    return returns


def _count_whole(known: KnownPayment, amount: int, charges: int) -> None:
    """What the bank kept of a payment is the creditor's cost: the payer's money counts whole (rules.md M11)."""
    known.charges = known.charges or charges
    known.amount = max(known.amount, amount)


def _settle(known: KnownPayment, paid: date) -> None:
    """Set what follows from all tellings: the payer's day, the booking day and the candidates in the words."""
    known.paid = min(known.paid, paid)
    known.booked = _booked(known.tellings) or known.booked
    read_words(known)


def _booked(tellings: list[Telling]) -> date | None:
    """The booking day that counts: a statement's; without one the first that was told."""
    days = [each.booked for each in tellings if each.channel == "statement"]
    return min(days) if days else None


def _richer(one: str | None, other: str | None) -> str | None:
    """The longer of two texts; of equal length the first in the order of the alphabet, whichever came first."""
    given = [each for each in (one, other) if each is not None]
    return min(given, key=lambda text: (-len(text), text), default=None)


def _telling(data: PaymentReceived) -> Telling:
    return Telling(data.payment, data.booked, data.channel, data.statement, data.place)


def _is_counted(telling: Telling) -> bool:
    return telling.channel not in ("notification", "ktl")


def _evidence(payment: KnownPayment) -> tuple[object, ...]:
    said = payment.debtor, payment.iban, payment.name, payment.references, payment.numbers
    return (*reported(payment), payment.is_lacking, *said)


def _learn_payer(lane: Lane, payment: KnownPayment, iban: str | None, name: str | None) -> None:
    """Take the richer payer and what its IBAN teaches; the payment is to be placed or scored again."""
    payer = payment.iban or iban, _richer(payment.name, name)
    if payer == (payment.iban, payment.name):
        return
    certain = certain_debtor(payment.placement)
    name_index.unlist_payer(lane, payment)
    if payment.iban is None and iban is not None and certain is not None:
        payer_hints.learn(lane, payment.creditor, payer_hints.by_iban(iban), certain)
    payment.iban, payment.name = payer
