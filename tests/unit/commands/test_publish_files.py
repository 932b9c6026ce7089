"""Publishing files: what is sent when some of it is lost, and what the report says."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from schemas.topics import Topic
from services.commands.processes.publish_files import PublishReport, publish
from services.intake.creditor_directory import CreditorDirectory
from services.intake.labels import unlabelled
from services.runtime.log_client import ClientRecord
from tests.unit.intake.public_events import Event, completed, creditor, payment, raw


class RefusingLog:
    """A log whose brokers do not take records that contain certain bytes."""

    def __init__(self, refuses: bytes) -> None:
        self._refuses = refuses
        self.taken: list[bytes] = []

    def append(self, records: Sequence[ClientRecord]) -> list[str | None]:
        faults = ["KafkaTimeoutError" if self._refuses in record.value else None for record in records]
        self.taken += [
            unlabelled(record.value)[1] for record, fault in zip(records, faults, strict=True) if fault is None
        ]
        return faults

    def values(self, topic: Topic) -> Iterator[bytes]:
        del topic
        return iter(())

    def by_partition(self, topic: Topic) -> Iterator[tuple[int, bytes]]:
        del topic
        return iter(())


def file_of(folder: Path, name: str, *events: Event) -> Path:
    path = folder / name
    path.write_bytes(b"".join(raw(event) + b"\n" for event in events))
    return path


@pytest.mark.parametrize("payments", [1, 2_500])
def test_a_bank_s_word_is_not_sent_when_a_payment_before_it_was_lost(tmp_path: Path, payments: int) -> None:
    # given
    told = [*(payment(f"P{number}") for number in range(payments)), payment("lost one"), completed("2026-01-08", "c")]
    log, report = RefusingLog(b"lost one"), PublishReport()
    # when
    publish([file_of(tmp_path, "bank.jsonl", *told)], log, report, CreditorDirectory())
    # then
    assert log.taken == [raw(event) for event in told[:payments]]
    assert report.lost == [
        f"bank.jsonl:{payments + 1}: not published to payments (KafkaTimeoutError); publish the file again",
        f"bank.jsonl:{payments + 1}: nothing behind it was sent, in this file or the next; publish them again",
    ]


def test_no_file_goes_on_where_the_one_before_it_lost_a_piece(tmp_path: Path) -> None:
    # given
    files = [
        file_of(tmp_path, "payments.jsonl", payment("lost one"), payment("P2")),
        file_of(tmp_path, "completed.jsonl", completed("2026-01-08", "c")),
    ]
    log = RefusingLog(b"lost one")
    # when
    publish(files, log, PublishReport(), CreditorDirectory())
    # then
    assert log.taken == [raw(payment("P2"))]


def test_a_bank_s_word_is_sent_behind_its_payments_when_all_of_them_arrived(tmp_path: Path) -> None:
    # given
    told = [creditor(), payment("P1"), completed("2026-01-08", "c"), payment("P2"), completed("2026-01-09", "d")]
    log, report = RefusingLog(b"lost one"), PublishReport()
    # when
    publish([file_of(tmp_path, "bank.jsonl", *told)], log, report, CreditorDirectory())
    # then
    assert log.taken == [raw(event) for event in told]
    assert list(report.lines()) == ["payments: 4 records", "settings: 1 records"]
