"""A connection that is given back, and whose failing is a sentence for whoever asked for it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from kafka.errors import KafkaError

from services.runtime.kafka.security import kafka_python_options
from services.runtime.refusal import Refusal
from services.runtime.settings import KafkaSettings

Client = TypeVar("Client")

logging.getLogger("kafka").addHandler(logging.NullHandler())  # a command says itself what is wrong, once


@contextmanager
def connected(client: Callable[..., Client], kafka: KafkaSettings, **options: Any) -> Iterator[Client]:
    """A client of kafka-python, closed at the end. Raises Refusal when no broker lets us in, or answers no more."""
    opened: Any = None
    try:
        opened = client(**kafka_python_options(kafka), **options)
        yield opened
    except KafkaError as fault:
        raise Refusal(_sentence(kafka, fault, reached=opened is not None)) from None
    finally:
        if opened is not None:
            opened.close()


def _sentence(kafka: KafkaSettings, fault: KafkaError, *, reached: bool) -> str:
    """What a client says of itself may hold what it was asked to write: only the kind of fault is told."""
    if reached:
        return f"ERAPAIVA_KAFKA__BOOTSTRAP: {kafka.bootstrap} does not do what was asked ({type(fault).__name__})"
    return (
        f"ERAPAIVA_KAFKA__BOOTSTRAP: {kafka.bootstrap} does not let us in ({type(fault).__name__}); "
        f"look at ERAPAIVA_KAFKA__SECURITY ({kafka.security}), …USERNAME, …PASSWORD_FILE and …CA, and whether it runs"
    )
