"""Settings: copied to every partition of the journal, where accounts use their lane's copy (design.md §3)."""

from schemas.data import Settings
from schemas.events import CreditorRegistered, ReferenceRatePublished
from schemas.facts import Fact
from schemas.journal import SettingsCopied
from schemas.policy import Policy
from services.cash_application import doubts
from services.cash_application.matching import required_confidence
from services.cash_application.state import identity, subscriptions, waiting
from services.cash_application.state.lane import Lane
from services.cash_application.state.result import APPLIED, Verdict
from services.cash_application.state.rows import CREDITORS, Creditor, PartyKind, key


def registered(lane: Lane, fact: Fact, data: CreditorRegistered) -> Verdict:
    """A creditor, or all about it anew; the latest by time, then id, counts."""
    known = lane.creditor(data.creditor)
    word = (fact.time, f"{fact.source}#{fact.id}")
    accounts = [account.iban for account in data.accounts]
    policies: dict[PartyKind, str] = {"consumer": data.policies.consumer, "business": data.policies.business}
    waiting.arrived(lane, CREDITORS, data.creditor)
    if known is None or (known.time, known.id) < word:
        lane.keep_creditor(data.creditor, Creditor(*word, data.timezone, accounts, policies))
        subscriptions.changed(lane, subscriptions.of_demands(data.creditor))
    _copy(lane, fact, data)
    doubts.own(lane, data.creditor, accounts)
    return APPLIED


def policy_published(lane: Lane, fact: Fact, data: Policy) -> Verdict:
    """A version of a policy; a version never changes."""
    at = key("policy", data.policy, str(data.version))
    verdict = identity.claim(lane, at, fact, "data.version: this version of the policy")
    if verdict is APPLIED:
        required_confidence.published(lane, data)
        _copy(lane, fact, data)
    return verdict


def rate_published(lane: Lane, fact: Fact, data: ReferenceRatePublished) -> Verdict:
    """A country's reference rate from a day on."""
    at = key("rate", data.country, data.from_.isoformat())
    verdict = identity.claim(lane, at, fact, "data.from: the country's rate from this day")
    if verdict is APPLIED:
        _copy(lane, fact, data)
    return verdict


def _copy(lane: Lane, fact: Fact, data: Settings) -> None:
    copied = SettingsCopied(lane=lane.number, event=fact.type, time=fact.time, id=f"{fact.source}#{fact.id}", data=data)
    lane.tell_all(copied)
