"""What somebody outside the engine may rely on, whichever log it is."""

from schemas.topics import COMMANDS, INSTRUCTIONS, INVOICES, SETTINGS, partition_of
from services.runtime.log_client import ClientRecord, LogClient
from tests.contract.log.conftest import PARTITIONS


def test_what_was_appended_is_read_back_in_order_within_its_partition(log: LogClient) -> None:
    # given
    told = [ClientRecord(INVOICES, f"creditor-{number % 5}", b"%d" % number) for number in range(100)]
    # when
    faults = log.append(told)
    # then
    assert faults == [None] * 100
    by_partition = sorted(told, key=lambda record: partition_of(record.key, PARTITIONS))  # which is stable
    assert list(log.values(INVOICES)) == [record.value for record in by_partition]


def test_records_of_several_topics_go_each_to_its_own(log: LogClient) -> None:
    log.append(
        [ClientRecord(SETTINGS, "a", b"1"), ClientRecord(INSTRUCTIONS, "a", b"2"), ClientRecord(SETTINGS, "a", b"3")]
    )
    assert list(log.values(SETTINGS)) == [b"1", b"3"]
    assert list(log.values(INSTRUCTIONS)) == [b"2"]


def test_a_topic_without_records_has_no_values(log: LogClient) -> None:
    assert log.append([]) == []
    assert list(log.values(COMMANDS)) == []
