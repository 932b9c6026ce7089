"""A mail server that speaks SMTP as far as a test lets it: in one phase it refuses, closes or falls silent."""

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

PHASES: Final = ("greeting", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "dot", "RSET", "QUIT")
CLOSE: Final = "close"
SILENCE: Final = "silence"
_ANSWERS: Final = {
    "greeting": "220 ready",
    "EHLO": "250-here\r\n250-STARTTLS\r\n250 AUTH PLAIN",
    "HELO": "250 here",
    "STARTTLS": "220 go on",
    "AUTH": "235 welcome",
    "MAIL": "250 OK",
    "RCPT": "250 OK",
    "DATA": "354 go on",
    "dot": "250 kept",
    "RSET": "250 OK",
    "QUIT": "221 bye",
}


@dataclass
class FaultyServer:
    """``faults``: by phase a reply such as ``550 5.1.1 nobody``, ``close`` or ``silence``; else it answers well.

    ``kept`` are the letters that it has taken over; with ``keeps`` also those whose answer it does not give.
    """

    faults: dict[str, str] = field(default_factory=dict)
    keeps: bool = False
    kept: list[bytes] = field(default_factory=list)
    certificate: ssl.SSLContext | None = None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, from its greeting to its end."""
        try:
            phase = "greeting"
            while await self._answer(phase, writer):
                if phase == "STARTTLS":
                    assert self.certificate is not None, "a server that offers TLS has a certificate"
                    await writer.start_tls(self.certificate)
                if phase == "DATA":
                    content = await reader.readuntil(b"\r\n.\r\n")
                    if self._takes():
                        self.kept.append(content)
                    phase = "dot"
                else:
                    phase = (await reader.readline()).decode()[:8].split(" ")[0].strip().upper()
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass  # the client has gone: this server is here for that
        finally:
            writer.transport.abort()

    def _takes(self) -> bool:
        fault = self.faults.get("dot")
        return fault is None or (self.keeps and fault in (CLOSE, SILENCE))

    async def _answer(self, phase: str, writer: asyncio.StreamWriter) -> bool:
        """Answer as the test asks for; whether the connection goes on."""
        fault = self.faults.get("EHLO" if phase == "HELO" else phase)
        if phase not in _ANSWERS or fault == CLOSE:
            return False
        if fault == SILENCE:
            await asyncio.sleep(30)
            return False
        writer.write(f"{fault or _ANSWERS[phase]}\r\n".encode())
        await writer.drain()
        return phase != "QUIT" and (phase != "greeting" or fault is None)


@contextmanager
def serving(server: FaultyServer) -> Iterator[int]:
    """Run the server in a thread of its own; its port."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def listen() -> asyncio.Server:
        return await asyncio.start_server(server.serve, "127.0.0.1", 0)

    async def stop(listening: asyncio.Server) -> None:
        listening.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    listening = asyncio.run_coroutine_threadsafe(listen(), loop).result(5)
    try:
        yield listening.sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(stop(listening), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()
