"""Which ids lie one edit away from one that a person typed (rules.md K4)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.id_spelling import edits_between, is_one_edit_away, nearest_first, spellings_one_edit_away

names = st.text("01aA-", max_size=5)


@pytest.mark.parametrize("other", ["01", "1001x", "101", "1010", "10011", "1O01", "0101"])
def test_one_sign_more_less_other_or_two_swapped_is_one_edit(other: str) -> None:
    name = {"01": "1"}.get(other, "1001")
    assert is_one_edit_away(name, other)
    assert other in set(spellings_one_edit_away(name))


@pytest.mark.parametrize("other", ["1001", "1", "1100x", "2002", "10٠1"])
def test_the_same_id_and_two_edits_and_signs_that_nobody_types_are_not_one_edit(other: str) -> None:
    assert not is_one_edit_away("1001", other)
    assert other not in set(spellings_one_edit_away("1001"))


@given(names, names)
def test_both_ways_of_asking_agree(name: str, other: str) -> None:
    assert is_one_edit_away(name, other) == (other in set(spellings_one_edit_away(name)))


def test_the_nearest_comes_first_whatever_its_capitals() -> None:
    assert nearest_first("c-7", ["C-71", "D-9", "C-7"]) == ["C-7", "C-71", "D-9"]
    assert (edits_between("", "ab"), edits_between("kitten", "sitting")) == (2, 3)
