"""The settings by which accounts are decided: the creditor, its policies, law and rates, and how far its feeds reach.

An account uses the settings copied to its own lane (design.md §3, Settings). The day is always given by the caller.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from schemas.events import CreditorRegistered
from schemas.policy import Policy, Step
from services.law.calendar import banking_days_after, banking_days_before, next_banking_day
from services.law.countries import DEFAULT_COUNTRY
from services.law.figures import Law, law_of
from services.law.rates import ReferenceRates

_NINE = time(9)


@dataclass(frozen=True)
class CreditorContext:
    """The settings in one lane's copy that concern one creditor.

    ``policies`` holds the versions of each policy that the creditor names; ``fed`` the day through which each bank
    account's payments are known; ``unread`` the keys of events that could not be read and that may concern any account
    of the creditor; ``unconfirmed`` the bank accounts that no other source has confirmed, and
    ``account_changed`` whether one of them stands for another that is gone; ``holders`` the confirmed holder's name by
    bank account (rules.md G11). Versions are remembered by kind, those in force by day, which changes no answer.
    """

    creditor: CreditorRegistered | None
    policies: dict[str, list[Policy]]
    rates: ReferenceRates
    fed: dict[str, date] = field(default_factory=dict)
    unread: tuple[str, ...] = ()
    unconfirmed: frozenset[str] = frozenset()
    account_changed: bool = False
    holders: dict[str, str] = field(default_factory=dict)
    _versions: dict[str, list[Policy]] = field(default_factory=dict, repr=False, compare=False)
    _in_force: dict[tuple[str, date], Policy | None] = field(default_factory=dict, repr=False, compare=False)

    @property
    def country(self) -> str:
        """The creditor's country, whose law and calendar count."""
        return self.creditor.country if self.creditor is not None else DEFAULT_COUNTRY

    @cached_property
    def law(self) -> Law:
        """The law of the creditor's country."""
        return law_of(self.country)

    @cached_property
    def zone(self) -> ZoneInfo:
        """The creditor's time zone, in which all its dates are."""
        return ZoneInfo(self.creditor.timezone if self.creditor is not None else self.law.timezone)

    def versions(self, kind: str) -> list[Policy]:
        """Every known version of the policy that the creditor named for a kind of debtor, the highest first.

        A version for the other kind, or for another country, was held against another law: it is none (rules.md, A
        policy).
        """
        if kind not in self._versions:
            self._versions[kind] = self._lawful_versions(kind)
        return self._versions[kind]

    def _lawful_versions(self, kind: str) -> list[Policy]:
        if self.creditor is None:
            return []
        named = self.creditor.policies.consumer if kind == "consumer" else self.creditor.policies.business
        lawful = [it for it in self.policies.get(named, []) if (it.kind, it.country) == (kind, self.country)]
        return sorted(lawful, key=lambda it: it.version, reverse=True)

    def policy_on(self, kind: str, day: date) -> Policy | None:
        """The latest version in force on a day (design.md §4)."""
        asked = kind, day
        if asked not in self._in_force:
            in_force = [policy for policy in self.versions(kind) if policy.in_force <= day]
            self._in_force[asked] = max(in_force, key=lambda policy: policy.version, default=None)
        return self._in_force[asked]

    def next_policy_change(self, kind: str, day: date) -> date | None:
        """The next day after ``day`` on which another version comes into force, or None."""
        return min((policy.in_force for policy in self.versions(kind) if policy.in_force > day), default=None)

    def waive_below_on(self, kind: str, day: date) -> int:
        """Below which rest a receivable is waived after a payment, in minor units; 0 is never (rules.md M6)."""
        policy = self.policy_on(kind, day)
        return 0 if policy is None else policy.residual.waive_below

    def claims_interest(self, kind: str, name: str) -> bool:
        """Whether a step of this name claims interest in the latest version that has it (rules.md I1, S3)."""
        step = self.step_named(kind, name)
        return step is not None and step.interest

    def step_named(self, kind: str, name: str) -> Step | None:
        """The step of this name in the latest policy version that has it."""
        found = (step for policy in self.versions(kind) for step in policy.steps if step.name == name)
        return next(found, None)

    # -- days and feeds ----------------------------------------------------------------------------------------

    def local(self, instant: datetime) -> datetime:
        """An instant in the creditor's time zone."""
        return instant.astimezone(self.zone)

    def end_of(self, day: date) -> datetime:
        """The last instant of a local day, in UTC."""
        return datetime.combine(day, time.max, self.zone).astimezone(UTC)

    def opens_at(self, kind: str, day: date) -> datetime:
        """The instant at which the sending window opens on a day (rules.md C3)."""
        policy = self.policy_on(kind, day)
        return datetime.combine(day, policy.window.from_ if policy is not None else _NINE, self.zone)

    def closes_at(self, kind: str, day: date) -> datetime:
        """The instant at which the sending window closes on a day (rules.md C3)."""
        policy = self.policy_on(kind, day)
        assert policy is not None, "without a policy there is no window"
        return datetime.combine(day, policy.window.to, self.zone)

    def fed_through(self, day: date) -> bool:
        """Whether every bank account of the creditor is fed through a day."""
        return self.creditor is not None and all(
            (reached := self.fed.get(account.iban)) is not None and reached >= day for account in self.creditor.accounts
        )

    def payments_through(self) -> date | None:
        """The day through which the payments of all bank accounts are known, or None."""
        if self.creditor is None or not self.creditor.accounts:
            return None
        days = [self.fed.get(account.iban) for account in self.creditor.accounts]
        known = [day for day in days if day is not None]
        return min(known) if len(known) == len(days) else None

    def has_passed(self, day: date, today: date, policy: Policy) -> bool:
        """Whether a day has passed, so that a payment made on it is in (rules.md C4)."""
        if policy.feed_max_age is None:
            return today >= self.passes(day, policy)
        return today > day and self.fed_through(next_banking_day(day, self.country))

    def passes(self, day: date, policy: Policy) -> date:
        """The earliest date on which a day can have passed (rules.md C4)."""
        return day + timedelta(days=1) if policy.feed_max_age is not None else banking_days_after(day, 2, self.country)

    def feed_is_stale(self, today: date, policy: Policy) -> bool:
        """Whether a bank account is not fed through the ``feed_max_age``-th banking day before today (rules.md G1)."""
        if policy.feed_max_age is None:
            return False
        return not self.fed_through(banking_days_before(today, policy.feed_max_age, self.country))
