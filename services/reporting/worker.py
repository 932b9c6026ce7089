"""The reporting worker: keeps the read model.

Reads journal (what became known of each account), decisions (what was decided, where each account
stands, unmatched money) and dead-letters. Writes nothing but the tables of `tables`, whose rows are
keyed by business keys. Topics have no order between them, so no row needs one of another topic.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from schemas.dead_letters import DeadLetter, DeadLettersMessage
from schemas.topics import DEAD_LETTERS, DECISIONS, JOURNAL, Topic
from services.reporting.decision_rows import record_decision
from services.reporting.timeline import record_journal
from services.runtime.unit_of_work import UnitOfWork
from services.runtime.worker import Record


class Reporting:
    """See the module. It decides nothing and speaks to nobody, so it always takes its whole batch."""

    name: Final = "reporting"
    reads: Final[tuple[Topic, ...]] = (JOURNAL, DECISIONS, DEAD_LETTERS)

    def handle(self, batch: Sequence[Record], unit: UnitOfWork) -> int:
        """Write what each record says. Raises UnreadableMessageError when a log of ours is damaged."""
        for record in batch:
            _WRITERS[record.topic.name](record.topic.decode(record.value), record, unit)
        return len(batch)

    def pending(self, partition: int) -> bool:
        """Nothing: all its work comes from the topics."""
        del partition
        return False


def _record_dead_letter(message: DeadLettersMessage, record: Record, unit: UnitOfWork) -> None:
    """Keep where a dead letter lies and why, never its content; a key that comes again is open again."""
    del record
    if not isinstance(message, DeadLetter):
        unit.read_model.upsert("dead_letter_closed", {"key": message.key, "outcome": message.outcome})
        return
    row = message.model_dump(include={"key", "source", "id", "event", "creditor", "debtor", "reason", "origin"})
    place = {"position": message.position, "file": message.file, "line": message.line}
    unit.read_model.upsert("dead_letter", {**row, **place, "detail": "\n".join(message.detail)})
    unit.read_model.delete("dead_letter_closed", {"key": message.key})


_WRITERS: Final[dict[str, Callable[[Any, Record, UnitOfWork], None]]] = {
    JOURNAL.name: record_journal,
    DECISIONS.name: record_decision,
    DEAD_LETTERS.name: _record_dead_letter,
}
