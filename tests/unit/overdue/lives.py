"""Random lives of one debtor, for property tests: a policy, invoices, money, and what people say, over 100 days."""

from datetime import date, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from tests.unit.overdue.story import BANK, CALL, DEMAND, NUDGE, REMINDER, SECOND_BANK, Story, consumer_policy, step

explore = settings(settings.get_profile("lives"))
"""The profile of these tests (conftest.py); ``settings(explore, max_examples=…)`` changes how many."""

START, UNTIL = date(2026, 1, 5), "2026-04-15"
AMOUNTS = ("4.00", "9.99", "30.00", "100.00", "100.01", "650.50", "1999.99")
PARTS = ("0.30", "5.00", "29.00", "60.00", "97.00", "99.50", "100.00", "130.00", "2000.00")


def day(first: int, last: int) -> st.SearchStrategy[str]:
    """A day, as ISO text, so many days after the story's start."""
    return st.integers(first, last).map(lambda days: (START + timedelta(days=days)).isoformat())


@st.composite
def policies(draw: st.DrawFn, kind: str = "consumer") -> dict[str, Any]:
    """A lawful policy of two to four letters."""
    claim = {"fixed_compensation": "claim"} if kind == "business" and draw(st.booleans()) else {}
    fee = "5.00" if kind == "consumer" else "12.00"
    second = {**REMINDER, **claim, "fee": fee}
    steps = [draw(st.sampled_from((NUDGE, step("nudge", after_due_days=15, fee=fee, interest=True)))), second]
    if draw(st.booleans()):
        steps.append({**DEMAND, "fee": draw(st.sampled_from(("0.00", fee)))})
    if draw(st.integers(0, 9)) == 0:
        steps.append(CALL)
    return consumer_policy(
        *steps,
        kind=kind,
        allocation=draw(st.sampled_from(("principal-first", "interest-first"))),
        minimum=draw(st.sampled_from(("0.00", "10.00", "25.00"))),
        residual={"waive_below": draw(st.sampled_from(("0.00", "0.50", "5.00", "20.00")))},
        feed_max_age=draw(st.sampled_from((1, 1, 2, None))),
        contacts=draw(st.sampled_from((None, {"max": 2, "days": 30}, {"max": 1, "days": 20}))),
        mercy_months=draw(st.sampled_from((None, 1))) if kind == "consumer" else None,
        apology=draw(st.booleans()),
    )


@st.composite
def lives(draw: st.DrawFn, stops: bool = True, returns: bool = True) -> Story:
    """One to three invoices and their money; without ``stops`` nothing holds letters, without ``returns`` no refund."""
    kind = draw(st.sampled_from(("consumer", "consumer", "business")))
    banks = draw(st.sampled_from(((BANK,), (BANK,), (BANK, SECOND_BANK))))
    story = Story(draw(policies(kind)), party={"kind": kind}, banks=banks)
    invoices = [str(1001 + number) for number in range(draw(st.integers(1, 3)))]
    for invoice in invoices:
        _invoice(draw, story, invoice)
    for number in range(draw(st.integers(0, 4))):
        _payment(draw, story, invoices, f"P{number}", returns)
    if draw(st.integers(0, 3)) == 0:
        story.credited(draw(st.sampled_from(PARTS)), draw(day(16, 90)), draw(st.sampled_from(invoices)))
    for _ in range(draw(st.integers(0, 3)) if stops else 0):
        _event(draw, story, draw(st.sampled_from(invoices)))
    for bank in banks:
        if draw(st.booleans()):
            silent = draw(st.integers(10, 90))
            first = START + timedelta(days=silent)
            story.without_feed(first.isoformat(), (first + timedelta(days=draw(st.integers(0, 5)))).isoformat(), bank)
    return story


def _invoice(draw: st.DrawFn, story: Story, invoice: str) -> None:
    more: dict[str, Any] = {"late_interest": draw(st.sampled_from((None, None, "6.0", "12.0")))}
    if draw(st.booleans()):
        more |= {"due_agreed": False, "interest_stated": draw(st.booleans())}
    due, known = START + timedelta(days=draw(st.integers(15, 50))), START + timedelta(days=draw(st.integers(0, 1)))
    issued = due - timedelta(days=draw(st.sampled_from((7, 14, 14, 40))))
    amount = draw(st.sampled_from(AMOUNTS))
    if draw(st.integers(0, 2)) == 0:
        through = (due - timedelta(days=draw(st.integers(0, 6)))).isoformat()
        more["discounts"] = [{"through": through, "amount": draw(st.sampled_from(("0.50", "3.00")))}]
    story.invoice(due.isoformat(), amount, invoice, known.isoformat(), issued=issued.isoformat(), **more)


def _payment(draw: st.DrawFn, story: Story, invoices: list[str], payment: str, returns: bool) -> None:
    paid = START + timedelta(days=draw(st.integers(2, 85)))
    booked = paid + timedelta(days=draw(st.integers(0, 3)))
    known = booked + timedelta(days=draw(st.integers(1, 6)))
    by_debtor = draw(st.integers(0, 3)) == 0
    whose: dict[str, Any] = (
        {"invoice": None, "debtor": "C-1"} if by_debtor else {"invoice": draw(st.sampled_from(invoices))}
    )
    amount = draw(st.sampled_from(PARTS))
    story.paid(amount, paid.isoformat(), payment=payment, booked=booked.isoformat(), known=known, **whose)
    if returns and draw(st.integers(0, 4)) == 0:
        back = (known + timedelta(days=draw(st.integers(1, 20)))).isoformat()
        kind = draw(st.sampled_from(("reversed", "reversed", "refunded")))
        story.money_back(kind, back, payment, draw(st.sampled_from((None, "0.10"))))


EVENTS: dict[str, str | None] = {
    "dispute.raised": "dispute.settled",
    "hold.placed": "hold.lifted",
    "suspension.requested": "suspension.ended",
    "promise.made": None,
    "extension.granted": None,
    "plan.agreed": "plan.ended",
    "fee.waived": None,
    "receivable.written-off": None,
    "invoice.rescheduled": None,
    "invoice.cancelled": None,
}


def _event(draw: st.DrawFn, story: Story, invoice: str) -> None:
    kind = draw(st.sampled_from(sorted(EVENTS)))
    said = draw(st.integers(10, 80))
    story.says(kind, (START + timedelta(days=said)).isoformat(), **_said(draw, kind, invoice, said))
    end = EVENTS[kind]
    if end is not None and draw(st.booleans()):
        ended = (START + timedelta(days=said + draw(st.integers(1, 15)))).isoformat()
        story.says(end, ended, **_ending(draw, end, invoice))


def _said(draw: st.DrawFn, kind: str, invoice: str, said: int) -> dict[str, Any]:
    later = draw(day(said, said + 25))
    data: dict[str, dict[str, Any]] = {
        "dispute.raised": {"ground": "broken", "amount": draw(st.sampled_from((None, "20.00")))},
        "hold.placed": {"reason": "agreed", "until": draw(st.sampled_from((None, later)))},
        "suspension.requested": {},
        "promise.made": {"until": later},
        "extension.granted": {"until": later},
        "plan.agreed": {"instalments": [{"due": later, "amount": "20.00"}], "invoices": [invoice]},
        "fee.waived": {"amount": draw(st.sampled_from((None, "2.00"))), "reason": "kindness"},
        "receivable.written-off": {"amount": draw(st.sampled_from((None, "10.00"))), "reason": "lost"},
        "invoice.rescheduled": {"due": later},
        "invoice.cancelled": {"reason": "wrong"},
    }
    return data[kind] if kind == "plan.agreed" else {"invoice": invoice, **data[kind]}


def _ending(draw: st.DrawFn, kind: str, invoice: str) -> dict[str, Any]:
    if kind == "plan.ended":
        return {"reason": "agreed"}
    if kind == "dispute.settled":
        return {"invoice": invoice, "outcome": draw(st.sampled_from(("unfounded", "withdrawn", "upheld")))}
    return {"invoice": invoice}


# -- policies that change ------------------------------------------------------------------------------------------

NAMES = ("nudge", "reminder", "demand", "second", "note", "call", "first", "collection")


@st.composite
def changing_lives(draw: st.DrawFn) -> Story:
    """A life in which versions, policies, names, orders and the kind of debtor change, with calls and hand-overs."""
    story = draw(lives(returns=False))
    for version in range(2, 3 + draw(st.integers(0, 2))):
        _policy_change(draw, story, version)
    if draw(st.integers(0, 3)) == 0:
        story.says("debtor.updated", draw(day(10, 80)), party={"kind": draw(st.sampled_from(("consumer", "business")))})
    for _ in range(draw(st.integers(0, 4))):
        said, name = draw(day(20, 95)), draw(st.sampled_from(("call", "collection", "note", "demand")))
        if draw(st.booleans()):
            story.says("task.done", said, invoice="1001", task=name, outcome="called")
        else:
            story.says("step.approved", said, invoice="1001", step=name)
    return story


def _policy_change(draw: st.DrawFn, story: Story, version: int) -> None:
    """Another version of the policy, or another policy that the creditor chooses, from a day on."""
    known, in_force = draw(day(5, 60)), draw(day(10, 85))
    steps = [
        _any_step(draw, name, first=number == 0)
        for number, name in enumerate(draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=5, unique=True)))
    ]
    if draw(st.booleans()):
        steps.append(
            {"name": "collector", "action": "hand-over", "after_previous_days": 15, "approval": draw(st.booleans())}
        )
    minimum = draw(st.sampled_from(("0.00", "25.00")))
    if draw(st.booleans()):
        kind = story.policy["kind"]
        story.publish(consumer_policy(*steps, kind=kind, version=version, in_force=in_force, minimum=minimum), known)
        return
    other = f"other-{version}"
    story.publish(consumer_policy(*steps, policy=other, minimum=minimum), known)
    story.chooses(other, max(known, in_force))


def _any_step(draw: st.DrawFn, name: str, first: bool) -> dict[str, Any]:
    wait = {"after_due_days": draw(st.sampled_from((1, 5, 30)))} if first else {"after_previous_days": 15}
    if not first and draw(st.integers(0, 4)) == 0:
        return {"name": name, "action": "call", **wait}
    fee = "0.00" if first else "5.00"
    return step(name, **wait, fee=fee, interest=draw(st.booleans()), approval=draw(st.integers(0, 6)) == 0)
