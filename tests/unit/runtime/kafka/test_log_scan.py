"""After a rebuild a task makes again what the log has: left out where it is the same, refused where it is not."""

from typing import NamedTuple

import pytest

from schemas.messages import MESSAGES_VERSION
from schemas.topics import COMMANDS, DEAD_LETTERS, FACTS, JOURNAL
from services.runtime.kafka.broker.headers import Origin, headers_of
from services.runtime.kafka.engine.log_scan import LogScan
from services.runtime.kafka.engine.pending_output import PendingOutput
from services.runtime.kafka.engine.sequences import Sequences, dump_sequences, load_sequences
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
def scan() -> LogScan:
    """The log has `a` and `b` of cash application's, one of them twice, and a stranger's record."""
    scan = LogScan()
    assert scan.add(read(0, b"a", from_cash(1))) == from_cash(1)
    assert scan.add(read(1, b"a", from_cash(1))) is None, "it came before"
    assert scan.add(read(2, b"stranger", None)) is None
    assert scan.add(read(3, b"no producer of it", Origin("reporting", 1, 1))) is None
    assert scan.add(read(4, b"b", from_cash(2))) == from_cash(2)
    return scan


def published(sequences: Sequences, *values: bytes) -> list[tuple[int, int, bytes]]:
    """The records to be published of these values: number, sequence, value."""
    output = PendingOutput("cash_application", sequences)
    for value in values:
        output.append(JOURNAL.name, 0, "k", value)
    return [(record.number, record.sequence, record.value) for record in output.records]


def test_what_the_log_has_is_made_again_and_not_published(scan: LogScan) -> None:
    sequences = scan.to_remake("cash_application", 1)

    assert published(sequences, b"a", b"b", b"c") == [(1, 3, b"c")]
    assert sequences.logged == {}
    assert sequences.verified == {"journal/0": 5}


def test_a_task_that_is_still_making_again_goes_on_in_the_next_process(scan: LogScan) -> None:
    sequences = scan.to_remake("cash_application", 1)
    assert published(sequences, b"a") == []
    assert sequences.last("journal/0") == 2, "the log has more than it has made again"

    sequences = load_sequences(dump_sequences(sequences))

    assert published(sequences, b"b", b"c") == [(1, 3, b"c")]


@pytest.mark.parametrize("values", [(b"a", b"x"), (b"x", b"b"), (b"b", b"a")])
def test_a_program_that_decides_differently_is_refused(scan: LogScan, values: tuple[bytes, bytes]) -> None:
    sequences = scan.to_remake("cash_application", 1)

    with pytest.raises(
        Refusal, match="decides differently from the program that wrote its first 2 records of journal/0"
    ):
        published(sequences, *values)


def test_dead_letters_are_only_counted_as_strangers_records_come_in_between(scan: LogScan) -> None:
    scan.add(read(0, b"conflict", from_cash(1), DEAD_LETTERS.name))
    scan.add(read(1, b"foreign-record", from_cash(2), DEAD_LETTERS.name))
    sequences = scan.to_remake("cash_application", 1)
    output = PendingOutput("cash_application", sequences)

    for value in (b"foreign-record", b"conflict", b"another"):
        output.append(DEAD_LETTERS.name, 0, "k", value)

    assert [(record.sequence, record.value) for record in output.records] == [(3, b"another")]


def test_where_the_order_is_not_given_records_are_only_counted(scan: LogScan) -> None:
    assert published(scan.to_recount("cash_application", 1), b"b", b"a", b"c") == [(1, 3, b"c")]


def test_a_task_that_goes_on_numbers_behind_its_last_record_and_has_received_what_it_reads(scan: LogScan) -> None:
    scan.add(read(0, b"plan", Origin("overdue", 0, 1), COMMANDS.name))

    sequences = scan.to_continue("cash_application", 1, (COMMANDS.name,))

    assert published(sequences, b"c") == [(1, 3, b"c")]
    assert scan.to_continue("notifier", 0, (COMMANDS.name,)).received == {"commands/overdue/0": 1}
    assert scan.to_continue("notifier", 1, (COMMANDS.name,)).received == {}


def test_a_task_of_which_the_log_has_nothing_begins_with_one(scan: LogScan) -> None:
    assert published(scan.to_remake("cash_application", 0), b"a") == [(1, 1, b"a")]


def test_a_rebuild_refuses_messages_of_a_later_version() -> None:
    newer = read(0, b"a", Origin("intake", 0, 1, MESSAGES_VERSION + 1), FACTS.name)

    with pytest.raises(Refusal, match=r"facts/0 at 0: intake wrote messages of version \d+, .* run the newer program"):
        LogScan().add(newer)


def test_records_that_are_missing_from_a_topic_are_refused() -> None:
    scan = LogScan()
    scan.add(read(0, b"a", Origin("intake", 0, 1), FACTS.name))

    with pytest.raises(Refusal, match=r"facts/0 at 1: intake/0 wrote 3, but 2 is missing; restore the topic"):
        scan.add(read(1, b"c", Origin("intake", 0, 3), FACTS.name))
