"""Payers' IBANs: each points to the debtors to whom certain evidence placed payments from it (rules.md G10).

An IBAN whose payments all moved elsewhere points no longer, so the order of arrival does not matter.
"""

from collections.abc import Iterator
from hashlib import sha256

from schemas.fields import fits_a_key
from services.cash_application.state import subscriptions
from services.cash_application.state.lane import Lane
from services.cash_application.state.row_kind import key
from services.cash_application.state.rows import HINTS, WATCHED


def by_iban(iban: str) -> str:
    """The hint of a payer's IBAN."""
    return within_a_key("i:" + iban)


def within_a_key(hint: str) -> str:
    """The hint itself, or its digest where it is longer than any id may be, as no true IBAN is."""
    return hint if fits_a_key(hint) else "d:" + sha256(hint.encode()).hexdigest()


def rows_of_hint(creditor: str, hint: str, debtor: str) -> Iterator[tuple[str, str]]:
    """The rows, kind and key, that are read when a hint is learned."""
    yield HINTS, key(creditor, hint, debtor)
    yield WATCHED, subscriptions.of_hint(creditor, hint)


def learn(lane: Lane, creditor: str, hint: str, debtor: str) -> None:
    """Count one more reason why a hint points to a debtor; the first lets unmatched money be scored again."""
    row_key = key(creditor, hint, debtor)
    reasons = _reasons(lane, row_key)
    lane.unit.put(HINTS, row_key, b"%d" % (reasons + 1))
    if reasons == 0:
        subscriptions.notify(lane, subscriptions.of_hint(creditor, hint))


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


def debtors_of(lane: Lane, creditor: str, hint: str) -> Iterator[str]:
    """The debtors to whom a hint points."""
    prefix = key(creditor, hint, "")
    return (row_key.removeprefix(prefix) for row_key, _ in lane.unit.scan(HINTS, prefix))


def _reasons(lane: Lane, row_key: str) -> int:
    stored = lane.unit.get(HINTS, row_key)
    return 0 if stored is None else int(stored)
