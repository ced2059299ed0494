"""Reading spreadsheets (xlsx, xlsb, xls, ods) and HTML tables called .xls."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa

from graphkit.errors import InputRefused, Text
from graphkit.intake.doubts import asks_of, in_order, orders
from graphkit.intake.head import Head, find_head, second_head
from graphkit.intake.headers import Choice, Layout
from graphkit.intake.loader import RawRow
from graphkit.intake.notices import names_of, notices
from graphkit.intake.reading import OK, Accept, FileReading, SheetReading, decide, join
from graphkit.intake.sheet_open import Sheet, carried, sheets_of
from graphkit.intake.typed import Block, schema, type_rows, unnamed

_STEP = 50_000
_BLANK_ROW = '[]", '
_FIRST_LINES = 64


Other = Callable[[Sheet, str], tuple[SheetReading | None, Choice | None, Text] | None]
"""Reads a sheet in another layout than a template's: (reading, why not, what to say); None when it is not of that kind."""


@dataclass(frozen=True, slots=True)
class _Read:
    """One sheet read: what was found, the questions about it, and what to say. `reading` is None when none fits."""

    reading: SheetReading | None
    choice: Choice | None = None
    asks: tuple[Text, ...] = ()
    said: Text = OK


def read_sheets(
    path: Path,
    name: str,
    accept: Accept,
    loader: str,
    version: str,
    other: Other = lambda sheet, name: None,
    opened: Callable[[Path], tuple[Sheet, ...]] = sheets_of,
) -> FileReading:
    """Read every sheet that fits a template; the others are named in the message. Never raises for bad content.

    `other` reads the sheets that are no template's.
    """
    digest, size = sha256(path.read_bytes()).hexdigest(), path.stat().st_size
    base = FileReading(path, name, digest, size, loader, version, None, "ok", OK, ())
    try:
        sheets = opened(path)
    except InputRefused as error:
        return replace(base, status="refused", message=error.message)
    read = [
        (sheet, _Read(found[0], found[1], (), found[2]))
        if (found := other(sheet, name)) is not None
        else (sheet, _read_sheet(sheet, name, len(sheets) == 1, accept))
        for sheet in sheets
    ]
    fitting = [found for _, found in read if found.reading is not None]
    failed = [(sheet.name, found.choice) for sheet, found in read if found.choice is not None]
    if not fitting and failed:
        first = failed[0][1]
        return replace(base, status=first.status, message=first.message)
    said = [*(found.said for found in fitting), *(_hidden(sheet) for sheet in sheets), *carried(path, sheets)]
    for title, choice in failed:
        said.append(
            Text(f"工作表 {title} 未读入：{choice.message.zh}", f"sheet {title} was not read: {choice.message.en}")
        )
    if not fitting:
        said.append(Text("文件没有数据", "the file is empty"))
    readings = tuple(found.reading for found in fitting if found.reading is not None)
    asks = [ask for found in fitting for ask in found.asks]
    return decide(replace(base, sheets=readings, message=join(*said)), accept, asks)


def _hidden(sheet: Sheet) -> Text:
    """What was hidden and looked at all the same."""
    whole = Text(f"隐藏的工作表也已检查：{sheet.name}", f"a hidden sheet was looked at too: {sheet.name}")
    rows = Text(
        f"{sheet.name} 有 {sheet.hidden_rows} 个隐藏行，也已读入",
        f"{sheet.name}: {sheet.hidden_rows} hidden rows were read too",
    )
    return join(OK if sheet.visible else whole, rows if sheet.hidden_rows else OK)


def _head_of(sheet: Sheet, names: Sequence[str]) -> Head | None:
    """The header among the first lines; cells behind the last filled one do not count."""
    rows = [[text.strip() for text in json.loads(line)] for line in sheet.lines[:_FIRST_LINES]]
    return find_head([_cut(cells) for cells in rows], names, sheet.merged)


def _cut(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _read_sheet(sheet: Sheet, name: str, alone: bool, accept: Accept) -> _Read:
    names = (sheet.name, *names_of(name)) if not (alone and sheet.name == "table") else names_of(name)
    head = _head_of(sheet, names)
    if head is None:
        return _Read(None)
    layout = head.choice.layout
    if layout is None:
        return _Read(None, head.choice)
    fill = _to_fill(sheet, layout, head.body)
    reading = _body(sheet, layout, head.body, fill if accept else {})
    if dated := orders(layout, reading.rejects, json.loads):
        layout = in_order(layout, dated, accept)
        reading = _body(sheet, layout, head.body, fill if accept else {}) if layout.orders else reading
    asks = [*head.asks, *_merged(layout, fill), *(order.ask() for order in dated)]
    asks += asks_of(layout, reading, head.headers, json.loads) or second_head(_blocks(sheet, head.body), head.headers)
    asks += _aside(layout, reading)
    return _Read(reading, None, tuple(asks), notices(layout, reading, head.headers))


def _blocks(sheet: Sheet, start: int) -> Iterator[tuple[int, Sequence[str]]]:
    """The first line of each block of lines behind a blank one."""
    filled = (bool(line.strip(_BLANK_ROW)) for line in sheet.lines[start:])
    for number, (before, now) in enumerate(pairwise(filled), start + 2):
        if now and not before:
            yield number, sheet.cells(number)


def _aside(layout: Layout, reading: SheetReading) -> tuple[Text, ...]:
    """A question about texts right of the table, behind an empty column."""
    known = {*layout.places.values(), *layout.extra.values()}
    notes = [int(name.rpartition("_")[2]) - 1 for name in reading.unknown_columns if name not in layout.extra]
    apart = [place + 1 for place in notes if place > max(known) + 1]
    if not apart:
        return ()
    listed = "、".join(map(str, apart))
    return (Text(f"表右侧第 {listed} 列有表外文字", f"there are texts beside the table, in columns {listed}"),)


def _to_fill(sheet: Sheet, layout: Layout, start: int) -> dict[int, dict[int, int]]:
    """Place of a mapped column → row (from 0) of an empty merged cell below → row whose text it carries on."""
    places = set(layout.places.values())
    found: dict[int, dict[int, int]] = {}
    for top, left, bottom, _ in sheet.merged:
        if top >= start and bottom > top and left in places:
            rows = (
                row for row in range(top + 1, min(bottom + 1, len(sheet.lines))) if sheet.lines[row].strip(_BLANK_ROW)
            )
            if carried_on := dict.fromkeys(rows, top):
                found.setdefault(left, {}).update(carried_on)
    return found


def _merged(layout: Layout, fill: Mapping[int, Mapping[int, int]]) -> tuple[Text, ...]:
    """A question about merged cells: their text stands in the first row only."""
    columns = {place: column for column, place in layout.places.items()}
    if not fill:
        return ()
    zh = "、".join(f"{columns[place]} {len(rows)} 行" for place, rows in sorted(fill.items()))
    en = ", ".join(f"{columns[place]} {len(rows)} rows" for place, rows in sorted(fill.items()))
    return (
        Text(
            f"合并单元格只有首行有值，下面的行按首行填充：{zh}",
            f"merged cells are filled down from their first row: {en}",
        ),
    )


def _body(sheet: Sheet, layout: Layout, header: int, fill: Mapping[int, Mapping[int, int]]) -> SheetReading:
    tables, rejects, rows = [], [], 0
    for start in range(header, len(sheet.lines), _STEP):
        lines = sheet.lines[start : start + _STEP]
        parsed = json.loads(f"[{','.join(lines)}]")
        for place, rows_of in fill.items():
            for row, top in rows_of.items():
                if start <= row < start + len(parsed):
                    _put(parsed[row - start], place, sheet.cells(top + 1))
        read = [
            (start + i + 1, line, cells)
            for i, (line, cells) in enumerate(zip(lines, parsed, strict=True))
            if line.strip(_BLANK_ROW) or any(map(str.strip, cells))
        ]
        if not read:
            continue
        rows += len(read)
        kept = [line for _, line, _ in read]
        width = max(layout.width, max(len(cells) for _, _, cells in read))
        columns = zip(*(cells + [""] * (width - len(cells)) for _, _, cells in read), strict=True)
        block = Block(
            [pa.array(column, pa.string()) for column in columns],
            np.array([number for number, _, _ in read], dtype=np.int64),
            [sha256(line.encode()).hexdigest() for line in kept],
            kept.__getitem__,
            {p: [i for i, (n, _, _) in enumerate(read) if n - 1 in rows_of] for p, rows_of in fill.items()},
        )
        table, bad = type_rows(layout, block)
        tables.append(table)
        rejects += bad
    whole = pa.concat_tables(tables) if tables else schema(layout).empty_table()
    unknown = (*layout.extra, *unnamed(layout, whole))
    return SheetReading(sheet.name, rows, {layout.template.name: whole}, tuple(rejects), unknown)


def _put(cells: list[str], place: int, above: Sequence[str]) -> None:
    """Carry the text of a merged cell down into a row that it spans."""
    cells += [""] * (place + 1 - len(cells))
    if place < len(above) and not cells[place].strip():
        cells[place] = above[place]


@lru_cache(maxsize=4)
def _again(path: Path, changed_ns: int, size: int) -> tuple[Sheet, ...]:
    return sheets_of(path)


def sheet_row(
    path: Path, sheet: str | None, row: int, header_of: Callable[[Sheet], Sequence[str]] | None = None
) -> RawRow:
    """One row of a sheet again: header → text (header = first row that fits a template), and its JSON. LookupError."""
    for candidate in _again(path, path.stat().st_mtime_ns, path.stat().st_size):
        if candidate.name == sheet and 1 <= row <= len(candidate.lines):
            header = (header_of(candidate) if header_of else ()) or _header_cells(candidate)
            cells = candidate.cells(row)
            names = [header[i] if i < len(header) and header[i] else f"column_{i + 1}" for i in range(len(cells))]
            return RawRow(_numbered(names, cells), candidate.lines[row - 1].encode())
    raise LookupError(row)


def _header_cells(sheet: Sheet) -> tuple[str, ...]:
    head = _head_of(sheet, (sheet.name,))
    return head.headers if head else ()


def _numbered(names: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    out: dict[str, str] = {}
    for name, cell in zip(names, cells, strict=True):
        key, nth = name, 1
        while key in out:
            nth += 1
            key = f"{name}_{nth}"
        out[key] = cell
    return out
