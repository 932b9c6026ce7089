"""Metrics and health: what is counted, and what a supervisor is told."""

import io
import json
import urllib.request
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from urllib.error import HTTPError

import pytest

from schemas.dead_letters import DeadLetter
from schemas.decisions import Alert, NoticeDecided, NoticeEnded, Reason, TaskRaised, Unmatched, Withheld
from schemas.messages import encode
from schemas.topics import DEAD_LETTERS, DECISIONS, INVOICES
from services.runtime.engine import EmbeddedEngine
from services.runtime.refusal import Refusal
from services.runtime.sqlite.store import SqliteStore
from services.runtime.telemetry.health import PATIENCE_S, Health, HealthServer
from services.runtime.telemetry.logs import LogWriter
from services.runtime.telemetry.metrics import EngineMetrics, Metrics
from services.runtime.telemetry.record_observer import RecordObserver
from tests.unit.notifier.letters import a_letter
from tests.unit.runtime.pipeline import TALLY_TABLE, pipeline

DAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def value(metrics: Metrics, series: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(series, labels)


def withheld(*codes: str) -> Withheld:
    return Withheld(creditor="c", debtor="d", date=DAY, reasons=tuple(Reason(code=code) for code in codes))


def ended(status: Literal["accepted", "failed", "unknown"], *, trial: bool = True) -> NoticeEnded:
    letter = a_letter(channel="email")
    return NoticeEnded(
        creditor="c", debtor="d", date=DAY, notice="n", letter=letter, status=status, at=NOON, trial=trial
    )


def test_outcomes_of_letters_are_counted_and_accepted_ones_as_sent() -> None:
    metrics = Metrics()

    metrics.count([ended("accepted"), ended("accepted", trial=False), ended("failed"), ended("unknown")])

    assert value(metrics, "erapaiva_letters_ended_total", outcome="accepted") == 2
    assert value(metrics, "erapaiva_letters_ended_total", outcome="unknown") == 1
    assert value(metrics, "erapaiva_letters_sent_total", channel="email", trial="true") == 1
    assert value(metrics, "erapaiva_letters_sent_total", channel="email", trial="false") == 1


def test_a_letter_that_is_to_go_is_counted_before_its_outcome_is_known() -> None:
    metrics = Metrics()
    letter = a_letter(channel="email")

    metrics.count([NoticeDecided(creditor="c", debtor="d", date=DAY, notice="n", letter=letter)])

    assert value(metrics, "erapaiva_letters_decided_total") == 1
    assert value(metrics, "erapaiva_letters_ended_total", outcome="accepted") == 0


def test_series_of_closed_sets_begin_at_nought_so_that_the_first_unknown_letter_is_a_rise() -> None:
    metrics = Metrics()

    for outcome in ("accepted", "failed", "unknown", "deferred", "withdrawn"):
        assert value(metrics, "erapaiva_letters_ended_total", outcome=outcome) == 0
    assert value(metrics, "erapaiva_letters_sent_total", channel="print", trial="false") == 0
    assert value(metrics, "erapaiva_letters_withheld_total", reason="stale-feed") == 0


def test_a_withheld_letter_counts_once_for_each_reason_and_unknown_reasons_share_one_series() -> None:
    metrics = Metrics()

    metrics.count([withheld("disputed", "stale-feed", "disputed"), withheld("disputed"), withheld("made up", "too")])

    assert value(metrics, "erapaiva_letters_withheld_total", reason="disputed") == 2
    assert value(metrics, "erapaiva_letters_withheld_total", reason="stale-feed") == 1
    assert value(metrics, "erapaiva_letters_withheld_total", reason="other") == 1


def test_a_task_about_a_silent_account_counts_as_one_found() -> None:
    metrics = Metrics()
    tasks = [
        TaskRaised(creditor="c", debtor="d", date=DAY, task=task, reason=reason)
        for task, reason in (("silent-account", "silent"), ("find-address", "no-channel"))
    ]

    metrics.count(tasks)

    assert value(metrics, "erapaiva_silent_accounts_total") == 1
    assert value(metrics, "erapaiva_tasks_raised_total") == 2


def test_decisions_and_dead_letters_of_the_log_are_counted_once() -> None:
    metrics = Metrics()
    with EmbeddedEngine(SqliteStore(), []) as engine:
        task = TaskRaised(creditor="c", debtor="d", date=DAY, task="call", reason="no-channel")
        lost = Unmatched(
            creditor="c", date=DAY, account="a", payment="p", amount=1, currency="EUR", reason="no-reference"
        )
        for message in (withheld("gap"), task, lost, Alert(code="no-rate", detail="2026 H2")):
            engine.publish(DECISIONS, "k", encode(message))
        letter = DeadLetter(key="k", reason="unreadable", detail=("x",), origin="invoices/0", position=0, content="{")
        engine.publish(DEAD_LETTERS, "k", encode(letter))

        watch = RecordObserver(metrics, LogWriter(io.StringIO()))
        watch.follow(engine)
        watch.follow(engine)

    for series in ("tasks_raised", "payments_unmatched", "alerts", "dead_letters"):
        assert value(metrics, f"erapaiva_{series}_total") == 1
    assert value(metrics, "erapaiva_letters_withheld_total", reason="gap") == 1


def test_an_alert_is_logged_by_its_code_and_where_it_lies_without_its_words() -> None:
    stream = io.StringIO()
    with EmbeddedEngine(SqliteStore(), []) as engine:
        engine.publish(DECISIONS, "k", encode(withheld("gap")))
        engine.publish(DECISIONS, "k", encode(Alert(code="no-rate", creditor="c", detail="2026 H2")))

        RecordObserver(Metrics(), LogWriter(stream)).follow(engine)

    (line,) = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert (line["event"], line["level"], line["code"], line["topic"]) == ("alert", "warning", "no-rate", "decisions")
    assert line["offset"] == 1
    assert "detail" not in line
    assert "left_out" not in line


def test_records_handled_and_records_behind_are_shown_by_worker() -> None:
    metrics, health = Metrics(), Health()
    store = SqliteStore()
    store.tables.ensure([TALLY_TABLE])
    with EmbeddedEngine(store, pipeline(), observer=EngineMetrics(metrics, health.beat)) as engine:
        for number in (1, 2, 3):
            engine.publish(INVOICES, "c", b"%d" % number)
        watch = RecordObserver(metrics, LogWriter(io.StringIO()))
        watch.follow(engine)
        assert value(metrics, "erapaiva_records_behind", worker="sorter") == 3

        engine.settle()
        watch.follow(engine)

    assert value(metrics, "erapaiva_records_behind", worker="sorter") == 0
    assert value(metrics, "erapaiva_records_handled_total", worker="sorter", topic="invoices") == 3
    assert value(metrics, "erapaiva_records_handled_total", worker="clerk", topic="journal") == 3
    assert (value(metrics, "erapaiva_commit_seconds_count") or 0) > 0


def test_the_event_time_lag_grows_while_time_is_not_reached() -> None:
    metrics = Metrics()
    now, reached = NOON, NOON
    metrics.watch_time(lambda: now, lambda: reached)
    assert value(metrics, "erapaiva_event_time_lag_seconds") == 0

    now += timedelta(minutes=7)
    assert value(metrics, "erapaiva_event_time_lag_seconds") == 420

    reached = now
    assert value(metrics, "erapaiva_event_time_lag_seconds") == 0


class Stopwatch:
    """A clock of seconds that the test moves."""

    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def watch() -> Stopwatch:
    return Stopwatch()


@pytest.fixture
def health(watch: Stopwatch) -> Health:
    return Health(watch)


@pytest.fixture
def server(health: Health) -> Iterator[HealthServer]:
    metrics = Metrics()
    metrics.count([withheld("gap")])
    with HealthServer("127.0.0.1:0", metrics.registry, health) as running:
        yield running


def get(server: HealthServer, path: str, method: str = "GET") -> tuple[int, str]:
    request = urllib.request.Request(f"http://127.0.0.1:{server.port}{path}", method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            return answer.status, answer.read().decode()
    except HTTPError as refused:
        with refused:
            return refused.code, refused.read().decode()


def test_the_metrics_are_served_in_the_text_form_of_prometheus(server: HealthServer) -> None:
    status, text = get(server, "/metrics")

    assert status == 200
    assert 'erapaiva_letters_withheld_total{reason="gap"} 1.0' in text


def test_the_process_is_alive_while_its_loop_comes_round(
    server: HealthServer, health: Health, watch: Stopwatch
) -> None:
    assert get(server, "/livez") == (200, "ok\n")
    watch.now_s += PATIENCE_S + 1
    assert get(server, "/livez") == (503, "the run loop does not come round\n")

    health.beat()

    assert get(server, "/livez") == (200, "ok\n")


def test_the_process_is_ready_once_it_has_caught_up(server: HealthServer, health: Health) -> None:
    assert get(server, "/readyz") == (503, "not caught up yet\n")

    health.ready = True

    assert get(server, "/readyz") == (200, "ok\n")


@pytest.mark.parametrize(
    ("path", "method", "status"), [("/", "GET", 404), ("/metrics/../etc", "GET", 404), ("/metrics", "POST", 405)]
)
def test_nothing_else_is_served(server: HealthServer, path: str, method: str, status: int) -> None:
    assert get(server, path, method)[0] == status


def test_a_head_request_gets_no_body(server: HealthServer) -> None:
    assert get(server, "/metrics", "HEAD") == (200, "")


def test_requests_are_not_logged(server: HealthServer, capfd: pytest.CaptureFixture[str]) -> None:
    get(server, "/metrics?debtor=Matti")

    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("bind", ["127.0.0.1:x", "256.0.0.1:0", "127.0.0.1:99999"])
def test_an_address_that_cannot_be_had_is_refused_with_the_settings_name(bind: str) -> None:
    with pytest.raises(Refusal, match=r"ERAPAIVA_METRICS__BIND: cannot listen on"):
        HealthServer(bind, Metrics().registry, Health())


def test_an_address_that_is_taken_is_refused(server: HealthServer) -> None:
    with pytest.raises(Refusal, match="Address already in use"):
        HealthServer(f"127.0.0.1:{server.port}", Metrics().registry, Health())
