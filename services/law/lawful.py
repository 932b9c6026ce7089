"""Is a policy lawful? Asked when it is published, so that no unlawful step ever waits for its day.

Rules.md "A policy" lists what is refused. Its form (unknown and missing fields, steps after a hand-over, a first step
without its wait) is the contract's, ``schemas.policy``; here is what the law of the policy's country says of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from schemas.money import decimal_text
from schemas.policy import Policy, Step
from services.law.figures import Law
from services.law.statute_book import UnknownLawError, book_of


@dataclass(frozen=True, slots=True)
class PolicyFault:
    """One reason to refuse a policy.

    Attributes:
        rule: the statute and section that is broken, or the rule of rules.md where there is no statute.
        step: the name of the step, or None where the fault is the whole policy's.
        message: for a person: which step, what is wrong, by which rule, and what to change.
    """

    rule: str
    step: str | None
    message: str


def faults(policy: Policy, law: Law) -> list[PolicyFault]:
    """Everything for which ``law`` refuses ``policy``, in the order of its steps; empty when it is lawful.

    Raises:
        ValueError: the law is another country's than the policy.
    """
    if policy.country != law.country:
        raise ValueError(f"a policy for {policy.country} cannot be judged by the law of {law.country}")
    return [
        *_calendar_faults(policy),
        *(fault for place, step in enumerate(policy.steps) for fault in _step_faults(policy, place, step, law)),
    ]


def _calendar_faults(policy: Policy) -> Iterator[PolicyFault]:
    try:
        book_of(policy.calendar)
    except UnknownLawError:
        yield PolicyFault(
            "rules.md C1",
            None,
            f"calendar {policy.calendar} has no banking days here; give the calendar of the policy's country,"
            f" {policy.country}",
        )


def _step_faults(policy: Policy, place: int, step: Step, law: Law) -> Iterator[PolicyFault]:
    if step.fee > 0:
        yield from _fee_faults(policy, step, law)
        yield from _fee_wait_faults(policy, place, step, law)
    yield from _answer_time_faults(policy, step, law)
    if step.fixed_compensation is not None and policy.kind == "consumer":
        yield _fault(
            law.source("fixed_compensation"),
            step,
            "claims the fixed compensation from a consumer, who never owes it; remove fixed_compensation",
        )
    if step.action == "hand-over" and not any(earlier.action == "letter" for earlier in policy.steps[:place]):
        yield _fault(
            "rules.md S7",
            step,
            "hands over a debtor to whom no letter was sent; put a step with action letter before it",
        )


def _fee_faults(policy: Policy, step: Step, law: Law) -> Iterator[PolicyFault]:
    most = law.reminder_fee_max(policy.kind)
    asked = decimal_text(step.fee, law.currency)
    allowed = decimal_text(most, law.currency)
    if step.fee > most:
        yield _fault(
            law.source(f"{policy.kind}.reminder_fee_max"),
            step,
            f"asks a fee of {asked} {law.currency_sign}, above the {allowed} {law.currency_sign} that"
            f" one reminder to a {policy.kind} may cost; set fee to {allowed} or less",
        )


def _fee_wait_faults(policy: Policy, place: int, step: Step, law: Law) -> Iterator[PolicyFault]:
    """A first letter waits from the due date, any later one from the letter before it (rules.md F2)."""
    if place == 0:
        field, given, least = "after_due_days", step.after_due_days, law.fee_wait_days(policy.kind)
        figure, since = "first_fee_wait", "the due date"
    else:
        field, given, least = "after_previous_days", step.after_previous_days, law.fee_gap_days(policy.kind)
        figure, since = "fee_gap", "the letter before it"
    if (given or 0) < least:
        given_text = f"{field} is {given}" if given is not None else f"it has no {field}"
        yield _fault(
            law.source(f"{policy.kind}.{figure}"),
            step,
            f"asks a fee sooner than {least} days after {since} ({given_text});"
            f" set {field} to {least} or more, or fee to 0.00",
        )


def _answer_time_faults(policy: Policy, step: Step, law: Law) -> Iterator[PolicyFault]:
    least = law.response_days_min(policy.kind)
    if step.action == "letter" and (step.response_days or 0) < least:
        yield _fault(
            law.source(f"{policy.kind}.response_min"),
            step,
            f"gives a {policy.kind} {step.response_days} days to answer, fewer than {least};"
            f" set response_days to {least} or more",
        )


def _fault(rule: str, step: Step, what: str) -> PolicyFault:
    return PolicyFault(rule, step.name, f'step "{step.name}" {what} ({rule})')
