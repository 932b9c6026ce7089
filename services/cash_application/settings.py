"""Settings: copied to every partition of the journal, where accounts use their lane's copy (design.md §3)."""

from schemas.data import SettingsData
from schemas.events import CreditorRegistered, ReferenceRatePublished
from schemas.facts import Fact
from schemas.journal import SettingsCopied
from schemas.policy import Policy
from services.cash_application import ahead, doubts
from services.cash_application.matching import required_confidence
from services.cash_application.state import identity, subscriptions, waiting
from services.cash_application.state.lane import Lane
from services.cash_application.state.result import APPLIED, Result
from services.cash_application.state.rows import CREDITORS, Creditor, PartyKind


def registered(lane: Lane, fact: Fact, data: CreditorRegistered) -> Result:
    """Apply a creditor's registration, which replaces earlier ones; the latest known counts (rules.md K1)."""
    known = lane.creditor(data.creditor)
    accounts = [account.iban for account in data.accounts]
    policies: dict[PartyKind, str] = {"consumer": data.policies.consumer, "business": data.policies.business}
    waiting.release(lane, CREDITORS, data.creditor)
    row = Creditor(fact.time, f"{fact.source}#{fact.id}", data.timezone, accounts, policies, fact.known)
    if known is None or known.version < row.version:
        lane.keep_creditor(data.creditor, row)
        subscriptions.notify(lane, subscriptions.of_required_confidence(data.creditor))
    _copy(lane, fact, data)
    ahead.note(lane, fact, "creditor", data.creditor)
    doubts.register_owner(lane, data.creditor, accounts)
    return APPLIED


def policy_published(lane: Lane, fact: Fact, data: Policy) -> Result:
    """Apply a version of a policy; a version never changes."""
    natural_key = identity.of_policy(data.policy, data.version)
    result = identity.claim(lane, natural_key, fact, "data.version: this version of the policy")
    if result is APPLIED:
        required_confidence.record_policy(lane, data)
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
        id=f"{fact.source}#{fact.id}",
        known=fact.known,
        data=data,
    )
    lane.to_every_partition(copied)
