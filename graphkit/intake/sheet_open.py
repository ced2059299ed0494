"""Opening a spreadsheet: what may be opened at all, the texts of its sheets, and what else it carries."""

from __future__ import annotations

import json
import re
import struct
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

from graphkit.errors import InputRefused, Text
from graphkit.intake.html_table import html_rows

_TIMEOUT_S = 600
MAX_EXPANDED = 2 << 30
MAX_RATIO = 100
MAX_ENTRIES = 10_000
_OLE = b"\xd0\xcf\x11\xe0"
_STALE = re.compile(rb"<calcPr[^>]*\b(fullCalcOnLoad=\"(1|true)\"|calcCompleted=\"(0|false)\")")

_SENTENCES = {
    "far-cell": Text(
        "有一个单元格远在数据之外（空白区域过大），请删除多余的行列后另存",
        "a cell lies far outside the data; delete the empty rows and columns and save again",
    ),
    "encrypted": Text("文件有密码保护，请取消密码后另存", "the file is protected by a password; save it without one"),
    "unreadable": Text("表格文件损坏或不完整，请重新导出", "the spreadsheet is damaged or incomplete; export it again"),
    "resource-limit": Text(
        "读取表格时中断：文件已损坏，或超出内存限制；请重新导出，或拆分、另存为 CSV",
        "the reader broke off: the spreadsheet is damaged or needs too much memory; export it again, split it, or save it as CSV",
    ),
    "expands-too-much": Text("压缩文件展开后过大，拒绝读取", "the file expands too much and was not opened"),
    "time": Text("读取表格超过 10 分钟，请拆分文件", "reading the spreadsheet took over 10 minutes; split the file"),
}
_CARRIED = (
    ("vbaProject.bin", Text("文件含有宏，未运行", "the file holds macros; none was run")),
    ("/embeddings/", Text("文件含有嵌入对象，未打开", "the file holds embedded objects; none was opened")),
    (
        "/externalLinks/",
        Text("文件引用外部文件，未读取，单元格为其缓存值", "the file refers to other files; none was fetched"),
    ),
    ("/connections.xml", Text("文件含有外部数据连接，未连接", "the file holds data connections; none was made")),
)
_STALE_TEXT = Text(
    "公式结果可能已过时（文件要求重新计算）", "results of formulas may be stale: the file asks for a new computation"
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet as texts: `lines[i]` is the JSON array of the cells of row i + 1.

    `merged`: ranges as (first row, first column, last row, last column), counted from 0. `hidden_rows`, `formulas`: how
    many of them (xlsx only).
    """

    name: str
    visible: bool
    lines: tuple[str, ...]
    merged: tuple[tuple[int, int, int, int], ...] = ()
    hidden_rows: int = 0
    formulas: int = 0

    def cells(self, row: int) -> list[str]:
        """The cell texts of a row, counted from 1."""
        return json.loads(self.lines[row - 1])  # type: ignore[no-any-return]


def sheets_of(path: Path) -> tuple[Sheet, ...]:
    """All sheets as texts. InputRefused (`far-cell`, `encrypted`, `unreadable`, `resource-limit` …) when unreadable."""
    with path.open("rb") as handle:
        head = handle.read(1 << 12)
    if not head.startswith((b"PK\x03\x04", _OLE)):
        return (Sheet("table", True, tuple(map(_line, html_rows(path.read_bytes())))),)
    if head.startswith(_OLE) and "EncryptedPackage".encode("utf-16-le") in path.read_bytes():
        raise _refusal("encrypted")
    if zipfile.is_zipfile(path):
        _check_zip(path)
    return _in_child(path)


def carried(path: Path, sheets: Sequence[Sheet]) -> tuple[Text, ...]:
    """What a workbook carries besides cells: macros, embedded objects, links, formulas that want to be computed anew."""
    if not zipfile.is_zipfile(path):
        return ()
    with zipfile.ZipFile(path) as book:
        names = book.namelist()
        found = [text for part, text in _CARRIED if any(part in f"/{name}" for name in names)]
        if "xl/workbook.xml" in names and any(sheet.formulas for sheet in sheets):
            with book.open("xl/workbook.xml") as handle:
                if _STALE.search(handle.read(1 << 20)):
                    found.append(_STALE_TEXT)
    return tuple(found)


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
    try:
        with zipfile.ZipFile(path) as book:
            entries = book.infolist()
    except (zipfile.BadZipFile, struct.error, NotImplementedError, ValueError, OSError) as error:
        raise _refusal("unreadable", str(error)[:200]) from error
    expanded, packed = sum(e.file_size for e in entries), max(1, path.stat().st_size)
    if (
        len(entries) > MAX_ENTRIES
        or expanded > MAX_EXPANDED
        or (expanded > 100 << 20 and expanded > MAX_RATIO * packed)
    ):
        raise _refusal("expands-too-much")


def _parse(lines: Sequence[str], status: int) -> tuple[Sheet, ...]:
    found: list[tuple[dict[str, object], list[str]]] = []
    for line in lines:
        if line.startswith("["):
            found[-1][1].append(line)
        elif line.startswith("{"):
            head = json.loads(line)
            if "error" in head:
                raise _refusal(head["error"], head["detail"])
            found.append((head, []))
    if status:
        raise _refusal("resource-limit")
    return tuple(_sheet(head, rows) for head, rows in found)


def _sheet(head: dict[str, object], rows: Sequence[str]) -> Sheet:
    merged = head["merged"] if isinstance(head["merged"], list) else []
    spans = tuple((int(a), int(b), int(c), int(d)) for a, b, c, d in merged)
    counts = (int(str(head["hidden_rows"])), int(str(head["formulas"])))
    return Sheet(str(head["sheet"]), head["visible"] == "visible", tuple(rows), spans, *counts)
