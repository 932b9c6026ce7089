"""The post that sends: letters over SMTP, a few connections at a time, in a thread of its own."""

import asyncio
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from datetime import datetime
from typing import Final

from services.notifier.letter import render
from services.notifier.letter.sums import SumsDisagreeError
from services.notifier.posts.message import Mail, NoAddressError, mail_of
from services.notifier.posts.post import Attempt, Outcome, OutcomeBox
from services.notifier.posts.smtp_session import MailServer, SmtpConnection, Verdict
from services.runtime.settings import MailSettings

_IDLE_SECONDS: Final = 20.0
"""Then a connection is closed: servers close idle ones themselves, some after half a minute."""
_STOPPED: Final = Verdict("deferred", "stopped")


class SmtpPost:
    """Sends letters to a mail server. Outcomes are dated by ``now``, which must be safe to call from any thread.

    An attempt whose grant has run out before its turn came is not made: ``deferred``, and claimed anew (design.md
    §7.3). ``close`` must be called at the end; what it cuts short is ``deferred`` before the final dot and ``unknown``
    from there on.
    """

    def __init__(
        self, server: MailServer, now: Callable[[], datetime], *, connections: int = 4, trial: bool = False
    ) -> None:
        self._server = server
        self._now = now
        self._trial = trial
        self._connections = connections
        self._box = OutcomeBox(connections)
        self._closing = False
        self._loop: Future[asyncio.AbstractEventLoop] = Future()
        self._ended: Future[None] = Future()
        self._queue: asyncio.Queue[Attempt | None] = asyncio.Queue()
        self._connection_tasks: list[asyncio.Task[None]] = []
        self._thread = threading.Thread(target=self._run, name="smtp", daemon=True)
        self._thread.start()

    # --- the port, called from the engine's thread ---------------------------------------------------

    def room(self, channel: str, ended: Sequence[Outcome] = ()) -> int:  # noqa: ARG002  (of all posts)
        """One letter for each connection; none once the post is closed. A fault of the thread is raised here."""
        self._raise_fault()
        return 0 if self._closing else self._box.room(ended)

    def reserve(self, attempt: Attempt) -> None:
        """Keep a connection for the letter."""
        self._box.reserve(attempt)

    def send(self, attempt: Attempt) -> None:
        """Give the letter to the next free connection."""
        assert not self._closing, "a closed post takes no letters"
        self._box.take(attempt)
        self._put(attempt)

    def recover(self, attempt: Attempt) -> None:
        """Unknown, until a person settles it: the server may have the letter or not (design.md §7.4).

        What waits in the queue here or is on its way goes on: a process that gets a partition back has lost nothing.
        """
        if self._box.take(attempt):
            self._keep(attempt, Verdict("unknown", "no-record"))

    def outcomes(self, partition: int) -> Sequence[Outcome]:
        """The partition's outcomes that were not acknowledged yet. A fault of the thread is raised here."""
        self._raise_fault()
        return self._box.of(partition)

    def acknowledge(self, outcomes: Iterable[Outcome]) -> None:
        """Forget outcomes."""
        self._box.drop(outcomes)

    def close(self, grace: float = 5.0) -> None:
        """Defer what waits, give deliveries under way ``grace`` seconds, then cut them short."""
        if not self._closing:
            self._closing = True
            for _ in range(self._connections):
                self._put(None)
        self._thread.join(grace)
        if self._thread.is_alive():
            self._loop.result().call_soon_threadsafe(self._cut_short)
            self._thread.join()
        self._ended.result()

    def _raise_fault(self) -> None:
        if self._ended.done():
            self._ended.result()

    def _put(self, attempt: Attempt | None) -> None:
        self._raise_fault()
        self._loop.result().call_soon_threadsafe(self._queue.put_nowait, attempt)

    # --- the thread ----------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as fault:  # noqa: BLE001  (handed to the engine's thread, which raises it)
            self._ended.set_exception(fault)
        else:
            self._ended.set_result(None)

    async def _serve(self) -> None:
        async with asyncio.TaskGroup() as group:
            self._connection_tasks = [group.create_task(self._send_over_one()) for _ in range(self._connections)]
            self._loop.set_result(asyncio.get_running_loop())
        while not self._queue.empty():
            left = self._queue.get_nowait()
            if left is not None:
                self._keep(left, _STOPPED)

    def _cut_short(self) -> None:
        for task in self._connection_tasks:
            task.cancel()

    async def _send_over_one(self) -> None:
        """Send letters over one connection, one after the other, until a None ends it."""
        connection = SmtpConnection(self._server)
        while (attempt := await self._next(connection)) is not None:
            await self._attempt(connection, attempt)
        await connection.close()

    async def _next(self, connection: SmtpConnection) -> Attempt | None:
        try:
            async with asyncio.timeout(_IDLE_SECONDS):
                return await self._queue.get()
        except TimeoutError:
            await connection.close()
        return await self._queue.get()

    async def _attempt(self, connection: SmtpConnection, attempt: Attempt) -> None:
        refusal = self._refusal(attempt)
        if refusal is not None:
            self._keep(attempt, refusal)
            return
        try:
            mail = _mail_of(attempt)
        except NoAddressError as fault:
            self._keep(attempt, Verdict("failed", fault.code, "address"))
            return
        except SumsDisagreeError as fault:
            self._keep(attempt, Verdict("deferred", fault.code, "refused"))
            return
        try:
            verdict = await connection.deliver(mail)
        except asyncio.CancelledError:
            self._keep(attempt, connection.interrupted())
            raise
        self._keep(attempt, verdict)

    def _refusal(self, attempt: Attempt) -> Verdict | None:
        """The verdict on an attempt that is not made; None when it may be made."""
        if self._closing:
            return _STOPPED
        if self._now() > attempt.good_until:
            return Verdict("deferred", "grant-expired")
        return None

    def _keep(self, attempt: Attempt, verdict: Verdict) -> None:
        notice, (status, detail, fault) = attempt.letter.notice, (verdict.status, verdict.detail, verdict.fault)
        self._box.put(Outcome(notice, attempt.partition, attempt.at, status, self._now(), detail, self._trial, fault))


def smtp_post(mail: MailSettings, now: Callable[[], datetime]) -> SmtpPost:
    """The post of channel ``email``, connected as the settings say, which name a server."""
    assert mail.host is not None, "without a server nothing is sent"
    server = MailServer(
        host=mail.host,
        port=mail.port,
        tls=mail.tls,
        username=mail.username,
        password=None if mail.password is None else mail.password.get_secret_value(),
        timeout=mail.timeout_s,
        final_timeout=mail.final_timeout_s,
    )
    return SmtpPost(server, now, connections=mail.connections, trial=mail.mode == "trial")


def _mail_of(attempt: Attempt) -> Mail:
    return mail_of(attempt.letter, render(attempt.letter), attempt.at)
