"""What else passes events on from one topic to another, as a process: ``python -m tests.bench.kafka.contenders``.

Stock Faust as its documentation shows it, ``async for`` and one ``send`` for each event; and batches with aiokafka
alone, which is about as fast as Python gets. Neither has a database, and neither would lose nothing and repeat nothing.
"""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal, get_args

import faust
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from faust.types import StreamT

from schemas.parsing import parse_event

Kind = Literal["stock-faust-events", "faust-events", "faust-bytes", "aiokafka-bytes", "aiokafka-events"]
"""What passes on, and whether it reads the events (`parse_event`) or takes them for bytes.

Faust's buffer holds 4,096 events; when it is full, the app sleeps a second. ``faust`` has one that never is.
"""

_ROOM_FOR_ALL: Final = 100_000
_BATCH: Final = 500


def with_faust(
    group: str, brokers: str, source: str, target: str, *, folder: str, reads_events: bool, buffer: int | None
) -> faust.App:
    """An app as anybody would write it; ``buffer`` None is Faust's own."""
    app = faust.App(
        group,
        stream_buffer_maxsize=buffer,
        broker=f"kafka://{brokers}",
        datadir=folder,
        autodiscover=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        web_enabled=False,
    )
    coming = app.topic(source, value_type=bytes, value_serializer="raw")
    going = app.topic(target, value_type=bytes, value_serializer="raw")

    @app.agent(coming)
    async def pass_on(stream: StreamT[bytes]) -> None:
        async for value in stream:
            if reads_events:
                parse_event(value)
            await going.send(value=value)

    return app


async def plain_batches(group: str, brokers: str, source: str, target: str, *, reads_events: bool) -> None:
    """Fetch some, send them all, wait for all, commit; for ever."""
    consumer = AIOKafkaConsumer(source, bootstrap_servers=brokers, group_id=group, enable_auto_commit=False)
    producer = AIOKafkaProducer(
        bootstrap_servers=brokers, acks="all", enable_idempotence=True, linger_ms=2, max_batch_size=256 * 1_024
    )
    await consumer.start()
    await producer.start()
    while True:
        fetched = await consumer.getmany(timeout_ms=500, max_records=_BATCH)
        values = [record.value for records in fetched.values() for record in records]
        if reads_events:
            for value in values:
                parse_event(value)
        await asyncio.gather(*[await producer.send(target, value) for value in values])
        if values:
            await consumer.commit()


@contextmanager
def racing(
    kind: Kind, group: str, brokers: str, source: str, target: str, processes: int, folder: Path
) -> Iterator[list[int]]:
    """So many processes of a kind, by their ids; gone at the end, and the group with them."""
    alone = ["setpriv", "--pdeathsig", "KILL"]  # none outlives a bench that is killed
    command = [*alone, sys.executable, "-m", "tests.bench.kafka.contenders", kind, group, brokers, source, target]
    running = []
    try:
        for number in range(processes):
            own = folder / f"{group}-{number}"
            own.mkdir(exist_ok=True)
            with (own / "log").open("ab") as log:
                running.append(subprocess.Popen([*command, str(own)], stdout=log, stderr=log))
        yield [process.pid for process in running]
    finally:
        for process in running:
            process.kill()
            process.wait()


def main() -> None:
    """Pass on until killed."""
    kind, group, brokers, source, target, folder = sys.argv[1:]
    assert kind in get_args(Kind), kind
    reads_events = kind.endswith("-events")
    if "faust" in kind:
        buffer = None if kind.startswith("stock") else _ROOM_FOR_ALL
        app = with_faust(group, brokers, source, target, folder=folder, reads_events=reads_events, buffer=buffer)
        app.Worker(loglevel="ERROR").execute_from_commandline()
    else:
        asyncio.run(plain_batches(group, brokers, source, target, reads_events=reads_events))


if __name__ == "__main__":
    main()
