"""Scores: the debtors who may have paid and how sure each is, from the candidates alone (docs/matching.md)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.policy import LEAST_CONFIDENCE
from services.cash_application.matching.scoring import Candidates, HintKind, TextMatch, scored_matches, sure_enough
from services.cash_application.state.known_payment import KnownPayment
from services.cash_application.state.rows import IndexedInvoice

DEBTORS = ("D1", "D2", "D3")


def paid(amount: int = 100_00) -> KnownPayment:
    noon, day = datetime(2026, 1, 20, 12, tzinfo=UTC), date(2026, 1, 20)
    return KnownPayment("", "acme", noon, "//bank#1", "FI1", "P", amount, "EUR", day, day)


def owed(
    invoice: str, debtor: str = "D1", amount: int = 100_00, currency: str = "EUR", day: int = 23
) -> IndexedInvoice:
    return IndexedInvoice(date(2026, 1, day), invoice, debtor, currency, amount)


def scores(payment: KnownPayment, candidates: Candidates) -> list[tuple[str, list[str], int, str]]:
    return [
        (scored.debtor, [invoice.invoice for invoice in scored.invoices], scored.confidence, scored.way.code)
        for scored in scored_matches(payment, candidates)
    ]


@pytest.mark.parametrize(
    ("named", "amount", "confidence", "why"),
    [
        (TextMatch("reference", "10139", [owed("1013")]), 100_00, 95, "reference-in-text-and-sum"),
        (TextMatch("reference", "10139", [owed("1013")]), 40_00, 85, "reference-in-text"),
        (TextMatch("number", "INV20260012", [owed("INV-2026/0012")]), 100_00, 90, "number-in-text-and-sum"),
        (TextMatch("number", "INV20260012", [owed("INV-2026/0012")]), 40_00, 75, "number-in-text"),
        (TextMatch("number", "1013", [owed("1013")]), 100_00, 80, "short-number-in-text-and-sum"),
        (TextMatch("number", "1013", [owed("1013")]), 40_00, 50, "short-number-in-text"),
        (TextMatch("reference", "1009", [owed("1013")]), 40_00, 50, "short-number-in-text"),
        (TextMatch("reference", "91234567890018", letter=("D1", 1)), 100_00, 85, "reference-in-text"),
    ],
)
def test_each_way_of_matching_by_text_has_its_confidence(
    named: TextMatch, amount: int, confidence: int, why: str
) -> None:
    invoices = [invoice.invoice for invoice in named.invoices]
    assert scores(paid(amount), Candidates(named=[named])) == [("D1", invoices, confidence, why)]


@pytest.mark.parametrize(
    ("by", "invoices", "confidence", "why"),
    [
        ("iban", [owed("1013")], 70, "payer-and-sum"),
        ("iban", [], 40, "payer"),
        ("name", [owed("1013")], 60, "name-and-sum"),
        ("name", [], 30, "name"),
        ("similar", [owed("1013")], 40, "similar-name-and-sum"),
        ("similar", [], 20, "similar-name"),
    ],
)
def test_each_way_of_matching_by_payer_has_its_confidence(
    by: HintKind, invoices: Sequence[IndexedInvoice], confidence: int, why: str
) -> None:
    candidates = Candidates(payers={by: ["D1"]}, of_the_sum={"D1": invoices})
    assert scores(paid(), candidates) == [("D1", [invoice.invoice for invoice in invoices], confidence, why)]


def test_several_invoices_of_one_debtor_are_one_match_and_as_sure_as_the_least_sure_of_them() -> None:
    candidates = Candidates(
        named=[
            TextMatch("number", "INV20260012", [owed("INV-2026/0012", amount=60_00, day=24)]),
            TextMatch("reference", "10139", [owed("1013", amount=40_00)]),
        ]
    )
    assert scores(paid(), candidates) == [("D1", ["1013", "INV-2026/0012"], 90, "number-in-text-and-sum")]


def test_an_invoice_named_twice_is_as_sure_as_its_surer_name() -> None:
    candidates = Candidates(
        named=[TextMatch("number", "1013", [owed("1013")]), TextMatch("reference", "10139", [owed("1013")])]
    )
    assert scores(paid(), candidates) == [("D1", ["1013"], 95, "reference-in-text-and-sum")]


def test_text_that_names_two_debtors_is_for_a_person() -> None:
    candidates = Candidates(
        named=[
            TextMatch("reference", "10139", [owed("1013")]),
            TextMatch("reference", "10142", [owed("1014", "D2", 50_00)]),
        ]
    )
    assert scores(paid(), candidates) == [
        ("D1", ["1013"], 45, "reference-in-text-and-sum"),
        ("D2", ["1014"], 45, "reference-in-text"),
    ]


def test_one_number_that_two_debtors_invoices_carry_is_for_a_person() -> None:
    candidates = Candidates(named=[TextMatch("number", "INV12345", [owed("INV-12345"), owed("INV12-345", "D2")])])
    assert [(debtor, sure) for debtor, _, sure, _ in scores(paid(), candidates)] == [("D1", 45), ("D2", 45)]


def test_an_invoice_in_another_currency_is_for_a_person() -> None:
    assert scores(paid(), Candidates(named=[TextMatch("number", "10130", [owed("10130", currency="SEK")])])) == [
        ("D1", ["10130"], 45, "number-in-text")
    ]


def test_a_reference_that_places_nothing_is_suggested_to_a_person() -> None:
    candidates = Candidates(of_reference=[owed("1013"), owed("1014", "D2")])
    assert scores(paid(), candidates) == [("D1", ["1013"], 45, "reference"), ("D2", ["1014"], 45, "reference")]


def test_text_counts_before_the_payer_and_the_iban_before_the_name() -> None:
    words = [TextMatch("reference", "10139", [owed("1013")])]
    payers: dict[HintKind, list[str]] = {"iban": ["D2"], "name": ["D1", "D3"]}
    sums = {"D1": [owed("1013")], "D2": [owed("1014", "D2")], "D3": [owed("1015", "D3")]}
    everything = Candidates(named=words, payers=payers, of_the_sum=sums)
    assert [(debtor, sure) for debtor, _, sure, _ in scores(paid(), everything)] == [("D1", 95), ("D2", 45), ("D3", 45)]
    payers_only = Candidates(payers=payers, of_the_sum=sums)
    assert [(debtor, sure) for debtor, _, sure, _ in scores(paid(), payers_only)] == [
        ("D2", 70),
        ("D1", 45),
        ("D3", 45),
    ]


def test_an_iban_that_paid_for_two_debtors_is_for_a_person() -> None:
    candidates = Candidates(payers={"iban": ["D1", "D2"]}, of_the_sum={"D1": [owed("1013")]})
    assert scores(paid(), candidates) == [("D1", ["1013"], 45, "payer-and-sum"), ("D2", [], 40, "payer")]


WORLD = (
    owed("10130"),
    owed("10140", amount=60_00),
    owed("10150", amount=40_00, day=22),
    owed("10160", "D2"),
    owed("1-0130", "D3", 40_00),
    owed("10170", currency="SEK"),
)
invoices = st.sampled_from(WORLD)
names = st.builds(
    TextMatch,
    st.sampled_from(["reference", "number"]),
    st.sampled_from(["1013", "10130"]),
    st.lists(invoices, max_size=3),
    st.none() | st.tuples(st.sampled_from(DEBTORS), st.integers(1, 3)),
)
payers = st.dictionaries(
    st.sampled_from(["iban", "name", "similar"]), st.lists(st.sampled_from(DEBTORS), unique=True), max_size=3
)
sums = st.dictionaries(st.sampled_from(DEBTORS), st.lists(invoices, max_size=2), max_size=3)
candidate_sets = st.builds(
    Candidates,
    of_reference=st.lists(invoices, max_size=2),
    named=st.lists(names, max_size=4),
    near=st.lists(names, max_size=2),
    payers=payers,
    of_the_sum=sums,
)


@given(candidates=candidate_sets, required=st.integers(LEAST_CONFIDENCE, 100))
def test_the_chosen_match_is_sure_enough_and_no_other_debtor_is(candidates: Candidates, required: int) -> None:
    ranked = scored_matches(paid(), candidates)
    assert [scored.confidence for scored in ranked] == sorted((scored.confidence for scored in ranked), reverse=True)
    assert len({scored.debtor for scored in ranked}) == len(ranked)
    best = sure_enough(ranked, lambda _: required)
    sure = [scored for scored in ranked if scored.confidence >= required]
    assert sure == ([] if best is None else [best])


@given(candidates=candidate_sets, data=st.data())
def test_the_order_in_which_candidates_are_known_changes_no_score(candidates: Candidates, data: st.DataObject) -> None:
    shuffled = replace(
        candidates,
        of_reference=data.draw(st.permutations(candidates.of_reference)),
        named=data.draw(st.permutations(candidates.named)),
        near=data.draw(st.permutations(candidates.near)),
        payers=dict(reversed(list(candidates.payers.items()))),
    )
    assert scores(paid(), shuffled) == scores(paid(), candidates)


@pytest.mark.parametrize(("amount", "confidence"), [(98_00, 90), (198_00, 75), (196_00, 75), (100_00, 90)])
def test_a_sum_less_a_cash_discount_agrees(amount: int, confidence: int) -> None:
    less = replace(owed("10131"), discounted=(97_00, 98_00))
    candidates = Candidates(named=[TextMatch("number", "10131", [less])])

    assert scores(paid(amount), candidates) == [
        ("D1", ["10131"], confidence, "number-in-text" if confidence == 75 else "number-in-text-and-sum")
    ]


@pytest.mark.parametrize(("amount", "confidence"), [(195_00, 90), (198_00, 90), (197_00, 90), (199_00, 75)])
def test_sums_of_several_invoices_less_their_discounts_agree(amount: int, confidence: int) -> None:
    first, second = (
        replace(owed(number), discounted=less) for number, less in (("10131", (98_00,)), ("10132", (97_00,)))
    )
    candidates = Candidates(named=[TextMatch("number", each.invoice, [each]) for each in (first, second)])

    ((_, invoices, found, _),) = scores(paid(amount), candidates)
    assert (invoices, found) == (["10131", "10132"], confidence)
