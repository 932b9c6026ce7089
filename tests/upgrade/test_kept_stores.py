"""Stores that older versions made are opened by this one: what they knew as seen stays seen, and work goes on.

Each folder of ``stores/`` was made by `make_store`, with the program of the version that names it.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from schemas.parsing import InvalidEvent, parse_event
from services.cli import main
from services.runtime.sqlite.migrations import VERSION
from services.runtime.sqlite.store import SqliteStore
from services.runtime.store.log_identity import EMBEDDED, identity_of
from services.runtime.store.port import Access
from services.runtime.store.versions import CURRENT, versions_of
from tests.upgrade.make_store import UNTIL, continued, open_kept

STORES = Path(__file__).parent / "stores"
KEPT = sorted(folder.name for folder in STORES.iterdir())
FIRST = "0.1.0-6c60afc"
"""State version 1; all others have the rows of their successor."""

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a store."""
    return tmp_path


def made(version: str, folder: Path) -> Path:
    """A file of the store that a version left."""
    store = folder / "erapaiva.db"
    open_kept(STORES / version, store)
    return store


def play(folder: Path, files: Path, until: str, capture: Capture) -> list[dict[str, Any]]:
    """What playing files into the folder's store says."""
    capture.readouterr()
    assert main(["play", str(files), "--until", until, "--store", str(folder), "--json"]) == 0
    return [json.loads(line) for line in capture.readouterr().out.splitlines()]


def dump(store: Path, capture: Capture) -> list[dict[str, Any]]:
    """The canonical dump."""
    capture.readouterr()
    assert main(["dump", "--canonical", "--store", str(store)]) == 0
    return [json.loads(line) for line in capture.readouterr().out.splitlines()]


def kept_dump(version: str) -> list[dict[str, Any]]:
    """The dump that the version itself gave of its store."""
    return [json.loads(line) for line in (STORES / version / "dump.jsonl").read_text(encoding="utf-8").splitlines()]


def comparable(lines: list[dict[str, Any]]) -> Iterator[str]:
    """Lines without what the first version did otherwise: names of letters about plans, and when it told of money."""
    for line in lines:
        if line["kind"] == "unmatched":
            line = line | {"date": "", "suggestions": []}
        if line.get("debtor") == "C-7":  # its plan's letters are named after the instalment by now
            continue
        yield json.dumps(line, sort_keys=True)


def readable_events(version: str, folder: Path) -> Path:
    """The file without its broken lines, which are unknown each time they come and hold whom they name."""
    kept = (STORES / version / "events.jsonl").read_text(encoding="utf-8").splitlines()
    events = folder / "readable.jsonl"
    events.write_text("\n".join(line for line in kept if is_readable(line)) + "\n", encoding="utf-8")
    return events


def is_readable(line: str) -> bool:
    """Whether a line is an event by its contract."""
    try:
        parse_event(line.encode())
    except InvalidEvent:
        return False
    return True


@pytest.mark.parametrize("version", KEPT)
def test_all_that_an_older_store_knew_is_a_duplicate_when_its_files_come_again(
    version: str, folder: Path, capsys: Capture
) -> None:
    made(version, folder)
    events = STORES / version / "events.jsonl"

    said = play(folder, events, UNTIL, capsys)

    summary = said[-1]
    unreadable = 3
    assert (summary["applied"], summary["duplicates"]) == (0, summary["read"] - unreadable)
    assert not [line for line in said if line["kind"] == "notice"]


@pytest.mark.parametrize("version", KEPT)
def test_an_older_store_says_the_same_after_its_upgrade(version: str, folder: Path, capsys: Capture) -> None:
    store = made(version, folder)
    play(folder, readable_events(version, folder), UNTIL, capsys)

    waits = "unknown-debtor"  # since it is said what an instruction waits for (rules.md K4)
    found = [line for line in dump(store, capsys) if line.get("reason") != waits]

    if version == FIRST:
        assert sorted(comparable(found)) == sorted(comparable(kept_dump("0.1.0-35dbea4")))
    else:
        assert found == kept_dump(version)


@pytest.mark.parametrize("version", KEPT)
def test_work_goes_on_in_an_older_store(version: str, folder: Path, capsys: Capture) -> None:
    store = made(version, folder)
    following = folder / "following.jsonl"
    following.write_text("\n".join(map(json.dumps, continued())) + "\n", encoding="utf-8")

    said = play(folder, following, "2026-04-30", capsys)

    assert said[-1]["dead_letters"] == 0
    waited = 4  # of each creditor a refund of a payment and a hold of a debtor that were not known
    assert said[-1]["applied"] == said[-1]["read"] + waited, said[-1]
    letters = {line["debtor"] for line in said if line["kind"] == "notice"}
    assert "C-20" in letters, "an invoice of after the upgrade gets its letter"
    assert "C-99" not in letters, "the hold that waited for its debtor holds"
    refunds = [
        line["taken_back"] for line in dump(store, capsys) if line["kind"] == "payment" and "Z-1" in line.values()
    ]
    assert refunds == [["money-refunded 5.00"]] * 2, "the refund that waited met its payment"


def test_both_older_forms_go_on_alike(folder: Path, capsys: Capture) -> None:
    following = folder / "following.jsonl"
    following.write_text("\n".join(map(json.dumps, continued())) + "\n", encoding="utf-8")
    dumps = []
    for version in (FIRST, "0.1.0-35dbea4"):
        (folder / version).mkdir()
        store = made(version, folder / version)
        play(folder / version, following, "2026-04-30", capsys)
        dumps.append(sorted(comparable(dump(store, capsys))))

    assert dumps[0] == dumps[1]


@pytest.mark.parametrize("version", KEPT)
@pytest.mark.parametrize("creditor", ["kuura", "halla"])
def test_every_cent_of_an_older_store_ties(version: str, creditor: str, folder: Path, capsys: Capture) -> None:
    store = made(version, folder)
    play(folder, STORES / version / "events.jsonl", "2026-03-21", capsys)

    period = ["--from", "2026-01-01", "--to", "2026-03-21"]
    assert main(["reconcile", creditor, *period, "--store", str(store)]) == 0, capsys.readouterr().out


def content(store: Path) -> list[str]:
    """All statements that make the file's tables and rows, and the version in its header."""
    with closing(sqlite3.connect(store)) as connection:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        return [f"version {version}", *connection.iterdump()]


def test_an_older_store_that_cannot_be_brought_up_to_date_stays_as_it_is(folder: Path, capsys: Capture) -> None:
    store = made(FIRST, folder)
    with closing(sqlite3.connect(store)) as connection, connection:  # an event of which the log holds nothing
        (seen,) = connection.execute(
            "SELECT id FROM spaces WHERE worker = 'cash_application' AND kind = 'seen'"
        ).fetchone()
        connection.execute("INSERT INTO state VALUES (?, 0, ?, ?, NULL, NULL)", (seen, "//x\x1fy", b"content"))
    before = content(store)

    assert main(["play", str(STORES / FIRST / "events.jsonl"), "--until", UNTIL, "--store", str(folder)]) == 1

    assert "cannot be brought up to date" in capsys.readouterr().err
    assert content(store) == before, "the program that wrote it still reads it"


@pytest.mark.parametrize("version", KEPT)
def test_an_older_store_is_not_read_before_its_upgrade(version: str, folder: Path, capsys: Capture) -> None:
    store = made(version, folder)
    has_todays_tables = content(store)[0] == f"version {VERSION}"
    with SqliteStore(store, Access.ENGINE) as opened:  # neither tables nor rows are brought up to date by this alone
        is_older = not has_todays_tables or versions_of(opened) != CURRENT

    assert main(["dump", "--canonical", "--store", str(store)]) == int(is_older)
    if is_older:
        refused = capsys.readouterr().err
        assert "made by an older version" in refused
        assert "ERAPAIVA_STORE__PATH" in refused, "a file that --store named is not the one that `migrate` opens"


@pytest.mark.parametrize("version", KEPT)
def test_an_upgraded_store_has_todays_versions_and_belongs_to_its_own_log(
    version: str, folder: Path, capsys: Capture
) -> None:
    store = made(version, folder)
    play(folder, STORES / version / "events.jsonl", UNTIL, capsys)

    with SqliteStore(store, Access.READ) as opened:
        assert versions_of(opened) == CURRENT
        assert identity_of(opened) == EMBEDDED


@pytest.mark.parametrize("version", KEPT)
def test_a_payment_that_an_older_store_knew_by_a_digest_is_known_by_what_it_says(
    version: str, folder: Path, capsys: Capture
) -> None:
    made(version, folder)
    lines = (STORES / version / "events.jsonl").read_text(encoding="utf-8").splitlines()
    seen = next(event for event in map(json.loads, lines[:-3]) if event["type"] == "payment.received.v1")
    without_id = {"payment": "digest-0", "channel": "statement", "statement": "2026/1", "place": 1}
    again = folder / "again.jsonl"
    other_day = {"booked": "2026-01-02", "paid": "2026-01-02"}
    events = [
        seen | {"id": "again", "data": seen["data"] | without_id},
        seen | {"id": "other", "data": seen["data"] | without_id | other_day},
    ]
    again.write_text("".join(json.dumps(event) + "\n" for event in events), encoding="utf-8")

    summary = play(folder, again, UNTIL, capsys)[-1]

    assert (summary["applied"], summary["duplicates"]) == (1, 1)
