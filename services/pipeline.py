"""All workers in the order of the flow (design.md §3): together in the embedded engine, one by one on Kafka."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from schemas.topics import Topic
from services.cash_application.worker import CashApplication
from services.intake.worker import Intake
from services.notifier.post import Post
from services.notifier.worker import Notifier
from services.overdue.worker import Overdue
from services.reporting.worker import Reporting
from services.runtime.settings import Settings
from services.runtime.worker import Worker


def pipeline(post: Post, now: Callable[[], datetime], settings: Settings) -> list[Worker]:
    """The workers: ``post`` takes letters away, ``now`` is the notifier's clock."""
    workers = {name: make(settings) for name, make in CORE_WORKERS.items()}
    notifier: Worker = notifying(post, now, settings)
    return [workers["intake"], workers["cash_application"], workers["overdue"], notifier, workers["reporting"]]


def notifying(post: Post, now: Callable[[], datetime], settings: Settings) -> Notifier:
    """The one worker that speaks to people: ``post`` takes its letters away, ``now`` is its clock."""
    claims = max(1, settings.mail.per_minute // settings.store.partitions)
    return Notifier(post, now, claims_per_minute=claims)


def _overdue(settings: Settings) -> Overdue:
    notices = settings.notices
    return Overdue(timedelta(seconds=notices.clock_skew_s), timedelta(seconds=notices.good_for_s))


CORE_WORKERS: Final[dict[str, Callable[[Settings], Worker]]] = {
    "intake": lambda _: Intake(),
    "cash_application": lambda _: CashApplication(),
    "overdue": _overdue,
    "reporting": lambda _: Reporting(),
}
"""How the workers are made that need neither a post nor a clock, by name."""

READS: Final[dict[str, tuple[Topic, ...]]] = {
    worker.name: worker.reads for worker in (Intake, CashApplication, Overdue, Notifier, Reporting)
}
"""What each worker reads, by its name."""
