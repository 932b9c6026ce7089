"""The form of a policy (schemas/policy.py; rules.md "A policy")."""

import copy
from datetime import date, time
from typing import Any

import pytest

from schemas.parsing import InvalidEvent, parse_event, public_json
from schemas.policy import Policy, Step, parse_policy
from tests.unit.schemas.public_samples import POLICY, cloud_event

OPTIONAL = {"contacts", "mercy_months", "feed_max_age", "allocation", "apology"}


def policy(**changes: Any) -> dict[str, Any]:
    return copy.deepcopy(POLICY) | changes


def with_step(place: int, /, **changes: Any) -> dict[str, Any]:
    steps = copy.deepcopy(POLICY["steps"])
    steps[place] = {name: value for name, value in (steps[place] | changes).items() if value is not ...}
    return policy(steps=steps)


def refusal_of(raw: dict[str, Any]) -> tuple[str, str]:
    with pytest.raises(InvalidEvent) as caught:
        parse_event(cloud_event("policy.published.v1", **raw))
    return caught.value.reason, caught.value.detail


def test_a_policy_keeps_cents_dates_and_times() -> None:
    parsed = parse_policy(POLICY)
    assert parsed.steps[1].fee == 500
    assert parsed.minimum == 1000
    assert parsed.residual.waive_below == 500
    assert parsed.in_force == date(2026, 1, 1)
    assert (parsed.window.from_, parsed.window.to) == (time(9), time(16))
    assert parsed.steps[3].approval
    assert public_json(parsed) == POLICY


def test_what_may_be_left_out_has_its_default() -> None:
    bare = parse_policy({name: value for name, value in POLICY.items() if name not in OPTIONAL})
    assert bare.allocation == "principal-first"
    assert (bare.contacts, bare.mercy_months, bare.feed_max_age, bare.apology) == (None, None, None, False)
    assert bare.match_confidence is None


def test_a_policy_can_be_made_from_its_own_names_with_money_in_cents() -> None:
    own = parse_policy(POLICY)
    step = Step(
        name="reminder", action="letter", after_due_days=5, tone="firm", response_days=14, fee=500, interest=True
    )
    assert own.model_copy(update={"steps": (step,)}).steps[0].fee == 500
    assert Policy.model_validate(own.model_dump()) == own


@pytest.mark.parametrize("field", ["tone", "response_days", "fee", "interest"])
def test_a_letter_step_needs_tone_response_time_fee_and_interest(field: str) -> None:
    reason, detail = refusal_of(with_step(1, **{field: ...}))
    assert reason == "missing-field"
    assert detail == f'data.steps[1]: step "reminder" is a letter and needs {field}; add it'


def test_a_call_and_a_hand_over_need_only_name_action_and_wait() -> None:
    call, hand_over = parse_policy(POLICY).steps[2:]
    assert (call.tone, call.response_days, call.fee, call.interest) == (None, None, 0, False)
    assert hand_over.action == "hand-over"


def test_the_first_step_waits_from_the_due_date() -> None:
    reason, detail = refusal_of(with_step(0, after_due_days=...))
    assert reason == "missing-field"
    assert detail.endswith('step "nudge" is the first step and needs after_due_days; add it')


def test_the_first_step_cannot_wait_for_a_previous_one() -> None:
    _, detail = refusal_of(with_step(0, after_previous_days=5))
    assert 'step "nudge" can never be reached' in detail


def test_a_later_step_waits_from_the_previous_one_or_the_due_date() -> None:
    reason, detail = refusal_of(with_step(1, after_previous_days=...))
    assert reason == "missing-field"
    assert 'step "reminder" is a later step and needs after_previous_days or after_due_days' in detail
    assert parse_policy(with_step(1, after_previous_days=..., after_due_days=20))
    assert parse_policy(with_step(1, after_due_days=20))


def test_a_step_after_a_hand_over_can_never_be_reached() -> None:
    _, detail = refusal_of(with_step(2, action="hand-over"))
    assert 'step "collection" can never be reached: it comes after a hand-over' in detail


def test_step_names_are_unique() -> None:
    _, detail = refusal_of(with_step(1, name="nudge"))
    assert 'step "nudge" is there twice' in detail


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (with_step(1, fees="5.00"), "data.steps[1].fees: is not a known field"),
        (with_step(1, fee=5), "data.steps[1].fee: must be a decimal string"),
        (with_step(1, fee="-5.00"), "data.steps[1].fee: must be at least 0"),
        (with_step(1, fee="5.001"), "data.steps[1].fee: has more decimals than EUR has"),
        (with_step(1, after_previous_days="15"), "data.steps[1].after_previous_days: must be a whole number"),
        (with_step(1, after_previous_days=-1), "data.steps[1].after_previous_days: must be at least 0"),
        (with_step(1, interest="true"), "data.steps[1].interest: must be true or false"),
        (with_step(1, tone="angry"), "data.steps[1].tone: must be one of 'friendly', 'firm' or 'final'"),
        (with_step(1, action="visit"), "data.steps[1].action: must be one of"),
        (with_step(1, fixed_compensation=True), "data.steps[1].fixed_compensation: must be one of 'claim'"),
        (policy(steps=[]), "data.steps: needs at least 1 in the list"),
        (policy(channels=[]), "data.channels: needs at least 1 in the list"),
        (policy(channels=["email", "email"]), "names one of them twice"),
        (policy(channels=["fax"]), "data.channels[0]: must be one of 'email' or 'print'"),
        (policy(window={"from": "16:00", "to": "09:00"}), "data.window: opens after it closes"),
        (policy(window={"from": "9:00", "to": "16:00"}), "data.window.from: is not a time of day in whole minutes"),
        (policy(window={"from": "09:00", "to": "24:00"}), "data.window.to: is not a time of day"),
        (policy(window={"from": 9, "to": "16:00"}), "data.window.from: is not a time of day"),
        (policy(version=0), "data.version: must be at least 1"),
        (policy(version=True), "data.version: must be a whole number"),
        (policy(feed_max_age=0), "data.feed_max_age: must be at least 1"),
        (policy(match_confidence=49), "data.match_confidence: must be at least 50"),
        (policy(match_confidence=101), "data.match_confidence: must be at most 100"),
        (policy(match_confidence="90"), "data.match_confidence: must be a whole number"),
        (policy(contacts={"max": 3}), "data.contacts.days: is missing; add it"),
        (policy(mercy_months=0), "data.mercy_months: must be at least 1"),
        (policy(allocation="costs-first"), "data.allocation: must be one of"),
        (policy(in_force="1.1.2026"), "data.in_force: is not a date"),
    ],
)
def test_a_wrong_policy_is_refused_with_field_and_remedy(raw: dict[str, Any], words: str) -> None:
    _, detail = refusal_of(raw)
    assert words in detail
