"""A mail server in a process of its own that takes every mail and keeps none: ``python -m tests.bench.mail_sink PORT``.

It says its port on the first line of its output and, once its input ends, how many mails it has accepted.
"""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Final, cast

_END: Final = b"\r\n.\r\n"
_LARGEST_MAIL: Final = 1 << 24
_ANSWERS: Final = {
    b"EHLO": b"250 bench\r\n",
    b"HELO": b"250 bench\r\n",
    b"MAIL": b"250 OK\r\n",
    b"RCPT": b"250 OK\r\n",
    b"RSET": b"250 OK\r\n",
    b"NOOP": b"250 OK\r\n",
}


class MailSink:
    """The server, seen from the process that started it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.port: Final = int(_stream(process.stdout).readline())

    def stop(self) -> int:
        """End the server; how many mails it has accepted."""
        said, _ = self._process.communicate()
        return int(said)


@contextmanager
def mail_sink(port: int = 0) -> Iterator[MailSink]:
    """Start the server, on a free port unless one is given; it is gone at the end."""
    command = [sys.executable, "-m", "tests.bench.mail_sink", str(port)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield MailSink(process)
    finally:
        process.kill()
        process.wait()


class _Counter:
    """Speaks SMTP with each connection and counts what it accepts."""

    def __init__(self) -> None:
        self.accepted = 0
        self._talks: set[asyncio.Task[None]] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.ensure_future(self._talk(reader, writer))
        self._talks.add(talk)
        talk.add_done_callback(self._talks.discard)

    async def hang_up(self) -> None:
        """End the talks that clients have left open."""
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 bench\r\n")
        while line := await reader.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                writer.write(b"354 go on\r\n")
                await reader.readuntil(_END)
                self.accepted += 1
                writer.write(b"250 OK\r\n")
            elif verb == b"QUIT":
                writer.write(b"221 bye\r\n")
                break
            else:
                writer.write(_ANSWERS.get(verb, b"500 what?\r\n"))
        writer.close()


async def _main(port: int) -> None:
    counter = _Counter()
    server = await asyncio.start_server(counter.serve, "127.0.0.1", port, limit=_LARGEST_MAIL)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    server.close()
    await counter.hang_up()
    print(counter.accepted, flush=True)


def _stream(stream: IO[str] | None) -> IO[str]:
    return cast("IO[str]", stream)


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1])))
