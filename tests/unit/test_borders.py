"""The borders of the house (design.md §2): who may import whom."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WORKERS = ("intake", "cash_application", "overdue", "notifier", "clock", "reporting")
SHARED_ROOMS = ("services.law", "services.runtime")
VAGUE = {"utils.py", "util.py", "helpers.py", "common.py", "misc.py", "manager.py", "base.py"}


def imports_of(path: Path) -> Iterator[str]:
    """Every module that a file imports, wherever in the file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module


def strangers(folder: Path, allowed: tuple[str, ...]) -> list[str]:
    """Imports of our own packages that a folder's files may not make."""
    return [
        f"{path.relative_to(ROOT)} imports {module}"
        for path in sorted(folder.rglob("*.py"))
        for module in imports_of(path)
        if module.split(".")[0] in ("schemas", "services", "tests") and not module.startswith(allowed)
    ]


def test_contracts_import_nothing_from_the_services() -> None:
    assert strangers(ROOT / "schemas", ("schemas",)) == []


def test_the_law_knows_only_the_contracts() -> None:
    assert strangers(ROOT / "services" / "law", ("schemas", "services.law")) == []


def test_the_runtime_knows_no_worker() -> None:
    assert strangers(ROOT / "services" / "runtime", ("schemas", "services.runtime")) == []


@pytest.mark.parametrize("worker", WORKERS)
def test_a_worker_imports_contracts_law_and_runtime_and_never_another_worker(worker: str) -> None:
    assert strangers(ROOT / "services" / worker, ("schemas", f"services.{worker}", *SHARED_ROOMS)) == []


@pytest.mark.parametrize("worker", WORKERS)
def test_a_worker_shows_its_face_on_a_page(worker: str) -> None:
    face = ROOT / "services" / worker / "worker.py"
    assert face.is_file()
    assert len(face.read_text(encoding="utf-8").splitlines()) <= 260


def test_the_rules_read_no_clock_and_do_no_input_or_output() -> None:
    forbidden = {"time", "logging", "structlog", "sqlite3", "socket", "asyncio", "os", "random"}
    rules = [ROOT / "services" / "law", ROOT / "services" / "overdue"]
    found = [
        f"{path.relative_to(ROOT)} imports {module}"
        for folder in rules
        for path in sorted(folder.rglob("*.py"))
        for module in imports_of(path)
        if module.split(".")[0] in forbidden
    ]
    assert found == []


def test_only_the_clock_and_the_command_line_read_wall_time() -> None:
    readers = [
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / "services").rglob("*.py"))
        if "datetime.now(" in path.read_text(encoding="utf-8")
    ]
    assert readers == ["services/clock/worker.py"]


@pytest.mark.parametrize(("room", "most"), [("schemas", 450), ("services", 450), ("tests", 600)])
def test_files_are_short_and_named_after_what_they_know(room: str, most: int) -> None:
    files = sorted((ROOT / room).rglob("*.py"))
    assert [str(path) for path in files if path.name in VAGUE] == []
    assert [str(path) for path in files if len(path.read_text(encoding="utf-8").splitlines()) > most] == []
