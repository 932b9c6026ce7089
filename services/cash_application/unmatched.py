"""Money that is nobody's yet stays visible until it is (rules.md M3, G10).

It is weighed and declared at the next frontier, not at once: a payment that came just before its invoice is no news.
From then it holds the accounts to which it points, and its end is told as well. It is declared anew when what is left
of it, why, or whose it may be has changed.
"""

from itertools import islice

from schemas.decisions import Placed, Suggestion, Unmatched
from services.cash_application.matching import payer_hints
from services.cash_application.matching.certain_match import Reason
from services.cash_application.matching.scoring import MOST_GUESSES, Guess
from services.cash_application.state.lane import Lane
from services.cash_application.state.rows import PAYMENTS, Declared, Payment, Place, Suggested

_FRESH = "fresh"


def note(lane: Lane, payment: Payment, reason: Reason) -> None:
    """Nothing certain places it for now; to be weighed at the next frontier."""
    lane.unit.put(_FRESH, payment.key, b"")
    payment.reason = reason


def shrink(lane: Lane, payment: Payment) -> None:
    """A part of it went back: declared anew with what is left, or ended when nothing is."""
    lane.unit.put(_FRESH, payment.key, b"")
    if not payment.left:
        _tell_end(lane, payment, None)


def end(lane: Lane, payment: Payment, place: Place) -> None:
    """It is somebody's now."""
    if payment.reason is not None:
        lane.unit.delete(_FRESH, payment.key)
        _tell_end(lane, payment, place)
        payment.reason = None


def take_some(lane: Lane, most: int) -> list[Payment]:
    """Up to ``most`` of the payments to be weighed, which is to be done now; weighing one changes no other."""
    keys = [at for at, _ in islice(lane.unit.scan(_FRESH), most)]
    lane.unit.get_many(PAYMENTS.name, keys)
    fresh = []
    for at in keys:
        payment = PAYMENTS.get(lane.unit, at)
        assert payment is not None, "a payment that is noted is kept"
        lane.unit.delete(_FRESH, at)
        fresh.append(payment)
    return fresh


def declare(lane: Lane, payment: Payment, ranked: list[Guess]) -> None:
    """It is nobody's: say so, with whose it may be, unless this was said before or nothing is left of it."""
    assert payment.reason is not None, "a payment that is noted has a reason"
    words = Declared(payment.left, payment.reason, tuple(map(_suggested, ranked[:MOST_GUESSES])))
    if not payment.left or payment.told == words:
        return
    payment.told = words
    message = Unmatched(
        creditor=payment.creditor,
        date=lane.date_of(payment.creditor, lane.moment),
        account=payment.account,
        payment=payment.payment,
        amount=words.amount,
        currency=payment.currency,
        reason=words.reason,
        suggestions=tuple(map(_suggestion, words.suggestions)),
    )
    lane.decide(payment.creditor, message)
    payer_hints.seek(lane, payment)


def _tell_end(lane: Lane, payment: Payment, place: Place | None) -> None:
    """Somebody's, or all of it went back: told when it was told as unmatched."""
    if payment.told is None:
        return
    placed = Placed(
        creditor=payment.creditor,
        date=lane.date_of(payment.creditor, lane.moment),
        account=payment.account,
        payment=payment.payment,
        debtor=place.debtor if place else None,
        invoice=place.invoice if place else None,
        invoices=place.several if place else None,
    )
    lane.decide(payment.creditor, placed)
    payer_hints.clear(lane, payment)
    payment.told = None


def _suggested(guess: Guess) -> Suggested:
    invoices = tuple(invoice.invoice for invoice in guess.invoices)
    return Suggested(guess.debtor, invoices, guess.confidence, guess.way.code)


def _suggestion(said: Suggested) -> Suggestion:
    return Suggestion(debtor=said.debtor, invoices=said.invoices, confidence=said.confidence, why=said.why)
