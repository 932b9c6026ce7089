"""What the sum is made of: each row where it belongs, and no letter whose figures disagree."""

from datetime import date
from typing import Any

import pytest

from schemas.letters import InterestSlice, LetterLine
from services.notifier.letter.content import compose
from services.notifier.letter.sums import LabelledRow, SumsDisagreeError, statements
from services.notifier.letter.words import words_for
from tests.unit.notifier.letters import NOTICE, a_letter, a_line

ENGLISH = words_for("en", "consumer")


def rows(**changes: Any) -> list[tuple[str, str]]:
    letter = a_letter(language="en", lines=(a_line(**changes),))
    (statement,) = statements(letter, ENGLISH)
    return [(row.label, row.value) for row in statement.rows]


NO_EXTRAS: dict[str, Any] = {"interest": 0, "interest_new": 0, "slices": (), "costs": 0, "fee_new": 0}


def test_an_untouched_invoice_has_one_row() -> None:
    assert rows(**NO_EXTRAS, balance=10000) == [("Sum of the invoice", "€100.00")]


def test_payments_and_credit_are_subtracted_row_by_row() -> None:
    assert rows(**NO_EXTRAS, credited=1000, received=2500, principal=6500, balance=6500) == [
        ("Sum of the invoice", "€100.00"),
        ("Taken off the invoice", "-€10.00"),
        ("Paid", "-€25.00"),
        ("Left of the invoice", "€65.00"),
    ]


def test_a_disputed_part_is_taken_out_of_the_sum() -> None:
    assert ("Part we are looking into", "-€40.00") in rows(**NO_EXTRAS, disputed=4000, principal=6000, balance=6000)


def test_money_that_went_to_interest_and_costs_is_said() -> None:
    made = rows(received=5000, principal=5500, balance=6052)

    assert ("Of what was paid, used for late interest and costs", "€5.00") in made
    assert ("Left of the invoice", "€55.00") in made


def test_a_discount_taken_is_said() -> None:
    made = rows(**NO_EXTRAS, received=9700, discount_taken=200, principal=100, balance=100)

    assert ("Taken off for early payment", "-€2.00") in made
    assert ("Left of the invoice", "€1.00") in made


def test_a_rest_let_go_is_said_and_any_other_cut_too() -> None:
    made = rows(**NO_EXTRAS, received=9000, waived=400, principal=500, balance=500)

    assert ("Let go", "-€4.00") in made
    assert ("Other cut", "-€1.00") in made


def test_this_letters_costs_stand_apart_from_earlier_ones() -> None:
    made = rows(interest=99, interest_new=47, costs=4500, fee_new=500, compensation_new=3500, balance=14599)

    assert made[1:] == [
        ("Late interest", "€0.47"),
        ("Late interest from before", "€0.52"),
        ("Fee for this letter", "€5.00"),
        ("Fixed compensation", "€35.00"),
        ("Costs from before", "€5.00"),
    ]


def test_interest_is_explained_by_rate_days_and_principal() -> None:
    slices = (
        InterestSlice(first=date(2025, 12, 31), last=date(2025, 12, 31), days=1, principal=10000, rate="9.5"),
        InterestSlice(first=date(2026, 1, 1), last=date(2026, 1, 20), days=20, principal=1234567, rate="10.0"),
    )
    letter = a_letter(language="en", lines=(a_line(slices=slices),))

    interest = statements(letter, ENGLISH)[0].rows[1]

    assert [detail.replace("\u00a0", " ") for detail in interest.details] == [
        "9.5% a year on €100.00, 31 Dec 2025–31 Dec 2025, 1 day",
        "10% a year on €12,345.67, 1 Jan 2026–20 Jan 2026, 20 days",
    ]


def test_what_the_invoice_was_for_stands_above_its_rows() -> None:
    (statement,) = statements(a_letter(language="en"), ENGLISH)

    assert statement.heading == "Invoice 1001"
    assert statement.about[0] == "Sähkö, joulukuu 2025"
    assert statement.total == LabelledRow("Total", "€105.52")


def test_an_invoice_without_a_subject_is_about_its_days() -> None:
    (statement,) = statements(a_letter(language="en", lines=(a_line(subject=None),)), ENGLISH)

    assert len(statement.about) == 1


@pytest.mark.parametrize(("part", "wrong"), [("principal", 9999), ("interest", 53), ("costs", 0), ("balance", 10551)])
def test_a_letter_whose_parts_disagree_is_refused_without_telling_an_amount(part: str, wrong: int) -> None:
    line: LetterLine = a_line(**{part: wrong})

    with pytest.raises(SumsDisagreeError) as refused:
        statements(a_letter(lines=(line,), total=10552), ENGLISH)

    assert NOTICE in str(refused.value)
    assert not any(figure in str(refused.value) for figure in ("9999", "10552", "105,52", "1001"))


def test_a_letter_whose_total_disagrees_with_its_invoices_is_refused() -> None:
    with pytest.raises(SumsDisagreeError):
        statements(a_letter(total=10553), ENGLISH)


@pytest.mark.parametrize(
    ("language", "heading", "about", "row"),
    [
        ("fi", "Lasku 1001, erä 1/2", "lasku 1001, erä 1/2", "Erän summa"),
        ("sv", "Faktura 1001, del 1/2", "faktura 1001, del 1/2", "Delens summa"),
        ("en", "Invoice 1001, part 1/2", "invoice 1001, part 1/2", "Sum of the part"),
    ],
)
def test_a_part_is_named_with_its_invoice(language: str, heading: str, about: str, row: str) -> None:
    letter = a_letter(language=language, lines=(a_line(invoice="1001/1", whole="1001", part=1, parts=2),))
    (statement,) = statements(letter, words_for(language, "consumer"))

    assert statement.heading == heading
    assert statement.rows[0].label == row
    assert about in compose(letter).heading
    assert about in compose(letter).subject


def test_several_parts_are_listed_with_their_invoice() -> None:
    lines = tuple(a_line(invoice=f"1001/{n}", whole="1001", part=n, parts=3) for n in (1, 2))

    assert "invoices 1001 (part 1/3) and 1001 (part 2/3)" in compose(a_letter(language="en", lines=lines)).heading
