"""What the notifier's rows must be, told from the topics alone (docs/adr/0013): for a database that was lost.

Its own words on the journal say how far each notice came; the commands say what it was to do. A command that it cannot
have heard is not lost: a plan is claimed, a claim that was granted is made anew (overdue answers each), and what was
withdrawn, or settled by a person, is closed. A letter of which it said that it attempts it is never sent by this: its
outcome is asked of the post, as after a crash. Pure: records in, rows and words out.
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
from schemas.journal import NoticeAttempting, NoticeClaimed, NoticeMessage, NoticeOutcome
from services.notifier.protocol import Notice, State, dump_notice, retry_wait
from services.notifier.rate_limit import Pace, dump_pace
from services.notifier.trial import TRIAL_ROW
from services.runtime.store.port import StateRow

_WITHDRAWABLE: Final = frozenset({State.PLANNED, State.CLAIMED, State.DEFERRED})


@dataclass(slots=True)
class _Said:
    """What the notifier has said of one notice."""

    state: State = State.PLANNED
    claims: int = 0
    tries: int = 0
    attempted: datetime | None = None
    told: datetime | None = None
    trial: bool = False


@dataclass(slots=True)
class _Asked:
    """What was asked of it about one notice that is not closed."""

    planned: NoticePlanned
    grants: int = 0
    granted: bytes = b""
    withdrawn: NoticeWithdrawn | None = None
    settled: NoticeOutcomeSettled | None = None


class _End(NamedTuple):
    """How a notice closes."""

    outcome: Literal["accepted", "failed", "withdrawn"]
    detail: str
    trial: bool


@dataclass(slots=True)
class Recollection:
    """One partition's notices. All own words are told first, then all commands, each in their order."""

    said: dict[str, _Said] = field(default_factory=dict)
    asked: dict[str, _Asked] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)
    trial: bool = False
    """Whether a letter of trial mode had an outcome."""

    def word(self, message: NoticeMessage) -> None:
        """One of its own words on the journal. Of a notice that is closed only its id is kept."""
        self.trial = self.trial or (isinstance(message, NoticeOutcome) and message.trial)
        if message.notice in self.closed:
            return
        said = self.said.setdefault(message.notice, _Said())
        if isinstance(message, NoticeClaimed):
            said.state = State.CLAIMED
            said.claims += 1
        elif isinstance(message, NoticeAttempting):
            said.state, said.attempted = State.ATTEMPTING, message.at
            said.tries += 1
        elif isinstance(message, NoticeOutcome):
            said.state, said.told, said.trial = State(message.outcome), message.at, message.trial
        if said.state.is_end:
            del self.said[message.notice]
            self.closed.add(message.notice)

    def command(self, message: CommandsMessage, raw: bytes) -> None:
        """One command; ``raw`` is its record."""
        if isinstance(message, HandOver) or message.notice in self.closed:
            return
        if isinstance(message, NoticePlanned):
            self.asked.setdefault(message.notice, _Asked(message))
        elif message.notice in self.asked:  # a person may settle a notice that never was
            _ask(self.asked[message.notice], message, raw)

    def rows(self) -> dict[str, list[StateRow]]:
        """By kind, the rows that the notifier goes on from."""
        notices: list[StateRow] = []
        granted: list[StateRow] = []
        in_hand = 0
        for place, (key, asked) in enumerate(self.asked.items()):
            if self._closing(key) is not None:
                continue
            notice, wake = self._notice(key, asked, place)
            notices.append((key, dump_notice(notice), wake, None))
            in_hand += notice.state.is_in_hand
            if notice.state is State.ATTEMPTING:
                granted.append((key, asked.granted, None, None))
        return {
            "notice": notices,
            "granted": granted,
            "pace": [("pace", dump_pace(Pace(in_hand)), None, None)],
            "trial": [TRIAL_ROW] if self.trial else [],
        }

    def words(self, at: datetime) -> list[NoticeOutcome]:
        """What it has to say at ``at``: the ends of notices that it was told of and did not tell."""
        return [
            NoticeOutcome(
                notice=key,
                creditor=asked.planned.letter.creditor,
                debtor=asked.planned.letter.debtor,
                at=at,
                outcome=end.outcome,
                detail=end.detail,
                trial=end.trial,
            )
            for key, asked in self.asked.items()
            if (end := self._closing(key)) is not None
        ]

    def _notice(self, key: str, asked: _Asked, place: int) -> tuple[Notice, int | None]:
        """A notice, and its wake. What is to be claimed is due at once, in the order in which it was planned."""
        said, letter = self.said.get(key, _Said()), asked.planned.letter
        trial = said.trial and said.state is State.UNKNOWN
        notice = Notice(key, letter.creditor, letter.debtor, letter.date, said.state, said.tries, said.attempted, trial)
        if said.state is State.DEFERRED:
            assert said.told is not None, "a deferred notice has its outcome"
            return notice, int((said.told + retry_wait(said.tries)).timestamp())
        if said.state is State.CLAIMED and asked.grants >= said.claims:
            notice = replace(notice, state=State.PLANNED)
        return notice, place if notice.state is State.PLANNED else None

    def _closing(self, key: str) -> _End | None:
        """The end of a notice that it was told of and did not tell; None while the notice stays open."""
        asked, said = self.asked[key], self.said.get(key, _Said())
        if asked.withdrawn is not None and said.state in _WITHDRAWABLE:
            return _End("withdrawn", "-".join(asked.withdrawn.reasons), trial=False)
        if asked.settled is not None and said.state is State.UNKNOWN:
            return _End(asked.settled.outcome, "settled", trial=said.trial)
        return None


def _ask(asked: _Asked, message: NoticeGranted | NoticeWithdrawn | NoticeOutcomeSettled, raw: bytes) -> None:
    if isinstance(message, NoticeGranted):
        asked.grants += 1
        asked.granted = raw
    elif isinstance(message, NoticeWithdrawn):
        asked.withdrawn = message
    else:
        asked.settled = message
