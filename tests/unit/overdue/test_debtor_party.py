"""Rules.md M10, last sentence: which statements about a debtor replace which (the address above all)."""

from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.overdue.account import StatedParty
from services.overdue.debtor_party import party_of, with_stated
from tests.unit.overdue.harness import AccountHarness
from tests.unit.overdue.story import Story

CONTEXT = AccountHarness().context
NEW, OLD = "new@debtor.example", "old@debtor.example"


def invoiced(known: int, issued: int, email: str | None = NEW, **fields: Any) -> StatedParty:
    """What an invoice says that was issued on one day of January and known on another."""
    said = {"kind": "consumer", "name": "Jane Sampleton", **fields} | ({"email": email} if email else {})
    return StatedParty(_at(known), _at(known), f"i{known}-{issued}", date(2026, 1, issued), said)


def updated(known: int, email: str) -> StatedParty:
    """What a person said on a day of January."""
    return StatedParty(_at(known), _at(known), f"u{known}", None, {"email": email})


def _at(day: int) -> datetime:
    return datetime(2026, 1, day, 8, tzinfo=UTC)


def email_of(*stated: StatedParty) -> str | None:
    """The address that all statements together give, the same in whatever order they come."""
    found = {party_of(_merged(order), CONTEXT).email for order in permutations(stated)}
    assert len(found) == 1
    return found.pop()


def _merged(stated: tuple[StatedParty, ...]) -> list[StatedParty]:
    kept: list[StatedParty] = []
    for each in stated:
        kept = with_stated(kept, each)
    return kept


@pytest.mark.parametrize(
    ("stated", "email"),
    [
        ((invoiced(12, 12, NEW), invoiced(20, 2, OLD)), NEW),
        ((invoiced(12, 12, OLD), invoiced(20, 20, NEW)), NEW),
        ((invoiced(12, 12, OLD), updated(15, NEW), invoiced(20, 14, OLD)), NEW),
        ((invoiced(12, 12, OLD), updated(15, OLD), invoiced(20, 16, NEW)), NEW),
        ((invoiced(12, 28, OLD), updated(15, NEW)), NEW),
        ((invoiced(12, 12, OLD), updated(15, NEW), updated(14, OLD)), NEW),
        ((invoiced(12, 12, NEW), invoiced(20, 20, None)), NEW),
        ((invoiced(10, 10, OLD), invoiced(12, 12, NEW), invoiced(20, 11, OLD)), NEW),
        ((invoiced(10, 10, OLD), invoiced(14, 14, OLD), invoiced(20, 12, NEW)), OLD),
        ((invoiced(12, 12, OLD), invoiced(13, 12, NEW)), NEW),
    ],
)
def test_m10_an_invoice_replaces_what_came_from_earlier_invoices_and_older_updates(
    stated: tuple[StatedParty, ...], email: str
) -> None:
    assert email_of(*stated) == email


_days = st.integers(1, 9)
_emails = st.sampled_from([NEW, OLD, "third@debtor.example"])
_invoices = st.builds(invoiced, _days, _days, st.none() | _emails)
_statements = st.lists(_invoices | st.builds(updated, _days, _emails), max_size=6, unique_by=lambda each: each.id)


@given(_statements, st.randoms(use_true_random=False))
def test_what_is_left_out_changes_no_answer(statements: list[StatedParty], random: Any) -> None:
    statements = [invoiced(5, 5), *statements]
    random.shuffle(statements)
    assert party_of(_merged(tuple(statements)), CONTEXT) == party_of(statements, CONTEXT)


def test_m10_an_older_invoice_that_is_told_late_does_not_bring_an_older_address_back() -> None:
    story = Story().invoice("2026-01-23").says("debtor.updated", "2026-01-12", party={"email": NEW})
    story.invoice("2026-01-23", invoice="1002", known="2026-01-15", issued="2026-01-08")

    assert [letter.recipient.email for letter in story.play("2026-01-28").letters] == [NEW]


def test_many_invoices_with_the_same_party_are_kept_as_one() -> None:
    first = _at(1)
    daily = [
        StatedParty(at, at, str(n), at.date(), {"name": "Jane"}) for n in range(30) for at in [first + timedelta(n)]
    ]
    assert len(_merged(tuple(daily))) == 1
