"""What every project has: one version, a list of changes, hooks that run what CI runs, and no page left out."""

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.checkout import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
HOOKS = sorted((ROOT / ".githooks").iterdir())


def made_by(makefile_target: str) -> str:
    """The recipe that make would run, without running it."""
    asked = subprocess.run(
        ["make", "--dry-run", "--always-make", makefile_target], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return asked.stdout


def test_images_and_manifests_carry_the_version_of_the_project() -> None:
    files = [ROOT / "docker-compose.yml", *sorted((ROOT / "deploy").rglob("*"))]
    text = "\n".join(path.read_text("utf-8") for path in files if path.is_file())

    assert set(re.findall(r"(?:erapaiva:|newTag: |image\.version=\")(\d+\.\d+\.\d+)", text)) == {PROJECT["version"]}


def test_the_list_of_changes_begins_with_what_is_unreleased_and_knows_the_version() -> None:
    changes = (ROOT / "CHANGELOG.md").read_text("utf-8")
    headings = re.findall(r"^## \[(.+?)\](?: - (\d{4}-\d\d-\d\d))?$", changes, re.MULTILINE)
    (unreleased, no_day), *released = headings

    assert (unreleased, no_day) == ("Unreleased", "")
    assert all(day for _, day in released)
    assert PROJECT["version"] in changes


@pytest.mark.parametrize("hook", HOOKS, ids=[hook.name for hook in HOOKS])
def test_a_hook_can_be_run_and_keeps_gits_variables_from_the_tests(hook: Path) -> None:
    assert os.access(hook, os.X_OK)
    assert "unset $(git rev-parse --local-env-vars)" in hook.read_text("utf-8")


def test_the_hooks_run_what_ci_runs() -> None:
    ci = re.findall(r"^make (\S+)$", (ROOT / ".ci" / "run").read_text("utf-8"), re.MULTILINE)
    before_commit = re.findall(r"^make (\S+)$", (ROOT / ".githooks" / "pre-commit").read_text("utf-8"), re.MULTILINE)

    assert ci == ["lint", "test"]
    assert before_commit == ["lint", "test-fast"]
    assert (ROOT / ".githooks" / "pre-push").read_text("utf-8").endswith("exec .ci/run\n")
    assert "core.hooksPath .githooks" in made_by("hooks")
