"""The workers of a test as processes: started, killed, paused, and started again by a supervisor that never sleeps."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Self

WORKERS: Final = ("intake", "cash_application", "overdue", "notifier", "reporting")
PROGRAM: Final = "services.cli"
_ROOT: Final = Path(__file__).resolve().parents[2]
_STOPS_WITHIN_S: Final = 30


class Hand:
    """One process of one worker, which is started again whenever it ends by itself or is killed."""

    def __init__(
        self, worker: str, instance: str, environment: Mapping[str, str], folder: Path, program: str = PROGRAM
    ) -> None:
        self.worker = worker
        self.instance = instance
        self._environment = {**os.environ, **environment, "ERAPAIVA_KAFKA__INSTANCE": instance}
        self._program = program
        self._log = folder / f"{worker}-{instance}.log"
        self.starts = 0
        self.process = self._start()

    def look(self) -> None:
        """Start it again if it has ended."""
        if self.process.poll() is not None:
            self.process = self._start()

    def kill(self) -> None:
        """As a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        """End it in order; its status."""
        self.process.send_signal(signal.SIGCONT)
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(_STOPS_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def pause(self) -> None:
        """It stands still, and does not know it."""
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """It goes on as if no time had passed."""
        self.process.send_signal(signal.SIGCONT)

    def log(self) -> str:
        """What it has said in all its lives."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def _start(self) -> subprocess.Popen[bytes]:
        self.starts += 1
        clock = ["--now", "told"] if self.worker == "notifier" else []
        with self._log.open("ab") as log:
            return subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", sys.executable, "-m", self._program, "worker", self.worker, *clock],
                cwd=_ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )


class Crew:
    """All workers, ``each`` processes of each, under a supervisor until the end. ``program``: the module they run."""

    def __init__(self, environment: Mapping[str, str], folder: Path, each: int = 1, program: str = PROGRAM) -> None:
        self._environment = environment
        self._folder = folder
        self._each = each
        self._program = program
        self.hands: list[Hand] = []
        self.supervised = threading.Lock()
        """Held by whoever does something to a process that the supervisor should not mend at once."""
        self._ending = threading.Event()
        self._supervisor = threading.Thread(target=self._supervise, name="supervisor", daemon=True)

    def __enter__(self) -> Self:
        self.hands = [
            Hand(worker, str(number), self._environment, self._folder, self._program)
            for worker in WORKERS
            for number in range(1, self._each + 1)
        ]
        self._supervisor.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._supervisor.join()
        for hand in self.hands:
            hand.go_on()
            hand.process.send_signal(signal.SIGTERM)
        for hand in self.hands:
            hand.stop()

    def cut_power(self) -> None:
        """All are gone at once, and nobody starts them again."""
        self._ending.set()
        self._supervisor.join()
        for hand in self.hands:
            hand.kill()

    def join(self, worker: str, instance: str) -> Hand:
        """One process more of a worker."""
        with self.supervised:
            self.hands.append(Hand(worker, instance, self._environment, self._folder, self._program))
        return self.hands[-1]

    def of(self, worker: str) -> list[Hand]:
        """The processes of one worker."""
        return [hand for hand in self.hands if hand.worker == worker]

    def tails(self, length: int = 1_500) -> str:
        """The end of what each process said, for when something is wrong."""
        return "\n".join(f"--- {hand.worker}-{hand.instance}\n{hand.log()[-length:]}" for hand in self.hands)

    def _supervise(self) -> None:
        while not self._ending.is_set():
            with self.supervised:
                for hand in self.hands:
                    hand.look()
            time.sleep(0.1)
