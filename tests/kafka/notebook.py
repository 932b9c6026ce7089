"""A partition handler that writes each call of the shell into a file, which several processes share.

The file is its store: each line is one call, and a position is one after the last offset handled or skipped.
`python -m tests.kafka.notebook FILE BROKERS TOPICS [INSTANCE [SESSION_S]]` is a worker's process with such a handler.
"""

import asyncio
import json
import logging
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from services.runtime.kafka.faust.shell import Shell
from services.runtime.kafka.partition_handler import KafkaRecord
from services.runtime.settings import KafkaSettings

Line = dict[str, Any]


class Notebook:
    """The file, read and appended to."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.touch()

    def write(self, what: str, **more: Any) -> None:
        """Append one line, whole even among several writers."""
        line = json.dumps({"what": what, "pid": os.getpid(), "at": time.monotonic(), **more}) + "\n"
        with self.path.open("ab", buffering=0) as file:
            file.write(line.encode())

    def lines(self, what: str | None = None, pid: int | None = None) -> list[Line]:
        """All lines, or those of one kind and one process."""
        whole: list[Line] = [
            json.loads(line) for line in self.path.read_text(encoding="utf-8").splitlines(keepends=True)
        ]
        return [line for line in whole if what in (None, line["what"]) and pid in (None, line["pid"])]

    def offsets(self, topic: str, partition: int) -> list[int]:
        """The offsets handled of one topic's partition, in the order of handling."""
        return [offset for offset, _ in self._handled(topic, partition)]

    def values(self, topic: str, partition: int) -> list[str]:
        """The same as values."""
        return [value for _, value in self._handled(topic, partition)]

    def position(self, topic: str, partition: int) -> int:
        """From where it is to be read."""
        handled = [offset + 1 for offset in self.offsets(topic, partition)]
        passed: list[int] = [
            line["ends"].get(topic, 0) for line in self.lines("skipped") if line["partition"] == partition
        ]
        return max([0, *handled, *passed])

    def _handled(self, topic: str, partition: int) -> Iterator[tuple[int, str]]:
        for line in self.lines("handled"):
            if line["partition"] == partition:
                yield from ((offset, value) for name, offset, value in line["records"] if name == topic)


class NotebookHandler:
    """Notes each call; `handle` takes ``slow_s`` seconds, and fails at the value "fail"."""

    def __init__(self, notebook: Notebook, topics: Sequence[str], slow_s: float = 0) -> None:
        self.notebook = notebook
        self.slow_s = slow_s
        self._topics = tuple(topics)

    async def open(self) -> None:
        """Nothing: a notebook is always open."""

    async def finish(self) -> None:
        """Nothing goes on beside it."""

    async def close(self) -> None:
        """Nothing: what was written stays."""

    async def assign(self, partitions: frozenset[int]) -> Mapping[tuple[str, int], int]:
        """Noted; returns the positions in the notebook."""
        self.notebook.write(
            "assigned",
            partitions=sorted(partitions),
            logging={name: logging.getLogger(name).level for name in ("", "faust", "aiokafka")},
            own_streams=sys.stdout is sys.__stdout__ and sys.stderr is sys.__stderr__,
        )
        return {(topic, part): self.notebook.position(topic, part) for topic in self._topics for part in partitions}

    async def revoke(self, partitions: frozenset[int]) -> None:
        """Noted."""
        self.notebook.write("revoked", partitions=sorted(partitions))

    async def handle(self, batches: Mapping[int, Sequence[KafkaRecord]]) -> None:
        """Noted one by one, each once it is done, as a transaction would be."""
        for partition, messages in batches.items():
            await self._handle(partition, messages)

    async def _handle(self, partition: int, messages: Sequence[KafkaRecord]) -> None:
        self.notebook.write("began", partition=partition)
        records = [(message.topic, message.offset, (message.value or b"-").decode()) for message in messages]
        await asyncio.sleep(self.slow_s)
        if any(value == "fail" for _, _, value in records):
            raise RuntimeError("a handler that fails")
        self.notebook.write("handled", partition=partition, records=records)

    async def skip_to(self, partition: int, ends: Mapping[str, int]) -> None:
        """Noted."""
        self.notebook.write("skipped", partition=partition, ends=dict(ends))

    async def idle(self) -> bool:
        """Noted."""
        self.notebook.write("idle")
        return False


def main(file: str, brokers: str, topics: str, instance: str = "", session_s: str = "6", slow_s: str = "0") -> int:
    """A worker's process."""
    names = topics.split(",")
    kafka = KafkaSettings(bootstrap=brokers, security="plaintext", instance=instance or None, session_s=int(session_s))
    return Shell(names[0], names, kafka, NotebookHandler(Notebook(Path(file)), names, float(slow_s))).run()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
