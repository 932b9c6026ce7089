"""Finland's business ids and personal identity codes (services/law/fi.py)."""

import pytest

from services.law.fi import FINNISH_IDS


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("2345678-0", "2345678-0"),
        (" 2345678 - 0 ", "2345678-0"),
        ("765432-1", "0765432-1"),
        ("FI23456780", "2345678-0"),
        ("fi2345678-0", "2345678-0"),
        ("003723456780", "2345678-0"),
        ("00372345678012345", "2345678-0"),
        ("23456780", None),
        ("SE556677889901", None),
        ("131052-308T", None),
        ("", None),
    ],
)
def test_a_business_id_is_known_in_each_of_its_forms(text: str, canonical: str | None) -> None:
    assert FINNISH_IDS.business_id(text) == canonical


def test_bare_digits_are_a_business_id_only_where_one_is_meant_and_the_check_digit_is_right() -> None:
    assert FINNISH_IDS.business_id_in_digits("23064613") == "2306461-3"
    assert FINNISH_IDS.business_id_in_digits("23064614") is None
    assert FINNISH_IDS.business_id_in_digits("FI23064613") == "2306461-3"


@pytest.mark.parametrize("text", ["0000001-9", "FI00000019", "003700000019", "0037000000191234", " 0000001-9 "])
def test_all_forms_of_a_business_id_are_the_same_business(text: str) -> None:
    assert FINNISH_IDS.same_business(text) == FINNISH_IDS.same_business("0000001-9")


def test_what_is_no_business_id_is_compared_as_it_is() -> None:
    assert FINNISH_IDS.same_business(" SE5566-X ") == "se5566-x"
