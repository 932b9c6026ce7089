"""Rules.md S1: a receivable never goes back and takes no step twice, however policies follow one another."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from schemas.policy import Step
from services.overdue.steps.standing import StepTaken, standing

START = date(2026, 1, 5)
NAMES = "abcdefgh"
LETTER = {"tone": "friendly", "response_days": 10, "fee": 0, "interest": False}


def step_of(name: str, action: str) -> Step:
    """A step of any wait; what it asks does not matter here."""
    given_: dict[str, Any] = {"name": name, "action": action, "after_due_days": 1}
    return Step.model_validate(given_ | (LETTER if action == "letter" else {}))


def letters(names: str) -> list[Step]:
    """A policy of letters with these names."""
    return [step_of(name, "letter") for name in names]


def took(*steps: str, calls: str = "") -> list[StepTaken]:
    """These steps, one a day; those whose names are in ``calls`` without a letter."""
    return [
        StepTaken(step, START + timedelta(days=n), datetime(2026, 1, 5, tzinfo=UTC), by_letter=step not in calls)
        for n, step in enumerate(steps)
    ]


def stands(steps: Sequence[Step], *taken: str, calls: str = "") -> str | None:
    """The name of the step behind which one stands who took these, None before the first."""
    index = standing(took(*taken, calls=calls), steps)
    return steps[index].name if index >= 0 else None


def test_names_count_wherever_they_stand() -> None:
    assert stands(letters("xabc"), "a") == "a"
    assert stands(letters("bac"), "a", "b") == "a"


def test_letters_behind_the_furthest_name_count_one_step_each() -> None:
    assert stands(letters("axyzw"), "a", "b") == "x"
    assert stands(letters("axyzw"), "a", "b", "c") == "y"
    assert stands(letters("xayzw"), "b", "a", "c") == "y"


def test_letters_before_the_furthest_name_do_not_count() -> None:
    assert stands(letters("abcde"), "x", "y", "z", "a") == "a"


def test_a_name_that_is_there_does_not_count_once_more_as_a_letter() -> None:
    assert stands(letters("bcadef"), "a", "b", "c") == "a"


def test_counting_ends_before_the_last_letter_step() -> None:
    assert stands(letters("ab"), "x", "y", "z") == "a"
    assert stands(letters("a"), "x") is None
    assert stands([*letters("ab"), step_of("collection", "hand-over")], "x", "y", "z") == "a"


def test_a_name_counts_even_behind_the_last_letter_step() -> None:
    assert stands(letters("ab"), "b", "x") == "b"
    assert stands([*letters("ab"), step_of("phone", "call")], "b", "phone", calls="phone") == "phone"


def test_a_call_of_another_name_counts_as_no_letter() -> None:
    assert stands(letters("abcd"), "x", "phone", calls="phone") == "a"


@st.composite
def policies(draw: st.DrawFn) -> list[Step]:
    """Steps in any order of any of eight names: letters, calls among them, perhaps a hand-over at the end."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=6, unique=True))
    steps = [step_of(name, draw(st.sampled_from(("letter", "letter", "letter", "call")))) for name in names]
    return [*steps, step_of("z", "hand-over")] if draw(st.booleans()) and steps[0].action == "letter" else steps


@given(st.lists(st.tuples(policies(), st.integers(0, 4)), min_size=1, max_size=8))
def test_over_any_sequence_of_policies_no_step_is_taken_twice_and_none_leads_back(
    eras: list[tuple[list[Step], int]],
) -> None:
    taken: list[StepTaken] = []
    for steps, most in eras:
        for _ in range(most):
            before = standing(taken, steps)
            if before + 1 >= len(steps) or steps[before + 1].action == "hand-over":
                break
            following = steps[before + 1]
            names = [each.name for each in steps]
            assert following.name not in [each.step for each in taken], "no step is taken twice"
            assert all(names.index(each.step) <= before for each in taken if each.step in names), "none leads back"
            known = datetime(2026, 1, 5, tzinfo=UTC) + timedelta(days=len(taken))
            taken.append(StepTaken(following.name, known.date(), known, by_letter=following.action == "letter"))
            assert standing(taken, steps) > before, "each step leads on"


@given(policies(), st.lists(st.sampled_from("uvwxy"), max_size=8))
def test_no_number_of_foreign_letters_leads_past_the_last_letter(steps: list[Step], foreign: list[str]) -> None:
    last = max((n for n, each in enumerate(steps) if each.action == "letter"), default=0)

    assert standing(took(*foreign), steps) < max(last, 1)


@given(policies(), st.lists(st.sampled_from(NAMES), max_size=8), st.sampled_from(NAMES + "xy"))
def test_one_more_letter_never_leads_behind_a_name_that_was_passed(
    steps: list[Step], taken: list[str], more: str
) -> None:
    names = [each.name for each in steps]
    passed = max((names.index(each) for each in [*taken, more] if each in names), default=-1)

    assert standing(took(*taken, more), steps) >= passed
