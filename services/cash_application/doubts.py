"""Doubt holds: what could not be read keeps letters back until a person has mended or discarded it (design.md §3).

It holds the account when the debtor is known, else the bank account's feed, else the creditor. A doubt about a creditor
that is not known yet, or about nothing but a debtor that is not, waits as facts do: until then there is nobody to write
to.
"""

from collections.abc import Iterator

from schemas.facts import UnreadEvent, UnreadReleased, decode_facts
from schemas.journal import CreditorHold, CreditorReleased, FeedHold, FeedReleased
from schemas.messages import encode
from services.cash_application.state import waiting
from services.cash_application.state.lane import Lane
from services.cash_application.state.rows import ACCOUNTS, CREDITORS, key
from services.cash_application.state.waiting import Missing

_DOUBTS = "doubt"
_OWNERS = "owner"
_OF_ACCOUNT = "doubt-of-account"


def raise_doubt(lane: Lane, doubt: UnreadEvent) -> None:
    """Take a doubt; one that is known is not raised again."""
    if lane.unit.get(_DOUBTS, doubt.key) is None:
        lane.unit.put(_DOUBTS, doubt.key, encode(doubt))
        hold(lane, doubt)


def hold(lane: Lane, doubt: UnreadEvent) -> None:
    """Hold whom it concerns, or wait until that one is known; nobody when it was released meanwhile."""
    if lane.unit.get(_DOUBTS, doubt.key) is None:
        return
    missing = _missing(lane, doubt)
    if missing is not None:
        waiting.keep(lane, missing, doubt.key, 0, encode(doubt))
        return
    held = _narrowest(lane, doubt)
    lane.unit.put(_DOUBTS, doubt.key, encode(held))
    if held.creditor is None:
        assert held.account is not None, "a doubt names somebody"
        lane.unit.put(_OF_ACCOUNT, key(held.account, held.key), b"")
        for creditor in _owners(lane, held.account):
            _hold_feed(lane, creditor, held.account, held.key)
    elif held.debtor is not None:
        lane.tell(held.creditor, held.debtor, held)
    elif held.account is not None:
        _hold_feed(lane, held.creditor, held.account, held.key)
    else:
        lane.tell_all(CreditorHold(lane=lane.number, creditor=held.creditor, key=held.key))


def release(lane: Lane, released: UnreadReleased) -> None:
    """Let go of whom a doubt holds. A doubt that this lane does not know is another lane's."""
    stored = lane.unit.get(_DOUBTS, released.key)
    if stored is None:
        return
    held = decode_facts(stored)
    assert isinstance(held, UnreadEvent), "only doubts are kept as doubts"
    lane.unit.delete(_DOUBTS, held.key)
    if _missing(lane, held) is not None:
        return  # it never held anybody
    if held.creditor is None:
        assert held.account is not None, "a doubt names somebody"
        lane.unit.delete(_OF_ACCOUNT, key(held.account, held.key))
        for creditor in _owners(lane, held.account):
            _release_feed(lane, creditor, held.account, held.key)
    elif held.debtor is not None:
        message = UnreadReleased(key=held.key, creditor=held.creditor, debtor=held.debtor)
        lane.tell(held.creditor, held.debtor, message)
    elif held.account is not None:
        _release_feed(lane, held.creditor, held.account, held.key)
    else:
        lane.tell_all(CreditorReleased(lane=lane.number, creditor=held.creditor, key=held.key))


def own(lane: Lane, creditor: str, accounts: list[str]) -> None:
    """The creditor registered these bank accounts; doubts about them that named no creditor now hold its feeds."""
    for account in accounts:
        at = key(account, creditor)
        if lane.unit.get(_OWNERS, at) is not None:
            continue
        lane.unit.put(_OWNERS, at, b"")
        prefix = key(account, "")
        for found, _ in lane.unit.scan(_OF_ACCOUNT, prefix):
            _hold_feed(lane, creditor, account, found.removeprefix(prefix))


def _missing(lane: Lane, doubt: UnreadEvent) -> Missing | None:
    """Who must be known before anybody can be held."""
    if doubt.creditor is None:
        return None
    if lane.creditor(doubt.creditor) is None:
        return Missing(CREDITORS, doubt.creditor)
    if doubt.debtor is not None and doubt.account is None and not _is_account(lane, doubt.creditor, doubt.debtor):
        return Missing(ACCOUNTS, key(doubt.creditor, doubt.debtor))
    return None


def _narrowest(lane: Lane, doubt: UnreadEvent) -> UnreadEvent:
    """The doubt with only that left which it holds.

    A debtor or a bank account that is not the creditor's may be a mistyped one, and anybody's: then more is held.
    """
    if doubt.creditor is None:
        return doubt
    if doubt.debtor is not None and _is_account(lane, doubt.creditor, doubt.debtor):
        return doubt.model_copy(update={"account": None})
    if doubt.account is not None and lane.unit.get(_OWNERS, key(doubt.account, doubt.creditor)) is not None:
        return doubt.model_copy(update={"debtor": None})
    return doubt.model_copy(update={"debtor": None, "account": None})


def _is_account(lane: Lane, creditor: str, debtor: str) -> bool:
    return ACCOUNTS.get(lane.unit, key(creditor, debtor)) is not None


def _owners(lane: Lane, account: str) -> Iterator[str]:
    prefix = key(account, "")
    return (at.removeprefix(prefix) for at, _ in lane.unit.scan(_OWNERS, prefix))


def _hold_feed(lane: Lane, creditor: str, account: str, doubt: str) -> None:
    lane.tell_all(FeedHold(lane=lane.number, creditor=creditor, account=account, key=doubt))


def _release_feed(lane: Lane, creditor: str, account: str, doubt: str) -> None:
    lane.tell_all(FeedReleased(lane=lane.number, creditor=creditor, account=account, key=doubt))
