"""Whether letters of trial mode, which nobody got, have ended in a store: kept beside the first one's outcome.

The read model has it too, but later: on Kafka another process writes it.
"""

from typing import Final

from services.notifier.state_rows import TRIAL, TRIAL_KEY, WORKER
from services.runtime.store.port import StateRow, Store
from services.runtime.unit_of_work import UnitOfWork

TRIAL_ROW: Final[StateRow] = (TRIAL_KEY, b"1", None, None)
"""The row of kind ``trial``, as it is stored."""


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
