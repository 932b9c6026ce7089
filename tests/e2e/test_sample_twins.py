"""Each sample of a bank with its twin, the same payments in another format: the state is that of the payments once."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Final, NamedTuple

import pytest
from lxml import etree
from stdnum import iban

from schemas.references import is_valid_reference
from services.cli import main
from services.intake.formats.format import HEAD, Event
from services.intake.formats.registry import recognise
from tests.e2e.twins import Paid, TwinWriter, fits_ktl, ktl_of, notification_of, statement_of, table_of, without_ids
from tests.unit.intake.formats.file_reading import Anybody, events, pieces
from tests.unit.intake.public_events import creditor, event

STATEMENTS: Final = (
    "camt053/fi-fffs-official-sample-content_053.xml",
    "camt053/genkgo-camt053.v2.all-balance-types.xml",
    "camt053/genkgo-camt053.v2.five.decimals.xml",
    "camt053/genkgo-camt053.v2.minimal.xml",
    "camt053/genkgo-camt053.v2.multi.statement.xml",
    "camt053/genkgo-camt053.v2.with-party-ids.xml",
)
NOTIFICATIONS: Final = (
    "camt054/fi-fffs-official-sample-content_054.xml",
    "camt054/fi-handelsbanken-credit-notification.xml",
)
"""The bank files that give payments. KTL can tell those of the notifications that have a reference."""
TWINS: Final = [
    *((name, twin) for name in STATEMENTS for twin in ("notification", "table")),
    *((name, twin) for name in NOTIFICATIONS for twin in ("statement", "ktl", "table")),
]
WRITERS: Final[dict[str, TwinWriter]] = {
    "statement": statement_of,
    "notification": notification_of,
    "ktl": ktl_of,
    "table": table_of,
}


class Sample(NamedTuple):
    """A bank's file with accounts of right check digits: its channel, what it says was paid, the last day it knows."""

    raw: bytes
    channel: str
    paid: list[Paid]
    last: date


def sample_of(path: Path) -> Sample:
    """A sample, read."""
    raw = path.read_bytes()
    for account in {each.text or "" for each in etree.fromstring(raw).iter("{*}IBAN")}:
        raw = raw.replace(account.encode(), f"{account[:2]}{iban.calc_check_digits(account)}{account[4:]}".encode())
    kind = recognise(raw[:HEAD])
    assert kind is not None
    said = events(pieces(kind, raw, Anybody()))
    paid = [each["data"] for each in said if each["type"] == "payment.received.v1"]
    last = max(
        date.fromisoformat(day) for each in said for day in (each["time"][:10], each["data"].get("booked", "")) if day
    )
    return Sample(raw, paid[0]["channel"], paid, last)


def billed(sample: Sample) -> Iterator[Event]:
    """A creditor with the accounts of a sample, and an invoice for each reference that is one."""
    first = min(date.fromisoformat(each["booked"]) for each in sample.paid) - timedelta(days=30)
    accounts = [{"iban": each, "bic": "NDEAFIHH"} for each in sorted({each["account"] for each in sample.paid})]
    at = {"time": f"{first}T06:00:00+02:00"}
    yield creditor(accounts=accounts) | at
    references = sorted({each.get("reference", "") for each in sample.paid})
    for number, reference in zip(count(7001), filter(is_valid_reference, references), strict=False):
        data = {
            "creditor": "acme",
            "debtor": f"C-{number}",
            "party": {"kind": "consumer", "name": f"Asukas {number}", "email": f"a{number}@asukas.example"},
            "invoice": str(number),
            "reference": reference,
            "issued": first.isoformat(),
            "due": (first + timedelta(days=14)).isoformat(),
            "amount": "20000.00",
            "currency": "EUR",
        }
        yield event("invoice.issued", data, id=str(number)) | at


def dump_of(folder: Path, sample: Sample, more: dict[str, bytes], capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The canonical dump after a sample, and other files beside it."""
    folder.mkdir()
    lines = "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in billed(sample)).encode()
    files = {"base.jsonl": lines, "sample.xml": sample.raw, **more}
    for name, content in files.items():
        (folder / name).write_bytes(content)
    until = sample.last + timedelta(days=4)
    store = folder / "store"
    paths = [str(folder / name) for name in files]
    assert main(["play", *paths, "--until", until.isoformat(), "--store", str(store), "--json"]) == 0
    capsys.readouterr()
    assert main(["dump", "--canonical", "--store", str(store / "erapaiva.db")]) == 0
    return capsys.readouterr().out.splitlines()


def feeds_in(twin: bytes) -> bytes:
    """What a twin says beside payments: how far it completes the feed."""
    kind = recognise(twin[:HEAD])
    assert kind is not None
    said = [each for each in events(pieces(kind, twin, Anybody())) if each["type"] != "payment.received.v1"]
    for each in said:
        each["data"]["creditor"] = "acme"
    return "".join(json.dumps(each) + "\n" for each in said).encode()


def nameless(dump: list[str], sample: Sample) -> list[str]:
    """A dump without what the file says that told a payment first: its name, and since when it waits."""
    names = "|".join(re.escape(id_) for each in sample.paid for id_ in (each["payment"], each["payment"][-16:]))
    found = []
    for line in dump:
        said = json.loads(re.sub(f'"(?:{names}|digest-[0-9a-f]+)"', '"a payment"', line))
        if said["kind"] == "unmatched":
            said["date"] = ""
        said["money"] = sorted(said.get("money", ()))
        found.append(json.dumps(said, sort_keys=True))
    return sorted(found)


@pytest.mark.parametrize("given", [list, without_ids], ids=["with ids", "without ids"])
@pytest.mark.parametrize(("name", "twin"), TWINS)
def test_the_twin_of_a_sample_adds_no_money(
    name: str,
    twin: str,
    given: Callable[[list[Paid]], list[Paid]],
    shared: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    sample = sample_of(shared / "samples" / name)
    told = [each for each in sample.paid if twin != "ktl" or fits_ktl(each)]
    written = WRITERS[twin](given(told))
    needs_statement = "statement" not in (sample.channel, twin)
    beside = {"statement.xml": statement_of(sample.paid)} if needs_statement else {}

    once = dump_of(tmp_path / "once", sample, {"feeds.jsonl": feeds_in(written), **beside}, capsys)
    twice = dump_of(tmp_path / "twice", sample, {"twin": written, **beside}, capsys)

    assert len(once) > len(sample.paid)
    assert nameless(twice, sample) == nameless(once, sample)
