"""Reading a letter's HTML the way a mail program does: elements, attributes and visible text."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = {"meta", "br"}
_BLOCKS = {"p", "h1", "h2", "li", "tr", "td", "th", "div", "br"}
_UNSEEN = {"head", "style", "title"}


@dataclass
class Page:
    """``elements`` in order with their attributes; ``text`` is what is seen, a line for each block."""

    elements: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    text: str = ""
    title: str = ""

    @property
    def shape(self) -> list[tuple[str, tuple[str, ...]]]:
        """The elements and the names of their attributes, without any value."""
        return [(tag, tuple(attributes)) for tag, attributes in self.elements]

    def tags(self, name: str) -> list[dict[str, str]]:
        """The attributes of each element called ``name``."""
        return [attributes for tag, attributes in self.elements if tag == name]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self.open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        assert len(attributes) == len(attrs), "no attribute twice"
        self.page.elements.append((tag, attributes))
        if tag in _BLOCKS:
            self.page.text += "\n"
        if tag not in _VOID:
            hidden = tag in _UNSEEN or attributes.get("aria-hidden") == "true" or self.hidden
            self.open.append((tag, hidden))

    def handle_endtag(self, tag: str) -> None:
        opened, _ = self.open.pop()
        assert opened == tag, f"</{tag}> closes <{opened}>"
        if tag in _BLOCKS:
            self.page.text += "\n"

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1][0] == "title":
            self.page.title += data
        if not self.hidden:
            self.page.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a letter has no comments: {data}")

    @property
    def hidden(self) -> bool:
        return bool(self.open) and self.open[-1][1]


def read_page(html: str) -> Page:
    """The page of ``html``; AssertionError when its elements are not nested and closed properly."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert not reader.open, f"never closed: {reader.open}"
    reader.page.text = "\n".join(line.strip() for line in reader.page.text.split("\n") if line.strip())
    return reader.page
