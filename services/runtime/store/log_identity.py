"""Which log a store's positions belong to: written into it at its first start, compared at every later one.

Positions are offsets. Those of one log, taken for another's, make a worker skip records in silence.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from services.runtime.refusal import Refusal
from services.runtime.store.port import Store

_ENGINE: Final = "log engine"
_CLUSTER: Final = "log cluster"
_PREFIX: Final = "log prefix"


class LogIdentity(NamedTuple):
    """A log: the store's own (``embedded``), or a Kafka cluster's by its id and the prefix of its topics."""

    engine: str
    cluster: str = ""
    prefix: str = ""

    def __str__(self) -> str:
        """The log in words."""
        if self.engine == "embedded":
            return "the embedded engine's log"
        cluster = f", cluster {self.cluster}" if self.cluster else ""
        prefix = f", prefix {self.prefix!r}" if self.prefix else ""
        return f"the log of Kafka{cluster}{prefix}"


EMBEDDED: Final = LogIdentity("embedded")


def claim_log(store: Store, log: LogIdentity) -> None:
    """Write the log into a store that has none yet, or compare it.

    Raises Refusal when the store belongs to another log.
    """
    refuse_other_log(store, log)
    if store.bookmark(_ENGINE) is None:
        store.begin()
        try:
            if store.bookmark(_ENGINE) is None:  # another worker may have written it meanwhile
                _write(store, log)
            store.commit()
        except BaseException:
            store.rollback()
            raise
        refuse_other_log(store, log)


def refuse_other_engine(store: Store, engine: str) -> None:
    """Raise Refusal when a store belongs to the other engine; which cluster's it is, is not asked."""
    known = identity_of(store)
    if known is not None and known.engine != engine:
        refuse_other_log(store, LogIdentity(engine))


def refuse_other_log(store: Store, log: LogIdentity) -> None:
    """Raise Refusal when a store belongs to another log; one that nobody has started yet belongs to none."""
    known = identity_of(store)
    if known is None or known == log:
        return
    if known.engine == "embedded":
        advice = "unset ERAPAIVA_KAFKA__BOOTSTRAP to work on it, or name an empty database for Kafka's workers"
    elif log.engine == "embedded":
        advice = "set ERAPAIVA_KAFKA__BOOTSTRAP, and work on it with `erapaiva worker`, or name another store"
    else:
        advice = "set ERAPAIVA_KAFKA__BOOTSTRAP and ERAPAIVA_KAFKA__PREFIX to that log, or name an empty database"
    raise Refusal(f"{store.name}: belongs to {known}, the settings name {log}; {advice}")


def identity_of(store: Store) -> LogIdentity | None:
    """The log that a store belongs to; None while it was never started.

    A store made before logs were written into stores is the embedded engine's when its own log holds records.
    """
    engine = store.bookmark(_ENGINE)
    if engine is None:
        return EMBEDDED if store.holds_records else None
    return LogIdentity(engine, store.bookmark(_CLUSTER) or "", store.bookmark(_PREFIX) or "")


def _write(store: Store, log: LogIdentity) -> None:
    store.set_bookmark(_ENGINE, log.engine)
    store.set_bookmark(_CLUSTER, log.cluster)
    store.set_bookmark(_PREFIX, log.prefix)
