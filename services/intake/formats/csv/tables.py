"""CSV tables of invoices and payments, for those who have nothing else (docs/formats.md lists the columns).

The first row that names columns of a table is its header: whatever stands above it, as exports put it there, is passed
over. Columns may come in any order. Fields are separated by ``;``, ``,`` or tabs, whichever separates the header into
names that are known, numbers have a decimal comma or point, the text is UTF-8 or UTF-16, else ISO 8859-15.
"""

import csv
from collections.abc import Iterator
from dataclasses import replace
from difflib import get_close_matches
from hashlib import sha256
from itertools import chain
from typing import BinaryIO, Final

from services.intake.formats.billing.decimals import column_sign
from services.intake.formats.csv.columns import AMOUNT, INVOICES, TABLES, CsvFile, CsvRow, CsvTable
from services.intake.formats.encoding import head_in_utf8, in_utf8
from services.intake.formats.format import HEAD, Directory, Fault, Format, Piece

WRONG_COLUMNS: Final = "wrong-columns"
WRONG_ROW: Final = "wrong-row"
TOO_LONG: Final = "too-long"

_LONGEST_LINE: Final = 65_536
_LONGEST_HEADER: Final = 4_096
_DELIMITERS: Final = ";,\t"
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_HINT: Final = "sep="
"""Spreadsheets may write ``sep=;`` on a line of its own in front."""
_LIKENESS: Final = 0.8
_ROWS_AHEAD: Final = 1_000
_CHARACTERS_AHEAD: Final = 1_048_576
"""So many rows, but not many more characters, are looked at for the sign that separates decimals."""


class _CsvLines:
    """The physical lines of a file as text; one that is too long is passed over, and remembered."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = in_utf8(stream)
        self.number = 0
        self.too_long = False

    def __iter__(self) -> Iterator[str]:
        while chunk := self._stream.readline(_LONGEST_LINE):
            self.number += 1
            if len(chunk) == _LONGEST_LINE and not chunk.endswith(b"\n"):
                self.too_long = True
                while (rest := self._stream.readline(_LONGEST_LINE)) and not rest.endswith(b"\n"):
                    pass
                chunk = b"\n"
            yield _decoded(chunk.removeprefix(_BYTE_ORDER_MARK) if self.number == 1 else chunk)


def recognises(head: bytes) -> bool:
    """Whether a row in the beginning names the columns of a table that is known."""
    lines = (_decoded(line) for line in head_in_utf8(head).removeprefix(_BYTE_ORDER_MARK).splitlines())
    return any(_table_of(_columns(line, _delimiter(line))) is not None for line in lines)


def read(stream: BinaryIO, directory: Directory) -> Iterator[Piece]:
    """What the rows mean, in their order. Columns that are not known are passed over, unless they look mistyped.

    A row that cannot be split holds the bank account that a whole field of it names. Without one, a row of
    invoices holds the creditor of the row before it, a row of payments all creditors of the table (rules.md K5).
    """
    lines = _CsvLines(stream)
    texts = iter(lines)
    header, place = _header(lines, texts)
    delimiter = _delimiter(header)
    columns = _columns(header, delimiter)
    table = _table_of(columns)
    faults = _faults_of(columns, table)
    if table is None or faults:
        yield Fault(WRONG_COLUMNS, faults, f"line {place}")
        return
    rows = _rows(lines, texts, delimiter, len(columns), directory)
    ahead = _ahead(rows)
    amount = columns.index(AMOUNT)
    sign = column_sign(cells[amount] for _, cells in ahead if not isinstance(cells, Fault))
    titles = {name: f"column {place} ({name})" for place, name in enumerate(columns, 1)}
    file = CsvFile(titles, sign, _name(header, ahead))
    creditor: str | None = None
    for where, cells in chain(ahead, rows):
        if isinstance(cells, Fault):
            alone = cells.creditor is None and table is INVOICES
            yield replace(cells, creditor=creditor) if alone else cells
            continue
        piece = table.meaning(CsvRow(dict(zip(columns, cells, strict=True)), file, where), directory)
        if isinstance(piece, Fault):
            creditor = piece.creditor
            yield piece
        elif piece is not None:
            creditor = piece["data"]["creditor"]
            yield piece


def _header(lines: _CsvLines, texts: Iterator[str]) -> tuple[str, int]:
    """The row that names the columns of a table, and its line; without one, the first that is not blank."""
    first, place = "", 1
    passed = 0
    for line in texts:
        if line.strip() and not line.lower().startswith(_HINT):
            if _table_of(_columns(line, _delimiter(line))) is not None:
                return line, lines.number
            if not first:
                first, place = line, lines.number
        passed += len(line)
        if passed >= HEAD:
            break
    return first, place


def _name(header: str, ahead: list[tuple[str, list[str] | Fault]]) -> str:
    """What a table is called, as its file's name is anybody's: a digest of its first rows."""
    said = sha256(header.strip().encode("utf-8", "replace"))
    for _, cells in ahead:
        if not isinstance(cells, Fault):
            said.update("\x1f".join(cells).encode("utf-8", "replace"))
    return f"table-{said.hexdigest()[:16]}"


def _ahead(rows: Iterator[tuple[str, list[str] | Fault]]) -> list[tuple[str, list[str] | Fault]]:
    """The first rows of a table, which are read before any of them is given."""
    ahead = []
    characters = 0
    for row in rows:
        ahead.append(row)
        characters += 0 if isinstance(row[1], Fault) else sum(map(len, row[1]))
        if len(ahead) == _ROWS_AHEAD or characters >= _CHARACTERS_AHEAD:
            break
    return ahead


def _rows(
    lines: _CsvLines, texts: Iterator[str], delimiter: str, width: int, directory: Directory
) -> Iterator[tuple[str, list[str] | Fault]]:
    """Each row that is not blank, and the line on which it begins; a fault where it cannot be split into fields."""
    rows = csv.reader(texts, delimiter=delimiter, strict=True)
    while True:
        where = f"line {lines.number + 1}"
        try:
            cells = next(rows, None)
        except csv.Error:
            line = "a quotation mark is not closed, or stands inside a field; double it, or take it away"
            yield where, Fault(WRONG_ROW, (line,), where)
            continue
        if lines.too_long:
            lines.too_long = False
            where = f"line {lines.number}"
            yield where, Fault(TOO_LONG, (f"a line is longer than {_LONGEST_LINE} bytes; split it",), where)
        elif cells is None:
            return
        elif any(map(str.strip, cells)):
            yield where, cells if len(cells) == width else _wrong_width(cells, width, delimiter, where, directory)


def _wrong_width(cells: list[str], width: int, delimiter: str, where: str, directory: Directory) -> Fault:
    """The fault of a row with too many or too few fields; the last one of a short row may be cut."""
    whole = cells[:-1] if len(cells) < width else cells
    accounts = {"".join(cell.split()).upper() for cell in whole}
    owned = {account: owner for account in accounts if (owner := directory.creditor_of_account(account))}
    account, creditor = owned.popitem() if len(owned) == 1 else (None, None)
    line = (
        f"the row has {len(cells)} fields, the first row names {width} columns; put a field in quotation marks if"
        f" {delimiter!r} stands in it"
    )
    return Fault(WRONG_ROW, (line,), where, creditor, account)


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("iso-8859-15")


def _delimiter(header: str) -> str:
    """The sign that separates the first row into the most columns."""
    return max(_DELIMITERS, key=header[:_LONGEST_HEADER].count)


def _columns(header: str, delimiter: str) -> list[str]:
    """The names of the columns in lower case, ``Payer IBAN`` as ``payer_iban``."""
    try:
        cells = next(csv.reader([header[:_LONGEST_HEADER]], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return []
    return ["_".join(cell.lower().replace("-", " ").replace("_", " ").split()) for cell in cells]


def _table_of(columns: list[str]) -> CsvTable | None:
    return next((table for table in TABLES if any(known <= set(columns) for known in table.known_by)), None)


def _faults_of(columns: list[str], table: CsvTable | None) -> tuple[str, ...]:
    """Why the columns cannot be read: one is missing, there twice, or looks mistyped."""
    if table is None:
        wanted = " or ".join(" and ".join(sorted(known)) for table in TABLES for known in table.known_by)
        return (
            f"the first row must name the columns, among them {wanted}; write the names that docs/formats.md lists",
        )
    faults = [f"the column {name} is missing; add it" for name in sorted(table.needs - set(columns))]
    for place, name in enumerate(columns, 1):
        if name in table.columns and name in columns[: place - 1]:
            faults.append(f"column {place}: {name} is there twice; take one away")
        elif name not in table.columns:
            meant = get_close_matches(name, table.columns - set(columns), n=1, cutoff=_LIKENESS)
            faults += [f"column {place}: should it be called {meant}? rename it" for meant in meant]
    return tuple(faults)


FORMAT: Final = Format(
    name="csv",
    title="CSV tables of invoices or payments (columns: docs/formats.md)",
    gives=(
        "invoice.issued.v1",
        "invoice.credited.v1",
        "invoice.cancelled.v1",
        "payment.received.v1",
        "payment.reversed.v1",
        "payment.refunded.v1",
    ),
    recognises=recognises,
    read=read,
)
