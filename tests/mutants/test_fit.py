"""The mutants still fit the code: a rule that was rewritten needs its mutant rewritten too."""

import pytest

from tests.checkout import ROOT
from tests.mutants import ALL
from tests.mutants.mutant import Mutant


@pytest.mark.parametrize("mutant", ALL, ids=lambda mutant: mutant.name)
def test_a_mutant_breaks_one_place_and_names_tests_that_are_there(mutant: Mutant) -> None:
    assert (ROOT / mutant.file).read_text(encoding="utf-8").count(mutant.old) == 1
    assert mutant.new != mutant.old
    assert (ROOT / "tests/unit" / mutant.tests.partition("::")[0]).is_file()


def test_every_mutant_has_a_name_of_its_own() -> None:
    assert len({mutant.name for mutant in ALL}) == len(ALL)
