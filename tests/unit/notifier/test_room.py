"""An attempt is recorded when its post has a connection for it: a kill leaves few letters unknown (design.md §7.4)."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.commands import CommandsMessage
from schemas.journal import JournalMessage, NoticeAttempting, NoticeClaimed, NoticeOutcome
from schemas.topics import JOURNAL
from services.notifier.protocol import State, load_notice
from services.runtime.telemetry.consumer_lag import delivering
from tests.unit.notifier.harness import NotifierHarness, granted, planned, summary, withdrawn

MINUTE = timedelta(minutes=1)
CONNECTIONS = 4
LETTERS = [f"n-{number:02d}" for number in range(60)]


@pytest.fixture
def notifier() -> Iterator[NotifierHarness]:
    opened = NotifierHarness(at_once=CONNECTIONS)
    yield opened
    opened.close()


def states(notifier: NotifierHarness) -> Counter[State]:
    """How many notices are in each state."""
    state = notifier.engine.store.state
    space = state.space("notifier", "notice")
    return Counter(load_notice(row[1]).state for row in state.page(space, 0, "", None, 1_000))


def grant_all(notifier: NotifierHarness) -> None:
    notifier.receive(*map(planned, LETTERS))
    notifier.receive(*map(granted, LETTERS))


def test_only_as_many_letters_are_attempted_as_the_post_delivers_at_once(notifier: NotifierHarness) -> None:
    grant_all(notifier)

    assert states(notifier) == {State.GRANTED: 56, State.ATTEMPTING: CONNECTIONS}
    assert [attempt.letter.notice for attempt in notifier.post.sent] == LETTERS[:CONNECTIONS]
    assert (notifier.rows("waiting"), notifier.rows("granted")) == (56, CONNECTIONS)
    assert delivering(notifier.engine.store) == 60


def test_each_outcome_lets_the_letter_go_that_has_waited_longest(notifier: NotifierHarness) -> None:
    grant_all(notifier)

    for number, notice in enumerate(LETTERS):
        messages = [summary(message) for message in notifier.end("accepted")]
        following = LETTERS[number + CONNECTIONS :][:1]
        assert messages == [f"{notice} accepted", *(f"{each} attempting" for each in following)]
        assert states(notifier)[State.ATTEMPTING] <= CONNECTIONS

    assert notifier.rows("waiting") == notifier.rows("notice") == 0


def test_a_letter_that_is_granted_later_waits_behind_those_that_wait(notifier: NotifierHarness) -> None:
    grant_all(notifier)
    notifier.now += MINUTE
    notifier.receive(planned("a-late-one"))
    notifier.receive(granted("a-late-one", until=notifier.now + 10 * MINUTE))

    while notifier.post.sent:
        notifier.end("accepted")

    assert [summary(it) for it in notifier.published if summary(it).endswith("attempting")][-1].startswith("a-late")


def test_a_grant_that_runs_out_while_its_letter_waits_is_claimed_anew(notifier: NotifierHarness) -> None:
    grant_all(notifier)
    notifier.now += 11 * MINUTE

    messages = [summary(message) for message in notifier.end("accepted")]

    assert messages == [f"{LETTERS[0]} accepted", *(f"{notice} claimed" for notice in LETTERS[CONNECTIONS:])]
    assert notifier.rows("waiting") == 0


def test_a_letter_that_waits_may_still_be_withdrawn(notifier: NotifierHarness) -> None:
    grant_all(notifier)

    assert [summary(message) for message in notifier.receive(withdrawn(LETTERS[-1]))] == [f"{LETTERS[-1]} withdrawn"]

    assert notifier.rows("waiting") == 55


def test_a_killed_process_leaves_no_more_attempts_without_outcome_than_connections(tmp_path: Path) -> None:
    first = NotifierHarness(tmp_path / "store.db", at_once=CONNECTIONS)
    grant_all(first)
    first.engine.store.close()

    following = NotifierHarness(tmp_path / "store.db", at_once=CONNECTIONS)

    assert [attempt.letter.notice for attempt in following.post.recovered] == LETTERS[:CONNECTIONS]
    assert following.post.sent == []
    for attempt in list(following.post.recovered):
        following.post.decide(attempt, "unknown", following.now)
    following.settle()
    assert states(following) == {State.UNKNOWN: CONNECTIONS, State.ATTEMPTING: CONNECTIONS, State.GRANTED: 52}
    while following.post.sent:
        following.end("accepted")
    assert states(following) == {State.UNKNOWN: CONNECTIONS}
    following.close()


class KilledNow:
    """A notifier whose process is killed again and again; each claim is granted at once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.notifier = NotifierHarness(path, at_once=2)
        self.kills = 0
        self.receive(*map(planned, NOTICES))

    def receive(self, *commands: CommandsMessage) -> None:
        self.take(self.notifier.receive(*commands))

    def take(self, published: list[JournalMessage]) -> None:
        until = self.notifier.now + 10 * MINUTE
        claimed = [message.notice for message in published if isinstance(message, NoticeClaimed)]
        if claimed:
            self.receive(*(granted(notice, until=until) for notice in claimed))

    def do(self, step: str) -> None:
        if step == "kill":
            self._kill()
        elif step in ("minute", "late"):
            self.take(self.notifier.wait(MINUTE if step == "minute" else 11 * MINUTE))
        elif self.notifier.post.sent:
            self.take(self.notifier.end("accepted" if step == "end" else "unknown"))

    def _kill(self) -> None:
        self.kills += 1
        self.notifier.engine.store.close()
        self.notifier = NotifierHarness(self._path, now=self.notifier.now, at_once=2)
        for attempt in self.notifier.post.recovered:
            self.notifier.post.decide(attempt, "unknown", self.notifier.now)
        self.notifier.settle()
        self.take(self.notifier.published)

    def journal(self) -> list[JournalMessage]:
        """All that was ever published."""
        log = self.notifier.engine.store.log
        return [JOURNAL.decode(raw) for _, _, raw in log.read(JOURNAL.name, 0, 0, log.ends(JOURNAL.name)[0])]


NOTICES = LETTERS[:6]


@settings(deadline=None, max_examples=12)
@given(steps=st.lists(st.sampled_from(["end", "unknown", "minute", "late", "kill"]), min_size=3, max_size=12))
def test_wherever_a_process_is_killed_no_letter_is_sent_twice_and_none_is_forgotten(
    steps: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    killed = KilledNow(tmp_path_factory.mktemp("kills") / "store.db")

    for step in [*steps, *["end"] * len(NOTICES)]:
        killed.do(step)

    messages = killed.journal()
    ends = [message.outcome for message in messages if isinstance(message, NoticeOutcome)]
    assert sorted(each.notice for each in messages if isinstance(each, NoticeAttempting)) == NOTICES
    assert len(ends) == len(NOTICES)
    assert ends.count("unknown") <= 2 * killed.kills + steps.count("unknown")
    killed.notifier.close()
