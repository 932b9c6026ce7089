"""`dump --canonical` is the same wherever in the log a record lay (design.md §8, same answer everywhere)."""

from contextlib import ExitStack
from datetime import date
from pathlib import Path

from services.commands.playback.bootstrap import playing_engine
from services.commands.playback.play_files import Play, merged_pieces
from services.intake.creditor_directory import CreditorDirectory
from services.overdue.canonical import account_entries
from services.reporting.canonical import canonical_dump
from tests.unit.intake.public_events import creditor, invoice, raw

INVOICE = invoice(1)
CONTRADICTION = {**INVOICE, "data": {**INVOICE["data"], "amount": "77.00"}}


def test_a_dead_letter_that_lay_elsewhere_in_the_log_gives_the_same_dump(tmp_path: Path) -> None:
    there = dumped(tmp_path / "there.jsonl", creditor(), INVOICE, CONTRADICTION)
    elsewhere = dumped(tmp_path / "elsewhere.jsonl", creditor(), INVOICE, INVOICE, CONTRADICTION)

    assert '"kind":"dead-letter"' in "".join(there)
    assert there == elsewhere


def dumped(path: Path, *events: dict[str, object]) -> list[str]:
    path.write_bytes(b"\n".join(raw(event) for event in events))
    with ExitStack() as stack:
        engine, clock = playing_engine(None, stack)
        for _ in Play(engine, clock).play(merged_pieces([path], CreditorDirectory()), date(2026, 1, 12)):
            pass
        return canonical_dump(engine.store, account_entries(engine.store))
