"""Alert rules and dashboards: they speak of series that are, sound when they must, and say what to do."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.runtime.telemetry.logs import LogEvent
from services.runtime.telemetry.metrics import Metrics
from tests.checkout import ROOT
from tests.unit.deploy.paths import DASHBOARDS, DEPLOY, KUBERNETES, documents

PROMETHEUS = DEPLOY / "prometheus"
SERIES = re.compile(r"\berapaiva_[a-z_]+")
RULES: list[Any] = [rule for group in documents(PROMETHEUS / "alerts.yml")[0]["groups"] for rule in group["rules"]]
EVERY_ALERT = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
EVERY_BOARD = pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)


def promtool(*arguments: str) -> None:
    """Run Prometheus' own checker; tests/servers/install brings it."""
    tool = shutil.which("promtool")
    assert tool, "promtool is missing; run tests/servers/install"
    done = subprocess.run([tool, *arguments], cwd=PROMETHEUS, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def known_series() -> dict[str, set[str]]:
    """Every series that a process can show, with the names of its labels."""
    found: dict[str, set[str]] = {}
    for metric in Metrics().registry.collect():
        family = {f"{metric.name}_total"} if metric.type == "counter" else {metric.name}
        if metric.type == "histogram":
            family = {f"{metric.name}_{part}" for part in ("bucket", "count", "sum")}
        for name in family:
            found[name] = {label for sample in metric.samples for label in sample.labels}
    return found


LOG_LINE = re.compile(r"\blog line ([a-z-]+)|\blines?:? `([a-z-]+)`|`([a-z-]+)` lines?\b")


def log_lines_named() -> set[str]:
    """The events that alerts and runbooks send a person to look for in the log."""
    pages = [*(ROOT / "docs" / "runbooks").glob("*.md"), PROMETHEUS / "alerts.yml"]
    return {"".join(found) for page in pages for found in LOG_LINE.findall(page.read_text("utf-8"))}


def test_a_log_line_that_a_person_is_sent_to_read_is_written() -> None:
    assert {"alert", "crashed", "letter-not-delivered"} <= log_lines_named() <= {event.value for event in LogEvent}


def test_every_event_of_the_log_is_written_somewhere() -> None:
    code = "".join(path.read_text("utf-8") for path in (ROOT / "services").rglob("*.py"))

    assert [event for event in LogEvent if f"LogEvent.{event.name}" not in code] == []


def panels_of(path: Path) -> list[Any]:
    """The panels of a dashboard."""
    panels: list[Any] = json.loads(path.read_text("utf-8"))["panels"]
    return panels


def cells_of(panel: Any) -> set[tuple[int, int]]:
    """The cells of the grid that a panel covers."""
    place = panel["gridPos"]
    columns, rows = range(place["x"], place["x"] + place["w"]), range(place["y"], place["y"] + place["h"])
    return {(x, y) for x in columns for y in rows}


def expressions() -> Iterator[str]:
    """Every expression of rules, dashboards and scaling."""
    yield from (rule["expr"] for rule in RULES)
    for path in DASHBOARDS:
        yield from (
            target["expr"] for panel in json.loads(path.read_text("utf-8"))["panels"] for target in panel["targets"]
        )
    for scaled in documents(KUBERNETES / "scaling.yaml"):
        yield from (trigger["metadata"]["query"] for trigger in scaled["spec"]["triggers"])


def test_prometheus_accepts_its_configuration_and_the_rules() -> None:
    promtool("check", "config", "prometheus.yml")


def test_each_alert_sounds_when_it_must_and_is_silent_when_it_must_be() -> None:
    promtool("test", "rules", "alerts.test.yml")

    samples = [
        (test["expr"], bool(test["exp_samples"]))
        for case in documents(PROMETHEUS / "alerts.test.yml")[0]["tests"]
        for test in case["promql_expr_test"]
    ]
    for rule in RULES:
        judged = {sounds for expression, sounds in samples if f'alertname="{rule["alert"]}"' in expression}
        assert judged == {True, False}, rule["alert"]


def test_every_series_that_is_asked_for_is_one_that_we_show() -> None:
    asked = {name for expression in expressions() for name in SERIES.findall(expression)}

    assert asked <= set(known_series())


def test_every_series_that_we_show_is_on_a_dashboard() -> None:
    shown = {name for path in DASHBOARDS for name in SERIES.findall(path.read_text("utf-8"))}

    ours = {name for name in known_series() if not name.endswith(("_count", "_sum"))}
    assert ours - shown == set()


def test_a_value_of_a_label_that_is_asked_for_is_one_that_there_is() -> None:
    values = {
        (name, value)
        for metric in Metrics().registry.collect()
        for sample in metric.samples
        for name, value in sample.labels.items()
    }
    asked = {
        (name, value)
        for expression in expressions()
        for name, value in re.findall(r'(\w+)!?="([^"]+)"', expression)
        if name in {"outcome", "reason", "trial", "channel"}
    }

    assert asked
    assert asked <= values


@EVERY_ALERT
def test_an_alert_says_how_bad_it_is_what_is_wrong_and_what_to_do(rule: Any) -> None:
    assert rule["labels"]["severity"] in {"warning", "critical"}
    assert len(rule["annotations"]["summary"]) > 20
    assert rule["annotations"]["description"].endswith(".")


@EVERY_ALERT
def test_an_alert_has_a_page_that_says_what_it_means_where_to_look_and_what_to_do(rule: Any) -> None:
    page = (ROOT / rule["annotations"]["runbook"]).read_text("utf-8")

    assert page.startswith(f"# {rule['alert']}\n")
    assert [page.count(part) for part in ("\n**Means:**", "\n**Look at**\n", "\n**Do**\n")] == [1, 1, 1]


def test_no_page_is_of_an_alert_that_is_not() -> None:
    pages = {path.relative_to(ROOT).as_posix() for path in (ROOT / "docs" / "runbooks").glob("*.md")}

    assert pages == {rule["annotations"]["runbook"] for rule in RULES}


def test_dashboards_are_provisioned_from_where_compose_puts_them_over_the_one_data_source() -> None:
    (source,) = documents(DEPLOY / "grafana/provisioning/datasources/prometheus.yml")[0]["datasources"]
    (provider,) = documents(DEPLOY / "grafana/provisioning/dashboards/erapaiva.yml")[0]["providers"]

    assert source["url"] == "http://prometheus:9090"
    assert provider["options"]["path"] == "/etc/grafana/dashboards"
    for path in DASHBOARDS:
        asked = re.findall(r'"uid": "(\w+)"', path.read_text("utf-8"))
        assert {uid for uid in asked if not uid.startswith("erapaiva")} == {source["uid"]}


@EVERY_BOARD
def test_a_panel_answers_a_question_has_a_unit_and_covers_no_other(path: Path) -> None:
    covered: set[tuple[int, int]] = set()

    for panel in panels_of(path):
        assert "?" in panel["description"]
        assert panel["fieldConfig"]["defaults"]["unit"]
        assert not cells_of(panel) & covered
        assert max(x for x, _ in cells_of(panel)) < 24
        covered |= cells_of(panel)
    assert len({panel["id"] for panel in panels_of(path)}) == len(panels_of(path))
