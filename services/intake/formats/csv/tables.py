"""CSV tables of invoices and payments, for those who have nothing else (docs/formats.md lists the columns).

The first row names the columns, in any order. Fields are separated by ``;``, ``,`` or tabs, whichever separates the
first row into names that are known, numbers have a decimal comma or point, the text is UTF-8, else ISO 8859-15.
"""

import csv
from collections.abc import Iterator
from dataclasses import replace
from difflib import get_close_matches
from typing import BinaryIO, Final

from services.intake.formats.csv.columns import INVOICES, TABLES, CsvRow, CsvTable
from services.intake.formats.format import Directory, Fault, Format, Piece

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


class _CsvLines:
    """The physical lines of a file as text; one that is too long is passed over, and remembered."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
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
    """Whether the first row names the columns of a table that is known."""
    lines = (_decoded(line) for line in head.removeprefix(_BYTE_ORDER_MARK).splitlines())
    first = next((line for line in lines if line.strip() and not line.lower().startswith(_HINT)), "")
    return _table_of(_columns(first, _delimiter(first))) is not None


def read(stream: BinaryIO, directory: Directory) -> Iterator[Piece]:
    """What the rows mean, in their order. Columns that are not known are passed over, unless they look mistyped.

    A row that cannot be split holds the bank account that a whole field of it names. Without one, a row of
    invoices holds the creditor of the row before it, a row of payments all creditors of the table (rules.md K5).
    """
    lines = _CsvLines(stream)
    texts = iter(lines)
    header = next((line for line in texts if line.strip() and not line.lower().startswith(_HINT)), "")
    delimiter = _delimiter(header)
    columns = _columns(header, delimiter)
    table = _table_of(columns)
    faults = _faults_of(columns, table)
    if table is None or faults:
        yield Fault(WRONG_COLUMNS, faults, f"line {max(lines.number, 1)}")
        return
    titles = {name: f"column {place} ({name})" for place, name in enumerate(columns, 1)}
    creditor: str | None = None
    for where, cells in _rows(lines, texts, delimiter, len(columns), directory):
        if isinstance(cells, Fault):
            alone = cells.creditor is None and table is INVOICES
            yield replace(cells, creditor=creditor) if alone else cells
            continue
        piece = table.meaning(CsvRow(dict(zip(columns, cells, strict=True)), titles, where), directory)
        if isinstance(piece, Fault):
            creditor = piece.creditor
            yield piece
        elif piece is not None:
            creditor = piece["data"]["creditor"]
            yield piece


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
    return next((table for table in TABLES if table.known_by <= set(columns)), None)


def _faults_of(columns: list[str], table: CsvTable | None) -> tuple[str, ...]:
    """Why the columns cannot be read: one is missing, there twice, or looks mistyped."""
    if table is None:
        wanted = " or ".join(" and ".join(sorted(table.known_by)) for table in TABLES)
        return (f"the first row must name the columns, among them {wanted}",)
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
