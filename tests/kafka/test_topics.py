"""Topics are created as they must be, and what differs is named."""

import asyncio
import time

import pytest
from kafka.admin import KafkaAdminClient

from schemas.dead_letters import DeadLetter
from schemas.parsing import LARGEST_EVENT
from schemas.topics import ALL_TOPICS, DEAD_LETTERS
from services.cli import main
from services.runtime.kafka.broker.connection import connected
from services.runtime.kafka.broker.log_client import kafka_log_client
from services.runtime.kafka.broker.topics import create, differences, refuse_wrong_topics
from services.runtime.kafka.engine.publisher import RecordPublisher
from services.runtime.refusal import Refusal
from services.runtime.settings import KafkaSettings, Settings, StoreSettings
from services.runtime.store.partition_tasks import PendingRecord
from tests.servers.kafka import Kafka

NAMES = [topic.name for topic in ALL_TOPICS]


@pytest.fixture
def settings(own_kafka: Kafka) -> Settings:
    """A broker without topics."""
    kafka = KafkaSettings(bootstrap=own_kafka.bootstrap, security="plaintext", replication=1)
    with connected(KafkaAdminClient, kafka) as admin:
        old = [name for name in NAMES if name in admin.list_topics()]
        if old:
            admin.delete_topics(old)
        while any(topic["error_code"] == 0 for topic in admin.describe_topics(NAMES)):
            time.sleep(0.05)
    return Settings(kafka=kafka, store=StoreSettings(partitions=3))


def test_without_topics_no_worker_starts_and_each_missing_one_is_named(settings: Settings) -> None:
    with pytest.raises(Refusal) as caught:
        refuse_wrong_topics(settings)
    assert str(caught.value).splitlines() == [
        f"topics: {name}: it does not exist; create it with `erapaiva topics create`" for name in NAMES
    ]


def test_created_topics_are_as_they_must_be_and_creating_again_changes_nothing(settings: Settings) -> None:
    assert create(settings) == NAMES
    assert differences(settings) == []
    refuse_wrong_topics(settings)
    assert create(settings) == []
    assert differences(settings) == []


def test_what_exists_is_never_altered_and_every_difference_is_named(settings: Settings) -> None:
    # given
    with connected(KafkaAdminClient, settings.kafka) as admin:
        kept = {"retention.ms": "1000", "cleanup.policy": "compact"}
        other = {"facts": {"num_partitions": 2, "replication_factor": 1, "configs": kept}}
        admin.create_topics(other, wait_for_metadata=True)
    # when
    made = create(settings)
    # then
    assert made == [name for name in NAMES if name != "facts"]
    assert [line for line in differences(settings) if "message" not in line] == [
        "facts: it has 2 partitions, but ERAPAIVA_STORE__PARTITIONS is 3; the number is fixed when topics and store "
        "are made: give theirs, or make new ones",
        "facts: cleanup.policy is compact, but should be delete",
        "facts: retention.ms is 1000, but should be -1",
    ]
    with pytest.raises(Refusal, match="topics: facts: it has 2 partitions, but ERAPAIVA_STORE__PARTITIONS is 3"):
        refuse_wrong_topics(settings, "intake")
    refuse_wrong_topics(settings, "notifier")  # which has nothing to do with facts


def test_more_copies_than_brokers_cannot_be_made(settings: Settings) -> None:
    three = settings.model_copy(update={"kafka": settings.kafka.model_copy(update={"replication": 3})})
    with pytest.raises(Refusal, match=r"topics: invoices cannot be created \(InvalidReplicationFactorError"):
        create(three)


def test_the_command_creates_checks_and_says_what_differs(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert settings.kafka.bootstrap is not None
    monkeypatch.setenv("ERAPAIVA_KAFKA__BOOTSTRAP", settings.kafka.bootstrap)
    monkeypatch.setenv("ERAPAIVA_KAFKA__SECURITY", "plaintext")
    monkeypatch.setenv("ERAPAIVA_KAFKA__REPLICATION", "1")
    assert main(["topics", "check"]) == 1
    assert capsys.readouterr().out.count("it does not exist") == len(NAMES)
    assert main(["topics", "create"]) == 0
    monkeypatch.setenv("ERAPAIVA_STORE__PARTITIONS", "12")
    assert main(["topics", "check"]) == 1
    assert capsys.readouterr().out.count("ERAPAIVA_STORE__PARTITIONS is 12") == len(NAMES)


def test_the_largest_event_fits_as_a_dead_letter(settings: Settings) -> None:
    # given: what is no text takes five bytes each in a dead letter
    create(settings)
    content = (b"\xff" * LARGEST_EVENT).decode("utf-8", "backslashreplace")
    letter = DeadLetter(key="k", reason="not-json", detail=("x",), origin="invoices/0", position=0, content=content)
    value = letter.model_dump_json().encode()
    publisher = RecordPublisher(settings.kafka)

    async def publish() -> None:
        await publisher.start()
        await publisher.publish("intake", 0, [PendingRecord(1, DEAD_LETTERS.name, 0, 1, "", value)])
        await publisher.stop()

    # when
    asyncio.run(publish())
    # then
    with kafka_log_client(settings.kafka) as log:
        assert list(log.values(DEAD_LETTERS)) == [value]
