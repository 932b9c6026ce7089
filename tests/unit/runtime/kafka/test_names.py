"""Topics and groups on Kafka are called by the prefix and their own names."""

from schemas.topics import FACTS
from services.runtime.kafka.broker.names import group_name, topic_name
from services.runtime.settings import KafkaSettings


def test_without_a_prefix_names_are_our_own() -> None:
    assert (topic_name(KafkaSettings(), FACTS), group_name(KafkaSettings(), "intake")) == ("facts", "erapaiva-intake")


def test_with_a_prefix_every_name_begins_with_it() -> None:
    rehearsal = KafkaSettings(prefix="rehearsal-")
    assert topic_name(rehearsal, FACTS) == topic_name(rehearsal, "facts") == "rehearsal-facts"
    assert group_name(rehearsal, "intake") == "rehearsal-erapaiva-intake"
