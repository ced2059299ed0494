"""Texts of whole rows → one typed table and the rows that must be quarantined."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graphkit.intake.flags import flag_rows
from graphkit.intake.headers import Layout
from graphkit.intake.kinds import arrow_type, read_column
from graphkit.types import Reject
from graphkit.values.clean import strip
from graphkit.values.reasons import message

_TOTAL = re.compile(
    r"(合\s*计|小\s*计|总\s*计|共\s*计|累\s*计|本页合计|制\s*表|填\s*表|审\s*核|复\s*核|打\s*印|填报|单位负责人|备\s*注\s*[:：]|注\s*[:：]|说\s*明\s*[:：]"
    r"|(sub|grand )?total\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Block:
    """Rows as texts: `cells[i]` is column i of the header, `rows` their numbers, `raw(i)` the i-th record as text.

    `filled`: place of a column → rows whose cell was filled down from a merged one, by decision.
    """

    cells: Sequence[pa.Array]
    rows: np.ndarray
    hashes: Sequence[str]
    raw: Callable[[int], str]
    filled: Mapping[int, Sequence[int]] = field(default_factory=dict)


def is_total_line(cells: Sequence[str]) -> bool:
    """True when the first filled cell is 合计, 小计, 制表人 …"""
    first = next((text for text in map(strip, cells) if text), "")
    return _TOTAL.match(first) is not None


def reject(row: int, reason: str, raw: str, column: str | None = None, cell: str | None = None) -> Reject:
    """A quarantined row with its sentence in both languages."""
    text = message(reason, column, cell)
    return Reject(row, column, reason, text.zh, text.en, raw)


def schema(layout: Layout) -> pa.Schema:
    """The typed table's columns: `_row`, `_row_sha256`, `_extra`, `_notes`, then the template's present columns."""
    fields = [("_row", pa.int64()), ("_row_sha256", pa.string()), ("_extra", pa.string()), ("_notes", pa.string())]
    for column in layout.template.columns:
        if column.name in layout.places:
            fields.append((column.name, arrow_type(column)))
            if column.kind == "code":
                fields.append((f"{column.name}_text", pa.string()))
    return pa.schema(fields)


def type_rows(layout: Layout, block: Block) -> tuple[pa.Table, list[Reject]]:
    """Read every mapped column; a row with a cell that cannot be read, or an empty required one, is quarantined.

    The first bad cell in file order gives the reason.
    """
    size = len(block.rows)
    bad: dict[int, tuple[str, str]] = {}
    notes: dict[int, dict[str, str]] = {}
    values: dict[str, pa.Array] = {}
    for name, place in layout.places.items():
        column = layout.template.column(name)
        read = read_column(block.cells[place], column, layout.fen.get(name, 100), layout.orders.get(name))
        values[name] = read.values
        for row, reason in read.reasons.items():
            bad.setdefault(row, (name, reason))
        if column.required and read.values.null_count:
            for row in pc.indices_nonzero(read.values.is_null()).to_pylist():
                bad.setdefault(row, (name, "required"))
        for row, note in read.notes.items():
            notes.setdefault(row, {})[name] = note
        for row in block.filled.get(place, ()):
            notes.setdefault(row, {})[name] = "filled"
        if column.kind == "code":
            values[f"{name}_text"] = _wording(block.cells[place])
    flag_rows(layout.template.name, values, notes)
    values["_row"] = pa.array(block.rows, pa.int64())
    values["_row_sha256"] = pa.array(block.hashes, pa.string())
    values["_extra"] = _extra(layout, block, size)
    values["_notes"] = _notes(notes, size)
    plan = schema(layout)
    table = pa.table([values[name] for name in plan.names], schema=plan)
    if not bad:
        return table, []
    keep = np.ones(size, dtype=bool)
    keep[list(bad)] = False
    return table.filter(pa.array(keep)), [_reject(layout, block, row, *bad[row]) for row in sorted(bad)]


def _reject(layout: Layout, block: Block, row: int, name: str, reason: str) -> Reject:
    number, raw = int(block.rows[row]), block.raw(row)
    if is_total_line([column[row].as_py() for column in block.cells]):
        return reject(number, "total-line", raw)
    cell = block.cells[layout.places[name]][row].as_py()
    return reject(number, reason, raw, name, cell or None)


def _wording(texts: pa.Array) -> pa.Array:
    trimmed = pc.utf8_trim_whitespace(texts)
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)


def _extra(layout: Layout, block: Block, size: int) -> pa.Array:
    """Cells that no column of the template takes, as JSON; those without a header as `column_3` when they hold text."""
    named = {name: block.cells[place] for name, place in layout.extra.items()}
    if not any(pc.any(pc.not_equal(column, "")).as_py() for column in named.values() if len(column)):
        named = {}
    taken = {*layout.places.values(), *layout.extra.values()}
    for place in (place for place in range(len(block.cells)) if place not in taken):
        if pc.any(pc.not_equal(pc.utf8_trim_whitespace(block.cells[place]), "")).as_py():
            named[_unnamed(place)] = block.cells[place]
    if not named:
        return pa.nulls(size, pa.string())
    rows = zip(*(column.to_pylist() for column in named.values()), strict=True)
    filled = ({n: t for n, t in zip(named, row, strict=True) if t} for row in rows)
    return pa.array([json.dumps(cells, ensure_ascii=False) if cells else None for cells in filled], pa.string())


def _unnamed(place: int) -> str:
    return f"column_{place + 1}"


def unnamed(layout: Layout, table: pa.Table) -> tuple[str, ...]:
    """The columns without a header that hold text somewhere."""
    texts = table.column("_extra").drop_null()
    likely = texts.filter(pc.match_substring(texts, '"column_')).unique()
    names = {name for text in likely.to_pylist() for name in json.loads(text)} - layout.extra.keys()
    return tuple(sorted(names, key=lambda name: int(name.rpartition("_")[2])))


def _notes(notes: dict[int, dict[str, str]], size: int) -> pa.Array:
    if not notes:
        return pa.nulls(size, pa.string())
    texts: list[str | None] = [None] * size
    known: dict[tuple[tuple[str, str], ...], str] = {}
    for row, flags in notes.items():
        key = tuple(flags.items())
        if key not in known:
            known[key] = json.dumps(flags, ensure_ascii=False)
        texts[row] = known[key]
    return pa.array(texts, pa.string())
