"""Reads the rows of all lanes from a store, for commands beside an engine that may be running on it."""

from collections.abc import Iterator
from typing import Final

from services.cash_application.state.tally import WORKER
from services.runtime.store.port import Store

_PAGE: Final = 1_000


def stored_rows(store: Store, kind: str) -> Iterator[tuple[str, bytes]]:
    """The rows of a kind, lane by lane, in the order of their keys."""
    space = store.state.spaces_of(WORKER).get(kind)
    if space is None:
        return
    for lane in range(store.partitions):
        after: str | None = None
        while page := store.state.page(space, lane, "", after, _PAGE):
            yield from page
            after = page[-1][0]
