"""A broker that lets in only whom it knows, reached with our settings by both clients."""

import asyncio
import gc
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from kafka.admin import (
    ACL,
    ACLOperation,
    ACLPermissionType,
    KafkaAdminClient,
    ResourcePattern,
    ResourceType,
)

from schemas.topics import DEAD_LETTERS, DECISIONS, FACTS, PUBLIC_TOPICS
from services.runtime.kafka.broker.cluster import cluster_id
from services.runtime.kafka.broker.connection import connected
from services.runtime.kafka.broker.group import refuse_closed_group
from services.runtime.kafka.broker.headers import Origin, headers_of
from services.runtime.kafka.broker.security import aiokafka_options
from services.runtime.kafka.broker.topics import create, refuse_wrong_topics
from services.runtime.kafka.engine.restored_store import refuse_restored_store
from services.runtime.kafka.engine.sequences import Sequences
from services.runtime.refusal import Refusal
from services.runtime.settings import KafkaSettings, Settings, StoreSettings
from tests.servers.guarded_kafka import PASSWORD, USER, Certificates, guarded_kafka
from tests.servers.kafka import Kafka


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def broker(certificates: Certificates) -> Iterator[Kafka]:
    with guarded_kafka(certificates) as running:
        create(Settings(kafka=open_door(running), store=StoreSettings(partitions=1)))
        grant(running, "READ", [topic.name for topic in PUBLIC_TOPICS])
        grant(running, "WRITE", [FACTS.name, DECISIONS.name])
        yield running


def open_door(broker: Kafka) -> KafkaSettings:
    return KafkaSettings(bootstrap=broker.bootstrap, security="plaintext", replication=1)


def grant(broker: Kafka, right: str, names: list[str], kind: ResourceType = ResourceType.TOPIC) -> None:
    with connected(KafkaAdminClient, open_door(broker)) as admin:
        allowed = ACLOperation[right], ACLPermissionType.ALLOW
        everywhere = [ResourcePattern(kind, name) for name in names]
        admin.create_acls([ACL(f"User:{USER}", "*", *allowed, pattern) for pattern in everywhere])


def ways_in(broker: Kafka, certificates: Certificates) -> dict[str, dict[str, Any]]:
    login = {"bootstrap": broker.address("LOGIN"), "username": USER, "password": PASSWORD, "ca": certificates.ca}
    certified = {"bootstrap": broker.address("CERTIFIED"), "ca": certificates.ca, "certificate": certificates.client}
    return {
        "SCRAM-SHA-512": login,
        "SCRAM-SHA-256": {**login, "mechanism": "SCRAM-SHA-256"},
        "PLAIN": {**login, "mechanism": "PLAIN"},
        "certificate": {**certified, "security": "ssl"},
    }


WAYS = ["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN", "certificate"]


@pytest.mark.parametrize("way", WAYS)
def test_both_clients_are_let_in(broker: Kafka, certificates: Certificates, way: str) -> None:
    kafka = KafkaSettings(**ways_in(broker, certificates)[way])

    async def start_and_stop() -> None:
        producer = AIOKafkaProducer(**aiokafka_options(kafka))
        await producer.start()
        await producer.stop()
        await asyncio.sleep(0.1)  # TLS says goodbye

    asyncio.run(start_and_stop())
    with connected(KafkaAdminClient, kafka) as admin:
        assert admin.describe_cluster()["brokers"]


@pytest.mark.filterwarnings("ignore:unclosed <s:ResourceWarning")  # kafka-python gives up, and leaves its attempts open
@pytest.mark.parametrize(
    "wrong", [{"password": "another"}, {"ca": None}, {"mechanism": "PLAIN", "username": "stranger"}]
)
def test_nobody_else_is_let_in_and_the_settings_to_look_at_are_named(
    broker: Kafka, certificates: Certificates, wrong: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.runtime.kafka.broker.security._BOOTSTRAP_WITHIN_MS", 2_000)
    kafka = KafkaSettings(**{**ways_in(broker, certificates)["SCRAM-SHA-512"], **wrong})
    with (
        pytest.raises(Refusal, match=r"does not let us in .* …PASSWORD_FILE and …CA"),
        connected(KafkaAdminClient, kafka),
    ):
        pass
    gc.collect()


@pytest.mark.parametrize("way", WAYS)
def test_no_client_logs_the_password(
    broker: Kafka, certificates: Certificates, way: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    test_both_clients_are_let_in(broker, certificates, way)
    assert "Starting KafkaAdminClient with configuration" in caplog.text
    assert PASSWORD not in caplog.text


def test_a_user_without_rights_in_the_cluster_learns_its_id(broker: Kafka, certificates: Certificates) -> None:
    kafka = KafkaSettings(**ways_in(broker, certificates)["SCRAM-SHA-512"])
    assert cluster_id(kafka) == cluster_id(open_door(broker))


def test_missing_rights_are_named_topic_by_topic(broker: Kafka, certificates: Certificates) -> None:
    # given: what intake needs, but to see its own records and to write dead letters
    kafka = KafkaSettings(**ways_in(broker, certificates)["SCRAM-SHA-512"])
    settings = Settings(kafka=kafka, store=StoreSettings(partitions=1))
    assert refusal(settings, "intake") == [
        "topics: facts: the right to READ is missing; give it to ERAPAIVA_KAFKA__USERNAME",
        "topics: decisions: the right to READ is missing; give it to ERAPAIVA_KAFKA__USERNAME",
        "topics: dead-letters: it may not be described (TopicAuthorizationFailedError); "
        "give ERAPAIVA_KAFKA__USERNAME that right",
    ]
    # when, then
    grant(broker, "WRITE", [DEAD_LETTERS.name])
    grant(broker, "READ", [FACTS.name, DECISIONS.name, DEAD_LETTERS.name])
    refuse_wrong_topics(settings, "intake")
    assert refusal(settings, "overdue")[0] == (
        "topics: journal: it may not be described (TopicAuthorizationFailedError); "
        "give ERAPAIVA_KAFKA__USERNAME that right"
    )


def test_with_its_rights_a_worker_notices_that_its_store_was_restored(
    broker: Kafka, certificates: Certificates
) -> None:
    # given: intake has all its rights, and its first record is in the log
    grant(broker, "READ", [FACTS.name, DECISIONS.name, DEAD_LETTERS.name])
    grant(broker, "WRITE", [DEAD_LETTERS.name])

    async def write() -> None:
        async with AIOKafkaProducer(**aiokafka_options(open_door(broker))) as producer:
            await producer.send_and_wait(FACTS.name, b"{}", partition=0, headers=headers_of(Origin("intake", 0, 1)))

    asyncio.run(write())
    kafka = KafkaSettings(**ways_in(broker, certificates)["SCRAM-SHA-512"])
    # when, then
    with pytest.raises(Refusal, match="the store was restored from the past"):
        asyncio.run(refuse_restored_store("intake", {0: Sequences()}, 1, kafka))


def test_a_group_that_we_may_not_be_in_is_named(broker: Kafka, certificates: Certificates) -> None:
    # given
    kafka = KafkaSettings(**ways_in(broker, certificates)["SCRAM-SHA-512"])
    with pytest.raises(Refusal, match="group: the right to READ erapaiva-overdue is missing; give it to ERAPAIVA_"):
        refuse_closed_group(kafka, "overdue")
    # when, then
    grant(broker, "READ", ["erapaiva-overdue"], ResourceType.GROUP)
    refuse_closed_group(kafka, "overdue")


def refusal(settings: Settings, worker: str) -> list[str]:
    with pytest.raises(Refusal) as caught:
        refuse_wrong_topics(settings, worker)
    return str(caught.value).splitlines()
