"""A real mail server on this machine that behaves as badly as a test asks it to."""

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

ANSWERS = {"temp-fail@simulator.invalid": "451 4.3.0 later", "perm-fail@simulator.invalid": "550 5.1.1 nobody here"}
DROPPED = "unknown@simulator.invalid"


@dataclass
class Behaviour:
    """What the server does: an answer for a phase, or a sentence such as ``drop`` or ``hang`` instead of one."""

    mail: str | None = None
    mails: list[str | None] = field(default_factory=list)
    """What the first senders are answered, before ``mail`` counts."""
    rcpt: str | None = None
    data: str | None = None
    dot: str | None = None
    accepted: list[Envelope] = field(default_factory=list)
    sessions: set[int] = field(default_factory=set)
    encrypted: set[bool] = field(default_factory=set)
    logins: list[str] = field(default_factory=list)
    release: threading.Event = field(default_factory=threading.Event)

    async def handle_MAIL(  # noqa: N802  (aiosmtpd names its hooks so)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        self.sessions.add(id(session))
        self.encrypted.add(transport_of(server).get_extra_info("sslcontext") is not None)
        answer = self.mails.pop(0) if self.mails else self.mail
        if answer is not None:
            return await self.do(answer, server)
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        answer = self.rcpt or ANSWERS.get(address)
        if answer is not None:
            return await self.do(answer, server)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.dot is not None and self.dot[0] in "45":
            return self.dot
        self.accepted.append(envelope)
        if envelope.rcpt_tos == [DROPPED]:
            return await self.do("drop", server)
        return await self.do(self.dot or "250 OK", server)

    async def do(self, answer: str, server: SMTP) -> str:
        if answer == "drop":
            transport_of(server).abort()
            raise asyncio.CancelledError
        if answer == "hang":
            await asyncio.get_running_loop().run_in_executor(None, self.release.wait, 20)
            return "250 OK"
        return answer


def transport_of(server: SMTP) -> asyncio.WriteTransport:
    transport = server.transport
    assert isinstance(transport, asyncio.WriteTransport)
    return transport


class Server(SMTP):
    """aiosmtpd, able to refuse the DATA command itself."""

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        behaviour: Behaviour = self.event_handler
        if behaviour.data is None:
            await super().smtp_DATA(arg)
        else:
            await self.push(await behaviour.do(behaviour.data, self))


def authenticate(behaviour: Behaviour) -> Any:
    def check(
        _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: LoginPassword
    ) -> AuthResult:
        behaviour.logins.append(data.login.decode())
        return AuthResult(success=data.password == b"right", handled=False)

    return check


@contextmanager
def mail_server(
    behaviour: Behaviour,
    *,
    starttls: ssl.SSLContext | None = None,
    implicit: ssl.SSLContext | None = None,
    auth: bool = False,
) -> Iterator[int]:
    """Run the server in a thread of its own; its port."""
    settings: dict[str, Any] = {"tls_context": starttls}
    if auth:
        settings |= {"authenticator": authenticate(behaviour), "auth_required": True}
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def listen() -> asyncio.Server:
        return await loop.create_server(lambda: Server(behaviour, loop=loop, **settings), "127.0.0.1", 0, ssl=implicit)

    async def stop() -> None:
        server.close()
        await server.wait_closed()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await loop.shutdown_default_executor()

    server = asyncio.run_coroutine_threadsafe(listen(), loop).result(5)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        behaviour.release.set()
        asyncio.run_coroutine_threadsafe(stop(), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()
