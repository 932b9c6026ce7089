"""A fault at any operation of the store, or around a commit, loses nothing and repeats nothing."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from schemas.topics import INVOICES
from services.runtime.engine import EmbeddedEngine, Limits, Unobserved
from services.runtime.sqlite.store import SqliteStore
from services.runtime.unit_of_work import UnitOfWork
from services.runtime.worker import Record
from tests.unit.runtime.pipeline import TALLY_TABLE, NeverPending, outcome, pipeline, publish_round

pytestmark = pytest.mark.slow

KEYS = [f"creditor {n}" for n in range(7)]
ROUNDS = 6
SMALL_STEPS = Limits(batch_records=3, commit_changes=25, commit_effects=4)


class PulledPlugError(Exception):
    """The fault that the tests bring about."""


class Fuse:
    """Blows at the n-th call through it, and never again."""

    def __init__(self, calls: int | None = None) -> None:
        self.left = calls
        self.passed = 0

    def pass_through(self) -> None:
        self.passed += 1
        if self.left is not None:
            self.left -= 1
            if self.left == 0:
                raise PulledPlugError


class Fused:
    """A store, or a part of one, whose every method passes through a fuse before it does its work."""

    def __init__(self, inner: Any, fuse: Fuse) -> None:
        self._inner = inner
        self._fuse = fuse

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if name in {"log", "state", "tables"}:
            return Fused(found, self._fuse)
        if not callable(found) or name in {"rollback", "close"}:
            return found

        def call(*args: Any, **named: Any) -> Any:
            self._fuse.pass_through()
            return found(*args, **named)

        return call


class FailsAt(Unobserved):
    """An observer that raises at the n-th of one of its moments."""

    def __init__(self, moment: str, fuse: Fuse) -> None:
        self.moment = moment
        self.fuse = fuse

    def before_commit(self) -> None:
        if self.moment == "before commit":
            self.fuse.pass_through()

    def after_commit(self) -> None:
        if self.moment == "after commit":
            self.fuse.pass_through()


def bring_to_an_end(engine: EmbeddedEngine) -> None:
    """Publish what is not published yet, a round at a time, and settle."""
    done = int(engine.bookmark("rounds") or "0")
    for number in range(done + 1, ROUNDS + 1):
        publish_round(engine, KEYS, number)
        engine.set_bookmark("rounds", str(number))
        engine.settle(durable=number % 2 == 0)
    engine.settle()


def expected() -> dict[str, object]:
    store = SqliteStore()
    store.tables.ensure([TALLY_TABLE])
    bring_to_an_end(EmbeddedEngine(store, pipeline()))
    result = outcome(store, KEYS)
    store.close()
    return result


def run_with(fuse: Fuse, path: Path | str, moment: str = "store operation") -> dict[str, object]:
    """Run, be stopped by the fuse, start anew on the same store, and come to the end."""
    store = SqliteStore(path)
    store.tables.ensure([TALLY_TABLE])
    fused: Any = Fused(store, fuse) if moment == "store operation" else store
    ended = False
    try:
        engine = EmbeddedEngine(fused, pipeline(), limits=SMALL_STEPS, observer=FailsAt(moment, fuse))
        bring_to_an_end(engine)
        ended = True
    except PulledPlugError:
        assert not store.in_transaction, "a fault leaves no transaction open"
    if path != ":memory:":
        store.close()
        store = SqliteStore(path)
    if not ended or path != ":memory:":
        bring_to_an_end(EmbeddedEngine(store, pipeline(), limits=SMALL_STEPS))
    result = outcome(store, KEYS)
    store.close()
    return result


def test_a_fault_at_each_operation_of_the_store_changes_nothing_in_the_end() -> None:
    unbroken = Fuse()
    assert run_with(unbroken, ":memory:") == expected()
    assert unbroken.passed > 400

    for number in range(1, unbroken.passed + 1):
        assert run_with(Fuse(number), ":memory:") == expected(), f"fault at operation {number}"


@pytest.mark.parametrize("moment", ["before commit", "after commit"])
def test_a_crash_around_each_commit_changes_nothing_in_the_end(tmp_path: Path, moment: str) -> None:
    unbroken = Fuse()
    run_with(unbroken, tmp_path / "unbroken.db", moment)
    assert unbroken.passed > 10

    for number in range(1, unbroken.passed + 1):
        result = run_with(Fuse(number), tmp_path / f"{number}.db", moment)
        assert result == expected(), f"crash {moment} {number}"


def test_an_effect_runs_at_most_once_and_never_for_a_unit_that_was_rolled_back() -> None:
    commits = Fuse()
    run_with(commits, ":memory:", "before commit")

    for number in range(1, commits.passed + 1):
        store = SqliteStore()
        store.tables.ensure([TALLY_TABLE])
        sent: list[tuple[str, int]] = []

        def send(key: str, count: int, sent: list[tuple[str, int]] = sent) -> None:
            sent.append((key, count))

        engine = EmbeddedEngine(
            store, pipeline(send), limits=SMALL_STEPS, observer=FailsAt("before commit", Fuse(number))
        )
        with pytest.raises(PulledPlugError):
            bring_to_an_end(engine)
        durable = {str(row["key"]): row["last"] for row in store.tables.query("SELECT * FROM tally")}
        assert all(count <= int(str(durable.get(key, 0))) for key, count in sent)
        bring_to_an_end(EmbeddedEngine(store, pipeline(send), limits=SMALL_STEPS))

        assert len(sent) == len(set(sent)) == len(KEYS) * ROUNDS
        store.close()


def fails_in(worker_call: int) -> Callable[[Sequence[Record], UnitOfWork], int]:
    calls = Fuse(worker_call)

    def handle(batch: Sequence[Record], unit: UnitOfWork) -> int:
        for record in batch:
            unit.put("seen", f"{record.partition}/{record.offset}", record.value)
        calls.pass_through()
        return len(batch)

    return handle


class Breaking(NeverPending):
    """A worker that fails after it has written."""

    name = "breaking"
    reads = (INVOICES,)

    def __init__(self, handle: Callable[[Sequence[Record], UnitOfWork], int]) -> None:
        self.handle = handle


def test_what_a_worker_wrote_before_it_failed_is_gone_and_its_records_come_again() -> None:
    store = SqliteStore()
    engine = EmbeddedEngine(store, [Breaking(fails_in(2))], partitions=1)
    engine.publish(INVOICES, "c", b"one")
    engine.settle()
    engine.publish(INVOICES, "c", b"two")
    engine.commit()
    with pytest.raises(PulledPlugError):
        engine.settle()
    assert store.tables.query("SELECT key FROM state") == [{"key": "0/0"}]

    EmbeddedEngine(store, [Breaking(fails_in(99))], partitions=1).settle()

    assert store.tables.query("SELECT key FROM state") == [{"key": "0/0"}, {"key": "0/1"}]
    store.close()
