"""The confidence that a creditor's policies require before money is placed by a score (docs/matching.md).

The policy of the debtor's kind counts, in the latest known version that was in force on the day the payment was booked.
Money that a score has placed keeps what it demanded then (rules.md K3).
"""

from datetime import date, datetime
from typing import Final

from schemas.fields import Kind
from schemas.policy import SURE, Policy
from services.cash_application.state import subscriptions
from services.cash_application.state.lane import Lane
from services.cash_application.state.rows import CREDITORS, POLICIES, PolicyVersion, PolicyVersions

KINDS: Final[tuple[Kind, ...]] = ("consumer", "business")
"""The kinds of debtors: a creditor has a policy for each."""


def record_policy(lane: Lane, policy: Policy, after: datetime | None) -> None:
    """Keep a version of a policy, published after a tick: its steps, and the confidence that it requires."""
    row = POLICIES.get(lane.unit, policy.policy) or PolicyVersions()
    row.versions.append(PolicyVersion.of(policy, after))
    POLICIES.put(lane.unit, policy.policy, row)
    for creditor, registration in CREDITORS.scan(lane.unit):
        if policy.policy in registration.policies.values():
            subscriptions.notify(lane, subscriptions.of_required_confidence(creditor))


def by_kind(lane: Lane, creditor: str, booked: date) -> dict[Kind, int]:
    """The confidence in percent that money of each kind of debtor needs now, booked on this day."""
    return {kind: _required_of_kind(lane, creditor, kind, booked) for kind in KINDS}


def _required_of_kind(lane: Lane, creditor: str, kind: Kind, booked: date) -> int:
    policy = _policy_of(lane, creditor, kind)
    row = None if policy is None else POLICIES.get(lane.unit, policy)
    in_force = [version for version in row.versions if version.in_force <= booked] if row else []
    latest = max(in_force, key=lambda version: version.version, default=None)
    return SURE if latest is None else latest.confidence


def _policy_of(lane: Lane, creditor: str, kind: Kind) -> str | None:
    row = lane.creditor(creditor)
    return None if row is None else row.policies.get(kind)
