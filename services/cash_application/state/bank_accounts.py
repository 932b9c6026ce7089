"""A lane's rows of creditors' bank accounts: whose they are, who told them, who confirmed them (rules.md M3, G11)."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class RegisteredAccounts:
    """The bank accounts (IBANs) of a creditor of any lane by its registration in force.

    ``known``, ``time`` and ``id`` are the registration's; a later one, in this order, takes its place (rules.md K1).
    ``decided`` is the frontier at which it was, None in an older store.
    """

    known: datetime
    time: datetime
    id: str
    accounts: list[str] = field(default_factory=list)
    decided: datetime | None = None


@dataclass(slots=True)
class AccountHolders:
    """The creditors whose registrations in force name one bank account: one, or in an older store several."""

    creditors: list[str] = field(default_factory=list)


@dataclass(slots=True)
class AccountConfirmation:
    """A source's word that a bank account is the creditor's; ``known``, ``time`` and ``id`` are the event's."""

    source: str
    holder: str
    known: datetime
    time: datetime
    id: str


@dataclass(slots=True)
class ToldAccount:
    """A bank account that a registration of its creditor named: who told it and who confirmed it (rules.md G11).

    ``trusted``: it needs no confirmation, as the first registration that was applied named it, or an older store.
    """

    sources: list[str] = field(default_factory=list)
    confirmations: list[AccountConfirmation] = field(default_factory=list)
    trusted: bool = False


@dataclass(slots=True)
class JudgedAccounts:
    """What the accounts of a creditor's registration in force come to (rules.md G11).

    ``settled`` are the accounts of the last registration of which all were confirmed, ``unconfirmed`` those that are
    not; ``changed``: and one of the settled ones is gone. ``holders``: the confirmed holder's name, by account.
    """

    settled: list[str]
    unconfirmed: list[str] = field(default_factory=list)
    changed: bool = False
    holders: dict[str, str] = field(default_factory=dict)
