"""The group of a worker's processes: its name, and whether we may be in it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from kafka.admin import KafkaAdminClient
from kafka.errors import GroupAuthorizationFailedError, KafkaError

from services.runtime.kafka.broker.connection import connected
from services.runtime.refusal import Refusal
from services.runtime.settings import KafkaSettings

GROUP: Final = "erapaiva-"
"""Stands before a worker's name."""

_UNTOLD: Final = ("READ",)


def refuse_closed_group(kafka: KafkaSettings, worker: str) -> None:
    """Raise Refusal when we may not be in the worker's group.

    Of a group that nobody was ever in, the brokers tell only whether we may know of it; to read it implies that.
    """
    group = GROUP + worker
    if "READ" not in _rights(kafka, group):
        raise Refusal(f"group: the right to READ {group} is missing; give it to ERAPAIVA_KAFKA__USERNAME")


def _rights(kafka: KafkaSettings, group: str) -> Collection[str]:
    """What we may do with a group; the most that it can be where the brokers do not tell."""
    with connected(KafkaAdminClient, kafka) as admin:
        try:
            told: Collection[str] | None = admin.describe_groups([group])[group]["authorized_operations"]
        except GroupAuthorizationFailedError:
            return ()
        except KafkaError as fault:
            if not fault.retriable:  # as of a new cluster, where nobody coordinates groups before the first
                raise
            return _UNTOLD
    return _UNTOLD if told is None else told
