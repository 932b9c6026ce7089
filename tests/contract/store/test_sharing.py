"""Contract: who may open a store beside whom, and what they see of each other."""

from contextlib import ExitStack

import pytest

from schemas.topics import INVOICES, partition_of
from services.runtime.engine import EmbeddedEngine
from services.runtime.log_client import append
from services.runtime.refusal import Refusal
from services.runtime.store.port import Access
from tests.contract.store.conftest import Opener
from tests.contract.store.neighbour import APPENDS, neighbour, open_at, told

pytestmark = pytest.mark.slow

PARTITION = partition_of("c", 4)


@pytest.fixture
def made(place: str) -> str:
    """A place where a store of four partitions is."""
    with open_at(place, Access.ENGINE) as store:
        store.fix_partitions(4)
    return place


@pytest.mark.parametrize("second", [Access.ENGINE, Access.WORKER])
def test_beside_an_engine_there_is_no_other_engine_and_no_worker(opened: Opener, second: Access) -> None:
    opened(Access.ENGINE)

    with pytest.raises(Refusal, match=r"engine \(process \d+\) is running on it; stop that one first"):
        opened(second)


def test_workers_share_a_store_that_no_engine_may_have_meanwhile(opened: Opener) -> None:
    opened(Access.WORKER)
    opened(Access.WORKER).fix_partitions(4)

    with pytest.raises(Refusal, match="running on it; stop that one first"):
        opened(Access.ENGINE)


def test_a_store_is_free_again_when_it_was_closed(place: str) -> None:
    for access in (Access.ENGINE, Access.WORKER, Access.ENGINE):
        open_at(place, access).close()


@pytest.mark.parametrize("access", [Access.APPEND, Access.READ])
def test_where_there_is_no_store_nothing_can_be_appended_or_read(opened: Opener, access: Access) -> None:
    with pytest.raises(Refusal, match="`erapaiva run`"):
        opened(access)


def test_a_store_that_was_never_run_takes_no_events(opened: Opener) -> None:
    opened(Access.ENGINE)

    with pytest.raises(Refusal, match="it has never been run"):
        append(opened(Access.APPEND), INVOICES, "c", b"")


def test_an_engine_takes_what_others_append(made: str) -> None:
    with EmbeddedEngine(open_at(made, Access.ENGINE), []) as engine, open_at(made, Access.APPEND) as teller:
        engine.publish(INVOICES, "c", b"own")
        engine.settle()

        assert append(teller, INVOICES, "c", b"told") == (PARTITION, 1)
        engine.publish(INVOICES, "c", b"own again")
        engine.settle()

        assert [record.value for record in engine.consume("test", INVOICES)] == [b"own", b"told", b"own again"]


def test_an_engine_notices_appends_without_writing_anything_itself(made: str) -> None:
    with EmbeddedEngine(open_at(made, Access.ENGINE), []) as engine, open_at(made, Access.APPEND) as teller:
        append(teller, INVOICES, "c", b"told")
        assert sum(engine.store.log.ends("invoices")) == 0

        engine.refresh()

        assert sum(engine.store.log.ends("invoices")) == 1


def test_processes_that_append_at_once_share_no_offset(made: str) -> None:
    with ExitStack() as stack:
        both = [stack.enter_context(neighbour("append_many", made)) for _ in range(2)]

        assert [told(process) for process in both] == ["True", "True"]

    with open_at(made, Access.READ) as reader:
        assert reader.log.ends("invoices")[PARTITION] == 2 * APPENDS


@pytest.mark.usefixtures("made")
def test_a_reader_changes_nothing(opened: Opener) -> None:
    append(opened(Access.APPEND), INVOICES, "c", b"one")
    reader = opened(Access.READ)

    assert reader.log.read("invoices", PARTITION, 0, 9) == [(0, "c", b"one")]
    with pytest.raises(Refusal, match=r"read-?only"):
        append(reader, INVOICES, "c", b"two")


def test_workers_that_use_a_kind_at_once_get_one_number_for_it(made: str) -> None:
    with ExitStack() as stack:
        workers = [stack.enter_context(neighbour("use_kinds", made)) for _ in range(4)]

        numbers = [told(process) for process in workers]

    assert len(set(numbers)) == 1
    assert len(set(numbers[0].split())) == 3


def test_workers_that_start_at_once_on_an_empty_place_make_one_store(place: str) -> None:
    with ExitStack() as stack:
        workers = [stack.enter_context(neighbour("fix_partitions", place)) for _ in range(4)]
        for process in workers:
            assert process.stdin is not None
            process.stdin.write("go on\n")
            process.stdin.flush()

        assert [process.stdout.readline() for process in workers if process.stdout] == ["4\n"] * 4


@pytest.mark.usefixtures("made")
def test_a_number_that_was_given_out_in_vain_is_given_to_nobody_else(opened: Opener) -> None:
    one, other = opened(Access.WORKER), opened(Access.WORKER)
    one.begin()
    one.state.space("overdue", "account")
    one.rollback()

    other.begin()
    letters = other.state.space("notifier", "letter")
    other.commit()
    one.begin()
    accounts = one.state.space("overdue", "account")
    one.commit()

    assert accounts != letters


@pytest.mark.usefixtures("made")
def test_what_a_worker_committed_is_seen_by_the_one_that_takes_its_partition_over(opened: Opener) -> None:
    one, other = opened(Access.WORKER), opened(Access.WORKER)
    one.begin()
    one.state.save(one.state.space("overdue", "account"), 2, [("a", b"kept", 7, "feed")])
    one.move({("overdue", "journal", 2): 5})
    one.commit()

    other.begin()

    assert other.state.load(other.state.space("overdue", "account"), 2, "a") == b"kept"
    assert other.positions() == {("overdue", "journal", 2): 5}


@pytest.mark.usefixtures("made")
def test_a_worker_finds_no_log_in_its_store(opened: Opener) -> None:
    with pytest.raises(AssertionError, match="elsewhere"):
        opened(Access.WORKER).log.ends("journal")


def test_of_a_process_killed_in_mid_transaction_nothing_is_left(made: str) -> None:
    with neighbour("write_and_hang", made) as process:
        process.kill()
        process.wait()

    with open_at(made, Access.ENGINE) as store:
        assert sum(store.log.ends("journal")) == 0
        assert store.state.spaces_of("overdue") == {}
        assert store.positions() == {}
        assert store.bookmark("file") is None
