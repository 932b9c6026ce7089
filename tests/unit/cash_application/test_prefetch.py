"""What a batch will ask for is read at once: from a database elsewhere, each look-up has its price."""

import pytest

from services.runtime.sqlite.store import SqliteStore
from tests.unit.cash_application.harness import House
from tests.unit.cash_application.policies import demanding
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
    # given a house that has seen an invoice and its payment, so that what there is once was read
    house = House(partitions=1, store=store)
    house.say(invoice(1, debtor="D1"), payment("A1", reference=reference_of(1)))
    looked_up.clear()

    # when many come at once, of debtors and a payer whom nobody knew
    house.say_at_once(*bills(40))
    house.say_at_once(*monies(40))

    # then all are placed, and nothing was looked up for each
    assert len(house.placed()) == 41
    assert looked_up == []


def test_money_weighed_by_its_words_looks_up_no_row_one_by_one(store: SqliteStore, looked_up: list[str]) -> None:
    # given a policy that lets words place money, and one payment that was so placed
    house = House(partitions=1, store=store)
    house.say(demanding(80), invoice(2, debtor="D2"), payment("A2", message=f"viite {reference_of(2)}"))
    house.tick()

    # and many more that name an invoice, or one that nobody knows, written while none of their rows is at hand
    house.say_at_once(*bills(40))
    house.say_at_once(*(payment(f"A{number}", message=f"lasku {number}") for number in range(1_000, 1_080)))
    house = House(partitions=1, store=store, registered=False)
    looked_up.clear()

    # when they are weighed
    house.minutes = 1
    house.tick()

    # then all that name an invoice are placed, and no row of theirs was looked up alone
    assert len(house.placed()) == 41
    assert [key for key in looked_up if any(str(number) in key for number in range(1_000, 1_080))] == []
