"""The versions of what a store holds, written into it and compared when it is opened (docs/upgrading.md).

Each part has its own number: the workers' state rows, the read model, and, as the log of an embedded store holds them,
the messages between workers and the public contracts. The tables of a database have a version as well; their steps are
the store's own (`sqlite.migrations`, `postgres.migrations`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from schemas.events import CONTRACTS_VERSION
from schemas.messages import MESSAGES_VERSION
from services.runtime.refusal import Refusal
from services.runtime.store.port import Store

STATE: Final = "state"
READ_MODEL: Final = "read-model"
MESSAGES: Final = "messages"

CURRENT: Final[Mapping[str, int]] = {
    STATE: 3,
    READ_MODEL: 3,
    MESSAGES: MESSAGES_VERSION,
    "contracts": CONTRACTS_VERSION,
}
"""By part, the version that this program reads and writes."""


class UpgradeStep:
    """What brings one part of a store from the version before to version ``to``."""

    def __init__(self, part: str, to: int, *conversions: Callable[[Store], None]) -> None:
        """``conversions`` are called in this order, inside the open transaction."""
        self.part = part
        self.to = to
        self._conversions = conversions

    def apply(self, store: Store) -> None:
        """Convert the part, inside the open transaction."""
        for convert in self._conversions:
            convert(store)


class OlderStore(Refusal):
    """A store of an older version, opened by a process that may not bring it up to date."""


def bring_up_to_date(store: Store, steps: Iterable[UpgradeStep]) -> None:
    """Run the steps that a store lacks and write the current versions into it, all or nothing.

    They are part of the transaction in which the tables changed, where opening the store left one open. A store without
    versions is new. Raises OlderStore when it is older and this opening may not change it, Refusal when
    it is newer than this program or when no step leads from its version to today's.
    """
    if versions_of(store) == CURRENT and not store.in_transaction:
        return
    store.begin()
    try:
        found = versions_of(store)
        if found:
            _refuse_newer(store, found)
            _refuse_older(store, found, may_upgrade=store.may_upgrade)
            found = _run(store, found, steps)
            _refuse_without_step(store, found)
        for part, version in CURRENT.items():
            store.set_bookmark(_bookmark(part), str(version))
        store.commit()
    except BaseException:
        store.rollback()
        raise


def refuse_other_versions(store: Store) -> None:
    """Raise Refusal unless this program reads the store as it is; for those who only read it or append to it."""
    found = versions_of(store)
    if found:
        _refuse_newer(store, found)
        _refuse_older(store, found, may_upgrade=False)


def versions_of(store: Store) -> dict[str, int]:
    """The versions that are written into a store, by part; none in a new one."""
    found = {part: store.bookmark(_bookmark(part)) for part in CURRENT}
    return {part: int(version) for part, version in found.items() if version is not None}


def _run(store: Store, found: dict[str, int], steps: Iterable[UpgradeStep]) -> dict[str, int]:
    reached = dict(found)
    for step in steps:
        if step.to == reached.get(step.part, step.to) + 1:
            step.apply(store)
            reached[step.part] = step.to
    return reached


def _refuse_newer(store: Store, found: Mapping[str, int]) -> None:
    for part, version in found.items():
        if version > CURRENT[part]:
            raise Refusal(
                f"{store.name}: its {part} has version {version}, this program knows {CURRENT[part]}; "
                "use the program that wrote it, or a newer one"
            )


def _refuse_older(store: Store, found: Mapping[str, int], *, may_upgrade: bool) -> None:
    older = sorted(part for part, version in found.items() if version < CURRENT[part])
    if older and not may_upgrade:
        raise OlderStore(f"{store.name}: made by an older version ({', '.join(older)}); {store.upgrade_advice}")


def _refuse_without_step(store: Store, reached: Mapping[str, int]) -> None:
    for part, version in reached.items():
        if version < CURRENT[part]:
            raise Refusal(
                f"{store.name}: its {part} has version {version} and cannot be brought to {CURRENT[part]}; "
                "use the program that wrote it, and feed its files into a new store of this one"
            )


def _bookmark(part: str) -> str:
    return f"version {part}"
