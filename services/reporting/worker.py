"""The reporting worker: writes the read model.

Reads journal (what became known of each account), decisions (what was decided, each account's balances, unmatched
money) and dead-letters. Writes only the tables of `tables`, whose rows have business keys. Topics have no order
between them, so no row needs one that comes from another topic. State: a row ``reached`` for each lane and a row
``creditor`` for each creditor, so that an older record overwrites no newer one.
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
    """The worker of one process. It publishes nothing, so it always takes its whole batch."""

    name: Final = "reporting"
    reads: Final[tuple[Topic, ...]] = (JOURNAL, DECISIONS, DEAD_LETTERS)

    def handle(self, batch: Sequence[Record], unit: UnitOfWork) -> int:
        """Write the rows of each record. Raises UnreadableMessageError for a record that is none of its topic's."""
        for record in batch:
            _ROW_WRITERS[record.topic.name](record.topic.decode(record.value), record, unit)
        return len(batch)

    def pending(self, partition: int) -> bool:
        """False: all its work comes from the topics."""
        del partition
        return False


def _record_dead_letter(message: DeadLettersMessage, record: Record, unit: UnitOfWork) -> None:
    """Keep where a dead letter lies and why, never its content; a key that comes again is open again."""
    del record
    if not isinstance(message, DeadLetter):
        unit.read_model.upsert("dead_letter_closed", {"key": message.key, "outcome": message.outcome})
        return
    row = message.model_dump(include={"key", "source", "id", "event", "creditor", "debtor", "reason", "origin"})
    where = {"position": message.position, "file": message.file, "line": message.line}
    unit.read_model.upsert("dead_letter", {**row, **where, "detail": "\n".join(message.detail)})
    unit.read_model.delete("dead_letter_closed", {"key": message.key})


_ROW_WRITERS: Final[dict[str, Callable[[Any, Record, UnitOfWork], None]]] = {
    JOURNAL.name: record_journal,
    DECISIONS.name: record_decision,
    DEAD_LETTERS.name: _record_dead_letter,
}
