"""A shell brings records of Kafka to a desk: all of them, in order, from where the desk says."""

import signal

from tests.kafka.scene import SOON_S, Scene, until


def test_every_record_reaches_the_desk_in_order_and_a_signal_ends_the_process(scene: Scene) -> None:
    [topic] = scene.topics("facts")
    wanted = [str(number) for number in range(1_200)]
    scene.publish(topic, 2, *wanted)

    worker = scene.work([topic])
    until(lambda: scene.notebook.position(topic, 2) == len(wanted))
    worker.send_signal(signal.SIGTERM)

    assert worker.wait(10) == 0
    assert scene.notebook.values(topic, 2) == wanted
    assert scene.notebook.lines("rested")


def test_a_desk_that_fails_ends_the_process_and_gets_the_same_record_again(scene: Scene) -> None:
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
    assert "a desk that fails" not in scene.log()
