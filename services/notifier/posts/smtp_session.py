"""One connection to a mail server and what its answers mean for a letter.

Before the final dot no server has a letter, so any failure there may be tried again. From the dot on, a letter whose
answer is lost may have been accepted: that is ``unknown`` and never tried again by itself (design.md §7.4; RFC 5321
4.5.3.2.6). A refusal for good is the address's fault where the server says so, and else a matter between us and the
server: the letter is deferred (rules.md S6; RFC 3463 has the enhanced codes).
"""

import re
import ssl
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from aiosmtplib import SMTP, SMTPException, SMTPNotSupported, SMTPResponseException, SMTPServerDisconnected
from aiosmtplib.protocol import SMTPProtocol

from schemas.journal import Fault
from services.notifier.posts.message import Mail
from services.notifier.posts.post import Status
from services.runtime.settings import is_loopback

Tls = Literal["starttls", "implicit", "none"]
_LEADING_DOT: Final = re.compile(rb"(?m)^\.")
_START_INPUT: Final = 354
_ENHANCED: Final = re.compile(r"5\.\d{1,3}\.\d{1,3}(?!\S)")
_ADDRESS_FAULTS: Final = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10"})
"""Enhanced codes of a wrong recipient: no such mailbox or domain, bad syntax, moved, takes no mail (RFC 7505)."""
_ADDRESS_REFUSALS: Final = frozenset({550, 551, 553})
"""Codes at RCPT that mean the recipient where no enhanced code says more (RFC 5321 4.2.3)."""


class ClearTextError(ValueError):
    """A mail server that is not on this machine was to be used without TLS."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """How to reach a mail server. ``tls`` is never opportunistic: without it nothing is sent.

    ``timeout`` and ``final_timeout`` are seconds to wait for an answer before and after the final dot.
    """

    host: str
    port: int
    tls: Tls = "starttls"
    username: str | None = None
    password: str | None = None
    timeout: float = 60
    final_timeout: float = 600
    trust: ssl.SSLContext | None = None

    def __post_init__(self) -> None:
        if self.tls == "none" and not is_loopback(self.host):
            raise ClearTextError(f"{self.host}: letters would cross the network in clear; use starttls or implicit")


class Phase(StrEnum):
    """How far a delivery has come: the SMTP command that is under way."""

    CONNECT = "connect"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    DOT = "dot"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one delivery, and a code of ours that says at which command: ``rcpt-550-5.1.1``, ``dot-lost``."""

    status: Status
    detail: str | None
    fault: Fault | None = None


class SmtpConnection:
    """One connection, opened when it is needed and kept for the next letter. For one task at a time."""

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self._smtp: SMTP | None = None
        self._phase = Phase.CONNECT
        self._answered: Verdict | None = None

    async def deliver(self, mail: Mail) -> Verdict:
        """Give one mail to the server; the verdict on it. When this is cancelled, ``interrupted`` has the verdict."""
        kept = self._smtp is not None
        verdict = await self._deliver(mail)
        if kept and self._phase is Phase.MAIL and verdict.detail in ("mail-lost", "mail-421"):
            verdict = await self._deliver(mail)  # the server had closed a connection it had seen idle for long
        return verdict

    def interrupted(self) -> Verdict:
        """The verdict on a delivery that was cancelled; the connection is given up."""
        self._drop()
        return self._answered or _lost(self._phase, "stopped")

    async def close(self) -> None:
        """Send QUIT, if the connection is still open."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None and smtp.is_connected:
            try:
                await smtp.quit(timeout=1)
            except SMTPException:
                smtp.close()

    async def _deliver(self, mail: Mail) -> Verdict:
        self._phase, self._answered = Phase.CONNECT, None
        try:
            await self._hand_over(mail)
        except SMTPResponseException as answer:
            self._answered = _verdict_on(self._phase, answer.code, answer.message)
            await self._reset(answer.code)
            return self._answered
        except (SMTPException, OSError) as fault:
            self._drop()
            return _lost(self._phase, _fault_code(fault))
        return Verdict("accepted", None)

    async def _hand_over(self, mail: Mail) -> None:
        smtp = self._smtp = self._smtp or await self._connected()
        self._phase = Phase.MAIL
        await smtp.mail(mail.sender)
        self._phase = Phase.RCPT
        await smtp.rcpt(mail.recipient)
        self._phase = Phase.DATA
        protocol = await self._data(smtp)
        content = _LEADING_DOT.sub(b"..", mail.content) + b".\r\n"
        self._phase = Phase.DOT
        protocol.write(content)
        answer = await protocol.read_response(timeout=self._server.final_timeout)
        if not 200 <= answer.code < 300:
            raise SMTPResponseException(answer.code, answer.message)

    async def _data(self, smtp: SMTP) -> SMTPProtocol:
        """Ask to send the content, apart from sending it: what fails here fails before the dot."""
        answer = await smtp.execute_command(b"DATA")
        if answer.code != _START_INPUT:
            raise SMTPResponseException(answer.code, answer.message)
        if smtp.protocol is None:
            raise SMTPServerDisconnected("closed after DATA")
        return smtp.protocol

    async def _connected(self) -> SMTP:
        server = self._server
        smtp = SMTP(
            hostname=server.host,
            port=server.port,
            use_tls=server.tls == "implicit",
            start_tls=server.tls == "starttls",
            tls_context=server.trust or ssl.create_default_context(),
            username=server.username,
            password=server.password,
            timeout=server.timeout,
        )
        await smtp.connect()
        return smtp

    async def _reset(self, code: int) -> None:
        """Reset the connection after a refusal; drop it when it is broken, or the code is not one of a refusal."""
        if self._smtp is None:
            return
        if not _is_refusal(code):
            self._drop()
            return
        try:
            await self._smtp.rset()
        except (SMTPException, OSError):
            self._drop()

    def _drop(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            smtp.close()


def _verdict_on(phase: Phase, code: int, message: str) -> Verdict:
    """The verdict on a server's refusal. Only that of the recipient's address is final."""
    detail = f"{phase}-{code}"
    if 500 <= code < 600:
        found = _ENHANCED.match(message)
        enhanced = None if found is None else found[0]
        detail = detail if enhanced is None else f"{detail}-{enhanced}"
        is_address = _is_address_fault(phase, code, enhanced)
        return Verdict("failed", detail, "address") if is_address else Verdict("deferred", detail, "refused")
    if 400 <= code < 500 or phase is not Phase.DOT:
        return Verdict("deferred", detail)
    return Verdict("unknown", "dot-unreadable")


def _is_address_fault(phase: Phase, code: int, enhanced: str | None) -> bool:
    """Whether a refusal for good means the recipient (rules.md S6); before RCPT no server knows whom it is for."""
    if enhanced is not None:
        return phase in (Phase.RCPT, Phase.DATA, Phase.DOT) and enhanced in _ADDRESS_FAULTS
    return phase is Phase.RCPT and code in _ADDRESS_REFUSALS


def _is_refusal(code: int) -> bool:
    return 400 <= code < 600


def _fault_code(fault: Exception) -> str:
    """Why there was no answer, as a code of ours."""
    if isinstance(fault, TimeoutError):
        return "timeout"
    if isinstance(fault, ssl.SSLError) or isinstance(fault.__cause__, ssl.SSLError):
        return "tls"
    return "unsupported" if type(fault) is SMTPException or isinstance(fault, SMTPNotSupported) else "lost"


def _lost(phase: Phase, how: str) -> Verdict:
    """No answer: whether the server has the letter is known only before the dot."""
    if phase is Phase.DOT:
        return Verdict("unknown", f"{phase}-{how}")
    return Verdict("deferred", f"{phase}-{how}", "refused" if how == "unsupported" else None)
