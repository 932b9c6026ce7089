"""A mail server that counts what it has accepted, and does not always accept it, or say so."""

import asyncio
import random
import re
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.servers.ports import free_port

_LATER: Final = "451 4.3.0 later"
_OK: Final = "250 OK"
_NOTICE: Final = re.compile(rb"^Message-ID: <([^@>]+)@", re.MULTILINE)
_CUT_BEFORE_THE_DOT: Final = 0.04
_REFUSED: Final = 0.1
_KEPT_AND_CUT: Final = 0.01
_LOST_AND_CUT: Final = 0.01


class Sink:
    """Decides by the seed and each notice or address what becomes of it, whoever brings it and however often."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._senders = Counter[str]()
        self._tries = Counter[str]()
        self._lock = threading.Lock()
        self._accepted: list[str] = []
        self.refused = 0
        """Tries that were answered 451."""
        self.cut = 0
        """Connections that were closed in the middle."""
        self.is_busy = False
        """Whether every letter's first try is refused."""

    def accepted(self) -> Counter[str]:
        """How often each notice was accepted."""
        with self._lock:
            return Counter(self._accepted)

    async def handle_RCPT(  # noqa: N802 (aiosmtpd names its hooks so)
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        """Take a recipient, or close the connection at some addresses' first letter."""
        self._senders[address] += 1
        if self._senders[address] == 1 and self._draw(address) < _CUT_BEFORE_THE_DOT:
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
        if drawn < _LOST_AND_CUT:
            self._cut(server)
        if self._tries[notice] == 1 and (self.is_busy or drawn > 1 - _REFUSED):
            self.refused += 1
            return _LATER
        with self._lock:
            self._accepted.append(notice)
        if drawn < _LOST_AND_CUT + _KEPT_AND_CUT:
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
