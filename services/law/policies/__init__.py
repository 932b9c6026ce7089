"""The policies that come with Eräpäivä: ``fi-consumer`` and ``fi-business``, gentle and within the law.

They are always there, so a creditor may name them without publishing anything. ``fi-consumer`` is the example of
rules.md: a nudge that costs nothing, two reminders, a demand, and a hand-over that a person must approve. A debtor who
was asked no fee in twelve months is forgiven one (rules.md F5). ``fi-business`` starts with a free reminder too and
asks the fixed compensation of 40 € only in its last letter, though the law gives it from the first day late (LSP
10 i §).

Both are in force from 2020-01-01. The version in force on a letter's day counts, so a later start would leave the days
of older debts, and of histories played again, without a policy.
"""

import json
from functools import cache
from importlib.resources import files

from schemas.policy import Policy, parse_policy

SHIPPED = ("fi-consumer", "fi-business")
"""Ids of the shipped policies; each is a file of that name here, in the public form of ``policy.published``."""


@cache
def shipped_policies() -> tuple[Policy, ...]:
    """The shipped policies, in the order of ``SHIPPED``."""
    return tuple(parse_policy(json.loads(_text_of(name))) for name in SHIPPED)


def _text_of(name: str) -> str:
    return files(__package__).joinpath(f"{name}.json").read_text(encoding="utf-8")
