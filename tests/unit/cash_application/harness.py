"""The harness of cash application: intake and cash application on a real engine in memory, fed with public events."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from schemas.dead_letters import DeadLetter
from schemas.decisions import Placed, Unmatched
from schemas.journal import AccountEvent, LaneMessage, MoneyPlaced
from schemas.topics import DEAD_LETTERS, DECISIONS, JOURNAL, Topic
from services.cash_application.state.tally import LaneTally, total
from services.cash_application.worker import CashApplication
from services.intake.doors.door_rules import SHIPPED
from services.intake.routing import destination_of
from services.intake.worker import Intake
from services.runtime.engine import EmbeddedEngine, Limits, Observer
from services.runtime.sqlite.store import SqliteStore
from tests.unit.intake.public_events import Event, creditor, later, raw

M = TypeVar("M")


class CashHarness:
    """``publish`` events, let time pass with ``tick``, then read what was written."""

    def __init__(
        self,
        *,
        partitions: int = 2,
        registered: bool = True,
        batch: int = 1_000,
        store: SqliteStore | None = None,
        observer: Observer | None = None,
        commit: int = 20_000,
        started: bool = False,
    ) -> None:
        self.engine = EmbeddedEngine(
            store or SqliteStore(),
            [Intake(SHIPPED), CashApplication()],
            partitions,
            limits=Limits(batch_records=batch, commit_changes=commit),
            observer=observer,
        )
        self.minutes = 0
        self.passed = timedelta(days=1)
        if started:
            self.passed = timedelta(days=365)
            self.tick()
        if registered:
            self.publish(creditor())

    def publish(self, *events: Event | bytes) -> None:
        """Publish events where they belong, one after another: each is settled before the next."""
        for event in events:
            self.publish_at_once(event)

    def publish_at_once(self, *events: Event | bytes) -> None:
        """Publish events where they belong, then settle: only within one partition they keep their order.

        A tick follows a creditor's registration, as a frontier decides it.
        """
        lines = [event if isinstance(event, bytes) else raw(event) for event in events]
        for line in lines:
            address = destination_of(line)
            self.engine.publish(address.topic, address.key, line)
        self.engine.settle()
        if any(b"creditor.registered.v1" in line for line in lines):
            self.tick()

    def tick(self) -> datetime:
        """A minute passes."""
        self.minutes += 1
        self.engine.tick(self.reached)
        self.engine.settle()
        return self.reached

    @property
    def reached(self) -> datetime:
        """The instant of the last tick."""
        return later(self.minutes) + self.passed

    # -- what was written -----------------------------------------------------------------------------------------

    def messages(self, topic: Topic) -> list[Any]:
        """All messages of a topic, partition by partition, each in order."""
        log = self.engine.store.log
        ends = log.ends(topic.name)
        rows = [row for partition, end in enumerate(ends) for row in log.read(topic.name, partition, 0, end)]
        return [topic.decode(value) for _, _, value in rows]

    def journal(self, kind: type[M], where: Callable[[M], bool] = lambda _: True) -> list[M]:
        """The messages of a kind on the journal; those published to every partition once."""
        found: list[M] = []
        for message in self.messages(JOURNAL):
            is_copy = isinstance(message, LaneMessage) and message in found
            if isinstance(message, kind) and not is_copy and where(message):
                found.append(message)
        return found

    def of_account(self, debtor: str) -> list[Any]:
        """All messages about one debtor's account, in order."""
        return [message for message in self.messages(JOURNAL) if getattr(message, "debtor", None) == debtor]

    def events_of(self, debtor: str) -> list[str]:
        """The types of the public events that reached the account, in order."""
        return [message.event for message in self.of_account(debtor) if isinstance(message, AccountEvent)]

    def placed(self) -> list[tuple[str, str, str | None, int | None]]:
        """Payment, debtor, invoice and letter of every placing, in order."""
        return [(money.payment, money.debtor, money.invoice, money.letter) for money in self.journal(MoneyPlaced)]

    def decisions(self) -> list[Unmatched | Placed]:
        """The decisions about unmatched money, in order."""
        return [message for message in self.messages(DECISIONS) if isinstance(message, Unmatched | Placed)]

    def dead_letters(self) -> list[DeadLetter]:
        """The dead letters."""
        return [message for message in self.messages(DEAD_LETTERS) if isinstance(message, DeadLetter)]

    def reasons(self) -> list[str]:
        """The dead letters' reason codes."""
        return [letter.reason for letter in self.dead_letters()]

    @property
    def tally(self) -> LaneTally:
        """What became of the facts."""
        return total(self.engine.store)
