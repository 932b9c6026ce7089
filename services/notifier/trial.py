"""Whether a store is of trial mode or live: letters that nobody got and real ones never lie in one store.

A store holds letters of trial mode once one has its outcome, which is kept beside it. It is live from its first start
in live mode on. The read model shows both too, but later: on Kafka another process writes it.
"""

from typing import Final

from services.notifier.state_rows import TRIAL, TRIAL_KEY, WORKER
from services.runtime.store.port import StateRow, Store
from services.runtime.unit_of_work import UnitOfWork

TRIAL_ROW: Final[StateRow] = (TRIAL_KEY, b"1", None, None)
"""The row of kind ``trial``, as it is stored."""

_MODE: Final = "mail mode"
"""The name of the bookmark that says that a store is live."""
_LIVE: Final = "live"


def remember_live(store: Store) -> None:
    """Record that a store is live, in a transaction of its own unless one is open."""
    if store.bookmark(_MODE) == _LIVE:
        return
    if store.in_transaction:
        store.set_bookmark(_MODE, _LIVE)
        return
    store.begin()
    store.set_bookmark(_MODE, _LIVE)
    store.commit()


def is_live(store: Store) -> bool:
    """Whether a store was ever started in live mode, or an older version sent real letters from it."""
    sent = "SELECT 1 FROM notice WHERE trial = 0 AND status = 'accepted' LIMIT 1"
    return store.bookmark(_MODE) == _LIVE or bool(store.tables.query(sent))


def note_trial(unit: UnitOfWork) -> None:
    """Record that a letter of trial mode has its outcome in this partition."""
    key, value, *_ = TRIAL_ROW
    if unit.get(TRIAL, key) is None:
        unit.put(TRIAL, key, value)


def has_trial_letters(store: Store) -> bool:
    """Whether a letter of trial mode has ever had an outcome in this store."""
    space = store.state.spaces_of(WORKER).get(TRIAL)
    if space is None:
        return False
    return any(store.state.load(space, partition, TRIAL_ROW[0]) is not None for partition in range(store.partitions))
