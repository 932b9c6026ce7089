"""Files that may be anything: bytes of valid ones changed, or their structure, as the format sees it."""

import copy
import json
import re
from collections.abc import Callable
from typing import Any, Final

from hypothesis import strategies as st
from lxml import etree

from tests.fuzz.seeds import SEEDS
from tests.unit.intake.formats.file_reading import damaged

ODD: Final = (
    *("", " ", "0", "-0.00", "-1", "0.005", "1e5", "NaN", "1,00", "1 234,50", "9" * 30, "1" * 200_000, "٣"),
    *("2026-02-30", "0001-01-01", "9999-12-31", "20269999", "2026-01-09T24:00:00+99:00", "2026-01-09T10:00:00"),
    *("true", "CRDT", "DBIT", "BOOK", "INFO", "OPBD", "CLBD", "CREN", "INV02", "PAID", "381", "705", "Cancel"),
    *("EUR", "JPY", "XXX", "FI2112345600000785", "FI0012345600000785", "2345678-0", "010170-999X", "RF0810016"),
    *("Å" * 500, "\u2028", "\x85", "🜁", "\ufeff", "=1+1", "a\tb\r\nc", "]]>", "&amp;", '"', ";"),
)
"""Texts on which readers stumble."""

TEXTS: Final = st.sampled_from(ODD) | st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40)
_NOT_IN_XML: Final = re.compile(r"[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ENCODINGS: Final = ("utf-8", "iso-8859-15", "utf-16", "us-ascii")
_JSON: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS, lambda inside: st.lists(inside, max_size=3)
)


def files_of(name: str) -> st.SearchStrategy[bytes]:
    """Files that were of a format once."""
    seeds = SEEDS[name]
    changed = st.sampled_from(seeds).flatmap(damaged)
    rearranged = st.sampled_from(seeds).flatmap(_STRUCTURES.get(name, trees))
    return changed | rearranged | st.tuples(rearranged, changed).map(b"".join)


# --- XML -----------------------------------------------------------------------------------------


@st.composite
def trees(draw: st.DrawFn, seed: bytes) -> bytes:
    """A document in which elements are gone, doubled, moved, renamed, or hold another text."""
    _, _, last = seed.rpartition(b"<?xml")
    root = etree.fromstring(b"<?xml" + last if last != seed else seed)
    for _ in range(draw(st.integers(1, 6))):
        elements = list(root.iter("{*}*"))[1:]
        if not elements:
            break
        draw(st.sampled_from(_CHANGES))(draw, draw(st.sampled_from(elements)), draw(st.sampled_from(elements)))
    encoding: Any = draw(st.sampled_from(_ENCODINGS))
    written: bytes = etree.tostring(root, encoding=encoding, xml_declaration=True)
    return written


Change = Callable[[st.DrawFn, Any, Any], None]


def _gone(_: st.DrawFn, element: Any, __: Any) -> None:
    element.getparent().remove(element)


def _doubled(draw: st.DrawFn, element: Any, _: Any) -> None:
    for _ in range(draw(st.integers(1, 3))):
        element.addnext(copy.deepcopy(element))


def _moved(_: st.DrawFn, element: Any, other: Any) -> None:
    """A copy of it, into another one: never into itself."""
    other.append(copy.deepcopy(element))


def _renamed(_: st.DrawFn, element: Any, other: Any) -> None:
    element.tag = other.tag


def _reworded(draw: st.DrawFn, element: Any, _: Any) -> None:
    element.text = _for_xml(draw(TEXTS))


def _marked(draw: st.DrawFn, element: Any, _: Any) -> None:
    for name in element.attrib:
        element.set(name, _for_xml(draw(TEXTS)))


_CHANGES: Final[tuple[Change, ...]] = (_gone, _doubled, _moved, _renamed, _reworded, _reworded, _reworded, _marked)


def _for_xml(text: str) -> str:
    """Without what no XML file can hold."""
    return _NOT_IN_XML.sub("", text)


# --- lines ---------------------------------------------------------------------------------------


@st.composite
def rows(draw: st.DrawFn, seed: bytes) -> bytes:
    """A table or a batch whose lines are gone, doubled, in another order, or hold other texts at their places."""
    lines = seed.splitlines(keepends=True)
    for _ in range(draw(st.integers(1, 5))):
        at = draw(st.integers(0, len(lines) - 1))
        line = lines[at]
        begin = draw(st.integers(0, len(line)))
        end = draw(st.integers(begin, len(line)))
        other = draw(TEXTS).encode(draw(st.sampled_from(("utf-8", "utf-16-le"))), "replace")
        kept_width = other.ljust(end - begin)[: end - begin]
        lines[at] = line[:begin] + draw(st.sampled_from((other, kept_width))) + line[end:]
    return b"".join(draw(st.lists(st.sampled_from(lines), min_size=1, max_size=8)) if draw(st.booleans()) else lines)


@st.composite
def objects(draw: st.DrawFn, seed: bytes) -> bytes:
    """Lines of JSON in which fields are gone or hold something else."""
    lines = [json.loads(line) for line in seed.splitlines()]
    for _ in range(draw(st.integers(1, 4))):
        event = draw(st.sampled_from(lines))
        inside = draw(st.sampled_from([each for each in (event, event.get("data")) if isinstance(each, dict) and each]))
        name = draw(st.sampled_from(sorted(inside)))
        if draw(st.booleans()):
            del inside[name]
        else:
            inside[name] = draw(_JSON)
    return "\n".join(map(json.dumps, lines)).encode()


_STRUCTURES: Final[dict[str, Callable[[bytes], st.SearchStrategy[bytes]]]] = {
    "csv": rows,
    "ktl": rows,
    "json-lines": objects,
}
