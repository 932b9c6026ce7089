"""The id of the Kafka cluster, by which a store knows whether its positions belong to the log at hand."""

from __future__ import annotations

from kafka.admin import KafkaAdminClient

from services.runtime.kafka.broker.connection import connected
from services.runtime.refusal import Refusal
from services.runtime.settings import KafkaSettings


def cluster_id(kafka: KafkaSettings) -> str:
    """The id that the brokers' metadata report: given when the cluster was made, the same on all its brokers.

    Raises Refusal when no broker answers, or when they report none (brokers older than 0.10.1).
    """
    with connected(KafkaAdminClient, kafka) as admin:
        found: str | None = admin.describe_cluster()["cluster_id"]
    if not found:
        raise Refusal(f"ERAPAIVA_KAFKA__BOOTSTRAP: {kafka.bootstrap} reports no cluster id; use Kafka 0.10.1 or newer")
    return found
