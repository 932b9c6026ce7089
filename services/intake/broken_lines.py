"""Whom a line that is no event names all the same: the fields of it that are complete (rules.md K5).

A line may be cut, torn into two, or run into the next one. A field is complete when its text is closed and a comma, a
bracket or the end of the line follows. A field that the line gives twice with two values names nobody: two events may
stand in the line, and either may be meant.
"""

import json
import re
from collections import defaultdict
from typing import Final

from schemas.parsing import Readable, readable_id

_NAMES: Final = ("type", "source", "id", "creditor", "debtor", "account", "invoice", "reference")
_FIELD: Final = re.compile(
    rb'(?<!\\)"(%b)"[ \t\r\n]*:[ \t\r\n]*("(?:[^"\\]|\\.)*+")(?=[ \t\r\n]*(?:[,}\]]|\Z))' % "|".join(_NAMES).encode()
)


def readable_in(raw: bytes) -> Readable:
    """The ids that stand in complete fields of bytes that are no JSON, or no event."""
    found: dict[str, set[str]] = defaultdict(set)
    for name, text in _FIELD.findall(raw):
        value = _value(text)
        if value is not None:
            found[name.decode()].add(value)
    return Readable(**{name: values.pop() for name, values in found.items() if len(values) == 1})


def creditors_in(raw: bytes) -> set[str]:
    """Every creditor that a complete field of the bytes names."""
    return {value for name, text in _FIELD.findall(raw) if name == b"creditor" and (value := _value(text))}


def _value(text: bytes) -> str | None:
    """The id that a JSON string holds; None when it could be none."""
    try:
        return readable_id(json.loads(text))
    except ValueError:
        return None
