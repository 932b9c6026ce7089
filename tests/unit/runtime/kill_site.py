"""A process that starts engines on one store and kills each with SIGKILL at a random moment, until one gets through.

Run as `python -m tests.unit.runtime.kill_site FOLDER SEED [DSN]`; the store is a file in the folder, or the database.
Prints how many it killed. It forks, so that a start costs nothing and many moments are tried; each engine opens the
store anew.
"""

import os
import random
import signal
import sys
import time
import traceback
from pathlib import Path

from services.runtime.engine import EmbeddedEngine, Limits
from services.runtime.postgres.store import PostgresStore
from services.runtime.sqlite.store import SqliteStore
from tests.unit.runtime.pipeline import TALLY_TABLE, pipeline, publish_round

KEYS = [f"creditor {n}" for n in range(5)]
ROUNDS = 1_500
LIMITS = Limits(batch_records=20, commit_changes=150, commit_effects=10)
KILLS = 60
LONGEST_LIFE_S = 0.06
LONGEST_LIFE_ON_A_DATABASE_S = 0.5
"""It takes longer to open."""


def work(folder: Path, dsn: str | None) -> None:
    """One engine's life: go on where the last one was killed, to the end."""
    store = SqliteStore(folder / "store.db") if dsn is None else PostgresStore(dsn)
    store.tables.ensure([TALLY_TABLE])
    sent = os.open(folder / "sent.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def send(key: str, number: int) -> None:
        os.write(sent, f"{key} {number}\n".encode())

    with EmbeddedEngine(store, pipeline(send), limits=LIMITS) as engine:
        done = int(engine.bookmark("rounds") or "0")
        for number in range(done + 1, ROUNDS + 1):
            publish_round(engine, KEYS, number)
            engine.set_bookmark("rounds", str(number))
            engine.settle(durable=number % 3 == 0)
        engine.settle()


def live(folder: Path, dsn: str | None, life_s: float | None) -> bool:
    """Fork an engine, kill it after `life_s` seconds; whether it got through."""
    child = os.fork()
    if child == 0:
        try:
            work(folder, dsn)
        except BaseException:  # noqa: BLE001 (a child must not run on as its parent)
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    if life_s is not None:
        time.sleep(life_s)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return False
    if os.WEXITSTATUS(status) != 0:
        sys.exit("an engine failed by itself")
    return True


def main() -> None:
    """Kill `KILLS` engines, or as many as live before one gets through, then let one get through."""
    folder, rng, dsn = Path(sys.argv[1]), random.Random(int(sys.argv[2])), sys.argv[3] if len(sys.argv) > 3 else None
    longest_s = LONGEST_LIFE_S if dsn is None else LONGEST_LIFE_ON_A_DATABASE_S
    killed = 0
    while killed < KILLS and not live(folder, dsn, rng.uniform(0, longest_s)):
        killed += 1
    live(folder, dsn, None)
    print(killed)


if __name__ == "__main__":
    main()
