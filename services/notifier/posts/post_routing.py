"""Which post takes which letter: in trial mode the outbox, in live mode the one its channel names (design.md §8)."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pkgutil import resolve_name
from types import MappingProxyType
from typing import Final

from schemas.channels import EMAIL, Channel, channels
from schemas.extensions import ExtensionError
from schemas.letters import Letter
from services.notifier.posts.outbox import OutboxPost
from services.notifier.posts.post import Attempt, Outcome, Post
from services.notifier.posts.smtp import smtp_post
from services.runtime.settings import MailSettings

PostFactory = Callable[[MailSettings, Callable[[], datetime]], Post]
"""What a channel's ``post`` names: makes the post from the mail settings and the notifier's clock (aware UTC)."""

_OUTBOX: Final = "outbox"


def is_full(post: Post) -> bool:
    """Whether a channel has as many letters under way as it delivers at once: further ones may wait for an outcome."""
    return any(post.room(channel) <= 0 for channel in channels())


class RoutedPost:
    """Gives each letter to one of several named posts: the one whose name ``route`` says."""

    def __init__(self, posts: Mapping[str, Post], route: Callable[[Letter], str]) -> None:
        self._posts = MappingProxyType(dict(posts))
        self._route = route

    def room(self, channel: str, ended: Sequence[Outcome] = ()) -> int:
        """The room of the channel's own post; where none has its name, the least of all."""
        own = self._posts.get(channel)
        return min(post.room(channel, ended) for post in ((own,) if own is not None else self._posts.values()))

    def reserve(self, attempt: Attempt) -> None:
        """Keep room in the post that will get the attempt."""
        self._posts[self._route(attempt.letter)].reserve(attempt)

    def send(self, attempt: Attempt) -> None:
        """Pass the attempt on."""
        self._posts[self._route(attempt.letter)].send(attempt)

    def recover(self, attempt: Attempt) -> None:
        """Pass the attempt on."""
        self._posts[self._route(attempt.letter)].recover(attempt)

    def outcomes(self, partition: int) -> Sequence[Outcome]:
        """The outcomes of all posts, post by post in the order they were given."""
        return tuple(outcome for post in self._posts.values() for outcome in post.outcomes(partition))

    def acknowledge(self, outcomes: Iterable[Outcome]) -> None:
        """Let each post forget its own."""
        known = tuple(outcomes)
        for post in self._posts.values():
            post.acknowledge(known)

    def close(self) -> None:
        """Close all posts."""
        for post in self._posts.values():
            post.close()


@contextmanager
def post_of(mail: MailSettings, now: Callable[[], datetime]) -> Iterator[Post]:
    """The post that the settings ask for, closed at the end.

    Trial: letters of every channel become files in the outbox; e-mails to allow-listed addresses really go, if a server
    is named, and count as trial. Live: each letter goes by its channel's post. ``now`` is the notifier's clock.

    Whoever runs an engine closes the post before it and lets the engine settle once more: a delivery that closing cuts
    short has an outcome that is still to be recorded.

    Raises:
        ExtensionError: in live mode, a channel of another package has a post that cannot be imported.
    """
    post = _trial_post(mail, now) if mail.mode == "trial" else _live_post(mail, now)
    try:
        yield post
    finally:
        post.close()


def _trial_post(mail: MailSettings, now: Callable[[], datetime]) -> Post:
    outbox = OutboxPost(mail.outbox, trial=True)
    if mail.host is None or not mail.allow:
        return outbox
    allowed = frozenset(address.lower() for address in mail.allow)

    def route(letter: Letter) -> str:
        really_goes = letter.channel == EMAIL.name and (letter.recipient.email or "").lower() in allowed
        return EMAIL.name if really_goes else _OUTBOX

    return RoutedPost({EMAIL.name: smtp_post(mail, now), _OUTBOX: outbox}, route)


def _live_post(mail: MailSettings, now: Callable[[], datetime]) -> Post:
    factories = {channel.name: _factory_of(channel) for channel in channels().values()}
    return RoutedPost({name: make(mail, now) for name, make in factories.items()}, lambda letter: letter.channel)


def _factory_of(channel: Channel) -> PostFactory:
    try:
        factory: PostFactory = resolve_name(channel.post)
    except (ImportError, AttributeError) as fault:
        raise ExtensionError(
            f'the post of channel "{channel.name}", {channel.post}, cannot be imported ({fault}); mend its package'
        ) from fault
    return factory
