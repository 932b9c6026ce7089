"""The page for operators: its commands for Kafka are typed into a shell."""

import os
import re
import subprocess
import sys
from pathlib import Path

from services.runtime.sqlite.store import SqliteStore
from tests.checkout import ROOT
from tests.servers.kafka import Kafka

PAGE = (ROOT / "docs" / "operating.md").read_text("utf-8")
COMMANDS = "".join(re.findall(r"^```sh\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE))


def test_topics_are_made_files_published_and_the_workers_looked_at(own_kafka: Kafka, tmp_path: Path) -> None:
    # given
    for name in ("creditor.jsonl", "billing.jsonl"):
        (tmp_path / name).symlink_to(ROOT / "services" / "example" / "events" / name)
    with SqliteStore(tmp_path / "store.db") as store:  # the workers have made it
        store.fix_partitions(4)
    # when
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", COMMANDS],
        env={
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "ERAPAIVA_KAFKA__BOOTSTRAP": own_kafka.bootstrap,
            "ERAPAIVA_KAFKA__SECURITY": "plaintext",
            "ERAPAIVA_KAFKA__REPLICATION": "1",
            "ERAPAIVA_STORE__PATH": str(tmp_path / "store.db"),
        },
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    # then
    assert done.returncode == 0, done.stderr
    assert "created: invoices, payments, instructions, settings, facts, journal" in done.stderr
    assert re.search(r"^invoices: \d+ records$", done.stdout, re.MULTILINE)
    assert re.search(r"^settings: 1 records$", done.stdout, re.MULTILINE)
    assert "not drained" in done.stdout
    assert "0 open" in done.stderr
