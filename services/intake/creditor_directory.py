"""The registered creditors, by bank account and by business id, for the readers of files.

Every command that reads files keeps one, from the same ``creditor.registered`` events that the workers read. The latest
event of a creditor counts (design.md §3, Identity).
"""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from schemas.events import CreditorRegistered
from schemas.parsing import InvalidEvent, parse_event
from schemas.topics import SETTINGS
from services.intake.labels import unlabelled
from services.law.countries import countries
from services.law.statute_book import pack_of
from services.runtime.store.port import LogStore

_MARK: Final = CreditorRegistered.event_type.encode()
_READ_AT_ONCE: Final = 1_000


class CreditorDirectory:
    """The creditors registered so far; the ``Directory`` that formats ask (`services.intake.formats.format`)."""

    def __init__(self) -> None:
        """Nobody is registered yet."""
        self._known: dict[str, tuple[datetime, str, CreditorRegistered]] = {}
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
                    self.take(unlabelled(value)[1])
                    self._read_to[partition] = offset + 1

    def take(self, raw: bytes) -> None:
        """Add the creditor that an event registers, if the law of its country is known here.

        Any other event, and bytes that cannot be read, register no creditor; intake reports what is wrong with them.
        """
        if _MARK not in raw:
            return
        try:
            event = parse_event(raw)
        except InvalidEvent:
            return
        if isinstance(event.data, CreditorRegistered) and event.data.country in countries():
            self.edition += 1
            taken = (event.envelope.time, event.envelope.id, event.data)
            before = self._known.get(event.data.creditor)
            if before is None or before[:2] <= taken[:2]:
                self._known[event.data.creditor] = taken

    def creditor_of_account(self, iban: str) -> str | None:
        """The creditor that has registered this bank account (IBAN without spaces)."""
        for _, _, data in self._known.values():
            if any(account.iban == iban for account in data.accounts):
                return data.creditor
        return None

    def creditor_of_business(self, business_id: str) -> str | None:
        """The creditor with this business id, in any form of the creditor's country, such as a VAT number."""
        for _, _, data in self._known.values():
            ids = pack_of(data.country).ids
            asked = ids.same_business(business_id)
            if asked and ids.same_business(data.business_id) == asked:
                return data.creditor
        return None

    def zone_of(self, creditor: str) -> ZoneInfo:
        """The time zone that a registered creditor goes by."""
        return ZoneInfo(self._known[creditor][2].timezone)

    def country_of(self, creditor: str) -> str:
        """The ISO 3166 code of a registered creditor's country."""
        return self._known[creditor][2].country

    def terms_days_of(self, creditor: str) -> int | None:
        """The days from an invoice to its due date where the invoice gives none, if the creditor registered them."""
        return self._known[creditor][2].terms_days
