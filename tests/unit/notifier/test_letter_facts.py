"""What a letter says: its facts, in every language and form the same (LSP 5 a §)."""

import re
from datetime import date
from typing import Any

import pytest
from stdnum import iban as iban_check

from schemas.letters import Letter, LetterAccount, NextStep
from schemas.references import is_valid_reference
from services.notifier.letter import render
from services.notifier.letter.content import compose
from services.notifier.letter.sums import SumsDisagreeError
from services.notifier.letter.words import words_for
from tests.unit.notifier.facts import amounts, days, facts
from tests.unit.notifier.letters import (
    HOUSE,
    NOTICE,
    a_letter,
    a_line,
    a_next,
    all_letters,
    an_instalment_letter,
    shipped_letters,
)
from tests.unit.notifier.page import read_page

LANGUAGES = ("fi", "sv", "en")
EVERY = [(language, name) for language in LANGUAGES for name in all_letters(language)]


@pytest.mark.parametrize("name", sorted(all_letters("fi")))
def test_the_three_languages_say_the_same_facts(name: str) -> None:
    said = [facts(render(all_letters(language)[name]).text, language) for language in LANGUAGES]

    assert said[0] == said[1] == said[2]


@pytest.mark.parametrize(("language", "name"), EVERY)
def test_text_and_html_say_the_same_facts(language: str, name: str) -> None:
    rendered = render(all_letters(language)[name])

    assert facts(rendered.text, language) == facts(read_page(rendered.html).text, language)


@pytest.mark.parametrize(("language", "name"), EVERY)
def test_text_and_html_say_the_same_sentences(language: str, name: str) -> None:
    rendered = render(all_letters(language)[name])
    seen = re.sub(r"\s+", " ", read_page(rendered.html).text)

    for line in rendered.text.split("\n"):
        for part in line.strip(" -").split(": ", 1):
            assert re.sub(r"\s+", " ", part) in seen


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_worked_example_is_told_to_the_cent_and_the_day(language: str) -> None:
    text = render(a_letter(language=language)).text

    assert amounts(text, language) == [10552, 10552, 10000, 52, 10000, 500, 10552, 500]
    assert set(days(text, language)) == {
        date(2026, 1, 9),
        date(2026, 1, 23),
        date(2026, 1, 24),
        date(2026, 2, 11),
        date(2026, 2, 12),
        date(2026, 2, 26),
        date(2026, 2, 27),
    }


@pytest.mark.parametrize(("language", "name"), [pair for pair in EVERY if "apology" not in pair[1]])
def test_the_first_forty_words_say_the_sum_the_day_and_that_it_may_be_paid(language: str, name: str) -> None:
    letter = all_letters(language)[name]
    text = render(letter.model_copy(update={"channel": "email"})).text
    start = text[: [at.end() for at in re.finditer(r"[^\W\d_]+", text)][39] + len(" 2026")]
    words = words_for(language, letter.kind)

    if letter.purpose == "reminder":
        assert amounts(start, language)[:1] == [letter.total]
        assert letter.response_by in days(start, language)
    thanks = {"fi": "kiitos", "sv": "tack", "en": "thank"}[language]
    assert thanks in text[: len(text) // 3].lower()
    assert words.formats.money(letter.total, "EUR") in text


@pytest.mark.parametrize(("language", "name"), [pair for pair in EVERY if "instal" not in pair[1]])
def test_the_rows_of_each_invoice_add_up_to_its_total_and_these_to_the_letters(language: str, name: str) -> None:
    letter = all_letters(language)[name]
    content = compose(letter)
    if content.sums is None:
        return

    totals = []
    principal = words_for(language, letter.kind).say("sums.principal")
    for statement in content.sums.statements:
        running = 0
        for row in statement.rows:
            (value,) = amounts(row.value, language)
            if row.label == principal:
                assert value == running
            else:
                running += value
        totals.append(amounts(statement.total.value, language)[0])
        assert running == totals[-1]
    assert sum(totals) == letter.total
    if content.sums.grand is not None:
        assert amounts(content.sums.grand.value, language) == [letter.total]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_letter_says_who_writes_and_whom_to_reach(language: str) -> None:
    for letter in all_letters(language).values():
        text = render(letter).text
        for fact in (
            HOUSE.name,
            HOUSE.business_id,
            HOUSE.address.street,
            HOUSE.address.postcode,
            HOUSE.contact.phone,
            HOUSE.contact.hours,
            HOUSE.contact.email,
            HOUSE.contact.url,
            NOTICE,
        ):
            assert fact in text
        assert "noreply" not in text.lower()
        assert "no-reply" not in text.lower()


@pytest.mark.parametrize("language", LANGUAGES)
def test_account_and_reference_are_grouped_and_keep_their_check_digits(language: str) -> None:
    rendered = render(a_letter(language=language))
    for seen in (rendered.text, read_page(rendered.html).text):
        iban = re.search(r"FI\d{2}(?: \d{4}){3} \d{2}\b", seen)
        assert iban is not None
        assert iban_check.is_valid(iban[0])
        assert "NDEAFIHH" in seen
        reference = re.search(r"\b\d{1,5}(?: \d{5})+\b", seen)
        assert reference is not None
        assert is_valid_reference(reference[0].replace(" ", ""))


def test_an_rf_reference_is_printed_in_its_own_form() -> None:
    text = render(a_letter(reference="5390075470Y")).text

    assert re.search(r"RF\d\d 5390 0754 70Y", text)


def test_every_account_of_the_creditor_is_offered() -> None:
    second = LetterAccount(iban="FI7944052020036082", bic="ITELFIHH")
    house = HOUSE.model_copy(update={"accounts": (*HOUSE.accounts, second)})

    text = render(a_letter(house=house)).text

    assert "FI21 1234 5600 0007 85" in text
    assert "FI79 4405 2020 0360 82" in text


# --- what comes next -----------------------------------------------------------------------------


def next_section(**changes: Any) -> str:
    letter = a_letter(language="en", **changes)
    heading = words_for("en", "consumer").say("next.heading")
    return plain_spaces(" ".join(next(it.paragraphs for it in compose(letter).sections if it.heading == heading)))


def test_the_next_letter_is_told_with_its_earliest_day_and_its_cost() -> None:
    said = next_section(next=a_next(not_before=date(2026, 3, 2), fee=500, interest=True))

    assert "write again on Monday 2 March 2026 at the earliest" in said
    assert "fee €5.00 and late interest" in said


def test_a_next_letter_without_cost_is_told_to_cost_nothing() -> None:
    assert "costs you nothing" in next_section(next=a_next(fee=0, interest=False))


def test_a_next_letter_with_compensation_names_the_law_s_sum() -> None:
    assert "fixed compensation of at most €40.00" in next_section(
        next=a_next(compensation=True, fee=0), kind="business"
    )


def test_a_day_that_is_not_decided_is_not_invented() -> None:
    said = next_section(next=a_next(not_before=None))

    assert "after the day to pay" in said
    assert days(said, "en") == []


def test_a_hand_over_is_told_with_what_it_may_cost_and_that_a_person_looks_first() -> None:
    said = next_section(tone="final", next=a_next(action="hand-over", fee=0, interest=False, needs_approval=True))

    assert "debt collector" in said
    assert "their own costs" in said
    assert "A person looks at your case first" in said


def test_a_call_is_announced_and_costs_nothing() -> None:
    assert "we will call you" in next_section(next=a_next(action="call", fee=0, interest=False))


def test_where_the_policy_ends_no_further_step_is_threatened() -> None:
    said = next_section(next=a_next(action="none", step=None, not_before=None, fee=0, interest=False))

    assert "planned no more steps" in said
    assert amounts(said, "en") == []


# --- special sentences ---------------------------------------------------------------------------

SENTENCES: dict[str, tuple[dict[str, Any], str]] = {
    "forgiven fee": ({"fee_forgiven": True}, "we add no fee for the letter. We let it go."),
    "suspended before": (
        {"fee_barred_by_suspension": True},
        "You asked us to suspend debt collection. So this letter costs you nothing.",
    ),
    "interest through": ({"interest_through": date(2026, 6, 30)}, "Interest is counted up to 30 Jun 2026."),
    "payments through": ({"payments_through": date(2026, 2, 11)}, "reached our account by 11 Feb 2026."),
    "waived rest": ({"lines": (a_line(received=9800, waived=150, principal=50, balance=602),)}, "We let €1.50 go."),
    "disputed part": ({"lines": (a_line(disputed=4000, principal=6000, balance=6552),)}, "You need not pay it now."),
    "thanks for a part": (
        {"lines": (a_line(received=4000, principal=6000, balance=6552),)},
        "You have paid us €40.00 so far. Thank you.",
    ),
}


@pytest.mark.parametrize("name", SENTENCES)
def test_a_special_sentence_is_there_when_it_is_true_and_only_then(name: str) -> None:
    facts_of_letter, sentence = SENTENCES[name]

    assert sentence in plain_spaces(render(a_letter(language="en", **facts_of_letter)).text)
    assert sentence not in plain_spaces(render(a_letter(language="en", payments_through=None)).text)


def plain_spaces(text: str) -> str:
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize("language", LANGUAGES)
def test_consumers_are_told_of_free_debt_advice_and_businesses_are_not(language: str) -> None:
    for name, letter in shipped_letters(language=language).items():
        text = render(letter).text
        assert ("0295 660 123" in text) == name.startswith("consumer")
        assert ("0800 9 8009" in text) == name.startswith("consumer")


def has_right_to_suspend(letter: Letter) -> bool:
    return "suspend debt collection" in render(letter).text


def test_firm_and_final_letters_to_consumers_tell_of_the_right_to_suspend_collection() -> None:
    letters = shipped_letters(language="en")

    assert [name for name, letter in letters.items() if has_right_to_suspend(letter)] == [
        "consumer second reminder",
        "consumer demand",
    ]


def test_a_creditor_elsewhere_gets_no_finnish_rights_or_advice() -> None:
    abroad = HOUSE.model_copy(update={"address": HOUSE.address.model_copy(update={"country": "SE"})})

    text = render(a_letter(house=abroad, tone="final", language="en")).text

    assert "0295" not in text
    assert "suspend" not in text


def test_an_apology_says_what_is_taken_back_and_asks_for_nothing() -> None:
    text = render(all_letters("en")["apology"]).text

    assert "We took away: fee €5.00 and late interest €0.52." in plain_spaces(text)
    assert "There is nothing to do." in text
    assert "IBAN" not in text
    assert "happens next" not in text


def test_a_missed_instalment_is_kind_and_has_no_next_step() -> None:
    text = render(all_letters("en")["instalment"]).text

    said = "We have not yet received your agreed instalment of €25.00. It was due on 5 Feb 2026."
    assert said in plain_spaces(text)
    assert "The plan still holds" in text
    assert "happens next" not in text


def test_a_missed_instalment_says_what_is_left_the_next_one_and_how_to_change_or_dispute_it() -> None:
    text = plain_spaces(render(all_letters("en")["instalment"]).text)

    assert "Unpaid, due on 5 Feb 2026: €25.00" in text
    assert "Next instalment, due on 5 Mar 2026: €40.00" in text
    assert "Unpaid of the whole plan: €65.00" in text
    assert "Do you want to change the plan? Tell us by Thursday 26 February 2026." in text
    assert "Is the plan wrong? Tell us by Thursday 26 February 2026." in text


def test_two_missed_instalments_are_two_lines_and_one_sum() -> None:
    text = plain_spaces(render(all_letters("en")["two instalments"]).text)

    assert "your agreed instalment of €25.00" in text
    assert "An earlier instalment is unpaid too." in text
    rows = "Unpaid, due on 5 Jan 2026: €5.00\nUnpaid, due on 5 Feb 2026: €25.00\nTo pay now: €30.00\n"
    assert rows in text
    assert "please pay €30.00" in text


def test_instalments_that_do_not_come_to_the_total_are_no_letter() -> None:
    with pytest.raises(SumsDisagreeError):
        render(an_instalment_letter().model_copy(update={"total": 3000}))


# --- each invoice's own next step (rules.md S4) ----------------------------------------------------


def a_mixed_letter(**changes: Any) -> Letter:
    """A nudge about 1002 and 1003, which lists 1001 of the demand too."""
    last = a_line(invoice="1001", next=NextStep(action="hand-over", needs_approval=True))
    lines = (last, *(a_line(invoice=invoice, next=a_next()) for invoice in ("1002", "1003")))
    return a_letter(**{"language": "en", "lines": lines, "tone": "final", **changes})


def test_no_invoice_is_threatened_with_the_step_of_another() -> None:
    text = plain_spaces(render(a_mixed_letter()).text)

    assert "Invoice 1001: If we do not get the money or hear from you, we will pass this to a debt collector" in text
    assert "Invoices 1002 and 1003: If we do not get the money or hear from you, we will write again on" in text
    assert text.count("debt collector") == 1


def test_one_next_step_of_all_invoices_is_said_once() -> None:
    lines = a_mixed_letter().lines[1:]

    assert "Invoices 1002 and 1003:" not in render(a_mixed_letter(lines=lines)).text


def test_the_furthest_step_behind_which_an_invoice_stands_gives_the_title() -> None:
    heading = compose(a_mixed_letter(step="nudge", title_step="demand", tone="final")).heading

    assert heading == "Payment demand: invoices 1001, 1002 and 1003"


# --- titles and subjects -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "tone", "own", "title"),
    [
        ("nudge", "friendly", None, "A small reminder: invoice 1001"),
        ("second-reminder", "firm", None, "Second reminder: invoice 1001"),
        ("gentle-1", "friendly", None, "Reminder: invoice 1001"),
        ("heading", "firm", None, "Payment reminder: invoice 1001"),
        ("{x} letter", "final", None, "Payment demand: invoice 1001"),
        ("gentle-1", "friendly", "Did you see our invoice?", "Did you see our invoice?: invoice 1001"),
    ],
)
def test_any_step_has_a_title(step: str, tone: str, own: str | None, title: str) -> None:
    assert compose(a_letter(language="en", step=step, tone=tone, step_title=own)).heading == title


def test_a_few_invoices_are_named_in_the_heading_and_many_are_counted() -> None:
    def heading(count: int) -> str:
        return compose(a_letter(language="en", lines=tuple(a_line(invoice=f"L-{n}") for n in range(count)))).heading

    assert heading(3) == "Reminder: invoices L-0, L-1 and L-2"
    assert heading(4) == "Reminder: 4 invoices"


@pytest.mark.parametrize(
    "creditor", ["Oy", "Esimerkki Oy", "Erittäin Pitkäniminen Sähkönjakelu ja Kaukolämpöyhtiö Oyj Ab", "X" * 300]
)
@pytest.mark.parametrize("invoice", ["1", "2026-000123456", "9" * 80])
@pytest.mark.parametrize("count", [1, 2, 200])
def test_the_subject_is_short_and_tells_no_sum_and_no_stage(creditor: str, invoice: str, count: int) -> None:
    house = HOUSE.model_copy(update={"name": creditor})
    lines = tuple(a_line(invoice=f"{invoice}{'' if number == 0 else number}") for number in range(count))
    for language in LANGUAGES:
        subject = render(a_letter(language=language, house=house, lines=lines, tone="final", step="demand")).subject
        assert len(subject) <= 60
        assert creditor[:2] in subject
        assert invoice[:10] in subject
        assert "€" not in subject
        assert not re.search("vaatimus|muistutus|krav|påminn|demand|remind", subject.lower())
