"""A worker's process on faust-streaming as it comes, to show what it does with an event that cannot be handled.

`python -m tests.kafka.stock FILE BROKERS TOPIC KIND`: notes what it has handled in FILE. KIND: `raises`, an agent that
fails at the value "fail"; `decodes`, an agent for bytes in batches.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import faust
from faust.types import EventT, StreamT

from tests.kafka.notebook import Notebook


def stock(notebook: Notebook, brokers: str, topic: str, kind: str) -> faust.App:
    """The app, set as carefully as stock settings allow."""
    app = faust.App(
        f"stock-{topic}",
        broker=f"kafka://{brokers}",
        datadir=str(notebook.path.parent / "stock"),
        agent_supervisor="mode.CrashingSupervisor",
        autodiscover=False,
        broker_commit_interval=0.5,
        stream_wait_empty=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        web_enabled=False,
    )

    async def raises(stream: StreamT[bytes]) -> None:
        async for value in stream:
            if value == b"fail":
                raise RuntimeError("an agent that fails")
            notebook.write("handled", partition=0, records=[(topic, 0, value.decode())])

    async def decodes(stream: StreamT[bytes]) -> None:
        async for events in cast("faust.Stream[bytes]", stream).noack_take(500, within=0.1):
            for event in cast("Sequence[EventT[bytes]]", events):
                notebook.write("handled", partition=0, records=[(topic, 0, event.value.decode())])

    raw = "raw" if kind == "raises" else None
    app.agent(app.topic(topic, value_type=bytes, value_serializer=raw))(raises if kind == "raises" else decodes)
    return app


if __name__ == "__main__":
    stock(Notebook(Path(sys.argv[1])), *sys.argv[2:]).Worker(loglevel="ERROR").execute_from_commandline()
