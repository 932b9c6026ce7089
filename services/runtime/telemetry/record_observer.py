"""What goes by is counted, and what the operator has to look at is logged, on either engine."""

from collections.abc import Sequence
from typing import Final

from schemas.decisions import Alert
from schemas.topics import DEAD_LETTERS, DECISIONS
from services.runtime.engine import EmbeddedEngine
from services.runtime.telemetry.logs import Event, Log
from services.runtime.telemetry.metrics import Metrics
from services.runtime.worker import Record

_WATCHED: Final = (DECISIONS, DEAD_LETTERS)
_READER: Final = "metrics"
_READ_AT_ONCE: Final = 5_000


class Watch:
    """Looks at what was decided and what could not be read, behind the commit."""

    def __init__(self, metrics: Metrics, log: Log) -> None:
        self._metrics = metrics
        self._log = log

    def follow(self, engine: EmbeddedEngine) -> None:
        """See what came since the last call, and show how far the workers are."""
        for topic in _WATCHED:
            while records := engine.consume(_READER, topic, _READ_AT_ONCE):
                self.see(records)
                engine.consumed(_READER, records)
        for worker, records_behind in engine.lags().items():
            self._metrics.behind.labels(worker).set(records_behind)

    def see(self, records: Sequence[Record]) -> None:
        """Count the records, and log each alert by its code and where it lies: its words are in the read model."""
        told = [(record, record.topic.decode(record.value)) for record in records if record.topic in _WATCHED]
        self._metrics.count([message for _, message in told])
        for record, message in told:
            if isinstance(message, Alert):
                self._log.warning(
                    Event.ALERT,
                    code=message.code,
                    topic=record.topic.name,
                    partition=record.partition,
                    offset=record.offset,
                )
