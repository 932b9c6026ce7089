"""Whose a bank account is: of the creditor who had it at an earlier frontier (rules.md M3).

Every registration is in every lane, as creditors of different lanes may name one account. Each lane keeps it until its
frontier has passed the last tick before it; then no registration can come any more that was published before that tick.
All are decided in one order: last tick before them, time, id. So every lane decides alike, and only the creditor's own
lane applies what was decided.

A creditor whose registration in force no longer names an account has given it up; the next to name it has it.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from schemas.decisions import Alert
from schemas.facts import Fact
from services.cash_application.state import subscriptions
from services.cash_application.state.bank_accounts import AccountHolders, RegisteredAccounts
from services.cash_application.state.lane import Lane
from services.cash_application.state.result import Refused, Waits
from services.cash_application.state.row_kind import SEPARATOR, key
from services.cash_application.state.rows import (
    ACCOUNT_HOLDERS,
    FRONTIER_CHANGES,
    REGISTERED_ACCOUNTS,
    REGISTRATIONS,
    SHARED_ACCOUNTS,
)
from services.cash_application.state.waiting import END, kept_as, read_kept, sortable

REASON: Final = "account-of-another-creditor"
"""Why such a registration is a dead letter."""
_OF_ANOTHER: Final = (
    "data.account: is the registered bank account of another creditor; correct data.creditor or data.account, or "
    "register the other creditor without it and this one with it, and then put this event back"
)
SHARED: Final = "account-of-two-creditors"
"""The code of the alert about an account that an older store let two creditors have."""


def keep(lane: Lane, fact: Fact, offset: int, raw: bytes) -> bool:
    """Keep a registration until it is decided; whether it is not kept already."""
    after = "" if fact.after is None else sortable(fact.after)
    event = key(fact.event_id, fact.creditor or "", fact.content)
    row_key = END.join((after, sortable(fact.time), event))
    is_new = lane.unit.get(REGISTRATIONS, row_key) is None
    if is_new:
        lane.unit.put(REGISTRATIONS, row_key, kept_as(offset, raw))
    return is_new


def take_decidable(lane: Lane, frontier: datetime) -> Iterator[tuple[int, bytes]]:
    """The registrations published before a tick that the frontier has reached, in their order; they are kept no more.

    Each with its offset on facts.
    """
    reached = sortable(frontier)
    for row_key, stored in lane.unit.scan(REGISTRATIONS):
        after = row_key.partition(END)[0]
        if after >= reached:
            return
        lane.unit.delete(REGISTRATIONS, row_key)
        yield read_kept(stored)


def claim(lane: Lane, creditor: str, registered: RegisteredAccounts) -> bool | Refused:
    """Give a creditor the accounts that it registers; whether the registration is the one in force now.

    It is refused whole when one of them is another's. An older one than that in force claims nothing.
    """
    before = REGISTERED_ACCOUNTS.get(lane.unit, creditor)
    if before is not None and _version(registered) <= _version(before):
        return False
    for place, iban in enumerate(registered.accounts):
        holders = ACCOUNT_HOLDERS.get(lane.unit, iban)
        if holders is not None and creditor not in holders.creditors:
            return Refused(
                REASON,
                (
                    f"data.accounts[{place}].iban: is the bank account of another creditor; correct it, or register "
                    "the other creditor without it and then put this event back",
                ),
            )
    REGISTERED_ACCOUNTS.put(lane.unit, creditor, registered)
    for iban in before.accounts if before is not None else ():
        if iban not in registered.accounts:
            _give_up(lane, creditor, iban)
    for iban in registered.accounts:
        if ACCOUNT_HOLDERS.get(lane.unit, iban) is None:
            ACCOUNT_HOLDERS.put(lane.unit, iban, AccountHolders([creditor]))
    return True


def bars(lane: Lane, fact: Fact, creditor: str, account: str) -> Waits | Refused | None:
    """Why a creditor cannot have received money on a bank account: another one has it; None where nothing says so.

    It is decided by the registrations that were before the last tick before the fact. Where the lane has not reached
    that frontier, the fact waits for the next one.
    """
    row = lane.creditor(creditor)
    if row is None or account in row.accounts or fact.after is None:
        return None
    reached = lane.frontier.rising or lane.frontier.reached
    if reached is None or reached < fact.after:
        return Waits(subscriptions.subscribe(lane, FRONTIER_CHANGES))
    holders = ACCOUNT_HOLDERS.get(lane.unit, account)
    if holders is None or creditor in holders.creditors:
        return None
    registered = [REGISTERED_ACCOUNTS.get(lane.unit, each) for each in holders.creditors]
    if any(each is not None and (each.decided is None or each.decided <= fact.after) for each in registered):
        return Refused(REASON, (_OF_ANOTHER,))
    return None


def raise_alerts(lane: Lane) -> None:
    """Raise an alert, once, for each account of the lane's creditors that an older store let another have too."""
    for row_key, _ in lane.unit.scan(SHARED_ACCOUNTS):
        creditor, account = row_key.split(SEPARATOR)
        detail = (
            f"bank account {account}: another creditor has registered it too; money may be the other's, so register "
            "one of them without it"
        )
        lane.record_decision(creditor, Alert(code=SHARED, creditor=creditor, detail=detail))
        lane.unit.delete(SHARED_ACCOUNTS, row_key)


def _version(registered: RegisteredAccounts) -> tuple[datetime, datetime, str]:
    return registered.known, registered.time, registered.id


def _give_up(lane: Lane, creditor: str, iban: str) -> None:
    holders = ACCOUNT_HOLDERS.get(lane.unit, iban)
    assert holders is not None, "a registered account has a holder"
    holders.creditors.remove(creditor)
    if holders.creditors:
        ACCOUNT_HOLDERS.put(lane.unit, iban, holders)
    else:
        lane.unit.delete(ACCOUNT_HOLDERS.name, iban)
