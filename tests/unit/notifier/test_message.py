"""A letter as an e-mail: one message for one recipient, whatever its facts say."""

import email
import email.policy
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from schemas.letters import Letter
from services.notifier.letter import Rendered, render
from services.notifier.posts.message import Mail, NoAddressError, mail_of
from tests.unit.notifier.hostile import STRINGS
from tests.unit.notifier.letters import HOUSE, RECIPIENT, a_letter, a_line, all_letters

AT = datetime(2026, 2, 12, 7, 0, tzinfo=UTC)
HEADERS = [
    "From", "Reply-To", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Language", "MIME-Version",
    "Content-Type",
]  # fmt: skip


def mailed(letter: Letter) -> tuple[Mail, EmailMessage]:
    mail = mail_of(letter, render(letter), AT)
    return mail, email.message_from_bytes(mail.content, policy=email.policy.default)


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    content: str = part.get_content()
    return content.replace("\r\n", "\n")


def test_the_envelope_and_the_headers_name_the_right_people() -> None:
    mail, message = mailed(a_letter())

    assert mail.sender == "laskutus@esimerkki.example"
    assert mail.recipient == "matti@asiakas.example"
    assert message["From"] == "Esimerkki Oy <laskutus@esimerkki.example>"
    assert message["To"].addresses[0].display_name == "Matti Meikäläinen"
    assert message["Subject"] == "Esimerkki Oy: lasku 1001"


def test_an_answer_reaches_the_creditors_people_and_holiday_replies_do_not() -> None:
    _, message = mailed(a_letter())

    assert message["Reply-To"].addresses[0].addr_spec == HOUSE.contact.email
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe"] is None


def test_a_message_is_named_by_its_notice_and_dated_by_its_attempt() -> None:
    _, message = mailed(a_letter())

    assert message["Message-ID"] == "<3f0c9a52-7d1e-5b6f-8a44-2c9d10e7b6aa@esimerkki.example>"
    assert message["Date"].datetime == AT


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_text_and_html_arrive_as_they_were_rendered(language: str) -> None:
    for letter in all_letters(language).values():
        _, message = mailed(letter)
        rendered = render(letter)

        assert message.get_content_type() == "multipart/alternative"
        assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
        assert body(message, "plain") == rendered.text
        assert body(message, "html") == rendered.html
        assert message["Content-Language"] == language


def test_every_line_fits_into_a_mail_and_ends_as_mail_lines_do() -> None:
    letter = a_letter(lines=tuple(a_line(invoice=f"L-{number}", subject="Sähkö " * 50) for number in range(40)))
    mail, _ = mailed(letter)

    assert b"\n" not in mail.content.replace(b"\r\n", b"")
    assert b"\r" not in mail.content.replace(b"\r\n", b"")
    assert max(len(line) for line in mail.content.split(b"\r\n")) <= 78
    assert mail.content.isascii()


def test_the_same_letter_at_the_same_instant_gives_the_same_bytes() -> None:
    assert mailed(a_letter())[0] == mailed(a_letter())[0]


def test_a_letter_without_an_address_is_refused() -> None:
    letter = a_letter(recipient=RECIPIENT.model_copy(update={"email": None}))

    with pytest.raises(NoAddressError) as refused:
        mail_of(letter, Rendered("s", "t", "h"), AT)

    assert RECIPIENT.name not in str(refused.value)


FIELDS: dict[str, Callable[[str], Letter]] = {
    "recipient": lambda text: a_letter(recipient=RECIPIENT.model_copy(update={"name": text})),
    "creditor": lambda text: a_letter(house=HOUSE.model_copy(update={"name": text})),
    "sender": lambda text: a_letter(sender=a_letter().sender.model_copy(update={"name": text})),
    "invoice": lambda text: a_letter(lines=(a_line(invoice=text),)),
    "subject": lambda text: a_letter(lines=(a_line(subject=text),)),
    "title": lambda text: a_letter(step_title=text),
    "debtor": lambda text: a_letter(debtor=text),
}


@pytest.mark.parametrize("field", FIELDS)
def test_no_string_in_any_fact_adds_a_header_a_part_or_a_recipient(field: str) -> None:
    for text in STRINGS:
        letter = FIELDS[field](text)
        mail, message = mailed(letter)

        assert list(message.keys()) == HEADERS, text
        assert mail.recipient == "matti@asiakas.example"
        for header, address in (
            ("To", RECIPIENT.email),
            ("From", letter.sender.email),
            ("Reply-To", HOUSE.contact.email),
        ):
            assert [each.addr_spec for each in message[header].addresses] == [address], text
        assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"], text
        assert body(message, "plain") == render(letter).text, text


@pytest.mark.parametrize("name", ["=?utf-8?q?=0D=0ABcc:_evil@evil.example?=", "=?utf-8?b?DQpCY2M6IGV2aWw=?="])
def test_a_line_break_spelled_in_the_code_of_headers_is_not_decoded(name: str) -> None:
    mail, message = mailed(FIELDS["recipient"](name))

    assert b"\nBcc" not in mail.content
    assert message["To"].addresses[0].display_name == name.replace("=?", "= ?")


def test_an_address_with_a_line_break_cannot_become_a_header() -> None:
    letter = a_letter(
        recipient=RECIPIENT.model_copy(update={"email": "matti@asiakas.example\r\nBcc: evil@evil.example"})
    )

    with pytest.raises(ValueError, match=r"addr_spec|CR|LF|line|invalid|must"):
        mail_of(letter, render(letter), AT)


def test_a_header_that_would_become_two_is_refused() -> None:
    letter = a_letter(notice="n-1\r\nBcc: evil@evil.example")

    with pytest.raises(ValueError, match="would have become two"):
        mail_of(letter, render(letter), AT)


def test_a_letter_of_two_hundred_invoices_is_no_heavy_mail() -> None:
    lines = tuple(a_line(invoice=f"2026-{number:06}") for number in range(200))

    assert len(mailed(a_letter(lines=lines))[0].content) < 200_000
