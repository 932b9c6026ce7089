"""Validation errors as sentences for the sender of an event: which field, what is wrong, what to do.

Values are never quoted (they may be personal); names of fields only where they look like names.
"""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

LINES_AT_MOST: Final = 20
"""Longer lists of faults are cut: the first ones tell the sender what to look at."""

_PLAIN_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,59}", re.ASCII)

_WORDS: Final[dict[str, str]] = {
    "missing": "is missing; add it",
    "extra_forbidden": "is not a known field; remove it or correct its name",
    "string_type": "must be text; put it in quotes",
    "string_too_long": "is longer than {max_length} characters; shorten it",
    "string_pattern_mismatch": "is blank or has control characters; write plain text",
    "string_unicode": "has characters that are not valid Unicode; remove them",
    "bool_type": "must be true or false, without quotes",
    "int_type": "must be a whole number, without quotes",
    "int_from_float": "must be a whole number",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "literal_error": "must be one of {expected}",
    "too_short": "needs at least {min_length} in the list; add what is missing",
    "too_long": "has more than {max_length} in the list; split it",
    "tuple_type": "must be a list: [ ... ]",
    "model_type": "must be an object: {{ ... }}",
    "dict_type": "must be an object: {{ ... }}",
}
OWN_MESSAGES: Final = frozenset({"needs_field"})
"""Types of errors whose message our own models have written."""
_PATTERN_WORDS: Final[dict[str, str]] = {
    r"^[A-Z]{2}$": "is not a country code; write two capital letters, such as FI",
    r"^https?://[!-~]+$": "is not a web address; write it whole, such as https://example.fi",
}


def explain_validation(error: ValidationError, raw: Mapping[str, Any], prefix: str = "") -> list[str]:
    """One line for each fault of ``raw``, at most 20, each beginning with the field's path.

    ``prefix`` stands before every path (``"data."`` for an event's data).
    """
    details = [detail for detail in error.errors(include_url=False) if not _only_follows(detail)]
    lines = [_line(detail, raw, prefix) for detail in details[:LINES_AT_MOST]]
    if len(details) > LINES_AT_MOST:
        lines.append(f"and {len(details) - LINES_AT_MOST} more faults")
    return lines


def field_path(location: tuple[int | str, ...]) -> str:
    """The path of a field, ``("steps", 2, "fee")`` as ``steps[2].fee``; odd names are not repeated."""
    path = ""
    for place in location:
        if isinstance(place, int):
            path += f"[{place}]"
        else:
            path += f".{plain_name(place)}" if path else plain_name(place)
    return path


def plain_name(name: str) -> str:
    """A field's name if it looks like one, else a stand-in: odd keys may hold anything."""
    return name if _PLAIN_NAME.fullmatch(name) else "(odd name)"


def _line(detail: ErrorDetails, raw: Mapping[str, Any], prefix: str) -> str:
    path = field_path(detail["loc"])
    where = (prefix + path).rstrip(".") or "the whole"
    line = f"{where}: {_what(detail)}"
    if detail["type"] == "missing":
        lookalike = _lookalike(detail["loc"], raw)
        if lookalike:
            line += f" (is it what is called {lookalike} now?)"
    return line


def _only_follows(detail: ErrorDetails) -> bool:
    """Whether an error only follows from others: a list with wrong items also counts as too short."""
    return detail["type"] == "too_short" and len(detail["input"]) > 0


def _what(detail: ErrorDetails) -> str:
    kind = detail["type"]
    context = detail.get("ctx", {})
    if detail["input"] is None:
        return "is null; fill it in, or leave the field out if it is optional"
    if detail["input"] == "":
        return "is empty; fill it in, or leave the field out if it is optional"
    if kind == "value_error":
        return str(context["error"])
    if kind == "string_pattern_mismatch" and context["pattern"] in _PATTERN_WORDS:
        return _PATTERN_WORDS[context["pattern"]]
    if kind in OWN_MESSAGES:
        return detail["msg"]
    words = _WORDS.get(kind)
    return words.format(**context) if words else f"is wrong ({kind})"


def _lookalike(location: tuple[int | str, ...], raw: Mapping[str, Any]) -> str | None:
    """A name beside the missing field that resembles the field's, None when there is none."""
    beside: Any = raw
    for place in location[:-1]:
        try:
            beside = beside[place]
        except (KeyError, IndexError, TypeError):
            return None
    if not isinstance(beside, Mapping):
        return None
    names = [name for name in beside if isinstance(name, str) and _PLAIN_NAME.fullmatch(name)]
    close = get_close_matches(str(location[-1]), names, n=1, cutoff=0.75)
    return close[0] if close else None
