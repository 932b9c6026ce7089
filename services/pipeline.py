"""The registry of workers: one line each, in the order of the flow (design.md §3).

The embedded engine runs all of them, `erapaiva worker NAME` runs one on Kafka; `status` and `rebuild` go by the same
lines. What cannot be derived from them is compared with them by tests, which say what to add: producers and consumers
in ``schemas/topics.py``, services in ``docker-compose.yml``, manifests in ``deploy/kubernetes``, Prometheus' targets.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Final

from schemas.topics import Topic
from services.cash_application.worker import CashApplication
from services.clock.worker import ClockWorker
from services.intake.doors.door_rules import Doors
from services.intake.worker import Intake
from services.notifier.posts.post import Post
from services.notifier.worker import Notifier
from services.overdue.worker import Overdue
from services.reporting.worker import Reporting
from services.runtime.settings import Settings
from services.runtime.worker import Worker


class Rebuild(Enum):
    """How `erapaiva rebuild` prepares a worker's partitions in a new database (docs/adr/0013)."""

    RESUME = auto()
    """It goes on after the last record that it wrote, from rows that ``rebuild`` makes out of the topics."""
    REPLAY = auto()
    """It reads its topics from the first record and must write the same records in the same order."""
    REPLAY_UNORDERED = auto()
    """As REPLAY, but it reads several topics, so that what it writes has no fixed order and is only counted."""


@dataclass(frozen=True, slots=True)
class WorkerParts:
    """What a process has to make workers of. ``now`` is the notifier's clock; ``post`` is None where none is opened."""

    settings: Settings
    now: Callable[[], datetime]
    post: Post | None = None


@dataclass(frozen=True, slots=True)
class WorkerEntry:
    """One worker: its name, the topics that it reads, how one is made, how its partitions are rebuilt.

    ``delivers_letters``: its process opens a post, which takes the letters away.
    """

    name: str
    reads: tuple[Topic, ...]
    make: Callable[[WorkerParts], Worker]
    rebuild: Rebuild
    delivers_letters: bool = False


def _overdue(parts: WorkerParts) -> Overdue:
    notices = parts.settings.notices
    return Overdue(timedelta(seconds=notices.clock_skew_s), timedelta(seconds=notices.good_for_s))


def _notifier(parts: WorkerParts) -> Notifier:
    assert parts.post is not None, "a process that delivers letters has opened its post"
    claims = max(1, parts.settings.mail.per_minute // parts.settings.store.partitions)
    return Notifier(parts.post, parts.now, claims_per_minute=claims)


_ENTRIES: Final = (
    WorkerEntry(Intake.name, Intake.reads, lambda parts: Intake(Doors(parts.settings.doors)), Rebuild.RESUME),
    WorkerEntry(CashApplication.name, CashApplication.reads, lambda _: CashApplication(), Rebuild.REPLAY),
    WorkerEntry(Overdue.name, Overdue.reads, _overdue, Rebuild.REPLAY),
    WorkerEntry(Notifier.name, Notifier.reads, _notifier, Rebuild.RESUME, delivers_letters=True),
    WorkerEntry(Reporting.name, Reporting.reads, lambda _: Reporting(), Rebuild.REPLAY_UNORDERED),
)
WORKERS: Final[dict[str, WorkerEntry]] = {entry.name: entry for entry in _ENTRIES}
"""Every worker that handles records, by its name."""

READS: Final[dict[str, tuple[Topic, ...]]] = {entry.name: entry.reads for entry in WORKERS.values()}
"""What each worker reads, by its name."""

PROCESSES: Final = (*WORKERS, ClockWorker.name)
"""The names that `erapaiva worker` takes.

The clock has a process but no line above: it reads no topic, keeps no state, has no partitions to be assigned, and in
the embedded engine it is no worker: it drives the engine.
"""


def pipeline(post: Post, now: Callable[[], datetime], settings: Settings) -> list[Worker]:
    """All workers, for one process: ``post`` takes letters away, ``now`` is the notifier's clock."""
    parts = WorkerParts(settings, now, post)
    return [entry.make(parts) for entry in WORKERS.values()]
