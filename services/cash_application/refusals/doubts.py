"""Doubt holds: an unread event keeps letters back until a person redrives or discards it (design.md §3).

A doubt holds the account when the debtor is known, or the invoice or reference that it names, else the bank account's
feed, else the creditor (rules.md K5). A doubt about a creditor that is not known yet, or about nothing but a debtor
that is not known yet, waits as facts do: until then no letter could go. One doubt may hold several creditors.
"""

from collections.abc import Iterator

from schemas.facts import UnreadEvent, UnreadReleased, decode_facts
from schemas.journal import CreditorHold, CreditorReleased, FeedHold, FeedReleased
from schemas.messages import encode
from schemas.references import canonical_reference
from services.cash_application.state import waiting
from services.cash_application.state.lane import Lane
from services.cash_application.state.row_kind import key
from services.cash_application.state.rows import (
    ACCOUNTS,
    CREDITORS,
    DOUBTS,
    DOUBTS_OF_BANK_ACCOUNT,
    INVOICES,
    OWNERS,
    REFERENCES,
)
from services.cash_application.state.waiting import Missing


def raise_doubt(lane: Lane, doubt: UnreadEvent) -> None:
    """Keep a doubt and hold what it names; a doubt that is known already changes nothing."""
    if _row_of(lane, doubt) is None:
        lane.unit.put(DOUBTS, _row_key(doubt), encode(doubt))
        hold(lane, doubt)


def hold(lane: Lane, doubt: UnreadEvent) -> None:
    """Publish a doubt's hold, or have it wait for what it names; one that was released meanwhile holds nothing."""
    row = _row_of(lane, doubt)
    if row is None:
        return
    missing = _missing(lane, doubt)
    if missing is not None:
        waiting.keep_message(lane, missing, doubt.key, 0, encode(doubt))
        return
    held = _narrowest(lane, doubt)
    lane.unit.put(DOUBTS, row, encode(held))
    if held.creditor is None:
        assert held.account is not None, "a doubt names a creditor or a bank account"
        lane.unit.put(DOUBTS_OF_BANK_ACCOUNT, key(held.account, held.key), b"")
        for creditor in _owners(lane, held.account):
            _hold_feed(lane, creditor, held.account, held.key)
    elif held.debtor is not None:
        lane.to_account(held.creditor, held.debtor, held)
    elif held.account is not None:
        _hold_feed(lane, held.creditor, held.account, held.key)
    else:
        lane.to_every_partition(CreditorHold(lane=lane.number, creditor=held.creditor, key=held.key))


def hold_account(lane: Lane, doubt: str, creditor: str, debtor: str, reason: str) -> None:
    """Hold one more account under the key of a doubt, which may hold several; `release` ends all of them."""
    held = UnreadEvent(key=doubt, creditor=creditor, debtor=debtor, reason=reason)
    lane.unit.put(DOUBTS, key(doubt, creditor, debtor), encode(held))
    lane.to_account(creditor, debtor, held)


def release_account(lane: Lane, doubt: str, creditor: str, debtor: str) -> None:
    """End the hold of one account that `hold_account` began."""
    lane.unit.delete(DOUBTS, key(doubt, creditor, debtor))
    lane.to_account(creditor, debtor, UnreadReleased(key=doubt, creditor=creditor, debtor=debtor))


def release(lane: Lane, released: UnreadReleased) -> None:
    """Publish the end of a doubt's hold. A doubt that this lane does not know is another lane's."""
    for row in [released.key, *(row for row, _ in lane.unit.scan(DOUBTS, key(released.key, "")))]:
        stored = lane.unit.get(DOUBTS, row)
        if stored is not None:
            lane.unit.delete(DOUBTS, row)
            _end(lane, _doubt_in(stored))


def _end(lane: Lane, held: UnreadEvent) -> None:
    """Publish the end of the hold of a doubt that is kept no more."""
    if _missing(lane, held) is not None:
        return  # it still waits, so no hold was published
    held = _narrowest(lane, held)
    if held.creditor is None:
        assert held.account is not None, "a doubt names a creditor or a bank account"
        lane.unit.delete(DOUBTS_OF_BANK_ACCOUNT, key(held.account, held.key))
        for creditor in _owners(lane, held.account):
            _release_feed(lane, creditor, held.account, held.key)
    elif held.debtor is not None:
        message = UnreadReleased(key=held.key, creditor=held.creditor, debtor=held.debtor)
        lane.to_account(held.creditor, held.debtor, message)
    elif held.account is not None:
        _release_feed(lane, held.creditor, held.account, held.key)
    else:
        lane.to_every_partition(CreditorReleased(lane=lane.number, creditor=held.creditor, key=held.key))


def register_owner(lane: Lane, creditor: str, accounts: list[str]) -> None:
    """Note the bank accounts that a creditor registered; doubts about them without a creditor now hold its feeds."""
    for account in accounts:
        row_key = key(account, creditor)
        if lane.unit.get(OWNERS, row_key) is not None:
            continue
        lane.unit.put(OWNERS, row_key, b"")
        prefix = key(account, "")
        for found, _ in lane.unit.scan(DOUBTS_OF_BANK_ACCOUNT, prefix):
            _hold_feed(lane, creditor, account, found.removeprefix(prefix))


def _missing(lane: Lane, doubt: UnreadEvent) -> Missing | None:
    """The creditor or account that must be known before the doubt can hold anything, if it is not."""
    if doubt.creditor is None:
        return None
    if lane.creditor(doubt.creditor) is None:
        return Missing(CREDITORS, doubt.creditor)
    if doubt.debtor is not None and doubt.account is None and not _debtors(lane, doubt.creditor, doubt):
        return Missing(ACCOUNTS, key(doubt.creditor, doubt.debtor))
    return None


def _narrowest(lane: Lane, doubt: UnreadEvent) -> UnreadEvent:
    """The doubt reduced to the one thing that it holds: the account, else the feed, else the creditor.

    A debtor or a bank account that is not the creditor's may be mistyped and mean any other of them, and what names two
    debtors may mean either. Then the doubt holds the feed or the creditor instead.
    """
    creditor = doubt.creditor
    if creditor is None:
        return doubt
    debtors = _debtors(lane, creditor, doubt)
    doubt = doubt.model_copy(update={"invoice": None, "reference": None})
    if len(debtors) == 1:
        return doubt.model_copy(update={"debtor": debtors.pop(), "account": None})
    if doubt.account is not None and lane.unit.get(OWNERS, key(doubt.account, creditor)) is not None:
        return doubt.model_copy(update={"debtor": None})
    return doubt.model_copy(update={"debtor": None, "account": None})


def _debtors(lane: Lane, creditor: str, doubt: UnreadEvent) -> set[str]:
    """The debtors with an account whom the doubt names: by themselves, by an invoice or by a reference of theirs."""
    found: set[str] = set()
    if doubt.debtor is not None and ACCOUNTS.get(lane.unit, key(creditor, doubt.debtor)) is not None:
        found.add(doubt.debtor)
    invoice = INVOICES.get(lane.unit, key(creditor, doubt.invoice)) if doubt.invoice is not None else None
    if invoice is not None:
        found.add(invoice.debtor)
    if doubt.reference is not None:
        carriers = REFERENCES.get(lane.unit, key(creditor, canonical_reference(doubt.reference)))
        found.update(each.debtor for each in (carriers.invoices if carriers is not None else ()))
    return found


def _row_key(doubt: UnreadEvent) -> str:
    """Where a doubt is kept: each creditor that it holds has a row of its own."""
    return doubt.key if doubt.creditor is None else key(doubt.key, doubt.creditor)


def _row_of(lane: Lane, doubt: UnreadEvent) -> str | None:
    """The key of the doubt's row, None when it is not kept. Older stores keep all under the doubt's own key."""
    row = _row_key(doubt)
    if lane.unit.get(DOUBTS, row) is not None:
        return row
    stored = lane.unit.get(DOUBTS, doubt.key)
    return doubt.key if stored is not None and _doubt_in(stored).creditor == doubt.creditor else None


def _doubt_in(stored: bytes) -> UnreadEvent:
    held = decode_facts(stored)
    assert isinstance(held, UnreadEvent), "only doubts are kept as doubts"
    return held


def _owners(lane: Lane, account: str) -> Iterator[str]:
    prefix = key(account, "")
    return (row_key.removeprefix(prefix) for row_key, _ in lane.unit.scan(OWNERS, prefix))


def _hold_feed(lane: Lane, creditor: str, account: str, doubt: str) -> None:
    lane.to_every_partition(FeedHold(lane=lane.number, creditor=creditor, account=account, key=doubt))


def _release_feed(lane: Lane, creditor: str, account: str, doubt: str) -> None:
    lane.to_every_partition(FeedReleased(lane=lane.number, creditor=creditor, account=account, key=doubt))
