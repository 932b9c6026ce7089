"""The registry of topics, their keys and partitions, and ticks (schemas/topics.py, schemas/ticks.py)."""

from collections import Counter
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.events import EVENT_TYPES
from schemas.parsing import InvalidEvent, parse_event
from schemas.ticks import TICK_KEY, reached_instant, time_reached
from schemas.topics import (
    ALL_TOPICS,
    PUBLIC_TOPICS,
    TOPICS,
    account_key,
    creditor_and_debtor,
    partition_of,
)
from tests.unit.schemas.public_samples import cloud_event

NOON = datetime(2026, 2, 2, 12, tzinfo=UTC)
IDS = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=20)


def test_every_topic_of_the_design_is_there_once() -> None:
    assert list(TOPICS) == [
        "invoices",
        "payments",
        "instructions",
        "settings",
        "facts",
        "journal",
        "commands",
        "decisions",
        "dead-letters",
    ]
    assert len(ALL_TOPICS) == len(TOPICS)


def test_every_public_event_has_a_public_topic() -> None:
    assert {model.topic for model in EVENT_TYPES.values()} == {topic.name for topic in PUBLIC_TOPICS}


@given(IDS, IDS)
def test_an_accounts_key_gives_back_its_creditor_and_debtor(creditor: str, debtor: str) -> None:
    assert creditor_and_debtor(account_key(creditor, debtor)) == (creditor, debtor)


def test_a_key_of_no_account_is_refused() -> None:
    with pytest.raises(ValueError, match="not the key of an account"):
        creditor_and_debtor("acme")


def test_a_keys_partition_never_changes() -> None:
    assert [partition_of(key, 4) for key in ("acme", "C-1", "ä", account_key("acme", "C-1"))] == [2, 2, 3, 0]


def test_accounts_spread_evenly_over_partitions() -> None:
    found = Counter(partition_of(account_key("acme", f"C-{number}"), 12) for number in range(12_000))
    assert len(found) == 12
    assert max(found.values()) < 1.2 * min(found.values())


def test_a_tick_is_known_by_its_key() -> None:
    assert reached_instant(TICK_KEY, time_reached(NOON)) == NOON
    assert reached_instant("acme", time_reached(NOON)) is None
    assert reached_instant(None, time_reached(NOON)) is None


def test_no_id_can_be_the_key_of_a_tick() -> None:
    with pytest.raises(InvalidEvent):
        parse_event(cloud_event("promise.made.v1", creditor=TICK_KEY))


def test_a_tick_is_no_public_event() -> None:
    with pytest.raises(InvalidEvent):
        parse_event(time_reached(NOON))
