"""The notice protocol as it is lived: claims, grants, attempts, outcomes (design.md §7)."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from schemas.commands import HandOver
from schemas.journal import JournalMessage, NoticeClaimed, NoticeOutcome
from tests.unit.notifier.harness import NINE, Counter, granted, planned, settled, told, withdrawn
from tests.unit.notifier.letters import RECIPIENT

MINUTE = timedelta(minutes=1)


@pytest.fixture
def counter() -> Iterator[Counter]:
    opened = Counter()
    yield opened
    opened.close()


def words(messages: list[JournalMessage]) -> list[str]:
    return [told(message) for message in messages]


def outcome(messages: list[JournalMessage]) -> NoticeOutcome:
    (message,) = messages
    assert isinstance(message, NoticeOutcome)
    return message


# --- the straight way ----------------------------------------------------------------------------


def test_a_planned_notice_is_claimed_at_once_by_the_notifiers_clock(counter: Counter) -> None:
    said = counter.tell(planned())

    (claim,) = said
    assert isinstance(claim, NoticeClaimed)
    assert (claim.notice, claim.creditor, claim.debtor, claim.now) == ("n-1", "esimerkki", "C-1", NINE)
    assert counter.post.sent == []


def test_a_granted_letter_is_attempted_and_then_handed_to_the_post(counter: Counter) -> None:
    counter.tell(planned())

    assert words(counter.tell(granted())) == ["n-1 attempting"]

    (attempt,) = counter.post.sent
    assert attempt.letter.notice == "n-1"
    assert (attempt.at, attempt.good_until) == (NINE, NINE + 10 * MINUTE)


def test_an_accepted_letter_closes_the_notice_and_leaves_nothing(counter: Counter) -> None:
    counter.to_attempting()

    said = outcome(counter.end("accepted"))

    assert (said.outcome, said.at, said.trial, said.detail) == ("accepted", NINE, True, None)
    assert counter.rows("notice") == counter.rows("granted") == 0
    assert counter.post.outcomes(0) == ()


def test_a_failed_letter_closes_the_notice_with_its_code(counter: Counter) -> None:
    counter.to_attempting()

    said = outcome(counter.end("failed", "rcpt-550"))

    assert (said.outcome, said.detail) == ("failed", "rcpt-550")
    assert counter.rows("notice") == 0


# --- the other ways ------------------------------------------------------------------------------


def test_a_deferred_letter_is_claimed_again_after_growing_waits(counter: Counter) -> None:
    waits = []
    counter.tell(planned())
    for _ in range(6):
        counter.tell(granted(until=counter.now + 10 * MINUTE))
        assert words(counter.end("deferred", "rcpt-450")) == ["n-1 deferred"]
        began = counter.now
        while not words(counter.wait(MINUTE)):
            assert counter.now < began + timedelta(hours=2)
        waits.append((counter.now - began) // MINUTE)

    assert waits == [5, 10, 20, 40, 60, 60]
    assert words(counter.heard)[-1] == "n-1 claimed"


def test_a_letter_deferred_past_its_day_is_withdrawn_and_never_sent_later(counter: Counter) -> None:
    counter.to_attempting()
    counter.end("deferred")

    said = outcome(counter.wait(timedelta(hours=29)))

    assert (said.outcome, said.detail, said.trial) == ("withdrawn", "day-is-over", False)
    assert counter.rows("notice") == 0
    assert counter.post.sent == []


def test_a_plan_that_comes_when_its_day_is_over_is_withdrawn(counter: Counter) -> None:
    counter.now = NINE + timedelta(days=2)

    assert outcome(counter.tell(planned())).outcome == "withdrawn"


def test_a_grant_that_comes_too_late_is_claimed_anew(counter: Counter) -> None:
    counter.tell(planned())
    counter.now += 11 * MINUTE

    said = counter.tell(granted(until=NINE + 10 * MINUTE))

    assert words(said) == ["n-1 claimed"]
    assert counter.post.sent == []
    counter.tell(granted(until=counter.now + 10 * MINUTE))
    assert len(counter.post.sent) == 1


def test_a_grant_is_good_to_its_last_instant(counter: Counter) -> None:
    counter.tell(planned())
    counter.now += 10 * MINUTE

    assert words(counter.tell(granted(until=counter.now))) == ["n-1 attempting"]


@pytest.mark.parametrize("when", ["claimed", "deferred"])
def test_a_withdrawal_before_the_attempt_closes_the_notice_with_its_reasons(counter: Counter, when: str) -> None:
    counter.tell(planned())
    if when == "deferred":
        counter.tell(granted())
        counter.end("deferred")

    said = outcome(counter.tell(withdrawn("n-1", "disputed", "stale-feed")))

    assert (said.outcome, said.detail) == ("withdrawn", "disputed-stale-feed")
    assert counter.rows("notice") == 0


def test_a_withdrawal_during_the_attempt_comes_too_late(counter: Counter) -> None:
    counter.to_attempting()

    assert counter.tell(withdrawn()) == []
    assert words(counter.end("accepted")) == ["n-1 accepted"]


def test_a_plan_and_its_withdrawal_in_one_batch_send_nothing(counter: Counter) -> None:
    assert words(counter.tell(planned(), withdrawn())) == ["n-1 withdrawn"]


def test_the_lost_answer_stays_open_until_a_person_settles_it(counter: Counter) -> None:
    counter.to_attempting()
    assert words(counter.end("unknown", "dot-lost")) == ["n-1 unknown"]
    assert counter.wait(timedelta(days=30)) == []
    assert counter.rows("notice") == 1

    said = outcome(counter.tell(settled(outcome="failed")))

    assert (said.outcome, said.detail, said.trial) == ("failed", "settled", True)
    assert counter.rows("notice") == 0


def test_the_first_close_wins(counter: Counter) -> None:
    counter.to_attempting()
    counter.end("unknown")

    said = counter.tell(settled(outcome="accepted"), settled(outcome="failed"))

    assert words(said) == ["n-1 accepted"]


@pytest.mark.parametrize("state", ["nothing", "claimed", "attempting", "deferred"])
def test_a_person_can_settle_only_what_nobody_knows(counter: Counter, state: str) -> None:
    if state != "nothing":
        counter.tell(planned())
    if state in ("attempting", "deferred"):
        counter.tell(granted())
    if state == "deferred":
        counter.end("deferred")

    assert counter.tell(settled()) == []


@pytest.mark.parametrize("command", [granted, withdrawn, settled])
def test_a_command_about_an_unknown_or_closed_notice_changes_nothing(
    counter: Counter, command: Callable[[], Any]
) -> None:
    assert counter.tell(command()) == []
    counter.to_attempting()
    counter.end("accepted")

    assert counter.tell(command()) == []
    assert counter.rows("notice") == 0


def test_a_plan_that_is_already_open_is_not_claimed_twice(counter: Counter) -> None:
    counter.tell(planned())

    assert counter.tell(planned()) == []


def test_a_second_grant_does_not_send_twice(counter: Counter) -> None:
    counter.to_attempting()

    assert counter.tell(granted()) == []
    assert len(counter.post.sent) == 1


def test_hand_overs_are_left_to_collection(counter: Counter) -> None:
    hand_over = HandOver(
        hand_over="h-1", creditor="esimerkki", debtor="C-1", date=NINE.date(), currency="EUR", kind="consumer",
        policy="p", policy_version=1, step="collection", recipient=RECIPIENT, lines=(),
    )  # fmt: skip

    assert counter.tell(hand_over) == []
    assert counter.rows("notice") == 0


# --- limits --------------------------------------------------------------------------------------


def test_no_more_notices_are_claimed_than_may_be_open_and_each_end_makes_room() -> None:
    counter = Counter(open_claims=2)

    assert words(counter.tell(*(planned(f"n-{number}") for number in range(5)))) == ["n-0 claimed", "n-1 claimed"]
    assert counter.wait(MINUTE) == []
    counter.tell(granted("n-0"))
    assert words(counter.end("accepted")) == ["n-0 accepted", "n-2 claimed"]
    assert words(counter.tell(withdrawn("n-1"))) == ["n-1 withdrawn", "n-3 claimed"]
    counter.close()


def test_an_unknown_notice_takes_no_room() -> None:
    counter = Counter(open_claims=1)
    counter.to_attempting("n-1")
    counter.tell(planned("n-2"))

    assert words(counter.end("unknown")) == ["n-1 unknown", "n-2 claimed"]
    counter.close()


def test_no_more_notices_are_claimed_in_a_minute_than_allowed() -> None:
    counter = Counter(claims_per_minute=2)

    assert len(counter.tell(*(planned(f"n-{number}") for number in range(5)))) == 2
    assert counter.wait(timedelta(seconds=59)) == []
    assert words(counter.wait(timedelta(seconds=1))) == ["n-2 claimed", "n-3 claimed"]
    assert words(counter.wait(MINUTE)) == ["n-4 claimed"]
    assert counter.wait(MINUTE) == []
    counter.close()


def test_notices_are_claimed_in_the_order_in_which_they_were_planned() -> None:
    counter = Counter(open_claims=1)
    counter.tell(planned("n-9"))
    counter.now += MINUTE
    counter.tell(planned("n-5"))
    counter.now += MINUTE
    counter.tell(planned("n-1"))
    for notice in ("n-9", "n-5"):
        counter.tell(withdrawn(notice))

    claims = [word for word in words(counter.heard) if word.endswith("claimed")]

    assert claims == ["n-9 claimed", "n-5 claimed", "n-1 claimed"]
    counter.close()


# --- a new process -------------------------------------------------------------------------------


def test_an_attempt_without_outcome_is_recovered_by_the_next_process(tmp_path: Path) -> None:
    before = Counter(tmp_path / "store.db")
    before.to_attempting()
    before.close()

    after = Counter(tmp_path / "store.db", now=NINE + timedelta(hours=1))

    (attempt,) = after.post.recovered
    assert after.post.sent == []
    assert (attempt.letter.notice, attempt.at) == ("n-1", NINE)
    after.post.decide(attempt, "unknown", after.now, "no-record")
    assert words(after.settle()) == ["n-1 unknown"]
    after.close()


def test_only_attempts_are_recovered_and_only_once(tmp_path: Path) -> None:
    before = Counter(tmp_path / "store.db")
    before.tell(planned("n-claimed"))
    before.to_attempting("n-unknown")
    before.end("unknown")
    before.close()

    after = Counter(tmp_path / "store.db")
    after.wait(timedelta(hours=1))

    assert after.post.recovered == []
    assert words(after.tell(granted("n-claimed", until=after.now + MINUTE))) == ["n-claimed attempting"]
    assert after.post.recovered == []
    after.close()


def test_an_outcome_of_an_earlier_attempt_says_nothing_of_the_present_one() -> None:
    counter = Counter()
    counter.to_attempting()
    first = counter.post.sent[0]
    counter.end("deferred")
    counter.wait(timedelta(minutes=5))
    counter.tell(granted("n-1", until=counter.now + MINUTE))

    counter.post.decide(first, "accepted", counter.now)

    assert words(counter.settle()) == []
    assert words(counter.end("failed")) == ["n-1 failed"]
    counter.close()


def test_a_wait_goes_on_in_the_next_process(tmp_path: Path) -> None:
    before = Counter(tmp_path / "store.db")
    before.to_attempting()
    before.end("deferred")
    before.close()

    after = Counter(tmp_path / "store.db", now=NINE + 4 * MINUTE)

    assert words(after.wait(MINUTE)) == ["n-1 claimed"]
    after.close()


def test_limits_count_what_an_earlier_process_had_in_hand(tmp_path: Path) -> None:
    before = Counter(tmp_path / "store.db", open_claims=1)
    before.tell(planned("n-1"), planned("n-2"))
    before.close()

    after = Counter(tmp_path / "store.db", open_claims=1)

    assert after.heard == []
    assert words(after.tell(withdrawn("n-1"))) == ["n-1 withdrawn", "n-2 claimed"]
    after.close()


def test_an_outcome_of_a_notice_that_is_no_longer_attempted_is_dropped(counter: Counter) -> None:
    counter.to_attempting()
    (attempt,) = counter.post.sent
    counter.post.decide(attempt, "unknown", counter.now)
    counter.post.decide(attempt, "accepted", counter.now)

    assert words(counter.settle()) == ["n-1 unknown"]
    assert counter.post.outcomes(0) == ()


def test_partitions_do_not_mix() -> None:
    counter = Counter(partitions=4)
    debtors = [f"C-{number}" for number in range(20)]
    counter.tell(*(planned(f"n-{debtor}", debtor) for debtor in debtors))
    counter.tell(*(granted(f"n-{debtor}", debtor=debtor) for debtor in debtors))
    assert len({attempt.partition for attempt in counter.post.sent}) == 4

    for _ in debtors:
        counter.end("accepted")

    assert sorted(word for word in words(counter.heard) if word.endswith("accepted")) == sorted(
        f"n-{debtor} accepted" for debtor in debtors
    )
    counter.close()
