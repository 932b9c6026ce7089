"""Breaks each rule in turn on a copy of the tree and runs the tests that must notice.

`make mutants`, or `python -m tests.mutants WORD…` for the mutants whose names hold a word. Ends with 1 when a mutant
survives, when its text is not found exactly once, or when its tests fail (or are none) with the rule whole.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

from tests.checkout import ROOT
from tests.mutants import ALL
from tests.mutants.mutant import Mutant

COPIED = ("schemas", "services", "tests", "pyproject.toml")
AT_ONCE = 2
SECONDS = 120
PASSED, FAILED = 0, 1  # how pytest says so; anything else is an accident and no catch
TOO_LONG = -1


def main(words: list[str]) -> int:
    """Try the mutants asked for; 0 when every one was caught."""
    chosen = [mutant for mutant in ALL if not words or any(word in mutant.name for word in words)]
    stale = [mutant for mutant in chosen if (ROOT / mutant.file).read_text(encoding="utf-8").count(mutant.old) != 1]
    for mutant in stale:
        print(f"no longer fits  {mutant.name}: its text is not once in {mutant.file}")
    chosen = [mutant for mutant in chosen if mutant not in stale]
    with tempfile.TemporaryDirectory() as folder:
        trees: SimpleQueue[Path] = SimpleQueue()
        for number in range(AT_ONCE):
            trees.put(_copy(Path(folder) / str(number)))
        with ThreadPoolExecutor(AT_ONCE) as pool:
            idle = list(pool.map(lambda tests: _with(trees, tests), sorted({mutant.tests for mutant in chosen})))
            for tests in filter(None, idle):
                print(f"not passing     {tests}, though no rule is broken")
            verdicts = list(pool.map(lambda mutant: _try(trees, mutant), chosen))
    caught = verdicts.count(True)
    print(f"{caught} of {len(chosen) + len(stale)} mutants caught")
    return 0 if caught == len(verdicts) and not stale and not any(idle) else 1


def _copy(tree: Path) -> Path:
    """A tree of its own, with bytecode that is checked by content: two edits in one second are two modules."""
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__", ".hypothesis"))
        else:
            shutil.copy(ROOT / name, tree / name)
    compiling = [sys.executable, "-m", "compileall", "-q", "--invalidation-mode", "checked-hash", "schemas", "services"]
    subprocess.run(compiling, cwd=tree, check=True)
    return tree


def _with(trees: "SimpleQueue[Path]", tests: str) -> str | None:
    """The tests' name when they do not pass on the whole tree."""
    tree = trees.get()
    try:
        return None if _run(tree, tests) == PASSED else tests
    finally:
        trees.put(tree)


def _try(trees: "SimpleQueue[Path]", mutant: Mutant) -> bool:
    tree = trees.get()
    file = tree / mutant.file
    whole = file.read_text(encoding="utf-8")
    try:
        file.write_text(whole.replace(mutant.old, mutant.new), encoding="utf-8")
        ended = _run(tree, mutant.tests)
    finally:
        file.write_text(whole, encoding="utf-8")
        trees.put(tree)
    verdict = {PASSED: "SURVIVED", FAILED: "caught"}.get(ended, f"BROKEN ({ended})")
    print(f"{verdict:<15} {mutant.name}", flush=True)
    return ended == FAILED


def _run(tree: Path, tests: str) -> int:
    """How pytest ends on the named tests of a tree, or that it did not end in time."""
    file, _, words = tests.partition("::")
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", f"tests/unit/{file}"]
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(tree)}
    asked = [*command, "-k", words] if words else command
    try:
        return subprocess.run(asked, cwd=tree, env=environment, capture_output=True, timeout=SECONDS).returncode
    except subprocess.TimeoutExpired:
        return TOO_LONG


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
