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
    letter = _dead_letter(lane, fact, offset, refused)
    lane.unit.publish(DEAD_LETTERS, fact.source, letter)
    if fact.creditor is None:
        detail = f"a setting of every creditor was refused: {letter.reason}, {letter.key}; see its dead letter"
        lane.unit.publish(DECISIONS, "", Alert(code="unread-event", detail=detail))
        return
    doubt = UnreadEvent(
        key=letter.key, creditor=fact.creditor, debtor=letter.debtor, account=letter.account, reason=letter.reason
    )
    doubts.raise_doubt(lane, doubt)
    if refused.also is not None:
        doubts.hold_account(lane, letter.key, fact.creditor, refused.also, letter.reason)


def key_of(lane: Lane, offset: int) -> str:
    """The key of the dead letter, and of the doubt, about the fact at an offset of the lane's partition."""
    return f"{FACTS.name}/{lane.number}/{offset}"


def report_waiting(lane: Lane, fact: Fact, offset: int, refused: Refused) -> None:
    """Publish the dead letter of a fact that goes on waiting; whoever asks for it raises the doubt."""
    letter = _dead_letter(lane, fact, offset, refused).model_copy(update={"waits": True})
    lane.unit.publish(DEAD_LETTERS, fact.source, letter)


def _dead_letter(lane: Lane, fact: Fact, offset: int, refused: Refused) -> DeadLetter:
    origin = f"{FACTS.name}/{lane.number}"
    debtor: str | None = refused.debtor or getattr(fact.data, "debtor", None)
    account: str | None = getattr(fact.data, "account", None)
    return DeadLetter(
        key=key_of(lane, offset),
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
