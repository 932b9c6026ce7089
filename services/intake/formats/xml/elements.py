"""XML from outside, element by element, in bounded memory and time; the only module that knows the parser.

Dangerous parts of a file are taken out before the parser (`services.intake.formats.xml.source`); its own limits are on
as well (256 levels, texts of 10 MB), and the size of what it holds in memory is estimated again and again.

A file may hold several documents one after the other, as Finvoice messages in their SOAP frames do. One that is broken
is a fault, and reading goes on at the next XML declaration. Names are compared without namespace and prefix: banks and
billing systems write them in every style.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import BinaryIO, Final, TypeAlias, cast

from lxml import etree

from services.intake.formats.format import Fault
from services.intake.formats.xml.source import (
    NOT_XML,
    TRUNCATED_XML,
    WRONG_ENCODING,
    Source,
    UnreadableXmlError,
    unicode_of,
)

Element: TypeAlias = etree._Element  # noqa: SLF001  (lxml has no other name for the type of its elements)

BROKEN_XML: Final = "broken-xml"
TOO_LARGE: Final = "too-large"

LONGEST_LINE: Final = 300
"""Characters: what a line of text in an event may have (`schemas.fields.Line`)."""
LARGEST_TREE: Final = 32_000_000
"""Bytes, estimated: what may stand in memory of a document."""
MOST_BROKEN: Final = 1_000
"""Broken documents in one file, after which nothing more is read."""

_MEASURED_EVERY: Final = 1_000_000
_NODE: Final = 128
_ELEMENT: Final = re.compile(
    r"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)|<(?:[\w.-]+:)?([^\W\d][\w.-]*)(?=[\s/>])", re.DOTALL
)
_NOT_PRINTED: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_LIMITS: Final = frozenset({110, 114})
_ENCODINGS: Final = frozenset({6, 31, 32, 79, 80, 81})
_ENTITIES: Final = frozenset({1, 21, 22, 23, 26, 68})
"""Codes of libxml2 (``xmlParserErrors``). Of an entity that is not declared it may say no more than "internal
error".
"""


def names_at(head: bytes) -> tuple[str, ...]:
    """The names, without prefix, of the elements that begin within ``head``, in their order; none if it is no XML."""
    text = head.decode(unicode_of(head) or "latin-1", "replace").removeprefix("ï»¿").lstrip("\ufeff \t\r\n\x00")
    if not text.startswith("<"):
        return ()
    return tuple(found[1] for found in _ELEMENT.finditer(text) if found[1])


def elements(stream: BinaryIO, names: Collection[str]) -> Iterator[Element | Fault]:
    """The elements with one of these local names, each when it is complete, in the order in which they end.

    Around an element the tree stands as it was read: what stood before it in its ancestors can be read, what comes
    after it cannot yet. When the next element is asked for, it goes away. Elements that were not asked for stay until
    the element around them goes, so ask for what repeats, even if only to let it go.

    A fault ends its document; the elements of the next one follow.

    Raises:
        OSError: when the stream cannot be read.
    """
    wanted = frozenset(names)
    try:
        source = Source(stream)
        more = source.to_next_document()
        if not more:
            yield Fault(NOT_XML, ("the file is empty; send it again",))
        broken = 0
        while more and broken < MOST_BROKEN:
            try:
                yield from _document(source, wanted)
            except UnreadableXmlError as unreadable:
                yield unreadable.fault
                source.skip_broken()
                broken += 1
            more = source.to_next_document()
        if more:
            yield Fault(
                BROKEN_XML,
                ("too much of the file is broken to read on; send it as the sender wrote it",),
                f"line {source.line}",
            )
    except UnreadableXmlError as unreadable:
        yield unreadable.fault


def _document(source: Source, names: frozenset[str]) -> Iterator[Element]:
    """The elements of one document; leaves the source at its end."""
    root = source.prolog()
    if root is None:
        return
    parser = _parser(names | {root.rpartition(":")[2]}, source.encoding)
    tree = _Tree()
    try:
        for piece in source.pieces(root):
            for kind, element in _events(parser, piece):
                tree.drop_done()
                if kind == "start":
                    tree.begin(element)
                    continue
                if element is tree.root:
                    tree.is_complete = True
                    parser.close()
                if name_of(element) in names:
                    yield element
                    tree.done = element
            if tree.is_complete:
                return
            if tree.is_too_large(len(piece)):
                raise UnreadableXmlError(TOO_LARGE, "what belongs together is too large; split the file", source.line)
    except etree.XMLSyntaxError as error:
        raise _broken(error, source) from None
    raise _cut_off(parser, source)


def _parser(names: Collection[str], encoding: str | None) -> etree.XMLPullParser:
    return etree.XMLPullParser(
        events=("start", "end"),
        tag=tuple(f"{{*}}{name}" for name in names),
        encoding=encoding,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        collect_ids=False,
        remove_blank_text=True,
        remove_comments=True,
        remove_pis=True,
    )


def _events(parser: etree.XMLPullParser, piece: bytes) -> Iterator[tuple[str, Element]]:
    """What the parser finds in the next piece; only then, why it stopped there, if it did.

    It finds nothing but elements, for no other events are asked for.
    """
    broken: etree.XMLSyntaxError | None = None
    try:
        parser.feed(piece)
    except etree.XMLSyntaxError as error:
        broken = error
    yield from cast("Iterator[tuple[str, Element]]", parser.read_events())
    if broken is not None:
        raise broken


class _Tree:
    """What stands of a document in memory: it is kept small by dropping what was read."""

    def __init__(self) -> None:
        self.root: Element | None = None
        self.done: Element | None = None
        self.is_complete = False
        self._unmeasured = 0

    def begin(self, element: Element) -> None:
        """An element begins; the first one is the root."""
        if self.root is None:
            self.root = element

    def drop_done(self) -> None:
        """Let go of the last element that was read, now that the text after it is complete too."""
        done, self.done = self.done, None
        parent = None if done is None else done.getparent()
        if done is not None and parent is not None:
            parent.remove(done)

    def is_too_large(self, grown: int) -> bool:
        """Whether too much is in memory, estimated once in a while; ``grown`` bytes were read since the last call."""
        self._unmeasured += grown
        if self._unmeasured < _MEASURED_EVERY:
            return False
        self._unmeasured = 0
        size = 0
        for element in () if self.root is None else self.root.iter():
            size += _NODE * (1 + len(element.attrib)) + len(element.text or "") + len(element.tail or "")
            size += sum(map(len, element.attrib.values()))
            if size > LARGEST_TREE:
                return True
        return False


def _code_of(error: etree.XMLSyntaxError) -> int:
    code: int = getattr(error, "code", 0)
    return code


def _broken(error: etree.XMLSyntaxError, source: Source) -> UnreadableXmlError:
    """Why the parser stopped, in our own text: the parser's may hold pieces of the file."""
    line = source.begins_at + max(error.position[0] - 1, 0)
    code = _code_of(error)
    if code in _LIMITS:
        return UnreadableXmlError(
            TOO_LARGE,
            "it is nested too deeply, or a text in it is too long; send it as the sender wrote it, or in parts",
            line,
        )
    if code in _ENCODINGS:
        what = (
            "a character is not in the encoding that the file declares; write it in that encoding, or declare another"
        )
        return UnreadableXmlError(WRONG_ENCODING, what, line)
    if code in _ENTITIES:
        return UnreadableXmlError(BROKEN_XML, "an & or < stands where none can; write them as &amp; and &lt;", line)
    return UnreadableXmlError(BROKEN_XML, "the XML is not well-formed; send the file as the sender wrote it", line)


def _cut_off(parser: etree.XMLPullParser, source: Source) -> UnreadableXmlError:
    """Why the file ended before its root element did."""
    try:
        parser.close()
    except etree.XMLSyntaxError as error:
        if _code_of(error) in _ENTITIES | _ENCODINGS:
            return _broken(error, source)
    return UnreadableXmlError(TRUNCATED_XML, "the XML breaks off before its end; send the whole file", source.line)


# --- the inside of an element --------------------------------------------------------------------


def name_of(element: Element) -> str:
    """An element's name without namespace and prefix."""
    tag = element.tag
    return tag[tag.rfind("}") + 1 :]


@lru_cache(maxsize=4096)
def _steps(path: str) -> tuple[str, ...]:
    return tuple(f"{{*}}{name}" for name in path.split("/"))


def first(element: Element, path: str) -> Element | None:
    """The first element at a path of local names such as ``Refs/AcctSvcrRef``, each step the first of its name."""
    found = element
    for step in _steps(path):
        child = next(found.iterchildren(step), None)
        if child is None:
            return None
        found = child
    return found


def children(element: Element) -> dict[str, Element]:
    """The children of an element by their local names, the first of each."""
    found: dict[str, Element] = {}
    for child in element:
        found.setdefault(name_of(child), child)
    return found


def every(element: Element, path: str) -> Iterator[Element]:
    """All elements at a path of local names, in the order in which they stand."""
    found = iter((element,))
    for step in _steps(path):
        found = _children(found, step)
    return found


def _children(parents: Iterator[Element], step: str) -> Iterator[Element]:
    for parent in parents:
        yield from parent.iterchildren(step)


def text(element: Element, path: str) -> str | None:
    """The text at a path without white space around it, line ends as they are; None when there is none."""
    found = first(element, path)
    return (found.text or "").strip() or None if found is not None else None


def line(element: Element, path: str) -> str | None:
    """The text at a path as `one_line`."""
    found = text(element, path)
    return one_line(found) if found else None


def one_line(text: str) -> str | None:
    """A text as one line of an event may be: white space folded, no control characters, cut after `LONGEST_LINE`.

    None when nothing is left.
    """
    if not text.isprintable() or "  " in text:
        text = " ".join(_NOT_PRINTED.sub(" ", text).split())
    return text.strip()[:LONGEST_LINE].rstrip() or None
