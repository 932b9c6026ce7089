"""One broker for several test processes: the first to ask has it started, and it ends with the last.

Each holds a shared lock on a file, which the system lets go of however the process ends. A keeper, which is no
process's child in need of a wait, runs the broker until it gets that lock alone.
"""

import fcntl
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.servers.kafka import Kafka
from tests.servers.marks import require_mark

_STARTS_WITHIN_S: Final = 120


@contextmanager
def shared_kafka(folder: Path) -> Iterator[str]:
    """The address of the broker that all who name this folder share."""
    require_mark("kafka")
    with (folder / "kafka.holders").open("a") as holders:
        with (folder / "kafka.turn").open("a") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            fcntl.flock(holders, fcntl.LOCK_SH)  # waits for a keeper that is just ending
            if not (folder / "kafka.address").exists():
                _start_keeper(folder)
        yield (folder / "kafka.address").read_text(encoding="ascii")


def _start_keeper(folder: Path) -> None:
    log = folder / "kafka.keeper.log"
    to_log = [(os.POSIX_SPAWN_OPEN, fd, str(log), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600) for fd in (1, 2)]
    command = [sys.executable, "-m", "tests.servers.shared_kafka", str(folder)]
    keeper = os.posix_spawn(sys.executable, command, os.environ, file_actions=to_log, setsid=True)
    until = time.monotonic() + _STARTS_WITHIN_S
    while not (folder / "kafka.address").exists():
        ended, _ = os.waitpid(keeper, os.WNOHANG)
        if ended or time.monotonic() > until:
            raise RuntimeError(f"the broker's keeper has not started it:\n{log.read_text(encoding='utf-8')}")
        time.sleep(0.1)


def keep(folder: Path) -> None:
    """Run a broker until nobody holds it."""
    address, unfinished = folder / "kafka.address", folder / "kafka.address.new"
    with Kafka() as broker, (folder / "kafka.holders").open("a") as holders:
        unfinished.write_text(broker.bootstrap, encoding="ascii")
        unfinished.rename(address)
        fcntl.flock(holders, fcntl.LOCK_EX)
        address.unlink()


if __name__ == "__main__":
    keep(Path(sys.argv[1]))
