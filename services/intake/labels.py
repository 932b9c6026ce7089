"""The label that a record of a public topic may carry: its file and line, and the dead letter that it mends.

The commands that read files (``play``, ``publish``, the inbox) label each line, so that a dead letter can name file and
line. A command that puts a dead letter back, or discards it, labels the record with its key, so that the doubt that the
dead letter raised is released after it (design.md §3, doubt holds). A label is one JSON object on a line of its own in
front of the bytes as they were; bytes without a label are an event.
"""

import json
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final

from pydantic import ConfigDict, Field, TypeAdapter

from schemas.fields import Identifier, Text
from services.intake.doors.door_rules import FILE, TOPIC

_TYPE: Final = "raw-line"
_BEGINNING: Final = b'{"type":"raw-line"'

CREDITORS_NAMED: Final = 1_000
"""Creditors that a label names at most."""

_LineNumber = Annotated[int, Field(strict=True, ge=0, lt=2**31)]
_Length = Annotated[int, Field(strict=True, ge=0, lt=2**63)]


@dataclass(frozen=True, slots=True)
class Label:
    """The file and line of a record's bytes, and the dead letter that they correct; every field is optional.

    ``length`` is the whole length in bytes of a line that was too long to keep: what follows the label is only its
    beginning. ``mends`` is the key of a dead letter that this record puts back or, with nothing after the label,
    discards; ``source`` is that dead letter's source, under which its closing is recorded. ``reason`` and ``detail``
    say what the reader of a file could not read; ``creditor``, ``account``, ``debtor``, ``invoice`` and ``reference``
    whom that names. ``creditors`` are named by other lines of the file: they are held when this one names nobody.
    ``door`` is the way by which the record came in (see `door_of`).

    Any producer of a public topic may write a label, so a label with a value that tables or keys could not hold counts
    as none.
    """

    __pydantic_config__: ClassVar = ConfigDict(extra="forbid")

    file: Text | None = None
    line: _LineNumber | None = None
    length: _Length | None = None
    mends: Identifier | None = None
    source: Identifier | None = None
    reason: Identifier | None = None
    detail: Annotated[list[Text], Field(max_length=100)] | None = None
    creditor: str | None = None
    account: str | None = None
    debtor: str | None = None
    invoice: str | None = None
    reference: str | None = None
    creditors: Annotated[list[Identifier], Field(max_length=CREDITORS_NAMED)] | None = None
    door: Identifier | None = None


UNLABELLED: Final = Label()
_READ: Final = TypeAdapter(Label)


def door_of(label: Label) -> str:
    """By which door a record came: its label's, else ``topic``; ``file`` where an older version read a file."""
    return label.door or (TOPIC if label.file is None else FILE)


def file_named(name: str) -> str:
    """A file's name as a label can hold it: what cannot be printed, undecodable bytes too, is escaped."""
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in name)


def labelled(raw: bytes, label: Label) -> bytes:
    """The record's value: the label and the bytes after it."""
    fields: dict[str, Any] = {"type": _TYPE}
    for name in Label.__slots__:
        value = getattr(label, name)
        if value is not None:
            fields[name] = value
    return json.dumps(fields, separators=(",", ":"), ensure_ascii=True).encode() + b"\n" + raw


def unlabelled(value: bytes) -> tuple[Label, bytes]:
    """The label of a record's value and the bytes after it; a label that is damaged is no label."""
    if not value.startswith(_BEGINNING):
        return UNLABELLED, value
    head, _, raw = value.partition(b"\n")
    try:
        fields = json.loads(head)
        del fields["type"]
        return _READ.validate_python(fields), raw
    except (ValueError, TypeError, RecursionError):
        return UNLABELLED, value
