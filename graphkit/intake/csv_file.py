"""Reading one delimited text file, block by block, into typed tables."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from hashlib import sha256
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from graphkit.errors import Text
from graphkit.intake.csv_open import Opened, map_file, open_text
from graphkit.intake.doubts import asks_of, in_order, orders
from graphkit.intake.headers import Layout
from graphkit.intake.notices import names_of, notices
from graphkit.intake.reading import OK, Accept, FileReading, SheetReading, decide, join
from graphkit.intake.records import BLOCK, Dialect, Special, Split, split
from graphkit.intake.typed import Block, is_total_line, reject, schema, type_rows, unnamed
from graphkit.types import Reject


def read_csv(path: Path, name: str, accept: Accept, loader: str, version: str, block: int = BLOCK) -> FileReading:
    """Read a delimited text file into one typed table; never raises for bad content."""
    data = map_file(path)
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
    cells_of = partial(_cells_of, delimiter=opened.dialect.delimiter)
    sheet = _read_body(opened, layout, block)
    if dated := orders(layout, sheet.rejects, cells_of):
        layout = in_order(layout, dated, accept)
        sheet = _read_body(opened, layout, block) if layout.orders else sheet
    asks = [*opened.asks, *(order.ask() for order in dated), *asks_of(layout, sheet, opened.headers, cells_of)]
    message = join(_delimited(opened), notices(layout, sheet, opened.headers))
    return decide(replace(base, sheets=(sheet,), message=message), accept, asks)


def _cells_of(raw: str, delimiter: str) -> list[str]:
    return next(csv.reader([raw], delimiter=delimiter), [])


def _delimited(opened: Opened) -> Text:
    """What cuts the cells, where it is no comma."""
    if (mark := opened.dialect.delimiter) == ",":
        return OK
    shown = {"\t": "Tab"}.get(mark, mark)
    return Text(f"分隔符为「{shown}」", f"cells are cut at {shown!r}")


def _doubt(opened: Opened) -> Text:
    sample = next((h for h in opened.headers if not h.isascii()), "")
    if not sample:
        sample = opened.data[opened.body : opened.body + 60].decode("gb18030", "replace")
    other = sample.encode("gb18030", "replace").decode("big5hkscs", "replace")
    return Text(
        f"文件可能是 Big5 而不是 GB18030：「{sample}」或「{other}」。请转存为 UTF-8，或用 load --accept 按 GB18030 读取",
        f"the file may be Big5, not GB18030: {sample!r} or {other!r}; save it as UTF-8, or read it as GB18030 with --accept",
    )


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
    unknown = (*layout.extra, *unnamed(layout, table))
    return SheetReading(None, rows, {layout.template.name: table}, tuple(rejects), unknown)


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
