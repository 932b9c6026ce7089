"""The id of a cluster tells one broker's log from another's."""

import pytest

from services.runtime.kafka.broker.cluster import cluster_id
from services.runtime.refusal import Refusal
from services.runtime.settings import KafkaSettings
from tests.servers.kafka import Kafka
from tests.servers.ports import free_port


def plaintext(bootstrap: str) -> KafkaSettings:
    return KafkaSettings(bootstrap=bootstrap, security="plaintext")


def test_a_cluster_keeps_its_id_over_a_restart(own_kafka: Kafka) -> None:
    made = (own_kafka.folder / "data" / "meta.properties").read_text(encoding="utf-8")
    before = cluster_id(plaintext(own_kafka.bootstrap))
    own_kafka.restart()
    assert f"cluster.id={before}" in made.splitlines()
    assert cluster_id(plaintext(own_kafka.bootstrap)) == before


def test_two_clusters_have_two_ids(own_kafka: Kafka, kafka: str) -> None:
    assert cluster_id(plaintext(own_kafka.bootstrap)) != cluster_id(plaintext(kafka))


def test_a_broker_that_is_away_is_refused_in_a_sentence() -> None:
    address = f"127.0.0.1:{free_port()}"
    with pytest.raises(Refusal, match=f"ERAPAIVA_KAFKA__BOOTSTRAP: {address} does not let us in or answers no more"):
        cluster_id(plaintext(address))
