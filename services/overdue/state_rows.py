"""The names under which the overdue worker's rows are stored, and the signals that wake its accounts.

No other module spells them. They are part of every store, so another name needs a migration.
"""

from typing import Final

WORKER: Final = "overdue"
"""The worker's name, under which its rows and positions are stored."""
CREDITOR: Final = "creditor"
"""A creditor's settings in a lane's copy; the key is `in_lane` of the creditor."""
POLICY: Final = "policy"
"""All published versions of a policy; the key is `in_lane` of the policy's id."""
RATE: Final = "rate"
"""The published reference rates of a country; the key is `in_lane` of the country."""
LETTER: Final = "letter"
"""The facts of a notice that is open; the key is the notice's id."""
REFUSED_MAIL: Final = "refused-mail"
"""The last local day on which the alert `mail-refused` was raised; the key is the creditor."""

_ACCOUNT: Final = "account:"
_SEPARATOR: Final = "\x1f"


def account_kind(lane: int) -> str:
    """The kind of a lane's accounts, apart from other lanes', so that a lane's frontier finds its own.

    The key is `schemas.topics.account_key`.
    """
    return f"{_ACCOUNT}{lane}"


def lane_of_accounts(kind: str) -> int | None:
    """The lane whose accounts are rows of this kind, or None where the rows are no accounts."""
    return int(kind.removeprefix(_ACCOUNT)) if kind.startswith(_ACCOUNT) else None


def in_lane(lane: int, name: str) -> str:
    """The key of a lane's row about a creditor, policy or country."""
    return f"{lane}{_SEPARATOR}{name}"


def feed_signal(creditor: str) -> str:
    """The signal that a bank feed of the creditor has moved."""
    return f"feed {creditor}"
