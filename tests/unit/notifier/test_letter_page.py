"""How a letter looks: built so that every mail program, screen reader and small screen can show it."""

import re
from datetime import date

import pytest

from schemas.letters import InterestSlice, Recipient
from services.notifier.letter import render
from tests.unit.notifier.letters import HOUSE, a_letter, a_line, all_letters
from tests.unit.notifier.page import read_page

LANGUAGES = ("fi", "sv", "en")
EVERY = [(language, name) for language in LANGUAGES for name in all_letters(language)]
LONGEST_MAIL = 102_000


@pytest.mark.parametrize(("language", "name"), EVERY)
def test_the_page_is_well_built(language: str, name: str) -> None:
    rendered = render(all_letters(language)[name])
    page = read_page(rendered.html)

    assert rendered.html.startswith("<!DOCTYPE html>\n")
    assert page.tags("html") == [{"lang": language}]
    assert page.title == rendered.subject
    assert len(page.tags("h1")) == 1
    for table in page.tags("table"):
        assert table.get("role") == "presentation" or table["class"].startswith("facts")
    assert all(th["scope"] in ("row", "col", "rowgroup") for th in page.tags("th"))
    assert page.tags("th")


@pytest.mark.parametrize(("language", "name"), EVERY)
def test_nothing_is_fetched_tracked_or_run(language: str, name: str) -> None:
    html = render(all_letters(language)[name]).html
    page = read_page(html)

    assert {tag for tag, _ in page.elements} <= {
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "div",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "p",
        "h1",
        "h2",
        "ul",
        "li",
        "br",
        "span",
        "b",
        "a",
    }
    assert not re.search(r"url\(|@import|@font-face|src=|<link|javascript:", html)
    assert all(
        re.match(r"(tel:\+?\d+|mailto:[^?]+@[^?]+|https://esimerkki\.example)", a["href"]) for a in page.tags("a")
    )


def test_a_link_says_where_it_goes() -> None:
    html = render(a_letter()).html

    assert '<a href="tel:091234567">09 123 4567</a>' in html
    assert '<a href="mailto:laskut@esimerkki.example">laskut@esimerkki.example</a>' in html
    assert '<a href="https://esimerkki.example/laskut">https://esimerkki.example/laskut</a>' in html


@pytest.mark.parametrize(
    "url",
    [
        "http://esimerkki.example",
        "www.esimerkki.example",
        "javascript:alert(1)",
        "https://a.example/?next=//b",
        "https://x",
    ],
)
def test_an_address_that_is_not_plainly_secure_is_no_link(url: str) -> None:
    house = HOUSE.model_copy(update={"contact": HOUSE.contact.model_copy(update={"url": url})})

    page = read_page(render(a_letter(house=house)).html)

    assert url in page.text
    assert not any(a["href"] == url for a in page.tags("a"))


def test_a_phone_that_is_no_number_is_no_link() -> None:
    house = HOUSE.model_copy(update={"contact": HOUSE.contact.model_copy(update={"phone": "vaihde"})})

    assert 'href="tel:' not in re.sub("tel:0[28]", "", render(a_letter(house=house)).html)


@pytest.mark.parametrize(("language", "name"), EVERY)
def test_what_shows_before_opening_is_fit_for_a_shared_screen(language: str, name: str) -> None:
    rendered = render(all_letters(language)[name])
    preview = re.search(r'<div class="preview" aria-hidden="true">(.*?)</div>', rendered.html)

    assert preview is not None
    assert preview[1].startswith(rendered.subject + "&#8199;")
    assert "€" not in preview[1]
    assert len(re.findall("&#8199;&#847; ", preview[1])) == 100


# --- size ----------------------------------------------------------------------------------------


def test_two_hundred_invoices_fit_into_what_a_mail_program_shows() -> None:
    halves = (
        InterestSlice(first=date(2025, 12, 12), last=date(2025, 12, 31), days=20, principal=1000000, rate="10.5"),
        InterestSlice(first=date(2026, 1, 1), last=date(2026, 2, 12), days=43, principal=1000000, rate="10.5"),
    )
    lines = tuple(
        a_line(invoice=f"2026-{number:06}", subject="Energia, joulukuu 2025", slices=halves) for number in range(200)
    )
    for language in LANGUAGES:
        rendered = render(a_letter(language=language, lines=lines, tone="final"))
        assert len(rendered.html.encode()) < LONGEST_MAIL
        assert rendered.text.count("2026-000") == 200
        assert read_page(rendered.html).text.count("2026-000") >= 200


def test_an_ordinary_letter_is_small() -> None:
    assert max(len(render(letter).html.encode()) for letter in all_letters("fi").values()) < 30_000


def test_long_names_are_shown_whole_and_may_break() -> None:
    name = "Pitkäniminen" * 30
    letter = a_letter(
        recipient=Recipient(name=name, email="a@b.example"), lines=(a_line(subject="Käyttötarkoitus" * 20),)
    )

    html = render(letter).html

    assert name in html
    assert "overflow-wrap: anywhere" in html


# --- colours and sizes ---------------------------------------------------------------------------


def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def schemes() -> dict[str, str]:
    style = re.search(r"<style>(.*?)</style>", render(a_letter()).html, re.DOTALL)
    assert style is not None
    light, dark = style[1].split("@media (prefers-color-scheme: dark)")
    return {"light": light, "dark": dark}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_colour_stands_out_from_every_background(scheme: str) -> None:
    css = schemes()[scheme]
    texts = set(re.findall(r"(?<!-)color: (#[0-9a-f]{6})", css))
    backgrounds = set(re.findall(r"background: (#[0-9a-f]{6})", css))

    assert len(texts) >= 3
    assert len(backgrounds) >= 3
    assert min(contrast(text, background) for text in texts for background in backgrounds) >= 4.5


def test_every_colour_of_the_light_page_has_its_dark_one() -> None:
    light, dark = (
        set(re.findall(r"^\s*([^@{}]+) \{[^}]*(?<!-)(?:color|background): #", css, re.MULTILINE))
        for css in schemes().values()
    )
    selectors = {part.strip() for rule in light for part in rule.split(",")}
    dark_selectors = {part.strip() for rule in dark for part in rule.split(",")}

    assert selectors <= dark_selectors


def test_no_text_is_smaller_than_sixteen_pixels_and_none_is_red() -> None:
    css = "".join(schemes().values())

    assert min(int(size) for size in re.findall(r"(?:font|font-size): (\d+)px", css)) >= 16
    for colour in re.findall(r"(?<!-)color: (#[0-9a-f]{6})", css):
        red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
        assert red <= max(green, blue) + 16


def test_the_same_letter_gives_the_same_bytes() -> None:
    assert render(a_letter()) == render(a_letter())
