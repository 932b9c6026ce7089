"""`erapaiva status` on Kafka: positions from the store, ends and ages from the brokers."""

import json
from pathlib import Path
from typing import Any

import pytest

from schemas.topics import INVOICES, partition_of
from services.cli import main
from services.runtime.kafka.broker.log_client import kafka_log_client
from services.runtime.kafka.broker.topics import create
from services.runtime.log_client import ClientRecord
from services.runtime.settings import Settings, load
from services.runtime.sqlite.store import SqliteStore
from tests.servers.kafka import Kafka

PARTITIONS = 2
PLACE = partition_of("kuura", PARTITIONS)


@pytest.fixture
def settings(own_kafka: Kafka, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings of the environment: a broker with topics, a store that was made."""
    monkeypatch.setenv("ERAPAIVA_KAFKA__BOOTSTRAP", own_kafka.bootstrap)
    monkeypatch.setenv("ERAPAIVA_KAFKA__SECURITY", "plaintext")
    monkeypatch.setenv("ERAPAIVA_KAFKA__REPLICATION", "1")
    monkeypatch.setenv("ERAPAIVA_STORE__PARTITIONS", str(PARTITIONS))
    monkeypatch.setenv("ERAPAIVA_STORE__PATH", str(tmp_path / "store.db"))
    settings = load()
    create(settings)
    with SqliteStore(settings.store.path) as store:
        store.fix_partitions(PARTITIONS)
    return settings


def test_a_worker_lags_until_its_stored_position_is_at_the_end(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    # given
    assert main(["status", "--drained"]) == 0
    with kafka_log_client(settings.kafka) as log:
        log.append([ClientRecord(INVOICES, "kuura", b"{}")] * 3)
    # when, then: nothing was taken
    assert main(["status", "--drained"]) == 1
    assert capsys.readouterr().out == ""
    line, whole = status(capsys)
    assert (line["position"], line["end"], line["lag"], whole["drained"]) == (0, 3, 3, False)
    assert 0 <= line["age_s"] < 300
    # when, then: all was taken
    with SqliteStore(settings.store.path) as store:
        store.begin()
        store.move({("intake", INVOICES.name, PLACE): 3})
        store.commit()
    assert main(["status", "--drained"]) == 0
    line, whole = status(capsys)
    assert (line["position"], line["lag"], line["age_s"], whole["drained"]) == (3, 0, None, True)


def test_the_table_for_a_person_says_whether_anything_is_left(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    with kafka_log_client(settings.kafka) as log:
        log.append([ClientRecord(INVOICES, "kuura", b"{}")])
    assert main(["status"]) == 0
    said = capsys.readouterr().out
    assert "cash_application" in said
    assert "not drained; letters on their way: 0" in said


def status(capsys: pytest.CaptureFixture[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is told of intake's partition of invoices, and of the whole."""
    assert main(["status", "--json"]) == 0
    *lines, whole = map(json.loads, capsys.readouterr().out.splitlines())
    (line,) = [each for each in lines if (each["topic"], each["partition"]) == (INVOICES.name, PLACE)]
    return line, whole
