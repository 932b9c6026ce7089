from datetime import date, timedelta

import pytest

from schemas.fields import Kind
from services.law.figures import law_of
from services.law.percent import rate_of
from services.law.statute_book import FaultyLawError, StatuteBook, UnknownLawError, book_of

LAW = law_of("FI")


def test_f1_a_reminder_costs_a_consumer_at_most_5_and_a_business_at_most_12_euros() -> None:
    assert (LAW.reminder_fee_max("consumer"), LAW.reminder_fee_max("business")) == (500, 1200)


def test_f2_the_waits_before_a_fee_are_counted_the_strict_way() -> None:
    assert (LAW.fee_wait_days("consumer"), LAW.fee_gap_days("consumer"), LAW.invoice_lead_days("consumer")) == (
        15,
        15,
        14,
    )
    assert (LAW.fee_wait_days("business"), LAW.fee_gap_days("business"), LAW.invoice_lead_days("business")) == (
        0,
        11,
        0,
    )


@pytest.mark.parametrize(
    ("kind", "principal", "cap"),
    [
        ("consumer", 1, 60_00),
        ("consumer", 100_00, 60_00),
        ("consumer", 100_01, 120_00),
        ("consumer", 1_000_00, 120_00),
        ("consumer", 1_000_01, 210_00),
        ("business", 500_00, 250_00),
        ("business", 500_01, 470_00),
        ("business", 2_500_00, 470_00),
        ("business", 2_500_01, 550_00),
        ("business", 10_000_00, 550_00),
        ("business", 10_000_01, 620_00),
        ("business", 9_999_999_00, 620_00),
    ],
)
def test_f3_the_cap_of_all_fees_follows_the_original_principal_limits_included(
    kind: Kind, principal: int, cap: int
) -> None:
    assert LAW.total_cap(kind, principal) == cap


def test_f4_the_fixed_compensation_is_40_euros() -> None:
    assert LAW.fixed_compensation == 40_00


def test_s5_a_consumer_has_10_days_to_answer() -> None:
    assert LAW.response_days_min("consumer") == 10
    assert LAW.response_days_min("business") == 0


def test_i1_interest_on_a_due_date_that_was_not_agreed_starts_30_days_after_sending() -> None:
    assert LAW.interest_start_days == 30


def test_i2_the_margins_are_7_in_general_and_8_between_traders() -> None:
    assert (LAW.general_margin, LAW.commercial_margin) == (rate_of("7"), rate_of("8"))


@pytest.mark.parametrize(
    ("day", "lapsed"),
    [
        (date(2023, 3, 1), date(2026, 3, 1)),
        (date(2023, 2, 28), date(2026, 2, 28)),
        (date(2024, 2, 29), date(2027, 2, 28)),
        (date(2025, 2, 28), date(2028, 2, 28)),
        (date(2024, 12, 31), date(2027, 12, 31)),
    ],
)
def test_g8_a_debt_lapses_on_the_same_day_three_years_later_and_the_29th_of_february_on_the_28th(
    day: date, lapsed: date
) -> None:
    assert LAW.limitation_end(day) == lapsed


def test_g8_a_person_is_warned_90_days_before_the_debt_lapses() -> None:
    assert LAW.limitation_end(date(2023, 4, 1)) - timedelta(days=LAW.limitation_warning_days) == date(2026, 1, 1)


def test_g9_the_next_step_waits_10_days_after_a_stop() -> None:
    assert LAW.resume_gap_days == 10


def test_every_figure_names_its_statute() -> None:
    assert "10 b §" in LAW.source("consumer.fee_gap")
    assert "728/2003" in LAW.source("limitation")
    assert "10 i §" in LAW.source("fixed_compensation")
    assert "622/1947" in book_of("FI").table("banking_days")["source"]
    assert all(row["source"] for row in book_of("FI").table("reference_rate"))


def test_the_law_of_a_day_is_the_version_begun_by_then() -> None:
    day_before, first_day = law_of("FI", date(2022, 4, 30)), law_of("FI", date(2022, 5, 1))

    assert day_before.since == date(2013, 3, 16)
    assert first_day.since == date(2022, 5, 1)
    assert law_of("FI", date(2026, 1, 1)) == LAW


def test_days_before_the_first_known_figures_take_the_first_ones() -> None:
    assert law_of("FI", date(1990, 1, 1)).reminder_fee_max("consumer") == 500


def test_a_country_without_a_pack_asks_for_one() -> None:
    with pytest.raises(UnknownLawError, match=r"no law for country SE: install a package that registers its figures"):
        law_of("SE")


@pytest.mark.parametrize("code", ["fi", "FIN", "", "..", "Ö1"])
def test_what_is_no_country_code_never_becomes_a_file_name(code: str) -> None:
    with pytest.raises(UnknownLawError, match="is no country code"):
        law_of(code)


def test_a_later_period_replaces_a_figure_from_its_first_day() -> None:
    old = {"days": 15, "since": date(2013, 3, 16), "source": "the old act"}
    new = {"days": 20, "since": date(2030, 1, 1), "source": "the new act"}
    book = StatuteBook("FI", {"consumer": {"fee_gap": [new, old]}})

    assert book.period("consumer.fee_gap", date(2029, 12, 31)) == old
    assert book.period("consumer.fee_gap", date(2030, 1, 1)) == new
    assert book.turning_days() == [date(2013, 3, 16), date(2030, 1, 1)]


def test_a_figure_that_ended_without_a_successor_is_not_stretched() -> None:
    ended = {"days": 7, "since": date(2020, 1, 1), "until": date(2022, 4, 30), "source": "a temporary act"}
    book = StatuteBook("FI", {"gap": [ended]})

    with pytest.raises(FaultyLawError, match="FI law: no figure gap on 2022-05-01"):
        book.period("gap", date(2022, 5, 1))


@pytest.mark.parametrize(
    ("periods", "message"),
    [
        ([{"days": 7, "since": date(2020, 1, 1)}], "names no source"),
        ([{"days": 7, "source": "an act"}], "no day `since`"),
    ],
)
def test_a_figure_without_source_or_day_is_refused(periods: list[dict[str, object]], message: str) -> None:
    with pytest.raises(FaultyLawError, match=message):
        StatuteBook("FI", {"gap": periods}).period("gap", date(2026, 1, 1))


def test_a_missing_figure_is_named_with_its_file() -> None:
    with pytest.raises(FaultyLawError, match=r"FI law: consumer\.fee_gap is missing from its file"):
        StatuteBook("FI", {"consumer": {}}).table("consumer.fee_gap")
