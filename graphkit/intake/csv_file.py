"""Reading one delimited text file: encoding, delimiter, header, then block by block into typed tables."""

from __future__ import annotations

import csv
import mmap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from pathlib import Path, PurePosixPath

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from graphkit.errors import Text
from graphkit.intake.encoding import Encoding, sniff
from graphkit.intake.headers import Choice, Layout, choose
from graphkit.intake.reading import OK, FileReading, SheetReading, ask_if_many, join
from graphkit.intake.records import BLOCK, Dialect, Special, Split, split
from graphkit.intake.typed import Block, is_total_line, reject, schema, type_rows
from graphkit.types import Reject

_DELIMITERS = ",;\t|"
_TITLE_LINES = 5


@dataclass(frozen=True, slots=True)
class Opened:
    """A text file ready to read: `data` in an encoding whose line ends and delimiters are single bytes.

    `original`: the file's own encoding when `data` had to be transcoded (hashes are made of the file's own bytes).
    """

    data: bytes
    encoding: Encoding
    dialect: Dialect
    headers: tuple[str, ...]
    choice: Choice
    body: int
    body_line: int
    original: str | None = None

    def raw(self, record: bytes) -> bytes:
        """The record's bytes as they stand in the file."""
        return record.decode("utf-8").encode(self.original) if self.original else record

    def text(self, record: bytes) -> str:
        """The record as text; bytes that do not decode are shown as \\xNN."""
        return record.decode(self.dialect.encoding, "backslashreplace")


def open_text(path: Path, names: Sequence[str]) -> Opened:
    """Find encoding, delimiter, header line and template of a text file; `names` help to choose the template."""
    data = _map(path)
    encoding = sniff(data)
    original, start, data_encoding = None, encoding.skip, encoding.name
    if encoding.name.startswith("utf-16"):
        data, original = data[start:].decode(encoding.name, "replace").encode("utf-8", "replace"), encoding.name
        start, data_encoding = 0, "utf-8"
    head = _head(data, start, data_encoding)
    delimiter = _delimiter([text for text, _ in head])
    if delimiter == "|" and data_encoding == "gb18030" and encoding.strict:
        data, original, data_encoding = data[start:].decode("gb18030").encode(), "gb18030", "utf-8"
        start, head = 0, _head(data[start:].decode("gb18030").encode(), 0, "utf-8")
    headers, choice, body, body_line = _header(data, start, data_encoding, delimiter, names)
    dialect = Dialect(delimiter, data_encoding, len(headers), encoding.strict or original is not None)
    return Opened(data, encoding, dialect, headers, choice, body, body_line, original)


def _map(path: Path) -> bytes:
    with path.open("rb") as handle:
        if path.stat().st_size < BLOCK:
            return handle.read()
        return mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ)  # type: ignore[return-value]


def _head(data: bytes, start: int, encoding: str) -> list[tuple[str, int]]:
    """The first non-blank lines as (text, line number)."""
    lines = data[start : start + (1 << 16)].splitlines()
    texts = ((line.decode(encoding, "replace"), number) for number, line in enumerate(lines, 1))
    return [(text, number) for text, number in texts if text.strip()][: _TITLE_LINES + 1]


def _delimiter(lines: Sequence[str]) -> str:
    """The delimiter that cuts the first line with any of them into most cells; comma when there is none."""
    for line in lines:
        counts = {mark: len(next(csv.reader([line], delimiter=mark), [])) for mark in _DELIMITERS}
        best = max(counts, key=lambda mark: counts[mark])
        if counts[best] > 1:
            return best
    return ","


def _header(
    data: bytes, start: int, encoding: str, delimiter: str, names: Sequence[str]
) -> tuple[tuple[str, ...], Choice, int, int]:
    """(headers, choice of template, byte and line number behind the header); title lines above it are passed over."""
    first: tuple[tuple[str, ...], Choice, int, int] | None = None
    for nth, (cells, end, line) in enumerate(_records(data, start, encoding, delimiter)):
        filled = sum(1 for cell in cells if cell.strip())
        if not filled:
            continue
        found = (tuple(cells), choose(cells, names), end, line)
        if found[1].layout is not None:
            return found
        first = first or found
        if filled > 1 or nth >= _TITLE_LINES:
            break
    if first is None:
        return (), Choice(None, "ok", Text("文件没有数据", "the file is empty")), len(data), 1
    return found if found[1].status == "refused" or found[1].candidates else first


def _records(data: bytes, start: int, encoding: str, delimiter: str) -> Iterator[tuple[list[str], int, int]]:
    """The first records as (cells, byte behind it, number of the next line)."""
    lines = data[start : start + (1 << 16)].splitlines(True)
    texts = [line.decode(encoding, "replace") for line in lines]
    done = 0
    while done < len(lines):
        rows = csv.reader(texts[done:], delimiter=delimiter)
        cells = next(rows, [])
        done += max(1, rows.line_num)
        yield [cell.strip() for cell in cells], start + sum(map(len, lines[:done])), done + 1


def names_of(name: str) -> tuple[str, ...]:
    """The file's name without folder and suffix, and its folder's name: what may name the template."""
    path = PurePosixPath(name)
    return (path.stem,)


def read_csv(path: Path, name: str, accept: bool, loader: str, version: str, block: int = BLOCK) -> FileReading:
    """Read a delimited text file into one typed table; never raises for bad content."""
    data = _map(path)
    base = FileReading(path, name, sha256(data).hexdigest(), len(data), loader, version, None, "ok", OK, ())
    if not len(data):
        return replace(base, message=Text("文件没有数据", "the file is empty"))
    opened = open_text(path, names_of(name))
    base = replace(base, encoding=("utf-8-sig" if opened.encoding.skip == 3 else opened.encoding.name))
    if not opened.headers:
        return replace(base, message=opened.choice.message)
    layout = opened.choice.layout
    if opened.encoding.doubt and not accept:
        return replace(base, status="needs_decision", message=_doubt(opened))
    if layout is None:
        return replace(base, status=opened.choice.status, message=opened.choice.message)
    sheet = _read_body(opened, layout, block)
    return ask_if_many(replace(base, sheets=(sheet,), message=notices(layout, sheet, opened.headers)), accept)


def _doubt(opened: Opened) -> Text:
    sample = next((h for h in opened.headers if not h.isascii()), "")
    if not sample:
        sample = opened.data[opened.body : opened.body + 60].decode("gb18030", "replace")
    other = sample.encode("gb18030", "replace").decode("big5hkscs", "replace")
    return Text(
        f"文件可能是 Big5 而不是 GB18030：「{sample}」或「{other}」。请转存为 UTF-8，或用 load --accept 按 GB18030 读取",
        f"the file may be Big5, not GB18030: {sample!r} or {other!r}; save it as UTF-8, or read it as GB18030 with --accept",
    )


def notices(layout: Layout, sheet: SheetReading, headers: Sequence[str]) -> Text:
    """What a reader should know about a file that was read: units, unknown and repeated columns, no rows."""
    found = []
    if not sheet.rows_read:
        found.append(Text("只有表头，没有数据", "header only, no rows"))
    if layout.fen:
        names = "、".join(f"{column}×{fen // 100}元" for column, fen in layout.fen.items())
        found.append(Text(f"按表头单位读取：{names}", f"units read from the header: {', '.join(layout.fen)}"))
    if layout.extra:
        shown = list(layout.extra)
        found.append(Text(f"模板以外的列原样保留：{'、'.join(shown)}", f"columns kept as extra: {', '.join(shown)}"))
    doubles = sorted({h for h in headers if h.strip() and list(headers).count(h) > 1})
    if doubles:
        found.append(
            Text(
                f"重复的表头，取第一列：{'、'.join(doubles)}",
                f"repeated headers, the first counts: {', '.join(doubles)}",
            )
        )
    return join(*found)


def _read_body(opened: Opened, layout: Layout, block: int) -> SheetReading:
    tables, rejects, rows = [], [], 0
    for part in split(opened.data, opened.dialect, opened.body, opened.body_line, block):
        texts, bad = _texts(opened, part)
        rows += len(texts.rows) + len(bad)
        table, more = type_rows(layout, texts) if len(texts.rows) else (schema(layout).empty_table(), [])
        tables.append(table)
        rejects += bad + more
    table = pa.concat_tables(tables) if tables else schema(layout).empty_table()
    rejects.sort(key=lambda r: r.row)
    return SheetReading(None, rows, {layout.template.name: table}, tuple(rejects), tuple(layout.extra))


def _texts(opened: Opened, part: Split) -> tuple[Block, list[Reject]]:
    """The readable records of a block as columns of texts in file order, and the unreadable ones."""
    lines = part.lines
    good = [special for special in part.special if special.reason is None]
    bad = [_unreadable(opened, part, special) for special in part.special if special.reason is not None]
    plain = [lines[i] for i in part.plain]
    columns = _plain_columns(plain, opened.dialect)
    records: list[bytes] = plain
    index = np.array(part.plain, dtype=np.int64)
    if good:
        extra = zip(*(special.cells or () for special in good), strict=True)
        columns = [pa.concat_arrays([a, pa.array(b, pa.string())]) for a, b in zip(columns, extra, strict=True)]
        records = plain + [special.raw for special in good]
        index = np.concatenate([index, np.array([special.index for special in good], dtype=np.int64)])
        order = np.argsort(index, kind="stable")
        columns = [column.take(pa.array(order)) for column in columns]
        records, index = [records[i] for i in order], index[order]
    if opened.original:
        hashes = [sha256(opened.raw(record)).hexdigest() for record in records]
    else:
        hashes = [sha256(record).hexdigest() for record in records]
    return Block(columns, index + part.first, hashes, partial(_raw, opened, records)), bad


def _raw(opened: Opened, records: Sequence[bytes], row: int) -> str:
    return opened.text(records[row])


def _unreadable(opened: Opened, part: Split, special: Special) -> Reject:
    reason = special.reason or "quote"
    if reason == "columns" and special.cells and is_total_line(special.cells):
        reason = "total-line"
    return reject(part.first + special.index, reason, opened.text(special.raw))


def _plain_columns(lines: Sequence[bytes], dialect: Dialect) -> list[pa.Array]:
    names = [str(i) for i in range(dialect.width)]
    if not lines:
        return [pa.array([], pa.string()) for _ in names]
    joined = b"\n".join(lines) + b"\n"
    if dialect.encoding != "utf-8":
        joined = joined.decode(dialect.encoding).encode()
    if dialect.width == 1:
        return [pa.array(joined.decode().split("\n")[:-1], pa.string())]
    table = pa_csv.read_csv(
        pa.py_buffer(joined),
        read_options=pa_csv.ReadOptions(use_threads=False, block_size=len(joined) + 1, column_names=names),
        parse_options=pa_csv.ParseOptions(delimiter=dialect.delimiter, quote_char=False),
        convert_options=pa_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, quoted_strings_can_be_null=False
        ),
    )
    return [column.combine_chunks() for column in table.columns]
