"""What may happen to a notice: every right move, and every wrong one named (design.md §7)."""

import itertools
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from services.notifier.protocol import (
    Move,
    Notice,
    State,
    WrongMoveError,
    day_is_over,
    dump_notice,
    load_notice,
    retry_wait,
)

AT = datetime(2026, 2, 12, 7, 0, tzinfo=UTC)

RIGHT = {
    (State.PLANNED, Move.CLAIM): State.CLAIMED,
    (State.PLANNED, Move.WITHDRAW): State.WITHDRAWN,
    (State.CLAIMED, Move.GRANT): State.GRANTED,
    (State.CLAIMED, Move.WITHDRAW): State.WITHDRAWN,
    (State.GRANTED, Move.CLAIM): State.CLAIMED,
    (State.GRANTED, Move.ATTEMPT): State.ATTEMPTING,
    (State.GRANTED, Move.WITHDRAW): State.WITHDRAWN,
    (State.ATTEMPTING, Move.ACCEPT): State.ACCEPTED,
    (State.ATTEMPTING, Move.FAIL): State.FAILED,
    (State.ATTEMPTING, Move.DEFER): State.DEFERRED,
    (State.ATTEMPTING, Move.LOSE): State.UNKNOWN,
    (State.DEFERRED, Move.CLAIM): State.CLAIMED,
    (State.DEFERRED, Move.WITHDRAW): State.WITHDRAWN,
    (State.UNKNOWN, Move.ACCEPT): State.ACCEPTED,
    (State.UNKNOWN, Move.FAIL): State.FAILED,
}


def a_notice(state: State = State.PLANNED) -> Notice:
    return Notice("n-1", "esimerkki", "C-1", date(2026, 2, 12), state)


@pytest.mark.parametrize(("state", "move"), list(itertools.product(State, Move)))
def test_only_the_right_moves_are_possible_and_wrong_ones_are_named(state: State, move: Move) -> None:
    notice = a_notice(state)

    if (state, move) in RIGHT:
        assert notice.may(move)
        assert notice.after(move).state is RIGHT[state, move]
    else:
        assert not notice.may(move)
        with pytest.raises(WrongMoveError, match=f"notice n-1: {move} is not right while it is {state}"):
            notice.after(move)


@pytest.mark.parametrize("state", list(State))
def test_nothing_happens_to_a_closed_notice(state: State) -> None:
    assert state.is_end == (not any(from_state is state for from_state, _ in RIGHT))


def test_a_notice_is_withdrawn_only_before_it_is_attempted() -> None:
    assert {state for state, move in RIGHT if move is Move.WITHDRAW}.isdisjoint({State.ATTEMPTING, State.UNKNOWN})


def test_an_unknown_notice_is_never_attempted_again() -> None:
    assert {move for state, move in RIGHT if state is State.UNKNOWN} == {Move.ACCEPT, Move.FAIL}


def test_an_attempt_is_counted_and_dated() -> None:
    first = a_notice(State.GRANTED).attempting(AT)
    second = first.after(Move.DEFER).after(Move.CLAIM).after(Move.GRANT).attempting(AT + timedelta(hours=1))

    assert (first.state, first.tries, first.attempted) == (State.ATTEMPTING, 1, AT)
    assert (second.tries, second.attempted) == (2, AT + timedelta(hours=1))


@pytest.mark.parametrize("state", [state for state in State if state is not State.GRANTED])
def test_nothing_is_attempted_without_a_grant(state: State) -> None:
    with pytest.raises(WrongMoveError):
        a_notice(state).attempting(AT)


def test_a_lost_notice_remembers_whether_it_was_a_trial() -> None:
    assert a_notice(State.ATTEMPTING).lost(trial=True).trial


def test_waits_grow_from_five_minutes_to_an_hour() -> None:
    minutes = [retry_wait(tries) // timedelta(minutes=1) for tries in (1, 2, 3, 4, 5, 6, 50, 10_000)]

    assert minutes == [5, 10, 20, 40, 60, 60, 60, 60]


@pytest.mark.parametrize("offset", list(range(-12, 15)))
def test_a_day_is_over_only_when_it_is_over_everywhere(offset: int) -> None:
    zone = timezone(timedelta(hours=offset))
    last_minute = datetime(2026, 2, 12, 23, 59, tzinfo=zone).astimezone(UTC)

    assert not day_is_over(date(2026, 2, 12), last_minute)


def test_a_day_that_has_ended_at_the_last_zone_is_over() -> None:
    end = datetime(2026, 2, 13, 0, 0, tzinfo=timezone(timedelta(hours=-12)))

    assert not day_is_over(date(2026, 2, 12), end.astimezone(UTC) - timedelta(seconds=1))
    assert day_is_over(date(2026, 2, 12), end.astimezone(UTC))


@pytest.mark.parametrize("state", list(State))
def test_a_notice_is_stored_and_read_back_as_it_was(state: State) -> None:
    for notice in (a_notice(state), Notice("n", "c", "d", date(2026, 1, 1), state, 3, AT, trial=True)):
        assert load_notice(dump_notice(notice)) == notice
