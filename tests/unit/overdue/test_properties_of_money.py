"""Whatever happens, no cent appears or vanishes, and the order of arrival changes nothing.

I-numbers are those of the invariants in docs/invariants.md.
"""

from dataclasses import astuple
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.journal import MoneyPlaced, MoneyReversed
from schemas.parsing import parse_event
from services.law.figures import law_of
from services.overdue.account import dump_account, load_account
from services.overdue.books.balances import Books
from services.overdue.books.entries import money_day, payment_key
from services.overdue.books.fixed_terms import fix_terms
from services.overdue.books.ledger import books
from services.overdue.books.payment_allocation import payment_allocation
from services.overdue.fold import AccountMessage, fold
from tests.unit.overdue.harness import AccountHarness
from tests.unit.overdue.lives import AMOUNTS, PARTS, UNTIL, explore, lives
from tests.unit.overdue.reading import balances
from tests.unit.overdue.story import BANK, CREDITOR, DEBTOR, ZONE, Story, consumer_policy, day_of

pytestmark = pytest.mark.slow


class Audited(AccountHarness):
    """Accounts whose books are audited after every message about the account, and at every check."""

    def fold_message(self, debtor: str, message: AccountMessage) -> None:
        super().fold_message(debtor, message)
        self.audit()

    def check(self, debtor: str, now: datetime) -> Any:
        decision = super().check(debtor, now)
        self.audit()
        return decision

    def audit(self) -> None:
        today = self.day or date(2026, 1, 5)
        account = self.accounts[DEBTOR]
        found = books(account, today, self.context)
        for entry in found.open.values():
            each_receivable_is_conserved(found, entry.receivable.invoice)
        every_payment_is_somewhere(self, found, today)
        fees_stay_under_their_cap(self, found)


def each_receivable_is_conserved(found: Books, invoice: str) -> None:
    """I1: what was invoiced and booked = what is open + what was paid, credited, taken off, waived and given up."""
    entry = found.open[invoice]
    bookings = [booked[invoice] for booked in found.bookings.values() if invoice in booked]
    booked = sum(booking.interest + booking.fee + booking.compensation for booking in bookings)
    invoiced = entry.credited if entry.receivable.cancelled else entry.receivable.amount
    gone = entry.received + entry.credited + entry.discount_taken + entry.waived + entry.written_off

    assert invoiced + booked == entry.balance + gone
    assert min(entry.principal, entry.interest, entry.costs, entry.received, entry.waived, entry.written_off) >= 0


def every_payment_is_somewhere(harness: AccountHarness, found: Books, today: date) -> None:
    """I2, I3: each cent of a payment is on a receivable, in the credit, refused, or was given back."""
    account = harness.accounts[DEBTOR]
    day = money_day(account, harness.context)
    moneys = [money for money in account.moneys if day(money) <= today]
    received = sum(money.amount - money.reversed for money in moneys)
    surplus = sum(
        max(0, sum(note.amount for note in receivable.credit_notes) - receivable.amount)
        for receivable in account.receivables.values()
        if receivable.cancelled is None
    )
    refunded = sum(
        min(refund.amount or money.amount - money.reversed, money.amount - money.reversed)
        for money in moneys
        for refund in money.refunds
        if refund.day <= today
    )
    allocated = sum(sum(paid.values()) for paid in found.paid_by.values())
    refused = sum(money.amount - money.reversed for money in moneys if payment_key(money) in found.refused)

    assert received + surplus == allocated + refused + refunded + sum(credit.amount for credit in found.credit)
    assert all(credit.amount > 0 for credit in found.credit)
    each_payment_lies_in_one_place(harness, found, today)


def each_payment_lies_in_one_place(harness: AccountHarness, found: Books, today: date) -> None:
    """I2: the uses of a payment's money add up to the payment; refunds come out of some of it."""
    uses = list(payment_allocation(harness.accounts[DEBTOR], found, harness.context, today))
    for use in uses:
        placed = use.principal + use.interest + use.costs + use.credit + use.refused
        assert use.payment == "" or placed + use.given_back + use.reversed == use.amount
    assert sum(use.refunded for use in uses) == sum(use.given_back for use in uses)


def fees_stay_under_their_cap(harness: AccountHarness, found: Books) -> None:
    """I5: at every moment, all fees of a receivable together."""
    kind = harness.accounts[DEBTOR].kind
    for entry in found.open.values():
        assert entry.fees <= law_of("FI").total_cap(kind, entry.receivable.amount)


def by_invoice(found: Books) -> Any:
    """The books as a value: balances, credit, and the days of fees."""
    entries = {name: (astuple(entry)[1:], entry.receivable.invoice) for name, entry in found.open.items()}
    return sorted(entries.items()), sorted((it.currency, it.amount) for it in found.credit), sorted(found.fee_days)


@given(lives())
@settings(explore)
def test_i1_i2_i3_no_cent_appears_or_vanishes_after_any_event(story: Story) -> None:
    harness = Audited()

    harness.play([*story.events, *story._mornings(day_of(UNTIL))], day_of(UNTIL))

    assert harness.accounts


@given(lives(), st.randoms(use_true_random=False))
@settings(explore)
def test_i4_the_books_do_not_depend_on_the_order_of_arrival(story: Story, random: Random) -> None:
    settings_first, invoices, rest = _sorted_out(story)
    shuffled = [*settings_first, *random.sample(invoices, len(invoices)), *_shuffled(rest, random)]

    in_order, in_disorder = AccountHarness(), AccountHarness()
    for harness, events in ((in_order, [*settings_first, *invoices, *rest]), (in_disorder, shuffled)):
        for event in events:
            harness.take(parse_event(event))
        harness.day = day_of(UNTIL)

    assert by_invoice(in_order.books()) == by_invoice(in_disorder.books())


@given(lives(), st.randoms(use_true_random=False))
@settings(explore)
def test_i4_the_books_do_not_depend_on_the_order_in_which_the_account_keeps_its_entries(
    story: Story, random: Random
) -> None:
    harness = story.play(UNTIL, lazy=True)
    account = load_account(dump_account(harness.accounts[DEBTOR]))
    for kept in (account.moneys, account.letters, account.stops, account.stop_ends, account.plans):
        random.shuffle(kept)
    for receivable in account.receivables.values():
        random.shuffle(receivable.credit_notes)
        random.shuffle(receivable.reductions)
        random.shuffle(receivable.dues)
    account.receivables = dict(random.sample(sorted(account.receivables.items()), len(account.receivables)))

    assert by_invoice(books(account, day_of(UNTIL), harness.context)) == by_invoice(
        books(harness.accounts[DEBTOR], day_of(UNTIL), harness.context)
    )


@given(lives(), st.sampled_from(("5.00", "100.00", "700.00")), st.integers(1, 95))
@settings(explore)
def test_i6_a_reversal_restores_exactly_the_balances_before_and_a_second_one_changes_nothing(
    story: Story, amount: str, days: int
) -> None:
    harness = story.play(UNTIL, lazy=True)
    account, before = harness.accounts[DEBTOR], by_invoice(harness.books())
    paid, known = date(2026, 1, 5) + timedelta(days=days), datetime(2026, 4, 15, 12, tzinfo=ZONE)
    whose: dict[str, Any] = {"creditor": CREDITOR, "debtor": DEBTOR, "account": BANK, "payment": "P-again"}
    cents = int(amount.replace(".", ""))

    fold(
        account,
        MoneyPlaced(time=known, id="in", amount=cents, currency="EUR", paid=paid, booked=paid, invoice="1001", **whose),
        harness.context,
    )
    for again in ("out", "out again"):
        fold(account, MoneyReversed(time=known + timedelta(hours=1), id=again, **whose), harness.context)

    assert by_invoice(harness.books()) == before


@given(st.sampled_from(AMOUNTS), st.sampled_from(PARTS), st.sampled_from(("0.00", "5.00", "20.00")), st.integers(1, 20))
@settings(explore)
def test_m5_a_refund_of_all_of_a_payment_opens_exactly_what_it_had_paid_and_what_followed(
    amount: str, paid: str, below: str, days: int
) -> None:
    def story() -> Story:
        return Story(consumer_policy(residual={"waive_below": below})).invoice(
            "2026-02-20", amount, issued="2026-01-05"
        )

    back = (date(2026, 1, 13) + timedelta(days=days)).isoformat()
    untouched = story().play("2026-02-10")
    refunded = story().paid(paid, "2026-01-12").money_back("refunded", back).play("2026-02-10")

    assert balances(refunded) == balances(untouched)
    assert refunded.books().credit == []
    assert refunded.books().open["1001"].waived == 0


@given(lives(), st.sampled_from(("principal-first", "interest-first")), st.sampled_from(("0.00", "5.00", "50.00")))
@settings(explore)
def test_k3_no_later_version_of_the_policy_changes_the_books(story: Story, allocation: str, below: str) -> None:
    harness = story.play(UNTIL, lazy=True)
    account, today = harness.accounts[DEBTOR], day_of(UNTIL)
    fix_terms(account, harness.context, today)
    before = by_invoice(books(account, today, harness.context))

    version = {**story.policy, "version": 9, "allocation": allocation, "residual": {"waive_below": below}}
    harness.take(parse_event(Story(version).events[0]))

    assert by_invoice(books(account, today, harness.context)) == before


@given(lives())
@settings(explore)
def test_an_account_is_stored_and_read_back_as_it_was(story: Story) -> None:
    account = story.play(UNTIL, lazy=True).accounts[DEBTOR]

    assert load_account(dump_account(account)) == account


@given(lives(returns=False))
@settings(explore)
def test_i5_no_day_bears_interest_twice_on_one_receivable(story: Story) -> None:
    harness = story.play(UNTIL, lazy=True)
    claimed: dict[str, date] = {}
    for letter in harness.letters:
        for line in letter.lines:
            for slice_ in line.slices:
                assert slice_.first > claimed.get(line.invoice, date.min)
                claimed[line.invoice] = slice_.last


def _sorted_out(story: Story) -> tuple[list[Any], list[Any], list[Any]]:
    settings_first = [it for it in story.events if it["type"].startswith(("policy", "creditor"))]
    invoices = [it for it in story.events if it["type"] == "invoice.issued.v1"]
    rest = [it for it in story.events if it not in settings_first and it not in invoices]
    return settings_first, invoices, rest


def _shuffled(events: list[Any], random: Random) -> list[Any]:
    """In any order, but money that goes back after it came."""
    mixed = random.sample(events, len(events))
    return sorted(mixed, key=lambda event: event["type"] in ("payment.reversed.v1", "payment.refunded.v1"))
