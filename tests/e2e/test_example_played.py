"""What becomes of the shipped example: its stories end as they should, with the real command."""

import email
import email.policy
import json
import re
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from services.cli import main
from services.commands.playback.play_files import read_pieces
from services.example import LAST_DAY, event_files
from services.intake.creditor_directory import CreditorDirectory
from tests.checkout import ROOT

pytestmark = pytest.mark.e2e

Line = dict[str, Any]
SHOWN = "<!-- a letter of the example, word for word -->\n```text\n"


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Line], Path]:
    """All that `play --json` prints about the example, and the folder it has put the letters into."""
    folder = tmp_path_factory.mktemp("example")
    files = [str(file) for file in event_files()]
    command = [sys.executable, "-m", "services.cli", "play", *files, "--until", LAST_DAY.isoformat(), "--json"]
    done = subprocess.run([*command, "--store", str(folder)], cwd=ROOT, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()], folder / "outbox"


@pytest.fixture(scope="module")
def printed(played: tuple[list[Line], Path]) -> list[Line]:
    return played[0]


@pytest.fixture(scope="module")
def outbox(played: tuple[list[Line], Path]) -> Path:
    return played[1]


def of(printed: list[Line], kind: str, debtor: str) -> list[Line]:
    return [line for line in printed if line["kind"] == kind and line.get("debtor") == debtor]


def steps(printed: list[Line], debtor: str) -> list[tuple[str, str]]:
    return [(line["date"], line["step"]) for line in of(printed, "notice", debtor)]


def test_every_event_is_applied_but_the_line_that_the_bank_sent_twice(printed: list[Line]) -> None:
    summary = printed[-1]

    assert summary["read"] == len(read_pieces(event_files(), CreditorDirectory()))
    assert (summary["duplicates"], summary["dead_letters"], summary["waiting"]) == (1, 0, 0)


def test_letters_of_every_step_go_in_every_language_by_both_channels(printed: list[Line]) -> None:
    letters = [line for line in printed if line["kind"] == "notice" and line["status"] == "accepted"]

    assert {line["step"] for line in letters} == {"nudge", "reminder", "second-reminder", "demand", None}
    assert {line["language"] for line in letters} == {"fi", "sv", "en"}
    assert {line["channel"] for line in letters} == {"email", "print"}


def test_who_pays_on_time_never_hears_from_us(printed: list[Line]) -> None:
    assert [line for number in range(101, 118) for line in of(printed, "notice", f"C-{number}")] == []


def test_who_never_answers_goes_the_whole_way_and_to_the_collector_once_a_person_approves(
    printed: list[Line],
) -> None:
    assert steps(printed, "C-201") == [
        ("2026-01-28", "nudge"),
        ("2026-02-12", "reminder"),
        ("2026-03-02", "second-reminder"),
        ("2026-03-18", "demand"),
    ]
    (task,) = of(printed, "task", "C-201")
    (handover,) = of(printed, "handover", "C-201")
    assert (task["task"], task["date"]) == ("approve", "2026-04-02")
    assert (handover["date"], handover["principal"], handover["costs"]) == ("2026-04-08", "390.00", "10.00")


def test_a_dispute_a_promise_and_a_hold_keep_letters_back(printed: list[Line]) -> None:
    reasons = {
        debtor: {reason["code"] for line in of(printed, "withheld", debtor) for reason in line["reasons"]}
        for debtor in ("C-207", "C-211", "C-212", "C-213")
    }

    assert "disputed" in reasons["C-207"]
    assert "promised" in reasons["C-211"]
    assert "held" in reasons["C-212"] & reasons["C-213"]
    assert steps(printed, "C-207") == [("2026-03-25", "nudge")]


def test_each_missed_instalment_brings_one_kind_letter_without_a_step_and_then_a_task(
    printed: list[Line],
) -> None:
    assert steps(printed, "C-218") == [("2026-01-28", "nudge"), ("2026-03-23", None), ("2026-04-23", None)]
    assert [line["task"] for line in of(printed, "task", "C-218")] == ["missed-instalment"]


def test_a_letter_that_bounces_goes_on_paper_or_asks_a_person_for_an_address(printed: list[Line]) -> None:
    on_paper = [(line["date"], line["channel"], line["status"]) for line in of(printed, "notice", "C-225")]
    assert on_paper == [("2026-02-02", "email", "failed"), ("2026-02-02", "print", "accepted")]

    assert next(line["task"] for line in of(printed, "task", "C-226")) == "find-address"
    assert steps(printed, "C-226")[:2] == [("2026-02-04", "nudge"), ("2026-02-25", "nudge")]


def test_money_by_a_letters_own_reference_pays_what_the_letter_listed(printed: list[Line]) -> None:
    *_, third, fourth = [line for line in of(printed, "notice", "C-214") if line["date"] < "2026-04-01"]

    assert [receivable["invoice"] for receivable in third["receivables"]] == ["1016", "1083"]
    assert [receivable["invoice"] for receivable in fourth["receivables"]] == ["1147"]


def test_the_first_fee_of_a_customer_of_more_than_a_year_is_forgiven(printed: list[Line]) -> None:
    (_, reminder) = of(printed, "notice", "C-228")

    assert (reminder["step"], reminder["fee"]) == ("reminder", "0.00")


def test_money_that_nobody_can_place_is_shown_with_the_reason(printed: list[Line]) -> None:
    unmatched = [line for line in printed if line["kind"] == "unmatched"]

    assert Counter(line["reason"] for line in unmatched) == {"unknown-reference": 3, "no-reference": 1}


def test_the_readme_shows_a_letter_as_the_debtor_got_it(outbox: Path) -> None:
    """Where the words of letters changed, this prints the letter to put into README.md."""
    (mail,) = [
        message
        for path in outbox.glob("2026-02-12-*.eml")
        if "jane.sampleton"
        in (message := email.message_from_bytes(path.read_bytes(), policy=email.policy.default))["To"]
    ]
    body = mail.get_body(("plain",))
    assert body is not None
    _, _, after = (ROOT / "README.md").read_text("utf-8").partition(SHOWN)

    assert after.partition("\n```\n")[0].splitlines() == body.get_content().strip().splitlines()


def test_the_page_of_reconciling_shows_what_the_command_says_of_the_example(
    outbox: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (ROOT / "docs" / "reconciling.md").read_text(encoding="utf-8")
    whole, ending = re.findall(r"^```text\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    command = re.findall(r"^erapaiva (.*)$", page, re.MULTILINE)[0].split()
    store = outbox.parent / "erapaiva.db"
    incomplete = tmp_path / "incomplete.db"
    shutil.copy(store, incomplete)
    with closing(sqlite3.connect(incomplete)) as connection, connection:
        assert connection.execute("DELETE FROM bank_statement WHERE number = 69").rowcount == 1

    assert main([*command, "--store", str(store)]) == 0
    assert [line.rstrip() for line in capsys.readouterr().out.splitlines()] == whole.splitlines()
    assert main([*command, "--store", str(incomplete)]) == 1
    assert capsys.readouterr().out.endswith(ending)
    assert "Without statement 69 " in " ".join(page.split())
