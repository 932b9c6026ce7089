"""An event whose time lies ahead counts as of the frontier at which it is known (rules.md K1)."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from schemas.journal import AccountEvent, KnownFixed, MoneyPlaced, MoneyRefunded, MoneyReversed
from schemas.parsing import parse_event
from services.overdue.account import Account, dump_account, load_account
from services.overdue.fold import AccountMessage, fold
from services.overdue.stops.in_force import plans_in_force, stops_in_force
from tests.unit.overdue.harness import AccountHarness
from tests.unit.overdue.story import BANK, CREDITOR, DEBTOR, Story

NOW = datetime.fromisoformat("2026-01-29T08:01:00+00:00")
FAR = datetime.fromisoformat("2062-01-01T08:00:00+00:00")
ID = "//people#far"


def begun() -> AccountHarness:
    return Story().invoice().invoice(invoice="1002", due="2026-01-26").paid("10.00", "2026-01-27").play("2026-01-29")


def message(kind: str, known: datetime | None = None, id: str = ID, time: datetime = FAR, **more: Any) -> AccountEvent:  # noqa: A002
    data = {"creditor": CREDITOR, "debtor": DEBTOR, **more}
    event = {"specversion": "1.0", "id": "far", "source": "//people", "type": f"{kind}.v1", "time": FAR.isoformat()}
    parsed: Any = parse_event({**event, "data": data}).data
    return AccountEvent(event=f"{kind}.v1", time=time, id=id, known=known, data=parsed)


def fixed(kind: str, invoice: str | None = None, id: str = ID, time: datetime = FAR) -> KnownFixed:  # noqa: A002
    event = f"{kind}.v1"
    return KnownFixed(creditor=CREDITOR, debtor=DEBTOR, event=event, id=id, time=time, known=NOW, invoice=invoice)


def folded(harness: AccountHarness, *messages: AccountMessage) -> Account:
    account = load_account(dump_account(harness.accounts[DEBTOR]))
    for each in messages:
        account = fold(account, each, harness.context)
    return account


PARTY = {"kind": "consumer", "name": "Aino Esimerkki", "email": "new@debtor.example"}
INVOICE = {
    "party": PARTY,
    "invoice": "1009",
    "reference": "10090",
    "issued": "2026-01-20",
    "due": "2026-02-20",
    "amount": "50.00",
    "currency": "EUR",
    "taken": [{"step": "nudge", "sent": "2026-01-25", "response_by": "2026-02-05", "fee": "0.00"}],
}
NOTE = {"invoice": "1001", "credit_note": "n", "amount": "1.00", "currency": "EUR", "issued": "2026-01-20"}
PLAN: dict[str, Any] = {"invoices": ["1001", "1002"], "instalments": [{"due": "2026-03-01", "amount": "190.00"}]}

EVENTS: list[tuple[str, dict[str, Any]]] = [
    ("invoice.issued", INVOICE),
    ("invoice.credited", NOTE),
    ("invoice.cancelled", {"invoice": "1001", "reason": "wrong"}),
    ("invoice.rescheduled", {"invoice": "1001", "due": "2026-03-01"}),
    ("extension.granted", {"until": "2026-03-01"}),
    ("extension.granted", {"invoice": "1001", "until": "2026-03-01"}),
    ("dispute.raised", {"invoice": "1001"}),
    ("hold.placed", {"reason": "other"}),
    ("hold.lifted", {}),
    ("suspension.requested", {"invoice": "1001"}),
    ("promise.made", {"until": "2026-03-01"}),
    ("plan.agreed", PLAN),
    ("plan.ended", {"reason": "broken"}),
    ("debt.acknowledged", {}),
    ("debt.acknowledged", {"invoice": "1001"}),
    ("debtor.updated", {"party": {"email": "new@debtor.example"}}),
    ("fee.waived", {"invoice": "1001", "reason": "kind"}),
    ("receivable.written-off", {"invoice": "1001", "reason": "small"}),
]


@pytest.mark.parametrize(("kind", "data"), EVENTS, ids=[f"{kind} {'invoice' in data}" for kind, data in EVENTS])
def test_k1_an_event_that_is_fixed_later_leaves_what_one_leaves_that_comes_fixed(
    kind: str, data: dict[str, Any]
) -> None:
    harness = begun()
    later = folded(harness, message(kind, **data), fixed(kind, data.get("invoice")))

    assert later == folded(harness, message(kind, NOW, **data))
    assert later != folded(harness, message(kind, **data))


def test_k1_plans_stand_in_the_order_in_which_they_became_known() -> None:
    first, second = (
        message("plan.agreed", known, id=f"//people#{invoice}", invoices=[invoice], instalments=PLAN["instalments"])
        for known, invoice in ((NOW - timedelta(days=1), "1002"), (NOW, "1001"))
    )
    plans = [plans_in_force(folded(begun(), *each), NOW) for each in ((first, second), (second, first))]

    assert plans[0] == plans[1]
    assert [plan.invoices for plan in plans[0]] == [["1002"], ["1001"]]


def money(time: datetime) -> MoneyPlaced:
    days: dict[str, Any] = {"paid": date(2026, 1, 28), "booked": date(2026, 1, 28)}
    where: dict[str, Any] = {"creditor": CREDITOR, "debtor": DEBTOR, "account": BANK, "payment": "P9"}
    return MoneyPlaced(time=time, id=ID, amount=100, currency="EUR", invoice="1001", **days, **where)


def test_k1_money_and_what_went_back_of_it_are_fixed_too() -> None:
    harness = begun()
    back: dict[str, Any] = {"creditor": CREDITOR, "debtor": DEBTOR, "account": BANK, "payment": "P1", "amount": 100}
    for build, kind in ((MoneyReversed, "payment.reversed"), (MoneyRefunded, "payment.refunded")):
        now, ahead = (build(time=time, id=ID, **back) for time in (NOW, FAR))
        assert folded(harness, ahead, fixed(kind)) == folded(harness, now)
    assert folded(harness, money(FAR), fixed("payment.received")) == folded(harness, money(NOW))


def test_k1_a_hold_from_the_future_holds_now_and_a_later_lift_ends_it() -> None:
    harness = begun()
    hold = message("hold.placed", reason="other")
    held = folded(harness, hold, fixed("hold.placed"))
    lifted = folded(harness, hold, fixed("hold.placed"), message("hold.lifted", id="l", time=NOW.replace(minute=2)))

    assert [stop.id for stop in stops_in_force(held, held.receivables["1001"], NOW)] == [ID]
    assert list(stops_in_force(lifted, lifted.receivables["1001"], NOW.replace(minute=3))) == []


def test_k1_what_became_known_together_goes_by_time_then_id() -> None:
    harness = begun()
    lift = message("hold.lifted", id="a", time=FAR.replace(year=2063))
    account = folded(
        harness,
        message("hold.placed", reason="other", id="b"),
        lift,
        fixed("hold.placed", id="b"),
        fixed("hold.lifted", id="a", time=lift.time),
    )
    ended = folded(harness, message("plan.agreed", NOW, id="b", **PLAN), message("plan.ended", NOW, id="a", reason="x"))

    assert list(stops_in_force(account, account.receivables["1001"], NOW)) == []
    assert [plan.id for plan in plans_in_force(ended, NOW)] == ["b"]


def test_k1_a_due_date_from_the_future_is_replaced_by_one_that_is_known_later() -> None:
    harness = begun()
    account = folded(
        harness,
        message("invoice.rescheduled", invoice="1001", due="2026-03-02"),
        fixed("invoice.rescheduled", "1001"),
        message("invoice.rescheduled", id="z", time=NOW.replace(minute=2), invoice="1001", due="2026-04-01"),
    )

    assert account.receivables["1001"].due_now == date(2026, 4, 1)


def test_k1_of_two_corrections_from_the_future_the_one_with_the_later_time_holds_whatever_their_ids() -> None:
    later = FAR.replace(year=2063)
    correction: dict[str, Any] = {**INVOICE, "corrects": "1001", "taken": []}
    account = folded(
        begun(),
        message("invoice.issued", id="b", **correction | {"amount": "80.00"}),
        message("invoice.issued", id="a", time=later, **correction | {"amount": "90.00"}),
        fixed("invoice.issued", "1001", id="b"),
        fixed("invoice.issued", "1001", id="a", time=later),
    )

    assert account.receivables["1001"].amount_now == 9000


@pytest.mark.parametrize("days", [(1, 2), (2, 1)])
def test_m4_of_two_cancellations_the_one_known_first_counts_whichever_comes_first(days: tuple[int, int]) -> None:
    told = [
        message("invoice.cancelled", id=str(day), time=NOW + timedelta(days=day), invoice="1001", reason="wrong")
        for day in days
    ]

    assert folded(begun(), *told).receivables["1001"].cancelled == (NOW + timedelta(days=1)).date()


def test_k1_an_address_from_the_future_is_replaced_by_one_that_is_known_later() -> None:
    harness = begun()
    account = folded(
        harness,
        message("debtor.updated", party={"email": "first@debtor.example"}),
        fixed("debtor.updated"),
        message("debtor.updated", id="z", time=NOW.replace(minute=2), party={"email": "second@debtor.example"}),
    )

    assert account.party is not None
    assert account.party.email == "second@debtor.example"
