"""What is counted, for Prometheus. Labels are closed sets, so the number of series does not grow with the data.

`EngineMetrics` watches the engine; letters and decisions are counted from the topic `decisions`, after the commit, so a
step that is rolled back and done again is not counted twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from schemas.channels import channels
from schemas.dead_letters import DeadLetter
from schemas.decisions import Alert, NoticeDecided, NoticeEnded, TaskRaised, Unmatched, Withheld

REASON_CODES: Final = frozenset({
    "wait", "gap", "response-open", "stale-feed", "disputed", "held", "suspended", "promised", "extended", "in-plan",
    "below-minimum", "contact-budget", "no-channel", "closed-day", "outside-window", "awaiting-approval", "lapsed",
    "unmatched-money", "possible-payment", "handed-over", "last-step", "notice-open", "unread-event", "residual",
    "no-policy", "no-creditor",
})  # fmt: skip
"""Why a letter may not go (rules.md, Stops); any other code is counted as "other"."""


SILENT: Final = "silent"
"""The reason of a task about a step that is due and does not leave though nothing holds it."""


class Metrics:
    """All series of one process, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        r = self.registry
        self.handled = Counter(
            "erapaiva_records_handled", "Records taken by a worker from a topic.", ["worker", "topic"], registry=r
        )
        self.behind = Gauge("erapaiva_records_behind", "Records a worker has still to take.", ["worker"], registry=r)
        self.event_time_lag = Gauge(
            "erapaiva_event_time_lag_seconds",
            "The clock less the last instant that all workers have reached; rises when the process hangs.",
            registry=r,
        )
        self.commit = Histogram(
            "erapaiva_commit_seconds",
            "Time to make one transaction durable.",
            buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
            registry=r,
        )
        self.decided = Counter("erapaiva_letters_decided", "Letters that are to go.", registry=r)
        self.letters = Counter("erapaiva_letters_ended", "Notices whose outcome is known.", ["outcome"], registry=r)
        self.sent = Counter("erapaiva_letters_sent", "Letters accepted for delivery.", ["channel", "trial"], registry=r)
        self.withheld = Counter(
            "erapaiva_letters_withheld", "Reasons why a letter that was due did not go.", ["reason"], registry=r
        )
        self.tasks = Counter("erapaiva_tasks_raised", "Things a person is asked to do.", registry=r)
        self.silent = Counter(
            "erapaiva_silent_accounts", "Steps that were due, that nothing held, and that did not leave.", registry=r
        )
        self.unmatched = Counter("erapaiva_payments_unmatched", "Payments that are nobody's yet.", registry=r)
        self.alerts = Counter("erapaiva_alerts", "Things the operator should look at.", registry=r)
        self.dead_letters = Counter("erapaiva_dead_letters", "Events that could not be applied.", registry=r)
        self._begin_at_nought()

    def _begin_at_nought(self) -> None:
        """Show each series of a closed set from the start: one that appears as 1 has not risen for Prometheus."""
        for outcome in get_args(NoticeEnded.model_fields["status"].annotation):
            self.letters.labels(outcome)
        for channel in channels():
            self.sent.labels(channel, "true")
            self.sent.labels(channel, "false")
        for reason in (*REASON_CODES, "other"):
            self.withheld.labels(reason)

    def watch_time(self, now: Callable[[], datetime], reached: Callable[[], datetime | None]) -> None:
        """Show the event-time lag at every scrape, from the clock and the instant the engine has reached."""

        def lag_s() -> float:
            instant = reached()
            return 0.0 if instant is None else max(0.0, (now() - instant).total_seconds())

        self.event_time_lag.set_function(lag_s)

    def count(self, messages: Sequence[object]) -> None:
        """Count messages of `decisions` and `dead-letters`."""
        for message in messages:
            match message:
                case NoticeDecided():
                    self.decided.inc()
                case NoticeEnded():
                    self._count_letter(message)
                case Withheld():
                    self._count_reasons(message)
                case TaskRaised():
                    self.tasks.inc()
                    self.silent.inc(message.reason == SILENT)
                case Unmatched():
                    self.unmatched.inc()
                case Alert():
                    self.alerts.inc()
                case DeadLetter():
                    self.dead_letters.inc()

    def _count_letter(self, ended: NoticeEnded) -> None:
        self.letters.labels(ended.status).inc()
        if ended.status == "accepted":
            self.sent.labels(ended.letter.channel, str(ended.trial).lower()).inc()

    def _count_reasons(self, withheld: Withheld) -> None:
        codes = {reason.code for reason in withheld.reasons}
        for code in codes & REASON_CODES:
            self.withheld.labels(code).inc()
        if codes - REASON_CODES:
            self.withheld.labels("other").inc()


class EngineMetrics:
    """The engine's observer that fills the metrics, and beats for every commit."""

    def __init__(self, metrics: Metrics, beat: Callable[[], None]) -> None:
        self._metrics = metrics
        self._beat = beat
        self._handled = metrics.handled
        self._commit_began_s = 0.0

    def handled(self, worker: str, topic: str, records: int) -> None:
        """A worker took records."""
        self._handled.labels(worker, topic).inc(records)

    def before_commit(self) -> None:
        """The transaction is complete and not yet durable."""
        self._commit_began_s = time.perf_counter()

    def after_commit(self) -> None:
        """The transaction is durable."""
        self._metrics.commit.observe(time.perf_counter() - self._commit_began_s)
        self._beat()
