"""Every reason code has its sentence (rules.md "Stops")."""

import re

import pytest

from services.reporting.reasons import MEANINGS, sentence_of
from tests.checkout import ROOT

CODES = [
    *("wait", "gap", "response-open", "stale-feed", "disputed", "held", "suspended", "promised", "extended", "in-plan"),
    *("below-minimum", "contact-budget", "no-channel", "closed-day", "outside-window", "awaiting-approval", "lapsed"),
    *(
        "unmatched-money",
        "possible-payment",
        "handed-over",
        "last-step",
        "notice-open",
        "unread-event",
        "residual",
        "no-policy",
    ),
    "no-creditor",
    "account-unconfirmed",
]


def test_every_reason_code_has_a_sentence_and_no_sentence_is_without_a_code() -> None:
    assert sorted(MEANINGS) == sorted(CODES)


def test_the_codes_are_those_that_the_rules_list() -> None:
    rules = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")

    listed = re.search(r"^Reason codes;[^:]*:(.*?)\.$", rules, re.MULTILINE | re.DOTALL)

    assert listed is not None
    assert re.findall(r"`([a-z-]+)`", listed[1]) == CODES


def test_every_code_that_the_overdue_worker_gives_has_a_sentence() -> None:
    overdue = ROOT / "services" / "overdue"
    sources = "\n".join(path.read_text(encoding="utf-8") for path in overdue.rglob("*.py"))

    given = set(re.findall(r'Reason\(\s*"([a-z-]+)"', sources))

    assert given, "the overdue worker gives reasons as literals"
    assert given <= MEANINGS.keys()


@pytest.mark.parametrize("code", CODES)
def test_a_sentence_is_plain_names_its_rule_and_ends_open_so_that_a_date_can_follow(code: str) -> None:
    sentence = sentence_of(code)

    assert sentence[0].isupper()
    assert re.search(r"\(([A-Z]\d+|design\.md §\d)", sentence)
    assert not sentence.endswith(".")
    assert len(sentence.split()) <= 24


def test_a_code_that_nobody_knows_is_shown_as_it_is() -> None:
    assert sentence_of("brand-new") == "Reason 'brand-new'"
