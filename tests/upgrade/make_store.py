"""Makes the kept store of a version: ``python -m tests.upgrade.make_store tests/upgrade/stores/0.2.0``.

Run it once, with the program of the version that is to be kept, before the next one changes anything; commit the
folder. It holds what was played, in order (``events.jsonl``), the store with its whole log as compressed SQL
(``store.sql.gz``) and the canonical dump (``dump.jsonl``). ``--program`` names the command of another checkout.
"""

import argparse
import gzip
import json
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PROGRAM = Path(".venv/bin/erapaiva")
UNTIL = "2026-03-20"
CREDITORS = {"kuura": "FI2112345600000785", "halla": "FI5542345670000081"}


def main() -> None:
    """Play the events into a new store and keep it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="where to keep it")
    parser.add_argument("--program", type=Path, default=PROGRAM, help="the command `erapaiva` of the version")
    arguments = parser.parse_args()
    keep(arguments.folder, arguments.program.absolute())


def keep(folder: Path, program: Path) -> None:
    """Play with a version's program, and write events, store and dump into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    events = (folder / "events.jsonl").absolute()
    lines = [event if isinstance(event, str) else json.dumps(event, ensure_ascii=False) for event in _events()]
    events.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with tempfile.TemporaryDirectory() as made:
        subprocess.run([program, "play", events, "--until", UNTIL, "--store", made], check=True, cwd=made)
        store = Path(made) / "erapaiva.db"
        dump = subprocess.run(
            [program, "dump", "--canonical", "--store", store], check=True, cwd=made, capture_output=True
        )
        (folder / "dump.jsonl").write_bytes(dump.stdout)
        (folder / "store.sql.gz").write_bytes(gzip.compress(_as_sql(store).encode(), mtime=0))


def _as_sql(store: Path) -> str:
    """The database as statements, with what its header says of it."""
    connection = sqlite3.connect(store)
    try:
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        pragmas = f"PRAGMA application_id = {application};\nPRAGMA user_version = {version};\n"
        return pragmas + "\n".join(connection.iterdump()) + "\n"
    finally:
        connection.close()


def open_kept(folder: Path, store: Path) -> None:
    """Make a file of the store that a folder keeps."""
    connection = sqlite3.connect(store)
    try:
        connection.executescript(gzip.decompress((folder / "store.sql.gz").read_bytes()).decode())
    finally:
        connection.close()


# -- what is played: every kind of row that a store holds ----------------------------------------------------------


def _events() -> Iterator[dict[str, Any] | str]:
    for creditor, account in CREDITORS.items():
        yield from _settings(creditor, account)
        yield from _invoices(creditor)
        yield from _payments(creditor, account)
        yield from _instructions(creditor)
        yield from _waiting(creditor, account)
    yield '{"specversion": "1.0", "id": "torn'  # no event: a dead letter, whose doubt holds nobody


def event_of_kind(creditor: str, type_: str) -> dict[str, Any]:
    """The first event of a type about a creditor, of those that are played."""
    told = (event for event in _events() if not isinstance(event, str) and event["type"] == type_)
    return next(event for event in told if event["id"].startswith(creditor))


def _event(creditor: str, name: str, type_: str, time: str, /, **data: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": f"{creditor}-{name}",
        "source": "//billing",
        "type": f"{type_}.v1",
        "time": f"{time}+02:00",
        "data": {"creditor": creditor, **data} if type_ != "policy.published" else data,
    }


def _settings(creditor: str, account: str) -> Iterator[dict[str, Any]]:
    step = {"tone": "friendly", "action": "letter", "response_days": 14, "interest": True}
    yield _event(
        creditor,
        "policy",
        "policy.published",
        "2026-01-01T06:00:00",
        policy=f"p-{creditor}",
        version=1,
        country="FI",
        kind="consumer",
        in_force="2020-01-01",
        steps=[
            {**step, "name": "nudge", "after_due_days": 5, "fee": "0.00", "interest": False},
            {**step, "name": "reminder", "after_previous_days": 15, "fee": "5.00"},
        ],
        channels=["email"],
        window={"from": "09:00", "to": "16:00"},
        calendar="FI",
        feed_max_age=1,
        allocation="interest-first",
        minimum="5.00",
        residual={"waive_below": "0.50"},
        contacts={"max": 4, "days": 30},
    )
    yield _event(
        creditor,
        "registered",
        "creditor.registered",
        "2026-01-01T06:01:00",
        name=f"{creditor.title()} Oy",
        business_id="0000001-9",
        country="FI",
        timezone="Europe/Helsinki",
        language="en",
        accounts=[{"iban": account, "bic": "NDEAFIHH"}],
        address={"street": "Kuvitelmakatu 1", "postcode": "00000", "city": "Esimerkkilä", "country": "FI"},
        contact={
            "phone": "+358 00 000 0001",
            "hours": "9.00–16.00",
            "email": f"help@{creditor}.example",
            "url": "https://help.example",
        },
        sender={"name": f"{creditor.title()} Oy", "email": f"bills@{creditor}.example"},
        policies={"consumer": f"p-{creditor}", "business": "fi-business"},
    )


def _reference(invoice: int) -> str:
    """The Finnish reference of an invoice: its number, and a check digit by the weights 7, 3, 1 from the right."""
    weighted = sum(int(digit) * (7, 3, 1)[place % 3] for place, digit in enumerate(reversed(str(invoice))))
    return f"{invoice}{-weighted % 10}"


def _invoices(creditor: str) -> Iterator[dict[str, Any]]:
    for index in range(1, 9):
        yield _event(
            creditor,
            f"invoice-{1000 + index}",
            "invoice.issued",
            f"2026-01-02T07:0{index}:00",
            debtor=f"C-{index}",
            party={
                "kind": "consumer",
                "name": f"Tarina {'Keksitty' if index != 7 else 'Toinen'} {index}",
                "language": "en",
                "email": f"c{index}@{creditor}.example",
            },
            invoice=str(1000 + index),
            reference=_reference(1000 + index),
            issued="2026-01-02",
            due="2026-01-16",
            due_agreed=True,
            interest_stated=True,
            amount="100.00",
            currency="EUR",
            subject="Invented goods",
        )
    yield _event(
        creditor,
        "credit-1",
        "invoice.credited",
        "2026-01-20T08:00:00",
        debtor="C-8",
        invoice="1008",
        credit_note="CN-1",
        issued="2026-01-20",
        amount="20.00",
        currency="EUR",
    )


def _paid(creditor: str, account: str, name: str, day: str, /, **data: Any) -> dict[str, Any]:
    money = {"amount": "100.00", "currency": "EUR", "paid": day, "booked": day}
    return _event(
        creditor, name, "payment.received", f"{day}T09:00:00", account=account, payment=name, **{**money, **data}
    )


def _payments(creditor: str, account: str) -> Iterator[dict[str, Any]]:
    payer = {"iban": "FI4250001510000023", "name": "Tarina Keksitty 2"}
    yield _paid(creditor, account, "A-1", "2026-01-15", reference=_reference(1001))
    yield _paid(creditor, account, "A-2", "2026-01-22", reference=_reference(1002), amount="40.00", payer=payer)
    yield _paid(creditor, account, "A-3", "2026-01-23", reference=_reference(1003), amount="150.00")
    yield _paid(creditor, account, "A-4", "2026-01-24", message="for something", amount="33.00", payer=payer)
    yield _paid(creditor, account, "A-5", "2026-01-25", reference=_reference(9999))
    yield _paid(creditor, account, "A-6", "2026-01-26", debtor="C-4", amount="10.00")
    yield _paid(creditor, account, "A-7", "2026-01-27", payer={"name": "Somebody Unknown"}, amount="12.00")
    back = {"account": account, "currency": "EUR", "reason": "by mistake"}
    yield _event(creditor, "refund-1", "payment.refunded", "2026-01-28T10:00:00", payment="A-3", amount="20.00", **back)
    yield _event(creditor, "reversal-1", "payment.reversed", "2026-01-29T10:00:00", payment="A-1", **back)
    yield _event(creditor, "refund-2", "payment.refunded", "2026-01-30T10:00:00", payment="A-7", amount="2.00", **back)
    yield _event(
        creditor,
        "assigned-1",
        "payment.assigned",
        "2026-02-02T10:00:00",
        account=account,
        payment="A-5",
        debtor="C-5",
        invoice="1005",
    )
    for day in ("2026-01-31", "2026-02-13"):
        yield _event(creditor, f"feed-{day}", "bank-feed.completed", f"{day}T23:00:00", account=account, through=day)
    yield _event(
        creditor,
        "feed-sum",
        "bank-feed.completed",
        "2026-03-19T23:00:00",
        account=account,
        through="2026-03-19",
        count=0,
        sum="0.00",
    )


def _instructions(creditor: str) -> Iterator[dict[str, Any]]:
    def said(name: str, type_: str, time: str, debtor: str, **data: Any) -> dict[str, Any]:
        return _event(creditor, name, type_, time, debtor=debtor, **data)

    yield said("dispute-1", "dispute.raised", "2026-02-03T10:00:00", "C-6", invoice="1006", ground="never came")
    yield said("promise-1", "promise.made", "2026-02-03T11:00:00", "C-4", invoice="1004", until="2026-02-20")
    yield said("hold-1", "hold.placed", "2026-02-03T12:00:00", "C-3", reason="agreed", until="2026-03-31")
    parts = [{"due": "2026-02-10", "amount": "50.00"}, {"due": "2026-04-10", "amount": "50.00"}]
    yield said("plan-1", "plan.agreed", "2026-02-03T13:00:00", "C-7", invoices=["1007"], instalments=parts)


def _waiting(creditor: str, account: str) -> Iterator[dict[str, Any]]:
    """What came before what it is about, and still waits."""
    yield _event(
        creditor,
        "refund-early",
        "payment.refunded",
        "2026-02-04T10:00:00",
        account=account,
        payment="Z-1",
        reason="by mistake",
        amount="5.00",
        currency="EUR",
    )
    yield _event(creditor, "hold-early", "hold.placed", "2026-02-04T11:00:00", debtor="C-99", reason="agreed")
    yield _paid(creditor, account, "A-8", "2026-02-05", reference=_reference(2001), amount="7.00")
    yield _event(
        creditor,
        "invoice-odd",
        "invoice.issued",
        "2026-02-06T10:00:00",
        debtor="C-2",
        invoice="1099",
        reference="not one",
    )


# -- what comes after the upgrade ----------------------------------------------------------------------------------


def continued() -> Iterator[dict[str, Any]]:
    """Events that go on where a kept store ends; what waited in it gets what it waited for."""
    for creditor, account in CREDITORS.items():
        for debtor, invoice in (("C-20", 1020), ("C-99", 1021), ("C-8", 2001)):
            yield _event(
                creditor,
                f"invoice-{invoice}",
                "invoice.issued",
                "2026-03-21T08:00:00",
                debtor=debtor,
                party={"kind": "consumer", "name": f"Tarina {debtor}", "language": "en", "email": "c@kuura.example"},
                invoice=str(invoice),
                reference=_reference(invoice),
                issued="2026-03-21",
                due="2026-04-04",
                due_agreed=True,
                interest_stated=True,
                amount="60.00",
                currency="EUR",
            )
        yield _paid(creditor, account, "Z-1", "2026-03-22", debtor="C-4", amount="25.00")
        for day in range(1, 31):
            through = f"2026-04-{day:02}"
            yield _event(
                creditor,
                f"feed-{through}",
                "bank-feed.completed",
                f"{through}T23:00:00",
                account=account,
                through=through,
            )


if __name__ == "__main__":
    main()
