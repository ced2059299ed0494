"""A child process that turns one spreadsheet into JSON lines on stdout, under a memory limit.

Parsers of spreadsheets abort the whole process on hostile files, so they never run in ours. Lines: `{"sheet": …,
"visible": …, "merged": …, "hidden_rows": …, "formulas": …}` before the rows of a sheet, one JSON array of cell texts per row (row 1 first), `{"error": code,
"detail": …}` last on failure. Only this module imports the parser; it needs nothing else of the package.
"""

from __future__ import annotations

import json
import re
import resource
import struct
import sys
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import IO, NamedTuple

_quoted = json.encoder.encode_basestring

MEMORY = 3 << 30
"""Address space in bytes."""
MAX_SPARSE = 20_000_000
"""Largest empty rectangle a far-away cell may span."""

_CHUNK = 8 << 20
_DAMAGE = (zipfile.BadZipFile, zlib.error, struct.error, OSError, EOFError, RuntimeError, ValueError)
_ERROR = re.compile(
    rb'<c r="([A-Z]+)([0-9]+)"[^>]*\bt="e"[^>]*>(?:<f[^>]*?(?:/>|>.*?</f>))?\s*<v>([^<]*)</v>', re.DOTALL
)
_UNCACHED = re.compile(
    rb'<c r="([A-Z]+)([0-9]+)"[^>/]*>\s*<f[^>]*?(?:/>|>[^<]*</f>)\s*(?:<v>\s*</v>|<v\s*/>)?\s*</c>', re.DOTALL
)
_CELL = re.compile(rb'<c r="([A-Z]{1,3})([0-9]+)"')
_HIDDEN_ROW = re.compile(rb'<row [^>]*\bhidden="(?:1|true)"')
_MAX_MERGED = 100_000
_FAR = re.compile(rb'<c r="([A-Z]{3})[0-9]+"')
_SHEET = re.compile(r'<sheet [^>]*?name="([^"]*)"[^>]*?r:id="([^"]*)"')
_RELATION = re.compile(r"<Relationship [^>]*>")


def text_of(value: object) -> str:
    """A cell as text: ISO dates, whole floats without `.0`, 15 digits like Excel, longer numbers as `6.11002E+17`."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        if abs(value) >= 1e15:
            return f"{value:.5E}"
        return str(int(value)) if value == int(value) else format(value, ".15g")
    if isinstance(value, datetime):
        return value.isoformat(sep=" ") if value.time() != time() else value.date().isoformat()
    if isinstance(value, (date, time)):
        return value.isoformat()
    return str(value) if isinstance(value, timedelta) else ("" if value is None else str(value))


def column_number(letters: bytes) -> int:
    """`A` → 0, `XFD` → 16383."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def sheet_files(book: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name → its XML file inside an xlsx; empty for other formats."""
    if "xl/workbook.xml" not in book.namelist():
        return {}
    relations = book.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    targets = {}
    for tag in _RELATION.findall(relations):
        key, target = re.search(r'\bId="([^"]*)"', tag), re.search(r'\bTarget="([^"]*)"', tag)
        if key and target:
            targets[key[1]] = target[1].lstrip("/") if target[1].startswith("/") else "xl/" + target[1]
    names = _SHEET.findall(book.read("xl/workbook.xml").decode("utf-8", "replace"))
    return {_unescape(name): targets[key] for name, key in names if key in targets}


def _unescape(text: str) -> str:
    for code, sign in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&")):
        text = text.replace(code, sign)
    return text


def _chunks(handle: IO[bytes]) -> Iterator[bytes]:
    """The XML in pieces that end behind a row."""
    rest = b""
    while piece := handle.read(_CHUNK):
        rest += piece
        cut = rest.rfind(b"</row>") + 6
        if cut >= 6:
            yield rest[:cut]
            rest = rest[cut:]
    yield rest


class Odd(NamedTuple):
    """(row, column) → text of error cells and formulas without a result; size of the rectangle if it is sparse."""

    cells: dict[tuple[int, int], str]
    area: int = 0
    hidden_rows: int = 0
    formulas: int = 0


def odd_cells(handle: IO[bytes]) -> Odd:
    """What the parser would hide about a sheet's XML."""
    found: dict[tuple[int, int], str] = {}
    cells = last_row = last_column = hidden = formulas = 0
    for chunk in _chunks(handle):
        if b'hidden="' in chunk:
            hidden += len(_HIDDEN_ROW.findall(chunk))
        cells += chunk.count(b"<c ")
        if b't="e"' in chunk:
            for letters, row, text in _ERROR.findall(chunk):
                found[int(row) - 1, column_number(letters)] = text.decode("ascii", "replace")
        if b"<f" in chunk:
            formulas += chunk.count(b"<f>") + chunk.count(b"<f ")
            for letters, row in _UNCACHED.findall(chunk):
                found[int(row) - 1, column_number(letters)] = "#FORMULA!"
        for letters in _FAR.findall(chunk):
            last_column = max(last_column, column_number(letters))
        tail = chunk[chunk.rfind(b"<row ") :] if b"<row " in chunk else chunk
        for letters, row in _CELL.findall(tail):
            last_row, last_column = max(last_row, int(row)), max(last_column, column_number(letters))
    area = last_row * (last_column + 1)
    return Odd(found, area if area > 50 * max(1, cells) else 0, hidden, formulas)


def _emit(line: object) -> None:
    sys.stdout.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")


def _array(cells: list[object]) -> str:
    """A row as a JSON array, the same text as `json.dumps` without blanks gives."""
    return "[" + ",".join([_quoted(c if type(c) is str else text_of(c)) for c in cells]) + "]"


def _errors_and_shape(path: str) -> dict[str, Odd] | None:
    """What `odd_cells` finds, per sheet of an xlsx; None after reporting a far-away cell."""
    if not zipfile.is_zipfile(path):
        return {}
    odd = {}
    with zipfile.ZipFile(path) as book:
        for name, file in sheet_files(book).items():
            if file not in book.namelist():
                continue
            with book.open(file) as handle:
                odd[name] = odd_cells(handle)
            if odd[name].area > MAX_SPARSE:
                _emit({"error": "far-cell", "detail": name})
                return None
    return odd


def main(path: str) -> int:
    """Write the rows of every sheet; exit code 0, or 3 after an `error` line."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    import python_calamine

    try:
        odd = _errors_and_shape(path)
        if odd is None:
            return 3
        with open(path, "rb") as handle:  # noqa: PTH123 - the parser wants a plain handle
            book = python_calamine.CalamineWorkbook.from_filelike(handle)
            for meta in book.sheets_metadata:
                visible = str(meta.visible).rpartition(".")[2].lower()
                seen = odd.get(meta.name, Odd({}))
                sheet = book.get_sheet_by_name(meta.name)
                spans = [[*a, *b] for a, b in (sheet.merged_cell_ranges or [])[:_MAX_MERGED]]
                head = {"sheet": meta.name, "visible": visible, "merged": spans}
                _emit({**head, "hidden_rows": seen.hidden_rows, "formulas": seen.formulas})
                _rows(sheet.to_python(skip_empty_area=False), seen.cells)
    except python_calamine.PasswordError:
        _emit({"error": "encrypted", "detail": ""})
        return 3
    except (python_calamine.CalamineError, *_DAMAGE) as error:
        _emit({"error": "unreadable", "detail": str(error)[:200]})
        return 3
    return 0


def _rows(rows: list[list[object]], odd: dict[tuple[int, int], str]) -> None:
    for (row, column), text in odd.items():
        if row < len(rows) and column < len(rows[row]):
            rows[row][column] = text
    for cells in rows:
        sys.stdout.write(_array(cells) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
