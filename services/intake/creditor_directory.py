"""The registered creditors, by bank account and by business id, for the readers of files.

Every command that reads files keeps one, from the same ``creditor.registered`` events that the workers read, and
decides as cash application does which of them is in force and whose a bank account is (rules.md K1, M3).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Final
from zoneinfo import ZoneInfo

from schemas.events import CreditorRegistered
from schemas.facts import content_of
from schemas.parsing import InvalidEvent, parse_event
from schemas.ticks import TICK_KEY, reached_instant
from schemas.topics import SETTINGS
from services.intake.doors.door_rules import SHIPPED, Doors
from services.intake.labels import door_of, unlabelled
from services.law.countries import countries
from services.law.statute_book import pack_of
from services.runtime.store.port import LogStore

_TYPE: Final = CreditorRegistered.event_type
_MARK: Final = _TYPE.encode()
_READ_AT_ONCE: Final = 1_000
_FIRST: Final = datetime.min.replace(tzinfo=UTC)
_LAST: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(slots=True)
class StatedCreditor:
    """One registration: the last tick ``after`` which its partition has it, and the first tick ``before`` which."""

    after: datetime
    time: datetime
    id: str
    data: CreditorRegistered
    before: datetime = _LAST

    @property
    def order(self) -> tuple[datetime, datetime, str, str, str]:
        """The order in which registrations are decided, that of `account_owners` of cash application."""
        return self.after, self.time, self.id, self.data.creditor, content_of(self.data)

    @property
    def version(self) -> tuple[datetime, datetime, str]:
        """Of one creditor's registrations the latest in this order is in force: by known, then time, then id."""
        return min(self.time, self.before), self.time, self.id


class CreditorDirectory:
    """The creditors registered so far; the ``Directory`` that formats ask (`services.intake.formats.format`)."""

    def __init__(self, doors: Doors = SHIPPED) -> None:
        """Nobody is registered yet; ``doors`` say by which way a registration may come."""
        self._doors = doors
        self._stated: list[StatedCreditor] = []
        self._last_ticks: dict[int, datetime] = {}
        self._undecided: dict[int, list[StatedCreditor]] = {}
        self._decided = DecidedCreditors(())
        self._read_to: dict[int, int] = {}
        self.edition = 0
        """How many registrations were taken: while it is the same, the same creditors are registered."""

    def follow(self, log: LogStore, partitions: int) -> None:
        """Take the registrations of the log's topic ``settings`` since the last call, at first from its beginning."""
        ends = log.ends(SETTINGS.name)
        for partition in range(partitions):
            while self._read_to.get(partition, 0) < ends[partition]:
                for offset, _, value in log.read(
                    SETTINGS.name, partition, self._read_to.get(partition, 0), _READ_AT_ONCE
                ):
                    self.take_published(partition, value)
                    self._read_to[partition] = offset + 1

    def take_published(self, partition: int, value: bytes) -> None:
        """Take one record of the topic ``settings``; each partition's in their order."""
        instant = reached_instant(TICK_KEY, value)
        if instant is None:
            label, raw = unlabelled(value)
            stated = _stated(raw, self._last_ticks.get(partition, _FIRST))
            if stated is not None and self._doors.refusal(door_of(label), SETTINGS, _TYPE) is None:
                self._add(stated)
                self._undecided.setdefault(partition, []).append(stated)
            return
        self._last_ticks[partition] = max(instant, self._last_ticks.get(partition, _FIRST))
        undecided = self._undecided.pop(partition, ())
        for stated in undecided:
            stated.before = instant
        if undecided:
            self._decided = DecidedCreditors(self._stated)

    def take(self, raw: bytes) -> None:
        """Add the creditor that an event of a file registers, which is published after all others.

        Any other event, and bytes that cannot be read, register no creditor; intake reports what is wrong with them.
        """
        stated = _stated(raw, _LAST)
        if stated is not None:
            self._add(stated)

    def _add(self, stated: StatedCreditor) -> None:
        self.edition += 1
        self._stated.append(stated)
        self._decided = DecidedCreditors(self._stated)

    def creditor_of_account(self, iban: str) -> str | None:
        """The creditor whose bank account this is (IBAN without spaces)."""
        return self._decided.holders.get(iban)

    def creditor_of_business(self, business_id: str) -> str | None:
        """The creditor with this business id, in any form of the creditor's country, such as a VAT number."""
        for data in self._decided.creditors.values():
            ids = pack_of(data.country).ids
            asked = ids.same_business(business_id)
            if asked and ids.same_business(data.business_id) == asked:
                return data.creditor
        return None

    def zone_of(self, creditor: str) -> ZoneInfo:
        """The time zone that a registered creditor goes by."""
        return ZoneInfo(self._decided.creditors[creditor].timezone)

    def country_of(self, creditor: str) -> str:
        """The ISO 3166 code of a registered creditor's country."""
        return self._decided.creditors[creditor].country

    def terms_days_of(self, creditor: str) -> int | None:
        """The days from an invoice to its due date where the invoice gives none, if the creditor registered them."""
        return self._decided.creditors[creditor].terms_days


class DecidedCreditors:
    """What follows from registrations, decided in their order when it is first asked for."""

    def __init__(self, stated: Sequence[StatedCreditor]) -> None:
        """``stated`` in any order."""
        self._stated = stated

    @cached_property
    def _in_force(self) -> tuple[dict[str, StatedCreditor], dict[str, str]]:
        """The registration in force by creditor, and the creditor by bank account."""
        in_force: dict[str, StatedCreditor] = {}
        holders: dict[str, str] = {}
        seen: set[tuple[str, str]] = set()
        for stated in sorted(self._stated, key=lambda each: each.order):
            creditor, before = stated.data.creditor, in_force.get(stated.data.creditor)
            if (creditor, stated.id) in seen:
                continue
            if before is not None and stated.version <= before.version:
                seen.add((creditor, stated.id))
                continue
            if any(holders.get(iban, creditor) != creditor for iban in _accounts(stated)):
                continue
            seen.add((creditor, stated.id))
            for iban in _accounts(before) if before is not None else ():
                holders.pop(iban, None)
            holders.update(dict.fromkeys(_accounts(stated), creditor))
            in_force[creditor] = stated
        return in_force, holders

    @property
    def holders(self) -> dict[str, str]:
        """Whose each bank account is, by IBAN."""
        return self._in_force[1]

    @cached_property
    def creditors(self) -> dict[str, CreditorRegistered]:
        """What each creditor registered, by its id.

        A creditor whose registration was refused has one too: its files are read, and wait until it is registered.
        """
        refused = {each.data.creditor: each.data for each in self._stated}
        return refused | {creditor: stated.data for creditor, stated in self._in_force[0].items()}


def _accounts(stated: StatedCreditor) -> Iterator[str]:
    return (account.iban for account in stated.data.accounts)


def _stated(raw: bytes, after: datetime) -> StatedCreditor | None:
    """The registration that an event is, if the law of the creditor's country is known here."""
    if _MARK not in raw:
        return None
    try:
        event = parse_event(raw)
    except InvalidEvent:
        return None
    if not isinstance(event.data, CreditorRegistered) or event.data.country not in countries():
        return None
    envelope = event.envelope
    return StatedCreditor(after, envelope.time, f"{envelope.source}#{envelope.id}", event.data)
