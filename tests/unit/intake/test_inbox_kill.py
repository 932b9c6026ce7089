"""kill -9 at every step of taking a file: no line is lost or doubled, and each file ends in one place."""

import subprocess
import sys
from pathlib import Path

import pytest

from schemas.topics import INSTRUCTIONS, INVOICES
from services.intake.labels import unlabelled
from services.runtime.sqlite.store import SqliteStore
from services.runtime.store.port import Access
from tests.unit.intake.inbox_kill_site import LATE, LINES


def published(store: SqliteStore, topic: str) -> list[bytes]:
    ends = store.log.ends(topic)
    rows = (row for partition, end in enumerate(ends) for row in store.log.read(topic, partition, 0, end))
    return [unlabelled(value)[1] for _, _, value in rows]


@pytest.mark.slow
def test_a_process_killed_at_any_step_neither_loses_nor_doubles_a_file(tmp_path: Path) -> None:
    site = subprocess.run(
        [sys.executable, "-m", "tests.unit.intake.inbox_kill_site", str(tmp_path)],
        cwd=Path(__file__).parents[3], capture_output=True, text=True, timeout=250, check=False,
    )  # fmt: skip
    assert site.returncode == 0, site.stderr
    assert int(site.stdout) >= 100, "too few steps were tried to say anything"

    for folder in sorted(tmp_path.iterdir()):
        store = SqliteStore(folder / "store.db", Access.READ)
        invoices, others = published(store, INVOICES.name), published(store, INSTRUCTIONS.name)
        store.close()
        done = (folder / "inbox" / "done" / "good.jsonl.2").read_bytes().splitlines()
        assert done in (LINES, [*LINES, LATE]), folder.name
        assert invoices == done, folder.name
        assert others == [b"<html>502</html>"], folder.name
        inbox = folder / "inbox"
        assert {path.relative_to(inbox).as_posix() for path in inbox.rglob("*") if path.is_file()} == {
            "done/good.jsonl",
            "done/good.jsonl.2",
            "rejected/page.xml",
            "rejected/page.xml.report.txt",
        }, folder.name
