"""The page of formats: it lists what there is, its tables can be read, and its example of a new format works."""

import io
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from schemas.parsing import parse_event
from services.intake.formats.csv import tables
from services.intake.formats.csv.columns import INVOICES, PAYMENTS, CsvTable
from services.intake.formats.format import HEAD, Fault, Format
from services.intake.formats.registry import recognise, registry
from tests.strangers.installed import installed

PAGE = (Path(__file__).parents[3] / "docs" / "formats.md").read_text("utf-8")
IBAN = "FI5910000000000001"


class Kuitu:
    """The creditor of the page."""

    def creditor_of_account(self, iban: str) -> str | None:
        return "kuitu" if iban == IBAN else None

    def creditor_of_business(self, business_id: str) -> str | None:
        return "kuitu" if business_id == "0000001-9" else None

    def zone_of(self, creditor: str) -> ZoneInfo:
        assert creditor == "kuitu"
        return ZoneInfo("Europe/Helsinki")

    def country_of(self, creditor: str) -> str:
        assert creditor == "kuitu"
        return "FI"

    def terms_days_of(self, creditor: str) -> int | None:
        assert creditor == "kuitu"
        return None


def blocks(language: str) -> list[str]:
    """The blocks of the page in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


def rows_behind(heading: str) -> dict[str, str]:
    """The first column of the table behind some words, without its marks, and the second."""
    table = PAGE.split(heading, 1)[1].split("\n\n| ", 1)[1].split("\n\n")[0]
    return dict(re.findall(r"^\| `([^`]+)` \| (.*?) \|", table, re.MULTILINE))


@pytest.fixture
def kassa(tmp_path: Path) -> Iterator[Format]:
    """The format of the page, in an installed package of its own."""
    (source,), (entry,) = blocks("python"), blocks("toml")
    (tmp_path / "kassa").mkdir()
    (tmp_path / "kassa" / "kassa.py").write_text(source, "utf-8")
    with installed(tmp_path, "kassa", tomllib.loads(entry)["project"]["entry-points"]):
        yield next(known for known in registry() if known.name == "kassa")
    del sys.modules["kassa"]


def test_every_format_has_its_line() -> None:
    assert sorted(rows_behind("# Formats")) == sorted(known.name for known in registry())


@pytest.mark.parametrize("table", [INVOICES, PAYMENTS], ids=lambda table: table.name)
def test_every_column_of_a_table_has_its_line_and_the_needed_ones_say_so(table: CsvTable) -> None:
    rows = rows_behind(f"**{table.name.capitalize()}**, recognised by")

    assert sorted(rows) == sorted(table.columns)
    assert {name for name, words in rows.items() if "needed" in words} == table.needs


def test_the_tables_of_the_page_can_be_read() -> None:
    read = [list(tables.FORMAT.read(io.BytesIO(block.encode()), Kuitu())) for block in blocks("csv")]

    assert all(recognise(block.encode()[:HEAD]) is tables.FORMAT for block in blocks("csv"))
    data = [[parse_event(event).data.model_dump() for event in events if isinstance(event, dict)] for events in read]
    assert [[said.get("invoice") or said["payment"] for said in events] for events in data] == [
        ["1001", "1002"],
        ["20260119X001", "20260120X001"],
    ]
    assert [[said["amount"] for said in events] for events in data] == [[10_000, 123_450], [3_000, 123_450]]


def test_the_format_of_the_page_is_found_and_reads_its_file(kassa: Format) -> None:
    (block,) = blocks("text")
    raw = block.encode()

    assert recognise(raw) is kassa
    payment, fault = kassa.read(io.BytesIO(raw), Kuitu())

    assert isinstance(payment, dict)
    assert parse_event(payment).unknown == ()
    assert (payment["id"], payment["data"]["amount"]) == ("K-1", "30.00")
    assert isinstance(fault, Fault)
    assert fault.where == "line 2"
    assert "the amount: is not an amount" in fault.lines[0]


def test_without_it_the_file_of_the_page_is_not_known() -> None:
    (block,) = blocks("text")

    assert recognise(block.encode()) is None
