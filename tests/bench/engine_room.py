"""The embedded engine as `run` has it, over a durable store, with time that goes on when a benchmark says so."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path

from services.clock.stepping import SteppingClock
from services.intake.labels import Label, labelled
from services.intake.routing import destination_of
from services.notifier.posts.post import Post
from services.notifier.posts.post_routing import post_of
from services.notifier.posts.simulated import SimulatedPost
from services.pipeline import pipeline
from services.reporting.tables import TABLES
from services.runtime.engine import EmbeddedEngine
from services.runtime.settings import MailSettings, Settings
from services.runtime.sqlite.store import SqliteStore
from tests.bench.business import instant


@contextmanager
def running(path: Path, mail: MailSettings | None = None) -> Iterator[EmbeddedEngine]:
    """All workers over a store; letters go as ``mail`` says, without it they are only said to be accepted."""
    clock = SteppingClock()
    with ExitStack() as stack:
        store = SqliteStore(path)
        store.tables.ensure(TABLES)
        post: Post = SimulatedPost() if mail is None else stack.enter_context(post_of(mail, clock.now))
        engine = stack.enter_context(EmbeddedEngine(store, pipeline(post, clock.now, Settings())))
        clock.drive(engine)
        yield engine


def publish(engine: EmbeddedEngine, lines: Iterable[bytes]) -> None:
    """Publish lines as the inbox does; durable then."""
    for number, line in enumerate(lines, start=1):
        address = destination_of(line)
        engine.publish(address.topic, address.key, labelled(line, Label(file="bench.jsonl", line=number)))
    engine.commit()


def reach(engine: EmbeddedEngine, day: date, clock: str) -> None:
    """Let time go on to an instant by the creditor's clock; all that this brings is done and durable then."""
    engine.tick(instant(day, clock))
    engine.settle()


def notices(engine: EmbeddedEngine, status: str) -> int:
    """How many notices are in this state, by the read model."""
    found = engine.store.tables.query("SELECT count(*) AS n FROM notice WHERE status = ?", (status,))[0]["n"]
    assert isinstance(found, int), "a count is a number"
    return found
