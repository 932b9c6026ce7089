"""The notifier's rows, rebuilt from the topics alone (docs/adr/0013), for a database that was lost.

The notifier's messages on the journal show the state that each notice had reached, the commands what overdue ordered. A
command that the lost notifier may not have received is carried out now: a planned notice is claimed, a granted one is
claimed again (overdue answers every claim), and a notice that was withdrawn, or settled by a person, is closed. A
letter whose attempt was published is never sent by a rebuild: the post is asked for its outcome, as after a crash.
Pure: records in, rows and messages out.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Literal, NamedTuple

from schemas.commands import (
    CommandsMessage,
    HandOver,
    NoticeGranted,
    NoticeOutcomeSettled,
    NoticePlanned,
    NoticeWithdrawn,
)
from schemas.journal import Fault, NoticeAttempting, NoticeClaimed, NoticeMessage, NoticeOutcome
from services.notifier.protocol import Notice, State, dump_notice, fault_settled, retry_wait
from services.notifier.rate_limit import ClaimRate, dump_claim_rate
from services.notifier.state_rows import GRANTED, NOTICE, RATE, RATE_KEY, TRIAL
from services.notifier.trial import TRIAL_ROW
from services.runtime.store.port import StateRow

_WITHDRAWABLE: Final = frozenset({State.PLANNED, State.CLAIMED, State.DEFERRED})


@dataclass(slots=True)
class _PublishedProgress:
    """The state that one notice reached, by the notifier's messages; ``outcome_at``: the last outcome's instant."""

    state: State = State.PLANNED
    claims: int = 0
    tries: int = 0
    attempted: datetime | None = None
    outcome_at: datetime | None = None
    trial: bool = False


@dataclass(slots=True)
class _ReceivedCommands:
    """The commands about one notice that is not closed; ``granted`` is the record of the last grant."""

    planned: NoticePlanned
    grants: int = 0
    granted: bytes = b""
    withdrawn: NoticeWithdrawn | None = None
    settled: NoticeOutcomeSettled | None = None


class _Closing(NamedTuple):
    """How a notice closes."""

    outcome: Literal["accepted", "failed", "withdrawn"]
    detail: str
    trial: bool
    fault: Fault | None = None


@dataclass(slots=True)
class RebuiltNotices:
    """One partition's notices. Takes all messages of the notifier first, then all commands, each in their order."""

    published: dict[str, _PublishedProgress] = field(default_factory=dict)
    commanded: dict[str, _ReceivedCommands] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)
    trial: bool = False
    """Whether a letter of trial mode had an outcome."""

    def add_message(self, message: NoticeMessage) -> None:
        """Take a message of the notifier on the journal. Of a notice that is closed only its id is kept."""
        self.trial = self.trial or (isinstance(message, NoticeOutcome) and message.trial)
        if message.notice in self.closed:
            return
        published = self.published.setdefault(message.notice, _PublishedProgress())
        if isinstance(message, NoticeClaimed):
            published.state = State.CLAIMED
            published.claims += 1
        elif isinstance(message, NoticeAttempting):
            published.state, published.attempted = State.ATTEMPTING, message.at
            published.tries += 1
        elif isinstance(message, NoticeOutcome):
            published.state, published.outcome_at, published.trial = State(message.outcome), message.at, message.trial
        if published.state.is_end:
            del self.published[message.notice]
            self.closed.add(message.notice)

    def add_command(self, message: CommandsMessage, raw: bytes) -> None:
        """Take a command; ``raw`` is its record."""
        if isinstance(message, HandOver) or message.notice in self.closed:
            return
        if isinstance(message, NoticePlanned):
            self.commanded.setdefault(message.notice, _ReceivedCommands(message))
        elif message.notice in self.commanded:  # a person may settle a notice that never was
            _add(self.commanded[message.notice], message, raw)

    def rows(self) -> dict[str, list[StateRow]]:
        """By kind, the rows that the notifier goes on from."""
        notices: list[StateRow] = []
        granted: list[StateRow] = []
        in_hand = 0
        for order, (key, commanded) in enumerate(self.commanded.items()):
            if self._closing(key) is not None:
                continue
            notice, wake = self._notice(key, commanded, order)
            notices.append((key, dump_notice(notice), wake, None))
            in_hand += notice.state.is_in_hand
            if notice.state is State.ATTEMPTING:
                granted.append((key, commanded.granted, None, None))
        return {
            NOTICE: notices,
            GRANTED: granted,
            RATE: [(RATE_KEY, dump_claim_rate(ClaimRate(in_hand)), None, None)],
            TRIAL: [TRIAL_ROW] if self.trial else [],
        }

    def missing_outcomes(self, at: datetime) -> list[NoticeOutcome]:
        """The outcomes to be published at ``at``: of notices that a command closes and no message has closed."""
        return [
            NoticeOutcome(
                notice=key,
                creditor=commanded.planned.letter.creditor,
                debtor=commanded.planned.letter.debtor,
                at=at,
                outcome=end.outcome,
                detail=end.detail,
                trial=end.trial,
                fault=end.fault,
            )
            for key, commanded in self.commanded.items()
            if (end := self._closing(key)) is not None
        ]

    def _notice(self, key: str, commanded: _ReceivedCommands, order: int) -> tuple[Notice, int | None]:
        """A notice, and its wake. What is to be claimed is due at once, in the order in which it was planned."""
        published, letter = self.published.get(key, _PublishedProgress()), commanded.planned.letter
        trial = published.trial and published.state is State.UNKNOWN
        state, tries, attempted = published.state, published.tries, published.attempted
        notice = Notice(key, letter.creditor, letter.debtor, letter.date, state, tries, attempted, trial)
        if published.state is State.DEFERRED:
            assert published.outcome_at is not None, "a deferred notice has its outcome"
            return notice, int((published.outcome_at + retry_wait(published.tries)).timestamp())
        if published.state is State.CLAIMED and commanded.grants >= published.claims:
            notice = replace(notice, state=State.PLANNED)
        return notice, order if notice.state is State.PLANNED else None

    def _closing(self, key: str) -> _Closing | None:
        """How a notice closes by a command alone; None while it stays open."""
        commanded, published = self.commanded[key], self.published.get(key, _PublishedProgress())
        if commanded.withdrawn is not None and published.state in _WITHDRAWABLE:
            return _Closing("withdrawn", "-".join(commanded.withdrawn.reasons), trial=False)
        if commanded.settled is not None and published.state is State.UNKNOWN:
            outcome = commanded.settled.outcome
            return _Closing(outcome, commanded.settled.how, published.trial, fault_settled(outcome))
        return None


def _add(
    commanded: _ReceivedCommands, message: NoticeGranted | NoticeWithdrawn | NoticeOutcomeSettled, raw: bytes
) -> None:
    if isinstance(message, NoticeGranted):
        commanded.grants += 1
        commanded.granted = raw
    elif isinstance(message, NoticeWithdrawn):
        commanded.withdrawn = message
    elif commanded.settled is None:
        commanded.settled = message
