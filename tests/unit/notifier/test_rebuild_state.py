"""The rows that are rebuilt from the topics alone are the notifier's own, whatever happened and whenever they are."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.commands import decode_commands
from schemas.journal import NoticeMessage, decode_journal
from schemas.topics import COMMANDS, JOURNAL
from services.notifier.protocol import Notice, State, load_notice
from services.notifier.rate_limit import load_claim_rate
from services.notifier.rebuild_state import RebuiltNotices
from tests.simulation.flow import Event, Flow
from tests.unit.notifier.harness import NINE, HeldPost, NotifierHarness, planned
from tests.unit.overdue.story import CREDITOR, ZONE, Story

MORNING: Final = datetime(2026, 1, 28, 9, 0, tzinfo=ZONE)
MINUTE: Final = timedelta(minutes=1)
DEBTORS: Final = 4
STATUSES: Final = ("accepted", "failed", "deferred", "unknown")


class FirstLetters:
    """A flow on the morning of several first letters, whose post waits for the test to decide outcomes."""

    def __init__(self) -> None:
        self.post = HeldPost()
        self.flow = Flow(2, self.post)
        self.now = MORNING - MINUTE
        self.flow.publish(_invoices())
        self.flow.tick(self.now)

    def minute(self, *lagging: str) -> None:
        """A minute passes; workers that lag take it up later."""
        self.now += MINUTE
        self.flow.without(*lagging)
        self.flow.tick(self.now)
        self.flow.with_all()

    def end(self, status: str) -> None:
        """The oldest attempt under way ends."""
        under_way = self.post.sent or self.post.recovered
        if under_way:
            self.post.decide(under_way.pop(0), status, self.now)  # type: ignore[arg-type]

    def hold(self, debtor: int) -> None:
        """A person stops a debtor's letters."""
        self.say("hold.placed", debtor=f"C-{debtor}", reason="agreed", until="2026-01-29")

    def settle(self) -> None:
        """A person settles each notice that is unknown."""
        for notice in self.notices().values():
            if notice.state is State.UNKNOWN:
                self.say("notice.settled", debtor=notice.debtor, notice=notice.notice, outcome="accepted")

    def notices(self) -> dict[str, Notice]:
        """The notifier's own rows."""
        return {key: load_notice(stored) for key, stored in self.rows("notice").items()}

    def rows(self, kind: str) -> dict[str, bytes]:
        """Its rows of a kind, in all partitions."""
        state = self.flow.engine.store.state
        space = state.spaces_of("notifier").get(kind, 0)
        pages = [state.page(space, partition, "", None, 100) for partition in range(2) if space]
        return {key: stored for page in pages for key, stored in page}

    def unread(self) -> set[str]:
        """The notices about which there are commands that the notifier has not read yet."""
        positions = self.flow.engine.store.positions()
        records = [
            decode_commands(value)
            for partition in range(2)
            for value in _values(
                self.flow, COMMANDS.name, partition, positions.get(("notifier", "commands", partition), 0)
            )
        ]
        return {record.notice for record in records}  # type: ignore[union-attr]

    def say(self, kind: str, **data: object) -> None:
        """A person says something."""
        event = {
            "specversion": "1.0", "id": f"{kind} {self.now} {data}", "source": "//people", "type": f"{kind}.v1",
            "time": self.now.isoformat(), "data": {"creditor": CREDITOR, **data},
        }  # fmt: skip
        self.flow.publish([event])


def _invoices() -> list[Event]:
    story = Story()
    for number in range(DEBTORS):
        story.invoice("2026-01-23", invoice=f"100{number}", debtor=f"C-{number}")
    before = [event for event in story._mornings(MORNING.date()) if event["time"] < MORNING.isoformat()]
    return sorted([*story.events, *before], key=lambda event: str(event["time"]))


def _values(flow: Flow, topic: str, partition: int, start: int = 0) -> Iterator[bytes]:
    log = flow.engine.store.log
    return (value for _, _, value in log.read(topic, partition, start, log.ends(topic)[partition]))


def rebuilt_from(flow: Flow, partitions: int = 2) -> list[RebuiltNotices]:
    """The rows rebuilt from the topics, by partition."""
    found = []
    for partition in range(partitions):
        rebuilt = RebuiltNotices()
        for message in map(decode_journal, _values(flow, JOURNAL.name, partition)):
            if isinstance(message, NoticeMessage):
                rebuilt.add_message(message)
        for raw in _values(flow, COMMANDS.name, partition):
            rebuilt.add_command(decode_commands(raw), raw)
        found.append(rebuilt)
    return found


STEPS: Final = st.one_of(
    st.just(("minute",)),
    st.tuples(st.just("lag"), st.sampled_from([("notifier",), ("overdue",), ("intake",), ("notifier", "overdue")])),
    st.tuples(st.just("end"), st.sampled_from(STATUSES)),
    st.tuples(st.just("hold"), st.integers(0, DEBTORS - 1)),
    st.just(("settle",)),
)


@settings(deadline=None, max_examples=40)
@given(steps=st.lists(STEPS, min_size=3, max_size=25))
def test_whenever_the_rows_are_lost_they_are_rebuilt_from_the_topics(steps: list[tuple[object, ...]]) -> None:
    morning = FirstLetters()
    for what, *how in [("minute",), *steps]:
        if what == "minute":
            morning.minute()
        elif what == "lag":
            morning.minute(*how[0])  # type: ignore[misc]
        elif what == "end":
            morning.end(str(how[0]))
        elif what == "hold":
            morning.hold(int(str(how[0])))
        else:
            morning.settle()
        compare(morning)


def compare(morning: FirstLetters) -> None:
    """Each row is rebuilt as it is; where commands were not read yet, as reading them now would make it."""
    found = rebuilt_from(morning.flow)
    rebuilt = {key: load_notice(row) for each in found for key, row, _, _ in each.rows()["notice"]}
    ends = {outcome.notice: outcome for each in found for outcome in each.missing_outcomes(morning.now)}
    own, unread = morning.notices(), morning.unread()

    assert {key: rebuilt.get(key) for key in own.keys() - unread} == {key: own[key] for key in own.keys() - unread}
    assert rebuilt.keys() | ends.keys() == own.keys() | (unread & rebuilt.keys())
    assert not rebuilt.keys() & ends.keys()
    for key in unread & rebuilt.keys():
        assert rebuilt[key].state is State.PLANNED
        assert key not in own or own[key].state is State.CLAIMED
    for key, end in ends.items():
        assert own[key].state is (State.CLAIMED if end.outcome == "withdrawn" else State.UNKNOWN)
    assert {key: row for each in found for key, row, _, _ in each.rows()["granted"]} == morning.rows("granted")


def on_the_way(morning: FirstLetters) -> str:
    """The one notice, claimed; the answer to its claim will not be read."""
    for debtor in range(1, DEBTORS):
        morning.hold(debtor)
    morning.minute()
    (key,) = morning.notices()
    assert morning.notices()[key].state is State.CLAIMED
    return key


def test_a_grant_that_was_not_read_is_asked_for_again() -> None:
    morning = FirstLetters()
    key = on_the_way(morning)
    morning.minute("notifier")
    assert morning.unread() == {key}

    (row,) = [row for each in rebuilt_from(morning.flow) for row in each.rows()["notice"]]

    assert load_notice(row[1]).state is State.PLANNED


def test_a_claim_that_was_not_answered_waits_for_its_answer() -> None:
    morning = FirstLetters()
    key = on_the_way(morning)
    morning.minute("notifier", "overdue")
    assert morning.unread() == set()

    (row,) = [row for each in rebuilt_from(morning.flow) for row in each.rows()["notice"]]

    assert (row[0], load_notice(row[1]).state) == (key, State.CLAIMED)


def test_a_withdrawal_that_was_not_read_is_published() -> None:
    morning = FirstLetters()
    key = on_the_way(morning)
    morning.hold(0)
    morning.minute("notifier")

    (outcome,) = [outcome for each in rebuilt_from(morning.flow) for outcome in each.missing_outcomes(NINE)]

    assert (outcome.notice, outcome.outcome, outcome.detail, outcome.at) == (key, "withdrawn", "held", NINE)


def test_what_a_person_settled_and_the_notifier_did_not_read_is_published() -> None:
    morning = FirstLetters()
    key = on_the_way(morning)
    morning.minute()
    morning.end("unknown")
    morning.minute()
    morning.settle()
    morning.minute("notifier")

    (outcome,) = [outcome for each in rebuilt_from(morning.flow) for outcome in each.missing_outcomes(NINE)]

    assert (outcome.notice, outcome.outcome, outcome.detail, outcome.trial) == (key, "accepted", "settled", True)


def rebuilt_of(notifier: NotifierHarness) -> RebuiltNotices:
    """The rows rebuilt from the topics of a notifier that is alone."""
    rebuilt, log = RebuiltNotices(), notifier.engine.store.log
    for message in notifier.published:
        assert isinstance(message, NoticeMessage)
        rebuilt.add_message(message)
    for _, _, raw in log.read(COMMANDS.name, 0, 0, log.ends(COMMANDS.name)[0]):
        rebuilt.add_command(decode_commands(raw), raw)
    return rebuilt


def test_a_deferred_notice_keeps_its_wait_and_its_tries() -> None:
    notifier = NotifierHarness()
    notifier.to_attempting()
    notifier.end("deferred")

    ((_, row, wake, _),) = rebuilt_of(notifier).rows()["notice"]

    assert wake == notifier.engine.next_wake()
    assert (load_notice(row).state, load_notice(row).tries) == (State.DEFERRED, 1)
    notifier.close()


@pytest.mark.parametrize("trial", [True, False])
def test_that_letters_of_trial_mode_ended_is_known_after_they_are_closed(trial: bool) -> None:
    notifier = NotifierHarness()
    notifier.post.trial = trial
    notifier.to_attempting()
    assert rebuilt_of(notifier).rows()["trial"] == []

    notifier.end("accepted")

    assert len(rebuilt_of(notifier).rows()["trial"]) == notifier.rows("trial") == int(trial)
    notifier.close()


def test_what_is_in_hand_is_counted() -> None:
    notifier = NotifierHarness()
    notifier.receive(planned("n-1"), planned("n-2"))
    notifier.to_attempting("n-3")
    notifier.to_attempting("n-4")
    notifier.end("unknown")

    ((_, row, _, _),) = rebuilt_of(notifier).rows()["pace"]

    assert load_claim_rate(row).in_hand == 3
    notifier.close()
