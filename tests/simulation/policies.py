"""Lawful random policies for the histories (rules.md, "A policy")."""

import copy
from datetime import date
from random import Random
from typing import Any

Step = dict[str, Any]


def _money(amount: float) -> str:
    return f"{amount:.2f}"


def _letter(name: str, tone: str, response: int, fee: float, interest: bool, **waits: int) -> Step:
    step = {"name": name, "tone": tone, "action": "letter", **waits, "response_days": response}
    return {**step, "fee": _money(fee), "interest": interest}


def _published(policy: str, kind: str, steps: list[Step], common: dict[str, Any]) -> dict[str, Any]:
    return {
        "policy": policy,
        "version": 1,
        "country": "FI",
        "kind": kind,
        "in_force": "2020-01-01",
        "steps": steps,
        "window": {"from": "09:00", "to": "16:00"},
        "calendar": "FI",
        **common,
    }


def _end(rng: Random, steps: list[Step], shares: dict[str, float], wait: int) -> list[Step]:
    """A call before the last letter, a hand-over at the end, approval here and there: each a small share."""
    if rng.random() < shares.get("call", 0):
        steps.insert(len(steps) - 1, {"name": "call", "action": "call", "after_previous_days": rng.randint(8, 16)})
    if rng.random() < shares.get("approval", 0):
        steps[-1]["approval"] = True
    if rng.random() < shares.get("hand_over", 0):
        end = {"name": "collection", "action": "hand-over", "after_previous_days": wait}
        if rng.random() < 0.4:
            end["approval"] = True
        steps.append(end)
    return steps


def consumer_policy(rng: Random, name: str, common: dict[str, Any], shares: dict[str, float]) -> dict[str, Any]:
    """Nudge, reminder, second reminder, demand."""
    first = rng.choice((3, 5, 5, 7, 7, 14, 15, 16))
    first_fee = rng.choice((0, 5)) if first >= 15 else 0

    def fee() -> float:
        return rng.choice((0, 3.5, 5, 5, 5))

    def wait() -> dict[str, int]:
        return {"after_previous_days": rng.choice((15, 15, 16, 17, 18))}

    def respond() -> int:
        return rng.choice((10, 10, 12, 14))

    second = wait()
    if rng.random() < 0.2 + shares.get("both_waits", 0):
        second["after_due_days"] = rng.choice((15, 20, 25, 30))
    steps = [
        _letter("nudge", "friendly", respond(), first_fee, rng.random() < 0.15, after_due_days=first),
        _letter("reminder", "friendly", respond(), fee(), True, **second),
        _letter("second-reminder", "firm", respond(), fee(), rng.random() < 0.9, **wait()),
        _letter("demand", "final", respond(), fee(), True, **wait()),
    ]
    return _published(name, "consumer", _end(rng, steps, shares, 15), common)


def business_policy(rng: Random, name: str, common: dict[str, Any], shares: dict[str, float]) -> dict[str, Any]:
    """Reminder, second reminder, demand, with the fixed compensation here and there."""

    def fee() -> float:
        return rng.choice((0, 5, 12, 12))

    def wait() -> dict[str, int]:
        return {"after_previous_days": rng.choice((11, 11, 12, 13, 14))}

    def respond() -> int:
        return rng.choice((7, 10, 10))

    steps = [
        _letter("reminder", "friendly", respond(), fee(), rng.random() < 0.8, after_due_days=rng.randint(1, 9)),
        _letter("second-reminder", "firm", respond(), fee(), True, **wait()),
        _letter("demand", "final", respond(), fee(), True, **wait()),
    ]
    for step in steps:
        if rng.random() < 0.35:
            step["fixed_compensation"] = "claim"
    common = {k: v for k, v in common.items() if k != "mercy_months" or rng.random() < 0.5}
    return _published(name, "business", _end(rng, steps, shares, 12), common)


def next_version(rng: Random, policy: dict[str, Any], day: date) -> dict[str, Any]:
    """Version 2: steps renamed, removed, added or in another order, or other waits (rules.md S1)."""
    new = copy.deepcopy(policy)
    new["version"], new["in_force"] = 2, day.isoformat()
    middle = new["steps"][1]
    change = rng.choice(("renamed", "removed", "slower", "all renamed", "added", "turned round"))
    if change == "renamed":
        middle["name"] = "friendly-reminder"
    elif change == "all renamed":
        for step in new["steps"]:
            step["name"] = f"new {step['name']}"
    elif change == "added":
        new["steps"].insert(1, {**middle, "name": "added"})
    elif change == "turned round":
        new["steps"][0]["name"], middle["name"] = middle["name"], new["steps"][0]["name"]
    elif change == "removed" and middle["action"] == "letter" and len(new["steps"]) > 2:
        del new["steps"][1]
    else:
        middle["after_previous_days"] = middle.get("after_previous_days", 15) + 5
    return new


def other_numbers(rng: Random, policy: dict[str, Any], name: str) -> dict[str, Any]:
    """Another policy with the same steps: other sums, another order of allocation, other waits."""
    new = copy.deepcopy(policy)
    new["policy"] = name
    orders = {"principal-first": "interest-first", "interest-first": "principal-first"}
    new["allocation"] = orders[policy["allocation"]]
    new["residual"] = {"waive_below": rng.choice(("0.00", "0.50", "5.00", "20.00"))}
    new["minimum"] = rng.choice(("0.01", "10.00", "25.00"))
    for step in new["steps"]:
        if step["action"] == "letter" and "after_previous_days" in step:
            step["after_previous_days"] += rng.choice((0, 0, 3))
    return new
