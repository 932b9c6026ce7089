"""The rows of a lane: their names stand in one module, and stored rows keep the names of their fields."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from services.cash_application.state import rows
from services.cash_application.state.row_kind import RowKind
from services.cash_application.state.tally import WORKER
from tests.unit.cash_application.harness import CashHarness
from tests.unit.intake.public_events import completed, invoice, payment

ROOM = Path(__file__).parents[3] / "services" / "cash_application"
MIGRATIONS = {"older_owners.py", "older_rows.py"}
"""They spell the names of the versions that they convert."""
ROW_METHODS = {"get", "get_many", "put", "delete", "scan"}


def row_calls(path: Path) -> Iterator[ast.Call]:
    """The calls by which a module reads and writes rows of the unit of work."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ROW_METHODS:
            owner = node.func.value
            if (owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")) == "unit":
                yield node


def test_no_module_but_one_spells_the_name_of_a_row() -> None:
    modules = [path for path in sorted(ROOM.rglob("*.py")) if path.name not in MIGRATIONS]
    calls = [(path.name, call) for path in modules for call in row_calls(path)]
    spelled = [name for name, call in calls if isinstance(call.args[0], ast.Constant)]
    kinds_made = [
        path.name
        for path in modules
        if path.name != "rows.py" and "RowKind(" in path.read_text("utf-8").replace("class RowKind(", "")
    ]
    assert len(calls) > 20
    assert spelled == []
    assert kinds_made == []


def test_no_two_kinds_of_row_share_a_name() -> None:
    kinds = [value.name for value in vars(rows).values() if isinstance(value, RowKind)]
    plain = [
        value
        for name, value in vars(rows).items()
        if isinstance(value, str)
        and name.isupper()
        and not name.endswith(("_KEY", "_CHANGES"))
        and "NATURAL_" not in name
    ]
    assert len(set(kinds + plain)) == len(kinds) + len(plain) == 63


def stored(harness: CashHarness, kind: str) -> list[dict[str, Any]]:
    """The rows of a kind in all lanes, as the database keeps them."""
    store = harness.engine.store
    space = store.state.space(WORKER, kind)
    pages = [store.state.page(space, lane, "", None, 100) for lane in range(store.partitions)]
    return [json.loads(value) for page in pages for _, value in page]


def test_payments_and_feeds_are_stored_under_the_names_of_their_fields_in_every_store() -> None:
    harness = CashHarness()
    harness.publish(invoice(1), payment("P", debtor="D1"), payment("Q"), completed("2026-01-08", "a"))
    harness.tick()

    rows_by_id = {row["payment"]: row for row in stored(harness, "payment")}

    assert rows_by_id["P"]["place"] == {"by": "debtor", "debtor": "D1"}
    assert rows_by_id["Q"]["told"] == {"amount": 10000, "reason": "no-reference"}
    assert [row["told"] for row in stored(harness, "feed")] == ["2026-01-08"]
