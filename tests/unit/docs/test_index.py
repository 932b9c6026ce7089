"""No page is left out: docs/README.md leads to all pages, the ADRs' index to each ADR, the glossary to definitions."""

import re
from pathlib import Path
from typing import Final

import pytest

from tests.checkout import ROOT

DOCS: Final = ROOT / "docs"
ADRS: Final = sorted((DOCS / "adr").glob("[0-9]*.md"))
LINK: Final = re.compile(r"\]\((?!https?:)([^)#]+)")
STATUS: Final = re.compile(r"^\*\*Status\.\*\* (accepted|superseded by \[\d+\]\(\d{4}-[a-z0-9-]+\.md\))$", re.MULTILINE)
ENTRY: Final = re.compile(
    r"^\*\*(?P<term>[^*]+)\*\*: (?P<text>.+?)\s\[(?P<where>[^\]]+)\]\((?P<target>[^)]+)\)$", re.DOTALL
)
SENTENCE_END: Final = re.compile(r"[.!?](?=\s|$)")
PROSE_PAGES: Final = [*sorted(ROOT.glob("*.md")), *sorted(DOCS.rglob("*.md"))]
COLUMNS: Final = 120
JSON_IN_TEXT: Final = re.compile(r"`\{\"")


def linked(page: Path) -> set[Path]:
    """The files that a page links to."""
    return {(page.parent / target).resolve() for target in LINK.findall(page.read_text("utf-8"))}


def entries() -> list[tuple[str, str, str]]:
    """Term, text and target of each entry of the glossary."""
    _, *paragraphs = (DOCS / "glossary.md").read_text("utf-8").split("\n\n")
    found = [ENTRY.match(paragraph.strip()) for paragraph in paragraphs[1:]]
    assert all(found), [paragraph for paragraph, match in zip(paragraphs[1:], found, strict=True) if match is None]
    return [(match["term"], " ".join(match["text"].split()), match["target"]) for match in found if match is not None]


def test_the_index_of_pages_leads_to_every_page_and_runbook() -> None:
    pages = {page for page in DOCS.rglob("*.md") if page.parent.name != "adr"} - {DOCS / "README.md"}
    others = {DOCS / "adr" / "README.md", ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md"}

    assert (pages | others) - linked(DOCS / "README.md") == set()


def test_the_readme_leads_to_the_index_and_the_glossary() -> None:
    assert {DOCS / "README.md", DOCS / "glossary.md", ROOT / "CONTRIBUTING.md"} <= linked(ROOT / "README.md")


@pytest.mark.parametrize("adr", ADRS, ids=[adr.stem[:4] for adr in ADRS])
def test_an_adr_has_a_status_and_a_line_of_the_index_with_its_title_and_status(adr: Path) -> None:
    text = adr.read_text("utf-8")
    heading = re.match(r"# (\d+)\. (.+)\n", text)
    status = STATUS.search(text)
    assert heading is not None
    assert status is not None

    number, title = heading.groups()
    assert int(number) == int(adr.name[:4])
    assert f"| {number} | [{title}]({adr.name}) | {status[1]} |" in (DOCS / "adr" / "README.md").read_text("utf-8")


def test_adrs_are_numbered_one_by_one() -> None:
    assert [int(adr.name[:4]) for adr in ADRS] == list(range(1, len(ADRS) + 1))


def test_the_glossary_is_in_alphabetical_order_and_each_entry_has_two_sentences() -> None:
    terms = [term for term, _, _ in entries()]

    assert terms == sorted(terms, key=str.lower)
    assert [term for term, text, _ in entries() if len(SENTENCE_END.findall(text)) != 2] == []


@pytest.mark.parametrize(("term", "target"), [(term, target) for term, _, target in entries()])
def test_an_entry_of_the_glossary_leads_to_a_heading_that_there_is(term: str, target: str) -> None:
    page, _, heading = target.partition("#")
    headings = re.findall(r"^#+ (.+)$", (DOCS / page).read_text("utf-8"), re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", it.lower()).replace(" ", "-") for it in headings}

    assert not heading or heading in anchors, term


@pytest.mark.parametrize("term", [term for term, _, _ in entries()])
def test_a_word_of_the_glossary_is_used_in_the_code_or_the_design(term: str) -> None:
    pattern = re.compile(rf"\b{term.replace(' ', r'[ _-]?').replace('-', '.')}", re.IGNORECASE)
    files = [DOCS / "design.md", *(ROOT / "services").rglob("*.py"), *(ROOT / "schemas").rglob("*.py")]

    assert any(pattern.search(path.read_text("utf-8")) for path in files)


@pytest.mark.parametrize("page", PROSE_PAGES, ids=[str(page.relative_to(ROOT)) for page in PROSE_PAGES])
def test_prose_ends_at_the_120th_column(page: Path) -> None:
    without_code = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
    long = [line for line in without_code.splitlines() if len(line) > COLUMNS]

    assert [line for line in long if not line.startswith("|") and not JSON_IN_TEXT.search(line)] == []
