"""The worker processes of a test: started, killed, paused, and started again by a supervisor when they end."""

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


class WorkerProcess:
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
        self.popen = self._start()

    def start_if_ended(self) -> None:
        """Start it again if it has ended."""
        if self.popen.poll() is not None:
            self.popen = self._start()

    def kill(self) -> None:
        """Send it SIGKILL, as a power cut would end it."""
        self.popen.send_signal(signal.SIGKILL)
        self.popen.wait()

    def stop(self) -> int:
        """End it in order; its status."""
        self.popen.send_signal(signal.SIGCONT)
        self.popen.send_signal(signal.SIGTERM)
        try:
            return self.popen.wait(_STOPS_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def pause(self) -> None:
        """Send it SIGSTOP: it stops, and cannot notice it."""
        self.popen.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Send it SIGCONT: it goes on as if no time had passed."""
        self.popen.send_signal(signal.SIGCONT)

    def log(self) -> str:
        """All its output, over all starts."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def _start(self) -> subprocess.Popen[bytes]:
        self.starts += 1
        clock = ["--now", "tick"] if self.worker == "notifier" else []
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
        self.processes: list[WorkerProcess] = []
        self.supervised = threading.Lock()
        """Held while something is done to a process after which the supervisor should not start it at once."""
        self._ending = threading.Event()
        self._supervisor = threading.Thread(target=self._supervise, name="supervisor", daemon=True)

    def __enter__(self) -> Self:
        self.processes = [
            WorkerProcess(worker, str(number), self._environment, self._folder, self._program)
            for worker in WORKERS
            for number in range(1, self._each + 1)
        ]
        self._supervisor.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._supervisor.join()
        for process in self.processes:
            process.go_on()
            process.popen.send_signal(signal.SIGTERM)
        for process in self.processes:
            process.stop()

    def cut_power(self) -> None:
        """Kill all at once; the supervisor starts none again."""
        self._ending.set()
        self._supervisor.join()
        for process in self.processes:
            process.kill()

    def join(self, worker: str, instance: str) -> WorkerProcess:
        """One process more of a worker."""
        with self.supervised:
            self.processes.append(WorkerProcess(worker, instance, self._environment, self._folder, self._program))
        return self.processes[-1]

    def of(self, worker: str) -> list[WorkerProcess]:
        """The processes of one worker."""
        return [process for process in self.processes if process.worker == worker]

    def tails(self, length: int = 1_500) -> str:
        """The end of each process's output, for the message of a failed test."""
        return "\n".join(
            f"--- {process.worker}-{process.instance}\n{process.log()[-length:]}" for process in self.processes
        )

    def _supervise(self) -> None:
        while not self._ending.is_set():
            with self.supervised:
                for process in self.processes:
                    process.start_if_ended()
            time.sleep(0.1)
