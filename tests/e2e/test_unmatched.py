"""`erapaiva unmatched`: what is not placed, whose it may be, whom it holds, and the lines that settle it."""

import json
from pathlib import Path
from typing import Any

import pytest

from services.cli import main
from tests.unit.intake.public_events import about_payment, creditor, invoice, later, payment, raw, reference_of

pytestmark = pytest.mark.e2e

DAY = 24 * 60
HISTORY = [
    creditor(),
    invoice(10131, name="Tuula Testilä"),
    invoice(10132, "D2", amount="50.00", name="Tuula Anneli Testilä"),
    payment("P", at=later(60), payer={"name": "TESTILA TUULA"}),
    payment("Q", at=later(61), amount="7.00", message="10132"),
    payment("R", at=later(61), payer={"name": "Aivan Toinen"}),
    about_payment("payment.reversed", "R", "back", at=later(3 * DAY)),
]
FOREIGN = payment("S", reference_of(10131), at=later(62), currency="SEK")

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def store(tmp_path: Path, capsys: Capture) -> Path:
    """A store that has played the history."""
    file, folder = tmp_path / "events.jsonl", tmp_path / "store"
    file.write_bytes(b"\n".join(map(raw, HISTORY)))
    assert main(["play", str(file), "--until", "2026-01-14", "--store", str(folder), "--json"]) == 0
    capsys.readouterr()
    return folder / "erapaiva.db"


def listed(store: Path, capsys: Capture, *words: str) -> list[dict[str, Any]]:
    """What the command lists."""
    assert main(["unmatched", *words, "--json", "--store", str(store)]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def going_on(store: Path, capsys: Capture, until: str) -> None:
    """Let the store's engine take what was said."""
    file = store.parent / "later.jsonl"
    file.write_bytes(raw(invoice(20000, "D9", at=later(5 * DAY))) + b"\n")
    assert main(["play", str(file), "--until", until, "--store", str(store.parent)]) == 0
    capsys.readouterr()


def test_the_list_says_since_when_whose_it_may_be_and_whom_it_holds(store: Path, capsys: Capture) -> None:
    money = {each["payment"]: each for each in listed(store, capsys)}

    assert list(money) == ["P", "Q"]
    assert (money["P"]["amount"], money["P"]["reason"], money["P"]["since"]) == ("100.00", "no-reference", "2026-01-09")
    assert [(each["debtor"], each["why"]) for each in money["P"]["suggestions"]] == [
        ("D1", "name-and-sum"),
        ("D2", "similar-name"),
    ]
    assert [(held["debtor"], held["why"], held["until"]) for held in money["P"]["holds"]] == [
        ("D1", ["name"], None),
        ("D2", ["similar-name"], "2026-01-23"),
    ]
    assert listed(store, capsys, "nobody") == []


def test_the_words_end_with_lines_that_settle_it(store: Path, capsys: Capture) -> None:
    assert main(["unmatched", "--store", str(store)]) == 0

    said = capsys.readouterr().out
    assert "holds D1 until a person decides (name)" in said
    lines = [line.removeprefix("  $ ") for line in said.splitlines() if line.startswith("  $ ")]
    assert lines[0].startswith("erapaiva unmatched place P --debtor D1 --invoice 10131 --creditor acme --account ")


def test_each_line_to_type_is_understood_and_settles_the_money(store: Path, capsys: Capture) -> None:
    lines = [line.split() for each in listed(store, capsys) for line in each["settle"]]
    by_word = {words[2]: words[1:] for words in lines}

    assert sorted(by_word) == ["not-of", "place", "refund"]
    for words in lines[:1]:
        assert main([*words[1:], "--store", str(store)]) == 0
    going_on(store, capsys, "2026-01-16")
    assert [each["payment"] for each in listed(store, capsys)] == ["Q"]


def test_money_in_another_currency_is_not_to_be_placed_where_it_cannot_go(tmp_path: Path, capsys: Capture) -> None:
    file, folder = tmp_path / "events.jsonl", tmp_path / "store"
    file.write_bytes(b"\n".join(map(raw, [*HISTORY[:2], FOREIGN])))
    assert main(["play", str(file), "--until", "2026-01-14", "--store", str(folder)]) == 0
    capsys.readouterr()

    (money,) = listed(folder / "erapaiva.db", capsys)

    assert (money["reason"], [held["debtor"] for held in money["holds"]]) == ("other-currency", ["D1"])
    assert [line.split()[2:6] for line in money["settle"]] == [
        ["place", "S", "--debtor", "ID"],
        ["not-of", "S", "--debtor", "D1"],
        ["refund", "S", "--creditor", "acme"],
    ]


def test_money_that_pays_a_lapsed_debt_says_whose_letters_it_holds_and_what_frees_them(
    tmp_path: Path, capsys: Capture
) -> None:
    lapsed = invoice(10133, "D3", issued="2022-01-02", due="2022-01-20", due_agreed=True)
    file, folder = tmp_path / "events.jsonl", tmp_path / "store"
    file.write_bytes(b"\n".join(map(raw, [creditor(), lapsed, payment("T", reference_of(10133), at=later(60))])))
    assert main(["play", str(file), "--until", "2026-01-14", "--store", str(folder)]) == 0
    capsys.readouterr()
    store = folder / "erapaiva.db"

    (money,) = listed(store, capsys)
    assert (money["reason"], money["debtor"]) == ("lapsed", "D3")
    assert [(held["debtor"], held["why"], held["until"]) for held in money["holds"]] == [("D3", ["lapsed"], None)]
    (line,) = [line for line in money["settle"] if " not-of " in line]

    assert main([*line.split()[1:], "--store", str(store)]) == 0
    going_on(store, capsys, "2026-01-16")
    (money,) = listed(store, capsys)
    assert money["holds"] == []


def test_not_of_frees_the_debtor(store: Path, capsys: Capture) -> None:
    assert main(["unmatched", "not-of", "P", "--debtor", "D1", "--store", str(store)]) == 0
    going_on(store, capsys, "2026-01-16")

    (money, *_) = listed(store, capsys)
    assert [held["debtor"] for held in money["holds"]] == ["D2"]
    assert "D1" not in [each["debtor"] for each in money["suggestions"]]


def test_refund_ends_it(store: Path, capsys: Capture) -> None:
    assert main(["unmatched", "refund", "P", "--store", str(store)]) == 0
    going_on(store, capsys, "2026-01-16")

    assert [each["payment"] for each in listed(store, capsys)] == ["Q"]


@pytest.mark.parametrize(
    "words",
    [
        ("place", "P"),
        ("place",),
        ("not-of", "P"),
        ("refund", "nothing"),
        ("same-as", "P"),
        ("settle", "P"),
    ],
)
def test_what_is_missing_is_said(words: tuple[str, ...], store: Path, capsys: Capture) -> None:
    assert main(["unmatched", *words, "--store", str(store)]) == 1
    assert capsys.readouterr().err.startswith("erapaiva unmatched: ")
