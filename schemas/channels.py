"""The channels by which letters reach debtors: e-mail, print, and those that other installed packages register.

One entry says all that the rest of the code knows of a channel. A policy names channels in the order in which they are
tried; one that is not registered is refused when the policy is published. Another package registers a :class:`Channel`
under its name in the entry point group ``erapaiva.channels`` (see :mod:`schemas.extensions`).
"""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Field, StringConstraints, ValidationInfo, WithJsonSchema

from schemas.extensions import ExtensionError, extensions
from schemas.fields import Days, Line, StrictPart

GROUP: Final = "erapaiva.channels"
_NAME: Final = r"^[a-z][a-z0-9-]{0,29}$"


class ChannelNames(StrictPart):
    """How a letter came, as the sentence "A letter came ..." ends in each language: "by e-mail"."""

    fi: Line
    sv: Line
    en: Line


class Channel(StrictPart):
    """One way to send a letter.

    Attributes:
        name: as policies, letters, metrics and reports name it.
        delivery_days: calendar days until the letter is there, added to the time to answer (rules.md S5).
        address: which of the debtor's addresses it needs; without that one, the policy's next channel is tried.
        post: what makes its post in live mode, as ``package.module:function``. The notifier alone imports and
            calls it (``services.notifier.posts.post_routing.PostFactory``).
        came: how a letter came, for people.
    """

    name: Annotated[str, StringConstraints(pattern=_NAME)]
    delivery_days: Days
    address: Literal["email", "postal"]
    post: Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$")]
    came: ChannelNames = Field(repr=False)


EMAIL: Final = Channel(
    name="email",
    delivery_days=0,  # LSP 513/1999 3 a § 2 mom (31/2013): a durable medium, there on the day it is sent
    address="email",
    post="services.notifier.posts.smtp:smtp_post",
    came=ChannelNames(fi="sähköpostilla", sv="med e-post", en="by e-mail"),
)
PRINT: Final = Channel(
    name="print",
    delivery_days=7,  # KKV/378/14.08.01.05/2022 counts from the arrival; seven days by post are house practice
    address="postal",
    post="services.notifier.posts.outbox:outbox_post",
    came=ChannelNames(fi="paperilla", sv="på papper", en="on paper"),
)
SHIPPED: Final = (EMAIL, PRINT)


@cache
def channels() -> Mapping[str, Channel]:
    """Every registered channel by its name: those shipped, then those of other packages in their names' order.

    Raises:
        ExtensionError: another package registers an object that is no channel, a name other than the channel's own, or
            a name that is taken.
    """
    known = {channel.name: channel for channel in SHIPPED}
    for name, channel in extensions(GROUP).items():
        if not isinstance(channel, Channel) or channel.name != name:
            raise ExtensionError(f'"{name}" in {GROUP} is no channel of that name; register a schemas.channels.Channel')
        if name in known:
            raise ExtensionError(f'"{name}" in {GROUP} has the name of a channel that is shipped; choose another')
        known[name] = channel
    return MappingProxyType(known)


def channel_named(name: str) -> Channel:
    """The channel of a letter, or of a policy in force.

    Raises:
        ExtensionError: its package is not installed here, though it was where the policy was published.
    """
    known = channels()
    if name not in known:
        raise ExtensionError(f'the channel "{name}" of a policy in force is not installed here; install its package')
    return known[name]


def _is_registered(value: object, info: ValidationInfo) -> object:
    """In public JSON: refuse a name that no channel has. Our own messages were checked when they were public."""
    if info.context is not None and isinstance(value, str) and value not in channels():
        *others, last = (f"'{name}'" for name in channels())
        raise ValueError(f"must be one of {', '.join(others)} or {last}")
    return value


ChannelName = Annotated[
    str,
    StringConstraints(pattern=_NAME),
    BeforeValidator(_is_registered),
    WithJsonSchema({"type": "string", "pattern": _NAME, "examples": [channel.name for channel in SHIPPED]}),
]
"""The name of a channel: of a registered one where a policy is published, of any where our own messages are read."""
