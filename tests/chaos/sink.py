"""A mail server that counts what it has accepted, and does not always accept it, or say so."""

import asyncio
import random
import re
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.servers.ports import free_port

_LATER: Final = "451 4.3.0 later"
_OK: Final = "250 OK"
_NOTICE: Final = re.compile(rb"^Message-ID: <([^@>]+)@", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Temper:
    """How often it goes wrong: shares of letters, or of addresses for ``cut_before_the_dot``."""

    cut_before_the_dot: float
    refused: float
    kept_and_cut: float
    lost_and_cut: float
    busy_every: int
    """Each day of so many every letter's first try is refused; 0: no day."""


CALM: Final = Temper(0, 0, 0, 0, busy_every=0)
MOODY: Final = Temper(cut_before_the_dot=0.04, refused=0.1, kept_and_cut=0.01, lost_and_cut=0.01, busy_every=5)


class Sink:
    """Decides by the seed and each notice or address what becomes of it, whoever brings it and however often."""

    def __init__(self, seed: int, temper: Temper) -> None:
        self._seed = seed
        self._temper = temper
        self._is_busy = False
        self._senders = Counter[str]()
        self._tries = Counter[str]()
        self._lock = threading.Lock()
        self._accepted: list[str] = []
        self.refused = 0
        """Tries that were answered 451."""
        self.cut = 0
        """Connections that were closed in the middle."""

    def begin(self, day: date) -> None:
        """A day begins; it may be a busy one."""
        every = self._temper.busy_every
        self._is_busy = every > 0 and day.toordinal() % every == 0

    def accepted(self) -> Counter[str]:
        """How often each notice was accepted."""
        with self._lock:
            return Counter(self._accepted)

    async def handle_RCPT(  # noqa: N802 (aiosmtpd names its hooks so)
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        """Take a recipient, or close the connection at some addresses' first letter."""
        self._senders[address] += 1
        if self._senders[address] == 1 and self._draw(address) < self._temper.cut_before_the_dot:
            self._cut(server)
        envelope.rcpt_tos.append(address)
        return _OK

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take a letter, refuse it for now, or close the connection instead of an answer."""
        assert isinstance(envelope.content, bytes), "content comes as it was sent"
        found = _NOTICE.search(envelope.content)
        assert found is not None, "each letter has its notice's Message-ID"
        notice = found[1].decode()
        drawn = self._draw(notice)
        self._tries[notice] += 1
        if drawn < self._temper.lost_and_cut:
            self._cut(server)
        if self._tries[notice] == 1 and (self._is_busy or drawn > 1 - self._temper.refused):
            self.refused += 1
            return _LATER
        with self._lock:
            self._accepted.append(notice)
        if drawn < self._temper.lost_and_cut + self._temper.kept_and_cut:
            self._cut(server)
        return _OK

    def _draw(self, of: str) -> float:
        return random.Random(f"{self._seed}:{of}").random()

    def _cut(self, server: SMTP) -> None:
        self.cut += 1
        assert isinstance(server.transport, asyncio.WriteTransport)
        server.transport.abort()
        raise asyncio.CancelledError


@contextmanager
def serving(sink: Sink) -> Iterator[int]:
    """Run the server in a thread of its own; its port."""
    controller = Controller(sink, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop(no_assert=True)
