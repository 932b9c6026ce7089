"""Seeded random histories in the public event format (design.md section 4).

A history is lawful (policies that may be published, right check digits) and mostly keeps away from questions that
rules.md leaves open (README.md beside this file). A profile says how much of what it holds; the same profile and seed
give the same history for ever.
"""

from typing import Any

from tests.simulation.banking import Bank
from tests.simulation.billing import Billing
from tests.simulation.history_writer import HistoryWriter
from tests.simulation.people import People
from tests.simulation.profiles import PROFILES


def history(seed: int, profile: str = "simple") -> tuple[list[dict[str, Any]], str]:
    """The events and the last day of one seed and profile."""
    history_writer = HistoryWriter(seed, PROFILES[profile])
    bank, billing = Bank(history_writer), Billing(history_writer)
    billing.settings()
    people = People(history_writer, bank, billing.policies)
    for n in range(history_writer.rng.randint(*history_writer.p.debtors)):
        theirs = billing.debtor(n)
        if history_writer.chance(history_writer.p.plan):
            people.agree_on_a_plan(history_writer.rng.choice(theirs))
    for bill in history_writer.bills:
        people.speak_of(bill)
    for bill in history_writer.bills:
        bank.payments_for(bill)
    bank.mornings()
    return history_writer.events(), history_writer.until.isoformat()
