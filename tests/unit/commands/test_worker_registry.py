"""The registry of workers (services/pipeline.py) beside all that must agree with it and cannot be derived from it.

A failure says what to add where. The files of deployment are compared in tests/unit/deploy.
"""

import ast
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

import schemas.topics
from schemas.topics import ALL_TOPICS, DEAD_LETTERS, PUBLIC_TOPICS, Topic
from services.clock.worker import ClockWorker
from services.notifier.posts.simulated import SimulatedPost
from services.pipeline import PROCESSES, READS, WORKERS, Rebuild, pipeline
from services.runtime.settings import Settings

SERVICES = Path(__file__).parents[3] / "services"
NO_WORKERS = {"runtime", "commands"}
"""The runtime's ``worker.py`` says what a worker is, the commands' starts one."""
OUTSIDE = "outside"
EVERY_WORKER = pytest.mark.parametrize("name", sorted(WORKERS))
EVERY_TOPIC = pytest.mark.parametrize("topic", ALL_TOPICS, ids=str)


def topics_named_by(worker: str) -> Iterator[Topic]:
    """The topics that the modules of a worker's folder import by their constants."""
    for path in (SERVICES / worker).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == "schemas.topics":
                found = (getattr(schemas.topics, alias.name) for alias in node.names)
                yield from (thing for thing in found if isinstance(thing, Topic))


def writers_of(topic: Topic) -> set[str]:
    """Who writes to a topic: a worker that names it and does not read it; each worker may set a record aside."""
    if topic in PUBLIC_TOPICS:
        return {OUTSIDE, ClockWorker.name}
    if topic is DEAD_LETTERS:
        return set(WORKERS)
    return {name for name, reads in READS.items() if topic not in reads and topic in set(topics_named_by(name))}


def test_every_folder_with_a_worker_has_its_line_in_the_registry() -> None:
    folders = {face.parent.name for face in SERVICES.glob("*/worker.py")} - NO_WORKERS

    assert set(PROCESSES) == folders, "add a WorkerEntry to services/pipeline.py for each folder with a worker.py"


def test_a_worker_is_called_and_reads_what_its_line_says() -> None:
    made = pipeline(SimulatedPost(), lambda: datetime(2026, 2, 2, tzinfo=UTC), Settings())

    assert [(worker.name, worker.reads) for worker in made] == [(entry.name, entry.reads) for entry in WORKERS.values()]
    assert list(WORKERS) == [entry.name for entry in WORKERS.values()]


@EVERY_TOPIC
def test_the_consumers_of_a_topic_are_the_workers_that_read_it(topic: Topic) -> None:
    reading = {name for name, reads in READS.items() if topic in reads}

    assert set(topic.consumers) == reading, f"name the consumers of {topic} in schemas/topics.py"


@EVERY_TOPIC
def test_the_producers_of_a_topic_are_the_workers_that_write_to_it(topic: Topic) -> None:
    assert set(topic.producers) == writers_of(topic), f"name the producers of {topic} in schemas/topics.py"


@EVERY_WORKER
def test_a_worker_that_reads_several_internal_topics_is_only_counted_when_it_is_rebuilt(name: str) -> None:
    internal = [topic for topic in READS[name] if topic not in PUBLIC_TOPICS]

    assert (WORKERS[name].rebuild is Rebuild.REPLAY_UNORDERED) == (len(internal) > 1)


def test_a_worker_resumes_after_a_rebuild_only_where_its_rows_are_made_from_the_topics() -> None:
    resumed = {name for name, entry in WORKERS.items() if entry.rebuild is Rebuild.RESUME}

    assert resumed == {"intake", "notifier"}, "make the rows of others in services/commands/processes/rebuild_store.py"
