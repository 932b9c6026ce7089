"""A refund that a store of commit 6c60afc had seen stays one refund when its file comes again.

The keys by which events and payments are known got the creditor as a part after that commit, so a store whose rows were
left as they were did not know its own events again: 130.00 came for an invoice of 100.00, 10.00 were refunded, and a
second reading of the file refunded them twice. ``refund_of_6c60afc`` holds that store and its file.
"""

import json
from pathlib import Path

import pytest

from services.cli import main
from tests.upgrade.make_store import open_kept

KEPT = Path(__file__).parent / "refund_of_6c60afc"


def test_a_refund_that_an_older_store_knew_is_not_doubled_when_its_file_comes_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = tmp_path / "erapaiva.db"
    open_kept(KEPT, store)

    assert main(["play", str(KEPT / "events.jsonl"), "--until", "2026-01-24", "--store", str(tmp_path), "--json"]) == 0
    summary = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert main(["dump", "--canonical", "--store", str(store)]) == 0
    dump = [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    assert (summary["applied"], summary["duplicates"]) == (0, 5)
    assert [line["amount"] for line in dump if line["kind"] == "credit"] == ["20.00"]
