"""Connections of kafka-python that are closed at the end, and whose faults become a sentence for a person."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from kafka.errors import KafkaError

from services.runtime.kafka.broker.security import kafka_python_options
from services.runtime.refusal import Refusal
from services.runtime.settings import KafkaSettings

Client = TypeVar("Client")

logging.getLogger("kafka").addHandler(logging.NullHandler())  # a command reports a fault itself, once


@contextmanager
def connected(client: Callable[..., Client], kafka: KafkaSettings, **options: Any) -> Iterator[Client]:
    """A client of kafka-python, closed at the end. Raises Refusal when no broker lets us in or answers any more."""
    with explained(kafka):
        opened: Any = client(**kafka_python_options(kafka), **options)
        try:
            yield opened
        finally:
            opened.close()


@contextmanager
def explained(kafka: KafkaSettings) -> Iterator[None]:
    """Raise Refusal instead of a client's KafkaError, whose text may quote the record that was to be written."""
    try:
        yield
    except KafkaError as fault:
        raise Refusal(
            f"ERAPAIVA_KAFKA__BOOTSTRAP: {kafka.bootstrap} does not let us in or answers no more "
            f"({type(fault).__name__}); look whether it runs, and at ERAPAIVA_KAFKA__SECURITY ({kafka.security}), "
            "…USERNAME, …PASSWORD_FILE and …CA"
        ) from None
