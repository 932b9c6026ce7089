"""A country that another package registers works from its settings to the letter, and no file of Eräpäivä knows it."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from schemas.references import parse_letter_reference, printed_reference
from services.cli import main
from services.intake.creditor_directory import CreditorDirectory
from services.intake.reading import Unread, read
from services.law.calendar import banking_day, next_banking_day
from services.law.figures import law_of
from tests.strangers.installed import installed
from tests.strangers.lumimaa import ENTRIES, REFERENCES
from tests.unit.intake.public_events import Event, completed, creditor, event, invoice, raw
from tests.unit.overdue.story import consumer_policy, step

ACCOUNT = "CH9300762011623852957"
LAST = date(2026, 3, 31)
NUDGE = step("nudge", after_due_days=5)
REMINDER = step("reminder", after_previous_days=10, fee="8.00", interest=True)
LUMI: Event = {
    "business_id": "XL 123.456",
    "country": "XL",
    "timezone": "Europe/Zurich",
    "language": "en",
    "accounts": [{"iban": ACCOUNT, "bic": "UBSWCHZH80A"}],
    "address": {"street": "Lumitie 1", "postcode": "1000", "city": "Lumila", "country": "XL"},
    "policies": {"consumer": "lumi", "business": "lumi"},
}
DEBT: Event = {"reference": REFERENCES.of_base("1001"), "currency": "CHF", "due_agreed": True}


@pytest.fixture
def lumimaa(tmp_path: Path) -> Iterator[None]:
    """The package of the country is installed."""
    with installed(tmp_path, "lumimaa", ENTRIES):
        yield


def policy(**reminder: str) -> Event:
    """A free nudge and a reminder with a fee, under the country's law."""
    data = consumer_policy(NUDGE, REMINDER | reminder, policy="lumi", country="XL", calendar="XL", contacts=None)
    return event("policy.published", data, id="policy", at=datetime(2026, 1, 5, 5, tzinfo=UTC))


def feed() -> Iterator[Event]:
    """Each banking day of the country is known to be complete on the next banking morning."""
    day = date(2026, 1, 9)
    while day < LAST:
        known = next_banking_day(day, "XL")
        if banking_day(day, "XL"):
            at = datetime(known.year, known.month, known.day, 5, tzinfo=UTC)
            yield completed(day.isoformat(), f"c{day}", at, account=ACCOUNT)
        day += timedelta(days=1)


def letters(folder: Path, events: list[Event], capsys: pytest.CaptureFixture[str]) -> list[Event]:
    """What `erapaiva play` says of each letter that leaves."""
    (folder / "events.jsonl").write_bytes(b"\n".join(map(raw, events)))
    command = ["play", str(folder / "events.jsonl"), "--until", LAST.isoformat(), "--store", str(folder), "--json"]
    assert main(command) == 0
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [line for line in said if line["kind"] == "notice"]


@pytest.mark.usefixtures("lumimaa")
def test_a_debt_in_its_currency_gets_letters_with_its_fee_interest_and_reference(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    events = [creditor(**LUMI), policy(), invoice(1001, **DEBT), *feed()]

    nudge, reminder = letters(tmp_path, events, capsys)

    assert (nudge["step"], reminder["step"]) == ("nudge", "reminder")
    (letter,) = (path for path in (tmp_path / "outbox").iterdir() if reminder["notice"] in path.name)
    text = letter.read_text(encoding="utf-8")
    assert "Fee for this letter: 8.00" in text.replace("\u00a0CHF", "")
    assert "6% a year on" in text, "a reference rate of 1 and the general margin of 5"
    assert f"Reference: {printed_reference(REFERENCES.of_base('1001'), REFERENCES)}" in text


@pytest.mark.usefixtures("lumimaa")
def test_a_policy_is_judged_by_its_law() -> None:
    assert not isinstance(read(raw(policy())), Unread)

    refused = read(raw(policy(fee="8.01")))

    assert isinstance(refused, Unread)
    (line,) = refused.lines
    assert "asks a fee of 8.01 Fr., above the 8.00 Fr." in line
    assert "Lumimaa's Act on Reminders 1 §" in line


@pytest.mark.usefixtures("lumimaa")
def test_its_reference_scheme_is_accepted_and_makes_the_references_of_letters() -> None:
    assert not isinstance(read(raw(invoice(1001, **DEBT))), Unread)
    assert law_of("XL").references is REFERENCES
    assert parse_letter_reference(REFERENCES.of_base("9000012003")) == (12, 3)


@pytest.mark.usefixtures("lumimaa")
def test_a_creditor_is_found_by_its_business_id_in_any_form() -> None:
    directory = CreditorDirectory()
    directory.take(raw(creditor(**LUMI)))

    assert directory.creditor_of_business("123 456") == "acme"
    assert directory.creditor_of_business("XL123.456") == "acme"


def test_without_the_package_neither_creditor_nor_policy_nor_reference_is_taken() -> None:
    refused = [read(raw(each)) for each in (creditor(**LUMI), policy(), invoice(1001, **DEBT))]

    assert [unread.reason for unread in refused if isinstance(unread, Unread)] == [
        "unknown-country",
        "unlawful-policy",
        "wrong-field",
    ]
