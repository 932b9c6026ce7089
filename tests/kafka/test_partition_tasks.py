"""Several processes of one worker share its partitions, through deaths, pauses and restarts."""

import signal
from collections import Counter

from tests.kafka.scene import SOON_S, Scene, until
from tests.servers.kafka import Kafka

_READ = ("invoices", "payments", "instructions", "settings")


def partitions_of(scene: Scene, pid: int) -> list[int]:
    """The partitions a process has."""
    changes = [line for line in scene.notebook.lines(pid=pid) if line["what"] in ("assigned", "revoked")]
    return list(changes[-1]["partitions"]) if changes and changes[-1]["what"] == "assigned" else []


def share_all(scene: Scene, *pids: int) -> bool:
    """Whether each process has some partitions and all are had."""
    held = [partitions_of(scene, pid) for pid in pids]
    return all(held) and sorted(partition for of_one in held for partition in of_one) == [0, 1, 2, 3]


def test_two_processes_share_partitions_each_with_all_topics_of_its_own(scene: Scene) -> None:
    topics = scene.topics(*_READ)
    one = scene.work(topics, "1")
    until(lambda: share_all(scene, one.pid))
    for topic in topics:
        for partition in range(4):
            scene.publish(topic, partition, "before")
    until(lambda: all(scene.notebook.position(topic, partition) == 1 for topic in topics for partition in range(4)))

    two = scene.work(topics, "2")
    until(lambda: share_all(scene, one.pid, two.pid))
    for topic in topics:
        for partition in range(4):
            scene.publish(topic, partition, "after")

    until(lambda: all(scene.notebook.position(topic, partition) == 2 for topic in topics for partition in range(4)))
    for process in (one, two):
        mine = {line["partition"] for line in scene.notebook.lines("handled", process.pid) if "after" in str(line)}
        assert mine == set(partitions_of(scene, process.pid))
    handled = Counter(
        (topic, line["partition"], offset)
        for line in scene.notebook.lines("handled")
        for topic, offset, _ in line["records"]
    )
    assert set(handled.values()) == {1}


def test_a_killed_process_that_comes_back_gets_its_partitions_and_moves_no_others(scene: Scene) -> None:
    [topic] = scene.topics("facts")
    one, two = scene.work([topic], "1", session_s=30), scene.work([topic], "2", session_s=30)
    until(lambda: share_all(scene, one.pid, two.pid))
    had, taken_by_one = partitions_of(scene, two.pid), len(scene.notebook.lines("assigned", one.pid))

    two.kill()
    scene.publish(topic, had[0], "while it was dead")
    back = scene.work([topic], "2", session_s=30)

    until(lambda: scene.notebook.values(topic, had[0]) == ["while it was dead"])
    assert partitions_of(scene, back.pid) == had
    assert len(scene.notebook.lines("assigned", one.pid)) == taken_by_one


def test_others_are_assigned_the_partitions_of_one_that_stays_dead(scene: Scene) -> None:
    [topic] = scene.topics("facts")
    one, two = scene.work([topic], "1"), scene.work([topic], "2")
    until(lambda: share_all(scene, one.pid, two.pid))
    had = partitions_of(scene, two.pid)[0]

    two.kill()
    scene.publish(topic, had, "left behind")

    until(lambda: scene.notebook.values(topic, had) == ["left behind"])
    assert partitions_of(scene, one.pid) == [0, 1, 2, 3]


def test_a_process_paused_past_its_session_handles_no_record_of_revoked_partitions(scene: Scene) -> None:
    [topic] = scene.topics("facts")
    one, two = scene.work([topic], "1"), scene.work([topic], "2")
    until(lambda: share_all(scene, one.pid, two.pid))
    for partition in partitions_of(scene, two.pid):
        scene.publish(topic, partition, "first")
    until(lambda: all(scene.notebook.position(topic, partition) for partition in partitions_of(scene, two.pid)))
    had = partitions_of(scene, two.pid)

    two.send_signal(signal.SIGSTOP)
    for partition in had:
        scene.publish(topic, partition, *map(str, range(100)))
    until(lambda: all(scene.notebook.position(topic, partition) == 101 for partition in had))
    before = len(scene.notebook.lines("handled", two.pid))
    two.send_signal(signal.SIGCONT)

    until(lambda: share_all(scene, one.pid, two.pid))
    for partition in range(4):
        scene.publish(topic, partition, "after")
    until(lambda: all("after" in scene.notebook.values(topic, partition) for partition in range(4)))
    assert two.poll() is None
    for line in scene.notebook.lines("handled", two.pid)[before:]:
        assert {value for _, _, value in line["records"]} == {"after"}
    for partition in had:
        assert scene.notebook.values(topic, partition) == ["first", *map(str, range(100)), "after"]


def test_partitions_revoked_in_mid_batch_are_finished_or_dropped_and_handled_once(scene: Scene) -> None:
    [topic] = scene.topics("facts")
    sent = 1_200
    for partition in range(4):
        scene.publish(topic, partition, *map(str, range(sent)))
    one = scene.work([topic], "1", slow_s=1.5)
    until(lambda: bool(scene.notebook.lines("handled", one.pid)))

    two = scene.work([topic], "2", slow_s=1.5)
    while not scene.notebook.lines("handled", two.pid):  # however long it takes to join, there is work to take over
        for partition in range(4):
            scene.publish(topic, partition, str(sent))
        sent += 1

    until(lambda: all(scene.notebook.position(topic, partition) == sent for partition in range(4)))
    for partition in range(4):
        assert scene.notebook.offsets(topic, partition) == list(range(sent))


def test_a_broker_that_dies_and_comes_back_costs_time_and_nothing_else(own_kafka: Kafka, scene: Scene) -> None:
    scene.brokers = own_kafka.bootstrap
    [topic] = scene.topics("facts")
    worker = scene.work([topic], "1")
    scene.publish(topic, 0, "before")
    until(lambda: scene.notebook.values(topic, 0) == ["before"])

    own_kafka.restart()
    scene.publish(topic, 0, "after")

    until(lambda: scene.notebook.values(topic, 0) == ["before", "after"] or worker.poll() is not None)
    assert worker.poll() is None


def test_a_signal_ends_a_process_whose_broker_is_away(own_kafka: Kafka, scene: Scene) -> None:
    scene.brokers = own_kafka.bootstrap
    [topic] = scene.topics("facts")
    worker = scene.work([topic], "1")
    until(lambda: bool(scene.notebook.lines("idle")))

    own_kafka.kill()
    worker.send_signal(signal.SIGTERM)

    assert worker.wait(SOON_S) == 0
