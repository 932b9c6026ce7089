"""The borders of the house (design.md §2): who may import whom."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.checkout import ROOT

WORKERS = ("intake", "cash_application", "overdue", "notifier", "clock", "reporting")
SHARED_ROOMS = ("services.law", "services.runtime")
FOLDERS = sorted({path.parent for room in ("schemas", "services") for path in (ROOT / room).rglob("*.py")})
ROOMS_IN_ORDER = {"services/overdue": ("stops", "books", "steps", "letters"), "services/notifier": ("letter", "posts")}
"""Rooms of a folder whose ``__init__`` states their order: each imports only those before it."""
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


def neighbours(folder: Path) -> dict[str, set[str]]:
    """Which of a folder's files and sub-folders each of them imports, itself left out."""
    package = ".".join(folder.relative_to(ROOT).parts)
    found: dict[str, set[str]] = defaultdict(set)
    for path in folder.rglob("*.py"):
        own = path.relative_to(folder).parts[0].removesuffix(".py")
        for module in modules_of(path):
            other = module.removeprefix(f"{package}.").partition(".")[0]
            if module.startswith(f"{package}.") and other != own and is_module(folder / other):
                found[own].add(other)
    found.pop("__init__", None)
    return found


@cache
def modules_of(path: Path) -> list[str]:
    """Every module that a file imports, those named after ``from package import`` too."""
    found = list(imports_of(path))
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            found += [f"{node.module}.{name.name}" for name in node.names]
    return found


def is_module(path: Path) -> bool:
    """Whether there is a module or package of this name."""
    return path.is_dir() or path.with_suffix(".py").is_file()


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.relative_to(ROOT)))
def test_the_files_and_rooms_of_a_folder_import_one_another_in_one_direction(folder: Path) -> None:
    """No two rooms need each other, and no room imports a file of its parent's floor that builds on the room."""
    try:
        TopologicalSorter(neighbours(folder)).prepare()
    except CycleError as error:
        pytest.fail(f"a circle of imports: {' <- '.join(error.args[1])}")


@pytest.mark.parametrize("folder", ROOMS_IN_ORDER)
def test_rooms_keep_to_the_order_that_their_folder_states(folder: str) -> None:
    order, imported = ROOMS_IN_ORDER[folder], neighbours(ROOT / folder)
    assert set(order) == {path.name for path in (ROOT / folder).iterdir() if (path / "__init__.py").is_file()}
    assert [
        f"{room} imports {other}" for index, room in enumerate(order) for other in imported[room] & set(order[index:])
    ] == []


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
