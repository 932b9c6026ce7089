"""The headers of our workers' records: who wrote a record, its sequence, and the version of its message."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.messages import MESSAGES_VERSION
from schemas.topics import FACTS
from services.runtime.kafka.broker.headers import MESSAGES, Origin, headers_of, origin_of, producer_origin
from services.runtime.refusal import Refusal

FROM_INTAKE = [("producer", b"intake"), ("from", b"2"), ("seq", b"7")]


@given(st.builds(Origin, st.text(), st.integers(0, 10**17), st.integers(1, 10**17), st.integers(1, 10**17)))
def test_headers_state_the_origin_that_they_were_made_from(origin: Origin) -> None:
    assert origin_of([(name, value) for name, value in headers_of(origin)]) == origin._replace(
        producer=origin.producer.encode("utf-8", "replace").decode()
    )


def test_our_records_carry_the_version_of_this_programs_messages() -> None:
    assert (MESSAGES, b"%d" % MESSAGES_VERSION) in headers_of(Origin("intake", 2, 7))
    assert MESSAGES == "erapaiva-messages"


def test_a_record_without_a_version_is_of_the_first() -> None:
    assert producer_origin(FACTS, 0, 0, FROM_INTAKE) == Origin("intake", 2, 7, 1)


def test_a_message_of_a_later_version_is_refused_and_the_sentence_says_what_to_do() -> None:
    newer = headers_of(Origin("intake", 2, 7, MESSAGES_VERSION + 1))
    with pytest.raises(Refusal) as caught:
        producer_origin(FACTS, 3, 41, newer)
    assert str(caught.value) == (
        f"facts/3 at 41: intake wrote messages of version {MESSAGES_VERSION + 1}, but this program reads them up to "
        f"version {MESSAGES_VERSION}; run the newer program"
    )


@pytest.mark.parametrize(
    "headers",
    [
        [],
        FROM_INTAKE[:2],
        [*FROM_INTAKE, (MESSAGES, b"two")],
        [*FROM_INTAKE, (MESSAGES, None)],
        headers_of(Origin("overdue", 2, 7)),
        headers_of(Origin("overdue", 2, 7, MESSAGES_VERSION + 1)),
    ],
)
def test_a_record_that_no_producer_of_the_topic_wrote_has_no_origin_whatever_version_it_states(
    headers: list[tuple[str, bytes | None]],
) -> None:
    assert producer_origin(FACTS, 0, 0, headers) is None
