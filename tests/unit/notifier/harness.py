"""A notifier over a real engine, with a clock, a post and the overdue worker's commands in the hands of a test."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from schemas.commands import CommandsMessage, NoticeGranted, NoticeOutcomeSettled, NoticePlanned, NoticeWithdrawn
from schemas.journal import JournalMessage, NoticeAttempting, NoticeClaimed, NoticeOutcome
from schemas.letters import Letter
from schemas.messages import encode
from schemas.topics import COMMANDS, JOURNAL, account_key
from services.notifier.posts.post import UNLIMITED, Attempt, Outcome, OutcomeBox, Status
from services.notifier.worker import CLAIMS_PER_MINUTE, OPEN_CLAIMS, Notifier
from services.runtime.engine import EmbeddedEngine
from services.runtime.sqlite.store import IN_MEMORY, SqliteStore
from tests.unit.notifier.letters import a_letter

NINE = datetime(2026, 2, 12, 7, 0, tzinfo=UTC)
"""Nine in the morning in Helsinki on the letters' day."""
GOOD_UNTIL = NINE + timedelta(minutes=10)


class HeldPost:
    """Keeps attempts until the test decides the outcome of each."""

    def __init__(self, at_once: int = UNLIMITED) -> None:
        self.sent: list[Attempt] = []
        self.recovered: list[Attempt] = []
        self.trial = True
        self._box = OutcomeBox(at_once)

    def room(self, channel: str, ended: Sequence[Outcome] = ()) -> int:  # noqa: ARG002  (of all posts)
        return self._box.room(ended)

    def reserve(self, attempt: Attempt) -> None:
        self._box.reserve(attempt)

    def send(self, attempt: Attempt) -> None:
        self._box.take(attempt)
        self.sent.append(attempt)

    def recover(self, attempt: Attempt) -> None:
        self._box.take(attempt)
        self.recovered.append(attempt)

    def outcomes(self, partition: int) -> Sequence[Outcome]:
        return self._box.of(partition)

    def acknowledge(self, outcomes: Iterable[Outcome]) -> None:
        self._box.drop(outcomes)

    def close(self) -> None:
        pass

    def decide(self, attempt: Attempt, status: Status, at: datetime, detail: str | None = None) -> None:
        """The attempt has ended."""
        self._box.put(
            Outcome(attempt.letter.notice, attempt.partition, attempt.at, status, at, detail, trial=self.trial)
        )


class NotifierHarness:
    """A notifier alone on an engine of its own; another one on the same path is its next process."""

    def __init__(
        self,
        path: Path | str = IN_MEMORY,
        *,
        now: datetime = NINE,
        open_claims: int = OPEN_CLAIMS,
        claims_per_minute: int = CLAIMS_PER_MINUTE,
        partitions: int = 1,
        at_once: int = UNLIMITED,
    ) -> None:
        self.now = now
        self.post = HeldPost(at_once)
        notifier = Notifier(self.post, lambda: self.now, open_claims=open_claims, claims_per_minute=claims_per_minute)
        self.engine = EmbeddedEngine(SqliteStore(path), [notifier], partitions)
        self.published: list[JournalMessage] = []
        self.settle()

    def settle(self) -> list[JournalMessage]:
        """Let the notifier finish; what it has published since."""
        self.engine.settle()
        records = self.engine.consume("test", JOURNAL)
        self.engine.consumed("test", records)
        published: list[JournalMessage] = [JOURNAL.decode(record.value) for record in records]
        self.published += published
        return published

    def wait(self, time: timedelta) -> list[JournalMessage]:
        """Time goes by."""
        self.now += time
        return self.settle()

    def receive(self, *commands: CommandsMessage) -> list[JournalMessage]:
        """Commands come in together; what the notifier publishes."""
        for command in commands:
            who = command.letter if isinstance(command, NoticePlanned | NoticeGranted) else command
            self.engine.publish(COMMANDS, account_key(who.creditor, who.debtor), encode(command))
        return self.settle()

    def end(self, status: Status, detail: str | None = None) -> list[JournalMessage]:
        """The oldest attempt under way ends."""
        self.post.decide(self.post.sent.pop(0), status, self.now, detail)
        return self.settle()

    def to_attempting(self, notice: str = "n-1") -> None:
        """A notice all the way until it is being delivered."""
        self.receive(planned(notice))
        self.receive(granted(notice, until=self.now + timedelta(minutes=10)))
        assert self.post.sent[-1].letter.notice == notice

    def rows(self, kind: str) -> int:
        """How many rows the notifier keeps of a kind, in all partitions."""
        state = self.engine.store.state
        space = state.space("notifier", kind)
        return sum(len(state.page(space, partition, "", None, 10_000)) for partition in range(self.engine.partitions))

    def close(self) -> None:
        self.engine.close()


def letter_of(notice: str, debtor: str = "C-1") -> Letter:
    return a_letter(notice=notice, debtor=debtor)


def planned(notice: str = "n-1", debtor: str = "C-1") -> NoticePlanned:
    return NoticePlanned(notice=notice, letter=letter_of(notice, debtor))


def granted(
    notice: str = "n-1", *, until: datetime = NINE + timedelta(minutes=10), debtor: str = "C-1"
) -> NoticeGranted:
    return NoticeGranted(notice=notice, letter=letter_of(notice, debtor), good_until=until)


def withdrawn(notice: str = "n-1", *reasons: str) -> NoticeWithdrawn:
    return NoticeWithdrawn(notice=notice, creditor="esimerkki", debtor="C-1", reasons=reasons or ("disputed",))


def settled(notice: str = "n-1", outcome: Literal["accepted", "failed"] = "accepted") -> NoticeOutcomeSettled:
    return NoticeOutcomeSettled(notice=notice, creditor="esimerkki", debtor="C-1", outcome=outcome)


def summary(message: JournalMessage) -> str:
    """A message in short."""
    match message:
        case NoticeClaimed():
            return f"{message.notice} claimed"
        case NoticeAttempting():
            return f"{message.notice} attempting"
        case NoticeOutcome():
            return f"{message.notice} {message.outcome}"
        case _:
            raise AssertionError(f"the notifier never publishes {message.type}")
