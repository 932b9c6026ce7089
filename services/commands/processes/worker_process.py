"""A worker's process on Kafka: its store, its partition tasks, its shell, its health (design.md §8)."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import partial
from threading import local
from time import monotonic
from typing import Final

from services.clock.worker import ClockWorker, WallClock
from services.commands.processes.run_loop import hold_to_mode, loop, refuse_trial_letters, stop_on_signals
from services.notifier.posts.logged import LoggedPost
from services.notifier.posts.post import Post
from services.notifier.posts.post_routing import is_full, post_of
from services.pipeline import READS, WORKERS, WorkerParts
from services.prepared_store import named_log, worker_store
from services.reporting.frontier_progress import slowest_frontier
from services.runtime.kafka.broker.group import refuse_closed_group
from services.runtime.kafka.broker.tick_producer import TickProducer
from services.runtime.kafka.broker.topics import refuse_wrong_topics
from services.runtime.kafka.engine.engine import KafkaEngine
from services.runtime.kafka.faust.shell import Shell
from services.runtime.last_tick import last_tick
from services.runtime.open_store import open_store
from services.runtime.settings import Settings
from services.runtime.store.log_identity import LogIdentity
from services.runtime.store.port import Access, Store
from services.runtime.telemetry.health import Health, HealthServer
from services.runtime.telemetry.logs import LogEvent, LogWriter, install
from services.runtime.telemetry.metrics import EngineMetrics, Metrics
from services.runtime.telemetry.record_observer import RecordObserver
from services.runtime.worker import Worker

_BEAT_INTERVAL_S: Final = 0.2
_FRONTIER_INTERVAL_S: Final = 10
"""Seconds between two queries of the slowest frontier."""


def run_worker(name: str, settings: Settings, *, follows_ticks: bool) -> int:
    """Run one worker until SIGTERM or SIGINT; 0 then. Raises Refusal where topics, settings or store do not fit.

    ``follows_ticks``: the notifier's clock shows the last published tick, instead of the machine's time.
    """
    log = install(settings.logs.level)
    refuse_wrong_topics(settings, name)
    refuse_closed_group(settings.kafka, name)
    with ExitStack() as stack:
        metrics, health = Metrics(), Health()
        make_worker, post = stack.enter_context(_worker_maker(name, settings, log, follows_ticks=follows_ticks))
        engine = KafkaEngine(
            name,
            make_worker,
            partial(_open_worker_store, name, settings, named_log(settings)),
            settings.store.partitions,
            settings.kafka,
            EngineMetrics(metrics, health.beat),
            RecordObserver(metrics, log).observe,
            Heartbeat(metrics, health, log),
            *(() if post is None else (post.close, partial(is_full, post))),
        )
        stack.enter_context(_health_pages(settings, metrics, health, log))
        log.info(LogEvent.ENGINE_STARTED, worker=name, partitions=settings.store.partitions, mode=settings.mail.mode)
        shell = Shell(name, [topic.name for topic in READS[name]], settings.kafka, engine, log=log)
        metrics.behind.labels(name).set_function(shell.lag)
        status = shell.run()
        log.info(LogEvent.ENGINE_STOPPED, worker=name)
    return status


class Heartbeat:
    """Reports health and how far time has come; called a few times a second while the process is in its group."""

    def __init__(
        self, metrics: Metrics, health: Health, log: LogWriter, elapsed_s: Callable[[], float] = monotonic
    ) -> None:
        self._health = health
        self._log = log
        self._elapsed_s = elapsed_s
        self._asked_s = float(-_FRONTIER_INTERVAL_S)
        self._reached: datetime | None = None
        metrics.watch_time(WallClock().now, lambda: self._reached)

    def __call__(self, store: Store) -> None:
        """Note that the process is a member of its group and idle."""
        self._health.beat()
        if not self._health.ready:
            self._health.ready = True
            self._log.info(LogEvent.CAUGHT_UP)
        if self._elapsed_s() - self._asked_s >= _FRONTIER_INTERVAL_S:
            self._asked_s = self._elapsed_s()
            self._reached = slowest_frontier(store)


def run_clock(settings: Settings) -> int:
    """Run the clock until SIGTERM or SIGINT; 0 then. Raises Refusal for a clock that is far behind the last tick."""
    log = install(settings.logs.level)
    refuse_wrong_topics(settings, ClockWorker.name)
    with ExitStack() as stack:
        stopping = stack.enter_context(stop_on_signals())
        store = _open_worker_store(ClockWorker.name, settings, named_log(settings))
        stack.callback(store.close)
        metrics, health = Metrics(), Health()
        ticks = TickProducer(settings.kafka, store, settings.store.partitions)
        stack.callback(ticks.close)
        clock = WallClock()
        worker = ClockWorker(clock, ticks.tick, ticks.reached)
        metrics.watch_time(clock.now, lambda: ticks.reached)
        stack.enter_context(_health_pages(settings, metrics, health, log))
        log.info(LogEvent.ENGINE_STARTED, worker=worker.name, partitions=settings.store.partitions)

        def beat() -> None:
            worker.beat()
            health.beat()
            health.ready = True

        loop(beat, stopping, lambda: _BEAT_INTERVAL_S)
        log.info(LogEvent.ENGINE_STOPPED, worker=worker.name)
    return 0


def _open_worker_store(worker: str, settings: Settings, log: LogIdentity) -> Store:
    """The store for a worker of this log, brought up to date; Refusal where it does not fit the settings.

    Only the notifier need be told that letters are live: its store remembers it.
    """
    store = worker_store(settings, log)
    store.fix_partitions(settings.store.partitions)
    if worker in WORKERS and WORKERS[worker].delivers_letters:
        hold_to_mode(store, settings)
    else:
        refuse_trial_letters(store, settings)
    return store


@contextmanager
def _worker_maker(
    name: str, settings: Settings, log: LogWriter, *, follows_ticks: bool
) -> Iterator[tuple[Callable[[], Worker], Post | None]]:
    """What makes a partition's worker, and the post that all workers of the process share, where they have one."""
    entry = WORKERS[name]
    now = _TickClock(settings).now if follows_ticks else WallClock().now
    if not entry.delivers_letters:
        yield partial(entry.make, WorkerParts(settings, now)), None
        return
    with post_of(settings.mail, now) as opened:
        post = LoggedPost(opened, log)
        yield partial(entry.make, WorkerParts(settings, now, post)), post


class _TickClock:
    """A clock that shows the last published tick. Each thread reads by a connection of its own."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._of_thread = local()

    def now(self) -> datetime:
        """The instant of the last tick, or the beginning of time."""
        if not hasattr(self._of_thread, "store"):
            self._of_thread.store = open_store(self._settings, Access.READ)
        return last_tick(self._of_thread.store) or datetime.min.replace(tzinfo=UTC)


@contextmanager
def _health_pages(settings: Settings, metrics: Metrics, health: Health, log: LogWriter) -> Iterator[None]:
    """Serves metrics and health pages while the process works, where the settings ask for them."""
    if not settings.metrics.enabled:
        yield
        return
    with HealthServer(settings.metrics.bind, metrics.registry, health) as server:
        log.info(LogEvent.METRICS_SERVED, port=server.port)
        yield
