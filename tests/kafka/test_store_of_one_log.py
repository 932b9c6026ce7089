"""A store belongs to one log: nobody's positions are taken for another's, and no event is skipped in silence."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from schemas.facts import Fact, decode_facts
from schemas.topics import DEAD_LETTERS, FACTS, INVOICES, SETTINGS
from services.cli import main
from services.prepared_store import named_log, worker_store
from services.runtime.kafka.broker.log_client import kafka_log_client
from services.runtime.kafka.broker.tick_producer import TickProducer
from services.runtime.log_client import ClientRecord
from services.runtime.open_store import open_store
from services.runtime.refusal import Refusal
from services.runtime.store.log_identity import LogIdentity
from services.runtime.store.port import Access
from tests.checkout import ROOT
from tests.kafka.crew import WorkerProcess
from tests.kafka.workplace import Workplace, workplace
from tests.servers.kafka import Kafka
from tests.servers.postgres import Postgres
from tests.upgrade.make_store import CREDITORS, event_of_kind

SOON_S = 60
PUBLISHED = {"policy.published.v1": SETTINGS, "creditor.registered.v1": SETTINGS, "invoice.issued.v1": INVOICES}


@pytest.fixture
def here(own_kafka: Kafka, postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workplace]:
    """A broker and a database, named by the environment."""
    with workplace(own_kafka, postgres, tmp_path, 2) as place:
        for name, value in place.environment.items():
            monkeypatch.setenv(name, value)
        yield place


def run_beside(folder: Path) -> str:
    """Start `erapaiva run` with the environment's settings, end it if it works; what it said."""
    process = subprocess.Popen(
        [sys.executable, "-m", "services.cli", "run"],
        cwd=ROOT,
        env={**os.environ, "ERAPAIVA_INBOX__PATH": str(folder / "inbox")},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        said.append(line)
        if "caught-up" in line:  # it has published a first tick, and its workers have taken it
            break
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=SOON_S)
    return "".join(said)


def publish(here: Workplace) -> None:
    """A creditor, its policy and an invoice, and behind them ticks, published to the broker.

    With the ticks the topics are longer than the log of an embedded engine that has just been started: offsets of the
    one then look like offsets of the other.
    """
    creditor = next(iter(CREDITORS))
    records = [
        ClientRecord(topic, creditor, json.dumps(event_of_kind(creditor, kind)).encode())
        for kind, topic in PUBLISHED.items()
    ]
    with kafka_log_client(here.settings.kafka) as log:
        assert log.append(records) == [None] * len(PUBLISHED)
    with open_store(here.settings, Access.WORKER) as store:
        ticks = TickProducer(here.settings.kafka, store, here.settings.store.partitions)
        for hour in range(1, 7):
            assert ticks.tick(datetime.now(UTC) + timedelta(hours=hour))
        ticks.close()


def until_intake_has_no_lag(capsys: pytest.CaptureFixture[str]) -> None:
    """Wait until `status` shows that intake has taken every record of its topics."""
    end = time.monotonic() + SOON_S
    while True:
        assert time.monotonic() < end, "intake does not come to the end of its topics"
        capsys.readouterr()
        assert main(["status", "--json"]) == 0
        *lines, _ = map(json.loads, capsys.readouterr().out.splitlines())
        if all(line["lag"] == 0 for line in lines if line["worker"] == "intake"):
            return
        time.sleep(0.2)


def test_whoever_tries_run_beside_a_broker_takes_no_event_from_the_workers(
    here: Workplace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = run_beside(tmp_path)
    publish(here)

    intake = WorkerProcess("intake", "1", here.environment, tmp_path)
    until_intake_has_no_lag(capsys)
    intake.stop()

    with kafka_log_client(here.settings.kafka) as log:
        facts = {message.type for value in log.values(FACTS) if isinstance(message := decode_facts(value), Fact)}
        dead = list(log.values(DEAD_LETTERS))
    assert dead == []
    assert facts == set(PUBLISHED), "published, no lag, no dead letter, and passed on to nobody"
    assert "ERAPAIVA_KAFKA__BOOTSTRAP" in said
    assert "start the workers instead" in said


def test_workers_of_another_cluster_or_another_prefix_do_not_start_on_the_store(here: Workplace) -> None:
    log = named_log(here.settings)
    worker_store(here.settings, log).close()

    assert log.engine == "kafka"
    assert log.cluster
    for other in (log._replace(cluster="another"), log._replace(prefix="rehearsal."), LogIdentity("embedded")):
        with pytest.raises(Refusal, match="belongs to the log of Kafka, cluster "):
            worker_store(here.settings, other)
    worker_store(here.settings, log).close()


def test_what_is_said_to_a_store_of_kafkas_workers_without_a_broker_is_refused(
    here: Workplace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    worker_store(here.settings, named_log(here.settings)).close()
    monkeypatch.delenv("ERAPAIVA_KAFKA__BOOTSTRAP")

    for command in (
        ["tell", "hold.placed", "creditor=kuura", "debtor=C-1", "reason=agreed"],
        ["dead-letters", "list"],
        ["status"],
        ["report", "ageing"],
    ):
        assert main(command) == 1
        assert "belongs to the log of Kafka" in capsys.readouterr().err


def test_status_says_which_store_and_which_log_it_speaks_of(
    here: Workplace, capsys: pytest.CaptureFixture[str]
) -> None:
    log = named_log(here.settings)
    worker_store(here.settings, log).close()

    assert main(["status"]) == 0

    assert f"the log of Kafka, cluster {log.cluster}" in capsys.readouterr().out
