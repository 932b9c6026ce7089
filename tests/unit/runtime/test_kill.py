"""kill -9 at random moments: every event is applied exactly once, and no effect runs twice."""

import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from services.runtime.postgres.store import PostgresStore
from services.runtime.sqlite.store import SqliteStore
from services.runtime.store.port import Access, Store
from tests.servers.postgres import Postgres
from tests.unit.runtime.kill_site import KEYS, LIMITS, ROUNDS
from tests.unit.runtime.pipeline import outcome

pytestmark = pytest.mark.slow


def test_engines_killed_at_random_moments_lose_nothing_and_repeat_nothing(tmp_path: Path) -> None:
    kill_over_and_over(tmp_path, [], lambda: SqliteStore(tmp_path / "store.db", Access.READ))


@pytest.mark.postgres
def test_the_same_holds_over_a_database_of_which_each_commit_waits_for_the_disk(tmp_path: Path) -> None:
    with Postgres(durable=True) as server:
        dsn = server.dsn(server.fresh_database())
        kill_over_and_over(tmp_path, [dsn], lambda: PostgresStore(dsn, access=Access.READ))


def kill_over_and_over(tmp_path: Path, database: list[str], opened: Callable[[], Store]) -> None:
    """Let the kill site work, and read in the end what it has left."""
    seed = int(os.environ.get("ERAPAIVA_TEST_SEED", random.randrange(10**9)))
    root = Path(__file__).parents[3]
    site = subprocess.run(
        [sys.executable, "-m", "tests.unit.runtime.kill_site", str(tmp_path), str(seed), *database],
        cwd=root, capture_output=True, text=True, timeout=250, check=False,
    )  # fmt: skip
    assert site.returncode == 0, f"seed {seed}: {site.stderr}"
    assert int(site.stdout) >= 10, f"seed {seed}: too few engines were killed to say anything"

    with opened() as store:
        result = outcome(store, KEYS)

    every_number = {key: list(range(1, ROUNDS + 1)) for key in KEYS}
    assert result["numbers"] == {"invoices": every_number, "facts": every_number, "journal": every_number}
    assert result["tally"] == [{"key": key, "last": ROUNDS} for key in KEYS]
    sent = Counter((tmp_path / "sent.txt").read_text().splitlines())
    assert set(sent.values()) == {1}, f"seed {seed}: an effect ran twice"
    lost, killed = len(KEYS) * ROUNDS - len(sent), int(site.stdout)
    waiting = LIMITS.commit_effects + LIMITS.batch_records
    assert lost <= waiting * killed, f"seed {seed}: a kill loses no more effects than wait for one commit"
