"""A letter as an e-mail: headers that cannot be injected, text and HTML side by side, the same bytes every time.

Headers are made by the standard library's structured headers only, from validated fields; the envelope's recipient is
taken from the letter, never read back from a header. The body is put together here, because the
library's message generator takes four times as long as everything else that a letter needs.
"""

import re
from binascii import b2a_qp
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address, HeaderRegistry
from email.policy import SMTP
from email.utils import format_datetime
from functools import lru_cache
from typing import Final

from schemas.letters import Letter
from services.notifier.letter import Rendered
from services.notifier.letter.plain import plain, shortened

_NAME_LENGTH: Final = 100
_HEADERS: Final = HeaderRegistry()
_NEWLINE: Final = "\r\n"
_SECOND_HEADER: Final = re.compile(r"\r(?!\n)|(?<!\r)\n|\r\n(?![ \t]|\Z)")


class NoAddressError(ValueError):
    """A letter for e-mail whose recipient has no e-mail address."""

    code = "no-address"


@dataclass(frozen=True, slots=True)
class Mail:
    """One message for one recipient: envelope and bytes with CRLF line ends."""

    sender: str
    recipient: str
    content: bytes


def mail_of(letter: Letter, rendered: Rendered, at: datetime) -> Mail:
    """The e-mail of a rendered letter, dated ``at`` (an aware instant, that of the attempt).

    The Message-ID derives from the notice, so that a repeated attempt is the same message to a mail server.
    "Auto-Submitted" keeps holiday replies away (RFC 3834); answers go to the creditor's people.

    Raises:
        NoAddressError: the recipient has no e-mail address.
    """
    recipient, sender, house = letter.recipient, letter.sender, letter.house
    if recipient.email is None:
        raise NoAddressError(f"notice {letter.notice}: its recipient has no e-mail address")
    boundary = f"=_{letter.notice}"
    headers = (
        _address_header("From", sender.name, sender.email),
        _address_header("Reply-To", house.name, house.contact.email),
        _address_header("To", recipient.name, recipient.email),
        _header("Subject", rendered.subject),
        _header("Date", format_datetime(at)),
        _header("Message-ID", message_id(letter)),
        _header("Auto-Submitted", "auto-generated"),
        _header("Content-Language", letter.language),
        _header("MIME-Version", "1.0"),
        _header("Content-Type", f'multipart/alternative; boundary="{boundary}"'),
    )
    content = [
        "".join(headers).encode("ascii"),
        _part(boundary, "text/plain", rendered.text),
        _part(boundary, "text/html", rendered.html),
        f"{_NEWLINE}--{boundary}--{_NEWLINE}".encode("ascii"),
    ]
    return Mail(sender=sender.email, recipient=recipient.email, content=b"".join(content))


def message_id(letter: Letter) -> str:
    """The Message-ID of a letter: its notice at the sender's domain."""
    return f"<{letter.notice}@{letter.sender.email.rpartition('@')[2]}>"


def _part(boundary: str, content_type: str, text: str) -> bytes:
    """One form of the letter, quoted-printable: it survives every mail server and is nearly readable as it is."""
    head = _NEWLINE.join(
        (
            f"{_NEWLINE}--{boundary}",
            f'Content-Type: {content_type}; charset="utf-8"',
            "Content-Transfer-Encoding: quoted-printable",
            _NEWLINE,
        )
    )
    return head.encode("ascii") + b2a_qp(text.replace("\n", _NEWLINE).encode())


@lru_cache(maxsize=1024)
def _header(name: str, value: str) -> str:
    """One header, encoded and folded; ValueError when the value has a line break in it."""
    return _folded(name, _literal(value))


@lru_cache(maxsize=1024)
def _address_header(name: str, display_name: str, email: str) -> str:
    """One header with one address; ValueError when it is none."""
    visible = shortened(_literal(plain(display_name)), _NAME_LENGTH)
    return _folded(name, Address(display_name=visible, addr_spec=email))


def _literal(text: str) -> str:
    """``text`` with nothing in it that the header library would decode: a name may spell a line break in that code."""
    return text.replace("=?", "= ?")


def _folded(name: str, value: str | Address) -> str:
    folded: str = _HEADERS(name, value).fold(policy=SMTP)
    if _SECOND_HEADER.search(folded):
        raise ValueError(f"the header {name} would have become two")
    return folded
