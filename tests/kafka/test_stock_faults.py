"""What faust-streaming 0.15.3 does by itself with an event that cannot be handled, and what ours does."""

import logging
import subprocess
import sys

from kafka import KafkaConsumer, TopicPartition

from tests.kafka.scene import SOON_S, Scene, until


def committed(scene: Scene, group: str, topic: str) -> int:
    """What a group has committed of partition 0."""
    consumer = KafkaConsumer(bootstrap_servers=scene.brokers, group_id=group, enable_auto_commit=False)
    offset = consumer.committed(TopicPartition(topic, 0))
    consumer.close()
    return offset or 0


def test_an_event_at_which_the_agent_fails_is_not_committed(scene: Scene) -> None:
    [topic] = scene.topics("facts")
    scene.publish(topic, 0, "first", "fail", "later")

    assert scene.stock(topic, "raises").wait(SOON_S) != 0
    assert committed(scene, f"stock-{topic}", topic) >= 2, "the fault: the failed event counts as done"

    assert scene.work([topic]).wait(SOON_S) == 1
    assert committed(scene, f"erapaiva-{topic}", topic) <= 1


def test_an_event_that_is_no_json_is_handled_like_others(scene: Scene) -> None:
    [topic] = scene.topics("facts")
    scene.publish(topic, 0, "not { json", '"json"')

    stock = scene.stock(topic, "decodes")
    until(lambda: committed(scene, f"stock-{topic}", topic) >= 1)
    assert stock.poll() is None, "the faults: it is skipped and committed, though bytes were asked for,"
    assert scene.notebook.values(topic, 0) == [], "and `noack_take` stands still from then on, in a process that lives"
    stock.kill()

    scene.work([topic])
    until(lambda: scene.notebook.values(topic, 0) == ["not { json", '"json"'])


def test_a_killed_process_has_committed_what_it_handled(scene: Scene) -> None:
    [topic] = scene.topics("facts")
    scene.publish(topic, 0, *map(str, range(1_000)))

    worker = scene.work([topic])
    until(lambda: scene.notebook.position(topic, 0) == 1_000)

    until(lambda: committed(scene, f"erapaiva-{topic}", topic) == 1_000)
    worker.kill()


def test_the_root_logger_and_the_standard_streams_are_left_alone(scene: Scene) -> None:
    [topic] = scene.topics("facts")
    look = (
        "import faust, logging, sys;"
        "faust.App('x', autodiscover=False).Worker(loglevel='warn')._setup_logging();"
        "print(logging.getLogger().level, sys.stdout is sys.__stdout__, file=sys.__stderr__)"
    )
    stock = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert stock.stderr.split() == [str(logging.DEBUG), "False"], "the fault"

    scene.work([topic])

    until(lambda: bool(scene.notebook.lines("assigned")))
    [took] = scene.notebook.lines("assigned")
    assert took["logging"] == {"": logging.WARNING, "faust": logging.WARNING, "aiokafka": logging.WARNING}
    assert took["own_streams"]
