"""`publish`, `tell` and `dead-letters` on Kafka."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from schemas.dead_letters import DeadLetter, DeadLetterClosed, DeadLettersMessage
from schemas.messages import MESSAGES_VERSION
from schemas.topics import DEAD_LETTERS, INSTRUCTIONS, INVOICES, PAYMENTS, SETTINGS, partition_of
from services.cli import main
from services.intake.labels import unlabelled
from services.runtime.kafka.broker.headers import Origin, headers_of
from services.runtime.kafka.broker.log_client import kafka_log_client
from services.runtime.kafka.broker.names import topic_name
from services.runtime.kafka.broker.topics import LARGEST_PUBLIC, create
from services.runtime.log_client import ClientRecord
from services.runtime.refusal import Refusal
from services.runtime.settings import KafkaSettings, Settings, load
from tests.servers.kafka import Kafka

PARTITIONS = 3
EXAMPLE = Path(__file__).parents[2] / "services" / "example" / "events"


@pytest.fixture(scope="module")
def broker() -> Iterator[Kafka]:
    with Kafka() as running:
        yield running


@pytest.fixture
def settings(broker: Kafka, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings of the environment, which name the broker; its topics exist."""
    monkeypatch.setenv("ERAPAIVA_KAFKA__BOOTSTRAP", broker.bootstrap)
    monkeypatch.setenv("ERAPAIVA_KAFKA__SECURITY", "plaintext")
    monkeypatch.setenv("ERAPAIVA_KAFKA__REPLICATION", "1")
    monkeypatch.setenv("ERAPAIVA_STORE__PARTITIONS", str(PARTITIONS))
    settings = load()
    create(settings)
    return settings


def test_files_are_published_to_the_partition_of_their_key_and_the_report_counts_them(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    # when
    status = main(["publish", str(EXAMPLE / "creditor.jsonl"), str(EXAMPLE / "billing.jsonl")])
    # then
    assert status == 0
    said = capsys.readouterr()
    assert "invoices: " in said.out
    assert "settings: " in said.out
    lines = (EXAMPLE / "billing.jsonl").read_bytes().splitlines()
    with records_of(settings.kafka, INVOICES.name) as records:
        assert {record.partition for record in records} == {partition_of("esimerkkila", PARTITIONS)}
        invoices = [unlabelled(record.value)[1] for record in records]
    assert invoices == [line for line in lines if json.loads(line)["type"].startswith("invoice.")]


def test_a_bank_file_finds_the_creditor_that_kafka_knows_and_what_cannot_be_read_goes_along(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # given
    main(["publish", str(EXAMPLE / "creditor.jsonl")])
    capsys.readouterr()
    table = tmp_path / "bank.csv"
    table.write_text(
        "account,payment,booked,amount\nFI5910000000000001,A-1,2026-01-19,30.00\nFI5910000000000001,A-2,soon,30.00\n",
        encoding="utf-8",
    )
    # when
    status = main(["publish", str(table)])
    # then
    assert status == 0
    assert capsys.readouterr().out.splitlines() == [
        "bank.csv:2: published as unreadable (wrong-field)",
        "payments: 2 records",
    ]
    with kafka_log_client(settings.kafka) as log:
        (read, event), (unread, _) = map(unlabelled, log.values(PAYMENTS))
    assert json.loads(event)["data"]["creditor"] == "esimerkkila"
    assert (read.reason, unread.reason, unread.account) == (None, "wrong-field", "FI5910000000000001")


def test_what_is_too_large_for_the_brokers_is_named_and_the_rest_arrives(settings: Settings) -> None:
    with kafka_log_client(settings.kafka) as log:
        before = len(list(log.values(INVOICES)))
        faults = log.append(
            [
                ClientRecord(INVOICES, "c", b"1"),
                ClientRecord(INVOICES, "c", b"x" * LARGEST_PUBLIC),
                ClientRecord(INVOICES, "c", b"2"),
            ]
        )
        assert faults == [None, "MessageSizeTooLargeError", None]
        assert len(list(log.values(INVOICES))) == before + 2


def test_events_in_binary_mode_and_aborted_transactions_are_read_as_others_read_them(settings: Settings) -> None:
    # given
    with kafka_log_client(settings.kafka) as log:
        before = list(log.values(SETTINGS))
    producer = KafkaProducer(bootstrap_servers=settings.kafka.bootstrap, transactional_id="t")
    producer.init_transactions()
    binary: list[tuple[str, bytes]] = [("ce_id", b"1"), ("ce_type", b"t"), ("content-type", b"application/json")]
    producer.begin_transaction()
    producer.send(SETTINGS.name, b"never", partition=0)
    producer.abort_transaction()
    producer.begin_transaction()
    producer.send(SETTINGS.name, b'{"a": 1}', headers=binary, partition=0)
    producer.commit_transaction()
    producer.close()
    # when
    with kafka_log_client(settings.kafka) as log:
        found = list(log.values(SETTINGS))
    # then
    (new,) = [value for value in found if value not in before]
    assert json.loads(new) == {"id": "1", "type": "t", "datacontenttype": "application/json", "data": {"a": 1}}


def test_what_a_person_tells_is_in_the_log(settings: Settings) -> None:
    status = main(["tell", "hold.placed", "creditor=kuura", "debtor=C-1", "reason=agreed", "until=2026-03-31"])
    assert status == 0
    with kafka_log_client(settings.kafka) as log:
        told = [json.loads(unlabelled(value)[1]) for value in log.values(INSTRUCTIONS) if b"hold.placed" in value]
    assert [event["data"]["debtor"] for event in told if event["data"]["creditor"] == "kuura"] == ["C-1"]


def test_dead_letters_are_listed_shown_and_let_go(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    # given
    letter = DeadLetter(key="3f1c", origin="invoices/0", position=7, reason="not-json", detail=("x",), content="{")
    write(settings, [(letter, headers_of(Origin("intake", 0, 1)))], partition=1)
    # when, then
    assert main(["dead-letters", "list"]) == 0
    assert capsys.readouterr().out.startswith("3f1c  invoices/0/7  not-json")
    assert main(["dead-letters", "show", "3f"]) == 0
    assert "origin: invoices/0" in capsys.readouterr().out
    assert main(["dead-letters", "redrive", "3f"]) == 1
    assert "still wrong" in capsys.readouterr().err
    assert main(["dead-letters", "discard", "3f"]) == 0
    with kafka_log_client(settings.kafka) as log:
        mended = {label.mends: raw for label, raw in map(unlabelled, log.values(INSTRUCTIONS))}
    assert mended["3f1c"] == b""


def test_a_dead_letter_that_a_worker_wrote_again_after_a_crash_does_not_open_again(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    # given
    letter = DeadLetter(key="again", origin="facts/0", position=1, reason="conflict", detail=("x",), content="{}")
    closed = DeadLetterClosed(key="again", outcome="discarded")
    raised, closing = headers_of(Origin("cash_application", 0, 1)), headers_of(Origin("intake", 0, 1))
    # when
    write(settings, [(letter, raised), (closed, closing), (letter, raised)])
    # then
    assert main(["dead-letters", "list"]) == 0
    assert "again" not in capsys.readouterr().out


def test_what_a_stranger_wrote_on_dead_letters_is_no_dead_letter_and_closes_none(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    # given
    ours = DeadLetter(key="ours", origin="facts/0", position=2, reason="conflict", detail=("x",), content="{}")
    theirs = ours.model_copy(update={"key": "theirs"})
    closed = DeadLetterClosed(key="ours", outcome="discarded")
    # when
    write(settings, [(ours, headers_of(Origin("overdue", 2, 1))), (theirs, []), (closed, [])])
    write(settings, [(theirs, headers_of(Origin("outside", 0, 1))), (closed, headers_of(Origin("clock", 0, 1)))])
    # then
    assert main(["dead-letters", "list"]) == 0
    listed = capsys.readouterr().out
    assert "ours" in listed
    assert "theirs" not in listed


def test_messages_of_a_later_version_are_refused_and_not_half_understood(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # given: topics of its own
    monkeypatch.setenv("ERAPAIVA_KAFKA__PREFIX", "newer.")
    settings = load()
    create(settings)
    letter = DeadLetter(key="now", origin="facts/0", position=3, reason="conflict", detail=("x",), content="{}")
    newer = letter.model_copy(update={"key": "later"})
    write(settings, [(letter, headers_of(Origin("overdue", 0, 1)))])
    assert main(["dead-letters", "list"]) == 0
    write(settings, [(newer, headers_of(Origin("overdue", 0, 2, MESSAGES_VERSION + 1)))])
    # when, then
    assert main(["dead-letters", "list"]) == 1
    versions = f"version {MESSAGES_VERSION + 1}, but this program reads them up to version {MESSAGES_VERSION}"
    assert f"overdue wrote messages of {versions}; run the newer program" in capsys.readouterr().err


def test_without_topics_it_is_said_which_is_missing() -> None:
    with (
        Kafka() as empty,
        kafka_log_client(KafkaSettings(bootstrap=empty.bootstrap, security="plaintext")) as log,
        pytest.raises(Refusal, match=r"topics: invoices is not there for us .*; see `erapaiva topics check`"),
    ):
        log.append([ClientRecord(INVOICES, "c", b"1")])


def write(
    settings: Settings, messages: list[tuple[DeadLettersMessage, list[tuple[str, bytes]]]], *, partition: int = 0
) -> None:
    """Write on dead-letters as a worker would, or a stranger: by the headers."""
    topic = topic_name(settings.kafka, DEAD_LETTERS)
    producer = KafkaProducer(bootstrap_servers=settings.kafka.bootstrap, acks="all")
    for message, headers in messages:
        producer.send(topic, message.model_dump_json().encode(), headers=headers, partition=partition)
    producer.close()


@contextmanager
def records_of(kafka: KafkaSettings, topic: str) -> Iterator[list[Any]]:
    """All records of a topic, partition by partition."""
    places = [TopicPartition(topic, partition) for partition in range(PARTITIONS)]
    consumer = KafkaConsumer(bootstrap_servers=kafka.bootstrap, auto_offset_reset="earliest", consumer_timeout_ms=500)
    consumer.assign(places)
    yield list(consumer)
    consumer.close()
