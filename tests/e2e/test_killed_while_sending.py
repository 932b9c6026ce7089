"""A live run that is killed while it sends: no letter twice, none lost, few unknown, over either store."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.checkout import ROOT
from tests.e2e.test_live import (
    SIXTY_TIMES_AS_FAST,
    an_overdue_consumer,
    check_digit,
    drop,
    event,
    free_port,
    wait_for,
)
from tests.servers.postgres import PASSWORD, Postgres

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

LETTERS = 60
CONNECTIONS = 4
STARTS = ("2026-02-12T09:30:00+02:00", "2026-02-12T10:30:00+02:00")
ANSWERED = 20
"""So many letters the server answers at first; then it keeps further ones and says nothing."""


class SilentMailbox:
    """A mail server that takes letters over and, from some letter on, does not say so."""

    def __init__(self) -> None:
        self.kept = Counter[str]()
        self.silent = 0
        self.answers_left = 0
        self._lock = threading.Lock()

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str | None:  # noqa: N802
        """Keep the letter; answer, or close the connection only when the client has gone."""
        assert isinstance(envelope.content, bytes), "content comes as it was sent"
        with self._lock:
            self.kept[message_from_bytes(envelope.content)["Message-ID"]] += 1
            self.answers_left -= 1
            is_silent = self.answers_left < 0
            self.silent += is_silent
        if is_silent:
            await server._reader.read()
            return "421 gone"
        return "250 kept"


@pytest.fixture
def mailbox() -> Iterator[tuple[SilentMailbox, int]]:
    box = SilentMailbox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield box, controller.port
    controller.stop(no_assert=True)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def settings(request: pytest.FixtureRequest, tmp_path: Path, mailbox: tuple[SilentMailbox, int]) -> dict[str, str]:
    """A live run's settings, over either store."""
    named = {
        "ERAPAIVA_STORE__PATH": str(tmp_path / "store.db"),
        "ERAPAIVA_INBOX__PATH": str(tmp_path / "inbox"),
        "ERAPAIVA_MAIL__OUTBOX": str(tmp_path / "outbox"),
        "ERAPAIVA_MAIL__MODE": "live",
        "ERAPAIVA_MAIL__HOST": "127.0.0.1",
        "ERAPAIVA_MAIL__PORT": str(mailbox[1]),
        "ERAPAIVA_MAIL__TLS": "none",
        "ERAPAIVA_MAIL__CONNECTIONS": str(CONNECTIONS),
        "ERAPAIVA_METRICS__ENABLED": "false",
    }
    if request.param == "sqlite":
        return named
    server: Postgres = request.getfixturevalue("postgres")
    (tmp_path / "password").write_text(f"{PASSWORD}\n", encoding="ascii")
    named |= {
        "ERAPAIVA_POSTGRES__DSN": server.network_dsn(server.fresh_database()),
        "ERAPAIVA_POSTGRES__PASSWORD_FILE": str(tmp_path / "password"),
    }
    command(named, "migrate")
    return named


def command(settings: dict[str, str], *words: str) -> str:
    """What a command prints."""
    done = subprocess.run(
        [sys.executable, "-m", "services.cli", *words],
        cwd=ROOT, env={**os.environ, **settings}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def running(settings: dict[str, str], start: str) -> Iterator[subprocess.Popen[str]]:
    """`erapaiva run` with a clock that runs sixty times as fast as real time."""
    process = subprocess.Popen(
        [sys.executable, "-c", SIXTY_TIMES_AS_FAST, start],
        cwd=ROOT, env={**os.environ, **settings}, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def overdue_debtors() -> list[dict[str, Any]]:
    """As many debtors as letters are to go, each with an invoice that is twenty days overdue, and the day's feed."""
    _, invoice, _, feed, _ = an_overdue_consumer()
    events = []
    for number in range(LETTERS):
        party = {**invoice["data"]["party"], "email": f"c{number}@debtor.example"}
        reference = f"{7000 + number}{check_digit(str(7000 + number))}"
        own = {"debtor": f"C-{number}", "invoice": f"I-{number}", "reference": reference, "party": party}
        events.append(event(100 + number, "invoice.issued", invoice["time"], **{**invoice["data"], **own}))
    return [*events, feed]


def outcomes(settings: dict[str, str]) -> Counter[str]:
    """How many notices ended in which way."""
    entries = map(json.loads, command(settings, "dump", "--canonical").splitlines())
    return Counter(entry["status"] for entry in entries if entry["kind"] == "notice")


def test_a_run_that_is_killed_while_it_sends_sends_each_letter_once(
    settings: dict[str, str], tmp_path: Path, mailbox: tuple[SilentMailbox, int]
) -> None:
    box, _ = mailbox
    drop(tmp_path / "inbox" / "settings", "creditor.jsonl", an_overdue_consumer()[:1])
    drop(tmp_path / "inbox", "morning.jsonl", overdue_debtors())

    box.answers_left = ANSWERED
    with running(settings, STARTS[0]) as process:
        wait_for(lambda: box.silent == CONNECTIONS, process)
        process.kill()
    box.answers_left = LETTERS
    with running(settings, STARTS[1]) as process:
        wait_for(lambda: len(box.kept) == LETTERS, process)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0

    assert set(box.kept.values()) == {1}
    assert outcomes(settings) == {"unknown": CONNECTIONS, "accepted": LETTERS - CONNECTIONS}
