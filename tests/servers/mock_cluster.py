"""A cluster of brokers that misbehave on command: librdkafka's mock cluster, by its C interface.

It speaks Kafka's protocol, keeps records in memory and has leaders that can be moved, brokers that can be taken down,
errors that can be ordered and lines that can be slowed. Brokers are numbered from 1.

It gives producers their ids, but does not compare the numbers of what they write: where an answer is lost, what is
written again is there twice. What a broker does then is a question for Kafka itself.
"""

import ctypes
from collections.abc import Sequence
from ctypes import POINTER, c_char_p, c_int, c_int16, c_int32, c_size_t, c_void_p
from importlib.metadata import files
from typing import Any, Final, Self

import confluent_kafka

PRODUCE: Final = 0
"""The number of Kafka's request to write records."""

_A_PRODUCER: Final = 0
_PROTOTYPES: Final[dict[str, tuple[Any, list[Any]]]] = {
    "rd_kafka_conf_new": (c_void_p, []),
    "rd_kafka_new": (c_void_p, [c_int, c_void_p, c_char_p, c_size_t]),
    "rd_kafka_destroy": (None, [c_void_p]),
    "rd_kafka_mock_cluster_new": (c_void_p, [c_void_p, c_int]),
    "rd_kafka_mock_cluster_destroy": (None, [c_void_p]),
    "rd_kafka_mock_cluster_bootstraps": (c_char_p, [c_void_p]),
    "rd_kafka_mock_topic_create": (c_int, [c_void_p, c_char_p, c_int, c_int]),
    "rd_kafka_mock_partition_set_leader": (c_int, [c_void_p, c_char_p, c_int32, c_int32]),
    "rd_kafka_mock_broker_set_down": (c_int, [c_void_p, c_int32]),
    "rd_kafka_mock_broker_set_up": (c_int, [c_void_p, c_int32]),
    "rd_kafka_mock_broker_set_rtt": (c_int, [c_void_p, c_int32, c_int]),
    "rd_kafka_mock_push_request_errors_array": (None, [c_void_p, c_int16, c_size_t, POINTER(c_int)]),
}


class MockCluster:
    """Brokers on loopback, until the end of the `with`."""

    def __init__(self, brokers: int = 3) -> None:
        self.brokers = range(1, brokers + 1)
        self._library = _library()
        why = ctypes.create_string_buffer(512)
        self._client = self._library.rd_kafka_new(_A_PRODUCER, self._library.rd_kafka_conf_new(), why, len(why))
        assert self._client, why.value.decode()
        self._cluster = self._library.rd_kafka_mock_cluster_new(self._client, brokers)
        assert self._cluster, "a mock cluster"

    @property
    def bootstrap(self) -> str:
        """Where the brokers are reached."""
        found: bytes = self._library.rd_kafka_mock_cluster_bootstraps(self._cluster)
        return found.decode()

    def create_topic(self, name: str, partitions: int) -> None:
        """A topic with a copy on each broker."""
        self._do("topic_create", name.encode(), partitions, len(self.brokers))

    def move_leader(self, topic: str, partition: int, broker: int) -> None:
        """Another broker leads a partition from now on."""
        self._do("partition_set_leader", topic.encode(), partition, broker)

    def take_down(self, broker: int) -> None:
        """A broker drops its connections and takes none."""
        self._do("broker_set_down", broker)

    def bring_up(self, broker: int) -> None:
        """It is back."""
        self._do("broker_set_up", broker)

    def slow_down(self, broker: int, milliseconds: int) -> None:
        """Each answer of a broker takes so long from now on; 0 for at once."""
        self._do("broker_set_rtt", broker, milliseconds)

    def fail_next(self, request: int, errors: Sequence[int]) -> None:
        """The next requests of a kind are answered by these of Kafka's error codes, one each, and not carried out."""
        codes = (c_int * len(errors))(*errors)
        self._library.rd_kafka_mock_push_request_errors_array(self._cluster, request, len(errors), codes)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._library.rd_kafka_mock_cluster_destroy(self._cluster)
        self._library.rd_kafka_destroy(self._client)

    def _do(self, what: str, *arguments: object) -> None:
        fault = getattr(self._library, f"rd_kafka_mock_{what}")(self._cluster, *arguments)
        assert fault == 0, f"{what}: {confluent_kafka.KafkaError(fault)}"


def _library() -> Any:
    """The librdkafka that confluent-kafka brings along."""
    (path,) = [each.locate() for each in files("confluent-kafka") or () if each.match("*.libs/librdkafka-*")]
    library = ctypes.CDLL(str(path))
    for name, (answers, takes) in _PROTOTYPES.items():
        function = getattr(library, name)
        function.restype, function.argtypes = answers, takes
    return library
