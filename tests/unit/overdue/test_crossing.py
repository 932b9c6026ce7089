"""A letter's grant, a payment and the letter's acceptance in every order end in the same balances (rules.md M1).

The invoice of 100.00 is due on 23 January; its reminder, with a fee and interest, is claimed on 12 February at nine. A
letter is accepted only behind its grant, if it was granted at all.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import permutations
from typing import Final, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.journal import MoneyPlaced, NoticeAttempting, NoticeClaimed, NoticeOutcome
from services.overdue.decide import decide
from services.overdue.enact import enact
from services.overdue.fold import AccountMessage, fold
from tests.unit.overdue.harness import SKEW, AccountHarness
from tests.unit.overdue.reading import balances, credit
from tests.unit.overdue.story import BANK, CREDITOR, DEBTOR, ZONE, Story, day_of

Happening = Literal["grant", "pay", "accept"]

NINE: Final = datetime(2026, 2, 12, 9, 0, tzinfo=ZONE)
HAPPENINGS: Final[tuple[Happening, ...]] = ("grant", "pay", "accept")
ORDERS: Final = [order for order in permutations(HAPPENINGS) if order.index("grant") < order.index("accept")]


class Morning:
    """The morning of the reminder, which is claimed and not yet answered."""

    def __init__(self, amount: int, paid: date) -> None:
        story = Story().invoice("2026-01-23")
        self.harness: AccountHarness = story.play("2026-02-11")
        self.account = self.harness.accounts[DEBTOR]
        self.harness.fed[BANK] = day_of("2026-02-11")
        self.harness._context = None
        self.now = NINE
        self._amount = amount
        self._paid = paid
        self._decide()
        letter = self.account.open_letter()
        assert letter is not None
        self.notice = letter.notice
        self._fold(NoticeClaimed(notice=self.notice, creditor=CREDITOR, debtor=DEBTOR, now=NINE))

    def happens(self, what: Happening) -> None:
        """One thing more, a minute later."""
        self.now += timedelta(minutes=1)
        if what == "pay":
            self._pay()
        elif what == "grant":
            self._decide()
        else:
            self._accept()

    def _decide(self) -> None:
        decision = decide(self.account, self.harness.context, self.now, SKEW)
        list(enact(self.account, decision, self.harness.context, self.now, timedelta(minutes=10)))

    def _pay(self) -> None:
        self._fold(
            MoneyPlaced(
                time=self.now, id="//bank#1", creditor=CREDITOR, debtor=DEBTOR, account=BANK, payment="P1",
                amount=self._amount, currency="EUR", paid=self._paid, booked=self._paid, invoice="1001",
            )
        )  # fmt: skip

    def _accept(self) -> None:
        """What the notifier says of a letter that was granted; of one that was not, that it is withdrawn."""
        letter = self.account.open_letter()
        assert letter is not None
        outcome: Literal["accepted", "withdrawn"] = "accepted" if letter.status == "granted" else "withdrawn"
        if outcome == "accepted":
            self._fold(NoticeAttempting(notice=self.notice, creditor=CREDITOR, debtor=DEBTOR, at=self.now))
        self._fold(
            NoticeOutcome(
                notice=self.notice, creditor=CREDITOR, debtor=DEBTOR, at=self.now, outcome=outcome, trial=True
            )
        )

    def _fold(self, message: AccountMessage) -> None:
        fold(self.account, message, self.harness.context)


def ended(order: Sequence[Happening], amount: int, paid: date) -> tuple[dict[str, tuple[str, str, str]], str]:
    """The balances, and the credit, once everything has happened in an order."""
    morning = Morning(amount, paid)
    for what in order:
        morning.happens(what)
    morning.harness.day = day_of("2026-02-13")
    return balances(morning.harness), credit(morning.harness)


def test_the_orders_are_those_in_which_a_letter_can_be_granted_and_accepted() -> None:
    assert len(ORDERS) == 3


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
def test_money_that_was_paid_before_the_letter_takes_back_all_that_it_asked(order: Sequence[Happening]) -> None:
    assert ended(order, 10000, day_of("2026-02-10")) == ({"1001": ("0.00", "0.00", "0.00")}, "0.00")


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
def test_a_part_that_was_paid_before_the_letter_leaves_its_fee_and_the_interest_on_what_was_open(
    order: Sequence[Happening],
) -> None:
    assert ended(order, 6000, day_of("2026-02-02")) == ({"1001": ("40.00", "0.36", "5.00")}, "0.00")


@settings(deadline=None, max_examples=40)
@given(amount=st.integers(1, 9000) | st.integers(10000, 20000), days=st.integers(0, 15))
def test_whatever_was_paid_whenever_before_the_letter_the_order_does_not_matter(amount: int, days: int) -> None:
    paid = day_of("2026-01-27") + timedelta(days=days)

    found = [ended(order, amount, paid) for order in ORDERS]

    assert found[1:] == found[:-1]


def test_what_is_left_below_the_minimum_is_asked_for_only_where_that_was_not_known_before_the_grant() -> None:
    # G6 decides whether a letter goes, M1 what one that went may ask: its principal was open when its turn came.
    left = {order: ended(order, 9500, day_of("2026-02-02"))[0]["1001"] for order in ORDERS}

    assert left["pay", "grant", "accept"] == ("5.00", "0.00", "0.00")
    assert left["grant", "pay", "accept"] == left["grant", "accept", "pay"] == ("5.00", "0.27", "5.00")
