"""Payer hints: the IBAN or name of a payer that points to debtors, whose letters wait meanwhile (rules.md G10).

An IBAN points to the debtors to whom certain evidence placed payments from it; a name points to the debtors who have
it, but for spaces and capitals. Hints that are learned later hold letters too, and an IBAN whose payments all moved
elsewhere points no longer, so the order of arrival does not matter.
"""

from collections.abc import Iterator
from hashlib import sha256
from unicodedata import normalize

from schemas.fields import fits_a_key
from schemas.journal import MoneyCleared, MoneyPointed
from services.cash_application.state import subscriptions
from services.cash_application.state.known_payment import KnownPayment
from services.cash_application.state.lane import Lane
from services.cash_application.state.row_kind import key
from services.cash_application.state.rows import HINTS, HINTS_USED, PAYMENTS, UNMATCHED_BY_HINT, WATCHED


def folded(name: str) -> str:
    """The form in which names are compared: case and spaces do not count."""
    return " ".join(normalize("NFKC", name).casefold().split())


def by_name(folded_name: str) -> str:
    """The hint of a payer's folded name."""
    return within_a_key("n:" + folded_name)


def by_iban(iban: str) -> str:
    """The hint of a payer's IBAN."""
    return within_a_key("i:" + iban)


def within_a_key(hint: str) -> str:
    """The hint itself, or its digest where it is longer than any id may be, as no true name or IBAN is."""
    return hint if fits_a_key(hint) else "d:" + sha256(hint.encode()).hexdigest()


def rows_of_hint(creditor: str, hint: str, debtor: str) -> Iterator[tuple[str, str]]:
    """The rows, kind and key, that are read when a hint is learned."""
    yield HINTS, key(creditor, hint, debtor)
    yield HINTS_USED, key(creditor, hint)
    yield WATCHED, subscriptions.of_hint(creditor, hint)


def learn(lane: Lane, creditor: str, hint: str, debtor: str) -> None:
    """Count one more reason why a hint points to a debtor; the first lets unmatched money hold the account."""
    row_key = key(creditor, hint, debtor)
    reasons = _reasons(lane, row_key)
    lane.unit.put(HINTS, row_key, b"%d" % (reasons + 1))
    if reasons == 0:
        subscriptions.notify(lane, subscriptions.of_hint(creditor, hint))
        for payment in _unmatched_with(lane, creditor, hint):
            _point(lane, payment, debtor)
            PAYMENTS.put(lane.unit, payment.key, payment)


def unlearn(lane: Lane, creditor: str, hint: str, debtor: str) -> None:
    """Count one reason less, as its payment moved; without any left, the hint points to the debtor no longer."""
    row_key = key(creditor, hint, debtor)
    reasons = _reasons(lane, row_key)
    assert reasons > 0, "a hint is unlearned as often as it was learned at most"
    if reasons > 1:
        lane.unit.put(HINTS, row_key, b"%d" % (reasons - 1))
        return
    lane.unit.delete(HINTS, row_key)
    subscriptions.notify(lane, subscriptions.of_hint(creditor, hint))
    for payment in _unmatched_with(lane, creditor, hint):
        if not any(_reasons(lane, key(creditor, other, debtor)) for other in _hints_of(payment)):
            payment.pointed.remove(debtor)
            _publish_cleared(lane, payment, debtor)
            PAYMENTS.put(lane.unit, payment.key, payment)


def hold_accounts(lane: Lane, payment: KnownPayment) -> None:
    """Hold the letters of every account to which an unmatched payment points, now and as more hints are learned."""
    for hint in _hints_of(payment):
        lane.unit.put(HINTS_USED, key(payment.creditor, hint), b"")
        lane.unit.put(UNMATCHED_BY_HINT, key(payment.creditor, hint, payment.key), b"")
        for debtor in debtors_of(lane, payment.creditor, hint):
            _point(lane, payment, debtor)


def debtors_of(lane: Lane, creditor: str, hint: str) -> Iterator[str]:
    """The debtors to whom a hint points."""
    prefix = key(creditor, hint, "")
    return (row_key.removeprefix(prefix) for row_key, _ in lane.unit.scan(HINTS, prefix))


def release_accounts(lane: Lane, payment: KnownPayment) -> None:
    """End all holds of a payment that was placed or went back."""
    for hint in _hints_of(payment):
        lane.unit.delete(UNMATCHED_BY_HINT, key(payment.creditor, hint, payment.key))
    for debtor in payment.pointed:
        _publish_cleared(lane, payment, debtor)
    payment.pointed = []


def _reasons(lane: Lane, row_key: str) -> int:
    stored = lane.unit.get(HINTS, row_key)
    return 0 if stored is None else int(stored)


def _unmatched_with(lane: Lane, creditor: str, hint: str) -> Iterator[KnownPayment]:
    """The unmatched payments with a hint. One row says whether there ever were any."""
    if lane.unit.get(HINTS_USED, key(creditor, hint)) is None:
        return
    prefix = key(creditor, hint, "")
    for row_key, _ in lane.unit.scan(UNMATCHED_BY_HINT, prefix):
        payment = PAYMENTS.get(lane.unit, row_key.removeprefix(prefix))
        assert payment is not None, "an unmatched payment is kept"
        yield payment


def _hints_of(payment: KnownPayment) -> list[str]:
    hints = []
    if payment.iban is not None:
        hints.append(by_iban(payment.iban))
    if payment.name is not None:
        hints.append(by_name(folded(payment.name)))
    return hints


def _point(lane: Lane, payment: KnownPayment, debtor: str) -> None:
    if debtor in payment.pointed:
        return
    payment.pointed.append(debtor)
    message = MoneyPointed(creditor=payment.creditor, debtor=debtor, account=payment.account, payment=payment.payment)
    lane.to_account(payment.creditor, debtor, message)


def _publish_cleared(lane: Lane, payment: KnownPayment, debtor: str) -> None:
    message = MoneyCleared(creditor=payment.creditor, debtor=debtor, account=payment.account, payment=payment.payment)
    lane.to_account(payment.creditor, debtor, message)
