"""What a person sees of the bank feeds: how far each reaches, and what is missing (`erapaiva feeds`)."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from pydantic import TypeAdapter

from schemas.facts import UnreadEvent, decode_facts
from services.cash_application.reports.stored_rows import stored_rows
from services.cash_application.state.feeds import Feed, QueuedCompletion
from services.cash_application.state.row_kind import SEPARATOR
from services.cash_application.state.rows import CREDITORS, DOUBTS, FEEDS, Creditor
from services.runtime.store.port import Store

_FEED = TypeAdapter(Feed)
_CREDITOR = TypeAdapter(Creditor)


def feeds(store: Store, creditor: str | None) -> list[dict[str, Any]]:
    """Each bank account of each creditor, or of one, in order; those from which nothing came too."""
    rows = {row_key: _FEED.validate_json(stored) for row_key, stored in stored_rows(store, FEEDS.name) if stored}
    accounts = set(rows)
    for name, stored in stored_rows(store, CREDITORS.name):
        if stored:
            accounts |= {SEPARATOR.join((name, iban)) for iban in _CREDITOR.validate_json(stored).accounts}
    doubts = _doubts(store)
    found = []
    for row_key in sorted(accounts):
        whose, account = row_key.split(SEPARATOR)
        if creditor in (None, whose):
            held = [*doubts[whose, account], *doubts["", account]]
            found.append(_entry(whose, account, rows.get(row_key, Feed()), held))
    return found


def feed_words(entry: dict[str, Any]) -> str:
    """A feed in words, a line for what each thing is that is missing."""
    through = f"complete through {entry['through']}" if entry["through"] else "never complete so far"
    return "\n".join(
        (f"{entry['creditor']}  {entry['account']}  {through}", *(f"  {each}" for each in entry["missing"]))
    )


def _entry(creditor: str, account: str, feed: Feed, doubts: list[str]) -> dict[str, Any]:
    through = None if feed.published is None else feed.published.isoformat()
    missing = [*_missing(feed), *(f"held by an event that could not be read: {key}" for key in doubts)]
    return {"creditor": creditor, "account": account, "through": through, "missing": missing}


def _missing(feed: Feed) -> Iterator[str]:
    for currency, gaps in sorted(feed.gaps.items()):
        for gap in gaps:
            if feed.believed is None or gap.after > feed.believed:
                yield f"{currency}: {gap.words}"
    for completion in feed.waiting:
        yield f"the completion through {completion.through} does not tie with the payments that came since the last one"
    for day in feed.days:
        yield f"the completion through {day.through} counts once that day has ended"
    if any(isinstance(each, QueuedCompletion) for each in feed.queue):
        yield "a completion is decided within a minute"


def _doubts(store: Store) -> dict[tuple[str, str], list[str]]:
    """The doubts that hold feeds, by creditor (empty: whoever has the account) and bank account."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for _, stored in stored_rows(store, DOUBTS):
        doubt = decode_facts(stored)
        if isinstance(doubt, UnreadEvent) and doubt.account is not None and doubt.debtor is None:
            found[doubt.creditor or "", doubt.account].append(doubt.key)
    return found
