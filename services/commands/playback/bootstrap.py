"""Makes the embedded engine that plays files: its store, all workers, and a virtual clock that drives it."""

from contextlib import ExitStack
from pathlib import Path

from services.clock.stepping import SteppingClock
from services.commands.processes.run_loop import refuse_live_store
from services.notifier.posts.outbox import OutboxPost
from services.notifier.posts.post import Post
from services.notifier.posts.simulated import SimulatedPost
from services.pipeline import pipeline
from services.prepared_store import prepared
from services.runtime.engine import EmbeddedEngine
from services.runtime.refusal import Refusal
from services.runtime.settings import load
from services.runtime.sqlite.store import IN_MEMORY, SqliteStore
from services.runtime.store.log_identity import EMBEDDED
from services.runtime.store.port import Store

STORE_NAME = "erapaiva.db"
OUTBOX_NAME = "outbox"


def playing_engine(folder: Path | None, stack: ExitStack) -> tuple[EmbeddedEngine, SteppingClock]:
    """An engine for playing, over the store in ``folder`` or a new one in memory; ``stack`` closes it.

    With a folder the letters go to its outbox, without one they only count as accepted.
    """
    post: Post = SimulatedPost() if folder is None else OutboxPost(folder / OUTBOX_NAME)
    return playing_engine_over(SqliteStore(IN_MEMORY if folder is None else folder / STORE_NAME), post, stack)


def playing_engine_over(store: Store, post: Post, stack: ExitStack) -> tuple[EmbeddedEngine, SteppingClock]:
    """An engine for playing over a given store and post; ``stack`` closes it. Raises Refusal for a live store."""
    prepared(store, EMBEDDED)
    try:
        refuse_live_store(store)
    except Refusal:
        store.close()
        raise
    clock = SteppingClock()
    settings = load()
    engine = stack.enter_context(EmbeddedEngine(store, pipeline(post, clock.now, settings), settings.store.partitions))
    clock.drive(engine)
    return engine, clock
