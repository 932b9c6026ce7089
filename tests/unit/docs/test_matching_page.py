"""The page of matching: its table is the one that counts, and its example is what happens."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from schemas.decisions import Unmatched
from services.cash_application.matching import confidence
from services.cash_application.matching.confidence import Way
from services.commands.playback.play_output import as_json, unmatched
from tests.unit.cash_application.harness import CashHarness
from tests.unit.docs.test_events_page import EXAMPLES

PAGE = (Path(__file__).parents[3] / "docs" / "matching.md").read_text("utf-8")
ROW = re.compile(r"^\| `(?P<code>[a-z-]+)` \| (?P<percent>\d+) \|", re.MULTILINE)
BLOCK = re.compile(r"^```json\n(?P<line>[^\n]+)\n```$", re.MULTILINE)


def test_the_table_lists_every_way_with_its_confidence_the_surest_first() -> None:
    ways = [way for way in vars(confidence).values() if isinstance(way, Way) and way is not confidence.REFERENCE]
    published = [(row["code"], int(row["percent"])) for row in ROW.finditer(PAGE)]

    assert published == sorted(((way.code, way.percent) for way in ways), key=lambda way: -way[1])
    assert f"worth more than {confidence.AMBIGUOUS}" in PAGE


@pytest.mark.parametrize("reason", ["no-reference", "unknown-reference", "ambiguous-reference", "other-currency"])
def test_the_page_names_the_reasons(reason: str) -> None:
    assert f"`{reason}`" in PAGE


def test_the_example_is_what_happens() -> None:
    payment, published = (block["line"] for block in BLOCK.finditer(PAGE))
    harness = CashHarness(registered=False)
    needed = ("creditor.registered.v1", "invoice.issued.v1")
    harness.publish(*(line for name, line in EXAMPLES if name in needed), payment.encode())

    harness.engine.tick(datetime(2026, 1, 28, 6, tzinfo=UTC))
    harness.engine.settle()

    (message,) = (message for message in harness.decisions() if isinstance(message, Unmatched))
    assert as_json(unmatched(message)) == published
