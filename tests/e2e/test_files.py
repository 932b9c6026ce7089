"""Files of other formats go through the whole pipeline: a table of invoices and one of payments end in a letter."""

import json
from pathlib import Path

import pytest

from services.cli import main
from tests.e2e.test_live import an_overdue_consumer

pytestmark = pytest.mark.e2e

INVOICES = """seller;invoice;issued;due;amount;reference;debtor;name;email;street;postcode;city
0000001-9;2001;9.1.2026;30.1.2026;100,00;20019;C-7;Aino Mallila;aino.mallila@asukas.example;Tarutie 4;00000;Esimerkkilä
"""
PAYMENTS = """account,payment,booked,paid,amount,reference,payer,message
FI2112345600000785,20260203X001,2026-02-03,2026-02-02,30.00,20019,Aino Mallila,
"""


def test_tables_of_invoices_and_payments_end_in_a_letter_about_the_rest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    creditor, *_, feed, _ = an_overdue_consumer()
    fed = [{**feed, "id": f"f{day}", "time": f"2026-02-{day:02d}T07:00:00+02:00"} for day in range(4, 12)]
    for event, through in zip(fed, ("03", "04", "05", "06", "06", "06", "09", "10"), strict=True):
        event["data"] = {**feed["data"], "through": f"2026-02-{through}"}
    (tmp_path / "creditor.jsonl").write_text("".join(json.dumps(event) + "\n" for event in (creditor, *fed)))
    (tmp_path / "invoices.csv").write_text(INVOICES, encoding="utf-8")
    (tmp_path / "payments.csv").write_text(PAYMENTS, encoding="utf-8")
    files = [str(tmp_path / name) for name in ("payments.csv", "invoices.csv", "creditor.jsonl")]

    assert main(["play", *files, "--until", "2026-02-11", "--json"]) == 0

    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    letters = [(each["date"], each["step"], each["total"]) for each in said if each["kind"] == "notice"]
    assert letters == [("2026-02-04", "nudge", "70.00")]
    assert said[-1]["dead_letters"] == 0


def test_an_error_page_saved_as_xml_is_a_dead_letter_and_the_rest_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "statement.xml").write_text("<!DOCTYPE html><html><body>502 Bad Gateway</body></html>")
    (tmp_path / "events.jsonl").write_text(json.dumps(an_overdue_consumer()[0]) + "\n")

    assert (
        main(
            ["play", str(tmp_path / "statement.xml"), str(tmp_path / "events.jsonl"), "--until", "2026-02-11", "--json"]
        )
        == 0
    )

    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(each["file"], each["kind"]) for each in said[:-1]] == [("statement.xml", "dead-letter")]
    assert said[-1]["applied"] == 1
