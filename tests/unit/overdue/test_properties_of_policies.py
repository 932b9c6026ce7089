"""Whatever becomes of policies and of the kind of debtor: no step twice, nobody silent for ever (rules.md S1)."""

from datetime import datetime

import pytest
from hypothesis import given, settings

from services.overdue.books.ledger import books
from services.overdue.steps.cases import cases_of
from services.overdue.steps.facts import facts_of
from tests.unit.overdue.harness import AccountHarness
from tests.unit.overdue.lives import UNTIL, changing_lives, explore
from tests.unit.overdue.story import DEBTOR, ZONE, Story, day_of

pytestmark = pytest.mark.slow

some = settings(explore, max_examples=25)
"""A life is played twice or more often."""


@given(changing_lives())
@some
def test_s1_no_step_of_one_name_is_taken_twice_over_any_changes_of_policy(story: Story) -> None:
    harness = story.play(UNTIL, lazy=True)
    moves = [(line.invoice, line.step) for letter in harness.letters for line in letter.lines if line.step]
    planned = [letter.notice for letter in harness.planned]

    assert len(moves) == len(set(moves))
    assert len(planned) == len(set(planned))


@given(changing_lives())
@some
def test_looking_only_when_the_answer_may_change_misses_nothing_over_changes_of_policy(story: Story) -> None:
    always, lazily = story.play(UNTIL), story.play(UNTIL, lazy=True)

    assert lazily.letters == always.letters
    assert lazily.tasks == always.tasks
    assert lazily.handed_over == always.handed_over


@given(changing_lives())
@some
def test_no_account_with_a_step_ahead_is_silent_without_a_reason(story: Story) -> None:
    harness = story.play(UNTIL, lazy=True)

    assert not _due(harness) or _explained(harness)
    assert not _ahead(harness) or _explained(harness) or _awaited(harness)


def _due(harness: AccountHarness) -> bool:
    """Whether the earliest date of a receivable's next step has come."""
    return any(case.reached and case.step is not None and case.entry.principal > 0 for case in _cases(harness))


def _ahead(harness: AccountHarness) -> bool:
    """Whether the policy has a step left for an open receivable that is not handed over."""
    return any(
        case.step is not None and case.entry.principal > 0 and case.entry.receivable.handed_over is None
        for case in _cases(harness)
    )


def _cases(harness: AccountHarness):  # type: ignore[no-untyped-def]
    account, context = harness.accounts[DEBTOR], harness.context
    policy = context.policy_on(account.kind, day_of(UNTIL))
    if policy is None:
        return []
    now = datetime.combine(day_of(UNTIL), datetime.min.time().replace(hour=12), ZONE)
    return cases_of(facts_of(account, books(account, day_of(UNTIL), context), policy, context, now))


def _explained(harness: AccountHarness) -> bool:
    """Whether `explain` has something to say: reasons, a notice on its way, a task that is open."""
    account = harness.accounts[DEBTOR]
    return bool(account.withheld or account.open_letter() or account.open_tasks)


def _awaited(harness: AccountHarness) -> bool:
    """Whether the account is checked again by itself, on a day or with the next bank feed."""
    return harness.wakes.get(DEBTOR) is not None or DEBTOR in harness.feeds
