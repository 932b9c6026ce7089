"""Money that is nobody's yet and whose payer points to accounts: they get no letter meanwhile (rules.md G10).

A payer points by IBAN, when a payment from it was placed on an account of the creditor, or by name, when it is a
debtor's but for spaces and capitals. What is learned later points too, and an IBAN whose payments all moved elsewhere
points no longer, so the order of arrival does not matter.
"""

from collections.abc import Iterator
from hashlib import sha256
from unicodedata import normalize

from schemas.fields import fits_a_key
from schemas.journal import MoneyCleared, MoneyPointed
from services.cash_application.state import subscriptions
from services.cash_application.state.lane import Lane
from services.cash_application.state.rows import PAYMENTS, Payment, key

_HINTS = "hint"
_SOUGHT = "sought"
_SEEKING = "seeking"


def folded(name: str) -> str:
    """A name as names are compared: case and spaces do not count."""
    return " ".join(normalize("NFKC", name).casefold().split())


def by_name(folded_name: str) -> str:
    """The hint that a name gives."""
    return _within_a_key("n:" + folded_name)


def by_iban(iban: str) -> str:
    """The hint that a payer's IBAN gives."""
    return _within_a_key("i:" + iban)


def _within_a_key(hint: str) -> str:
    """A hint that is longer than any id, as no true name or IBAN is, by its digest."""
    return hint if fits_a_key(hint) else "d:" + sha256(hint.encode()).hexdigest()


def rows_learned(creditor: str, hint: str, debtor: str) -> Iterator[tuple[str, str]]:
    """The rows, kind and key, that are looked up when a hint is learned."""
    yield _HINTS, key(creditor, hint, debtor)
    yield _SOUGHT, key(creditor, hint)
    yield subscriptions.WATCHED, subscriptions.of_hint(creditor, hint)


def learn(lane: Lane, creditor: str, hint: str, debtor: str) -> None:
    """One more reason why a hint means a debtor; with the first, money that gives the hint points to the account."""
    at = key(creditor, hint, debtor)
    reasons = _reasons(lane, at)
    lane.unit.put(_HINTS, at, b"%d" % (reasons + 1))
    if reasons == 0:
        subscriptions.changed(lane, subscriptions.of_hint(creditor, hint))
        for payment in _seeking(lane, creditor, hint):
            _point(lane, payment, debtor)
            PAYMENTS.put(lane.unit, payment.key, payment)


def unlearn(lane: Lane, creditor: str, hint: str, debtor: str) -> None:
    """One reason less: the payment that gave it turned out to be somebody else's."""
    at = key(creditor, hint, debtor)
    reasons = _reasons(lane, at)
    assert reasons > 0, "nothing is unlearned that was not learned"
    if reasons > 1:
        lane.unit.put(_HINTS, at, b"%d" % (reasons - 1))
        return
    lane.unit.delete(_HINTS, at)
    subscriptions.changed(lane, subscriptions.of_hint(creditor, hint))
    for payment in _seeking(lane, creditor, hint):
        if not any(_reasons(lane, key(creditor, other, debtor)) for other in _hints_of(payment)):
            payment.pointed.remove(debtor)
            _tell_cleared(lane, payment, debtor)
            PAYMENTS.put(lane.unit, payment.key, payment)


def seek(lane: Lane, payment: Payment) -> None:
    """The payment is nobody's: hold every account to which it points, now and as more is learned."""
    for hint in _hints_of(payment):
        lane.unit.put(_SOUGHT, key(payment.creditor, hint), b"")
        lane.unit.put(_SEEKING, key(payment.creditor, hint, payment.key), b"")
        for debtor in debtors_of(lane, payment.creditor, hint):
            _point(lane, payment, debtor)


def debtors_of(lane: Lane, creditor: str, hint: str) -> Iterator[str]:
    """The debtors whom a hint means."""
    prefix = key(creditor, hint, "")
    return (at.removeprefix(prefix) for at, _ in lane.unit.scan(_HINTS, prefix))


def clear(lane: Lane, payment: Payment) -> None:
    """The payment is somebody's, or gone: it holds nobody any longer."""
    for hint in _hints_of(payment):
        lane.unit.delete(_SEEKING, key(payment.creditor, hint, payment.key))
    for debtor in payment.pointed:
        _tell_cleared(lane, payment, debtor)
    payment.pointed = []


def _reasons(lane: Lane, at: str) -> int:
    stored = lane.unit.get(_HINTS, at)
    return 0 if stored is None else int(stored)


def _seeking(lane: Lane, creditor: str, hint: str) -> Iterator[Payment]:
    """The payments that are nobody's and give the hint. Whether there ever were any is one row to look up."""
    if lane.unit.get(_SOUGHT, key(creditor, hint)) is None:
        return
    prefix = key(creditor, hint, "")
    for at, _ in lane.unit.scan(_SEEKING, prefix):
        payment = PAYMENTS.get(lane.unit, at.removeprefix(prefix))
        assert payment is not None, "a payment that seeks its debtor is kept"
        yield payment


def _hints_of(payment: Payment) -> list[str]:
    hints = []
    if payment.iban is not None:
        hints.append(by_iban(payment.iban))
    if payment.name is not None:
        hints.append(by_name(folded(payment.name)))
    return hints


def _point(lane: Lane, payment: Payment, debtor: str) -> None:
    if debtor in payment.pointed:
        return
    payment.pointed.append(debtor)
    message = MoneyPointed(creditor=payment.creditor, debtor=debtor, account=payment.account, payment=payment.payment)
    lane.tell(payment.creditor, debtor, message)


def _tell_cleared(lane: Lane, payment: Payment, debtor: str) -> None:
    message = MoneyCleared(creditor=payment.creditor, debtor=debtor, account=payment.account, payment=payment.payment)
    lane.tell(payment.creditor, debtor, message)
