"""What each reason code means, in one plain sentence and with its rule (rules.md "Stops").

A decision records codes, because codes can be counted and compared. A person who asks why no letter went gets the
sentence. The overdue worker computes the rules; this table only words them.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Meaning:
    """One reason code in words: the sentence says what holds the letter back, `rule` names the section of rules.md."""

    rule: str
    sentence: str


MEANINGS: Final[dict[str, Meaning]] = {
    "wait": Meaning(
        "S2, C4, G9",
        "It is too early: days given after the due date, or after a dispute, suspension or reversal, have not gone by",
    ),
    "gap": Meaning("S2", "The policy's days since the previous letter have not gone by yet"),
    "response-open": Meaning("S2, C4", "The time to answer that the last letter gave has not passed yet"),
    "stale-feed": Meaning("G1", "Bank data is not recent enough, so a payment may be on its way unseen"),
    "disputed": Meaning("G2", "The debtor disputes the invoice, or a part of it"),
    "held": Meaning("G3", "A person has put the follow-up on hold"),
    "suspended": Meaning("G3", "The debtor has asked to suspend voluntary collection"),
    "promised": Meaning("G4", "The debtor has promised to pay, and that day has not passed yet"),
    "extended": Meaning("M7", "The debtor was given more time to pay"),
    "in-plan": Meaning("G5", "A payment plan was agreed, and its instalments are followed instead"),
    "below-minimum": Meaning("G6", "The principal to remind of is less than the policy's minimum"),
    "contact-budget": Meaning("G7", "The debtor has already had as many letters as the policy allows in this time"),
    "no-channel": Meaning("design.md §7", "There is no address that a letter could go to, or one came back today"),
    "closed-day": Meaning("C3", "Letters go on banking days only, and this was not one"),
    "outside-window": Meaning("C3", "Letters go only within the policy's hours of the day"),
    "awaiting-approval": Meaning("S7", "The policy wants a person to approve this step first"),
    "lapsed": Meaning("G8", "The debt is three years old and may have lapsed by limitation"),
    "unmatched-money": Meaning(
        "G10", "Money came in that seems to be this debtor's but is not placed on an invoice yet"
    ),
    "possible-payment": Meaning("G10", "Money came in that may be this debtor's, and a person is asked to look at it"),
    "handed-over": Meaning("S7", "The debt was handed over to a collector"),
    "last-step": Meaning("S2", "The policy has no further step"),
    "notice-open": Meaning("S4", "Another letter to this debtor is on its way, and its outcome is not known yet"),
    "account-unconfirmed": Meaning(
        "G11", "The creditor's bank account was changed, and nobody but who told the new one has confirmed it"
    ),
    "unread-event": Meaning("G10, design.md §3", "Something about this debtor came in that could not be read yet"),
    "residual": Meaning("M6", "The principal is paid, or what is left of it is too small to remind of"),
    "no-policy": Meaning("design.md §6", "No policy of the creditor for debtors of this kind is in force"),
    "no-creditor": Meaning("design.md §4", "The creditor has not been registered yet"),
}
"""Every code of rules.md "Stops"; a test holds the two lists together."""

TASK_MEANINGS: Final[dict[str, Meaning]] = {
    "call": Meaning("S7", "The policy's next step is a phone call"),
    "silent": Meaning("I25", "A step is due and nothing holds it, but it does not leave: a fault, please report it"),
    "corrected": Meaning(
        "M10", "Another invoice corrects this one: a person says whether it replaces it or adds to it"
    ),
    "mail-refused": Meaning(
        "S6", "For five banking days letters by e-mail were refused or came back, and not because of the address"
    ),
}
"""Reasons of tasks that are no stop; other tasks have one of the codes above."""


def sentence_of(code: str) -> str:
    """The code in words, its rule in brackets; a code that is not listed is shown as it is, never hidden."""
    meaning = MEANINGS.get(code) or TASK_MEANINGS.get(code)
    return f"{meaning.sentence} ({meaning.rule})" if meaning else f"Reason {code!r}"
