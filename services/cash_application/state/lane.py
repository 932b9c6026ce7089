"""One lane in hand while a batch is handled: its counters, feeds and frontier, and the ways to speak from it."""

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

from schemas.decisions import DecisionsMessage
from schemas.journal import JournalMessage
from schemas.topics import DECISIONS, JOURNAL, account_key
from services.cash_application.state.feeds import FEEDS, Feed
from services.cash_application.state.frontier import Frontier
from services.cash_application.state.rows import CREDITORS, Creditor, key
from services.cash_application.state.tally import KEY, KIND, Tally
from services.runtime.unit_of_work import UnitOfWork

_FRONTIER: Final = TypeAdapter(Frontier)
_FRONTIER_KIND: Final = "frontier"
_FRONTIER_KEY: Final = "frontier"
_EPOCH: Final = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


class Lane:
    """A lane's view for one call. What is touched by every fact is read once, and written back by `save`."""

    def __init__(self, unit: UnitOfWork) -> None:
        """Read what every call needs."""
        self.unit: Final = unit
        self.number: Final = unit.partition
        self.moment = _EPOCH
        """The instant of what is being handled: dates of decisions are told by it."""
        self.has_released = False
        """Whether something may have arrived for which others waited: work to be done before the next fact."""
        self._told = unit.get(KIND, KEY), unit.get(_FRONTIER_KIND, _FRONTIER_KEY)
        self.tally: Final = Tally.from_bytes(self._told[0])
        stored = self._told[1]
        self.frontier: Final = Frontier() if stored is None else _FRONTIER.validate_json(stored)
        self._creditors: dict[str, Creditor | None] = {}
        self._feeds: dict[str, Feed] = {}

    # -- what it knows --------------------------------------------------------------------------------------------

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
        """A bank account's feed; changes to it are kept by `save`."""
        at = key(creditor, account)
        feed = self._feeds.get(at)
        if feed is None:
            feed = self._feeds[at] = FEEDS.get(self.unit, at) or Feed()
        return feed

    def date_of(self, creditor: str, instant: datetime) -> date:
        """The creditor's local date; UTC's for a creditor that is not known."""
        row = self.creditor(creditor)
        return instant.astimezone(ZoneInfo(row.timezone if row else "UTC")).date()

    @property
    def counts_for_all(self) -> bool:
        """Whether settings without a creditor, which reach every lane, are counted and reported in this one."""
        return self.number == 0

    # -- how it speaks --------------------------------------------------------------------------------------------

    def tell(self, creditor: str, debtor: str, message: JournalMessage) -> None:
        """To the partition of the journal that holds the account."""
        self.unit.publish(JOURNAL, account_key(creditor, debtor), message)

    def tell_all(self, message: JournalMessage) -> None:
        """To every partition of the journal."""
        self.unit.publish_everywhere(JOURNAL, message)

    def decide(self, creditor: str, message: DecisionsMessage) -> None:
        """To decisions. All about one payment goes under one key, so that it is read in order."""
        self.unit.publish(DECISIONS, creditor, message)

    # -- the end of the call --------------------------------------------------------------------------------------

    def save(self) -> None:
        """Write back what was read once."""
        tally, frontier = self.tally.to_bytes(), _FRONTIER.dump_json(self.frontier)
        if tally != self._told[0]:
            self.unit.put(KIND, KEY, tally)
        if frontier != self._told[1]:
            self.unit.put(_FRONTIER_KIND, _FRONTIER_KEY, frontier)
        for at, feed in self._feeds.items():
            FEEDS.put(self.unit, at, feed)
