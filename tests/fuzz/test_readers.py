"""Each reader, on a few hundred files that went wrong."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.formats.registry import registry
from tests.fuzz.judging import judge
from tests.fuzz.mutating import files_of
from tests.fuzz.seeds import SEEDS


def test_every_format_is_fuzzed() -> None:
    assert set(SEEDS) == {kind.name for kind in registry()}


@pytest.mark.parametrize("name", SEEDS)
def test_whatever_a_file_holds_reading_it_ends_in_events_and_dead_letters(name: str) -> None:
    @settings(max_examples=120, deadline=None)
    @given(files_of(name))
    def each(data: bytes) -> None:
        judge(name, data)

    each()


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(SEEDS)), st.binary(max_size=600))
def test_bytes_that_never_were_a_file_do_no_reader_harm(name: str, data: bytes) -> None:
    judge(name, data)
