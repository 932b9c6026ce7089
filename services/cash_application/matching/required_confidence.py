"""The confidence that a creditor's policies require before money is placed by a score (docs/matching.md).

The policy of the debtor's kind counts, in the latest version that was in force on the day the payment was booked: the
answer does not depend on when the payment is scored.
"""

from collections.abc import Iterable
from datetime import date

from schemas.policy import SURE, Policy
from services.cash_application.state import subscriptions
from services.cash_application.state.lane import Lane
from services.cash_application.state.rows import CREDITORS, POLICIES, PartyKind, PolicyVersion, PolicyVersions


def record_policy(lane: Lane, policy: Policy) -> None:
    """Keep the confidence that a version of a policy requires."""
    row = POLICIES.get(lane.unit, policy.policy) or PolicyVersions()
    confidence = SURE if policy.match_confidence is None else policy.match_confidence
    row.versions.append(PolicyVersion(policy.version, policy.in_force, confidence))
    POLICIES.put(lane.unit, policy.policy, row)
    for creditor, registration in CREDITORS.scan(lane.unit):
        if policy.policy in registration.policies.values():
            subscriptions.notify(lane, subscriptions.of_required_confidence(creditor))


def required(lane: Lane, creditor: str, kinds: Iterable[PartyKind], booked: date) -> int:
    """The confidence in percent that money of debtors of these kinds needs: the highest that their policies require."""
    return max((_required_of_kind(lane, creditor, kind, booked) for kind in kinds), default=SURE)


def _required_of_kind(lane: Lane, creditor: str, kind: PartyKind, booked: date) -> int:
    policy = _policy_of(lane, creditor, kind)
    row = None if policy is None else POLICIES.get(lane.unit, policy)
    in_force = [version for version in row.versions if version.in_force <= booked] if row else []
    latest = max(in_force, key=lambda version: version.version, default=None)
    return SURE if latest is None else latest.confidence


def _policy_of(lane: Lane, creditor: str, kind: PartyKind) -> str | None:
    row = lane.creditor(creditor)
    return None if row is None else row.policies.get(kind)
