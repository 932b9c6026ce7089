"""The live run of the embedded engine: inbox, clock and workers in one loop, until a signal stops it (design.md §8)."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import FrameType
from typing import Final

from services.clock.worker import Clock, ClockWorker, WallClock
from services.intake.creditor_directory import CreditorDirectory
from services.intake.doors.door_rules import Doors
from services.intake.inbox import FOR_EVENTS, FOR_SETTINGS, Inbox
from services.notifier.posts.logged import LoggedPost
from services.notifier.posts.post_routing import is_full, post_of
from services.notifier.trial import has_trial_letters, is_live, remember_live
from services.pipeline import pipeline
from services.prepared_store import embedded_store
from services.runtime.engine import EmbeddedEngine
from services.runtime.refusal import Refusal
from services.runtime.settings import Settings
from services.runtime.store.port import Store
from services.runtime.telemetry.health import Health, HealthServer
from services.runtime.telemetry.logs import LogEvent, LogWriter, install
from services.runtime.telemetry.metrics import EngineMetrics, Metrics
from services.runtime.telemetry.record_observer import RecordObserver


def live(settings: Settings, clock: Clock | None = None) -> int:
    """Run until SIGTERM or SIGINT; 0 then. Raises Refusal for settings or a store that cannot be used."""
    refuse_broker(settings)
    clock = clock or WallClock()
    log = install(settings.logs.level)
    with ExitStack() as stack:
        stopping = stack.enter_context(stop_on_signals())
        metrics, health = Metrics(), Health()
        store = embedded_store(settings)
        hold_to_mode(store, settings)
        post = LoggedPost(stack.enter_context(post_of(settings.mail, clock.now)), log)
        engine = stack.enter_context(
            EmbeddedEngine(
                store,
                pipeline(post, clock.now, settings),
                settings.store.partitions,
                observer=EngineMetrics(metrics, health.beat),
            )
        )
        if settings.metrics.enabled:
            server = stack.enter_context(HealthServer(settings.metrics.bind, metrics.registry, health))
            log.info(LogEvent.METRICS_SERVED, port=server.port)
        metrics.watch_time(clock.now, lambda: engine.reached)
        log.info(LogEvent.ENGINE_STARTED, partitions=engine.partitions, mode=settings.mail.mode)
        loop(
            _Round(
                engine,
                ClockWorker(clock, engine.tick, engine.reached),
                settings,
                RecordObserver(metrics, log),
                health,
                log,
            ),
            stopping,
            lambda: _BUSY_PAUSE_S if is_full(post) else settings.inbox.poll_ms / 1000,
        )
        post.close()
        engine.settle()
        log.info(LogEvent.ENGINE_STOPPED)
    return 0


_BUSY_PAUSE_S: Final = 0.02
"""Seconds between two rounds while letters may wait for a connection."""
SETTINGS_FOLDER: Final = "settings"
"""The folder of the inbox for creditors, policies and rates."""
PATIENCE_MS: Final = 10_000
"""For how long a file must not change when its last line is not finished."""


class _Round:
    """One round of the live loop."""

    def __init__(
        self,
        engine: EmbeddedEngine,
        clock: ClockWorker,
        settings: Settings,
        observer: RecordObserver,
        health: Health,
        log: LogWriter,
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._directory = CreditorDirectory(Doors(settings.doors))
        inbox = settings.inbox
        patience = max(2, PATIENCE_MS // inbox.poll_ms)
        self._inbox = Inbox(inbox.path, engine, self._directory, patience, FOR_EVENTS)
        self._settings = Inbox(inbox.path / SETTINGS_FOLDER, engine, self._directory, patience, FOR_SETTINGS)
        self._observer = observer
        self._health = health
        self._log = log

    def __call__(self) -> None:
        """Take files from the inbox, publish the tick, let the workers finish, update metrics and health."""
        if not self._take_files(self._settings):  # files may be about creditors whom these register
            self._take_files(self._inbox)
        self._clock.beat()
        self._engine.settle()
        self._observer.follow(self._engine)
        self._health.beat()
        if not self._health.ready:
            self._health.ready = True
            self._log.info(LogEvent.CAUGHT_UP)

    def _take_files(self, inbox: Inbox) -> int:
        """Publish the next pieces of a folder's files; how many."""
        self._directory.follow(self._engine.store.log, self._engine.partitions)
        polled = inbox.poll()
        for _ in polled.finished:
            self._log.info(LogEvent.FILE_TAKEN, records=polled.pieces)
        for _ in (*polled.rejected, *polled.unreadable):
            self._log.error(LogEvent.FILE_REFUSED)
        return polled.pieces


def refuse_broker(settings: Settings) -> None:
    """The embedded engine has a log of its own: beside a broker it would work on events that nobody publishes there."""
    if settings.kafka.bootstrap is not None:
        raise Refusal(
            "ERAPAIVA_KAFKA__BOOTSTRAP: names a broker, and `erapaiva run` has a log of its own; "
            "start the workers instead (`erapaiva worker NAME`), or unset it"
        )


def loop(work: Callable[[], None], stopping: threading.Event, pause_s: Callable[[], float]) -> None:
    """Call ``work`` again and again, with a pause of so many seconds between, until ``stopping`` is set."""
    while not stopping.is_set():
        work()
        stopping.wait(pause_s())


@contextmanager
def stop_on_signals() -> Iterator[threading.Event]:
    """An event that SIGTERM and SIGINT set, so that the current round is finished before the process ends."""
    stopping = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopping.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stopping
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def hold_to_mode(store: Store, settings: Settings) -> None:
    """Compare the mode of the settings with the store's, for a process that delivers letters; a live store stays live.

    Raises Refusal as `refuse_trial_letters` and `refuse_live_store` do.
    """
    if settings.mail.mode == "live":
        refuse_trial_letters(store, settings)
        remember_live(store)
    else:
        refuse_live_store(store)


def refuse_live_store(store: Store) -> None:
    """A live store in trial mode would count letters as accepted that nobody gets (design.md §8). Raises Refusal."""
    if is_live(store):
        raise Refusal(
            "ERAPAIVA_MAIL__MODE: this store is live, and in trial mode its letters would count although nobody gets "
            "them; set it to live, or take another store to try something"
        )


def refuse_trial_letters(store: Store, settings: Settings) -> None:
    """Trial letters count as accepted, so a store that holds them may never send real ones (design.md §8)."""
    if settings.mail.mode != "live":
        return
    if has_trial_letters(store) or store.tables.query("SELECT 1 FROM notice WHERE trial = 1 LIMIT 1"):
        raise Refusal(
            "ERAPAIVA_MAIL__MODE: this store holds trial letters, which nobody got; go live with a new store "
            "(ERAPAIVA_STORE__PATH, or another database in ERAPAIVA_POSTGRES__DSN)"
        )
