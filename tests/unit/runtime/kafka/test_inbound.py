"""The inbound records of a partition task: each record of our workers once, in order, and none missing."""

import json
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.messages import MESSAGES_VERSION
from schemas.topics import FACTS, INVOICES, JOURNAL, PAYMENTS
from services.runtime.kafka.broker.headers import Origin, headers_of, origin_of
from services.runtime.kafka.engine.inbound import BATCH_RECORDS, InboundRecords
from services.runtime.kafka.engine.sequences import Sequences, dump_sequences, load_sequences
from services.runtime.kafka.partition_handler import KafkaRecord
from services.runtime.refusal import Refusal
from tests.unit.runtime.kafka.records import ours, outside


def inbound(positions: Mapping[str, int] | None = None, sequences: Sequences | None = None) -> InboundRecords:
    return InboundRecords(1, dict(positions or {FACTS.name: 0}), sequences or Sequences())


def taken(inbound: InboundRecords, sequences: Sequences) -> list[bytes]:
    batch = inbound.batch()
    inbound.take(len(batch), sequences)
    return [record.value for record in batch]


def test_records_are_given_in_the_order_of_their_coming_and_the_position_follows_what_was_taken() -> None:
    here, sequences = inbound(), Sequences()

    here.add([ours(FACTS, 5, 1), ours(FACTS, 6, 2), ours(FACTS, 9, 3)])
    assert here.positions == {FACTS.name: 5}
    here.take(2, sequences)

    assert here.positions == {FACTS.name: 9}
    assert [record.offset for record in here.batch()] == [9]
    assert taken(here, sequences) == [b"3"]
    assert here.positions == {FACTS.name: 10}


def test_what_comes_beyond_one_transaction_waits_for_the_next_and_the_position_before_it() -> None:
    here, sequences = inbound(), Sequences()
    here.add(ours(FACTS, offset, offset + 1) for offset in range(BATCH_RECORDS + 2))

    assert len(taken(here, sequences)) == BATCH_RECORDS
    assert here.positions == {FACTS.name: BATCH_RECORDS}

    assert len(taken(here, sequences)) == 2
    assert (here.waiting, here.positions) == (0, {FACTS.name: BATCH_RECORDS + 2})


def test_a_record_of_ours_that_comes_again_is_left_out_and_the_position_moves_over_it() -> None:
    here, sequences = inbound(), Sequences()

    here.add([ours(FACTS, 0, 1), ours(FACTS, 1, 2), ours(FACTS, 2, 1), ours(FACTS, 3, 2), ours(FACTS, 4, 3)])

    assert taken(here, sequences) == [b"1", b"2", b"3"]
    assert here.positions == {FACTS.name: 5}


def test_what_was_heard_before_a_restart_is_known_after_it() -> None:
    here, sequences = inbound(), Sequences()
    here.add([ours(FACTS, 0, 1), ours(FACTS, 1, 2)])
    here.take(1, sequences)

    again = inbound(here.positions, load_sequences(dump_sequences(sequences)))
    again.add([ours(FACTS, 1, 2), ours(FACTS, 2, 1), ours(FACTS, 3, 2), ours(FACTS, 4, 3)])

    assert taken(again, sequences) == [b"2", b"3"]


def test_each_partition_of_each_producer_counts_for_itself() -> None:
    here, sequences = inbound({JOURNAL.name: 0}), Sequences()

    here.add([
        ours(JOURNAL, 0, 1, producer="cash_application", from_=0),
        ours(JOURNAL, 1, 1, producer="cash_application", from_=7),
        ours(JOURNAL, 2, 1, producer="notifier", from_=1),
        ours(JOURNAL, 3, 2, producer="cash_application", from_=0),
    ])  # fmt: skip

    assert taken(here, sequences) == [b"1", b"1", b"1", b"2"]


def test_a_record_before_which_one_is_missing_stops_the_worker_and_says_where() -> None:
    here = inbound()

    with pytest.raises(Refusal, match=r"facts/1 at 4: intake wrote 3 from its partition 0, but 2 was not read"):
        here.add([ours(FACTS, 3, 1), ours(FACTS, 4, 3)])


@pytest.mark.parametrize(
    "stranger",
    [
        outside(FACTS, 0),
        ours(FACTS, 0, 1, producer="overdue"),
        KafkaRecord(FACTS.name, 1, 0, b"k", b"v", [("producer", b"intake"), ("from", b"0"), ("seq", b"one")], 0),
        KafkaRecord(FACTS.name, 1, 0, b"k", b"v", [("producer", b"intake"), ("from", b"0")], 0),
    ],
)
def test_on_our_own_topics_a_record_that_none_of_their_producers_wrote_is_kept_apart(stranger: KafkaRecord) -> None:
    here, sequences = inbound(), Sequences()

    here.add([stranger, ours(FACTS, 1, 1)])

    assert [record.offset for record in here.take_foreign()] == [0]
    assert taken(here, sequences) == [b"1"]
    assert here.take_foreign() == []


def test_a_message_of_a_later_version_stops_the_worker_before_it_is_handled() -> None:
    here = inbound()
    newer = headers_of(Origin("intake", 0, 2, MESSAGES_VERSION + 1))

    with pytest.raises(Refusal, match=r"facts/1 at 4: intake wrote messages of version \d+, .* run the newer program"):
        here.add([ours(FACTS, 3, 1), KafkaRecord(FACTS.name, 1, 4, b"k", b"v", newer, 0)])

    assert [record.offset for record in here.batch()] == [3]


def test_a_record_of_before_messages_had_a_version_is_taken() -> None:
    here, sequences = inbound(), Sequences()

    here.add([KafkaRecord(FACTS.name, 1, 0, b"k", b"v", [("producer", b"intake"), ("from", b"0"), ("seq", b"1")], 0)])

    assert taken(here, sequences) == [b"v"]


def test_on_public_topics_everybody_may_write_and_nothing_is_left_out() -> None:
    here, sequences = inbound({INVOICES.name: 0, PAYMENTS.name: 0}), Sequences()

    here.add([outside(INVOICES, 0), outside(PAYMENTS, 0), outside(INVOICES, 1), ours(INVOICES, 2, 9)])

    assert len(taken(here, sequences)) == 4
    assert here.positions == {INVOICES.name: 3, PAYMENTS.name: 1}
    assert sequences.received == {}


def test_a_record_before_the_position_is_left_out() -> None:
    here, sequences = inbound({INVOICES.name: 7}), Sequences()

    here.add([outside(INVOICES, 6, b"old"), outside(INVOICES, 7, b"new")])

    assert taken(here, sequences) == [b"new"]


def test_the_position_moves_over_what_holds_no_record_but_never_over_one_that_waits() -> None:
    here = inbound({INVOICES.name: 0, PAYMENTS.name: 0})
    here.add([outside(INVOICES, 2)])

    here.skip_to(INVOICES.name, 5)
    here.skip_to(PAYMENTS.name, 3)
    here.skip_to(PAYMENTS.name, 2)

    assert here.positions == {INVOICES.name: 2, PAYMENTS.name: 3}


def test_a_record_without_key_or_value_is_given_as_empty() -> None:
    here = inbound({INVOICES.name: 0})

    here.add(
        [KafkaRecord(INVOICES.name, 1, 0, None, None, [], 0), KafkaRecord(INVOICES.name, 1, 1, b"\xff", b"", [], 0)]
    )

    assert [(record.key, record.value) for record in here.batch()] == [("", b""), ("\\xff", b"")]


def test_an_event_in_binary_mode_is_given_in_structured_mode() -> None:
    here = inbound({INVOICES.name: 0})
    headers = [("ce_specversion", b"1.0"), ("ce_id", b"1"), ("content-type", b"application/json")]

    here.add([KafkaRecord(INVOICES.name, 1, 0, b"k", b'{"creditor": "kuura"}', headers, 0)])

    (record,) = here.batch()
    assert json.loads(record.value)["data"] == {"creditor": "kuura"}
    assert json.loads(record.value)["id"] == "1"


def test_the_headers_of_a_record_say_who_wrote_it() -> None:
    origin = Origin("cash_application", 11, 12_345_678_901)

    assert origin_of(headers_of(origin)) == origin


@given(
    st.lists(st.integers(1, 40), max_size=40).map(sorted),
    st.lists(st.tuples(st.integers(0, 40), st.integers(1, 6)), max_size=6),
)
def test_however_a_producer_repeats_itself_and_wherever_reading_is_cut_each_record_is_taken_once(
    cuts: list[int], repeats: list[tuple[int, int]]
) -> None:
    log = list(range(1, 21))
    for at, back in repeats:  # after a crash a producer writes its last records again, then goes on
        at = min(at, len(log))
        last = max(log[:at], default=0)
        log[at:at] = [number for number in range(last - back + 1, last + 1) if number > 0]
    sequences, got, positions = Sequences(), list[bytes](), {FACTS.name: 0}
    for cut in [*cuts, len(log)]:  # at each cut the process is killed with the rest of a batch untaken
        here = inbound(positions, load_sequences(dump_sequences(sequences)))
        here.add([ours(FACTS, at, log[at]) for at in range(positions[FACTS.name], len(log))])
        for _ in range(min(cut, here.waiting)):
            got.append(here.batch()[0].value)
            here.take(1, sequences)
            if len(got) >= cut:
                break
        positions = dict(here.positions)
    here = inbound(positions, sequences)
    here.add([ours(FACTS, at, log[at]) for at in range(positions[FACTS.name], len(log))])
    got += taken(here, sequences)

    assert got == [b"%d" % number for number in range(1, 21)]
