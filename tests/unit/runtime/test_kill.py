"""kill -9 at random moments: every event is applied exactly once, and no effect runs twice."""

import os
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

from services.runtime.sqlite.store import SqliteStore
from services.runtime.store import Access
from tests.unit.runtime.kill_site import KEYS, LIMITS, ROUNDS
from tests.unit.runtime.pipeline import outcome


def test_engines_killed_at_random_moments_lose_nothing_and_repeat_nothing(tmp_path: Path) -> None:
    seed = int(os.environ.get("ERAPAIVA_TEST_SEED", random.randrange(10**9)))
    root = Path(__file__).parents[3]
    site = subprocess.run(
        [sys.executable, "-m", "tests.unit.runtime.kill_site", str(tmp_path), str(seed)],
        cwd=root, capture_output=True, text=True, timeout=250, check=False,
    )  # fmt: skip
    assert site.returncode == 0, f"seed {seed}: {site.stderr}"
    assert int(site.stdout) >= 10, f"seed {seed}: too few engines were killed to say anything"

    store = SqliteStore(tmp_path / "store.db", Access.READ)
    result = outcome(store, KEYS)
    store.close()

    every_number = {key: list(range(1, ROUNDS + 1)) for key in KEYS}
    assert result["numbers"] == {"invoices": every_number, "facts": every_number, "journal": every_number}
    assert result["tally"] == [{"key": key, "last": ROUNDS} for key in KEYS]
    sent = Counter((tmp_path / "sent.txt").read_text().splitlines())
    assert set(sent.values()) == {1}, f"seed {seed}: an effect ran twice"
    lost, killed = len(KEYS) * ROUNDS - len(sent), int(site.stdout)
    waiting = LIMITS.commit_effects + LIMITS.batch_records
    assert lost <= waiting * killed, f"seed {seed}: a kill loses no more effects than wait for one commit"
