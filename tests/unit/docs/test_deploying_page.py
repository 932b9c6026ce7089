"""The page on deploying: its commands make what compose asks for, and its override is a good one."""

import json
import re
import shlex
import subprocess
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from schemas.topics import ALL_TOPICS, PUBLIC_TOPICS
from services.clock.worker import ClockWorker
from services.pipeline import WORKERS
from services.runtime.kafka.broker.names import group_name
from services.runtime.kafka.broker.topics import rights_of
from services.runtime.settings import KafkaSettings, load
from tests.checkout import ROOT
from tests.unit.deploy.paths import compose, services, worker_services

PAGE = (ROOT / "docs" / "deploying.md").read_text("utf-8")
ADMIN = "admin.properties"
SCHEMA = ROOT / "tests" / "unit" / "deploy" / "schemas" / "compose-spec.json"


def blocks(language: str) -> list[str]:
    """The blocks of the page in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


def override() -> Any:
    """The compose file that the page lays over ours."""
    (found,) = blocks("yaml")
    return yaml.safe_load(found)


def rights() -> dict[str, set[tuple[str, str]]]:
    """By user of the broker: (operation, topic or group) that the page's commands give, and nothing beside."""
    given: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for line in blocks("sh")[1].splitlines():
        words = shlex.split(line, comments=True)
        if not words:
            continue
        assert words[:6] == ["kafka-acls.sh", "--bootstrap-server", "$KAFKA", "--command-config", ADMIN, "--add"]
        options: defaultdict[str, list[str]] = defaultdict(list)
        for name, value in zip(words[6::2], words[7::2], strict=True):
            options[name].append(value)
        (principal,) = options.pop("--allow-principal")
        operations, topics, groups = (options.pop(name, []) for name in ("--operation", "--topic", "--group"))
        assert options in ({}, {"--resource-pattern-type": ["prefixed"]})
        assert bool(groups) == bool(options), "groups by prefix, topics by name"
        given[principal.removeprefix("User:")] |= {(one, name) for one in operations for name in (*topics, *groups)}
    return given


def test_the_commands_make_every_secret_that_compose_reads(tmp_path: Path) -> None:
    *before, start = blocks("sh")[0].splitlines()
    subprocess.run("\n".join(before), shell=True, cwd=tmp_path, check=True)

    asked = [tmp_path / secret["file"] for secret in compose()["secrets"].values()]
    assert start.startswith("docker compose up")
    assert all(len(path.read_text().strip()) == 32 for path in asked)
    assert len({path.read_text() for path in asked}) == len(asked)
    assert (tmp_path / "deploy" / "secrets").stat().st_mode & 0o777 == 0o700
    assert all(path.stat().st_mode & 0o444 == 0o444 for path in asked)


def test_every_service_that_the_page_asks_or_lays_over_is_there() -> None:
    named = set(re.findall(r"docker compose (?:run --rm|exec) (\S+)", PAGE)) | set(override()["services"])

    assert named <= set(services())
    assert {name for name, worker in worker_services().items() if worker == "notifier"} <= set(override()["services"])


def test_the_override_is_what_compose_allows_and_its_letters_go_to_the_catcher_by_tls(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    password = tmp_path / "password"
    password.write_text("a secret")
    told = {**services()["notifier-1"]["environment"], **override()["services"]["notifier-1"]["environment"]}
    for name, value in told.items():
        monkeypatch.setenv(name, str(password) if name.endswith("__PASSWORD_FILE") else value)

    mail = load().mail

    Draft202012Validator(json.loads(SCHEMA.read_text("utf-8"))).validate(override())
    assert (mail.mode, mail.host, mail.port, mail.tls) == ("live", "mail-catcher", 1025, "starttls")


def test_the_rights_on_the_page_are_those_that_workers_and_clock_ask_for_and_no_more() -> None:
    asked = {
        user: {
            (right.capitalize(), topic.name)
            for worker in workers
            for topic in ALL_TOPICS
            for right in rights_of(topic, worker)
        }
        for user, workers in (("erapaiva", tuple(WORKERS)), ("erapaiva-clock", (ClockWorker.name,)))
    }

    assert rights()["erapaiva"] == asked["erapaiva"] | {("Read", "erapaiva-")}
    assert rights()["erapaiva-clock"] == asked["erapaiva-clock"]
    assert all(group_name(KafkaSettings(), worker).startswith("erapaiva-") for worker in WORKERS)


def test_every_producer_on_the_page_writes_to_one_public_topic_and_people_to_public_ones_only() -> None:
    given = rights()
    public = {topic.name for topic in PUBLIC_TOPICS}
    producers = [given[name] for name in ("billing", "bank", "service", "office")]

    assert sorted(one for each in producers for one in each) == sorted(("Write", name) for name in public)
    assert all(len(each) == 1 for each in producers)
    assert {name for right, name in given["operator"] if right == "Write"} == public
    assert {name for right, name in given["operator"] if right == "Read"} == {topic.name for topic in ALL_TOPICS}
