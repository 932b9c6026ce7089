"""Opening a store to work on it: its versions, the log it belongs to, the read model's tables (docs/upgrading.md)."""

from contextlib import ExitStack
from typing import Final

from services.cash_application.older import instructions, owners, payments, pointers, rows
from services.overdue import older_accounts
from services.reporting import older_tables
from services.reporting.tables import TABLES
from services.runtime.open_store import open_store
from services.runtime.settings import Settings
from services.runtime.store.log_identity import EMBEDDED, LogIdentity, claim_log, refuse_other_engine, refuse_other_log
from services.runtime.store.port import Access, Store
from services.runtime.store.versions import (
    MESSAGES,
    READ_MODEL,
    STATE,
    OlderStore,
    UpgradeStep,
    bring_up_to_date,
    refuse_other_versions,
    versions_of,
)

STEPS: Final = (
    UpgradeStep(STATE, 2, rows.to_version_2, older_accounts.to_version_2),
    UpgradeStep(READ_MODEL, 2, older_tables.to_version_2),
    UpgradeStep(MESSAGES, 2),  # fields that older messages lack may be left out
    UpgradeStep(
        STATE,
        3,
        owners.to_version_3,
        payments.to_version_3,
        pointers.to_version_3,
        instructions.to_version_3,
        older_accounts.to_version_3,
    ),
    UpgradeStep(READ_MODEL, 3, older_tables.to_version_3),
    UpgradeStep(MESSAGES, 3),
)
"""What brings the parts of an older store up to date, in this order."""


def prepared(store: Store, log: LogIdentity) -> Store:
    """The store, brought up to date where this opening may do so, and known to belong to the log.

    Raises Refusal, with the store closed, when it has another version or belongs to another log.
    """
    with ExitStack() as stack:
        stack.callback(store.close)
        refuse_other_log(store, log)
        bring_up_to_date(store, STEPS)
        claim_log(store, log)
        store.tables.ensure(TABLES)
        stack.pop_all()
    return store


def worker_store(settings: Settings, log: LogIdentity) -> Store:
    """The settings' store, for one worker of an engine whose log is elsewhere.

    An older SQLite file is brought up to date before, alone. Raises Refusal as `prepared` does.
    """
    try:
        return prepared(open_store(settings, Access.WORKER), log)
    except OlderStore:
        if settings.postgres.dsn is not None:
            raise
        migrated(settings)
        return prepared(open_store(settings, Access.WORKER), log)


def migrated(settings: Settings) -> list[str]:
    """Bring the settings' store up to date, or make it where there is none; lines that say what it now is.

    Raises Refusal where that is impossible.
    """
    with open_store(settings, Access.MIGRATE) as store:
        before = versions_of(store)
        bring_up_to_date(store, STEPS)
        store.tables.ensure(TABLES)
        now = versions_of(store)
        return [f"{store.name}: {part} {before.get(part, 'new')} -> {version}" for part, version in now.items()]


def named_log(settings: Settings) -> LogIdentity:
    """The log that the settings name. Raises Refusal when its brokers do not answer."""
    if settings.kafka.bootstrap is None:
        return EMBEDDED
    from services.runtime.kafka.broker.cluster import cluster_id  # its clients take a while to load

    return LogIdentity("kafka", cluster_id(settings.kafka), settings.kafka.prefix)


def embedded_store(settings: Settings) -> Store:
    """The settings' store, for the embedded engine. Raises Refusal as `prepared` does."""
    return prepared(open_store(settings, Access.ENGINE), EMBEDDED)


def consulted(store: Store, engine: str | None) -> Store:
    """A store to read, or to append to, checked as it is; ``engine`` None where any may have written it.

    Raises Refusal, with the store closed, when it has another version or belongs to the other engine.
    """
    with ExitStack() as stack:
        stack.callback(store.close)
        refuse_other_versions(store)
        if engine is not None:
            refuse_other_engine(store, engine)
        stack.pop_all()
    return store
