"""Seeded random histories in the public event format (design.md section 4).

A history is lawful (policies that may be published, right check digits) and mostly keeps away from questions that
rules.md leaves open (README.md beside this file). A profile says how much of what it holds; the same profile and seed
give the same history for ever.
"""

from typing import Any

from tests.simulation.banking import Bank
from tests.simulation.billing import Billing
from tests.simulation.history_writer import Bill, HistoryWriter
from tests.simulation.names_of_debtors import invented
from tests.simulation.people import People
from tests.simulation.plans import Plans
from tests.simulation.profiles import PROFILES
from tests.simulation.unplaced import UnplacedMoney


def history(seed: int, profile: str = "simple") -> tuple[list[dict[str, Any]], str]:
    """The events and the last day of one seed and profile."""
    history_writer = HistoryWriter(seed, PROFILES[profile])
    bank, billing = Bank(history_writer), Billing(history_writer)
    billing.settings()
    people = People(history_writer, bank, billing.policies)
    plans = Plans(history_writer, bank)
    debtors = history_writer.rng.randint(*history_writer.p.debtors)
    if history_writer.sometimes(history_writer.p.namesakes):
        billing.namesake, debtors = invented(history_writer.rng, 1, consumer=True), 7
    for n in range(debtors):
        theirs = billing.debtor(n)
        if history_writer.chance(history_writer.p.plan):
            people.agree_on_a_plan(history_writer.rng.choice(theirs))
        plans.agree(theirs)
    for bill in history_writer.bills:
        people.speak_of(bill)
    unplaced = UnplacedMoney(history_writer, bank)
    shared = _share_references(history_writer, unplaced)
    for bill in history_writer.bills:
        if bill in shared:
            continue
        if history_writer.sometimes(history_writer.p.unplaced):
            unplaced.payment_for(bill)
        else:
            bank.payments_for(bill)
    if billing.namesake is not None:
        unplaced.namesakes_payment(history_writer.bills)
    bank.mornings()
    bank.mistaken_feed()
    return history_writer.events(), history_writer.until.isoformat()


def _share_references(history_writer: HistoryWriter, unplaced: UnplacedMoney) -> list[Bill]:
    """Two debtors' invoices with one reference, here and there; nothing else pays them."""
    shared: list[Bill] = []
    bills = [bill for bill in history_writer.bills if not bill.corrected]
    for bill in bills:
        others = [b for b in bills if b.debtor != bill.debtor and b not in shared]
        if bill not in shared and others and history_writer.sometimes(history_writer.p.shared_references):
            other = history_writer.rng.choice(others)
            other.data["reference"] = bill.reference
            shared += [bill, other]
            unplaced.shared_reference(bill, other)
    return shared
