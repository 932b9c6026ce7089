"""Settings: copied to every partition of the journal, where accounts use their lane's copy (design.md §3)."""

from datetime import datetime

from schemas.data import SettingsData
from schemas.events import CreditorRegistered, ReferenceRatePublished
from schemas.facts import Fact
from schemas.fields import Kind
from schemas.journal import SettingsCopied
from schemas.policy import Policy
from services.cash_application.invoices import taken_steps
from services.cash_application.matching import required_confidence
from services.cash_application.refusals import doubts
from services.cash_application.settings import account_confirmations, account_owners
from services.cash_application.state import ahead, identity, subscriptions, waiting
from services.cash_application.state.bank_accounts import RegisteredAccounts
from services.cash_application.state.lane import Lane
from services.cash_application.state.result import APPLIED, Refused, Result
from services.cash_application.state.rows import CREDITORS, Creditor


def registered(lane: Lane, fact: Fact, data: CreditorRegistered, frontier: datetime) -> Result:
    """Apply a creditor's registration at a frontier, unless one of its bank accounts is another creditor's.

    It replaces earlier ones: the latest counts, by when they were known, then time, then id (rules.md K1, M3).
    """
    accounts = list(dict.fromkeys(account.iban for account in data.accounts))
    known, event = min(fact.time, frontier), fact.event_id
    in_force = account_owners.claim(
        lane, data.creditor, RegisteredAccounts(known, fact.time, event, accounts, frontier)
    )
    if isinstance(in_force, Refused):
        return in_force
    if lane.is_lane_of(data.creditor):
        account_confirmations.note_registration(lane, fact, data.creditor, accounts)
    if in_force and lane.is_lane_of(data.creditor):
        policies: dict[Kind, str] = {"consumer": data.policies.consumer, "business": data.policies.business}
        waiting.release(lane, CREDITORS, data.creditor)
        row = Creditor(fact.time, event, data.timezone, accounts, policies, corrections=data.corrections)
        row.country = data.country
        lane.keep_creditor(data.creditor, row)
        taken_steps.note_news(lane, None)
        subscriptions.notify(lane, subscriptions.of_required_confidence(data.creditor))
        _copy(lane, fact, data)
        ahead.note(lane, fact, "creditor", data.creditor)
        doubts.register_owner(lane, data.creditor, accounts)
    if lane.is_lane_of(data.creditor):
        account_confirmations.judge(lane, data.creditor)
    return APPLIED


def policy_published(lane: Lane, fact: Fact, data: Policy) -> Result:
    """Apply a version of a policy; a version never changes."""
    natural_key = identity.of_policy(data.policy, data.version)
    result = identity.claim(lane, natural_key, fact, "data.version: this version of the policy")
    if result is APPLIED:
        required_confidence.record_policy(lane, data, fact.after)
        taken_steps.note_news(lane, fact.after)
        _copy(lane, fact, data)
    return result


def rate_published(lane: Lane, fact: Fact, data: ReferenceRatePublished) -> Result:
    """Apply a country's reference rate from a day on."""
    natural_key = identity.of_rate(data.country, data.from_)
    result = identity.claim(lane, natural_key, fact, "data.from: the country's rate from this day")
    if result is APPLIED:
        _copy(lane, fact, data)
        ahead.note(lane, fact, "rate", data.country)
    return result


def _copy(lane: Lane, fact: Fact, data: SettingsData) -> None:
    copied = SettingsCopied(
        lane=lane.number,
        event=fact.type,
        time=fact.time,
        id=fact.event_id,
        known=fact.known,
        data=data,
    )
    lane.to_every_partition(copied)
