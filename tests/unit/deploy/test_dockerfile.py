"""The image, as far as its Dockerfile tells: small, not root, nothing secret, and the linter has nothing to say."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from services.runtime.settings import MetricsSettings
from tests.checkout import ROOT
from tests.unit.deploy.dockerfile import FILE, let_through, of, stages
from tests.unit.deploy.paths import KUBERNETES, documents, services

BUILD, FINAL = stages()


def test_the_linter_has_nothing_to_say() -> None:
    hadolint = Path(sys.executable).parent / "hadolint"

    done = subprocess.run([hadolint, FILE], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


def test_both_stages_stand_on_one_base_of_an_exact_version() -> None:
    (base,) = re.findall(r"^ARG PYTHON=(.+)$", FILE.read_text("utf-8"), re.MULTILINE)

    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+(@sha256:[0-9a-f]{64})?", base)
    assert [of("FROM", stage) for stage in (BUILD, FINAL)] == [["${PYTHON} AS build"], ["${PYTHON}"]]


def test_packages_are_the_pinned_ones_by_their_hashes_and_none_is_compiled() -> None:
    (install,) = [run for run in of("RUN", BUILD) if "requirements.txt" in run]

    assert {"--require-hashes", "--no-deps", "--only-binary"} <= set(install.split())
    assert "index" not in FILE.read_text("utf-8")
    assert "index" not in (ROOT / "requirements.txt").read_text("utf-8")


def test_only_what_is_copied_reaches_the_builder() -> None:
    copied = {name for rest in of("COPY", BUILD) for name in rest.split()[:-1]}

    assert copied == let_through()
    assert of("COPY", FINAL) == ["--from=build /opt/erapaiva /opt/erapaiva"]


def test_it_runs_as_a_numbered_user_who_owns_only_the_data_and_writes_no_bytecode() -> None:
    assert of("USER", FINAL) == ["10001:10001"]
    assert of("WORKDIR", FINAL) == ["/data"]
    assert "PYTHONDONTWRITEBYTECODE=1" in of("ENV", FINAL)[0]
    assert [run.split("install -d -o 10001 -g 10001 ")[1].split() for run in of("RUN", FINAL)] == [
        ["/data", "/data/inbox", "/data/var", "/data/var/outbox"]
    ]


def test_it_is_the_command_and_asks_the_health_page_where_it_is_by_default() -> None:
    assert of("ENTRYPOINT", FINAL) == ['["erapaiva"]']
    (check,) = of("HEALTHCHECK", FINAL)
    asked = json.loads(check.split(" CMD ")[1])

    assert f"http://{MetricsSettings().bind}/livez" in asked[-1]
    assert services()["clock"]["healthcheck"]["test"][1:] == asked


def test_labels_name_the_version_of_the_package_and_no_host() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    (labels,) = of("LABEL", FINAL)
    (listed,) = documents(KUBERNETES / "kustomization.yaml")

    assert f'org.opencontainers.image.version="{version}"' in labels
    assert "://" not in labels
    assert listed["images"] == [{"name": "erapaiva", "newTag": version}]
