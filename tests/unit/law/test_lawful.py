from typing import Any

import pytest

from schemas.policy import parse_policy
from services.law.figures import law_of
from services.law.lawful import PolicyFault, faults
from services.law.policies import SHIPPED, shipped_policies
from tests.scenarios import Scenario

LETTER = {"tone": "friendly", "action": "letter", "response_days": 14, "fee": "0.00", "interest": True}


def letter(name: str, **differs: Any) -> dict[str, Any]:
    return {"name": name, **LETTER, **differs}


def found(kind: str, *steps: dict[str, Any], **differs: Any) -> list[PolicyFault]:
    """The faults of an otherwise lawful policy with these steps."""
    raw: dict[str, Any] = {
        "policy": "house",
        "version": 1,
        "country": "FI",
        "kind": kind,
        "in_force": "2026-01-01",
        "steps": list(steps),
        "channels": ["email"],
        "window": {"from": "09:00", "to": "16:00"},
        "calendar": "FI",
        "minimum": "10.00",
        "residual": {"waive_below": "5.00"},
    }
    return faults(parse_policy(raw | differs), law_of("FI"))


def test_a_policy_within_the_law_has_no_faults() -> None:
    assert found("consumer", letter("nudge", after_due_days=3), letter("fee", after_previous_days=15, fee="5.00")) == []


@pytest.mark.parametrize(
    ("kind", "fee", "lawful"),
    [
        ("consumer", "5.00", True),
        ("consumer", "5.01", False),
        ("business", "12.00", True),
        ("business", "12.01", False),
    ],
)
def test_f1_a_fee_above_the_maximum_is_refused(kind: str, fee: str, lawful: bool) -> None:
    given = found(kind, letter("nudge", after_due_days=20), letter("reminder", after_previous_days=20, fee=fee))

    assert [fault.step for fault in given] == ([] if lawful else ["reminder"])


def test_f1_the_refusal_names_step_statute_and_remedy() -> None:
    (fault,) = found("consumer", letter("reminder", after_due_days=15, fee="5.50"))

    assert fault.rule.startswith("LSP 513/1999 10 a § 1 mom 1")
    assert fault.message == (
        'step "reminder" asks a fee of 5.50 €, above the 5.00 € that one reminder to a consumer may cost;'
        f" set fee to 5.00 or less ({fault.rule})"
    )


@pytest.mark.parametrize(("day", "lawful"), [(13, False), (14, False), (15, True), (16, True)])
def test_f2_a_consumers_fee_on_the_first_step_waits_15_days_after_the_due_date(day: int, lawful: bool) -> None:
    given = found("consumer", letter("reminder", after_due_days=day, fee="5.00"))

    assert (given == []) is lawful
    assert all("10 b §" in fault.rule and "set after_due_days to 15 or more" in fault.message for fault in given)


@pytest.mark.parametrize(("gap", "lawful"), [(13, False), (14, False), (15, True), (16, True)])
def test_f2_a_consumers_fee_on_a_later_step_waits_15_days_after_the_letter_before(gap: int, lawful: bool) -> None:
    given = found(
        "consumer", letter("nudge", after_due_days=5), letter("reminder", after_previous_days=gap, fee="5.00")
    )

    assert (given == []) is lawful
    assert all("10 b §" in fault.rule and fault.step == "reminder" for fault in given)


@pytest.mark.parametrize(("gap", "lawful"), [(9, False), (10, False), (11, True), (12, True)])
def test_f2_a_businesss_fee_on_a_later_step_waits_11_days_after_the_letter_before(gap: int, lawful: bool) -> None:
    given = found("business", letter("first", after_due_days=1), letter("second", after_previous_days=gap, fee="12.00"))

    assert (given == []) is lawful
    assert all("10 f §" in fault.rule and fault.step == "second" for fault in given)


def test_f2_a_fee_on_a_later_step_that_waits_only_from_the_due_date_is_refused() -> None:
    (fault,) = found("consumer", letter("nudge", after_due_days=5), letter("fee", after_due_days=40, fee="5.00"))

    assert "it has no after_previous_days" in fault.message


def test_f2_a_businesss_first_step_may_ask_its_fee_on_any_day() -> None:
    assert found("business", letter("first", after_due_days=0, fee="12.00")) == []


def test_f2_a_free_step_may_come_on_any_day() -> None:
    assert found("consumer", letter("nudge", after_due_days=1), letter("again", after_previous_days=3)) == []


@pytest.mark.parametrize(("days", "lawful"), [(9, False), (10, True)])
def test_s5_a_consumer_has_at_least_10_days_to_answer(days: int, lawful: bool) -> None:
    given = found("consumer", letter("nudge", after_due_days=5, response_days=days))

    assert (given == []) is lawful
    assert all(fault.step == "nudge" and "set response_days to 10 or more" in fault.message for fault in given)


def test_s5_a_business_may_be_given_less() -> None:
    assert found("business", letter("first", after_due_days=5, response_days=3)) == []


def test_f4_a_consumer_never_owes_the_fixed_compensation() -> None:
    step = letter("demand", after_due_days=30, fixed_compensation="claim")

    (fault,) = found("consumer", step)

    assert "10 i §" in fault.rule
    assert fault.step == "demand"
    assert found("business", step) == []


def test_s7_a_hand_over_without_a_letter_before_it_is_refused() -> None:
    call = {"name": "call", "action": "call", "after_due_days": 5}
    collection = {"name": "collection", "action": "hand-over", "after_previous_days": 15}

    (fault,) = found("consumer", call, collection)

    assert (fault.rule, fault.step) == ("rules.md S7", "collection")
    assert found("consumer", letter("nudge", after_due_days=5), call | {"after_previous_days": 5}, collection) == []


def test_every_fault_of_every_step_is_reported_at_once() -> None:
    given = found(
        "consumer",
        letter("first", after_due_days=5, fee="9.00", response_days=7),
        letter("second", after_previous_days=7, fee="5.00", fixed_compensation="claim"),
    )

    assert [fault.step for fault in given] == ["first", "first", "first", "second", "second"]


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ([letter("a", after_previous_days=15)], "first"),
        ([letter("a", after_due_days=5), letter("b")], "after_previous_days"),
        (
            [
                letter("a", after_due_days=5),
                {"name": "b", "action": "hand-over", "after_previous_days": 15},
                letter("c", after_previous_days=15),
            ],
            "hand-over",
        ),
    ],
)
def test_a_step_that_can_never_be_reached_does_not_even_become_a_policy(
    steps: list[dict[str, Any]], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        found("consumer", *steps)


def test_c1_a_calendar_without_figures_is_refused() -> None:
    (fault,) = found("consumer", letter("nudge", after_due_days=5), calendar="SE")

    assert (fault.rule, fault.step) == ("rules.md C1", None)
    assert "give the calendar of the policy's country, FI" in fault.message


def test_a_policy_is_not_judged_by_another_countrys_law() -> None:
    with pytest.raises(ValueError, match="a policy for SE cannot be judged by the law of FI"):
        found("consumer", letter("nudge", after_due_days=5), country="SE")


def test_every_policy_of_a_history_is_lawful(scenario: Scenario) -> None:
    published = [event["data"] for event in scenario.events if event["type"].startswith("policy.published")]

    refused = [fault.message for raw in published for fault in faults(parse_policy(raw), law_of("FI"))]

    assert len(published) >= 2
    assert refused == []


def test_the_shipped_policies_are_lawful_and_gentle() -> None:
    consumer, business = shipped_policies()

    assert (consumer.policy, business.policy) == SHIPPED
    assert [faults(policy, law_of("FI")) for policy in shipped_policies()] == [[], []]
    for policy in (consumer, business):
        assert policy.steps[0].fee == 0
        assert policy.steps[-1].action == "hand-over"
        assert policy.steps[-1].approval


def test_the_shipped_consumer_policy_is_the_rules_example() -> None:
    consumer = shipped_policies()[0]

    assert [(step.name, step.after_due_days or step.after_previous_days, step.fee) for step in consumer.steps] == [
        ("nudge", 5, 0),
        ("reminder", 15, 500),
        ("second-reminder", 15, 500),
        ("demand", 15, 0),
        ("collection", 15, 0),
    ]
    assert consumer.mercy_months == 12


def test_the_shipped_business_policy_claims_the_40_euros_only_in_its_last_letter() -> None:
    business = shipped_policies()[1]

    letters = [step for step in business.steps if step.action == "letter"]

    assert [step.fixed_compensation for step in letters] == [None, None, "claim"]
