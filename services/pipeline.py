"""All workers in the order of the flow (design.md §3): what the embedded engine runs, here and in `play`."""

from collections.abc import Callable
from datetime import datetime, timedelta

from services.cash_application.worker import CashApplication
from services.intake.worker import Intake
from services.notifier.post import Post
from services.notifier.worker import Notifier
from services.overdue.worker import Overdue
from services.reporting.worker import Reporting
from services.runtime.worker import Worker


def pipeline(post: Post, now: Callable[[], datetime], skew: timedelta) -> list[Worker]:
    """The workers: ``post`` takes letters, ``now`` is the notifier's clock, ``skew`` the clocks' largest difference."""
    return [Intake(), CashApplication(), Overdue(skew), Notifier(post, now), Reporting()]
