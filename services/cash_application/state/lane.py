"""A lane while a batch of its records is handled: its counters, feeds and frontier, and where it publishes."""

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

from schemas.decisions import DecisionsMessage
from schemas.journal import JournalMessage
from schemas.topics import DECISIONS, JOURNAL, account_key, partition_of
from services.cash_application.state.feeds import Feed
from services.cash_application.state.frontier import Frontier
from services.cash_application.state.noted_facts import NotedFact, keep
from services.cash_application.state.row_kind import key
from services.cash_application.state.rows import (
    CREDITORS,
    FEEDS,
    FRONTIER,
    FRONTIER_KEY,
    NAMED_IN_VAIN,
    TALLY,
    TALLY_KEY,
    Creditor,
)
from services.cash_application.state.tally import LaneTally
from services.runtime.unit_of_work import UnitOfWork

_FRONTIER: Final = TypeAdapter(Frontier)
_EPOCH: Final = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


class Lane:
    """One lane for one call. What every fact touches is read once, and written back by `save`."""

    def __init__(self, unit: UnitOfWork) -> None:
        """Read the tally and the frontier."""
        self.unit: Final = unit
        self.number: Final = unit.partition
        self.moment = _EPOCH
        """The instant of the message that is being handled (UTC); decisions are dated by it."""
        self.has_released = False
        """Whether facts or payments may have been released: they are processed before the next record."""
        self.noted: list[NotedFact] = []
        """The facts of this call that may be known before their time (rules.md K1)."""
        self._stored = unit.get(TALLY, TALLY_KEY), unit.get(FRONTIER, FRONTIER_KEY)
        self.tally: Final = LaneTally.from_bytes(self._stored[0])
        stored = self._stored[1]
        self.frontier: Final = Frontier() if stored is None else _FRONTIER.validate_json(stored)
        self._creditors: dict[str, Creditor | None] = {}
        self._feeds: dict[str, Feed] = {}
        self._named_in_vain: dict[str, set[str]] = {}

    # -- reading ----------------------------------------------------------------------------------------------------

    def creditor(self, creditor: str) -> Creditor | None:
        """A creditor's registration, None while it is not known."""
        try:
            return self._creditors[creditor]
        except KeyError:
            found = self._creditors[creditor] = CREDITORS.get(self.unit, creditor)
            return found

    def keep_creditor(self, creditor: str, row: Creditor) -> None:
        """Replace a creditor's registration."""
        CREDITORS.put(self.unit, creditor, row)
        self._creditors[creditor] = row

    def feed(self, creditor: str, account: str) -> Feed:
        """A bank account's feed; `save` writes its changes."""
        row_key = key(creditor, account)
        feed = self._feeds.get(row_key)
        if feed is None:
            feed = self._feeds[row_key] = FEEDS.get(self.unit, row_key) or Feed()
        return feed

    def named_in_vain(self, creditor: str) -> set[str]:
        """The keys of the creditor's rows in `NAMED_IN_VAIN`, read once."""
        found = self._named_in_vain.get(creditor)
        if found is None:
            rows = self.unit.scan(NAMED_IN_VAIN, key(creditor, ""))
            found = self._named_in_vain[creditor] = {row_key for row_key, _ in rows}
        return found

    def date_of(self, creditor: str, instant: datetime) -> date:
        """The creditor's local date; UTC's for a creditor that is not known."""
        row = self.creditor(creditor)
        return instant.astimezone(ZoneInfo(row.timezone if row else "UTC")).date()

    def is_lane_of(self, creditor: str) -> bool:
        """Whether a creditor's facts are in this lane."""
        return partition_of(creditor, self.unit.partitions) == self.number

    @property
    def counts_for_all(self) -> bool:
        """Whether settings without a creditor, which reach every lane, are counted and reported in this one."""
        return self.number == 0

    # -- publishing -------------------------------------------------------------------------------------------------

    def to_account(self, creditor: str, debtor: str, message: JournalMessage) -> None:
        """Publish to the partition of the journal that holds the account."""
        self.unit.publish(JOURNAL, account_key(creditor, debtor), message)

    def to_every_partition(self, message: JournalMessage) -> None:
        """Publish to every partition of the journal."""
        self.unit.publish_everywhere(JOURNAL, message)

    def record_decision(self, creditor: str, message: DecisionsMessage) -> None:
        """Publish to decisions, keyed by creditor: all decisions about one payment are read in order."""
        self.unit.publish(DECISIONS, creditor, message)

    # -- the end of the call ----------------------------------------------------------------------------------------

    def keep_noted(self) -> None:
        """Keep what was noted since the last time."""
        if self.noted:
            self.frontier.notes += 1
            keep(self.unit, self.frontier.notes, self.noted)
            self.noted = []

    def save(self) -> None:
        """Write back the tally, the frontier and the feeds where they changed, and what was noted."""
        self.keep_noted()
        tally, frontier = self.tally.to_bytes(), _FRONTIER.dump_json(self.frontier)
        if tally != self._stored[0]:
            self.unit.put(TALLY, TALLY_KEY, tally)
        if frontier != self._stored[1]:
            self.unit.put(FRONTIER, FRONTIER_KEY, frontier)
        for row_key, feed in self._feeds.items():
            FEEDS.put(self.unit, row_key, feed)
