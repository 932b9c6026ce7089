"""Files that are broken, huge or meant to do harm: each a clear dead letter, in little memory and time.

They are read in a process of its own whose memory and processor time are limited by the system.
"""

import gzip
import io
import json
import random
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.checkout import ROOT
from tests.unit.intake.formats.camt_messages import entry, notification, transaction
from tests.unit.intake.formats.finvoice_messages import message

pytestmark = pytest.mark.slow

MEMORY_MB: Final = 90
"""Less than the largest of the files; what a tree in memory may weigh is 32 MB of text, which libxml2 doubles."""
SECONDS: Final = 60
LARGE: Final = 100_000_000
SECRET: Final = "the content of another file"

PAYMENT: Final = notification(entry("50.00", transaction("50.00", "A1")))
DECLARED: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'


@dataclass(frozen=True)
class Told:
    """What the process said about a file."""

    events: int
    reasons: list[str]
    lines: list[str]


def read(*paths: Path, memory_mb: int = MEMORY_MB) -> list[Told]:
    """Read files where memory and time are short; fails when the process did."""
    command = [sys.executable, "-m", "tests.unit.intake.hostile_site", str(memory_mb), str(SECONDS), *map(str, paths)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2_000:]
    said = [json.loads(line) for line in done.stdout.splitlines()]
    return [
        Told(each["events"], [reason for reason, _ in each["faults"]], [line for _, line in each["faults"]])
        for each in said
    ]


def with_doctype(declarations: str, text: str = "50.00") -> bytes:
    body = PAYMENT.replace("50.00", text, 1)
    return f"{DECLARED}<!DOCTYPE Document {declarations}>\n{body}".encode()


def laughs() -> bytes:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return with_doctype(f'[<!ENTITY l0 "ha">{entities}]', "&l9;")


def zipped(content: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("statement.xml", content)
    return stream.getvalue()


SMALL: Final[dict[str, tuple[bytes, str]]] = {
    # what the file holds, and the reason that its dead letter gives
    "entities": (laughs(), "unsafe-xml"),
    "one large entity many times": (with_doctype(f'[<!ENTITY a "{"a" * 3_000}">]', "&a;" * 90_000), "unsafe-xml"),
    "an entity of a file": (with_doctype(f'[<!ENTITY a SYSTEM "file://{__file__}">]', "&a;"), "unsafe-xml"),
    "an entity of an address": (with_doctype('[<!ENTITY a SYSTEM "http://127.0.0.1:9/a">]', "&a;"), "unsafe-xml"),
    "a parameter entity": (with_doctype('[<!ENTITY % a SYSTEM "http://127.0.0.1:9/a"> %a;]'), "unsafe-xml"),
    "an entity nobody declared": (PAYMENT.replace("50.00", "&a;", 1).encode(), "broken-xml"),
    "deep nesting": (DECLARED.encode() + b"<Finvoice>" + b"<a>" * 200_000, "too-large"),
    "deep nesting in a bank's file": (PAYMENT.replace("<Refs>", "<x>" * 50_000).encode(), "too-large"),
    "another encoding than declared": ((DECLARED + PAYMENT.replace("A1", "Ä")).encode("latin-1"), "wrong-encoding"),
    "an encoding nobody reads": (DECLARED.replace("UTF-8", "UTF-7").encode() + PAYMENT.encode(), "wrong-encoding"),
    "UTF-16 that does not go on so": (PAYMENT.encode("utf-16") + b"\x00\xd8" * 50, "wrong-encoding"),
    "truncated": (PAYMENT.encode()[:-200], "truncated-xml"),
    "an invoice that is truncated": (message()[:-300], "truncated-xml"),
    "zipped": (zipped(PAYMENT.encode()), "unknown-format"),
    "gzipped": (gzip.compress(PAYMENT.encode()), "unknown-format"),
    "an error page": (
        b"<!DOCTYPE html>\n<html><head><title>502</title></head><body>Bad</body></html>",
        "unknown-format",
    ),
    "an error page of a bank": (b"<html><body>Session expired <br> <p>log in</body></html>", "unknown-format"),
    "a portable document": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "unknown-format"),
    "any bytes": (random.Random(1).randbytes(5_000), "unknown-format"),
}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Told]:
    """What came of the small files, all read by one process, a good file behind each."""
    folder = tmp_path_factory.mktemp("small")
    good = folder / "good.xml"
    good.write_text(PAYMENT)
    for number, (content, _) in enumerate(SMALL.values()):
        (folder / f"{number}.xml").write_bytes(content)
    paths = [path for number in range(len(SMALL)) for path in (folder / f"{number}.xml", good)]
    outcome = read(*paths)
    assert [each.events for each in outcome[1::2]] == [1] * len(SMALL), "a good file behind a bad one is read"
    return dict(zip(SMALL, outcome[0::2], strict=True))


@pytest.mark.parametrize("name", SMALL)
def test_a_bad_file_is_one_clear_dead_letter_and_the_next_file_is_read(small: dict[str, Told], name: str) -> None:
    outcome = small[name]

    assert outcome.reasons == [SMALL[name][1]]
    assert outcome.events == 0
    assert len(outcome.lines[0]) > 20, "it says what is wrong and what to do"


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("zipped", "compressed; unpack it"),
        ("gzipped", "compressed; unpack it"),
        ("an error page", "web page"),
        ("an error page of a bank", "web page"),
        ("truncated", "send the whole file"),
        ("entities", "without its DOCTYPE"),
    ],
)
def test_the_dead_letter_says_what_the_file_is_and_what_to_do(small: dict[str, Told], name: str, what: str) -> None:
    assert what in small[name].lines[0]


def test_a_doctype_that_declares_nothing_is_passed_over_and_never_fetched(tmp_path: Path) -> None:
    path = tmp_path / "old.xml"
    path.write_bytes(with_doctype('SYSTEM "http://127.0.0.1:9/Finvoice.dtd"'))

    (outcome,) = read(path)

    assert (outcome.events, outcome.reasons) == (1, [])


def test_an_inclusion_of_another_file_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text(SECRET)
    inclusion = f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" parse="text" href="{tmp_path}/secret.txt"/>'
    path = tmp_path / "including.xml"
    path.write_text(PAYMENT.replace("<Refs>", f"<RmtInf><Ustrd>{inclusion}</Ustrd></RmtInf><Refs>"))

    (outcome,) = read(path)

    assert outcome.events == 1
    assert SECRET not in str(outcome)


# --- a hundred megabytes -------------------------------------------------------------------------


def filled(before: bytes, unit: bytes, after: bytes = b"", size: int = LARGE) -> Iterator[bytes]:
    """A large file's content: one thing again and again."""
    block = unit * (1_000_000 // len(unit))
    yield before
    for _ in range(size // 1_000_000):
        yield block
    yield after


HEAD, TAIL = PAYMENT.encode().split(b"<Ntry>", 1)
OPEN: Final = b"<Finvoice><InvoiceDetails>"
SHUT: Final = b"</InvoiceDetails></Finvoice>"
ENTRY: Final = entry("50.00", transaction("50.00", "A1")).encode()

HUGE: Final[dict[str, tuple[Callable[[], Iterator[bytes]], str]]] = {
    "one text": (lambda: filled(OPEN, b"text ", SHUT), "too-large"),
    "one attribute": (lambda: filled(b'<Finvoice a="', b"text ", b'"/>'), "broken-xml"),
    "one tag": (lambda: filled(b"<Finvoice ", b"a", b">"), "broken-xml"),
    "elements nobody knows": (lambda: filled(OPEN, b"<a>1</a>", SHUT), "too-large"),
    "attributes": (lambda: filled(OPEN, b'<a b="1" c="2" d="3"/>', SHUT), "too-large"),
    "a comment that does not end": (lambda: filled(OPEN + b"<!--", b"- "), "broken-xml"),
    "a prolog that does not end": (
        lambda: filled(b"<?xml version='1.0'?><!--Finvoice ", b"x"),
        "unknown-format",
    ),
    "a field that is not closed": (lambda: filled(b"invoice;amount;issued;due;name\n", b'"x;'), "too-long"),
    "broken documents": (lambda: filled(b"", b"<?xml version='1.0'?><Finvoice><a></b>"), "broken-xml"),
    "an entry of a bank that does not end": (lambda: filled(HEAD + b"<Ntry>", b"<AddtlNtryInf/>"), "too-large"),
}


@pytest.mark.parametrize("name", HUGE)
def test_a_hundred_megabytes_are_read_or_refused_in_little_memory(tmp_path: Path, name: str) -> None:
    content, reason = HUGE[name]
    path = tmp_path / "huge.xml"
    with path.open("wb") as stream:
        stream.writelines(content())

    (outcome,) = read(path)

    path.unlink()
    assert set(outcome.reasons) == {reason}
    assert outcome.events == 0


@pytest.mark.parametrize("unit", [b" \n", b"\x00", b'{"a": "'])
def test_a_hundred_megabytes_that_hold_no_line_end_are_one_piece_at_most(tmp_path: Path, unit: bytes) -> None:
    path = tmp_path / "huge.jsonl"
    with path.open("wb") as stream:
        stream.writelines(filled(b"", unit))

    (outcome,) = read(path)

    assert outcome.reasons == []
    assert outcome.events == (0 if unit.isspace() else 1)  # a line too long to keep is refused by the worker


def test_a_file_of_payments_takes_no_more_memory_than_a_small_one(tmp_path: Path) -> None:
    path = tmp_path / "large.xml"
    with path.open("wb") as stream:
        stream.writelines(filled(HEAD, ENTRY, b"</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>", size=20_000_000))

    (outcome,) = read(path, memory_mb=10)

    assert outcome.reasons == []
    assert outcome.events == 20 * (1_000_000 // len(ENTRY))


def test_blank_bytes_hide_nothing_behind_them(tmp_path: Path) -> None:
    path = tmp_path / "late.xml"
    path.write_bytes(b"\n" * 10_000 + PAYMENT.encode())

    (outcome,) = read(path)

    assert outcome.reasons == ["unknown-format"]
