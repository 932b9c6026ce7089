"""The image without an engine: the build's own steps in a folder of the host, and the command that comes of them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.checkout import ROOT
from tests.unit.deploy.dockerfile import let_through, stages

BUILD, _ = stages()
EVENTS = sorted((ROOT / "services" / "example" / "events").glob("*.jsonl"))

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the final stage gets: made by the RUN and COPY lines of the first, from what .dockerignore lets through."""
    place = tmp_path_factory.mktemp("image")
    context, source, target = place / "context", place / "source", place / "opt" / "erapaiva"
    for folder in (context, source, target.parent):
        folder.mkdir()
    for name in let_through():
        bring(ROOT / name, context / name)
    for instruction in BUILD:
        if instruction.word == "COPY":
            *names, to = instruction.rest.split()
            for name in names:
                bring(context / name, source / (name if to == "./" else to))
        elif instruction.word == "RUN":
            command = instruction.rest.replace("/opt/erapaiva", str(target)).replace(
                "python -m venv", "python3.11 -m venv"
            )
            subprocess.run(command, shell=True, cwd=source, check=True, capture_output=True)
    return target


def bring(what: Path, to: Path) -> None:
    """Copy a file, or a folder without what .dockerignore leaves out everywhere."""
    if what.is_dir():
        shutil.copytree(what, to, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(what, to)


def erapaiva(installed: Path, data: Path, *arguments: str) -> str:
    """Run the command as the image does: nothing of the checkout, no bytecode, in the folder of its data."""
    environment = {"PATH": f"{installed}/bin", "PYTHONDONTWRITEBYTECODE": "1", "LANG": "C.UTF-8", "HOME": str(data)}
    done = subprocess.run(
        [installed / "bin" / "erapaiva", *arguments],
        cwd=data,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def files_of(folder: Path) -> dict[str, int]:
    """Every file below a folder, and when it was last written."""
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def test_what_is_built_reads_files_and_plays_the_example_and_writes_nothing_to_itself(
    installed: Path, tmp_path: Path
) -> None:
    before = files_of(installed)

    assert "camt.053" in erapaiva(installed, tmp_path, "formats")
    played = erapaiva(installed, tmp_path, "play", *map(str, EVENTS), "--until", "2026-02-15", "--json")

    assert '"kind":"notice"' in played.replace(" ", "")
    assert files_of(installed) == before


def test_every_module_is_compiled_and_no_tool_to_install_more_is_left(installed: Path) -> None:
    (packages,) = (installed / "lib").glob("python3.*/site-packages")
    uncompiled = [
        path
        for path in (packages / "services").rglob("*.py")
        if not (path.parent / "__pycache__" / f"{path.stem}.{sys.implementation.cache_tag}.pyc").exists()
    ]

    assert uncompiled == []
    assert not [name for name in ("pip", "setuptools") if (packages / name).exists()]
    assert not (packages / "tests").exists()
    assert not os.access(installed / "bin" / "pip", os.X_OK)


def test_packages_that_only_the_broker_and_the_database_need_are_whole(installed: Path) -> None:
    names = "import faust, aiokafka, kafka, psycopg, lxml.etree"

    subprocess.run(
        [installed / "bin" / "python", "-B", "-c", names], env={"LANG": "C.UTF-8"}, check=True, capture_output=True
    )
