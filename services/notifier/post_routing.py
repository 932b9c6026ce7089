"""Which post takes which letter: trial or live, e-mail or print (design.md §8)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from schemas.letters import Letter
from services.notifier.outbox import OutboxPost
from services.notifier.post import Attempt, Outcome, Post
from services.notifier.smtp import SmtpPost
from services.notifier.smtp_session import MailServer
from services.runtime.settings import MailSettings


class SortedPost:
    """Gives each letter to ``special`` where ``is_special`` says so, and all others to ``usual``."""

    def __init__(self, special: Post, is_special: Callable[[Letter], bool], usual: Post) -> None:
        self._special = special
        self._is_special = is_special
        self._usual = usual

    def send(self, attempt: Attempt) -> None:
        """Pass the attempt on."""
        self._post_for(attempt).send(attempt)

    def recover(self, attempt: Attempt) -> None:
        """Pass the attempt on."""
        self._post_for(attempt).recover(attempt)

    def outcomes(self, partition: int) -> Sequence[Outcome]:
        """The outcomes of both posts."""
        return (*self._special.outcomes(partition), *self._usual.outcomes(partition))

    def acknowledge(self, outcomes: Iterable[Outcome]) -> None:
        """Let each post forget its own."""
        known = tuple(outcomes)
        self._special.acknowledge(known)
        self._usual.acknowledge(known)

    def close(self) -> None:
        """Close both."""
        self._special.close()
        self._usual.close()

    def _post_for(self, attempt: Attempt) -> Post:
        return self._special if self._is_special(attempt.letter) else self._usual


@contextmanager
def post_of(mail: MailSettings, now: Callable[[], datetime]) -> Iterator[Post]:
    """The post that the settings ask for, closed at the end.

    Trial: files in the outbox; e-mails to allow-listed addresses really go, if a server is named, and count as trial.
    Live: e-mails go; what is to be printed becomes a file for the printer. ``now`` is the notifier's clock.

    Whoever runs an engine closes the post before it and lets the engine settle once more: a delivery that closing cuts
    short has an outcome that is still to be recorded.
    """
    trial = mail.mode == "trial"
    outbox = OutboxPost(mail.outbox, trial=trial)
    if mail.host is None or (trial and not mail.allow):
        yield outbox
        return
    allowed = frozenset(address.lower() for address in mail.allow)

    def goes(letter: Letter) -> bool:
        address = (letter.recipient.email or "").lower()
        return letter.channel == "email" and (not trial or address in allowed)

    post = SortedPost(SmtpPost(_server(mail), now, connections=mail.connections, trial=trial), goes, outbox)
    try:
        yield post
    finally:
        post.close()


def _server(mail: MailSettings) -> MailServer:
    assert mail.host is not None, "without a server nothing is sent"
    return MailServer(
        host=mail.host,
        port=mail.port,
        tls=mail.tls,
        username=mail.username,
        password=None if mail.password is None else mail.password.get_secret_value(),
        timeout=mail.timeout_s,
        final_timeout=mail.final_timeout_s,
    )
