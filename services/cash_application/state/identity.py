"""Identity: each fact is applied once, however often it is sent (design.md §3; docs/invariants.md I16, I22).

A fact is identified by (source, id), some facts by a natural key as well. The same content again is a duplicate, other
content a conflict. Invoices and payments keep their content in their own rows; all other natural keys are kept here.
No identity is ever deleted, except that of a fact that became a dead letter, or of a statement that was taken back.
"""

from datetime import date

from schemas.facts import Fact
from services.cash_application.state.lane import Lane
from services.cash_application.state.result import APPLIED, DUPLICATE, Result, conflict
from services.cash_application.state.row_kind import key
from services.cash_application.state.rows import (
    NATURAL,
    NATURAL_CREDIT,
    NATURAL_CREDIT_NOTE,
    NATURAL_POLICY,
    NATURAL_RATE,
    NATURAL_STATEMENT,
    SEEN,
)


def seen_key(fact: Fact) -> str:
    """The key of a fact's (source, id).

    The creditor is part of it: whether two creditors share a lane depends on the number of partitions, and must not
    decide what counts as a duplicate.
    """
    return key(fact.creditor or "", fact.source, fact.id)


def seen(lane: Lane, fact: Fact) -> Result | None:
    """What a fact is by its (source, id): a duplicate, a conflict, or None when it is new."""
    known = lane.unit.get(SEEN, seen_key(fact))
    if known is None:
        return None
    return DUPLICATE if known == _digest(fact) else conflict("the event's source and id")


def remember(lane: Lane, fact: Fact) -> None:
    """Keep a fact's (source, id). Dead letters are not kept: a corrected event may come under the same id."""
    lane.unit.put(SEEN, seen_key(fact), _digest(fact))


def forget(lane: Lane, fact: Fact) -> None:
    """Delete the (source, id) of a fact that waited and then became a dead letter."""
    lane.unit.delete(SEEN, seen_key(fact))


def claim(lane: Lane, natural_key: str, fact: Fact, what: str) -> Result:
    """Keep a natural key for a fact: applied when the key is new, else a duplicate or a conflict.

    ``what`` names the key's field for a person, without values.
    """
    known = lane.unit.get(NATURAL, natural_key)
    if known is None:
        lane.unit.put(NATURAL, natural_key, _digest(fact))
        return APPLIED
    return DUPLICATE if known == _digest(fact) else conflict(what)


def is_kept_for_other(lane: Lane, natural_key: str, fact: Fact) -> bool:
    """Whether a natural key is kept for a fact of other content."""
    return lane.unit.get(NATURAL, natural_key) not in (None, _digest(fact))


def replace(lane: Lane, natural_key: str, fact: Fact) -> None:
    """Keep a natural key for the fact that corrects the one which had it."""
    lane.unit.put(NATURAL, natural_key, _digest(fact))


def release(lane: Lane, natural_key: str) -> None:
    """Delete a natural key: what it was for was taken back, so that it counts anew when it is sent again."""
    lane.unit.delete(NATURAL, natural_key)


def of_policy(policy: str, version: int) -> str:
    """The natural key of a policy's version."""
    return key(NATURAL_POLICY, policy, str(version))


def of_rate(country: str, first: date) -> str:
    """The natural key of a country's reference rate from a day on."""
    return key(NATURAL_RATE, country, first.isoformat())


def of_credit_note(creditor: str, invoice: str, credit_note: str) -> str:
    """The natural key of an invoice's credit note."""
    return key(NATURAL_CREDIT_NOTE, creditor, invoice, credit_note)


def of_credit(creditor: str, credit: str) -> str:
    """The natural key of a credit that a creditor granted without an invoice."""
    return key(NATURAL_CREDIT, creditor, credit)


def of_statement(creditor: str, account: str, currency: str, name: str) -> str:
    """The natural key of a bank account's statement."""
    return key(NATURAL_STATEMENT, creditor, account, currency, name)


def _digest(fact: Fact) -> bytes:
    return bytes.fromhex(fact.content)
