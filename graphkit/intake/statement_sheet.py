"""Bank statements on spreadsheets: which sheets are one, and their rows in blocks."""

from __future__ import annotations

import json
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from functools import lru_cache, partial
from hashlib import sha256
from pathlib import Path

import numpy as np
import pyarrow as pa

from graphkit.errors import InputRefused, Text
from graphkit.intake.headers import Choice
from graphkit.intake.html_table import html_rows
from graphkit.intake.loader import RawRow
from graphkit.intake.notices import names_of
from graphkit.intake.reading import Accept, FileReading, SheetReading
from graphkit.intake.sheet_file import read_sheets, sheet_row
from graphkit.intake.sheet_open import Sheet, sheets_of
from graphkit.intake.statement_found import Loose, Source
from graphkit.intake.statement_header import ROWS, Plan, find_table
from graphkit.intake.statement_own import Line, Own
from graphkit.intake.statement_table import own_cells, owners, read_table
from graphkit.intake.statement_words import ACCOUNT_MARKS, speaks
from graphkit.intake.typed import Block

_STEP = 50_000
_PEEK = 1 << 21
_PARTS = re.compile(r"(xl/(sharedStrings\.(xml|bin)|worksheets/sheet[0-9]+\.(xml|bin))|content\.xml)$")


def find_sheet(sheet: Sheet, name: str) -> tuple[int, Plan] | None:
    """(place of the header row, plan) of a sheet that is a statement; None for any other."""
    rows = [[text.strip() for text in json.loads(line)] for line in sheet.lines[:ROWS]]
    return find_table(rows, (sheet.name, *names_of(name)))


def has_statement(path: Path, name: str) -> bool:
    """Whether some sheet of a workbook is a statement. Only a workbook that holds words of statements is opened."""
    if not _speaks(path):
        return False
    try:
        return any(find_sheet(sheet, name) for sheet in opened(path))
    except InputRefused:
        return False


def opened(path: Path) -> tuple[Sheet, ...]:
    """The sheets of a workbook, kept so that it is opened once to be recognised and read; see `sheets_of`."""
    return _opened(path, path.stat().st_mtime_ns, path.stat().st_size)


@lru_cache(maxsize=1)
def _opened(path: Path, changed_ns: int, size: int) -> tuple[Sheet, ...]:
    return sheets_of(path)


def read_statements(path: Path, name: str, accept: Accept, loader: str, version: str) -> FileReading:
    """Read the statements among the sheets of a workbook, and the others by their templates."""
    order = accept if isinstance(accept, str) else None
    reading = read_sheets(path, name, accept, loader, version, partial(read_statement_sheet, order=order), opened)
    _opened.cache_clear()
    return reading


def page_has_statement(head: bytes, name: str) -> bool:
    """The same for the first bytes of an HTML page."""
    return find_table(html_rows(head)[:ROWS], names_of(name)) is not None


def _speaks(path: Path) -> bool:
    """Whether a word of statements stands in the first part of the texts; nothing is parsed."""
    if not zipfile.is_zipfile(path):
        return speaks(path.read_bytes())
    try:
        with zipfile.ZipFile(path) as book:
            for part in filter(_PARTS.search, book.namelist()):
                with book.open(part) as handle:
                    if speaks(handle.read(_PEEK)):
                        return True
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, RuntimeError, ValueError, OSError):
        return False
    return False


def read_statement_sheet(
    sheet: Sheet, name: str, order: str | None = None
) -> tuple[SheetReading | None, Choice | None, Text] | None:
    """See `read_table`; None when the sheet is no statement."""
    found = find_sheet(sheet, name)
    if found is None:
        return None
    place, plan = found
    names = names_of(name) if sheet.name == "table" else (sheet.name, *names_of(name))
    return read_table(plan, _source(sheet, place, len(plan.headers)), names, order)


def _source(sheet: Sheet, place: int, width: int) -> Source:
    above = tuple(_line(sheet, row) for row in range(1, place + 1))
    return Source(sheet.name, above, _line(sheet, place + 1), _blocks(sheet, place + 1, width))


def _line(sheet: Sheet, row: int) -> Line:
    text = sheet.lines[row - 1]
    return Line(row, tuple(json.loads(text)), sha256(text.encode()).hexdigest())


def _blocks(sheet: Sheet, body: int, width: int) -> Iterator[tuple[Block, Sequence[Loose]]]:
    """The rows behind row `body`; cells right of the header do not belong to the table."""
    for start in range(body, len(sheet.lines), _STEP):
        lines = sheet.lines[start : start + _STEP]
        parsed = json.loads(f"[{','.join(lines)}]")
        read = [i for i, cells in enumerate(parsed) if any(map(str.strip, cells))]
        kept = [lines[i] for i in read]
        columns = zip(*((parsed[i] + [""] * width)[:width] for i in read), strict=True) if read else [()] * width
        yield (
            Block(
                [pa.array(column, pa.string()) for column in columns],
                np.array([start + i + 1 for i in read], dtype=np.int64),
                [sha256(line.encode()).hexdigest() for line in kept],
                kept.__getitem__,
            ),
            (),
        )


def statement_sheet_row(path: Path, sheet: str | None, row: int) -> RawRow:
    """One row again; its cells tell the account of the header lines too. LookupError when there is none."""
    raw = sheet_row(path, sheet, row, _header_of)
    stated = _owners(path, path.stat().st_mtime_ns, path.stat().st_size).get(str(sheet), [])
    return RawRow(own_cells(stated, row) | dict(raw.cells), raw.data)


def _header_of(sheet: Sheet) -> tuple[str, ...]:
    found = find_sheet(sheet, "")
    return found[1].headers if found else ()


@lru_cache(maxsize=4)
def _owners(path: Path, changed_ns: int, size: int) -> dict[str, list[tuple[int, Own]]]:
    found = {sheet.name: (sheet, *place) for sheet in sheets_of(path) if (place := find_sheet(sheet, "")) is not None}
    return {
        name: owners(plan, _source(sheet, place, len(plan.headers)), _further(sheet, place))
        for name, (sheet, place, plan) in found.items()
    }


def _further(sheet: Sheet, place: int) -> bool:
    return any(mark in line for line in sheet.lines[place + 1 :] for mark in ACCOUNT_MARKS)
