"""Reading public events from bytes into checked data, and writing them as public JSON.

`parse_event` raises `InvalidEvent` for everything that is wrong, with a reason code, lines for the sender, and the ids
that could be read all the same: by them a doubt holds the account, feed or creditor (design.md §3).
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from functools import cache
from typing import Any, Final, Literal, get_args

from pydantic import ValidationError

from schemas.data import Data
from schemas.envelope import Envelope
from schemas.events import EVENT_TYPES
from schemas.faults import explain_validation, plain_name
from schemas.fields import Part, PublicContext, Raw, fits_a_key, public_context
from schemas.money import DECIMALS

LARGEST_EVENT: Final = 1_000_000
"""Bytes that an event may have; files are split before."""

ReasonCode = Literal[
    "not-json",
    "too-large",
    "not-an-event",
    "unknown-type",
    "missing-field",
    "wrong-field",
    "unknown-field",
]
"""Why an event could not be read."""

_READABLE: Final = re.compile(r"(?! *$)[^\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]{1,200}")
_ENVELOPE_NAMES: Final = frozenset({"specversion", "id", "source", "type", "time", "data"})


@dataclass(frozen=True, slots=True)
class PublicEvent:
    """A public event, read and checked; ``unknown`` are the paths of fields that were left out."""

    envelope: Envelope
    data: Data
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Readable:
    """The ids that could be read in an event that is wrong, each only if it is a plain, short line."""

    type: str | None = None
    source: str | None = None
    id: str | None = None
    creditor: str | None = None
    debtor: str | None = None
    account: str | None = None
    invoice: str | None = None
    reference: str | None = None


class InvalidEvent(ValueError):  # noqa: N818  (it names what the event is)
    """An event that cannot be applied: a reason code, lines for the sender, what can be read."""

    def __init__(self, reason: ReasonCode, lines: list[str], readable: Readable) -> None:
        """``lines`` name fields and never values."""
        super().__init__(f"{reason}: {'; '.join(lines)}")
        self.reason: Final[ReasonCode] = reason
        self.lines: Final = tuple(lines)
        self.readable: Final = readable

    @property
    def detail(self) -> str:
        """All lines as one."""
        return "; ".join(self.lines)


def parse_event(raw: bytes | Mapping[str, Any]) -> PublicEvent:
    """A public event from a CloudEvent in structured JSON; raises InvalidEvent."""
    event = read_json(raw) if isinstance(raw, bytes) else raw
    if not isinstance(event, Mapping) or not _ENVELOPE_NAMES.intersection(event):
        line = "the line is not an event: it must be one JSON object, a CloudEvent"
        raise InvalidEvent("not-an-event", [line], Readable())
    try:
        envelope = Envelope.__pydantic_validator__.validate_python(event)
    except ValidationError as error:
        raise _invalid(error, event, event, prefix="") from None
    model = EVENT_TYPES.get(envelope.type)
    if model is None:
        raise InvalidEvent("unknown-type", [_unknown_type(envelope.type)], _readable(event))
    data = event.get("data")
    if not isinstance(data, dict):
        reason: ReasonCode = "wrong-field" if "data" in event else "missing-field"
        raise InvalidEvent(reason, [f"data: must be an object: {{ ... }}{_hint(data)}"], _readable(event))
    try:
        known = model.__pydantic_validator__.validate_python(data, context=_context(data), by_name=False)
    except ValidationError as error:
        raise _invalid(error, data, event, prefix="data.") from None
    return PublicEvent(envelope, known, unknown_fields(model, data))


def read_json(raw: bytes) -> Any:
    """Strict JSON: UTF-8, no NaN, no field twice in one object; raises InvalidEvent.

    Numbers with a point come as Decimal: no amount or rate ever passes through a float.
    """
    if len(raw) > LARGEST_EVENT:
        line = f"the event is larger than {LARGEST_EVENT} bytes; split it"
        raise InvalidEvent("too-large", [line], Readable())
    try:
        return _JSON.decode(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as fault:
        what = f"byte {fault.start + 1} is not UTF-8; write the file in UTF-8"
    except json.JSONDecodeError as fault:
        what = f"{fault.msg} at character {fault.pos + 1}"
    except RecursionError:
        what = "it is nested too deeply"
    except (ValueError, ArithmeticError) as fault:
        what = str(fault) if isinstance(fault, _NotStrictJsonError) else "a number in it is too large"
    raise InvalidEvent("not-json", [f"not JSON: {what}"], Readable())


def public_json(data: Data) -> Raw:
    """Data as public JSON: amounts as decimal strings, fields that were not given left out."""
    currency: str | None = getattr(data, "currency", None)
    context = public_context(currency) if currency else public_context()
    return data.model_dump(mode="json", exclude_none=True, exclude_unset=True, context=context)


def unknown_fields(model: type[Part], raw: Mapping[str, Any]) -> tuple[str, ...]:
    """The paths of the fields in ``raw`` that ``model`` does not know, such as ``party.nickname``."""
    return tuple(_unknown(model, raw, ""))


def _unknown(model: type[Part], raw: Mapping[str, Any], prefix: str) -> Iterator[str]:
    parts = _parts(model)
    for name, value in raw.items():
        if name not in parts:
            yield prefix + plain_name(name)
            continue
        part = parts[name]
        if part is None:
            continue
        if isinstance(value, dict):
            yield from _unknown(part, value, f"{prefix}{name}.")
        elif isinstance(value, list):
            for index, item in enumerate(value):
                yield from _unknown(part, item, f"{prefix}{name}[{index}].")


@cache
def _parts(model: type[Part]) -> dict[str, type[Part] | None]:
    """The public names of a model's fields, each with the model inside it, if there is one."""
    return {field.alias or name: _part_in(field.annotation) for name, field in model.model_fields.items()}


def _part_in(annotation: Any) -> type[Part] | None:
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return annotation
    inner = (_part_in(argument) for argument in get_args(annotation))
    return next((part for part in inner if part is not None), None)


def _unknown_type(name: str) -> str:
    close = get_close_matches(name, EVENT_TYPES, n=1)
    hint = f" (is it {close[0]}?)" if close else ""
    return f"type: is not an event type known here; correct its name or its version{hint}"


def _hint(data: object) -> str:
    """Why a text in the field ``data`` is not the data: its JSON is wrong, or it is in quotes."""
    if not isinstance(data, str):
        return ""
    try:
        read_json(data.encode("utf-8", "surrogatepass"))
    except InvalidEvent as fault:
        return f"; {fault.detail}"
    return "; take the quotes away that are around it"


def _context(data: Raw) -> PublicContext:
    """The currency beside the amounts; a wrong one is reported as such, not again at each amount."""
    currency = data.get("currency")
    if isinstance(currency, str) and currency in DECIMALS:
        return public_context(currency)
    return public_context()


def _invalid(error: ValidationError, part: Mapping[str, Any], event: Mapping[str, Any], prefix: str) -> InvalidEvent:
    kinds = {detail["type"] for detail in error.errors(include_url=False, include_input=False)}
    reason: ReasonCode = "unknown-field"
    if kinds & {"missing", "needs_field"}:
        reason = "missing-field"
    elif kinds != {"extra_forbidden"}:
        reason = "wrong-field"
    return InvalidEvent(reason, explain_validation(error, part, prefix), _readable(event))


def _readable(event: Mapping[str, Any]) -> Readable:
    data = event.get("data")
    inside: Mapping[str, Any] = data if isinstance(data, Mapping) else {}
    return Readable(
        type=readable_id(event.get("type")),
        source=readable_id(event.get("source")),
        id=readable_id(event.get("id")),
        creditor=readable_id(inside.get("creditor")),
        debtor=readable_id(inside.get("debtor")),
        account=readable_id(inside.get("account")),
        invoice=readable_id(inside.get("invoice")),
        reference=readable_id(inside.get("reference")),
    )


def readable_id(value: object) -> str | None:
    """A value that could be an id, unchanged; None for anything else."""
    return value if isinstance(value, str) and _READABLE.fullmatch(value) and fits_a_key(value) else None


class _NotStrictJsonError(ValueError):
    """JSON that is not strict though Python's reader accepts it."""


def _object(pairs: list[tuple[str, Any]]) -> Raw:
    parsed = dict(pairs)
    if len(parsed) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _NotStrictJsonError(f"the field {plain_name(twice)} is there twice in one object")
    return parsed


def _constant(name: str) -> Any:
    raise _NotStrictJsonError(f"{name} is not a number of JSON")


_JSON: Final = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant, parse_float=Decimal)
