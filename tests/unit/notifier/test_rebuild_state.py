"""The notifier's rows, told from the topics alone, are those that it has, whatever happened and whenever one looks."""

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
from services.notifier.rate_limit import load_pace
from services.notifier.rebuild_state import Recollection
from tests.simulation.flow import Event, Flow
from tests.unit.notifier.harness import NINE, Counter, HeldPost, planned
from tests.unit.overdue.story import CREDITOR, ZONE, Story

MORNING: Final = datetime(2026, 1, 28, 9, 0, tzinfo=ZONE)
MINUTE: Final = timedelta(minutes=1)
DEBTORS: Final = 4
STATUSES: Final = ("accepted", "failed", "deferred", "unknown")


class Office:
    """A flow on the morning of several first letters, whose post waits for the test's word."""

    def __init__(self) -> None:
        self.post = HeldPost()
        self.flow = Flow(2, self.post)
        self.now = MORNING - MINUTE
        self.flow.publish(_invoices())
        self.flow.tick(self.now)

    def minute(self, *deaf: str) -> None:
        """A minute passes; who is deaf hears of it later."""
        self.now += MINUTE
        self.flow.without(*deaf)
        self.flow.tick(self.now)
        self.flow.with_all()

    def end(self, status: str) -> None:
        """The oldest attempt under way ends."""
        under_way = self.post.sent or self.post.recovered
        if under_way:
            self.post.decide(under_way.pop(0), status, self.now)  # type: ignore[arg-type]

    def hold(self, debtor: int) -> None:
        """A person stops a debtor's letters."""
        self._say("hold.placed", debtor=f"C-{debtor}", reason="agreed", until="2026-01-29")

    def settle(self) -> None:
        """A person says what became of each notice of whom nobody knows."""
        for notice in self.notices().values():
            if notice.state is State.UNKNOWN:
                self._say("notice.settled", debtor=notice.debtor, notice=notice.notice, outcome="accepted")

    def notices(self) -> dict[str, Notice]:
        """The notifier's own rows."""
        return {key: load_notice(stored) for key, stored in self.rows("notice").items()}

    def rows(self, kind: str) -> dict[str, bytes]:
        """Its rows of a kind, in all partitions."""
        state = self.flow.engine.store.state
        space = state.spaces_of("notifier").get(kind, 0)
        pages = [state.page(space, partition, "", None, 100) for partition in range(2) if space]
        return {key: stored for page in pages for key, stored in page}

    def unheard(self) -> set[str]:
        """The notices about which there are commands that it did not hear yet."""
        positions = self.flow.engine.store.positions()
        records = [
            decode_commands(value)
            for partition in range(2)
            for value in _values(
                self.flow, COMMANDS.name, partition, positions.get(("notifier", "commands", partition), 0)
            )
        ]
        return {record.notice for record in records}  # type: ignore[union-attr]

    def _say(self, kind: str, **data: str) -> None:
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


def recollected(flow: Flow, partitions: int = 2) -> list[Recollection]:
    """What the topics tell, by partition."""
    found = []
    for partition in range(partitions):
        recollection = Recollection()
        for message in map(decode_journal, _values(flow, JOURNAL.name, partition)):
            if isinstance(message, NoticeMessage):
                recollection.word(message)
        for raw in _values(flow, COMMANDS.name, partition):
            recollection.command(decode_commands(raw), raw)
        found.append(recollection)
    return found


STEPS: Final = st.one_of(
    st.just(("minute",)),
    st.tuples(st.just("deaf"), st.sampled_from([("notifier",), ("overdue",), ("intake",), ("notifier", "overdue")])),
    st.tuples(st.just("end"), st.sampled_from(STATUSES)),
    st.tuples(st.just("hold"), st.integers(0, DEBTORS - 1)),
    st.just(("settle",)),
)


@settings(deadline=None, max_examples=40)
@given(steps=st.lists(STEPS, min_size=3, max_size=25))
def test_whenever_the_rows_are_lost_the_topics_tell_them(steps: list[tuple[object, ...]]) -> None:
    office = Office()
    for what, *how in [("minute",), *steps]:
        if what == "minute":
            office.minute()
        elif what == "deaf":
            office.minute(*how[0])  # type: ignore[misc]
        elif what == "end":
            office.end(str(how[0]))
        elif what == "hold":
            office.hold(int(str(how[0])))
        else:
            office.settle()
        compare(office)


def compare(office: Office) -> None:
    """Each row is told as it is; of what was not heard yet, what hearing it now would make of it."""
    found = recollected(office.flow)
    told = {key: load_notice(row) for each in found for key, row, _, _ in each.rows()["notice"]}
    ends = {word.notice: word for each in found for word in each.words(office.now)}
    own, unheard = office.notices(), office.unheard()

    assert {key: told.get(key) for key in own.keys() - unheard} == {key: own[key] for key in own.keys() - unheard}
    assert told.keys() | ends.keys() == own.keys() | (unheard & told.keys())
    assert not told.keys() & ends.keys()
    for key in unheard & told.keys():
        assert told[key].state is State.PLANNED
        assert key not in own or own[key].state is State.CLAIMED
    for key, end in ends.items():
        assert own[key].state is (State.CLAIMED if end.outcome == "withdrawn" else State.UNKNOWN)
    assert {key: row for each in found for key, row, _, _ in each.rows()["granted"]} == office.rows("granted")


def on_the_way(office: Office) -> str:
    """The one notice, claimed; the answer to its claim will not be heard."""
    for debtor in range(1, DEBTORS):
        office.hold(debtor)
    office.minute()
    (key,) = office.notices()
    assert office.notices()[key].state is State.CLAIMED
    return key


def test_a_grant_that_was_not_heard_is_asked_for_anew() -> None:
    office = Office()
    key = on_the_way(office)
    office.minute("notifier")
    assert office.unheard() == {key}

    (row,) = [row for each in recollected(office.flow) for row in each.rows()["notice"]]

    assert load_notice(row[1]).state is State.PLANNED


def test_a_claim_that_was_not_answered_waits_for_its_answer() -> None:
    office = Office()
    key = on_the_way(office)
    office.minute("notifier", "overdue")
    assert office.unheard() == set()

    (row,) = [row for each in recollected(office.flow) for row in each.rows()["notice"]]

    assert (row[0], load_notice(row[1]).state) == (key, State.CLAIMED)


def test_a_withdrawal_that_was_not_heard_is_told() -> None:
    office = Office()
    key = on_the_way(office)
    office.hold(0)
    office.minute("notifier")

    (word,) = [word for each in recollected(office.flow) for word in each.words(NINE)]

    assert (word.notice, word.outcome, word.detail, word.at) == (key, "withdrawn", "held", NINE)


def test_what_a_person_settled_and_the_notifier_did_not_hear_is_told() -> None:
    office = Office()
    key = on_the_way(office)
    office.minute()
    office.end("unknown")
    office.minute()
    office.settle()
    office.minute("notifier")

    (word,) = [word for each in recollected(office.flow) for word in each.words(NINE)]

    assert (word.notice, word.outcome, word.detail, word.trial) == (key, "accepted", "settled", True)


def remembered(counter: Counter) -> Recollection:
    """What the topics of a counter tell."""
    recollection, log = Recollection(), counter.engine.store.log
    for message in counter.heard:
        assert isinstance(message, NoticeMessage)
        recollection.word(message)
    for _, _, raw in log.read(COMMANDS.name, 0, 0, log.ends(COMMANDS.name)[0]):
        recollection.command(decode_commands(raw), raw)
    return recollection


def test_a_deferred_notice_keeps_its_wait_and_its_tries() -> None:
    counter = Counter()
    counter.to_attempting()
    counter.end("deferred")

    ((_, row, wake, _),) = remembered(counter).rows()["notice"]

    assert wake == counter.engine.next_wake()
    assert (load_notice(row).state, load_notice(row).tries) == (State.DEFERRED, 1)
    counter.close()


@pytest.mark.parametrize("trial", [True, False])
def test_that_letters_of_trial_mode_ended_is_told_after_they_are_closed(trial: bool) -> None:
    counter = Counter()
    counter.post.trial = trial
    counter.to_attempting()
    assert remembered(counter).rows()["trial"] == []

    counter.end("accepted")

    assert len(remembered(counter).rows()["trial"]) == counter.rows("trial") == int(trial)
    counter.close()


def test_what_is_in_hand_is_counted() -> None:
    counter = Counter()
    counter.tell(planned("n-1"), planned("n-2"))
    counter.to_attempting("n-3")
    counter.to_attempting("n-4")
    counter.end("unknown")

    ((_, row, _, _),) = remembered(counter).rows()["pace"]

    assert load_pace(row).in_hand == 3
    counter.close()
