"""A lost account statement holds the letters, `explain` says which one, and they go when it has come."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from schemas.money import decimal_text
from services.cli import main
from services.law.calendar import banking_day, next_banking_day
from tests.unit.intake.public_events import IBAN, Event, creditor, invoice

pytestmark = pytest.mark.e2e

FIRST, LAST = date(2026, 1, 12), date(2026, 1, 30)
LOST = date(2026, 1, 20)
NUDGE = "2026-01-28"


def statements(lost: date | None = None, *, late: str | None = None) -> list[Event]:
    """A statement each banking day, known the next morning; one is lost, or comes late."""
    days = [FIRST + timedelta(n) for n in range((LAST - FIRST).days + 1)]
    found = []
    for number, day in enumerate((day for day in days if banking_day(day, "FI")), start=7):
        known = next_banking_day(day, "FI").isoformat()
        if day == lost:
            if late is None:
                continue
            known = late
        found.append(statement(number, day.isoformat(), f"{known}T07:00:00+02:00"))
    return found


def statement(number: int, day: str, known: str) -> Event:
    """An account on which nothing moves but a fee of a cent a day."""
    opening = 1_000 - number
    balances = {"opening": decimal_text(opening, "EUR"), "other": "-0.01", "closing": decimal_text(opening - 1, "EUR")}
    fields: dict[str, Any] = {"currency": "EUR", "number": number, **balances}
    data = {"creditor": "acme", "account": IBAN, "through": day, "count": 0, "sum": "0.00", "statement": fields}
    kind = "bank-feed.completed.v1"
    return {"specversion": "1.0", "id": f"s{number}", "source": "//bank", "type": kind, "time": known, "data": data}


def letters(folder: Path, events: list[Event], capsys: pytest.CaptureFixture[str]) -> list[tuple[str, str]]:
    """Date and step of the letters that go out until the end of the month."""
    events = [creditor(), invoice(1001), *events]
    (folder / "events.jsonl").write_text("".join(json.dumps(event) + "\n" for event in events), encoding="utf-8")
    command = ["play", str(folder / "events.jsonl"), "--until", LAST.isoformat(), "--store", str(folder), "--json"]
    assert main(command) == 0
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [(line["date"], line["step"]) for line in said if line["kind"] == "notice"]


def test_with_every_statement_the_letter_goes_on_its_day(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert letters(tmp_path, statements(), capsys) == [(NUDGE, "nudge")]


def test_without_one_no_letter_goes_and_it_is_said_which(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert letters(tmp_path, statements(LOST), capsys) == []

    assert main(["explain", "1001", "--store", str(tmp_path / "erapaiva.db")]) == 0
    story = capsys.readouterr().out
    assert "stale-feed" in story
    assert f"bank account {IBAN}: statement 13 is missing between 2026-01-19 and 2026-01-21" in story


def test_the_letter_goes_when_it_has_come(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    events = statements(LOST, late="2026-01-29")

    assert letters(tmp_path, events, capsys) == [("2026-01-29", "nudge")]


def test_a_letter_that_was_due_is_held_by_an_older_statement_that_shows_a_gap(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    older = statement(3, "2026-01-07", "2026-01-28T06:00:00+02:00")

    assert letters(tmp_path, [*statements(), older], capsys) == []
