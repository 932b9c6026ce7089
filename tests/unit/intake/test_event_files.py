"""Reading JSON Lines files, and lines that cannot be read (design.md §9)."""

import io
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.parsing import LARGEST_EVENT
from services.intake.files import FileLine, lines_of


def read(content: bytes) -> list[FileLine]:
    return list(lines_of(io.BytesIO(content)))


def test_each_line_has_its_number_and_blank_ones_are_counted_but_not_read() -> None:
    assert read(b"one\n\n  \ntwo\n") == [FileLine(1, b"one", 3), FileLine(4, b"two", 3)]


def test_the_last_line_needs_no_end() -> None:
    assert read(b"one\ntwo") == [FileLine(1, b"one", 3), FileLine(2, b"two", 3)]


def test_windows_line_ends_and_a_byte_order_mark_are_forgiven() -> None:
    assert read(b"\xef\xbb\xbfone\r\ntwo\r\n") == [FileLine(1, b"one", 3), FileLine(2, b"two", 3)]


def test_bytes_that_are_not_utf_8_are_kept_as_they_are() -> None:
    assert read(b"\xff\xfe\x00\n") == [FileLine(1, b"\xff\xfe\x00", 3)]


@pytest.mark.parametrize("length", [LARGEST_EVENT - 1, LARGEST_EVENT])
def test_a_line_of_the_largest_length_is_whole(length: int) -> None:
    lines = read(b"x" * length + b"\nnext\n")
    assert [(line.number, line.length, line.too_long) for line in lines] == [(1, length, False), (2, 4, False)]


@pytest.mark.parametrize("length", [LARGEST_EVENT + 1, LARGEST_EVENT + 2, 3 * LARGEST_EVENT])
@pytest.mark.parametrize("end", [b"\n", b"\n\n", b""])
def test_of_a_line_that_is_too_long_only_the_beginning_is_kept(length: int, end: bytes) -> None:
    lines = read(b"first\n" + b"x" * length + end)
    assert [(line.number, line.length, line.too_long) for line in lines] == [(1, 5, False), (2, length, True)]
    assert len(lines[1].raw) < 2_000


def test_a_line_of_ten_megabytes_takes_no_ten_megabytes(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"x" * 10_000_000 + b"\n" + b"{}\n")
    tracemalloc.start()
    with path.open("rb") as stream:
        numbers = [line.number for line in lines_of(stream)]
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert numbers == [1, 2]
    assert most < 6 * LARGEST_EVENT


@given(st.lists(st.binary(max_size=20).filter(lambda line: b"\n" not in line), max_size=10))
def test_no_bytes_stop_the_reading(contents: list[bytes]) -> None:
    lines = read(b"\n".join(contents))
    kept = [content.strip() for content in contents]
    if kept:
        kept[0] = contents[0].removeprefix(b"\xef\xbb\xbf").strip()
    assert [(line.number, line.raw) for line in lines] == [
        (number, content) for number, content in enumerate(kept, start=1) if content
    ]
