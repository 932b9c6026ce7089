"""As a newcomer: clone, `make run`, look at a letter, drop a file into the inbox, stop."""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tests.checkout import ROOT

T = TypeVar("T")
FIRST_LETTER_S = 60  # from the clone to the first letter on disk, on two cores
TAKEN_S = 2  # from the file in inbox/ to its being taken
PLAYED_S = 240
SOON_S = 30
MOVED_IN = {
    "specversion": "1.0",
    "id": "invoice-5001",
    "source": "//newcomer.example",
    "type": "invoice.issued.v1",
    "time": "2026-04-30T12:00:00+03:00",
    "data": {
        "creditor": "esimerkkila",
        "debtor": "C-901",
        "party": {"kind": "consumer", "name": "Uuno Uusitalo", "email": "uuno.uusitalo@asukas.example"},
        "invoice": "5001",
        "reference": "50018",
        "issued": "2026-04-30",
        "due": "2026-05-21",
        "amount": "34.90",
        "currency": "EUR",
    },
}

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A fresh clone of what is committed."""
    folder = tmp_path / "erapaiva"
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(folder)], check=True)
    return folder


def test_a_clone_and_one_command_give_letters_within_a_minute_and_a_live_run_that_takes_files(clone: Path) -> None:
    port = free_port()
    outbox = clone / "var" / "outbox"
    cloned_at = time.monotonic()

    with running(clone, port) as process:
        first_letter = wait_for(lambda: next(iter(outbox.rglob("*.eml")), None), FIRST_LETTER_S, process)
        assert time.monotonic() - cloned_at <= FIRST_LETTER_S, first_letter

        wait_for(lambda: is_ready(port), PLAYED_S, process)

        drop(clone / "inbox", "new.jsonl", MOVED_IN)
        wait_for((clone / "inbox" / "done" / "new.jsonl").exists, TAKEN_S, process)
        wait_for(lambda: '"invoice":"5001"' in dumped(clone), SOON_S, process)

        os.killpg(process.pid, signal.SIGTERM)
        process.wait(SOON_S)
    assert '"engine-stopped"' in (clone.parent / "run.log").read_text("utf-8")


def test_make_alone_lists_every_target_with_what_it_does() -> None:
    listed = subprocess.run(
        ["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout

    names = {line.split()[1] for line in listed.splitlines()}
    assert names >= {"help", "setup", "run", "test", "lint", "bench", "mutants", "clean"}
    assert all(len(line.split()) > 3 for line in listed.splitlines())


def test_without_a_python_that_will_do_setup_says_what_is_needed(clone: Path, tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    python = tools / "python3"
    python.write_text("#!/bin/sh\nexit 1\n")
    python.chmod(0o755)
    for name in ("make", "sh"):
        (tools / name).symlink_to(which(name))

    made = subprocess.run(["make", "setup"], cwd=clone, env={"PATH": str(tools)}, capture_output=True, text=True)

    assert made.returncode != 0
    assert "needs Python 3.11 or newer" in made.stderr


@contextmanager
def running(clone: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """`make run` in a process group of its own; its words go to run.log beside the clone."""
    ours = {"VIRTUAL_ENV", "PYTHONPATH", "MAKEFLAGS", "MAKELEVEL", "MFLAGS"}
    env = {name: value for name, value in os.environ.items() if name not in ours and not name.startswith("ERAPAIVA_")}
    env["ERAPAIVA_METRICS__BIND"] = f"127.0.0.1:{port}"
    with (clone.parent / "run.log").open("wb") as log:
        process = subprocess.Popen(
            ["make", "run"],
            cwd=clone,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            yield process
        except BaseException as fault:
            fault.add_note(f"`make run` said: {(clone.parent / 'run.log').read_text('utf-8')[-4000:]}")
            raise
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def wait_for(look: Callable[[], T], seconds: float, process: subprocess.Popen[bytes]) -> T:
    """What ``look`` finds, asked again and again while the process lives."""
    until = time.monotonic() + seconds
    while not (found := look()):
        assert process.poll() is None, f"`make run` ended with {process.returncode}"
        assert time.monotonic() < until, f"not within {seconds} s"
        time.sleep(0.05)
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def drop(inbox: Path, name: str, event: dict[str, Any]) -> None:
    """Written beside and moved in, as docs/operating.md says."""
    draft = inbox.parent / name
    draft.write_text(json.dumps(event) + "\n", "utf-8")
    draft.replace(inbox / name)


def dumped(clone: Path) -> str:
    """The whole state, read beside the running engine."""
    command = [".venv/bin/erapaiva", "dump", "--canonical", "--store", "var/example.db"]
    return subprocess.run(command, cwd=clone, capture_output=True, text=True, check=True).stdout


def which(name: str) -> str:
    found = shutil.which(name)
    assert found, f"{name} is not here"
    return found
