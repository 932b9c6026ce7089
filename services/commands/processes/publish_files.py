"""Publishes files piece by piece and reports what arrived, for `publish`."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from schemas.payment_events import BankFeedCompleted
from schemas.topics import SETTINGS
from services.intake.creditor_directory import CreditorDirectory
from services.intake.doors.door_rules import PUBLISH
from services.intake.pieces import PublishedPiece, pieces_of
from services.runtime.log_client import ClientRecord, LogClient

_AT_ONCE: Final = 2_000
_COMPLETED: Final = BankFeedCompleted.event_type.encode()


@dataclass(slots=True)
class PublishReport:
    """The report of `publish`: records that arrived, by topic; pieces that could not be read; pieces lost, and why."""

    arrived: Counter[str] = field(default_factory=Counter)
    unread: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    def count(self, piece: PublishedPiece, fault: str | None) -> None:
        """Count a piece. No content is kept: files are about people."""
        where = f"{piece.label.file}:{piece.label.line}"
        if fault is not None:
            self.lost.append(f"{where}: not published to {piece.address.topic} ({fault}); publish the file again")
            return
        self.arrived[piece.address.topic.name] += 1
        if piece.fault is not None:
            self.unread.append(f"{where}: published as unreadable ({piece.fault.reason})")

    def stop(self, last: PublishedPiece) -> None:
        """Note that publishing has stopped after this piece."""
        where = f"{last.label.file}:{last.label.line}"
        self.lost.append(f"{where}: nothing behind it was sent, in this file or the next; publish them again")

    def lines(self) -> Iterator[str]:
        """The report for a person."""
        yield from self.unread
        yield from self.lost
        yield from (f"{topic}: {count} records" for topic, count in sorted(self.arrived.items()))


def publish(files: Sequence[Path], log: LogClient, report: PublishReport, known: CreditorDirectory) -> None:
    """Publish the pieces of all files in the order given, as the inbox would.

    A file may be about any creditor that the log, or a file before it, has registered; ``known`` takes them in. Where
    a piece is lost, nothing more is sent: the record that a bank's payments are complete must not arrive without them.

    Raises:
        OSError: a file cannot be read; what stands before is published, and in the report.
        Refusal: nothing can be published at all.
    """
    for partition, value in log.by_partition(SETTINGS):
        known.take_published(partition, value)
    for path in files:
        done = 0
        for some in _batches(pieces_of(path, known)):
            _publish(some, log, report)
            if report.lost:
                report.stop(some[-1])
                return
            done += len(some)
            print(f"{path}: {done}", file=sys.stderr)
            for piece in some:
                known.take(piece.raw)


def _batches(pieces: Iterable[PublishedPiece]) -> Iterator[list[PublishedPiece]]:
    """The pieces in batches that are sent at once; a bank-feed.completed event begins a new batch."""
    block: list[PublishedPiece] = []
    for piece in pieces:
        if block and (len(block) == _AT_ONCE or _COMPLETED in piece.raw):
            yield block
            block = []
        block.append(piece)
    if block:
        yield block


def _publish(pieces: Sequence[PublishedPiece], log: LogClient, report: PublishReport) -> None:
    records = [ClientRecord(piece.address.topic, piece.address.key, piece.value(PUBLISH)) for piece in pieces]
    for piece, fault in zip(pieces, log.append(records), strict=True):
        report.count(piece, fault)
