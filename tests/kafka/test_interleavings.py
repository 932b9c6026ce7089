"""Orders of things that broke designs like this one, on a real broker, database and mail server (design.md §3, §7).

The invoices are due on Friday 23 January 2026, their first letter on Wednesday 28 January, when the window opens
at nine. The bank's feed of each banking day comes at seven.
"""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count, islice
from pathlib import Path
from typing import Any, Final

from aiosmtpd.smtp import SMTP, Envelope, Session
from kafka import KafkaProducer

from schemas.parsing import parse_event
from schemas.topics import PAYMENTS, partition_of
from services.commands.playback.play_files import TimedPiece
from services.intake.labels import Label
from services.intake.pieces import PublishedPiece
from services.intake.routing import destination_of
from services.notifier.protocol import State, load_notice
from services.overdue.canonical import account_entries
from services.reporting.canonical import canonical_dump
from services.runtime.store.port import Store
from tests.contract.post.mail_server import Behaviour, mail_server
from tests.kafka.crew import WORKERS, Crew
from tests.kafka.drained_clock import DrainedClock
from tests.kafka.workplace import Workplace, workplace
from tests.servers.kafka import Kafka
from tests.servers.postgres import Postgres
from tests.simulation.flow import Flow
from tests.unit.intake.public_events import IBAN, OTHER_IBAN, creditor, invoice
from tests.unit.overdue.story import BANK, CREDITOR, ZONE, Event, Story

NINE: Final = datetime(2026, 1, 28, 9, 0, tzinfo=ZONE)
MINUTE: Final = timedelta(minutes=1)
PARTITIONS: Final = 2
PLACE: Final = partition_of(BANK, PARTITIONS)
"""Where our own producers put what concerns the bank account."""


def told_before(story: Story, instant: datetime) -> list[Event]:
    """The story's events, and the bank's mornings, up to an instant, by their times."""
    events = [*story.events, *story._mornings(instant.date())]
    return sorted((event for event in events if event["time"] < instant.isoformat()), key=lambda event: event["time"])


def publish(clock: DrainedClock, events: Iterable[Event]) -> None:
    """As our own producers do, each where its key belongs."""
    for event in events:
        line = json.dumps(event).encode()
        piece = PublishedPiece(0, destination_of(line), Label(), line)
        clock.tell(TimedPiece(datetime.fromisoformat(event["time"]), piece))


def payment(amount: str = "100.00", invoice: str = "1001") -> Event:
    """Money of the day before the letter."""
    return {**Story().paid(amount, "2026-01-27", invoice=invoice).events[-1], "source": "//bank", "id": invoice}


def completed(**figures: Any) -> Event:
    """The bank says that all payments through 27 January are published."""
    data = {"creditor": CREDITOR, "account": BANK, "through": "2026-01-27", **figures}
    event = {**payment(), "id": "completed", "type": "bank-feed.completed.v1", "data": data}
    parse_event(event)
    return event


def until_nine(clock: DrainedClock, *minutes: int) -> None:
    """Time goes on from a minute before nine to each of these minutes after it."""
    for minute in (-1, 0, *minutes):
        clock.tick(NINE + minute * MINUTE)
        clock.settle()


def letters(here: Workplace) -> list[str]:
    """The texts of all letters that have left."""
    folder = here.settings.mail.outbox
    return [path.read_text() for path in sorted(folder.iterdir())] if folder.exists() else []


def await_that(holds: Callable[[], bool], why_not: Callable[[], str], seconds: int = 60) -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, why_not()
        time.sleep(0.05)


def test_a_watermark_on_another_partition_than_its_payments_brings_no_letter_on_stale_data(
    own_kafka: Kafka, postgres: Postgres, tmp_path: Path
) -> None:
    story = Story().invoice("2026-01-23").invoice("2026-01-23", invoice="1002")
    with (
        workplace(own_kafka, postgres, tmp_path, PARTITIONS) as here,
        Crew(here.environment, tmp_path) as crew,
        here.clock(crew) as clock,
    ):
        publish(clock, told_before(story, NINE.replace(hour=6)))
        clock.tick(NINE - 2 * MINUTE)
        clock.settle()
        foreign = KafkaProducer(bootstrap_servers=own_kafka.bootstrap)
        watermark = json.dumps(completed(count=1, sum="100.00")).encode()
        foreign.send(PAYMENTS.name, key=BANK.encode(), value=watermark, partition=1 - PLACE)
        foreign.flush()
        until_nine(clock, 1, 2)
        assert letters(here) == [], "the payment that the watermark counts is not there yet"

        foreign.send(PAYMENTS.name, key=BANK.encode(), value=json.dumps(payment()).encode(), partition=PLACE)
        foreign.close()
        for minute in range(3, 8):
            clock.tick(NINE + minute * MINUTE)
            clock.settle()

        (letter,) = letters(here)
        assert "1002" in letter
        assert "1001" not in letter


def test_an_aborted_transaction_of_a_producer_is_never_applied_and_holds_nobody_up(
    own_kafka: Kafka, postgres: Postgres, tmp_path: Path
) -> None:
    story = Story().invoice("2026-01-23")
    with (
        workplace(own_kafka, postgres, tmp_path, PARTITIONS) as here,
        Crew(here.environment, tmp_path) as crew,
        here.clock(crew) as clock,
    ):
        publish(clock, told_before(story, NINE))
        producer = KafkaProducer(bootstrap_servers=own_kafka.bootstrap, transactional_id="a bank's")
        producer.init_transactions()
        producer.begin_transaction()
        producer.send(PAYMENTS.name, key=BANK.encode(), value=json.dumps(payment()).encode(), partition=PLACE)
        producer.flush()
        producer.abort_transaction()
        producer.close()

        until_nine(clock, 1, 2, 3)  # each waits until all is read to the end, the transaction too

        (letter,) = letters(here)
        assert "1001" in letter


@dataclass
class Waiting(Behaviour):
    """A mail server that lets a sender wait before it may go on to DATA."""

    asked: threading.Event = field(default_factory=threading.Event)

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        self.asked.set()
        await asyncio.get_running_loop().run_in_executor(None, self.release.wait, 120)
        return await super().handle_MAIL(server, session, envelope, address, options)


def states(store: Store) -> list[State]:
    """Where the open notices are."""
    space = store.state.space("notifier", "notice")
    pages = [store.state.page(space, partition, "", None, 10) for partition in range(store.partitions)]
    return [load_notice(stored).state for page in pages for _, stored in page]


def test_a_notifier_paused_before_data_while_another_takes_over_sends_one_mail_at_most(
    postgres: Postgres, tmp_path: Path
) -> None:
    story = Story().invoice("2026-01-23")
    sink = Waiting()
    with mail_server(sink) as port:
        live = {"mode": "live", "host": "127.0.0.1", "port": port, "tls": "none"}
        with (
            # A broker of its own: groups of another test's two partitions would not hear that there is only one.
            Kafka() as broker,
            workplace(broker, postgres, tmp_path, 1, mail=live) as here,
            Crew(here.environment, tmp_path) as crew,
            here.clock(crew) as clock,
        ):
            publish(clock, told_before(story, NINE))
            until_nine(clock)
            clock.tick(NINE + MINUTE)
            await_that(sink.asked.is_set, crew.tails)
            (paused,) = crew.of("notifier")
            paused.pause()
            crew.join("notifier", "2")
            clock.settle()
            with here.reading() as store:
                assert states(store) == [State.UNKNOWN], "who takes over cannot know"

            paused.go_on()
            sink.release.set()
            await_that(lambda: bool(sink.accepted) or paused.starts > 1, crew.tails)
            for hours in range(1, 49):
                clock.tick(NINE + timedelta(hours=hours))
                clock.settle()

            with here.reading() as store:
                assert states(store) == [State.UNKNOWN]
    assert len(sink.accepted) <= 1


def invoices() -> Iterator[Event]:
    """Of two creditors and many debtors, without end."""
    for number in count(1):
        for who in ("acme", "other"):
            yield {**invoice(number, f"D{number % 97}", creditor=who), "id": f"{who}-{number}"}


def changed_hands(store: Store) -> set[str]:
    """The workers of whom a task was taken over."""
    return {task.worker for task in store.partition_tasks.status() if task.token.epoch > 1}


def test_partitions_revoked_while_records_come_are_worked_off_to_the_same_end(
    own_kafka: Kafka, postgres: Postgres, tmp_path: Path
) -> None:
    events, more = [creditor("acme", IBAN), creditor("other", OTHER_IBAN)], invoices()
    with (
        workplace(own_kafka, postgres, tmp_path, PARTITIONS) as here,
        Crew(here.environment, tmp_path) as crew,
        here.clock(crew) as clock,
        here.reading() as store,
    ):
        publish(clock, events)
        clock.tick(NINE - MINUTE)  # registrations are decided at a frontier (rules.md M3)
        await_that(lambda: len(store.positions()) > len(WORKERS), crew.tails)
        for worker in WORKERS:
            crew.join(worker, "2")
        while changed_hands(store) != set(WORKERS):
            assert len(events) < 20_000, crew.tails()
            news = list(islice(more, 20))
            publish(clock, news)
            events += news
            time.sleep(0.05)
        clock.tick(NINE)
        clock.settle()
        with here.reading() as afresh:
            found = canonical_dump(afresh, account_entries(afresh))

    alone = Flow(PARTITIONS)
    alone.publish(events)
    alone.tick(NINE)
    assert found == alone.dump()
