"""Why a letter went, or did not: in plain words, with rule, policy version and facts."""

from datetime import date
from typing import Any

import pytest

from schemas.decisions import HandedOver, Placed, Reason, Suggestion, TaskRaised
from schemas.events import ACCOUNT_EVENT_TYPES
from schemas.journal import CorrectionAsked, MoneyMoved, MoneyReversed
from services.reporting.explain import timeline_words
from services.reporting.explain.explanation import explain
from tests.unit.reporting.harness import (
    CREDITOR,
    DEBTOR,
    IBAN,
    NOTICE,
    ReportingHarness,
    account,
    at,
    balance,
    decided,
    ended,
    event,
    invoice_issued,
    letter,
    letter_line,
    paid,
    registered,
    unmatched,
    withheld,
)

pytestmark = pytest.mark.usefixtures("each_database")


def one_line(story: str) -> str:
    """The story without its line ends, so that a sentence can be found."""
    return " ".join(story.split())


def places(story: str, *phrases: str) -> list[int]:
    """Where each phrase begins in the story; a phrase that is not there fails."""
    flat = one_line(story)
    return [flat.index(phrase) for phrase in phrases]


@pytest.fixture
def reporting() -> ReportingHarness:
    """The worked example after its reminder, of which 40.00 was then paid."""
    return ReportingHarness().publish(
        registered(),
        invoice_issued(),
        withheld(Reason(code="response-open", until=date(2026, 2, 10)), Reason(code="stale-feed")),
        decided(letter()),
        ended(letter()),
        paid(time=at("2026-02-16"), paid=date(2026, 2, 14), booked=date(2026, 2, 16)),
        account(balance(principal=6000, interest=52, costs=500, step="reminder")),
    )


def test_an_invoices_story_is_told_day_by_day(reporting: ReportingHarness) -> None:
    story = explain(reporting.store, "1001")

    order = places(
        story,
        "2026-01-09 Invoice issued: 100.00 EUR, due 2026-01-23",
        "2026-02-09 Step 'reminder' was withheld",
        "2026-02-12 Letter 'reminder' (by e-mail, trial mode) was accepted",
        "2026-02-16 Payment P1 of 40.00 EUR, paid 2026-02-14, booked 2026-02-16: placed on this invoice (M3)",
        "Open now: 65.52 EUR (principal 60.00 EUR, interest 0.52 EUR, costs 5.00 EUR)",
        "Next check: when something new becomes known, at the latest on 2026-03-02",
    )
    assert order == sorted(order)


def test_a_withheld_letter_tells_each_reason_with_its_rule_and_date(reporting: ReportingHarness) -> None:
    story = one_line(explain(reporting.store, "1001"))

    assert "withheld (policy fi-consumer version 1); looked at again by 2026-02-12" in story
    assert (
        "response-open: The time to answer that the last letter gave has not passed yet (S2, C4), "
        "may change on 2026-02-10" in story
    )
    assert "stale-feed: Bank data is not recent enough, so a payment may be on its way unseen (G1)" in story


def test_a_letter_tells_its_facts_its_rules_its_policy_version_and_what_it_booked(reporting: ReportingHarness) -> None:
    story = one_line(explain(reporting.store, "1001"))

    assert (
        "moved to step 'reminder': 100.00 EUR of principal was open and its effective due date 2026-01-23 had passed "
        "by bank data read through 2026-02-11 (S1, C4), and the step's turn had come "
        "(S2; policy fi-consumer version 1)" in story
    )
    assert (
        "late interest 0.52 EUR: 20 days 2026-01-24 to 2026-02-12 at 9.5 % a year on 100.00 EUR (I1, I2, I4)" in story
    )
    assert "reminder fee 5.00 EUR (F1-F3)" in story
    assert "asked for 105.52 EUR in all by 2026-02-26 (S5)" in story
    assert "announced as next: letter second-reminder, not before 2026-03-02" in story


def test_a_notice_is_explained_invoice_by_invoice() -> None:
    listed = letter_line(invoice="1002", step=None, interest_new=0, fee_new=0, slices=())
    reporting = ReportingHarness().publish(registered(), ended(letter(letter_line(), listed)))

    story = one_line(explain(reporting.store, NOTICE))

    assert f"Letter to debtor {DEBTOR} of creditor {CREDITOR}" in story
    assert "trial mode" in story
    assert "Invoice 1001 - moved to step 'reminder'" in story
    assert "Invoice 1002 - listed with 100.00 EUR of principal open; its own step did not move (S4)" in story


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"fee_forgiven": True}, "the fee was forgiven: a first slip in a long time (F5)"),
        ({"fee_barred_by_suspension": True}, "no fee on what the debtor asked to suspend (G3)"),
        ({"interest_through": date(2026, 2, 1)}, "interest was counted up to 2026-02-01: no later rate was known (I3)"),
    ],
)
def test_a_letter_tells_what_it_left_out_and_why(changes: dict[str, object], words: str) -> None:
    reporting = ReportingHarness().publish(ended(letter(**changes)))

    assert words in one_line(explain(reporting.store, NOTICE))


def test_what_a_line_waives_claims_or_leaves_out_is_told_with_its_rule() -> None:
    line = letter_line(waived=120, discount_taken=50, compensation_new=4000, disputed=3000)
    reporting = ReportingHarness().publish(ended(letter(line)))

    story = one_line(explain(reporting.store, NOTICE))

    assert "fixed compensation 40.00 EUR (F4)" in story
    assert "a rest of 1.20 EUR was waived (M6)" in story
    assert "0.50 EUR were taken off for early payment (M8)" in story
    assert "a disputed part of 30.00 EUR was left out (G2)" in story


def test_a_letter_that_was_granted_anew_is_told_as_it_went_and_not_as_it_was_planned() -> None:
    planned = letter(letter_line(), letter_line(invoice="1002", step=None))
    went = letter(letter_line(interest_new=50), total=10550)
    reporting = ReportingHarness().publish(decided(planned), ended(went))

    story = one_line(explain(reporting.store, NOTICE))

    assert "1002" not in story
    assert "late interest 0.50 EUR" in story
    assert "asked for 105.50 EUR" in story


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("failed", "did not reach the debtor: it books nothing and counts nowhere (S6)"),
        ("unknown", "a person settles it, and it is never sent again by itself"),
        ("withdrawn", "was withdrawn before it was sent"),
        ("deferred", "will be tried again"),
    ],
)
def test_what_became_of_a_letter_is_told_in_words(status: str, words: str) -> None:
    reporting = ReportingHarness().publish(decided(letter()), ended(letter(), status))

    assert words in one_line(explain(reporting.store, NOTICE))


def test_a_planned_letter_has_not_left_yet() -> None:
    reporting = ReportingHarness().publish(decided(letter()))

    assert "is planned and has not left yet" in one_line(explain(reporting.store, NOTICE))


def test_what_befell_a_payment_is_told_in_the_payments_currency() -> None:
    reversal = MoneyReversed(
        creditor=CREDITOR, debtor=DEBTOR, account=IBAN, payment="P1", time=at("2026-02-05"), id="bank#r", amount=1000
    )
    reporting = ReportingHarness().publish(
        invoice_issued(currency="SEK"), paid(currency="SEK"), reversal, account(balance(currency="SEK"))
    )

    assert "Payment P1 was reversed by 10.00 SEK (M5)" in one_line(explain(reporting.store, "1001"))


def test_another_invoices_money_is_not_this_invoices_story() -> None:
    moved = MoneyMoved(
        creditor=CREDITOR, debtor=DEBTOR, account=IBAN, payment="P2", time=at("2026-02-05"), id="person#1"
    )
    reporting = ReportingHarness().publish(invoice_issued(), paid("P2", invoice="1002"), moved, account(balance()))

    assert "P2" not in explain(reporting.store, "1001")


def test_money_of_the_whole_account_is_told_with_how_it_found_its_place() -> None:
    reporting = ReportingHarness().publish(
        paid("P1", invoice=None, letter=2), paid("P2", invoice=None, id="bank#2"), account(balance(status="open"))
    )

    story = one_line(explain(reporting.store, "1001"))

    assert "placed on what letter 2 listed, by that letter's own reference (M3)" in story
    assert "placed on the account, without a reference (M3)" in story


def test_money_whose_place_was_weighed_is_told_with_by_what_and_how_sure() -> None:
    weighed: dict[str, Any] = {"why": "number-in-text-and-sum", "confidence": 90}
    several = paid("P2", invoice=None, id="bank#2", invoices=("1001", "1002"), **weighed)
    reporting = ReportingHarness().publish(paid("P1", **weighed), several, account(balance(status="open")))

    story = one_line(explain(reporting.store, "1001"))

    assert "placed on this invoice: by number-in-text-and-sum, 90 % sure (M3)" in story
    assert "placed on the account: invoices 1001, 1002; by number-in-text-and-sum, 90 % sure (M3)" in story


def test_money_that_may_be_an_invoices_is_told_until_it_has_a_place() -> None:
    named = Suggestion(debtor=DEBTOR, invoices=("1001",), confidence=75, why="number-in-text")
    of_another = Suggestion(debtor=DEBTOR, invoices=("1002",), confidence=75, why="number-in-text")
    of_the_debtor = Suggestion(debtor=DEBTOR, confidence=40, why="payer")
    reporting = ReportingHarness().publish(
        account(balance()), unmatched("P1", named), unmatched("P2", of_another), unmatched("P3", of_the_debtor)
    )

    story = one_line(explain(reporting.store, "1001"))

    assert "Payment P1 of 40.00 EUR has no place yet" in story
    assert "It may be for this invoice: number-in-text, 75 % sure; a person decides (M3)" in story
    assert "It may be for this debtor: payer, 40 % sure; a person decides (M3)" in story
    assert "P2" not in story

    reporting.publish(Placed(creditor=CREDITOR, date=date(2026, 2, 3), account=IBAN, payment="P1", debtor=DEBTOR))

    assert "P1" not in explain(reporting.store, "1001")


def test_a_change_that_concerns_another_invoice_alone_is_not_told_again() -> None:
    held = Reason(code="held", invoice="1001")
    reporting = ReportingHarness().publish(
        withheld(held),
        withheld(held, Reason(code="disputed", invoice="1002"), day="2026-02-10"),
        account(balance()),
    )

    story = explain(reporting.store, "1001")

    assert story.count("withheld") == 1
    assert "disputed" not in story


def test_a_stop_that_begins_on_the_day_of_a_letter_stands_where_it_came() -> None:
    def dispute(time: str) -> str:
        raised = event("dispute.raised.v1", at("2026-02-12", time), invoice="1001", ground="never delivered")
        return explain(
            ReportingHarness().publish(registered(), raised, ended(letter()), account(balance())).store, "1001"
        )

    before, after = dispute("06:00"), dispute("15:00")

    assert places(before, "Dispute raised", "was accepted") == sorted(places(before, "Dispute raised", "was accepted"))
    assert places(after, "was accepted", "Dispute raised") == sorted(places(after, "was accepted", "Dispute raised"))
    assert "Dispute raised (G2): never delivered" in after


def test_days_are_the_creditors_own() -> None:
    evening = event("hold.placed.v1", at("2026-02-01", "22:30"), invoice="1001", reason="sovittu")
    reporting = ReportingHarness().publish(registered(), evening, account(balance()))

    assert "2026-02-02 Put on hold (G3): sovittu" in one_line(explain(reporting.store, "1001"))


def test_tasks_and_hand_overs_are_part_of_the_story() -> None:
    task = TaskRaised(
        creditor=CREDITOR,
        debtor=DEBTOR,
        date=date(2026, 4, 1),
        task="approve",
        reason="awaiting-approval",
        invoice="1001",
    )
    handover = HandedOver(
        creditor=CREDITOR,
        debtor=DEBTOR,
        date=date(2026, 4, 2),
        invoices=("1001",),
        principal=10000,
        interest=141,
        costs=1000,
        currency="EUR",
        status="published",
    )
    reporting = ReportingHarness().publish(task, handover, account(balance(status="handed-over"), next_check=None))

    story = one_line(explain(reporting.store, "1001"))

    assert "task 'approve': The policy wants a person to approve this step first (S7)" in story
    assert (
        "Handed over to the collector with principal 100.00 EUR, interest 1.41 EUR, costs 10.00 EUR in all: "
        "published (S7)" in story
    )
    assert "Status: handed-over" in story
    assert story.endswith("Next check: when something new becomes known")


def test_steps_taken_before_go_live_are_part_of_the_story() -> None:
    taken = {"step": "reminder", "sent": "2025-12-01", "response_by": "2025-12-15", "fee": 500}
    reporting = ReportingHarness().publish(invoice_issued(taken=(taken,)), account(balance()))

    assert "Step 'reminder' had been taken on 2025-12-01, before go-live, fee 5.00 EUR (S3)" in one_line(
        explain(reporting.store, "1001")
    )


def test_a_plan_is_told_for_each_of_its_invoices_and_no_other() -> None:
    plan = event(
        "plan.agreed.v1",
        at("2026-02-02"),
        invoices=("1001", "1002"),
        instalments=({"due": "2026-03-01", "amount": 5000},),
    )
    reporting = ReportingHarness().publish(plan, account(balance("1001"), balance("1002"), balance("1003")))

    agreed = {
        invoice: "Payment plan agreed" in explain(reporting.store, invoice) for invoice in ("1001", "1002", "1003")
    }

    assert agreed == {"1001": True, "1002": True, "1003": False}


def test_of_an_invoice_number_of_several_creditors_it_is_asked_whose_is_meant() -> None:
    reporting = ReportingHarness().publish(account(balance()), account(balance(), creditor="other"))

    with pytest.raises(LookupError, match="several creditors have an invoice 1001: acme, other; --creditor says whose"):
        explain(reporting.store, "1001")

    assert explain(reporting.store, "1001", "other").startswith("Invoice 1001 of creditor other")


def test_money_by_the_reference_of_a_letter_that_did_not_list_it_is_not_this_invoices_story() -> None:
    reporting = ReportingHarness().publish(decided(letter()), paid("P9", invoice=None, letter=2))
    reporting.publish(account(balance("1001"), balance("1002")))

    assert "P9" in explain(reporting.store, "1001")
    assert "P9" not in explain(reporting.store, "1002")


def test_what_is_planned_now_is_told() -> None:
    reporting = ReportingHarness().publish(decided(letter()), account(balance()))

    assert "Planned: letter 'reminder' of 2026-02-12 is planned" in explain(reporting.store, "1001")


def test_an_unknown_id_is_refused_with_ids_that_look_like_it() -> None:
    reporting = ReportingHarness().publish(account(balance("INV-1001"), balance("INV-2002")))

    with pytest.raises(LookupError) as refused:
        explain(reporting.store, "inv-10")

    assert refused.value.args == ("no invoice and no notice has the id inv-10; did you mean INV-1001?",)


def test_an_unknown_id_that_looks_like_nothing_is_refused_with_advice() -> None:
    with pytest.raises(LookupError, match="check its spelling, or whether its event could be read"):
        explain(ReportingHarness().publish(account(balance())).store, "100%")


def test_every_public_event_about_an_account_has_its_sentence() -> None:
    assert timeline_words.SENTENCES.keys() >= ACCOUNT_EVENT_TYPES


def test_an_invoice_in_parts_is_explained_by_its_parts_with_what_names_the_whole(reporting: ReportingHarness) -> None:
    hold = event("hold.placed.v1", at("2026-02-17"), invoice="2002", reason="agreed")
    parts = [balance(invoice=f"2002/{n}", principal=5000) for n in (1, 2)]
    reporting.publish(invoice_issued(invoice="2002"), hold, account(*parts))

    story = one_line(explain(reporting.store, "2002"))
    assert story.count("a part of invoice 2002 (M9)") == 2
    assert story.count("Put on hold (G3): agreed") == 2
    assert explain(reporting.store, "2002/2").startswith("Invoice 2002/2 of creditor acme")


def test_an_invoice_whose_number_only_looks_like_a_parts_is_none(reporting: ReportingHarness) -> None:
    reporting.publish(invoice_issued(invoice="2002/1"), account(balance(invoice="2002/1", principal=5000)))

    assert "a part of" not in explain(reporting.store, "2002/1")
    with pytest.raises(LookupError):
        explain(reporting.store, "2002")


def test_an_invoice_that_replaced_another_is_explained_by_that_one(reporting: ReportingHarness) -> None:
    asked = CorrectionAsked(
        creditor=CREDITOR, debtor=DEBTOR, time=at("2026-02-17"), id="c", invoice="1001", correction="1002"
    )
    reporting.publish(asked, invoice_issued(invoice="1002", corrects="1001", amount=9000))

    story = one_line(explain(reporting.store, "1002"))
    assert story.startswith("Invoice 1001 of creditor acme")
    assert "Invoice 1002 corrects it; a person is to say what it does (M10)" in story
    assert "Corrected by invoice 1002: 90.00 EUR, due 2026-01-23 (M10)" in story


def test_the_task_of_a_correction_names_both_invoices(reporting: ReportingHarness) -> None:
    about: dict[str, Any] = {"task": "correction", "reason": "corrected", "invoice": "1001", "correction": "1002"}
    reporting.publish(TaskRaised(creditor=CREDITOR, debtor=DEBTOR, date=date(2026, 2, 17), **about))

    assert "task 'correction' by invoice 1002: Another invoice corrects this one" in one_line(
        explain(reporting.store, "1001")
    )
