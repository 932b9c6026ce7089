"""The consumer group of a worker's processes, and whether the broker's user may be a member of it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from kafka.admin import KafkaAdminClient
from kafka.errors import GroupAuthorizationFailedError, KafkaError

from services.runtime.kafka.broker.connection import connected
from services.runtime.kafka.broker.names import group_name
from services.runtime.refusal import Refusal
from services.runtime.settings import KafkaSettings

_UNREPORTED: Final = ("READ",)
"""The rights that are taken for granted where the brokers report none."""


def refuse_closed_group(kafka: KafkaSettings, worker: str) -> None:
    """Raise Refusal when our user may not be a member of the worker's group.

    The brokers let only users with the right DESCRIBE describe a group that has never had a member; the right READ
    implies it.
    """
    group = group_name(kafka, worker)
    if "READ" not in _rights(kafka, group):
        raise Refusal(f"group: the right to READ {group} is missing; give it to ERAPAIVA_KAFKA__USERNAME")


def _rights(kafka: KafkaSettings, group: str) -> Collection[str]:
    """Our user's rights in a group, as far as the brokers report them."""
    with connected(KafkaAdminClient, kafka) as admin:
        try:
            reported: Collection[str] | None = admin.describe_groups([group])[group]["authorized_operations"]
        except GroupAuthorizationFailedError:
            return ()
        except KafkaError as fault:
            if not fault.retriable:  # as of a new cluster, which has no group coordinator before the first group
                raise
            return _UNREPORTED
    return _UNREPORTED if reported is None else reported
