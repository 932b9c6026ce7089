"""The shell dispatches records to a handler: all of them, in order, from the offset that the handler names."""

import signal

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.structs import OffsetAndMetadata

from tests.kafka.scene import SOON_S, Scene, until


def test_every_record_reaches_the_handler_in_order_and_a_signal_ends_the_process(scene: Scene) -> None:
    [topic] = scene.topics("facts")
    wanted = [str(number) for number in range(1_200)]
    scene.publish(topic, 2, *wanted)

    worker = scene.work([topic])
    until(lambda: scene.notebook.position(topic, 2) == len(wanted) and bool(scene.notebook.lines("idle")))
    worker.send_signal(signal.SIGTERM)

    assert worker.wait(10) == 0
    assert scene.notebook.values(topic, 2) == wanted


def test_a_handler_that_fails_ends_the_process_and_gets_the_same_record_again(scene: Scene) -> None:
    [topic] = scene.topics("facts")
    scene.publish(topic, 0, "first")
    worker = scene.work([topic])
    until(lambda: scene.notebook.position(topic, 0) == 1)

    scene.publish(topic, 0, "fail", "later")
    assert worker.wait(SOON_S) == 1
    again = scene.work([topic])

    assert again.wait(SOON_S) == 1
    assert scene.notebook.values(topic, 0) == ["first"]
    assert len(scene.notebook.lines("began")) == 3
    assert '"fault": "RuntimeError"' in scene.log()
    assert "a handler that fails" not in scene.log()


def test_a_signal_lets_the_batch_in_hand_be_finished_and_begins_no_other(scene: Scene) -> None:
    [topic] = scene.topics("facts")
    scene.publish(topic, 0, *map(str, range(2_000)))
    worker = scene.work([topic], slow_s=2)
    until(lambda: bool(scene.notebook.lines("began")))

    worker.send_signal(signal.SIGTERM)

    assert worker.wait(10) == 0
    assert len(scene.notebook.lines("began")) == len(scene.notebook.lines("handled")) == 1


def test_a_handler_slower_than_the_session_keeps_its_partitions(scene: Scene) -> None:
    [topic] = scene.topics("facts")
    scene.publish(topic, 0, "slow")
    scene.work([topic], session_s=6, slow_s=9)

    until(lambda: scene.notebook.position(topic, 0) == 1)
    scene.publish(topic, 0, "next")
    until(lambda: scene.notebook.position(topic, 0) == 2)

    assert len(scene.notebook.lines("assigned")) == 1
    assert scene.notebook.values(topic, 0) == ["slow", "next"]


def test_records_without_value_and_with_any_bytes_are_records_like_others(scene: Scene) -> None:
    [topic] = scene.topics("facts")
    producer = KafkaProducer(bootstrap_servers=scene.brokers)
    producer.send(topic, key=b"\xff\x00", value=None, partition=1)
    producer.send(topic, key=None, value=b"not { json", partition=1)
    producer.send(topic, key=b"{", value=b"", partition=1, headers=[("same", b"\xff"), ("same", b"")])
    producer.close()

    scene.work([topic])

    until(lambda: scene.notebook.position(topic, 1) == 3)
    assert scene.notebook.values(topic, 1) == ["-", "not { json", "-"]


def test_reading_begins_at_the_handlers_offset_and_not_at_the_committed_one(scene: Scene) -> None:
    [topic] = scene.topics("facts")
    scene.publish(topic, 0, "a", "b", "c", "d")
    scene.publish(topic, 1, "a", "b")
    group = KafkaConsumer(bootstrap_servers=scene.brokers, group_id=f"erapaiva-{topic}", enable_auto_commit=False)
    group.assign([TopicPartition(topic, 0), TopicPartition(topic, 1)])
    group.commit({TopicPartition(topic, part): OffsetAndMetadata(1, "", -1) for part in (0, 1)})
    group.close()
    scene.notebook.write("handled", partition=0, records=[(topic, 2, "c")])

    scene.work([topic])

    until(lambda: (scene.notebook.position(topic, 0), scene.notebook.position(topic, 1)) == (4, 2))
    assert scene.notebook.values(topic, 0) == ["c", "d"]
    assert scene.notebook.values(topic, 1) == ["a", "b"]


def test_a_position_beyond_the_log_is_refused(scene: Scene) -> None:
    [topic] = scene.topics("facts")
    scene.publish(topic, 0, "only")
    scene.notebook.write("handled", partition=0, records=[(topic, 41, "of another log")])

    worker = scene.work([topic])

    assert worker.wait(SOON_S) == 1
    assert f"{topic}, partition 0: to be read from offset 42, but the log has 0 to 1" in scene.log()


def test_a_position_whose_records_were_deleted_is_refused(scene: Scene) -> None:
    [topic] = scene.topics("facts")
    scene.publish(topic, 0, "a", "b", "c")
    scene.delete_before(topic, 0, 2)
    scene.notebook.write("handled", partition=0, records=[(topic, 0, "a")])

    worker = scene.work([topic])

    assert worker.wait(SOON_S) == 1
    assert f"{topic}, partition 0: to be read from offset 1, but the log has 2 to 3" in scene.log()


def test_records_deleted_before_they_are_read_end_the_process(scene: Scene) -> None:
    [topic] = scene.topics("facts")
    worker = scene.work([topic])
    until(lambda: bool(scene.notebook.lines("idle")))
    worker.send_signal(signal.SIGSTOP)
    scene.publish(topic, 0, "a")  # at most this one is in the answer to a fetch that is on its way
    scene.publish(topic, 0, "b", "c", "d")
    scene.delete_before(topic, 0, 3)

    worker.send_signal(signal.SIGCONT)

    assert worker.wait(SOON_S) == 1
    assert "Rebuild this store from the log" in scene.log(), (
        "found at the fetch or, had it lost its partitions, at the next assignment"
    )


def test_topics_of_unequal_size_are_refused(scene: Scene) -> None:
    [four] = scene.topics("facts", partitions=4)
    [two] = scene.topics("journal", partitions=2)

    worker = scene.work([four, two])

    assert worker.wait(SOON_S) == 1
    assert f"{two}: partition 2 is not there" in scene.log()


def test_transactions_are_read_when_committed_and_passed_when_not(scene: Scene) -> None:
    [topic] = scene.topics("facts")
    scene.transact(topic, 0, "kept", "also kept", commit=True)  # offsets 0, 1, and a marker
    scene.transact(topic, 0, "taken back", commit=False)  # 3, and a marker
    scene.transact(topic, 1, "taken back", commit=False)  # 0, and a marker

    scene.work([topic])

    until(lambda: (scene.notebook.position(topic, 0), scene.notebook.position(topic, 1)) == (5, 2))
    assert scene.notebook.values(topic, 0) == ["kept", "also kept"]
    assert scene.notebook.values(topic, 1) == []
    scene.publish(topic, 1, "next")
    until(lambda: scene.notebook.values(topic, 1) == ["next"])


def test_a_transaction_that_is_open_holds_back_what_follows(scene: Scene) -> None:
    [topic] = scene.topics("facts")
    scene.work([topic])
    with scene.transaction(topic, 0, "first"):
        scene.publish(topic, 0, "second")
        until(lambda: len(scene.notebook.lines("idle")) > 10)
        assert scene.notebook.position(topic, 0) == 0

    until(lambda: scene.notebook.values(topic, 0) == ["first", "second"])
