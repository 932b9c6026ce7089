"""Was anything lost, repeated or changed? The disturbed run beside the undisturbed one, and what the sink saw."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final, NamedTuple

from kafka import KafkaConsumer, TopicPartition

from schemas.ticks import TICK_KEY
from schemas.topics import PUBLIC_TOPICS
from services.cash_application.state import tally as lane_tally
from services.cash_application.state.rows import TALLY, TALLY_KEY
from services.intake import state_rows as intake_rows
from services.intake.tally import IntakeTally
from services.overdue.canonical import account_entries
from services.reporting.canonical import canonical_dump
from services.reporting.reading import query_rows, text
from services.runtime.store.port import Store

_SHOWN: Final = 10
_POLL_MS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table. ``is_right`` is None where it only tells."""

    what: str
    said: str
    is_right: bool | None = None

    def __str__(self) -> str:
        mark = {True: "ok   ", False: "WRONG", None: "     "}[self.is_right]
        return f"{mark} {self.what:<58} {self.said}"


class Partition(NamedTuple):
    """What one partition of the public topics, and one lane, made of what came in."""

    read: IntakeTally
    lane: lane_tally.LaneTally


@dataclass(frozen=True, slots=True)
class State:
    """All that is looked at in a store."""

    dump: Sequence[str]
    partitions: Sequence[Partition]
    mailed: frozenset[str]
    """Notices that count as accepted by e-mail."""
    moves: Sequence[tuple[str, tuple[str, str, str, str]]]
    """Each notice with each (creditor, debtor, invoice, step) that it moves to."""


def state_of(store: Store) -> State:
    """Read it all."""
    mailed = query_rows(store, "SELECT notice FROM notice WHERE status = 'accepted' AND channel = 'email'")
    moves = query_rows(
        store,
        "SELECT n.notice, n.creditor, n.debtor, l.invoice, l.step FROM notice n"
        " JOIN notice_line_now l ON l.notice = n.notice WHERE l.step IS NOT NULL",
    )
    return State(
        canonical_dump(store, account_entries(store)),
        [_partition(store, number) for number in range(store.partitions)],
        frozenset(text(row, "notice") for row in mailed),
        [
            (text(row, "notice"), (text(row, "creditor"), text(row, "debtor"), text(row, "invoice"), text(row, "step")))
            for row in moves
        ],
    )


def told(bootstrap: str, partitions: int) -> list[int]:
    """How many events the public topics hold, partition by partition; ticks are no events."""
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    places = [TopicPartition(topic.name, number) for topic in PUBLIC_TOPICS for number in range(partitions)]
    consumer.assign(places)
    ends = consumer.end_offsets(places)
    found = Counter[int]()
    while any(consumer.position(place) < ends[place] for place in places):
        for record in chain.from_iterable(consumer.poll(timeout_ms=_POLL_MS).values()):
            found[record.partition] += record.key != TICK_KEY.encode()
    consumer.close()
    return [found[number] for number in range(partitions)]


def judged(disturbed: State, peaceful: State, events: int, log: Sequence[int], sunk: Counter[str]) -> list[Line]:
    """The lines that may be wrong. ``events``: told; ``log``: found in it; ``sunk``: by notice, taken by the sink."""
    return [
        Line("events told", f"{events:,}", sum(log) == events),
        *_accounted(disturbed, peaceful, log),
        *_letters(disturbed, sunk),
        *_same(disturbed, peaceful),
    ]


def _accounted(disturbed: State, peaceful: State, log: Sequence[int]) -> list[Line]:
    lines = []
    for number, (came, (read, lane), (_, expected)) in enumerate(
        zip(log, disturbed.partitions, peaceful.partitions, strict=True)
    ):
        lines.append(
            Line(
                f"partition {number}: in = passed on + dead letters",
                f"{came:,} = {read.passed:,} + {read.dead_letters:,}",
                came == read.read,
            )
        )
        lines.append(
            Line(
                f"lane {number}: facts = applied + duplicates + dead letters + waiting",
                f"{lane.read:,} = {lane.applied:,} + {lane.duplicates:,} + {lane.dead_letters:,} + {lane.waiting:,}",
                lane == expected,
            )
        )
    passed = sum(read.passed for read, _ in disturbed.partitions)
    lost = passed - sum(lane.read for _, lane in disturbed.partitions)
    lines.append(Line("passed on and not accounted for", f"{lost:,}", lost == 0))
    return lines


def _letters(disturbed: State, sunk: Counter[str]) -> list[Line]:
    second = sum(count - 1 for count in sunk.values())
    moved = Counter(move for notice, move in disturbed.moves if notice in sunk)
    twice = sum(count - 1 for count in moved.values())
    apart = disturbed.mailed ^ sunk.keys()
    return [
        Line("second letters of a notice", f"{second:,}", second == 0),
        Line("second letters of an invoice's step", f"{twice:,} of {len(moved):,}", twice == 0),
        Line("letters on which sink and store disagree", f"{len(apart):,}", not apart),
    ]


def _same(disturbed: State, peaceful: State) -> list[Line]:
    ours, theirs = Counter(disturbed.dump), Counter(peaceful.dump)
    lines = [
        Line("lines of dump --canonical, all equal", f"{len(disturbed.dump):,}", ours == theirs),
    ]
    for name, odd in (("only when disturbed", ours - theirs), ("only undisturbed", theirs - ours)):
        lines += [Line(name, line) for line in sorted(odd)[:_SHOWN]]
    return lines


def _partition(store: Store, number: int) -> Partition:
    read = _row(store, intake_rows.WORKER, intake_rows.TALLY_KIND, number, intake_rows.TALLY_KEY)
    lane = _row(store, lane_tally.WORKER, TALLY, number, TALLY_KEY)
    return Partition(IntakeTally.from_bytes(read), lane_tally.LaneTally.from_bytes(lane))


def _row(store: Store, worker: str, kind: str, partition: int, key: str) -> bytes | None:
    space = store.state.space(worker, kind)
    return dict(store.state.page(space, partition, "", None, 2)).get(key)
