"""A worker's process on Kafka: its store, its seats, its shell, its health (design.md §8)."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import partial
from threading import local
from typing import Final

from schemas.topics import DEAD_LETTERS, DECISIONS
from services.clock.worker import ClockWorker, WallClock
from services.commands.living import loop, refuse_trial_letters, told_to_stop
from services.notifier.choose import post_of
from services.pipeline import SPEECHLESS, notifying
from services.reporting.tables import TABLES
from services.runtime.health import Health, HealthServer
from services.runtime.kafka.engine import KafkaEngine
from services.runtime.kafka.shell import Shell
from services.runtime.kafka.ticking import Ticks, reached
from services.runtime.kafka.topics import refuse_wrong_topics
from services.runtime.logs import Event, Log, install
from services.runtime.metrics import EngineMetrics, Metrics
from services.runtime.opening import open_store
from services.runtime.settings import Settings
from services.runtime.store import Access, Store
from services.runtime.worker import Record, Worker

_BEATS_APART_S: Final = 0.2
_COUNTED: Final = frozenset({DECISIONS, DEAD_LETTERS})


def work(name: str, settings: Settings, *, follows_ticks: bool) -> int:
    """Run one worker until SIGTERM or SIGINT; 0 then. Raises Refusal for what a person can mend.

    ``follows_ticks``: the notifier's clock shows the last tick that was told, instead of the machine's time.
    """
    log = install(settings.logs.level)
    refuse_wrong_topics(settings, name)
    with ExitStack() as stack:
        metrics, health = Metrics(), Health()
        make_worker = stack.enter_context(_maker(name, settings, follows_ticks=follows_ticks))
        engine = KafkaEngine(
            name,
            make_worker,
            partial(_opened, settings),
            settings.store.partitions,
            settings.kafka,
            EngineMetrics(metrics, health.beat),
            partial(_count, metrics),
        )
        stack.enter_context(_served(settings, metrics, health, log))
        log.info(Event.ENGINE_STARTED, worker=name, partitions=settings.store.partitions, mode=settings.mail.mode)
        status = Shell(name, [topic.name for topic in make_worker().reads], settings.kafka, engine).run()
        log.info(Event.ENGINE_STOPPED, worker=name)
    return status


def tell_time(settings: Settings) -> int:
    """Run the clock until SIGTERM or SIGINT; 0 then. Raises Refusal for a clock that is far behind the last tick."""
    log = install(settings.logs.level)
    refuse_wrong_topics(settings, ClockWorker.name)
    with ExitStack() as stack:
        stopping = stack.enter_context(told_to_stop())
        store = _opened(settings)
        stack.callback(store.close)
        metrics, health = Metrics(), Health()
        ticks = Ticks(settings.kafka, store, settings.store.partitions)
        stack.callback(ticks.close)
        clock = WallClock()
        worker = ClockWorker(clock, ticks.tick, ticks.reached)
        metrics.watch_time(clock.now, lambda: ticks.reached)
        stack.enter_context(_served(settings, metrics, health, log))
        log.info(Event.ENGINE_STARTED, worker=worker.name, partitions=settings.store.partitions)

        def beat() -> None:
            worker.beat()
            health.beat()
            health.ready = True

        loop(beat, stopping, _BEATS_APART_S)
        log.info(Event.ENGINE_STOPPED, worker=worker.name)
    return 0


def _opened(settings: Settings) -> Store:
    """The store, with the read model's tables, and fit to be worked on."""
    store = open_store(settings, Access.WORKER)
    store.tables.ensure(TABLES)
    store.fix_partitions(settings.store.partitions)
    refuse_trial_letters(store, settings)
    return store


@contextmanager
def _maker(name: str, settings: Settings, *, follows_ticks: bool) -> Iterator[Callable[[], Worker]]:
    """What makes the worker of a seat."""
    if name in SPEECHLESS:
        yield partial(SPEECHLESS[name], settings)
        return
    now = _LastTick(settings).now if follows_ticks else WallClock().now
    with post_of(settings.mail, now) as post:
        yield partial(notifying, post, now, settings)


class _LastTick:
    """A clock that shows the last tick that was told. Each thread that asks reads by a connection of its own."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._of_thread = local()

    def now(self) -> datetime:
        """The instant of the last tick, or the beginning of time."""
        if not hasattr(self._of_thread, "store"):
            self._of_thread.store = open_store(self._settings, Access.READ)
        return reached(self._of_thread.store) or datetime.min.replace(tzinfo=UTC)


@contextmanager
def _served(settings: Settings, metrics: Metrics, health: Health, log: Log) -> Iterator[None]:
    """Metrics and health, as long as the process works."""
    if not settings.metrics.enabled:
        yield
        return
    with HealthServer(settings.metrics.bind, metrics.registry, health) as server:
        log.info(Event.METRICS_SERVED, port=server.port)
        yield


def _count(metrics: Metrics, records: Sequence[Record]) -> None:
    """Count what was decided and what could not be read, where the records come by: the reporting worker reads both."""
    metrics.count([record.topic.decode(record.value) for record in records if record.topic in _COUNTED])
