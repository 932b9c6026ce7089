"""The harness of one test on a shared broker: topics of its own, a notebook, and worker processes that use both."""

import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Self

from kafka import KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic

from tests.kafka.notebook import Notebook

SOON_S: Final = 60


def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    end = time.monotonic() + SOON_S
    while not holds():
        assert time.monotonic() < end, "it did not come to be"
        time.sleep(0.05)


class Scene:
    """The topics, notebook and processes of one test."""

    def __init__(self, brokers: str, folder: Path) -> None:
        self.brokers = brokers
        self.folder = folder
        self.notebook = Notebook(folder / "notebook")
        self.processes: list[subprocess.Popen[bytes]] = []
        self._unique = uuid.uuid4().hex[:8]

    def topics(self, *names: str, partitions: int = 4) -> list[str]:
        """Make topics."""
        made = [f"{name}-{self._unique}" for name in names]
        admin = KafkaAdminClient(bootstrap_servers=self.brokers)
        admin.create_topics([NewTopic(name, partitions, 1) for name in made])
        admin.close()
        return made

    def publish(self, topic: str, partition: int, *values: str) -> None:
        """Send records, and wait until the log has them."""
        producer = KafkaProducer(bootstrap_servers=self.brokers)
        for value in values:
            producer.send(topic, value=value.encode(), partition=partition)
        producer.close()

    def delete_before(self, topic: str, partition: int, offset: int) -> None:
        """Delete records, as retention does."""
        admin = KafkaAdminClient(bootstrap_servers=self.brokers)
        admin.delete_records({TopicPartition(topic, partition): offset})
        admin.close()

    def transact(self, topic: str, partition: int, *values: str, commit: bool) -> None:
        """Send records in a transaction and end it."""
        with self.transaction(topic, partition, *values, commit=commit):
            pass

    @contextmanager
    def transaction(self, topic: str, partition: int, *values: str, commit: bool = True) -> Iterator[None]:
        """A transaction that is open meanwhile."""
        producer = KafkaProducer(bootstrap_servers=self.brokers, transactional_id=uuid.uuid4().hex)
        producer.init_transactions()
        producer.begin_transaction()
        for value in values:
            producer.send(topic, value=value.encode(), partition=partition)
        producer.flush()
        yield
        if commit:
            producer.commit_transaction()
        else:
            producer.abort_transaction()
        producer.close()

    def work(
        self, topics: list[str], instance: str = "", session_s: int = 6, slow_s: float = 0
    ) -> subprocess.Popen[bytes]:
        """Start a worker's process."""
        arguments = [str(self.notebook.path), self.brokers, ",".join(topics), instance, str(session_s), str(slow_s)]
        return self._start("tests.kafka.notebook", *arguments)

    def stock(self, topic: str, kind: str) -> subprocess.Popen[bytes]:
        """Start a process of Faust as it comes."""
        return self._start("tests.kafka.stock", str(self.notebook.path), self.brokers, topic, kind)

    def _start(self, module: str, *arguments: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"log-{len(self.processes)}").open("wb") as log:
            process = subprocess.Popen([sys.executable, "-m", module, *arguments], stdout=log, stderr=log)
        self.processes.append(process)
        return process

    def log(self, number: int = 0) -> str:
        """The output of a process."""
        return (self.folder / f"log-{number}").read_text(encoding="utf-8")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.processes:
            process.send_signal(signal.SIGCONT)
            process.kill()
            process.wait()
