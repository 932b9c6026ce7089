"""The folder of `erapaiva run` is removed and made again, and files change in it, while the process runs."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from services.intake.labels import unlabelled
from services.runtime.sqlite.store import SqliteStore
from services.runtime.store.port import Access

pytestmark = pytest.mark.slow

ROOT: Final = Path(__file__).parents[2]
WAIT_S: Final = 60


def line(number: int) -> bytes:
    """An event that nobody knows, as long as one that somebody does."""
    return json.dumps({"id": f"e{number}", "data": {"creditor": "acme"}}).encode()


def wait_for(what: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    """Ask until the answer is true."""
    until = time.monotonic() + WAIT_S
    while not what():
        assert process.poll() is None, "the run ended by itself"
        assert time.monotonic() < until, "it does not come"
        time.sleep(0.05)


def published(store_path: Path) -> list[bytes]:
    """Every line that went to the topic for what nobody can read, in order."""
    with SqliteStore(store_path, Access.READ) as store:
        ends = store.log.ends("instructions")
        rows = [row for at, end in enumerate(ends) for row in store.log.read("instructions", at, 0, end)]
    lines = (unlabelled(value)[1] for _, key, value in rows if key == "acme")
    return sorted(lines)


def test_a_run_outlives_its_folder_and_takes_a_file_that_grew_whole(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    settings = {
        "ERAPAIVA_STORE__PATH": str(tmp_path / "store.db"),
        "ERAPAIVA_INBOX__PATH": str(inbox),
        "ERAPAIVA_INBOX__POLL_MS": "50",
        "ERAPAIVA_MAIL__OUTBOX": str(tmp_path / "outbox"),
        "ERAPAIVA_METRICS__ENABLED": "false",
    }
    with (tmp_path / "log.jsonl").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "services.cli", "run"], cwd=ROOT, env={**os.environ, **settings}, stderr=log
        )
    try:
        wait_for((inbox / "done").is_dir, process)
        with (inbox / "a.jsonl").open("ab", buffering=0) as writer:
            writer.write(line(1) + b"\n" + line(2)[:10])
            time.sleep(0.5)
            assert (inbox / "a.jsonl").exists(), "an unfinished line waits"
            writer.write(line(2)[10:] + b"\n")
            wait_for((inbox / "done" / "a.jsonl").exists, process)
            writer.write(line(3) + b"\n")
            wait_for(lambda: line(3) in published(tmp_path / "store.db"), process)
        shutil.rmtree(inbox)
        wait_for(lambda: "file-refused" in (tmp_path / "log.jsonl").read_text(), process)
        inbox.mkdir()
        (inbox / "a.jsonl").write_bytes(line(4) + b"\n")
        wait_for((inbox / "done" / "a.jsonl").exists, process)
        process.send_signal(signal.SIGTERM)
        assert process.wait(WAIT_S) == 0
    finally:
        process.kill()
        process.wait()
    assert published(tmp_path / "store.db") == [line(number) for number in range(1, 5)]
