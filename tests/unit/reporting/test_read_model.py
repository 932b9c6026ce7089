"""The tables follow the messages that reporting reads, and a message read twice changes nothing."""

from datetime import UTC, date, datetime

import pytest

from schemas.dead_letters import DeadLetter, DeadLetterClosed
from schemas.decisions import Alert, Placed, Suggestion, Unmatched
from schemas.journal import FeedReached, FrontierReached, MoneyMoved
from schemas.messages import UnreadableMessageError
from schemas.topics import account_key, partition_of
from services.reporting.frontier_progress import last_day, slowest_frontier
from services.reporting.reading import QueryRow, query_rows
from services.reporting.tables import TABLES
from services.runtime.refusal import Refusal
from tests.unit.reporting.harness import (
    CREDITOR,
    DEBTOR,
    IBAN,
    ReportingHarness,
    account,
    at,
    balance,
    credit,
    decided,
    ended,
    invoice_issued,
    letter,
    letter_line,
    paid,
    registered,
)

pytestmark = pytest.mark.usefixtures("each_database")

UNMATCHED = Unmatched(
    creditor=CREDITOR,
    date=date(2026, 2, 2),
    account=IBAN,
    payment="P1",
    amount=4000,
    currency="EUR",
    reason="no-reference",
    suggestions=(Suggestion(debtor=DEBTOR, invoices=("1001",), confidence=90, why="number-in-text-and-sum"),),
)
OPEN_DEAD_LETTERS = "SELECT * FROM dead_letter WHERE key NOT IN (SELECT key FROM dead_letter_closed)"
EVERYTHING = (
    registered(),
    invoice_issued(),
    paid(),
    account(balance(), credit=credit(100)),
    decided(letter()),
    ended(letter()),
    UNMATCHED,
)


def contents(reporting: ReportingHarness) -> dict[str, list[QueryRow]]:
    """All rows of all tables, without the positions they came from."""
    tables = [text.split()[5] for text in TABLES if text.startswith("CREATE TABLE")]
    return {
        table: [
            {name: value for name, value in row.items() if name != "position"}
            for row in query_rows(reporting.store, f"SELECT * FROM {table}")
        ]
        for table in tables
    }


def test_telling_everything_twice_changes_nothing() -> None:
    once, twice = ReportingHarness().publish(*EVERYTHING), ReportingHarness().publish(*EVERYTHING, *EVERYTHING)

    assert contents(twice) == contents(once)


def test_what_an_account_was_is_replaced_by_what_it_is() -> None:
    reporting = ReportingHarness().publish(
        account(balance(principal=10000)), account(balance(principal=6000, status="rest"))
    )

    (row,) = query_rows(reporting.store, "SELECT principal, status FROM receivable")

    assert (row["principal"], row["status"]) == (6000, "rest")


def test_the_lines_of_a_letter_are_those_that_went() -> None:
    planned = letter(letter_line(), letter_line(invoice="1002", step=None))
    reporting = ReportingHarness().publish(decided(planned), ended(letter(letter_line(slices=()))))

    assert [row["invoice"] for row in query_rows(reporting.store, "SELECT invoice FROM notice_line_now")] == ["1001"]
    assert query_rows(reporting.store, "SELECT * FROM notice_interest_now") == []


def test_a_later_registration_of_a_creditor_counts_in_whatever_order_they_come() -> None:
    new, old = registered("New Oy", at("2026-02-01")), registered("Old Oy", at("2026-01-01"))

    names = [
        row["name"]
        for messages in ((old, new), (new, old))
        for row in query_rows(ReportingHarness().publish(*messages).store, "SELECT * FROM creditor")
    ]

    assert names == ["New Oy", "New Oy"]


def test_unmatched_money_is_visible_with_its_suggestions_until_it_is_placed() -> None:
    reporting = ReportingHarness().publish(UNMATCHED)
    assert [row["amount"] for row in query_rows(reporting.store, "SELECT * FROM unmatched_payment_now")] == [4000]
    assert [row["debtor"] for row in query_rows(reporting.store, "SELECT * FROM suggested_place")] == [DEBTOR]

    reporting.publish(Placed(creditor=CREDITOR, date=date(2026, 2, 3), account=IBAN, payment="P1", debtor=DEBTOR))

    assert query_rows(reporting.store, "SELECT * FROM unmatched_payment_now") == []
    assert query_rows(reporting.store, "SELECT * FROM suggested_place") == []


def test_what_an_account_says_of_money_leaves_what_cash_application_suggested_alone() -> None:
    reporting = ReportingHarness().publish(UNMATCHED)

    reporting.publish(
        UNMATCHED.model_copy(update={"reason": "lapsed", "suggestions": ()}), key=account_key(CREDITOR, DEBTOR)
    )
    assert len(query_rows(reporting.store, "SELECT * FROM suggested_place")) == 1, "another partition's row"

    reporting.publish(Placed(creditor=CREDITOR, date=date(2026, 2, 3), account=IBAN, payment="P1", debtor=DEBTOR))
    assert query_rows(reporting.store, "SELECT * FROM suggested_place") == []
    assert [row["reason"] for row in query_rows(reporting.store, "SELECT * FROM unmatched_payment_now")] == ["lapsed"]


@pytest.mark.parametrize("moved_first", [False, True])
def test_money_that_a_lapsed_debt_does_not_take_is_unmatched_until_it_leaves_the_account(moved_first: bool) -> None:
    moved = MoneyMoved(creditor=CREDITOR, debtor=DEBTOR, account=IBAN, payment="P1", time=at("2026-02-03"), id="x#1")
    refused = UNMATCHED.model_copy(update={"reason": "lapsed", "suggestions": ()})
    reporting = ReportingHarness()

    if moved_first:
        reporting.publish(moved).publish(refused, key=account_key(CREDITOR, DEBTOR))
    else:
        reporting.publish(refused, key=account_key(CREDITOR, DEBTOR))
        assert [row["reason"] for row in query_rows(reporting.store, "SELECT * FROM unmatched_payment_now")] == [
            "lapsed"
        ]
        reporting.publish(moved)

    assert query_rows(reporting.store, "SELECT * FROM unmatched_payment_now") == []


def test_a_dead_letter_is_open_until_it_is_dealt_with_and_again_when_it_comes_back() -> None:
    dead = DeadLetter(
        key="k1",
        reason="conflict",
        detail=("the invoice: known already",),
        origin="facts/0",
        position=7,
        source="billing",
        id="e1",
        content="{}",
    )
    closed = DeadLetterClosed(key="k1", outcome="redriven")

    waiting = [
        len(query_rows(ReportingHarness().publish(*messages).store, OPEN_DEAD_LETTERS))
        for messages in ((dead,), (dead, closed), (dead, closed, dead))
    ]

    assert waiting == [1, 0, 1]


def test_the_content_of_a_dead_letter_is_not_copied() -> None:
    dead = DeadLetter(key="k1", reason="conflict", detail=("x",), origin="facts/0", position=7, content="Matti")
    reporting = ReportingHarness().publish(dead)

    assert all("Matti" not in str(row) for row in query_rows(reporting.store, "SELECT * FROM dead_letter"))


def test_a_payments_payer_is_not_kept() -> None:
    columns = ReportingHarness().store.tables.columns("happening")

    assert not set(columns) & {"payer", "iban", "message", "reference"}


def test_what_says_nothing_about_an_account_leaves_no_row() -> None:
    reporting = ReportingHarness().publish(
        FeedReached(lane=0, creditor=CREDITOR, account=IBAN, through=date(2026, 2, 1))
    )

    assert not any(contents(reporting).values())


@pytest.mark.parametrize("earlier_first", [False, True])
def test_time_has_come_as_far_as_the_latest_frontier_says(earlier_first: bool) -> None:
    frontiers = [FrontierReached(lane=lane, instant=at(f"2026-02-0{lane + 1}", "22:30")) for lane in (0, 1)]
    reporting = ReportingHarness().publish(registered(), *(frontiers if earlier_first else reversed(frontiers)))

    assert last_day(reporting.store) == date(2026, 2, 3), "the third has begun in Helsinki"


def test_time_has_come_everywhere_as_far_as_the_slowest_lane() -> None:
    reporting = ReportingHarness(partitions=2)
    assert slowest_frontier(reporting.store) is None

    keys = {partition_of(key, 2): key for key in ("a", "b", "c", "d")}
    for lane, partition in ((0, 0), (0, 1), (1, 0)):
        reporting.publish(FrontierReached(lane=lane, instant=at("2026-02-03")), key=keys[partition])
    assert slowest_frontier(reporting.store) == datetime.min.replace(tzinfo=UTC), (
        "lane 1 has reached nothing in partition 1"
    )

    reporting.publish(FrontierReached(lane=1, instant=at("2026-02-01")), key=keys[1])
    reporting.publish(FrontierReached(lane=0, instant=at("2026-02-09")), key=keys[1])
    assert slowest_frontier(reporting.store) == at("2026-02-01"), (
        "a lane that goes on does not hide one that stands still"
    )


def test_while_no_frontier_came_a_person_must_name_the_day() -> None:
    with pytest.raises(Refusal, match="name one by --as-of"):
        last_day(ReportingHarness().store)


def test_alerts_of_different_partitions_are_kept_apart() -> None:
    alert = Alert(code="rate-unknown", detail="no rate after 2026-06-30")
    reporting = ReportingHarness()

    for creditor in ("a", "b", "c", "d", "e", "f"):
        reporting.publish(alert.model_copy(update={"creditor": creditor}))

    assert len(query_rows(reporting.store, "SELECT * FROM alert")) == 6


def test_a_damaged_log_stops_the_worker_instead_of_being_passed_over() -> None:
    reporting = ReportingHarness()

    with pytest.raises(UnreadableMessageError):
        reporting.publish_bytes(b'{"type":"no-such-thing"}')
