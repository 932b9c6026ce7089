"""Every topic in one place: what it holds, under which key, which workers write and read it, how it is decoded.

A topic's name never changes; the number of its partitions is fixed when it is created (design.md §8).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from zlib import crc32

from schemas.commands import decode_commands
from schemas.dead_letters import decode_dead_letters
from schemas.decisions import decode_decisions
from schemas.facts import decode_facts
from schemas.journal import decode_journal
from schemas.parsing import parse_event


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic; ``decode`` turns the bytes of a record into what the topic holds.

    ``producers`` and ``consumers`` are workers by name, ``outside`` whoever publishes from other systems. A test
    compares them with the registry of workers, which contracts cannot import.
    """

    name: str
    key: str
    holds: str
    producers: tuple[str, ...]
    consumers: tuple[str, ...]
    decode: Callable[[bytes], Any]

    def __str__(self) -> str:
        """The name."""
        return self.name


_OUTSIDE: Final = ("outside", "clock")
_INTAKE: Final = ("intake",)

INVOICES: Final = Topic("invoices", "creditor", "invoice.* events", _OUTSIDE, _INTAKE, parse_event)
PAYMENTS: Final = Topic(
    "payments",
    "the creditor's bank account",
    "payment.* and bank-feed.* events",
    _OUTSIDE,
    _INTAKE,
    parse_event,
)
INSTRUCTIONS: Final = Topic(
    "instructions", "creditor", "what people say about an account", _OUTSIDE, _INTAKE, parse_event
)
SETTINGS: Final = Topic(
    "settings",
    "creditor, else the policy or country",
    "creditors, policies, rates",
    _OUTSIDE,
    _INTAKE,
    parse_event,
)
FACTS: Final = Topic(
    "facts",
    "creditor; none of what goes to every partition: ticks, registrations of creditors, what has no creditor",
    "every canonical event, ticks, doubts and their releases",
    ("intake",),
    ("cash_application",),
    decode_facts,
)
JOURNAL: Final = Topic(
    "journal",
    "account; none of what concerns a lane, which goes to every partition",
    "everything that may change an account, totally ordered; settings, feeds, holds and frontiers of lanes",
    ("cash_application", "notifier"),
    ("overdue", "reporting"),
    decode_journal,
)
COMMANDS: Final = Topic(
    "commands",
    "account",
    "notices for the notifier, hand-overs for a collector",
    ("overdue",),
    ("notifier",),
    decode_commands,
)
DECISIONS: Final = Topic(
    "decisions",
    "account; creditor, about money and statements; none of an alert that names nobody",
    "each decision with its reasons, state changes, unmatched money, statements, alerts",
    ("intake", "cash_application", "overdue"),
    ("reporting",),
    decode_decisions,
)
DEAD_LETTERS: Final = Topic(
    "dead-letters",
    "source",
    "what could not be read or applied, with reason code and position; what was redriven or discarded",
    ("intake", "cash_application", "overdue", "notifier", "reporting"),
    ("reporting",),
    decode_dead_letters,
)

PUBLIC_TOPICS: Final = (INVOICES, PAYMENTS, INSTRUCTIONS, SETTINGS)
ALL_TOPICS: Final = (*PUBLIC_TOPICS, FACTS, JOURNAL, COMMANDS, DECISIONS, DEAD_LETTERS)
TOPICS: Final[dict[str, Topic]] = {topic.name: topic for topic in ALL_TOPICS}
"""Each topic by its name."""

_SEPARATOR: Final = "\x1f"


def partition_of(key: str, partitions: int) -> int:
    """The partition of a key, by CRC-32: the same on every engine and machine."""
    return crc32(key.encode()) % partitions


def account_key(creditor: str, debtor: str) -> str:
    """The key of an account. Ids hold no control characters, so no two accounts share one."""
    return creditor + _SEPARATOR + debtor


def is_account_key(key: str) -> bool:
    """Whether a key is an account's; messages to every partition have an empty key."""
    return _SEPARATOR in key


def creditor_and_debtor(key: str) -> tuple[str, str]:
    """The inverse of :func:`account_key`; ValueError when the key is no account's."""
    creditor, separator, debtor = key.partition(_SEPARATOR)
    if not separator:
        raise ValueError("not the key of an account")
    return creditor, debtor
