"""`run --example`: play the shipped example, show what happened and why, go on live from its last day."""

from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Final

from rich.console import Console
from rich.progress import Progress

from services.clock.stepping import SteppingClock
from services.clock.worker import ShiftedClock
from services.commands.playback.bootstrap import playing_engine_over
from services.commands.playback.play_files import Play, TimedPiece, merged_pieces
from services.commands.processes.run_loop import live
from services.example import LAST_DAY, event_files
from services.intake.creditor_directory import CreditorDirectory
from services.notifier.posts.outbox import OutboxPost
from services.reporting.summary import as_table, summary
from services.runtime.settings import KafkaSettings, PostgresSettings, Settings
from services.runtime.sqlite.store import SqliteStore

STORE_NAME: Final = "example.db"


def run_example(settings: Settings) -> int:
    """Play, print the summary, then run live until SIGTERM or SIGINT."""
    console = Console()
    store = settings.store.path.parent / STORE_NAME
    with ExitStack() as stack:
        given = merged_pieces(event_files(), CreditorDirectory())
        engine, clock = playing_engine_over(SqliteStore(store), OutboxPost(settings.mail.outbox), stack)
        _play(Play(engine, clock), clock, given, console)
        console.print(as_table(summary(engine.store)))
        reached = engine.reached
        assert reached is not None, "an example that was played has reached its end"
    _say_where(console, settings)
    own = {
        "store": settings.store.model_copy(update={"path": store}),
        "postgres": PostgresSettings(),
        "kafka": KafkaSettings(),
    }
    example = settings.model_copy(update=own)
    return live(example, ShiftedClock(reached))


def _play(play: Play, clock: SteppingClock, given: list[TimedPiece], console: Console) -> None:
    """Play with a progress bar by the days of the example; without a terminal, silently."""
    first, end = given[0].time, datetime(LAST_DAY.year, LAST_DAY.month, LAST_DAY.day, tzinfo=UTC)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task("Playing the example", total=(end - first).days)
        for _ in play.play(given, LAST_DAY):
            progress.update(bar, completed=(clock.now() - first).days)


def _say_where(console: Console, settings: Settings) -> None:
    console.print(f"Letters are in {settings.mail.outbox}. Drop event files into {settings.inbox.path}/; Ctrl-C stops.")
    console.print("Why? For example: .venv/bin/erapaiva explain 1001 --store var/example.db")
