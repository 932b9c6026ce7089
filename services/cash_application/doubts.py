"""Doubt holds: what could not be read keeps letters back until a person has mended or discarded it (design.md §3).

It holds the account when the debtor is known, else the bank account's feed, else the creditor. Doubts about a creditor
or a debtor that is not known yet wait, as facts do: until then there is nobody to write to.
"""

from collections.abc import Iterator

from schemas.facts import UnreadEvent, UnreadReleased, decode_facts
from schemas.journal import CreditorHold, CreditorReleased, FeedHold, FeedReleased
from schemas.messages import encode
from services.cash_application import waiting
from services.cash_application.lane import Lane
from services.cash_application.rows import ACCOUNTS, key

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
    what = _awaited(lane, doubt)
    if what is not None:
        waiting.keep(lane, what, doubt.key, 0, encode(doubt))
    elif doubt.creditor is None:
        assert doubt.account is not None, "a doubt names somebody"
        lane.unit.put(_OF_ACCOUNT, key(doubt.account, doubt.key), b"")
        for creditor in _owners(lane, doubt.account):
            _hold_feed(lane, creditor, doubt.account, doubt.key)
    elif doubt.debtor is not None:
        lane.tell(doubt.creditor, doubt.debtor, doubt)
    elif doubt.account is not None and lane.unit.get(_OWNERS, key(doubt.account, doubt.creditor)) is not None:
        _hold_feed(lane, doubt.creditor, doubt.account, doubt.key)
    else:
        # A bank account that is not the creditor's may be any of them, mistyped: the whole creditor is held.
        lane.unit.put(_DOUBTS, doubt.key, encode(doubt.model_copy(update={"account": None})))
        lane.tell_all(CreditorHold(lane=lane.number, creditor=doubt.creditor, key=doubt.key))


def release(lane: Lane, released: UnreadReleased) -> None:
    """Let go of whom a doubt holds. A doubt that this lane does not know is another lane's."""
    stored = lane.unit.get(_DOUBTS, released.key)
    if stored is None:
        return
    doubt = decode_facts(stored)
    assert isinstance(doubt, UnreadEvent), "only doubts are kept as doubts"
    lane.unit.delete(_DOUBTS, doubt.key)
    if _awaited(lane, doubt) is not None:
        return  # it never held anybody
    if doubt.creditor is None:
        assert doubt.account is not None, "a doubt names somebody"
        lane.unit.delete(_OF_ACCOUNT, key(doubt.account, doubt.key))
        for creditor in _owners(lane, doubt.account):
            _release_feed(lane, creditor, doubt.account, doubt.key)
    elif doubt.debtor is not None:
        message = UnreadReleased(key=doubt.key, creditor=doubt.creditor, debtor=doubt.debtor)
        lane.tell(doubt.creditor, doubt.debtor, message)
    elif doubt.account is not None:
        _release_feed(lane, doubt.creditor, doubt.account, doubt.key)
    else:
        lane.tell_all(CreditorReleased(lane=lane.number, creditor=doubt.creditor, key=doubt.key))


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


def _awaited(lane: Lane, doubt: UnreadEvent) -> str | None:
    """Who must be known before anybody can be held."""
    if doubt.creditor is None:
        return None
    if lane.creditor(doubt.creditor) is None:
        return waiting.creditor(doubt.creditor)
    if doubt.debtor is not None and ACCOUNTS.get(lane.unit, key(doubt.creditor, doubt.debtor)) is None:
        return waiting.account(doubt.creditor, doubt.debtor)
    return None


def _owners(lane: Lane, account: str) -> Iterator[str]:
    prefix = key(account, "")
    return (at.removeprefix(prefix) for at, _ in lane.unit.scan(_OWNERS, prefix))


def _hold_feed(lane: Lane, creditor: str, account: str, doubt: str) -> None:
    lane.tell_all(FeedHold(lane=lane.number, creditor=creditor, account=account, key=doubt))


def _release_feed(lane: Lane, creditor: str, account: str, doubt: str) -> None:
    lane.tell_all(FeedReleased(lane=lane.number, creditor=creditor, account=account, key=doubt))
