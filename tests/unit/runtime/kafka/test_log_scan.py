"""After a rebuild a seat makes again what the log has: left out where it is the same, refused where it is not."""

from typing import NamedTuple

import pytest

from schemas.topics import COMMANDS, DEAD_LETTERS, FACTS, JOURNAL
from services.runtime.kafka.broker.headers import Origin, headers_of
from services.runtime.kafka.engine.log_scan import LogMemory
from services.runtime.kafka.engine.pending_output import Outgoing
from services.runtime.kafka.engine.sequences import Ledger, dump_ledger, load_ledger
from services.runtime.refusal import Refusal


class Read(NamedTuple):
    """A record as it is read from Kafka."""

    topic: str
    partition: int
    offset: int
    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]


def read(offset: int, value: bytes, origin: Origin | None, topic: str = JOURNAL.name) -> Read:
    return Read(topic, 0, offset, b"k", value, headers_of(origin) if origin else [])


def from_cash(sequence: int) -> Origin:
    return Origin("cash_application", 1, sequence)


@pytest.fixture
def memory() -> LogMemory:
    """The log has `a` and `b` of cash application's, one of them twice, and a stranger's record."""
    memory = LogMemory()
    assert memory.take(read(0, b"a", from_cash(1))) == from_cash(1)
    assert memory.take(read(1, b"a", from_cash(1))) is None, "it came before"
    assert memory.take(read(2, b"stranger", None)) is None
    assert memory.take(read(3, b"no producer of it", Origin("reporting", 1, 1))) is None
    assert memory.take(read(4, b"b", from_cash(2))) == from_cash(2)
    return memory


def say(ledger: Ledger, *values: bytes) -> list[tuple[int, int, bytes]]:
    """What is to be published of it: number, sequence, value."""
    outgoing = Outgoing("cash_application", ledger)
    for value in values:
        outgoing.append(JOURNAL.name, 0, "k", value)
    return [(record.number, record.sequence, record.value) for record in outgoing.records]


def test_what_the_log_has_is_made_again_and_not_published(memory: LogMemory) -> None:
    ledger = memory.to_begin_again("cash_application", 1)

    assert say(ledger, b"a", b"b", b"c") == [(1, 3, b"c")]
    assert ledger.known == {}
    assert ledger.reached == {"journal/0": 5}


def test_a_seat_that_is_still_making_again_goes_on_in_the_next_process(memory: LogMemory) -> None:
    ledger = memory.to_begin_again("cash_application", 1)
    assert say(ledger, b"a") == []
    assert ledger.last("journal/0") == 2, "the log has more than it has made again"

    ledger = load_ledger(dump_ledger(ledger))

    assert say(ledger, b"b", b"c") == [(1, 3, b"c")]


@pytest.mark.parametrize("values", [(b"a", b"x"), (b"x", b"b"), (b"b", b"a")])
def test_a_program_that_decides_differently_is_refused(memory: LogMemory, values: tuple[bytes, bytes]) -> None:
    ledger = memory.to_begin_again("cash_application", 1)

    with pytest.raises(
        Refusal, match="decides differently from the program that wrote its first 2 records of journal/0"
    ):
        say(ledger, *values)


def test_dead_letters_are_only_counted_as_strangers_records_come_in_between(memory: LogMemory) -> None:
    memory.take(read(0, b"conflict", from_cash(1), DEAD_LETTERS.name))
    memory.take(read(1, b"foreign-record", from_cash(2), DEAD_LETTERS.name))
    ledger = memory.to_begin_again("cash_application", 1)
    outgoing = Outgoing("cash_application", ledger)

    for value in (b"foreign-record", b"conflict", b"another"):
        outgoing.append(DEAD_LETTERS.name, 0, "k", value)

    assert [(record.sequence, record.value) for record in outgoing.records] == [(3, b"another")]


def test_where_the_order_is_not_given_records_are_only_counted(memory: LogMemory) -> None:
    assert say(memory.to_count_again("cash_application", 1), b"b", b"a", b"c") == [(1, 3, b"c")]


def test_a_seat_that_goes_on_numbers_behind_its_last_record_and_has_heard_what_it_reads(memory: LogMemory) -> None:
    memory.take(read(0, b"plan", Origin("overdue", 0, 1), COMMANDS.name))

    ledger = memory.to_go_on("cash_application", 1, (COMMANDS.name,))

    assert say(ledger, b"c") == [(1, 3, b"c")]
    assert memory.to_go_on("notifier", 0, (COMMANDS.name,)).heard == {"commands/overdue/0": 1}
    assert memory.to_go_on("notifier", 1, (COMMANDS.name,)).heard == {}


def test_a_seat_of_which_the_log_has_nothing_begins_with_one(memory: LogMemory) -> None:
    assert say(memory.to_begin_again("cash_application", 0), b"a") == [(1, 1, b"a")]


def test_records_that_are_missing_from_a_topic_are_refused() -> None:
    memory = LogMemory()
    memory.take(read(0, b"a", Origin("intake", 0, 1), FACTS.name))

    with pytest.raises(Refusal, match=r"facts/0 at 1: intake/0 wrote 3, but 2 is missing; restore the topic"):
        memory.take(read(1, b"c", Origin("intake", 0, 3), FACTS.name))
