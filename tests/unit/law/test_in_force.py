"""Which figures are in force on a day, from which source, and which end soon (`erapaiva law`)."""

from datetime import date

import pytest

from services.law.in_force import figures_in_force
from services.law.rates import shipped_rates
from services.law.statute_book import UnknownLawError, book_of


def test_every_figure_has_a_value_and_a_source() -> None:
    found = figures_in_force("FI", date(2026, 2, 1))
    names = [figure.name for figure in found]
    assert {*book_of("FI").names(), "reference_rate", "banking_days"} == {*names}
    assert all(figure.value and figure.source for figure in found)
    assert "consumer.reminder_fee_max" in names
    assert next(figure.value for figure in found if figure.name == "consumer.reminder_fee_max") == "5.00 amount"


@pytest.mark.parametrize(("day", "soon"), [(date(2026, 5, 1), True), (date(2026, 4, 30), False)])
def test_a_rate_that_ends_within_sixty_days_and_has_no_confirmed_successor_is_warned_of(day: date, soon: bool) -> None:
    rates = [figure for figure in figures_in_force("FI", day) if figure.name == "reference_rate"]
    assert [(figure.ends_soon, figure.needs_confirmation) for figure in rates] == [(soon, False), (False, True)]


def test_a_rate_that_needs_confirmation_does_not_count() -> None:
    last = shipped_rates("FI").known[-1]
    assert last.last == date(2026, 6, 30)


def test_a_country_without_a_pack_has_no_figures() -> None:
    with pytest.raises(UnknownLawError):
        figures_in_force("XX", date(2026, 2, 1))
