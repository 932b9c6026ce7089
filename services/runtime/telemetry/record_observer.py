"""Counts decisions and dead letters as metrics, and logs alerts, on either engine."""

from collections.abc import Sequence
from typing import Final

from schemas.decisions import Alert
from schemas.topics import DEAD_LETTERS, DECISIONS
from services.runtime.engine import EmbeddedEngine
from services.runtime.telemetry.logs import LogEvent, LogWriter
from services.runtime.telemetry.metrics import Metrics
from services.runtime.worker import Record

_WATCHED: Final = (DECISIONS, DEAD_LETTERS)
_READER: Final = "metrics"
_READ_AT_ONCE: Final = 5_000


class RecordObserver:
    """Observes records of `decisions` and `dead-letters` once they are durable."""

    def __init__(self, metrics: Metrics, log: LogWriter) -> None:
        self._metrics = metrics
        self._log = log

    def follow(self, engine: EmbeddedEngine) -> None:
        """Observe the records since the last call, and set each worker's lag."""
        for topic in _WATCHED:
            while records := engine.consume(_READER, topic, _READ_AT_ONCE):
                self.observe(records)
                engine.consumed(_READER, records)
        for worker, records_behind in engine.lags().items():
            self._metrics.behind.labels(worker).set(records_behind)

    def observe(self, records: Sequence[Record]) -> None:
        """Count the records, and log each alert by its code and offset: its text is in the read model."""
        messages = [(record, record.topic.decode(record.value)) for record in records if record.topic in _WATCHED]
        self._metrics.count([message for _, message in messages])
        for record, message in messages:
            if isinstance(message, Alert):
                self._log.warning(
                    LogEvent.ALERT,
                    code=message.code,
                    topic=record.topic.name,
                    partition=record.partition,
                    offset=record.offset,
                )
