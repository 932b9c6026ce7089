"""CloudEvents binary mode, put into structured mode (Kafka protocol binding 1.0.2, §3.2).

In binary mode the attributes are headers of the record (``ce_id``, ``ce_type``, …) and its value is the data alone.
Here both become the one form that everything behind reads. Nothing is judged: what is missing or broken stays so, and
``parse_event`` refuses it with the field's name, so that the dead letter holds all that was sent.
"""

import json
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from schemas.parsing import InvalidEvent, read_json

Header = tuple[str, bytes | None]
"""Name and value of a record's header, as Kafka keeps them."""

_PREFIX: Final = "ce_"
_CONTENT_TYPE: Final = "content-type"
_STRUCTURED: Final = b"application/cloudevents"


def structured(headers: Sequence[Header], value: bytes | None) -> bytes:
    """The record's event in structured JSON; a record that is not in binary mode is its value, untouched.

    Data that is JSON is taken byte for byte. A header that is there twice is a field that is there twice, unless it
    says the same.
    """
    if not (headers and _is_binary(headers)):  # most have none
        return value or b""
    told = dict.fromkeys(_attributes(headers))
    fields = [f"{json.dumps(name)}: {_json_text(said)}".encode() for name, said in told]
    return b"{" + b", ".join([*fields, *_data(value)]) + b"}"


def _is_binary(headers: Sequence[Header]) -> bool:
    """Whether attributes are in the headers, and the content type does not say that they are copies."""
    types = [value.strip().lower() for name, value in headers if name == _CONTENT_TYPE and value is not None]
    return any(name.startswith(_PREFIX) for name, _ in headers) and not any(
        kind.startswith(_STRUCTURED) for kind in types
    )


def _attributes(headers: Iterable[Header]) -> Iterator[Header]:
    for name, value in headers:
        if name.startswith(_PREFIX):
            yield name.removeprefix(_PREFIX), value
        elif name == _CONTENT_TYPE:
            yield "datacontenttype", value


def _data(value: bytes | None) -> list[bytes]:
    """The field ``data``. What is not one JSON text must not be taken for fields of the event: it becomes a string."""
    if value is None:
        return []
    try:
        read_json(value)
    except InvalidEvent:
        return [b'"data": ' + _json_text(value).encode()]
    return [b'"data": ' + value.removeprefix(BOM_UTF8)]


def _json_text(said: bytes | None) -> str:
    """A JSON string; bytes that are not UTF-8 become lone surrogates, which no field accepts."""
    return json.dumps(None if said is None else said.decode("utf-8", "surrogateescape"))
