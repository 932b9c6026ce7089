"""The notice protocol as it is lived: claims, grants, attempts, outcomes (design.md §7)."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from schemas.commands import HandOver
from schemas.journal import JournalMessage, NoticeClaimed, NoticeOutcome
from services.runtime.telemetry.consumer_lag import delivering
from tests.unit.notifier.harness import NINE, NotifierHarness, granted, planned, settled, summary, withdrawn
from tests.unit.notifier.letters import RECIPIENT

MINUTE = timedelta(minutes=1)


@pytest.fixture
def notifier() -> Iterator[NotifierHarness]:
    opened = NotifierHarness()
    yield opened
    opened.close()


def summaries(messages: list[JournalMessage]) -> list[str]:
    return [summary(message) for message in messages]


def outcome(messages: list[JournalMessage]) -> NoticeOutcome:
    (message,) = messages
    assert isinstance(message, NoticeOutcome)
    return message


# --- the straight way ----------------------------------------------------------------------------


def test_a_planned_notice_is_claimed_at_once_by_the_notifiers_clock(notifier: NotifierHarness) -> None:
    messages = notifier.receive(planned())

    (claim,) = messages
    assert isinstance(claim, NoticeClaimed)
    assert (claim.notice, claim.creditor, claim.debtor, claim.now) == ("n-1", "esimerkki", "C-1", NINE)
    assert notifier.post.sent == []


def test_a_granted_letter_is_attempted_and_then_handed_to_the_post(notifier: NotifierHarness) -> None:
    notifier.receive(planned())

    assert summaries(notifier.receive(granted())) == ["n-1 attempting"]

    (attempt,) = notifier.post.sent
    assert attempt.letter.notice == "n-1"
    assert (attempt.at, attempt.good_until) == (NINE, NINE + 10 * MINUTE)


def test_an_accepted_letter_closes_the_notice_and_leaves_nothing(notifier: NotifierHarness) -> None:
    notifier.to_attempting()

    ended = outcome(notifier.end("accepted"))

    assert (ended.outcome, ended.at, ended.trial, ended.detail) == ("accepted", NINE, True, None)
    assert notifier.rows("notice") == notifier.rows("granted") == 0
    assert notifier.post.outcomes(0) == ()


def test_a_failed_letter_closes_the_notice_with_its_code(notifier: NotifierHarness) -> None:
    notifier.to_attempting()

    ended = outcome(notifier.end("failed", "rcpt-550"))

    assert (ended.outcome, ended.detail) == ("failed", "rcpt-550")
    assert notifier.rows("notice") == 0


# --- the other ways ------------------------------------------------------------------------------


def test_a_deferred_letter_is_claimed_again_after_growing_waits(notifier: NotifierHarness) -> None:
    waits = []
    notifier.receive(planned())
    for _ in range(6):
        notifier.receive(granted(until=notifier.now + 10 * MINUTE))
        assert summaries(notifier.end("deferred", "rcpt-450")) == ["n-1 deferred"]
        began = notifier.now
        while not summaries(notifier.wait(MINUTE)):
            assert notifier.now < began + timedelta(hours=2)
        waits.append((notifier.now - began) // MINUTE)

    assert waits == [5, 10, 20, 40, 60, 60]
    assert summaries(notifier.published)[-1] == "n-1 claimed"


def test_a_letter_deferred_past_its_day_is_withdrawn_and_never_sent_later(notifier: NotifierHarness) -> None:
    notifier.to_attempting()
    notifier.end("deferred")

    ended = outcome(notifier.wait(timedelta(hours=29)))

    assert (ended.outcome, ended.detail, ended.trial) == ("withdrawn", "day-is-over", False)
    assert notifier.rows("notice") == 0
    assert notifier.post.sent == []


def test_a_plan_that_comes_when_its_day_is_over_is_withdrawn(notifier: NotifierHarness) -> None:
    notifier.now = NINE + timedelta(days=2)

    assert outcome(notifier.receive(planned())).outcome == "withdrawn"


def test_a_grant_that_comes_too_late_is_claimed_anew(notifier: NotifierHarness) -> None:
    notifier.receive(planned())
    notifier.now += 11 * MINUTE

    messages = notifier.receive(granted(until=NINE + 10 * MINUTE))

    assert summaries(messages) == ["n-1 claimed"]
    assert notifier.post.sent == []
    notifier.receive(granted(until=notifier.now + 10 * MINUTE))
    assert len(notifier.post.sent) == 1


def test_a_grant_is_good_to_its_last_instant(notifier: NotifierHarness) -> None:
    notifier.receive(planned())
    notifier.now += 10 * MINUTE

    assert summaries(notifier.receive(granted(until=notifier.now))) == ["n-1 attempting"]


@pytest.mark.parametrize("when", ["claimed", "deferred"])
def test_a_withdrawal_before_the_attempt_closes_the_notice_with_its_reasons(
    notifier: NotifierHarness, when: str
) -> None:
    notifier.receive(planned())
    if when == "deferred":
        notifier.receive(granted())
        notifier.end("deferred")

    ended = outcome(notifier.receive(withdrawn("n-1", "disputed", "stale-feed")))

    assert (ended.outcome, ended.detail) == ("withdrawn", "disputed-stale-feed")
    assert notifier.rows("notice") == 0


def test_a_withdrawal_during_the_attempt_comes_too_late(notifier: NotifierHarness) -> None:
    notifier.to_attempting()

    assert notifier.receive(withdrawn()) == []
    assert summaries(notifier.end("accepted")) == ["n-1 accepted"]


def test_a_plan_and_its_withdrawal_in_one_batch_send_nothing(notifier: NotifierHarness) -> None:
    assert summaries(notifier.receive(planned(), withdrawn())) == ["n-1 withdrawn"]


def test_the_lost_answer_stays_open_until_a_person_settles_it(notifier: NotifierHarness) -> None:
    notifier.to_attempting()
    assert summaries(notifier.end("unknown", "dot-lost")) == ["n-1 unknown"]
    assert notifier.wait(timedelta(days=30)) == []
    assert notifier.rows("notice") == 1

    ended = outcome(notifier.receive(settled(outcome="failed")))

    assert (ended.outcome, ended.detail, ended.trial) == ("failed", "settled", True)
    assert notifier.rows("notice") == 0


def test_the_first_close_wins(notifier: NotifierHarness) -> None:
    notifier.to_attempting()
    notifier.end("unknown")

    messages = notifier.receive(settled(outcome="accepted"), settled(outcome="failed"))

    assert summaries(messages) == ["n-1 accepted"]


@pytest.mark.parametrize("state", ["nothing", "claimed", "attempting", "deferred"])
def test_a_person_can_settle_only_what_nobody_knows(notifier: NotifierHarness, state: str) -> None:
    if state != "nothing":
        notifier.receive(planned())
    if state in ("attempting", "deferred"):
        notifier.receive(granted())
    if state == "deferred":
        notifier.end("deferred")

    assert notifier.receive(settled()) == []


@pytest.mark.parametrize("command", [granted, withdrawn, settled])
def test_a_command_about_an_unknown_or_closed_notice_changes_nothing(
    notifier: NotifierHarness, command: Callable[[], Any]
) -> None:
    assert notifier.receive(command()) == []
    notifier.to_attempting()
    notifier.end("accepted")

    assert notifier.receive(command()) == []
    assert notifier.rows("notice") == 0


def test_a_plan_that_is_already_open_is_not_claimed_twice(notifier: NotifierHarness) -> None:
    notifier.receive(planned())

    assert notifier.receive(planned()) == []


def test_a_second_grant_does_not_send_twice(notifier: NotifierHarness) -> None:
    notifier.to_attempting()

    assert notifier.receive(granted()) == []
    assert len(notifier.post.sent) == 1


def test_hand_overs_are_left_to_collection(notifier: NotifierHarness) -> None:
    hand_over = HandOver(
        hand_over="h-1", creditor="esimerkki", debtor="C-1", date=NINE.date(), currency="EUR", kind="consumer",
        policy="p", policy_version=1, step="collection", recipient=RECIPIENT, lines=(),
    )  # fmt: skip

    assert notifier.receive(hand_over) == []
    assert notifier.rows("notice") == 0


# --- limits --------------------------------------------------------------------------------------


def test_no_more_notices_are_claimed_than_may_be_open_and_each_end_makes_room() -> None:
    notifier = NotifierHarness(open_claims=2)

    assert summaries(notifier.receive(*(planned(f"n-{number}") for number in range(5)))) == [
        "n-0 claimed",
        "n-1 claimed",
    ]
    assert notifier.wait(MINUTE) == []
    notifier.receive(granted("n-0"))
    assert summaries(notifier.end("accepted")) == ["n-0 accepted", "n-2 claimed"]
    assert summaries(notifier.receive(withdrawn("n-1"))) == ["n-1 withdrawn", "n-3 claimed"]
    notifier.close()


def test_an_unknown_notice_takes_no_room() -> None:
    notifier = NotifierHarness(open_claims=1)
    notifier.to_attempting("n-1")
    notifier.receive(planned("n-2"))

    assert summaries(notifier.end("unknown")) == ["n-1 unknown", "n-2 claimed"]
    notifier.close()


def test_no_more_notices_are_claimed_in_a_minute_than_allowed() -> None:
    notifier = NotifierHarness(claims_per_minute=2)

    assert len(notifier.receive(*(planned(f"n-{number}") for number in range(5)))) == 2
    assert notifier.wait(timedelta(seconds=59)) == []
    assert summaries(notifier.wait(timedelta(seconds=1))) == ["n-2 claimed", "n-3 claimed"]
    assert summaries(notifier.wait(MINUTE)) == ["n-4 claimed"]
    assert notifier.wait(MINUTE) == []
    notifier.close()


def test_notices_are_claimed_in_the_order_in_which_they_were_planned() -> None:
    notifier = NotifierHarness(open_claims=1)
    notifier.receive(planned("n-9"))
    notifier.now += MINUTE
    notifier.receive(planned("n-5"))
    notifier.now += MINUTE
    notifier.receive(planned("n-1"))
    for notice in ("n-9", "n-5"):
        notifier.receive(withdrawn(notice))

    claims = [line for line in summaries(notifier.published) if line.endswith("claimed")]

    assert claims == ["n-9 claimed", "n-5 claimed", "n-1 claimed"]
    notifier.close()


# --- a new process -------------------------------------------------------------------------------


def test_an_attempt_without_outcome_is_recovered_by_the_next_process(tmp_path: Path) -> None:
    before = NotifierHarness(tmp_path / "store.db")
    before.to_attempting()
    before.close()

    after = NotifierHarness(tmp_path / "store.db", now=NINE + timedelta(hours=1))

    (attempt,) = after.post.recovered
    assert after.post.sent == []
    assert (attempt.letter.notice, attempt.at) == ("n-1", NINE)
    after.post.decide(attempt, "unknown", after.now, "no-record")
    assert summaries(after.settle()) == ["n-1 unknown"]
    after.close()


def test_only_attempts_are_recovered_and_only_once(tmp_path: Path) -> None:
    before = NotifierHarness(tmp_path / "store.db")
    before.receive(planned("n-claimed"))
    before.to_attempting("n-unknown")
    before.end("unknown")
    before.close()

    after = NotifierHarness(tmp_path / "store.db")
    after.wait(timedelta(hours=1))

    assert after.post.recovered == []
    assert summaries(after.receive(granted("n-claimed", until=after.now + MINUTE))) == ["n-claimed attempting"]
    assert after.post.recovered == []
    after.close()


def test_an_outcome_of_an_earlier_attempt_says_nothing_of_the_present_one() -> None:
    notifier = NotifierHarness()
    notifier.to_attempting()
    first = notifier.post.sent[0]
    notifier.end("deferred")
    notifier.wait(timedelta(minutes=5))
    notifier.receive(granted("n-1", until=notifier.now + MINUTE))

    notifier.post.decide(first, "accepted", notifier.now)

    assert summaries(notifier.settle()) == []
    assert summaries(notifier.end("failed")) == ["n-1 failed"]
    notifier.close()


def test_a_wait_goes_on_in_the_next_process(tmp_path: Path) -> None:
    before = NotifierHarness(tmp_path / "store.db")
    before.to_attempting()
    before.end("deferred")
    before.close()

    after = NotifierHarness(tmp_path / "store.db", now=NINE + 4 * MINUTE)

    assert summaries(after.wait(MINUTE)) == ["n-1 claimed"]
    after.close()


def test_limits_count_what_an_earlier_process_had_in_hand(tmp_path: Path) -> None:
    before = NotifierHarness(tmp_path / "store.db", open_claims=1)
    before.receive(planned("n-1"), planned("n-2"))
    before.close()

    after = NotifierHarness(tmp_path / "store.db", open_claims=1)

    assert after.published == []
    assert summaries(after.receive(withdrawn("n-1"))) == ["n-1 withdrawn", "n-2 claimed"]
    after.close()


def test_an_outcome_of_a_notice_that_is_no_longer_attempted_is_dropped(notifier: NotifierHarness) -> None:
    notifier.to_attempting()
    (attempt,) = notifier.post.sent
    notifier.post.decide(attempt, "unknown", notifier.now)
    notifier.post.decide(attempt, "accepted", notifier.now)

    assert summaries(notifier.settle()) == ["n-1 unknown"]
    assert notifier.post.outcomes(0) == ()


def test_partitions_do_not_mix() -> None:
    notifier = NotifierHarness(partitions=4)
    debtors = [f"C-{number}" for number in range(20)]
    notifier.receive(*(planned(f"n-{debtor}", debtor) for debtor in debtors))
    notifier.receive(*(granted(f"n-{debtor}", debtor=debtor) for debtor in debtors))
    assert len({attempt.partition for attempt in notifier.post.sent}) == 4

    for _ in debtors:
        notifier.end("accepted")

    assert sorted(line for line in summaries(notifier.published) if line.endswith("accepted")) == sorted(
        f"n-{debtor} accepted" for debtor in debtors
    )
    notifier.close()


def test_letters_being_delivered_keep_a_store_from_being_drained(notifier: NotifierHarness) -> None:
    notifier.to_attempting()
    assert delivering(notifier.engine.store) == 1

    notifier.end("accepted")

    assert delivering(notifier.engine.store) == 0
