"""Seeded random histories in the public event format (design.md section 4).

A history is lawful (policies that may be published, right check digits) and mostly keeps away from questions that
rules.md leaves open (README.md beside this file). A profile says how much of what it holds; the same profile and seed
give the same history for ever.
"""

from typing import Any

from tests.simulation.banking import Bank
from tests.simulation.billing import Billing
from tests.simulation.people import People
from tests.simulation.profiles import PROFILES
from tests.simulation.telling import Telling


def history(seed: int, profile: str = "simple") -> tuple[list[dict[str, Any]], str]:
    """The events and the last day of one seed and profile."""
    telling = Telling(seed, PROFILES[profile])
    bank, billing = Bank(telling), Billing(telling)
    billing.settings()
    people = People(telling, bank, billing.policies)
    for n in range(telling.rng.randint(*telling.p.debtors)):
        theirs = billing.debtor(n)
        if telling.chance(telling.p.plan):
            people.agree_on_a_plan(telling.rng.choice(theirs))
    for bill in telling.bills:
        people.speak_of(bill)
    for bill in telling.bills:
        bank.payments_for(bill)
    bank.mornings()
    return telling.events(), telling.until.isoformat()
