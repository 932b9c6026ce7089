"""Logs say only what is known to be harmless."""

import io
import json
import logging
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from services.runtime.telemetry.logs import LogEvent, LogWriter, frames_of, install

CANARY = "Matti Meikäläinen"


@pytest.fixture
def stream() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def _hooks_given_back() -> Iterator[None]:
    kept = sys.excepthook, threading.excepthook, logging.getLogger().handlers[:], logging.getLogger().level
    yield
    sys.excepthook, threading.excepthook, logging.getLogger().handlers[:] = kept[:3]
    logging.getLogger().setLevel(kept[3])


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_json_with_its_event_level_time_and_fields(stream: io.StringIO) -> None:
    LogWriter(stream).info(LogEvent.CAUGHT_UP, worker="cash_application", topic="facts", partition=3, records=17)

    (line,) = lines(stream)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "caught-up", "level": "info",
        "worker": "cash_application", "topic": "facts", "partition": 3, "records": 17,
    }  # fmt: skip


@pytest.mark.parametrize(
    "value",
    [CANARY, "matti@posti.example", "FI21 1234 5600 0007 85", "two\nlines", "x" * 500, 1.5, None, {"a": 1}, b"b"],
)
def test_a_value_that_does_not_look_like_its_field_is_left_out_and_the_line_says_so(
    stream: io.StringIO, value: Any
) -> None:
    LogWriter(stream).warning(LogEvent.ALERT, code=value, records=1)

    (line,) = lines(stream)
    assert line["left_out"] == ["code"]
    assert "code" not in line
    assert line["records"] == 1


def test_a_field_that_is_not_in_the_set_is_left_out_with_its_name(stream: io.StringIO) -> None:
    unknown: dict[str, Any] = {CANARY: "x", "debtor": CANARY}

    LogWriter(stream).error(LogEvent.ALERT, **unknown)

    (line,) = lines(stream)
    assert line["left_out"] == ["unknown field", "unknown field"]
    assert CANARY not in stream.getvalue()


def test_lines_below_the_level_are_not_written(stream: io.StringIO) -> None:
    log = LogWriter(stream, logging.WARNING)

    log.info(LogEvent.CAUGHT_UP)
    log.warning(LogEvent.ALERT)

    assert [line["event"] for line in lines(stream)] == ["alert"]


def raise_with_personal_data() -> None:
    raise ValueError(f"no such debtor: {CANARY}")


def test_a_crash_says_what_and_where_but_not_the_words_of_the_exception(stream: io.StringIO) -> None:
    log = LogWriter(stream)

    with pytest.raises(ValueError, match=CANARY) as caught:
        raise_with_personal_data()
    log.crash(caught.value)

    (line,) = lines(stream)
    assert (line["event"], line["level"], line["fault"]) == ("crashed", "critical", "ValueError")
    assert line["frames"][-1].startswith("tests/unit/runtime/test_logs.py:")
    assert line["frames"][-1].endswith(" raise_with_personal_data")
    assert CANARY not in stream.getvalue()


def test_frames_show_no_path_of_this_machine() -> None:
    with pytest.raises(json.JSONDecodeError) as caught:
        json.loads("{")

    frames = frames_of(caught.value.__traceback__)

    assert len(frames) > 1
    assert not any(frame.startswith("/") for frame in frames)


@pytest.mark.usefixtures("_hooks_given_back")
def test_what_a_library_logs_is_reduced_to_the_librarys_name(stream: io.StringIO) -> None:
    install("info", stream)

    logging.getLogger("aiosmtplib.protocol").warning("recipient %s refused", CANARY)
    logging.getLogger("aiosmtplib.protocol").info("nothing urgent")

    (line,) = lines(stream)
    assert (line["event"], line["library"]) == ("library-message", "aiosmtplib.protocol")
    assert CANARY not in stream.getvalue()


@pytest.mark.usefixtures("_hooks_given_back")
def test_an_exception_nobody_handles_is_logged_without_its_words(stream: io.StringIO) -> None:
    install("info", stream)
    fault = ValueError(CANARY)

    sys.excepthook(ValueError, fault, None)
    threading.excepthook(threading.ExceptHookArgs((ValueError, fault, None, None)))

    assert [line["fault"] for line in lines(stream)] == ["ValueError", "ValueError"]
    assert CANARY not in stream.getvalue()
