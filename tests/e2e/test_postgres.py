"""The example played over PostgreSQL is the example played over SQLite, to the byte; commands find the database."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from services.commands.playback.bootstrap import playing_engine_over
from services.commands.playback.play_files import Play, merged_pieces
from services.example import event_files
from services.intake.creditor_directory import CreditorDirectory
from services.notifier.posts.simulated import SimulatedPost
from services.runtime.postgres.store import PostgresStore
from services.runtime.sqlite.store import SqliteStore
from services.runtime.store.port import Store
from tests.checkout import ROOT
from tests.servers.postgres import PASSWORD, Postgres

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

COMMAND = [sys.executable, "-m", "services.cli"]
UNTIL = date(2026, 3, 15)
HOLD = ["tell", "hold.placed", "creditor=esimerkkila", "debtor=C-203", "reason=agreed"]


@dataclass
class Played:
    """The example in both stores."""

    file: Path
    settings: dict[str, str]

    def over_sqlite(self, *words: str) -> str:
        """What a command says of the file."""
        return self._said([*words, "--store", str(self.file)], {})

    def over_postgres(self, *words: str) -> str:
        """What it says of the database that the settings name."""
        return self._said([*words], self.settings)

    def _said(self, words: list[str], settings: dict[str, str]) -> str:
        done = subprocess.run(
            [*COMMAND, *words], cwd=ROOT, env={**os.environ, **settings}, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


def play_into(store: Store) -> None:
    """The example's first ten weeks."""
    with ExitStack() as stack:
        engine, clock = playing_engine_over(store, SimulatedPost(), stack)
        for _ in Play(engine, clock).play(merged_pieces(event_files(), CreditorDirectory()), UNTIL):
            pass


@pytest.fixture(scope="module")
def played(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """The example, played through over both."""
    folder = tmp_path_factory.mktemp("played")
    dsn = postgres.network_dsn(postgres.fresh_database())
    play_into(SqliteStore(folder / "store.db"))
    play_into(PostgresStore(dsn, PASSWORD))
    (folder / "password").write_text(f"{PASSWORD}\n", encoding="ascii")
    settings = {
        "ERAPAIVA_POSTGRES__DSN": dsn,
        "ERAPAIVA_POSTGRES__PASSWORD_FILE": str(folder / "password"),
        "ERAPAIVA_STORE__PATH": str(folder / "not-used.db"),
        "ERAPAIVA_INBOX__PATH": str(folder / "inbox"),
        "ERAPAIVA_MAIL__OUTBOX": str(folder / "outbox"),
        "ERAPAIVA_METRICS__ENABLED": "false",
    }
    yield Played(folder / "store.db", settings)
    assert not (folder / "not-used.db").exists()


@pytest.mark.parametrize(
    "words",
    [
        ["dump", "--canonical"],
        ["report", "ageing", "--accounts"],
        ["report", "ageing", "--csv", "--as-of", "2026-03-01"],
        ["explain", "1013"],
        ["reconcile", "esimerkkila", "--from", "2026-01-01", "--to", "2026-02-28", "--json"],
    ],
    ids=" ".join,
)
def test_a_command_says_the_same_of_either_store(played: Played, words: list[str]) -> None:
    said = played.over_postgres(*words)

    assert said == played.over_sqlite(*words)
    assert said.strip()


def test_an_event_that_is_told_waits_in_the_database_for_the_next_run(played: Played) -> None:
    assert played.over_postgres(*HOLD).startswith("told: hold.placed.v1")

    with subprocess.Popen(
        [*COMMAND, "run"], cwd=ROOT, env={**os.environ, **played.settings}, stderr=subprocess.PIPE, text=True
    ) as live:
        assert live.stderr is not None
        assert any("caught-up" in line for line in live.stderr)
        live.send_signal(signal.SIGTERM)
        live.stderr.read()

    assert live.returncode == 0
    assert "agreed" in played.over_postgres("explain", "1013")
