"""The live run from outside: event files in, one mail in a real mailbox, nothing personal in logs or metrics."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.checkout import ROOT

T = TypeVar("T")
WAIT_S = 60
SIXTY_TIMES_AS_FAST = """
import sys, time
from datetime import UTC, datetime
from services.clock.worker import ShiftedClock
from services.commands.processes.run_loop import live
from services.runtime.settings import load
start = datetime.fromisoformat(sys.argv[1])
sys.exit(live(load(), ShiftedClock(start, lambda: time.monotonic() * 60)))
"""
START = "2026-02-12T10:00:00+02:00"
CANARIES = {
    "name": "Kanarialintu Keltainen",
    "email": "kanarialintu@mailbox.example",
    "street": "Kanariankatu 77",
    "reference": "7700770077",
    "amount": "7717.71",
    "payer": "Kanarian Maksaja",
    "message": "kanarian viesti",
}

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


@dataclass
class Mailbox:
    """A real SMTP server that keeps what it accepts."""

    mails: list[Envelope] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802
        """Accept every mail."""
        self.mails.append(envelope)
        return "250 kept"


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    """A mailbox on loopback and its port."""
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield box, controller.port
    controller.stop()


def free_port() -> int:
    """A port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(folder: Path, smtp_port: int, metrics_port: int, start: str = START) -> Iterator[subprocess.Popen[str]]:
    """`erapaiva run`, live mail to the mailbox, with a clock that runs sixty times as fast as real time."""
    settings = {
        "ERAPAIVA_STORE__PATH": str(folder / "store.db"),
        "ERAPAIVA_INBOX__PATH": str(folder / "inbox"),
        "ERAPAIVA_MAIL__OUTBOX": str(folder / "outbox"),
        "ERAPAIVA_MAIL__MODE": "live",
        "ERAPAIVA_MAIL__HOST": "127.0.0.1",
        "ERAPAIVA_MAIL__PORT": str(smtp_port),
        "ERAPAIVA_MAIL__TLS": "none",
        "ERAPAIVA_METRICS__BIND": f"127.0.0.1:{metrics_port}",
    }
    with (folder / "log.jsonl").open("a") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", SIXTY_TIMES_AS_FAST, start],
            cwd=ROOT,
            env={**os.environ, **settings},
            stderr=log,
            text=True,
        )
        try:
            yield process
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0
        finally:
            process.kill()
            process.wait()


def wait_for(what: Callable[[], T], process: subprocess.Popen[str]) -> T:
    """Ask until the answer is true."""
    until = time.monotonic() + WAIT_S
    while time.monotonic() < until:
        assert process.poll() is None, "the run ended by itself"
        if found := what():
            return found
        time.sleep(0.1)
    raise AssertionError("it did not happen in time")


def drop(inbox: Path, name: str, events: list[dict[str, Any]]) -> None:
    """A complete file appears in a folder of the inbox."""
    inbox.mkdir(parents=True, exist_ok=True)
    unfinished = inbox / f".{name}"
    unfinished.write_text("".join(json.dumps(event) + "\n" for event in events), encoding="utf-8")
    unfinished.rename(inbox / name)


def event(number: int, kind: str, time_: str, **data: Any) -> dict[str, Any]:
    """A public event."""
    return {
        "specversion": "1.0",
        "id": f"e{number}",
        "source": "//test",
        "type": f"{kind}.v1",
        "time": time_,
        "data": data,
    }


def an_overdue_consumer() -> list[dict[str, Any]]:
    """A creditor, an invoice 20 days overdue, money that nobody can place, a feed up to date; last, a broken event."""
    account = "FI2112345600000785"
    address = {"street": "Katu 1", "postcode": "00100", "city": "Helsinki"}
    return [
        event(
            1,
            "creditor.registered",
            "2026-01-02T08:00:00+02:00",
            creditor="kuura",
            name="Kuura Oy",
            business_id="0000001-9",
            country="FI",
            timezone="Europe/Helsinki",
            language="fi",
            accounts=[{"iban": account, "bic": "NDEAFIHH"}],
            address=address,
            contact={
                "phone": "+358 9 000",
                "hours": "9-16",
                "email": "apu@kuura.example",
                "url": "https://kuura.example",
            },
            sender={"name": "Kuura Oy", "email": "laskut@kuura.example"},
            policies={"consumer": "fi-consumer", "business": "fi-business"},
        ),
        event(
            2,
            "invoice.issued",
            "2026-01-09T08:00:00+02:00",
            creditor="kuura",
            debtor="C-1",
            party={
                "kind": "consumer",
                "name": CANARIES["name"],
                "email": CANARIES["email"],
                "address": {**address, "street": CANARIES["street"]},
            },
            invoice="1001",
            reference=f"{CANARIES['reference']}{check_digit(CANARIES['reference'])}",
            issued="2026-01-09",
            due="2026-01-23",
            amount=CANARIES["amount"],
            currency="EUR",
        ),
        event(
            3,
            "payment.received",
            "2026-02-12T06:00:00+02:00",
            creditor="kuura",
            account=account,
            payment="A-1",
            amount=CANARIES["amount"],
            currency="EUR",
            paid="2026-02-10",
            booked="2026-02-11",
            payer={"name": CANARIES["payer"]},
            message=CANARIES["message"],
        ),
        event(
            4,
            "bank-feed.completed",
            "2026-02-12T07:00:00+02:00",
            creditor="kuura",
            account=account,
            through="2026-02-11",
        ),
        event(5, "hold.placed", "2026-02-12T07:00:00+02:00", creditor="kuura", debtor=7, note=CANARIES["name"]),
    ]


def check_digit(base: str) -> int:
    """The check digit of a Finnish reference."""
    total = sum(int(digit) * weight for digit, weight in zip(reversed(base), (7, 3, 1) * 7, strict=False))
    return (10 - total % 10) % 10


def test_a_letter_arrives_once_and_nothing_personal_is_logged_or_measured(
    tmp_path: Path, mailbox: tuple[Mailbox, int]
) -> None:
    box, smtp_port = mailbox
    metrics_port = free_port()
    creditor, *events, broken = an_overdue_consumer()

    with running(tmp_path, smtp_port, metrics_port) as process:
        drop(tmp_path / "inbox", "morning.jsonl", events)
        drop(tmp_path / "inbox" / "settings", "creditor.jsonl", [creditor])
        wait_for(lambda: box.mails, process)
        drop(tmp_path / "inbox", "broken.jsonl", [broken])
        wait_for((tmp_path / "inbox" / "done" / "broken.jsonl").exists, process)
        pages = [page(metrics_port, name) for name in ("metrics", "livez", "readyz")]
    with running(tmp_path, smtp_port, metrics_port, "2026-02-12T12:00:00+02:00") as process:
        wait_for(lambda: (tmp_path / "log.jsonl").read_text().count('"caught-up"') == 2, process)
        time.sleep(2)  # two minutes of its clock, in which it could send the letter again

    assert [mail.rcpt_tos for mail in box.mails] == [[CANARIES["email"]]]
    letter = box.mails[0].original_content or b""
    assert b"1001" in letter
    assert 'erapaiva_letters_sent_total{channel="email",trial="false"} 1.0' in pages[0]
    for sink in (*pages, (tmp_path / "log.jsonl").read_text()):
        for what, canary in CANARIES.items():
            assert canary not in sink, what


def page(port: int, name: str) -> str:
    """One of the pages beside the metrics."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/{name}", timeout=10) as answer:
        text: str = answer.read().decode()
        return text


def test_a_store_with_trial_letters_refuses_to_go_live(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    file.write_text("".join(json.dumps(each) + "\n" for each in an_overdue_consumer()[:-1]), encoding="utf-8")
    command = [sys.executable, "-m", "services.cli"]
    play = [*command, "play", str(file), "--until", "2026-02-13", "--store", str(tmp_path / "store")]
    subprocess.run(play, cwd=ROOT, check=True, capture_output=True)

    live = {
        "ERAPAIVA_STORE__PATH": str(tmp_path / "store" / "erapaiva.db"),
        "ERAPAIVA_MAIL__MODE": "live",
        "ERAPAIVA_MAIL__HOST": "127.0.0.1",
        "ERAPAIVA_MAIL__TLS": "none",
    }
    refused = subprocess.run(
        [*command, "run"], cwd=ROOT, env={**os.environ, **live}, check=False, capture_output=True, text=True, timeout=60
    )
    assert refused.returncode == 1
    assert "ERAPAIVA_MAIL__MODE" in refused.stderr
    assert "trial letters" in refused.stderr
