"""Which store the settings name."""

from services.runtime.settings import Settings
from services.runtime.sqlite.store import SqliteStore
from services.runtime.store.port import Access, Store


def open_store(settings: Settings, access: Access) -> Store:
    """The PostgreSQL database of the settings, or else their file. Raises Refusal when it cannot be used."""
    database = settings.postgres
    if database.dsn is None:
        return SqliteStore(settings.store.path, access)
    from services.runtime.postgres.store import PostgresStore  # its driver takes a while to load

    password = None if database.password is None else database.password.get_secret_value()
    return PostgresStore(database.dsn, password, access)
