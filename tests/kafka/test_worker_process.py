"""`erapaiva worker NAME` as an operator meets it: what it refuses, what it shows, how it ends."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from kafka.admin import KafkaAdminClient

from schemas.topics import FACTS
from tests.checkout import ROOT
from tests.kafka.workplace import Workplace, workplace
from tests.servers.kafka import Kafka
from tests.servers.ports import free_port
from tests.servers.postgres import Postgres

SOON_S = 60


@pytest.fixture
def here(own_kafka: Kafka, postgres: Postgres, tmp_path: Path) -> Iterator[Workplace]:
    with workplace(own_kafka, postgres, tmp_path, 2) as place:
        yield place


@contextmanager
def worker(name: str, environment: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
    """A process of a worker, ended with the test."""
    process = subprocess.Popen(
        [sys.executable, "-m", "services.cli", "worker", name],
        cwd=ROOT,
        env={**os.environ, **environment},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def refusal(name: str, environment: Mapping[str, str]) -> str:
    """What a worker says that will not start; its status is 1."""
    with worker(name, environment) as process:
        _, said = process.communicate(timeout=SOON_S)
        assert process.returncode == 1
    return said


def page(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read().decode()
    except OSError:
        return 0, ""


def until_ready(port: int) -> None:
    end = time.monotonic() + SOON_S
    while page(port, "/readyz")[0] != 200:
        assert time.monotonic() < end, "the worker does not get ready"
        time.sleep(0.1)


@pytest.mark.parametrize("name", ["intake", "overdue", "notifier", "clock"])
def test_a_worker_is_ready_once_it_has_joined_and_ends_in_order_when_told(here: Workplace, name: str) -> None:
    port = free_port()
    shown = {"ERAPAIVA_METRICS__ENABLED": "true", "ERAPAIVA_METRICS__BIND": f"127.0.0.1:{port}"}

    with worker(name, {**here.environment, **shown}) as process:
        until_ready(port)
        alive, _ = page(port, "/livez")
        _, metrics = page(port, "/metrics")
        process.send_signal(signal.SIGTERM)
        process.wait(SOON_S)

        assert alive == 200
        assert "erapaiva_event_time_lag_seconds" in metrics
        assert name == "clock" or f'erapaiva_records_behind{{worker="{name}"}} 0.0' in metrics
        assert process.returncode == 0


def test_missing_topics_are_named_before_anything_is_read(here: Workplace, own_kafka: Kafka) -> None:
    admin = KafkaAdminClient(bootstrap_servers=own_kafka.bootstrap)
    admin.delete_topics([FACTS.name])
    admin.close()

    assert "erapaiva worker: topics: facts: it does not exist; create it with `erapaiva topics create`" in refusal(
        "intake", here.environment
    )


def test_another_number_of_partitions_is_refused_with_the_setting_named(here: Workplace) -> None:
    said = refusal("overdue", {**here.environment, "ERAPAIVA_STORE__PARTITIONS": "3"})

    assert "ERAPAIVA_STORE__PARTITIONS" in said
    assert "journal" in said


def test_plaintext_to_brokers_elsewhere_is_refused_with_the_setting_named(here: Workplace) -> None:
    said = refusal("overdue", {**here.environment, "ERAPAIVA_KAFKA__BOOTSTRAP": "10.255.255.1:9092"})

    assert said.startswith("erapaiva worker: ERAPAIVA_KAFKA__SECURITY: events would cross the network in clear")


def test_without_brokers_a_worker_says_that_it_needs_them(here: Workplace) -> None:
    without = {name: value for name, value in here.environment.items() if "KAFKA" not in name}

    assert "ERAPAIVA_KAFKA__BOOTSTRAP" in refusal("overdue", without)


def test_a_database_that_does_not_answer_is_refused_without_its_password(here: Workplace, tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("canary-of-a-secret")
    nowhere = {
        "ERAPAIVA_POSTGRES__DSN": f"host=127.0.0.1 port={free_port()} user=erapaiva dbname=erapaiva sslmode=disable",
        "ERAPAIVA_POSTGRES__PASSWORD_FILE": str(secret),
    }

    said = refusal("overdue", {**here.environment, **nowhere})

    assert "ERAPAIVA_POSTGRES__DSN" in said
    assert "canary" not in said
