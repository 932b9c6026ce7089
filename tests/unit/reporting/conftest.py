"""The databases that a read model may be in."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from services.runtime.postgres.store import PostgresStore
from services.runtime.store.port import Store
from tests.servers.postgres import Postgres
from tests.unit.reporting.harness import ReportingHarness


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def each_database(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Harnesses keep their read models in the one, then in the other."""
    if request.param == "sqlite":
        yield
        return
    server: Postgres = request.getfixturevalue("postgres")
    with ExitStack() as opened:

        def new_store() -> Store:
            return opened.enter_context(PostgresStore(server.dsn(server.fresh_database())))

        monkeypatch.setattr(ReportingHarness, "new_store", new_store)
        yield
