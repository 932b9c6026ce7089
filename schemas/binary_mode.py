"""Conversion of CloudEvents from binary to structured mode (Kafka protocol binding 1.0.2, §3.2).

In binary mode the attributes are headers of the record (``ce_id``, ``ce_type``, …) and its value is the data alone.
The conversion checks nothing: missing or broken attributes stay so, and `schemas.parsing.parse_event` refuses them by
name, so that the dead letter holds everything that was sent.
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
    """The record's event in structured JSON. Of a record that is not in binary mode it is the value, untouched.

    Data that is JSON is copied byte for byte. A header that occurs twice with different values becomes a field that
    occurs twice, which the parser refuses.
    """
    if not (headers and _is_binary(headers)):  # most have none
        return value or b""
    attributes = dict.fromkeys(_attributes(headers))
    fields = [f"{json.dumps(name)}: {_json_text(value)}".encode() for name, value in attributes]
    return b"{" + b", ".join([*fields, *_data(value)]) + b"}"


def _is_binary(headers: Sequence[Header]) -> bool:
    """Whether the attributes are in the headers and not merely copied there, as structured mode may."""
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
    """The field ``data``. A value that is not one JSON text becomes a string, so that it cannot add other fields."""
    if value is None:
        return []
    try:
        read_json(value)
    except InvalidEvent:
        return [b'"data": ' + _json_text(value).encode()]
    return [b'"data": ' + value.removeprefix(BOM_UTF8)]


def _json_text(value: bytes | None) -> str:
    """A JSON string; bytes that are not UTF-8 become lone surrogates, which no field accepts."""
    return json.dumps(None if value is None else value.decode("utf-8", "surrogateescape"))
