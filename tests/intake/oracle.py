"""The slow reader: one record, one cell at a time, with the exact readers only. What the vectorised engine must equal."""

from __future__ import annotations

import csv
import io
from hashlib import sha256
from typing import Any

from graphkit.intake.headers import lay_out
from graphkit.intake.kinds import reader
from graphkit.intake.templates import templates
from graphkit.intake.typed import is_total_line

Rows = list[dict[str, Any]]
Bad = list[tuple[int, str | None, str]]


def read_slowly(data: bytes, template: str, encoding: str = "utf-8", delimiter: str = ",") -> tuple[Rows, Bad]:
    """(typed rows, (line, column, reason) of the rest) of a file whose records are all well quoted."""
    lines = data.splitlines(keepends=True)
    texts = [line.decode(encoding) for line in lines]
    headers = next(csv.reader(texts, delimiter=delimiter))
    layout = lay_out(templates()[template], headers)
    rows: Rows = []
    bad: Bad = []
    at = 1
    while at < len(lines):
        if not texts[at].strip(" \t\r\n" + delimiter):
            at += 1
            continue
        source = csv.reader(iter(texts[at:]), delimiter=delimiter, strict=True)
        cells = next(source)
        raw = b"".join(lines[at : at + source.line_num]).rstrip(b"\r\n")
        line = at + 1
        at += source.line_num
        if len(cells) != len(headers):
            bad.append((line, None, "total-line" if is_total_line(cells) else "columns"))
            continue
        row, problem = _row(layout, cells)
        if problem:
            bad.append((line, *((None, "total-line") if is_total_line(cells) else problem)))
        else:
            rows.append({"_row": line, "_row_sha256": sha256(raw).hexdigest(), **row})
    return rows, bad


def _row(layout: Any, cells: list[str]) -> tuple[dict[str, Any], tuple[str, str] | None]:
    row: dict[str, Any] = {}
    for name, place in layout.places.items():
        column = layout.template.column(name)
        parsed = reader(column, layout.fen.get(name, 100))(cells[place])
        if parsed.reason:
            return {}, (name, parsed.reason)
        if parsed.value is None and column.required:
            return {}, (name, "required")
        row[name] = parsed.value
    return row, None


def as_csv(rows: list[list[str]], delimiter: str = ",", end: str = "\n") -> str:
    """Rows as CSV text with minimal quoting."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(rows)
    return out.getvalue()
