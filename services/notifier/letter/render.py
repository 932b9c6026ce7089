"""Lays a letter out as text and as HTML, from the same content by two templates."""

from dataclasses import dataclass
from functools import cache
from importlib import resources

from jinja2 import Environment, StrictUndefined, Template

from schemas.letters import Letter
from services.notifier.letter.content import compose

_TEMPLATES = resources.files("services.notifier.letter") / "templates"
_COMPACT_FROM = 13
"""From so many invoices on each takes one table row: a letter of 200 stays under the 102 kB at which mail is cut."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A letter as it is read. ``text`` carries every fact that ``html`` does; both end in a line break."""

    subject: str
    text: str
    html: str


def render(letter: Letter) -> Rendered:
    """The letter in its language; the same letter gives the same bytes (docs/invariants.md I12).

    Facts are put into the templates as data: escaped in HTML, never read as template or markup.

    Raises:
        SumsDisagreeError: the letter's figures do not add up.
    """
    content = compose(letter)
    compact = len(letter.lines) >= _COMPACT_FROM
    return Rendered(
        subject=content.subject,
        text=_template("letter.txt").render(letter=content),
        html=_template("letter.html").render(letter=content, compact=compact),
    )


@cache
def _template(name: str) -> Template:
    """A packaged template, compiled once. Unknown names in it are errors; HTML is escaped by default."""
    environment = Environment(
        undefined=StrictUndefined,
        autoescape=name.endswith(".html"),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    return environment.from_string((_TEMPLATES / f"{name}.j2").read_text(encoding="utf-8"))
