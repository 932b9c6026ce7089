"""The gate before every message to a debtor and every hand-over: which stops hold which kind (rules.md G0).

Whatever leaves is decided twice, when it is planned and when it is granted, and both times its reasons pass here. The
table in rules.md, written by hand, says the same; a test holds the two together and plays each cell.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final, Literal, TypeVar, get_args

from schemas.letters import LetterPurpose
from services.overdue.stops.reasons import StopReason

MessageKind = LetterPurpose | Literal["call", "hand-over"]
"""What leaves: a letter by its purpose, a phone call that a person is asked to make, a hand-over to the collector."""

STOPS: Final = frozenset(
    {
        "wait",
        "gap",
        "response-open",
        "stale-feed",
        "disputed",
        "held",
        "held-personally",
        "suspended",
        "promised",
        "extended",
        "in-plan",
        "below-minimum",
        "contact-budget",
        "no-channel",
        "closed-day",
        "outside-window",
        "awaiting-approval",
        "lapsed",
        "unmatched-money",
        "possible-payment",
        "handed-over",
        "last-step",
        "notice-open",
        "unread-event",
        "residual",
        "no-policy",
        "no-creditor",
        "account-unconfirmed",
    }
)
"""The reason codes of rules.md "Stops"; `held` is two: `held-personally` where the hold's reason is the person's own
state: deceased, minor, guardian."""

Made = TypeVar("Made")

_NOTE: Final = frozenset({"held-personally", "no-channel", "notice-open", "no-policy", "no-creditor"})

STOPPED_BY: Final[Mapping[str, frozenset[str]]] = {
    "reminder": STOPS,
    "instalment": STOPS - {"wait", "gap", "in-plan", "last-step", "residual", "below-minimum", "awaiting-approval"},
    "apology": _NOTE,
    "call": STOPS - {"no-channel"},
    "hand-over": STOPS - {"contact-budget", "no-channel"},
}
"""By kind the stops that hold it; it goes in spite of all others. A note that asks for nothing is one row more."""


class UngatedKindError(Exception):
    """A kind of message has no row, so nobody has said what holds it."""


def check_rows(table: Mapping[str, Collection[str]], kinds: Iterable[str]) -> None:
    """Raise UngatedKindError when a kind has no row in the table, or a row has no kind."""
    missing = set(kinds) ^ set(table)
    if missing:
        raise UngatedKindError(f"give each kind of message its row in STOPPED_BY and in rules.md G0: {sorted(missing)}")


def stopping(kind: MessageKind, reasons: Iterable[StopReason]) -> list[StopReason]:
    """Those of the reasons that hold a kind of message, each once; nothing may leave while there is one.

    Raises:
        KeyError: a reason whose code the table does not know.
    """
    held = STOPPED_BY[kind]
    return [reason for reason in dict.fromkeys(reasons) if _known(reason.stop) in held]


def passed(kind: MessageKind, reasons: Iterable[StopReason], make: Callable[[], Made]) -> Made | None:
    """What ``make`` makes, a letter or a hand-over, where none of the reasons holds its kind; else None."""
    return None if stopping(kind, reasons) else make()


def _known(stop: str) -> str:
    if stop not in STOPS:
        raise KeyError(f"say in STOPS and rules.md G0 which messages {stop!r} holds")
    return stop


check_rows(STOPPED_BY, [kind for part in get_args(MessageKind) for kind in get_args(part) or (part,)])
