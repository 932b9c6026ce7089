"""The command line before a command is chosen: its overview, its version, its exit status (services/cli.py)."""

import tomllib
from importlib import import_module

import pytest

from services.cli import COMMANDS, main
from tests.checkout import ROOT


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
