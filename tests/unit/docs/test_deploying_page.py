"""The page on deploying: its commands make what compose asks for, and its override is a good one."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from services.runtime.settings import load
from tests.checkout import ROOT
from tests.unit.deploy.paths import compose, services, worker_services

PAGE = (ROOT / "docs" / "deploying.md").read_text("utf-8")
SCHEMA = ROOT / "tests" / "unit" / "deploy" / "schemas" / "compose-spec.json"


def block(language: str) -> str:
    """The one block of the page in a language."""
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    return str(found)


def override() -> Any:
    """The compose file that the page lays over ours."""
    return yaml.safe_load(block("yaml"))


def test_the_commands_make_every_secret_that_compose_reads(tmp_path: Path) -> None:
    *before, start = block("sh").splitlines()
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
