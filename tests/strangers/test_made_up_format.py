"""A file format that another package registers is read wherever files are, and no file of Eräpäivä knows it."""

import json
from pathlib import Path

import pytest

from schemas.extensions import ExtensionError
from services.cli import main
from services.intake.creditor_directory import CreditorDirectory
from services.intake.formats.registry import registry
from services.intake.inbox import Inbox
from services.intake.labels import unlabelled
from services.runtime.engine import EmbeddedEngine
from services.runtime.sqlite.store import SqliteStore
from tests.strangers.installed import installed
from tests.strangers.till import ENTRIES
from tests.unit.intake.public_events import IBAN, creditor, invoice, raw, reference_of

PAID = f"TILL|{IBAN}|T-1|2026-01-20|{reference_of(1001)}|100.00\n".encode()
FAULTY = b"TILL|out of paper\n"


def test_a_file_of_it_is_played_and_its_payment_pays_the_invoice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "events.jsonl").write_bytes(raw(creditor()) + b"\n" + raw(invoice(1001)))
    (tmp_path / "monday.till").write_bytes(PAID)
    command = ["play", str(tmp_path / "events.jsonl"), str(tmp_path / "monday.till"), "--until", "2026-01-21"]
    with installed(tmp_path, "tills", ENTRIES):
        assert main([*command, "--store", str(tmp_path)]) == 0
        capsys.readouterr()

    assert main(["explain", "1001", "--store", str(tmp_path / "erapaiva.db")]) == 0
    assert "T-1" in capsys.readouterr().out


def test_a_file_of_it_in_the_inbox_is_published_with_its_faults(tmp_path: Path) -> None:
    folder = tmp_path / "inbox"
    directory = CreditorDirectory()
    directory.take(raw(creditor()))
    with installed(tmp_path, "tills", ENTRIES), EmbeddedEngine(SqliteStore(), [], 1) as engine:
        inbox = Inbox(folder, engine, directory)
        (folder / "monday.till").write_bytes(PAID + FAULTY)
        for _ in range(3):
            inbox.poll()
        published = [
            value for topic in ("payments", "instructions") for _, _, value in engine.store.log.read(topic, 0, 0, 9)
        ]

    (label, paid), (fault, _) = map(unlabelled, published)
    assert (label.file, json.loads(paid)["id"]) == ("monday.till", "T-1")
    assert (fault.line, fault.reason) == (2, "wrong-row")
    assert (folder / "done" / "monday.till").exists()


def test_it_is_listed_while_it_is_installed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with installed(tmp_path, "tills", ENTRIES):
        assert main(["formats"]) == 0
        assert "Payments of a made-up till" in capsys.readouterr().out

    assert main(["formats"]) == 0
    assert "till" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("entries", "told"),
    [
        ({"erapaiva.formats": {"till": "tests.strangers.till:read"}}, "is no Format"),
        ({"erapaiva.formats": {"a": "tests.strangers.till:TILL", "b": "tests.strangers.till:TILL"}}, "two formats"),
        ({"erapaiva.formats": {"till": "tests.strangers.tills:TILL"}}, "cannot be imported"),
    ],
)
def test_what_is_no_format_is_refused_by_its_name(
    tmp_path: Path, entries: dict[str, dict[str, str]], told: str
) -> None:
    with installed(tmp_path, "tills", entries), pytest.raises(ExtensionError, match=told):
        registry()
