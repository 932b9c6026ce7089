"""Dead letters of facts that cannot be applied. Each raises a doubt, which holds letters meanwhile (design.md §3)."""

import json

from schemas.dead_letters import DeadLetter
from schemas.decisions import Alert
from schemas.facts import Fact, UnreadEvent
from schemas.parsing import public_json
from schemas.topics import DEAD_LETTERS, DECISIONS, FACTS
from services.cash_application.refusals import doubts
from services.cash_application.state.lane import Lane
from services.cash_application.state.result import Refused


def report(lane: Lane, fact: Fact, offset: int, refused: Refused) -> None:
    """Publish the dead letter of a fact at ``offset`` of the lane's partition, and raise the doubt about it."""
    letter = publish(lane, fact, offset, refused)
    if fact.creditor is None:
        detail = f"a setting of every creditor was refused: {letter.reason}, {letter.key}; see its dead letter"
        lane.unit.publish(DECISIONS, "", Alert(code="unread-event", detail=detail))
        return
    doubt = UnreadEvent(
        key=letter.key, creditor=fact.creditor, debtor=letter.debtor, account=letter.account, reason=letter.reason
    )
    doubts.raise_doubt(lane, doubt)


def publish(lane: Lane, fact: Fact, offset: int, refused: Refused) -> DeadLetter:
    """Publish the dead letter of a fact, without a doubt."""
    origin = f"{FACTS.name}/{lane.number}"
    debtor: str | None = refused.debtor or getattr(fact.data, "debtor", None)
    account: str | None = getattr(fact.data, "account", None)
    letter = DeadLetter(
        key=f"{origin}/{offset}",
        reason=refused.reason,
        detail=refused.lines,
        origin=origin,
        position=offset,
        at=fact.time,
        file=fact.file,
        line=fact.line,
        source=fact.source,
        id=fact.id,
        event=fact.type,
        creditor=fact.creditor,
        debtor=debtor,
        account=account,
        record_key=fact.creditor,
        content=_event(fact),
    )
    lane.unit.publish(DEAD_LETTERS, fact.source, letter)
    return letter


def _event(fact: Fact) -> str:
    """The public event from which the fact was made, as JSON."""
    event = {
        "specversion": "1.0",
        "id": fact.id,
        "source": fact.source,
        "type": fact.type,
        "time": fact.time.isoformat(),
        "data": public_json(fact.data),
    }
    return json.dumps(event, ensure_ascii=False)
