"""All workers in the order of the flow (design.md §3): what the embedded engine runs, here and in `play`."""

from collections.abc import Callable
from datetime import datetime, timedelta

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
    skew = timedelta(seconds=settings.notices.clock_skew_s)
    good_for = timedelta(seconds=settings.notices.good_for_s)
    claims = max(1, settings.mail.per_minute // settings.store.partitions)
    return [
        Intake(),
        CashApplication(),
        Overdue(skew, good_for),
        Notifier(post, now, claims_per_minute=claims),
        Reporting(),
    ]
