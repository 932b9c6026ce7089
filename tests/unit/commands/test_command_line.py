"""The command line before a command is chosen: its overview, its version, its exit status (services/cli.py)."""

import json
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

from services.cli import COMMANDS, READER_GONE, _Printable, main
from tests.checkout import ROOT
from tests.unit.intake.public_events import IBAN, completed, creditor, raw, said


def test_the_version_is_that_of_the_project(capsys: pytest.CaptureFixture[str]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

    assert main(["--version"]) == 0

    assert capsys.readouterr().out == f"erapaiva {project['version']}\n"


def test_each_command_is_a_module_and_each_module_a_command() -> None:
    files = {path.stem for path in (ROOT / "services" / "commands").glob("*.py")}

    assert {name.replace("-", "_") for name in COMMANDS} == files - {"__init__", "stores", "terminal"}
    assert all(
        (import_module(f"services.commands.{name.replace('-', '_')}").__doc__ or "").strip() for name in COMMANDS
    )


def test_an_unknown_command_is_wrong_use_and_the_known_ones_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["paly"]) == 2

    said = capsys.readouterr().err
    assert "'paly'" in said
    assert all(name in said for name in COMMANDS)


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"]])
def test_help_lists_every_command(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 0

    said = capsys.readouterr().out
    assert all(f"  {name} " in said for name in COMMANDS)


def test_output_that_nobody_reads_on_ends_the_command_in_silence() -> None:
    command = [sys.executable, "-m", "services.cli", "formats"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        said = running.stderr.read()

    assert said == b""
    assert running.returncode == READER_GONE


def test_migrate_makes_no_store_where_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ERAPAIVA_STORE__PATH", str(tmp_path / "mistyped.db"))

    assert main(["migrate"]) == 1

    assert "mistyped.db: there is no store" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_feeds_and_what_waits_are_listed_and_a_feed_is_taken_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    events = [creditor(), completed("2026-01-08", "a"), said("hold.placed", "h", "D9", reason="other")]
    (tmp_path / "events.jsonl").write_bytes(b"\n".join(map(raw, events)) + b"\n")
    monkeypatch.chdir(tmp_path)
    assert main(["play", "events.jsonl", "--until", "2026-01-09", "--store", "play"]) == 0
    store = str(next((tmp_path / "play").glob("*.db")))
    capsys.readouterr()

    assert main(["feeds", "acme", "--store", store]) == 0
    assert capsys.readouterr().out == f"acme  {IBAN}  complete through 2026-01-08\n"
    assert main(["waiting", "--json", "--store", store]) == 0
    assert json.loads(capsys.readouterr().out)["waits_for"] == "the first invoice of debtor D9"
    assert main(["feeds", "take-back", "acme", IBAN, "2026-01-07", "--store", store]) == 0
    assert capsys.readouterr().out.startswith("told: bank-feed.withdrawn.v1 ")
    assert main(["feeds", "take-back", "acme", IBAN, "--store", store]) == 2
    assert main(["feeds", "take-back", "acme", IBAN, "yesterday", "--store", store]) == 1


def test_no_output_holds_control_characters(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["pl\x1b[2Jay\u202e\x9b"]) == 2

    assert "'pl\\x1b[2Jay" in capsys.readouterr().err
    out = _Printable(sys.stdout)
    out.write("red\x1b[31m\r\x00 a\u202eb\tc\u2066\n")
    assert capsys.readouterr().out == "red[31m ab\tc\n"
