"""Three small workers in a row, which notice at once when a record is lost, repeated or overtaken.

Each event is a number under a key; the numbers of a key count from 1. Whoever meets another number than the next one
has found a fault of the engine.
"""

from collections.abc import Callable, Sequence
from functools import partial

from schemas.ticks import TICK_KEY
from schemas.topics import FACTS, INVOICES, JOURNAL, Topic
from services.runtime.engine import EmbeddedEngine
from services.runtime.store.port import Store
from services.runtime.unit_of_work import UnitOfWork
from services.runtime.worker import Record, Worker

TALLY_TABLE = "CREATE TABLE IF NOT EXISTS tally (key TEXT PRIMARY KEY, last INTEGER NOT NULL)"


def refuse_gap(unit: UnitOfWork, record: Record) -> int:
    """The record's number, remembered; AssertionError when it is not the one after the last of its key."""
    last = int(unit.get("last", record.key) or b"0")
    number = int(record.value)
    assert number == last + 1, f"{record.key}: {number} came after {last}"
    unit.put("last", record.key, record.value)
    return number


class NeverPending:
    """Has no work but what the topics hold."""

    def pending(self, _partition: int) -> bool:
        return False


class Sorter(NeverPending):
    """invoices -> facts, a few records at a time."""

    name = "sorter"
    reads: tuple[Topic, ...] = (INVOICES,)

    def __init__(self, at_once: int = 1_000) -> None:
        self.at_once = at_once

    def handle(self, batch: Sequence[Record], unit: UnitOfWork) -> int:
        for record in batch[: self.at_once]:
            if record.key == TICK_KEY:
                continue
            refuse_gap(unit, record)
            unit.publish(FACTS, record.key, record.value)
        return min(self.at_once, len(batch))


class Tally(NeverPending):
    """facts -> journal, and what is due later."""

    name = "tally"
    reads: tuple[Topic, ...] = (FACTS,)

    def handle(self, batch: Sequence[Record], unit: UnitOfWork) -> int:
        for record in batch:
            number = refuse_gap(unit, record)
            unit.put("due", record.key, b"", wake=number, waits_for="feed")
            unit.publish(JOURNAL, record.key, record.value)
        return len(batch)


class Clerk(NeverPending):
    """journal -> the read model, and one effect for each record."""

    name = "clerk"
    reads: tuple[Topic, ...] = (JOURNAL,)

    def __init__(self, effect: Callable[[str, int], None] = lambda _key, _number: None) -> None:
        self.effect = effect

    def handle(self, batch: Sequence[Record], unit: UnitOfWork) -> int:
        for record in batch:
            number = refuse_gap(unit, record)
            unit.read_model.upsert("tally", {"key": record.key, "last": number})
            unit.after_commit(partial(self.effect, record.key, number))
        return len(batch)


def pipeline(effect: Callable[[str, int], None] = lambda _key, _number: None) -> list[Worker]:
    """All three."""
    return [Sorter(), Tally(), Clerk(effect)]


def publish_round(engine: EmbeddedEngine, keys: Sequence[str], number: int) -> None:
    """The `number`th event of every key."""
    for key in keys:
        engine.publish(INVOICES, key, b"%d" % number)


def outcome(store: Store, keys: Sequence[str]) -> dict[str, object]:
    """All that the pipeline came to, in a form that does not depend on how records were cut into batches."""
    numbers: dict[str, dict[str, list[int]]] = {}
    for topic in (INVOICES, FACTS, JOURNAL):
        found = numbers[topic.name] = {key: [] for key in keys}
        for partition, end in enumerate(store.log.ends(topic.name)):
            for _, key, value in store.log.read(topic.name, partition, 0, end):
                found[key].append(int(value))
    return {
        "numbers": numbers,
        "tally": store.tables.query("SELECT * FROM tally ORDER BY key"),
        "positions": sorted(store.positions().items()),
        "next wake": store.state.earliest_wake(),
    }
