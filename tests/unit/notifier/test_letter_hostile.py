"""Whatever stands in a fact, the letter keeps its shape (ASVS 1.2.1)."""

import unicodedata
from collections.abc import Callable

import pytest

from schemas.letters import Letter
from services.notifier.letter import render
from services.notifier.letter.plain import plain, shortened
from tests.unit.notifier.hostile import STRINGS
from tests.unit.notifier.letters import HOUSE, RECIPIENT, a_letter, a_line
from tests.unit.notifier.page import read_page

_CONTACT = HOUSE.contact
_AT = HOUSE.address


def with_house(**changes: object) -> Letter:
    return a_letter(house=HOUSE.model_copy(update=changes))


FIELDS: dict[str, Callable[[str], Letter]] = {
    "recipient": lambda text: a_letter(recipient=RECIPIENT.model_copy(update={"name": text})),
    "creditor": lambda text: with_house(name=text),
    "business id": lambda text: with_house(business_id=text),
    "street": lambda text: with_house(address=_AT.model_copy(update={"street": text})),
    "postcode": lambda text: with_house(address=_AT.model_copy(update={"postcode": text})),
    "city": lambda text: with_house(address=_AT.model_copy(update={"city": text})),
    "phone": lambda text: with_house(contact=_CONTACT.model_copy(update={"phone": f"vaihde {text}"})),
    "hours": lambda text: with_house(contact=_CONTACT.model_copy(update={"hours": text})),
    "web": lambda text: with_house(contact=_CONTACT.model_copy(update={"url": f"verkko {text}"})),
    "invoice": lambda text: a_letter(lines=(a_line(invoice=text),)),
    "subject of the invoice": lambda text: a_letter(lines=(a_line(subject=f"Sähkö {text}"),)),
    "title of the step": lambda text: a_letter(step_title=f"Muistutus {text}"),
    "name of the step": lambda text: a_letter(step=text),
    "debtor": lambda text: a_letter(debtor=text),
    "postal address": lambda text: a_letter(
        channel="print",
        recipient=RECIPIENT.model_copy(update={"address": _AT.model_copy(update={"street": f"Kuja {text}"})}),
    ),
}


@pytest.mark.parametrize("field", FIELDS)
def test_no_string_in_any_fact_changes_the_elements_or_the_lines_of_a_letter(field: str) -> None:
    harmless = render(FIELDS[field]("Matti"))
    shape, lines = read_page(harmless.html).shape, harmless.text.count("\n")

    for text in STRINGS:
        rendered = render(FIELDS[field](text))
        assert read_page(rendered.html).shape == shape, text
        assert rendered.text.count("\n") == lines, text
        assert "\n" not in rendered.subject
        assert len(rendered.subject) <= 60


@pytest.mark.parametrize("field", FIELDS)
def test_nothing_invisible_or_controlling_reaches_a_letter(field: str) -> None:
    for text in STRINGS:
        rendered = render(FIELDS[field](text))
        for seen in (rendered.subject, rendered.text, rendered.html):
            odd = {unicodedata.category(character) for character in seen} & {"Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
            assert not odd, text
            assert not {character for character in seen if unicodedata.category(character) == "Cc"} - {"\n"}, text


def test_what_can_be_seen_of_a_string_is_kept_in_the_text() -> None:
    for text in STRINGS:
        assert plain(text) in render(FIELDS["recipient"](text)).text


def test_there_are_enough_hostile_strings() -> None:
    assert len(set(STRINGS)) == len(STRINGS)
    assert len(STRINGS) * len(FIELDS) >= 60 * 10


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Matti  Meikäläinen ", "Matti Meikäläinen"),
        ("a\r\nb", "a b"),
        ("a\u00a0b", "a b"),
        ("M\u200bat\u202eti", "Matti"),
        ("Ga\u0308ddnas", "Ga\u0308ddnas"),
        ("x" + "\u0301" * 9, "x" + "\u0301" * 4),
        ("", ""),
        ("\u2028", ""),
    ],
)
def test_plain_text_is_one_line_of_visible_characters(text: str, kept: str) -> None:
    assert plain(text) == kept


@pytest.mark.parametrize(("text", "room", "short"), [("abc", 3, "abc"), ("abcd", 3, "ab…"), ("ab cd", 4, "ab…")])
def test_shortened_text_ends_in_an_ellipsis(text: str, room: int, short: str) -> None:
    assert shortened(text, room) == short
