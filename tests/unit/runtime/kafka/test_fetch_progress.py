"""How far a partition was read: what is handled, what is still on its way, and what nobody gets to read."""

from services.runtime.kafka.faust.fetch_progress import Reading


def test_a_new_reading_has_nothing_to_tell() -> None:
    assert Reading(7).unread_end() is None


def test_an_end_is_told_only_when_all_that_was_fetched_is_handled() -> None:
    reading = Reading(7)
    reading.fetched, reading.position = 9, 12
    reading.has_handled(7)
    assert reading.unread_end() is None

    reading.has_handled(8)
    assert reading.unread_end() == 12


def test_an_end_is_told_once() -> None:
    reading = Reading(7)
    reading.position = 12
    assert reading.unread_end() == 12

    reading.told = 12
    assert reading.unread_end() is None
