"""Two sets of topics and groups on one broker, told apart by their prefixes, do not see each other's records."""

import asyncio
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
from kafka.admin import KafkaAdminClient

from schemas.dead_letters import DeadLetter
from schemas.messages import encode
from schemas.topics import ALL_TOPICS, DEAD_LETTERS, INSTRUCTIONS, INVOICES, PUBLIC_TOPICS, Topic
from services.cli import main
from services.overdue.canonical import account_entries
from services.reporting.canonical import canonical_dump
from services.runtime.kafka.broker.connection import connected
from services.runtime.kafka.broker.end_offsets import EndOffsets
from services.runtime.kafka.broker.log_client import kafka_log_client
from services.runtime.kafka.broker.tick_producer import TickProducer
from services.runtime.kafka.broker.topics import create, differences, refuse_wrong_topics
from services.runtime.kafka.engine.publisher import RecordPublisher
from services.runtime.log_client import ClientRecord
from services.runtime.refusal import Refusal
from services.runtime.settings import KafkaSettings, Settings, StoreSettings
from services.runtime.sqlite.store import SqliteStore
from services.runtime.store.partition_tasks import PendingRecord
from tests.kafka.crew import WORKERS, Crew
from tests.kafka.test_interleavings import publish
from tests.kafka.test_rebuild import rebuild
from tests.kafka.workplace import workplace
from tests.servers.kafka import Kafka
from tests.servers.postgres import Postgres
from tests.simulation.flow import Event, Flow
from tests.unit.intake.public_events import IBAN, creditor, invoice

PARTITIONS = 2
REHEARSAL = "rehearsal."
NINE = datetime(2026, 1, 28, 9, 0, tzinfo=UTC)


@pytest.fixture
def live(kafka: str) -> Settings:
    """A set of topics whose prefix no other test uses."""
    return set_of(kafka, "prefix-live.")


@pytest.fixture
def rehearsal(kafka: str) -> Settings:
    """Another set on the same broker."""
    return set_of(kafka, "prefix-rehearsal.")


def set_of(bootstrap: str, prefix: str) -> Settings:
    kafka = KafkaSettings(bootstrap=bootstrap, security="plaintext", replication=1, prefix=prefix)
    return Settings(kafka=kafka, store=StoreSettings(partitions=PARTITIONS))


def test_every_topic_of_a_set_has_its_prefix_and_missing_ones_are_named_with_it(kafka: str) -> None:
    named = set_of(kafka, "named.")
    with pytest.raises(Refusal, match=r"topics: named\.invoices: it does not exist"):
        refuse_wrong_topics(named)

    assert create(named) == [f"named.{topic}" for topic in ALL_TOPICS]

    assert differences(named) == []
    refuse_wrong_topics(named)
    with connected(KafkaAdminClient, named.kafka) as admin:
        assert {f"named.{topic}" for topic in ALL_TOPICS} <= set(admin.list_topics())


def test_records_ticks_and_ends_of_one_set_are_not_in_the_other(live: Settings, rehearsal: Settings) -> None:
    # given
    create(live)
    create(rehearsal)
    before, ends_before = values_of(rehearsal, INVOICES), ends_of(rehearsal)
    # when
    with kafka_log_client(live.kafka) as log:
        assert log.append([ClientRecord(INVOICES, "kuura", b"live")]) == [None]
        assert list(log.values(INVOICES))[-1:] == [b"live"]
    with SqliteStore() as store:
        ticks = TickProducer(live.kafka, store, PARTITIONS)
        ticks.tick(NINE)
        ticks.close()
    # then
    assert sum(map(sum, ends_of(live).values())) == 1 + len(PUBLIC_TOPICS) * PARTITIONS
    assert ends_of(rehearsal) == ends_before
    assert values_of(rehearsal, INVOICES) == before


def ends_of(settings: Settings) -> dict[str, tuple[int, ...]]:
    ends = EndOffsets(settings.kafka, PARTITIONS)
    found = {topic: tuple(of_topic) for topic, of_topic in ends.fetch().items()}
    ends.close()
    return found


def test_commands_work_on_the_set_that_the_settings_name(
    kafka: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # given
    monkeypatch.setenv("ERAPAIVA_KAFKA__BOOTSTRAP", kafka)
    monkeypatch.setenv("ERAPAIVA_KAFKA__SECURITY", "plaintext")
    monkeypatch.setenv("ERAPAIVA_KAFKA__REPLICATION", "1")
    for prefix in ("prefix-a.", "prefix-b."):
        monkeypatch.setenv("ERAPAIVA_KAFKA__PREFIX", prefix)
        assert main(["topics", "create"]) == 0
    a, b = set_of(kafka, "prefix-a."), set_of(kafka, "prefix-b.")
    raise_dead_letter(a, "3f1c")
    # when, then
    assert main(["tell", "hold.placed", "creditor=kuura", "debtor=C-1", "reason=agreed", "until=2026-03-31"]) == 0
    assert len(values_of(b, INSTRUCTIONS)) == 1
    assert values_of(a, INSTRUCTIONS) == []
    # when, then
    assert main(["dead-letters", "list"]) == 0
    assert "3f1c" not in capsys.readouterr().out
    monkeypatch.setenv("ERAPAIVA_KAFKA__PREFIX", "prefix-a.")
    assert main(["dead-letters", "list"]) == 0
    assert "3f1c" in capsys.readouterr().out


def values_of(settings: Settings, topic: Topic) -> list[bytes]:
    with kafka_log_client(settings.kafka) as log:
        return list(log.values(topic))


def raise_dead_letter(settings: Settings, key: str) -> None:
    """As intake does."""
    letter = DeadLetter(key=key, origin="invoices/0", position=7, reason="not-json", detail=("x",), content="{")
    publisher = RecordPublisher(settings.kafka)

    async def publish() -> None:
        await publisher.start()
        await publisher.publish("intake", 0, [PendingRecord(1, DEAD_LETTERS.name, 0, 1, "", encode(letter))])
        await publisher.stop()

    asyncio.run(publish())


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_workers_of_two_sets_on_one_broker_work_off_their_own_records_alone(
    own_kafka: Kafka, postgres: Postgres, tmp_path: Path
) -> None:
    given = {"": events_of(1, 2), REHEARSAL: events_of(3, 4, 5)}
    with ExitStack() as stack:
        sets = {
            prefix: stack.enter_context(
                workplace(own_kafka, postgres, folder(tmp_path, prefix), PARTITIONS, prefix=prefix)
            )
            for prefix in given
        }
        # when: both sets are at work at the same time
        with ExitStack() as working:
            crews = {
                prefix: working.enter_context(Crew(here.environment, here.folder)) for prefix, here in sets.items()
            }
            clocks = {prefix: working.enter_context(here.clock(crews[prefix])) for prefix, here in sets.items()}
            for prefix, clock in clocks.items():
                publish(clock, given[prefix])
            for clock in clocks.values():
                clock.tick(NINE)
                clock.settle()
            with connected(KafkaAdminClient, sets[""].settings.kafka) as admin:
                groups = {group["group_id"] for group in admin.list_groups()}
        # then
        assert groups == {f"{prefix}erapaiva-{worker}" for prefix in sets for worker in WORKERS}
        for prefix, here in sets.items():
            alone = Flow(PARTITIONS)
            alone.publish(given[prefix])
            alone.tick(NINE)
            with here.reading() as store:
                assert canonical_dump(store, account_entries(store)) == alone.dump()
        # when, then: a lost database of one set is made from the records of that set
        here = sets[REHEARSAL]
        here.use(postgres.dsn(postgres.fresh_database()))
        done = rebuild(here)
        assert done.returncode == 0, done.stderr
        records = sum(map(sum, ends_of(here.settings).values()))
        assert f"{records} records read" in done.stdout + done.stderr


def folder(under: Path, prefix: str) -> Path:
    made = under / (prefix or "live")
    made.mkdir()
    return made


def events_of(*numbers: int) -> list[Event]:
    return [creditor("acme", IBAN), *(invoice(number, f"D{number}", creditor="acme") for number in numbers)]
