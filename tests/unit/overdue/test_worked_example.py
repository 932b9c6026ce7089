"""The worked example of rules.md, to the day and the cent."""

from tests.unit.overdue.reading import steps, sums
from tests.unit.overdue.story import Story


def test_the_worked_example_comes_out_to_the_day_and_the_cent() -> None:
    harness = Story().invoice(due="2026-01-23").play(until="2026-04-10")

    assert steps(harness) == [
        "2026-01-28 nudge",
        "2026-02-12 reminder",
        "2026-03-02 second-reminder",
        "2026-03-18 demand",
    ]
    assert [sums(letter) for letter in harness.letters] == [
        ("0.00", "0.00", "100.00"),
        ("5.00", "0.52", "105.52"),
        ("5.00", "0.47", "110.99"),
        ("0.00", "0.42", "111.41"),
    ]
    assert [letter.response_by.isoformat() for letter in harness.letters] == [
        "2026-02-09",
        "2026-02-26",
        "2026-03-16",
        "2026-04-01",
    ]
