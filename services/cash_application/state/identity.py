"""Identity, for ever: each fact once, whatever is sent twice (design.md §3, identity; docs/invariants.md I16, I22).

A fact is known by (source, id) and, some, by a natural key as well. The same content again is a duplicate, other
content a conflict. Invoices and payments carry their content in their own rows; the other natural keys are kept here.
"""

from typing import Final

from schemas.facts import Fact
from services.cash_application.state.lane import Lane
from services.cash_application.state.result import APPLIED, DUPLICATE, Verdict, conflict
from services.cash_application.state.rows import key

SEEN: Final = "seen"
NATURAL: Final = "natural"


def seen_key(fact: Fact) -> str:
    """The key of a fact's (source, id).

    The creditor is part of it: two creditors may be of one lane or of two, and the answer is to be the same.
    """
    return key(fact.creditor or "", fact.source, fact.id)


def seen(lane: Lane, fact: Fact) -> Verdict | None:
    """What a fact is by its (source, id): a duplicate, a conflict, or None when it is new."""
    known = lane.unit.get(SEEN, seen_key(fact))
    if known is None:
        return None
    return DUPLICATE if known == _digest(fact) else conflict("the event's source and id")


def remember(lane: Lane, fact: Fact) -> None:
    """From now on the fact is known. A dead letter is not remembered: mended, it may come under its own id."""
    lane.unit.put(SEEN, seen_key(fact), _digest(fact))


def forget(lane: Lane, fact: Fact) -> None:
    """A fact that waited became a dead letter after all."""
    lane.unit.delete(SEEN, seen_key(fact))


def claim(lane: Lane, natural_key: str, fact: Fact, what: str) -> Verdict:
    """Take a natural key for a fact: applied when it is new, else a duplicate or a conflict."""
    known = lane.unit.get(NATURAL, natural_key)
    if known is None:
        lane.unit.put(NATURAL, natural_key, _digest(fact))
        return APPLIED
    return DUPLICATE if known == _digest(fact) else conflict(what)


def _digest(fact: Fact) -> bytes:
    return bytes.fromhex(fact.content)
