"""Reading spreadsheets (xlsx, xlsb, xls, ods) and HTML tables called .xls."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryFile

import numpy as np
import pyarrow as pa

from graphkit.errors import InputRefused, Text
from graphkit.intake.headers import Choice, Layout, choose
from graphkit.intake.html_table import html_rows
from graphkit.intake.loader import RawRow
from graphkit.intake.notices import names_of, notices
from graphkit.intake.reading import OK, FileReading, SheetReading, ask_if_many, join
from graphkit.intake.typed import Block, schema, type_rows

_TIMEOUT_S = 600
_HEADER_ROWS = 6
_STEP = 50_000
_BLANK_ROW = '[]", '
MAX_EXPANDED = 2 << 30
MAX_RATIO = 100
MAX_ENTRIES = 10_000

_SENTENCES = {
    "far-cell": Text(
        "有一个单元格远在数据之外（空白区域过大），请删除多余的行列后另存",
        "a cell lies far outside the data; delete the empty rows and columns and save again",
    ),
    "encrypted": Text("文件有密码保护，请取消密码后另存", "the file is protected by a password; save it without one"),
    "unreadable": Text("表格文件损坏或不完整，请重新导出", "the spreadsheet is damaged or incomplete; export it again"),
    "resource-limit": Text(
        "读取表格超出内存限制，请拆分文件或另存为 CSV",
        "reading the spreadsheet took too much memory; split it or save it as CSV",
    ),
    "expands-too-much": Text("压缩文件展开后过大，拒绝读取", "the file expands too much and was not opened"),
    "time": Text("读取表格超过 10 分钟，请拆分文件", "reading the spreadsheet took over 10 minutes; split the file"),
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet as texts: `lines[i]` is the JSON array of the cells of row i + 1."""

    name: str
    visible: bool
    lines: tuple[str, ...]

    def cells(self, row: int) -> list[str]:
        """The cell texts of a row, counted from 1."""
        return json.loads(self.lines[row - 1])  # type: ignore[no-any-return]


def sheets_of(path: Path) -> tuple[Sheet, ...]:
    """All sheets as texts. InputRefused (`far-cell`, `encrypted`, `unreadable`, `resource-limit` …) when unreadable."""
    with path.open("rb") as handle:
        head = handle.read(1 << 12)
    if not head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return (Sheet("table", True, tuple(map(_line, html_rows(path.read_bytes())))),)
    if head.startswith(b"\xd0\xcf") and "EncryptedPackage".encode("utf-16-le") in path.read_bytes():
        raise _refusal("encrypted")
    if zipfile.is_zipfile(path):
        _check_zip(path)
    return _in_child(path)


def _in_child(path: Path) -> tuple[Sheet, ...]:
    command = [sys.executable, "-m", "graphkit.intake.sheet_child", str(path)]
    with TemporaryFile() as out:
        try:
            done = subprocess.run(command, stdout=out, stderr=subprocess.DEVNULL, timeout=_TIMEOUT_S, check=False)  # noqa: S603
        except subprocess.TimeoutExpired as error:
            raise _refusal("time") from error
        out.seek(0)
        return _parse(out.read().decode("utf-8", "replace").split("\n"), done.returncode)


def _line(cells: list[str]) -> str:
    return json.dumps(cells, ensure_ascii=False, separators=(",", ":"))


def _refusal(code: str, detail: str = "") -> InputRefused:
    text = _SENTENCES[code]
    extra = f"（{detail}）" if detail else ""
    return InputRefused(code, Text(text.zh + extra, text.en + (f" ({detail})" if detail else "")))


def _check_zip(path: Path) -> None:
    with zipfile.ZipFile(path) as book:
        entries = book.infolist()
    expanded, packed = sum(e.file_size for e in entries), max(1, path.stat().st_size)
    if (
        len(entries) > MAX_ENTRIES
        or expanded > MAX_EXPANDED
        or (expanded > 100 << 20 and expanded > MAX_RATIO * packed)
    ):
        raise _refusal("expands-too-much")


def _parse(lines: Sequence[str], status: int) -> tuple[Sheet, ...]:
    found: list[tuple[str, bool, list[str]]] = []
    for line in lines:
        if line.startswith("["):
            found[-1][2].append(line)
        elif line.startswith("{"):
            head = json.loads(line)
            if "error" in head:
                raise _refusal(head["error"], head["detail"])
            found.append((head["sheet"], head["visible"] == "visible", []))
    if status:
        raise _refusal("resource-limit")
    return tuple(Sheet(name, visible, tuple(rows)) for name, visible, rows in found)


def read_sheets(path: Path, name: str, accept: bool, loader: str, version: str) -> FileReading:
    """Read every sheet that fits a template; the others are named in the message. Never raises for bad content."""
    digest, size = sha256(path.read_bytes()).hexdigest(), path.stat().st_size
    base = FileReading(path, name, digest, size, loader, version, None, "ok", OK, ())
    try:
        sheets = sheets_of(path)
    except InputRefused as error:
        return replace(base, status="refused", message=error.message)
    readings, said, failed = [], [], []
    for sheet in sheets:
        reading, choice, note = _read_sheet(sheet, name, len(sheets) == 1)
        if reading is not None:
            readings.append(reading)
            said.append(note)
        elif choice is not None:
            failed.append((sheet.name, choice))
        if not sheet.visible:
            said.append(Text(f"隐藏的工作表也已检查：{sheet.name}", f"a hidden sheet was looked at too: {sheet.name}"))
    if not readings and failed:
        first = failed[0][1]
        return replace(base, status=first.status, message=first.message)
    for title, choice in failed:
        said.append(
            Text(f"工作表 {title} 未读入：{choice.message.zh}", f"sheet {title} was not read: {choice.message.en}")
        )
    if not readings:
        said.append(Text("文件没有数据", "the file is empty"))
    return ask_if_many(replace(base, sheets=tuple(readings), message=join(*said)), accept)


def _read_sheet(sheet: Sheet, name: str, alone: bool) -> tuple[SheetReading | None, Choice | None, Text]:
    """(reading, None, notices), or (None, why not, …); both None for an empty sheet."""
    names = (sheet.name, *names_of(name)) if not (alone and sheet.name == "table") else names_of(name)
    first: Choice | None = None
    tried = 0
    for row, line in enumerate(sheet.lines, 1):
        cells = [text.strip() for text in json.loads(line)]
        if not any(cells):
            continue
        while cells and not cells[-1]:
            cells.pop()
        choice = choose(cells, names)
        if choice.layout is not None:
            reading = _body(sheet, choice.layout, row)
            return reading, None, notices(choice.layout, reading, cells)
        first = choice if first is None or choice.status == "refused" else first
        tried += 1
        if tried == _HEADER_ROWS:
            break
    return None, first, OK


def _body(sheet: Sheet, layout: Layout, header: int) -> SheetReading:
    tables, rejects, rows = [], [], 0
    for start in range(header, len(sheet.lines), _STEP):
        lines = sheet.lines[start : start + _STEP]
        parsed = json.loads(f"[{','.join(lines)}]")
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
        )
        table, bad = type_rows(layout, block)
        tables.append(table)
        rejects += bad
    whole = pa.concat_tables(tables) if tables else schema(layout).empty_table()
    return SheetReading(sheet.name, rows, {layout.template.name: whole}, tuple(rejects), tuple(layout.extra))


@lru_cache(maxsize=4)
def _again(path: Path, changed_ns: int, size: int) -> tuple[Sheet, ...]:
    return sheets_of(path)


def sheet_row(path: Path, sheet: str | None, row: int) -> RawRow:
    """One row of a sheet again: header → text (header = first row that fits a template), and its JSON. LookupError."""
    for candidate in _again(path, path.stat().st_mtime_ns, path.stat().st_size):
        if candidate.name == sheet and 1 <= row <= len(candidate.lines):
            header = _header_cells(candidate)
            cells = candidate.cells(row)
            names = [header[i] if i < len(header) and header[i] else f"column_{i + 1}" for i in range(len(cells))]
            return RawRow(_numbered(names, cells), candidate.lines[row - 1].encode())
    raise LookupError(row)


def _header_cells(sheet: Sheet) -> list[str]:
    filled = [cells for cells in map(json.loads, sheet.lines[:_HEADER_ROWS]) if any(map(str.strip, cells))]
    stripped = [[text.strip() for text in cells] for cells in filled]
    return next((cells for cells in stripped if choose(cells, (sheet.name,)).layout), stripped[0] if stripped else [])


def _numbered(names: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    out: dict[str, str] = {}
    for name, cell in zip(names, cells, strict=True):
        key, nth = name, 1
        while key in out:
            nth += 1
            key = f"{name}_{nth}"
        out[key] = cell
    return out
