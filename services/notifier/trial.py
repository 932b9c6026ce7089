"""Whether letters have ended here that nobody got: kept by the notifier with the first one's outcome.

The read model tells it too, but later: on Kafka another process writes it.
"""

from typing import Final

from services.runtime.store.port import StateRow, Store
from services.runtime.unit_of_work import UnitOfWork

_WORKER: Final = "notifier"
_KIND: Final = "trial"
TRIAL_ROW: Final[StateRow] = ("", b"1", None, None)
"""The row of kind ``trial``, as it is stored."""


def note_trial(unit: UnitOfWork) -> None:
    """A letter of trial mode has its outcome in this partition."""
    key, value, *_ = TRIAL_ROW
    if unit.get(_KIND, key) is None:
        unit.put(_KIND, key, value)


def has_trial_letters(store: Store) -> bool:
    """Whether a letter of trial mode has ever had an outcome in this store."""
    space = store.state.spaces_of(_WORKER).get(_KIND)
    if space is None:
        return False
    return any(store.state.load(space, partition, TRIAL_ROW[0]) is not None for partition in range(store.partitions))
