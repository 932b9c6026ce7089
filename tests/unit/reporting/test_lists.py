"""What a person looks for: open tasks, letters, addresses, alerts, a debtor, who is who."""

import json
from datetime import date
from typing import Any

import pytest

from schemas.decisions import Alert, OpenTask, TaskRaised
from services.reporting.instruction_answer import answer_to
from services.reporting.lists.account_story import account_stories
from services.reporting.lists.address_list import address_words, flagged_addresses
from services.reporting.lists.alert_list import alert_words, alerts
from services.reporting.lists.finding import finding_words, found
from services.reporting.lists.letter_list import letter_line, letters
from services.reporting.lists.task_list import open_tasks, task_words
from tests.unit.reporting.harness import (
    CREDITOR,
    DEBTOR,
    IBAN,
    NOTICE,
    ReportingHarness,
    account,
    balance,
    decided,
    ended,
    letter,
    paid,
    registered,
    unmatched,
)

APPROVE = OpenTask(
    task="approve", reason="awaiting-approval", since=date(2026, 2, 1), invoice="1001", step="collection"
)
MONEY = OpenTask(task="look-at-money", reason="possible-payment", since=date(2026, 2, 2), account=IBAN, payment="P 1")
EMAIL = "matti@asiakas.example"


@pytest.fixture
def harness() -> ReportingHarness:
    """A debtor with an invoice, two open tasks, an address that failed and a letter, and another creditor."""
    return filled()


def filled() -> ReportingHarness:
    """The read model of the tests."""
    mine = account(balance(reference="10016"), tasks=(APPROVE, MONEY), email=EMAIL, flagged=("vanha@asiakas.example",))
    other = account(balance("7/1"), balance("7/2"), creditor="kuura", debtor="d9", name="Aino Mallila")
    return ReportingHarness().publish(registered(), mine, other, decided(letter()), paid(), unmatched("P2"))


def test_open_tasks_say_what_settles_them_and_leave_with_the_account_that_no_longer_has_them(
    harness: ReportingHarness,
) -> None:
    approve, money = open_tasks(harness.store)
    assert approve["settle"][0] == ("erapaiva tell step.approved creditor=acme debtor=d1 invoice=1001 step=collection")
    assert money["settle"][1].startswith("erapaiva unmatched not-of 'P 1' --debtor d1")
    assert task_words(approve).startswith("2026-02-01  acme  d1  approve (invoice 1001): ")
    assert open_tasks(harness.store, "kuura") == []
    harness.publish(account(balance(), tasks=(MONEY,)))
    assert [each["task"] for each in open_tasks(harness.store)] == ["look-at-money"]


def test_a_task_about_money_of_many_leaves_once_the_money_has_a_place(harness: ReportingHarness) -> None:
    raised = TaskRaised(
        creditor=CREDITOR,
        date=date(2026, 2, 3),
        task="look-at-money",
        reason="possible-payment",
        account=IBAN,
        payment="P2",
        debtors=("d1", "d2"),
    )
    harness.publish(raised)
    assert [each["debtors"] for each in open_tasks(harness.store)][-1] == ["d1", "d2"]
    harness.publish(raised.model_copy(update={"payment": "P3"}))
    assert len(open_tasks(harness.store)) == 3


@pytest.mark.parametrize("kind", ["find-address", "rest", "missed-instalment", "correction", "lapse-warning", "phone"])
def test_every_task_says_how_it_is_settled(kind: str) -> None:
    task = OpenTask(task=kind, reason="corrected", since=date(2026, 2, 1), invoice="1001", correction="1002")
    harness = ReportingHarness().publish(account(balance(), tasks=(task,)))
    (entry,) = open_tasks(harness.store)
    assert entry["settle"][-1].startswith(f"erapaiva tell task.done creditor=acme debtor=d1 invoice=1001 task={kind}")
    assert len(entry["settle"]) == {"correction": 3, "lapse-warning": 1, "phone": 1}.get(kind, 2)


def test_letters_are_listed_by_what_became_of_them_and_by_day(harness: ReportingHarness) -> None:
    def listed(**wanted: Any) -> list[str]:
        return [each["status"] for each in letters(harness.store, **wanted)]

    assert (listed(), listed(status="failed"), listed(day=date(2026, 2, 12))) == (["planned"], [], ["planned"])
    harness.publish(ended(letter(), "unknown"))
    (entry,) = letters(harness.store, CREDITOR, "unknown")
    assert entry["settle"][1] == (
        f"erapaiva tell notice.settled creditor=acme debtor=d1 notice={NOTICE} outcome=failed"
    )
    line = f"2026-02-12  acme  d1  reminder  105.52 EUR  unknown by email  {NOTICE}"
    assert letter_line(entry).startswith(f"{line}\n  $ ")
    harness.publish(ended(letter()))
    assert (listed(), listed(status="accepted"), listed(creditor="kuura")) == ([], ["accepted"], [])


def test_flagged_addresses_say_what_clears_them(harness: ReportingHarness) -> None:
    (entry,) = flagged_addresses(harness.store)
    assert entry["address"] == "vanha@asiakas.example"
    assert "address.cleared creditor=acme debtor=d1 email=vanha@asiakas.example" in address_words(entry)
    harness.publish(account(balance(), email=EMAIL))
    assert flagged_addresses(harness.store) == []


def test_alerts_are_listed_once_with_how_often(harness: ReportingHarness) -> None:
    alert = Alert(code="time-ahead", creditor=CREDITOR, date=date(2026, 2, 1), detail="set its clock")
    harness.publish(alert, alert, Alert(code="unread-event", detail="see its dead letter"))
    assert [alert_words(each) for each in alerts(harness.store)] == [
        "-  all creditors  unread-event: see its dead letter",
        "2026-02-01  acme  time-ahead: set its clock (2 times)",
    ]
    assert [each["code"] for each in alerts(harness.store, CREDITOR, "2026-02-02")] == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("meikäl", "name Matti Meikäläinen: debtor d1 of creditor acme"),
        ("d9", "debtor Aino Mallila: debtor d9 of creditor kuura"),
        ("1001", "invoice 1001: debtor d1 of creditor acme"),
        ("7", "invoice 7/2: debtor d9 of creditor kuura"),
        ("1 0016", "reference 1001: debtor d1 of creditor acme"),
        ("MATTI@asiakas.example", f"e-mail {EMAIL}: debtor d1 of creditor acme"),
        ("P2", "unplaced payment P2: nobody yet of creditor acme"),
        ("FI21 1234 5600 0007 85", "unplaced payment P2: nobody yet of creditor acme"),
        (NOTICE, "letter 2026-02-12: debtor d1 of creditor acme"),
    ],
)
def test_names_numbers_addresses_and_references_say_whose_they_are(
    harness: ReportingHarness, words: str, said: str
) -> None:
    assert said in [finding_words(each) for each in found(harness.store, words)]


def test_nothing_is_found_by_nothing_or_by_a_wildcard(harness: ReportingHarness) -> None:
    assert [found(harness.store, words) for words in ("", "  ", "%", "_")] == [[], [], [], []]


def test_an_account_tells_all_that_is_open_held_planned_and_happened(harness: ReportingHarness) -> None:
    (story,) = account_stories(harness.store, DEBTOR)
    for words in (
        "Debtor d1 of creditor acme: Matti Meikäläinen (consumer)",
        "Invoice 1001, due 2026-01-23, open: principal 100.00 EUR",
        f"Letter {NOTICE} of 2026-02-12: planned",
        "Task since 2026-02-01",
        "1001: Payment P1 of 40.00 EUR",
        "about 1001",
    ):
        assert words in story, words
    with pytest.raises(LookupError, match="no debtor has the id d2"):
        account_stories(harness.store, "d2")
    assert json.dumps(open_tasks(harness.store))


@pytest.mark.usefixtures("each_database")
def test_every_database_answers_alike() -> None:
    store = filled().store
    assert [each["task"] for each in open_tasks(store)] == ["approve", "look-at-money"]
    assert [each["status"] for each in letters(store)] == ["planned"]
    assert [each["address"] for each in flagged_addresses(store, CREDITOR)] == ["vanha@asiakas.example"]
    assert alerts(store, CREDITOR, "2026-01-01") == []
    assert [each["by"] for each in found(store, "meikäl")] == ["name"]
    assert [each["by"] for each in found(store, "P2")] == ["unplaced payment"]
    assert len(account_stories(store, DEBTOR, CREDITOR)) == 1
    named = {"creditor": CREDITOR, "debtor": DEBTOR, "invoice": "101"}
    assert answer_to(store, "dispute.raised.v1", named).lines[1].startswith("invoices of d1: 1001")
