"""Logs: JSON lines on standard error with a closed set of events and fields, so that no personal data can get in.

There is no free text. An event is one of `LogEvent`, a field one of `LogFields`, and every text value must look like
what its field may hold; anything else is left out, and the line names it. Logging never raises.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
import traceback
from collections.abc import MutableMapping
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any, Final, TextIO, TypedDict, Unpack

import structlog

_ROOT: Final = Path(__file__).resolve().parents[3]


class LogEvent(StrEnum):
    """All that is ever logged."""

    ENGINE_STARTED = "engine-started"
    CAUGHT_UP = "caught-up"
    ENGINE_STOPPED = "engine-stopped"
    CRASHED = "crashed"
    METRICS_SERVED = "metrics-served"
    FILE_TAKEN = "file-taken"
    FILE_REFUSED = "file-refused"
    LETTER_NOT_DELIVERED = "letter-not-delivered"
    ALERT = "alert"
    LIBRARY_MESSAGE = "library-message"


class LogFields(TypedDict, total=False):
    """All that a line may say beside its event, level and timestamp."""

    worker: str
    topic: str
    partition: int
    partitions: int
    offset: int
    records: int
    letters: int
    milliseconds: int
    port: int
    code: str
    """A reason, alert or fault code of ours."""
    outcome: str
    channel: str
    mode: str
    library: str
    """The dotted name of a library's logger."""
    fault: str
    """The class of an exception; never its text, which may quote an event."""
    frames: list[str]
    """Where in our code a fault arose: file:line function."""


_WORD: Final = re.compile(r"[a-z][a-z0-9_.-]{0,59}")
_CLASS: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,99}")
_FRAME: Final = re.compile(r"[A-Za-z0-9_./<>-]{1,200}:\d{1,6} [A-Za-z0-9_<>]{1,100}")
_SHAPES: Final = dict.fromkeys(LogFields.__annotations__, _WORD) | {
    "library": _CLASS,
    "fault": _CLASS,
    "frames": _FRAME,
}
_EVENTS: Final = frozenset(LogEvent)
_OWN: Final = frozenset({"event", "level", "timestamp"})


class LogWriter:
    """Writes events to one stream."""

    def __init__(self, stream: TextIO | None = None, level: int = logging.INFO) -> None:
        self._logger: Any = structlog.wrap_logger(
            structlog.PrintLogger(stream or sys.stderr),
            processors=[
                structlog.processors.add_log_level,
                only_the_known,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.processors.JSONRenderer(sort_keys=True),
            ],
            wrapper_class=structlog.make_filtering_bound_logger(level),
        )

    def info(self, event: LogEvent, **fields: Unpack[LogFields]) -> None:
        """Something happened that was meant to."""
        self._logger.info(event.value, **fields)

    def warning(self, event: LogEvent, **fields: Unpack[LogFields]) -> None:
        """Something a person should look at some day."""
        self._logger.warning(event.value, **fields)

    def error(self, event: LogEvent, **fields: Unpack[LogFields]) -> None:
        """Something a person should look at now."""
        self._logger.error(event.value, **fields)

    def crash(self, fault: BaseException) -> None:
        """An exception that nobody handles: its class and where it arose, without its text."""
        frames = frames_of(fault.__traceback__)
        self._logger.critical(LogEvent.CRASHED.value, fault=type(fault).__qualname__, frames=frames)


def only_the_known(_logger: object, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Leave out whatever is not known to be harmless, and name it under `left_out` as far as its name is known."""
    kept: dict[str, Any] = {}
    left_out: list[str] = []
    for name, value in line.items():
        if (name in _OWN and name != "event") or _is_harmless(name, value):
            kept[name] = value
        else:
            left_out.append(name if name in _SHAPES or name == "event" else "unknown field")
    if left_out:
        kept["left_out"] = sorted(left_out)
    return kept


def install(level: str = "info", stream: TextIO | None = None) -> LogWriter:
    """Make a log, send it what libraries log (their names only) and every crash, and return it."""
    log = LogWriter(stream, logging.getLevelNamesMapping()[level.upper()])
    logging.basicConfig(handlers=[_NamesOnly(log)], level=logging.WARNING, force=True)

    def crashed(_kind: type[BaseException], fault: BaseException, _trace: TracebackType | None) -> None:
        log.crash(fault)

    def thread_crashed(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            log.crash(args.exc_value)

    sys.excepthook = crashed
    threading.excepthook = thread_crashed
    return log


def frames_of(trace: TracebackType | None) -> list[str]:
    """The frames of a traceback, outermost first: `file:line function`, paths below our own folder or bare names."""
    frames = []
    for frame in traceback.extract_tb(trace):
        path = Path(frame.filename)
        shown = path.relative_to(_ROOT).as_posix() if path.is_relative_to(_ROOT) else path.name
        frames.append(f"{shown}:{frame.lineno} {frame.name}")
    return frames


class _NamesOnly(logging.Handler):
    """Logs which library sent a message, and its level; the message's text may quote a person's data."""

    def __init__(self, log: LogWriter) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        write = self._log.error if record.levelno >= logging.ERROR else self._log.warning
        write(LogEvent.LIBRARY_MESSAGE, library=record.name)


def _is_harmless(name: str, value: object) -> bool:
    if name == "event":
        return value in _EVENTS
    shape = _SHAPES.get(name)
    if shape is None:
        return False
    if isinstance(value, list):
        return name == "frames" and all(isinstance(item, str) and shape.fullmatch(item) for item in value)
    if isinstance(value, str):
        return name != "frames" and shape.fullmatch(value) is not None
    return isinstance(value, int)
