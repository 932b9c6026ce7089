"""The rows that a batch needs are read at once: from a database elsewhere, each look-up costs a round trip."""

import pytest

from services.runtime.sqlite.store import SqliteStore
from tests.unit.cash_application.harness import CashHarness
from tests.unit.cash_application.policies import requiring
from tests.unit.intake.public_events import Event, invoice, payment, reference_of

PAYERS_IBAN = "FI1410093000123458"


def bills(count: int) -> list[Event]:
    return [invoice(number, debtor=f"D{number}") for number in range(1_000, 1_000 + count)]


def monies(count: int) -> list[Event]:
    payer = {"name": "Somebody", "iban": PAYERS_IBAN}
    return [
        payment(f"A{number}", reference=reference_of(number), payer=payer) for number in range(1_000, 1_000 + count)
    ]


@pytest.fixture
def store() -> SqliteStore:
    return SqliteStore()


@pytest.fixture
def looked_up(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The keys of the rows that are read one by one."""
    keys: list[str] = []
    load = store.state.load

    def noting(space: int, partition: int, key: str) -> bytes | None:
        keys.append(key)
        return load(space, partition, key)

    monkeypatch.setattr(store.state, "load", noting)
    return keys


def test_invoices_and_payments_of_a_batch_look_up_no_row_one_by_one(store: SqliteStore, looked_up: list[str]) -> None:
    # given a lane that has handled an invoice and its payment, so that rows which exist once were read
    harness = CashHarness(partitions=1, store=store)
    harness.publish(invoice(1, debtor="D1"), payment("A1", reference=reference_of(1)))
    looked_up.clear()

    # when many come at once, of debtors and a payer that are not known
    harness.publish_at_once(*bills(40))
    harness.publish_at_once(*monies(40))

    # then all are placed, and nothing was looked up for each
    assert len(harness.placed()) == 41
    assert looked_up == []


def test_payments_scored_by_their_text_look_up_no_row_one_by_one(store: SqliteStore, looked_up: list[str]) -> None:
    # given a policy that lets text place money, and one payment that was placed so
    harness = CashHarness(partitions=1, store=store)
    harness.publish(requiring(80), invoice(2, debtor="D2"), payment("A2", message=f"viite {reference_of(2)}"))
    harness.tick()

    # and many more that name an invoice, known or not, and a start without any row in memory
    harness.publish_at_once(*bills(40))
    harness.publish_at_once(*(payment(f"A{number}", message=f"lasku {number}") for number in range(1_000, 1_080)))
    harness = CashHarness(partitions=1, store=store, registered=False)
    looked_up.clear()

    # when they are scored
    harness.minutes = 2
    harness.tick()

    # then all that name an invoice are placed, and no row of theirs was looked up alone
    assert len(harness.placed()) == 41
    assert [key for key in looked_up if any(str(number) in key for number in range(1_000, 1_080))] == []
