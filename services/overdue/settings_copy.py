"""One lane's copy of the settings, taken from its partition of the journal (design.md §3, Settings).

Rows are stored per lane and creditor, policy or country, and read back into ``CreditorContext``. A lane's copies are
used from its next frontier on, as decisions are made at frontiers only.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache

from pydantic import TypeAdapter

from schemas.events import CreditorRegistered, ReferenceRatePublished
from schemas.journal import (
    AccountsJudged,
    CreditorHold,
    CreditorReleased,
    FeedHold,
    FeedReached,
    FeedReleased,
    LaneMessage,
    SettingKnownFixed,
    SettingsCopied,
)
from schemas.policy import Policy
from schemas.topics import partition_of
from services.law.countries import DEFAULT_COUNTRY
from services.law.percent import rate_of
from services.law.policies import shipped_policies
from services.law.rates import shipped_rates
from services.overdue.creditor_context import CreditorContext
from services.overdue.known_order import known_order
from services.overdue.state_rows import CREDITOR, POLICY, RATE, in_lane
from services.runtime.unit_of_work import UnitOfWork

OfOneCreditor = AccountsJudged | FeedReached | FeedHold | FeedReleased | CreditorHold | CreditorReleased
"""A lane's messages about one creditor beside its settings."""


@dataclass(slots=True)
class JudgedCopy:
    """A lane's last `AccountsJudged` about a creditor."""

    unconfirmed: list[str] = field(default_factory=list)
    changed: bool = False
    holders: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class CreditorRow:
    """What a lane knows of one creditor: its registration, how far its feeds reach, and its unread events.

    ``judged`` says which of its bank accounts are not confirmed, None while nobody told others (rules.md G11).
    """

    known: datetime | None = None
    time: datetime | None = None
    id: str = ""
    data: CreditorRegistered | None = None
    fed: dict[str, date] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)
    judged: JudgedCopy | None = None


@dataclass(slots=True)
class RateRow:
    """A published reference rate and when it became known; ``time`` is the event's, where that is later."""

    known: datetime
    id: str
    data: ReferenceRatePublished
    time: datetime | None = None


_CREDITOR: TypeAdapter[CreditorRow] = TypeAdapter(CreditorRow)
_POLICIES: TypeAdapter[list[Policy]] = TypeAdapter(list[Policy])
_RATES: TypeAdapter[list[RateRow]] = TypeAdapter(list[RateRow])


@lru_cache(maxsize=4096)
def _creditor(stored: bytes) -> CreditorRow:
    return _CREDITOR.validate_json(stored)


@lru_cache(maxsize=1024)
def _policies(stored: bytes) -> tuple[Policy, ...]:
    return tuple(_POLICIES.validate_json(stored))


@lru_cache(maxsize=64)
def _rates(stored: bytes) -> tuple[RateRow, ...]:
    return tuple(_RATES.validate_json(stored))


class SettingsCopy:
    """A lane's settings so far; each creditor's context is made once and dropped when settings change."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit
        self._contexts: dict[str, CreditorContext] = {}

    def copy(self, message: LaneMessage) -> str | None:
        """Store a message's settings; the creditor it concerns, or None when it concerns all of the lane's."""
        self._contexts.clear()
        if isinstance(message, SettingsCopied):
            return self._copy_settings(message)
        if isinstance(message, SettingKnownFixed):
            return self._fix_known(message)
        if isinstance(message, OfOneCreditor):
            return self._copy_of_creditor(message)
        return None

    def _copy_of_creditor(self, message: OfOneCreditor) -> str:
        key = in_lane(message.lane, message.creditor)
        row = _CREDITOR.validate_json(self._unit.get(CREDITOR, key) or b"{}")
        if isinstance(message, FeedReached):
            row.fed[message.account] = message.through
        elif isinstance(message, AccountsJudged):
            row.judged = JudgedCopy(list(message.unconfirmed), message.changed, message.holders)
        elif isinstance(message, FeedHold | CreditorHold):
            row.unread = sorted({*row.unread, message.key})
        else:
            row.unread = [key for key in row.unread if key != message.key]
        self._unit.put(CREDITOR, key, _CREDITOR.dump_json(row))
        return message.creditor

    def _copy_settings(self, message: SettingsCopied) -> str | None:
        data = message.data
        if isinstance(data, CreditorRegistered):
            self._copy_creditor(message, data)
            return data.creditor
        if isinstance(data, Policy):
            key = in_lane(message.lane, data.policy)
            known = _POLICIES.validate_json(self._unit.get(POLICY, key) or b"[]")
            kept = [policy for policy in known if policy.version != data.version]
            self._unit.put(POLICY, key, _POLICIES.dump_json([*kept, data], by_alias=True))
            return None
        assert isinstance(data, ReferenceRatePublished), "settings are creditors, policies and rates"
        key = in_lane(message.lane, data.country)
        published = [*_RATES.validate_json(self._unit.get(RATE, key) or b"[]"), _rate_row(message, data)]
        self._unit.put(RATE, key, _RATES.dump_json(published, by_alias=True))
        return None

    def _copy_creditor(self, message: SettingsCopied, data: CreditorRegistered) -> None:
        """The latest registration counts, by when they are known, the events' times, their ids (rules.md K1)."""
        key = in_lane(message.lane, data.creditor)
        row = _CREDITOR.validate_json(self._unit.get(CREDITOR, key) or b"{}")
        version = (message.known or message.time, message.time, message.id)
        if row.known is None or (row.known, row.time or row.known, row.id) <= version:
            (row.known, row.time, row.id), row.data = version, data
        self._unit.put(CREDITOR, key, _CREDITOR.dump_json(row, by_alias=True))

    def _fix_known(self, fixed: SettingKnownFixed) -> str | None:
        """A registration or rate whose time lies ahead is known as of the frontier (rules.md K1)."""
        key = in_lane(fixed.lane, fixed.name)
        if fixed.event == CreditorRegistered.event_type:
            row = _CREDITOR.validate_json(self._unit.get(CREDITOR, key) or b"{}")
            if row.id == fixed.id:
                row.known = fixed.known
                self._unit.put(CREDITOR, key, _CREDITOR.dump_json(row, by_alias=True))
            return fixed.name
        rates = _RATES.validate_json(self._unit.get(RATE, key) or b"[]")
        for rate in rates:
            if rate.id == fixed.id:
                rate.known, rate.time = fixed.known, fixed.time
        self._unit.put(RATE, key, _RATES.dump_json(rates, by_alias=True))
        return None

    def context_of(self, creditor: str) -> CreditorContext:
        """A creditor's context from its lane's copy; shipped policies and rates are always there."""
        context = self._contexts.get(creditor)
        if context is None:
            lane = partition_of(creditor, self._unit.partitions)
            context = self._contexts[creditor] = _context_of(creditor, lane, self._unit)
        return context


def _rate_row(message: SettingsCopied, data: ReferenceRatePublished) -> RateRow:
    time = None if message.known is None else message.time
    return RateRow(message.known or message.time, message.id, data, time)


def _context_of(creditor: str, lane: int, unit: UnitOfWork) -> CreditorContext:
    stored = unit.get(CREDITOR, in_lane(lane, creditor))
    row = CreditorRow() if stored is None else _creditor(stored)
    country = row.data.country if row.data is not None else DEFAULT_COUNTRY
    rates = shipped_rates(country)
    published = unit.get(RATE, in_lane(lane, country))
    for rate in sorted(_rates(published) if published else (), key=known_order):
        rates = rates.with_published(rate.data.from_, rate.data.to, rate_of(rate.data.rate))
    judged = row.judged or JudgedCopy()
    return CreditorContext(
        row.data,
        _policies_of(row, lane, unit),
        rates,
        row.fed,
        tuple(row.unread),
        frozenset(judged.unconfirmed),
        judged.changed,
        judged.holders,
    )


def _policies_of(row: CreditorRow, lane: int, unit: UnitOfWork) -> dict[str, list[Policy]]:
    if row.data is None:
        return {}
    found: dict[str, list[Policy]] = {}
    for name in sorted({row.data.policies.consumer, row.data.policies.business}):
        versions = {policy.version: policy for policy in shipped_policies() if policy.policy == name}
        stored = unit.get(POLICY, in_lane(lane, name))
        versions.update({policy.version: policy for policy in (_policies(stored) if stored else ())})
        found[name] = list(versions.values())
    return found
