"""One lane's copy of the settings, as a partition of the journal keeps it (design.md §3, Settings).

Rows are stored per lane and creditor, policy or country, and read back into ``CreditorContext``. A lane's copies are
used from its next frontier on, which needs nothing here: decisions are only made at frontiers.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache

from pydantic import TypeAdapter

from schemas.events import CreditorRegistered, ReferenceRatePublished
from schemas.journal import (
    CreditorHold,
    CreditorReleased,
    FeedHold,
    FeedReached,
    FeedReleased,
    LaneMessage,
    SettingsCopied,
)
from schemas.policy import Policy
from services.law.countries import DEFAULT_COUNTRY
from services.law.percent import rate_of
from services.law.policies import shipped_policies
from services.law.rates import shipped_rates
from services.overdue.creditor_context import CreditorContext
from services.runtime.unit_of_work import UnitOfWork

_SEPARATOR = "\x1f"


@dataclass(slots=True)
class CreditorRow:
    """What a lane knows of one creditor: its registration, how far its feeds reach, and what nobody could read."""

    known: datetime | None = None
    id: str = ""
    data: CreditorRegistered | None = None
    fed: dict[str, date] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)


@dataclass(slots=True)
class RateRow:
    """A published reference rate and when it became known."""

    known: datetime
    id: str
    data: ReferenceRatePublished


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


def _key(lane: int, name: str) -> str:
    return f"{lane}{_SEPARATOR}{name}"


def copy(message: LaneMessage, unit: UnitOfWork) -> str | None:
    """Keep what a lane says; the creditor it concerns, or None when it concerns all of the lane's."""
    if isinstance(message, SettingsCopied):
        return _copy_settings(message, unit)
    if isinstance(message, FeedReached | FeedHold | FeedReleased | CreditorHold | CreditorReleased):
        row = _CREDITOR.validate_json(unit.get("creditor", _key(message.lane, message.creditor)) or b"{}")
        if isinstance(message, FeedReached):
            row.fed[message.account] = message.through
        elif isinstance(message, FeedHold | CreditorHold):
            row.unread = sorted({*row.unread, message.key})
        else:
            row.unread = [key for key in row.unread if key != message.key]
        unit.put("creditor", _key(message.lane, message.creditor), _CREDITOR.dump_json(row))
        return message.creditor
    return None


def _copy_settings(message: SettingsCopied, unit: UnitOfWork) -> str | None:
    data = message.data
    if isinstance(data, CreditorRegistered):
        key = _key(message.lane, data.creditor)
        row = _CREDITOR.validate_json(unit.get("creditor", key) or b"{}")
        if row.known is None or (row.known, row.id) <= (message.time, message.id):
            row.known, row.id, row.data = message.time, message.id, data
            unit.put("creditor", key, _CREDITOR.dump_json(row, by_alias=True))
        return data.creditor
    if isinstance(data, Policy):
        key = _key(message.lane, data.policy)
        known = _POLICIES.validate_json(unit.get("policy", key) or b"[]")
        kept = [policy for policy in known if policy.version != data.version]
        unit.put("policy", key, _POLICIES.dump_json([*kept, data], by_alias=True))
        return None
    assert isinstance(data, ReferenceRatePublished), "settings are creditors, policies and rates"
    key = _key(message.lane, data.country)
    published = [*_RATES.validate_json(unit.get("rate", key) or b"[]"), RateRow(message.time, message.id, data)]
    unit.put("rate", key, _RATES.dump_json(published, by_alias=True))
    return None


def context_of(creditor: str, lane: int, unit: UnitOfWork) -> CreditorContext:
    """The terms of a creditor from its lane's copy; shipped policies and rates are always there."""
    stored = unit.get("creditor", _key(lane, creditor))
    row = CreditorRow() if stored is None else _creditor(stored)
    country = row.data.country if row.data is not None else DEFAULT_COUNTRY
    rates = shipped_rates(country)
    published = unit.get("rate", _key(lane, country))
    for rate in sorted(_rates(published) if published else (), key=lambda it: (it.known, it.id)):
        rates = rates.with_published(rate.data.from_, rate.data.to, rate_of(rate.data.rate))
    return CreditorContext(row.data, _policies_of(row, lane, unit), rates, row.fed, tuple(row.unread))


def _policies_of(row: CreditorRow, lane: int, unit: UnitOfWork) -> dict[str, list[Policy]]:
    if row.data is None:
        return {}
    found: dict[str, list[Policy]] = {}
    for name in {row.data.policies.consumer, row.data.policies.business}:
        versions = {policy.version: policy for policy in shipped_policies() if policy.policy == name}
        stored = unit.get("policy", _key(lane, name))
        versions.update({policy.version: policy for policy in (_policies(stored) if stored else ())})
        found[name] = list(versions.values())
    return found
