"""The page for producers: what it says is typed into a shell, and what then lies on the topics is read by intake."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka import KafkaConsumer
from kafka.admin import KafkaAdminClient, NewTopic

from schemas.binary_mode import structured
from schemas.parsing import parse_event
from schemas.topics import PUBLIC_TOPICS, TOPICS
from services.cash_application.state.tally import total
from services.cash_application.worker import CashApplication
from services.intake.doors.door_rules import SHIPPED
from services.intake.routing import destination_of
from services.intake.worker import Intake
from services.runtime.engine import EmbeddedEngine
from services.runtime.sqlite.store import SqliteStore
from services.runtime.worker import Record
from tests.servers.kafka import Kafka
from tests.servers.kafka_jars import kafka_jars

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "producing.md").read_text("utf-8")
COMMANDS = "".join(re.findall(r"^```sh\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE))
PARTITIONS = 3


@pytest.fixture(scope="module")
def topics(own_kafka: Kafka) -> str:
    """A broker with the public topics."""
    admin = KafkaAdminClient(bootstrap_servers=own_kafka.bootstrap)
    admin.create_topics(
        [NewTopic(topic.name, num_partitions=PARTITIONS, replication_factor=1) for topic in PUBLIC_TOPICS]
    )
    admin.close()
    return own_kafka.bootstrap


@pytest.fixture(scope="module")
def published(topics: str, tmp_path_factory: pytest.TempPathFactory) -> list[Record]:
    """What lies on the topics, by partition and offset, after every command of the page was typed in, twice."""
    folder = tmp_path_factory.mktemp("producer")
    (folder / "docs").symlink_to(DOCS)
    client = folder / "bin" / "kafka-console-producer.sh"
    client.parent.mkdir()
    client.write_text(f'#!/bin/sh\nexec java -cp "{kafka_jars()}/*" org.apache.kafka.tools.ConsoleProducer "$@"\n')
    client.chmod(0o755)
    path = os.pathsep.join([str(client.parent), str(Path(sys.executable).parent), os.environ["PATH"]])
    for _ in range(2):
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", COMMANDS],
            env={"PATH": path, "KAFKA": topics},
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert "invoice-1001 is at invoices/" in done.stdout
    return sorted(records(topics), key=lambda record: (record.topic.name, record.partition, record.offset))


def records(bootstrap: str) -> Iterator[Record]:
    """All records of the public topics, with their headers put into the value."""
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest", enable_auto_commit=False)
    consumer.subscribe([topic.name for topic in PUBLIC_TOPICS])
    while True:
        for record in [each for batch in consumer.poll(timeout_ms=500).values() for each in batch]:
            value = structured(record.headers, record.value)
            yield Record(TOPICS[record.topic], record.partition, record.offset, record.key.decode(), value)
        assigned = consumer.assignment()
        ends = consumer.end_offsets(list(assigned))
        if assigned and all(consumer.position(each) == ends[each] for each in assigned):
            break
    consumer.close()


def test_every_example_is_on_the_page() -> None:
    assert all(f"(examples/{path.name})" in PAGE for path in (DOCS / "examples").iterdir())


def test_every_event_lies_under_its_topic_and_key_and_has_no_field_unknown(published: list[Record]) -> None:
    found = [parse_event(record.value) for record in published]

    assert [event.unknown for event in found] == [()] * len(published)
    assert sorted({event.envelope.id for event in found}) == [
        "case-4711",
        "case-4712",
        "completed-FI5910000000000001-2026-01-19",
        "credit-note-H-1001",
        "invoice-1001",
        "invoice-1002",
        "payment-20260119X001",
        "payment-20260119X002",
    ]
    for record in published:
        address = destination_of(record.value)
        assert (record.topic, record.key) == (address.topic, address.key)


def test_a_key_keeps_its_order_and_the_banks_word_comes_after_its_payments(published: list[Record]) -> None:
    payments = [record for record in published if record.topic.name == "payments"]

    assert len({record.partition for record in payments}) == 1
    assert [parse_event(record.value).envelope.type for record in payments] == [
        "payment.received.v1",
        "payment.received.v1",
        "bank-feed.completed.v1",
    ] * 2


def test_what_was_sent_again_is_known_and_nothing_becomes_a_dead_letter(published: list[Record]) -> None:
    # given
    engine = EmbeddedEngine(SqliteStore(), [Intake(SHIPPED), CashApplication()], PARTITIONS)
    # when
    for record in published:
        engine.publish(record.topic, record.key, record.value, record.partition)
    engine.settle()
    # then
    tally = total(engine.store)
    assert (tally.read, tally.duplicates, tally.dead_letters) == (16, 8, 0)
    assert engine.store.log.ends("dead-letters") == [0] * PARTITIONS
