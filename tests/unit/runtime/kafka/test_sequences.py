"""A partition task's sequences are stored whole, and read from stores of older programs."""

import pytest
from pydantic import ValidationError

from services.runtime.kafka.engine.sequences import LoggedOutput, Sequences, dump_sequences, load_sequences


def test_what_is_stored_is_read_back() -> None:
    sequences = Sequences(4, {"facts/0": 4}, {"facts/0": 9}, {"facts/intake/1": 3}, {"facts/1": LoggedOutput(2, "ab")})
    assert load_sequences(dump_sequences(sequences)) == sequences


def test_a_task_without_a_transaction_has_empty_sequences() -> None:
    assert load_sequences(b"") == Sequences()


def test_a_store_of_the_program_before_0_2_0_loses_no_sequence() -> None:
    stored = (
        b'{"number":4,"said":{"facts/0":4},"reached":{"facts/0":9},"heard":{"facts/intake/1":3},'
        b'"known":{"facts/1":{"through":2,"chain":"ab","made":""}}}'
    )
    assert load_sequences(stored) == Sequences(
        4, {"facts/0": 4}, {"facts/0": 9}, {"facts/intake/1": 3}, {"facts/1": LoggedOutput(2, "ab")}
    )


def test_what_this_program_does_not_know_is_not_read_as_if_it_were_not_there() -> None:
    with pytest.raises(ValidationError):
        load_sequences(b'{"number":4,"skipped":{"facts/0":4}}')
