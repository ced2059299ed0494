"""From typed rows to Parquet parts: canonical row keys, the row reference `_src`, one file per sheet and template."""

from __future__ import annotations

import itertools
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from graphkit.db import storage_guard
from graphkit.records.columns import OWN, arrow_types, kinds
from graphkit.records.originals import hash_file

_SEPARATOR = "\x1f"
_TEXT_OWN = ("_row_sha256", "_notes", "_extra")


@dataclass(frozen=True, slots=True)
class Part:
    """One staged Parquet file; `path` is absolute, `columns` have at least one value.

    `overlaps`: shares a row with another part; known when the whole load is staged.
    """

    part_no: int
    sheet_no: int
    sheet: str | None
    template: str
    path: Path
    sha256: str
    size: int
    rows: int
    columns: tuple[str, ...]
    overlaps: bool = False


def row_keys(con: duckdb.DuckDBPyConnection, template: str, tables: Sequence[pa.Table]) -> list[pa.ChunkedArray]:
    """The `_key` column of each table: 32 hex of MD5 over the row's values, and an occurrence number.

    Absent columns count as empty, so column order, encoding and file never matter. Equal rows of one file (its sheets
    in order) are numbered, so that two true equal rows stay two and the same two in another file are the same.
    `con` is any connection; nothing stays registered on it.
    """
    hashes = []
    for table in tables:
        con.register("read", table)
        hashed = con.sql(f"SELECT md5({_canonical(template, table)}) AS h FROM read")  # noqa: S608
        hashes.append(hashed.to_arrow_table().column(0))
        con.unregister("read")
    together = pa.chunked_array([chunk for column in hashes for chunk in column.chunks], pa.string())
    if _may_repeat(together):
        con.register("hashed", pa.table({"h": together, "pos": pa.array(np.arange(len(together)))}))
        numbered = con.sql(
            """SELECT CASE WHEN n > 1 THEN md5(h || '#' || n) ELSE h END AS k FROM (
                   SELECT h, pos, row_number() OVER (PARTITION BY h ORDER BY pos) AS n FROM hashed) ORDER BY pos"""
        )
        together = numbered.to_arrow_table().column(0)
        con.unregister("hashed")
    ends = np.cumsum([0, *(len(column) for column in hashes)])
    return [together.slice(start, end - start) for start, end in itertools.pairwise(ends)]


def _canonical(template: str, table: pa.Table) -> str:
    """SQL text of a row: separator, name, `=`, value of each column that has one; of an unknown code, its wording.

    A separator inside a value is escaped. (Looking for one first is much cheaper than escaping everywhere.)
    """
    present = set(table.column_names)
    pieces = []
    for name in sorted(n for n in kinds()[template] if n in present):
        value = _escaped(table, name)
        if f"{name}_text" in present:
            value = f"coalesce({value}, '?' || {_escaped(table, f'{name}_text')})"
        pieces.append(f"'{_SEPARATOR}{name}=' || {value}")
    return f"concat({', '.join(pieces)})" if pieces else "''"


def _escaped(table: pa.Table, name: str) -> str:
    column = table.column(name)
    if pa.types.is_string(column.type) and pc.any(pc.match_substring(column, _SEPARATOR)).as_py():
        return f"""replace("{name}", '{_SEPARATOR}', '{_SEPARATOR}!')"""
    return f'"{name}"::VARCHAR'


def _may_repeat(hashes: pa.ChunkedArray) -> bool:
    """False when all 32-digit hashes differ; true when some are equal, or (rarely) their first halves collide."""
    digits = hashes.cast(pa.binary()).cast(pa.binary(32)).combine_chunks()
    words = np.frombuffer(digits.buffers()[1], np.uint64, len(digits) * 4, digits.offset * 32).reshape(-1, 4)
    mixed = np.sort(words[:, 0] * np.uint64(0x9E3779B97F4A7C15) + words[:, 1])
    return bool((mixed[1:] == mixed[:-1]).any())


ROW_GROUP = 16_384
"""Rows of a part that are read together: several at once by several threads, and few for one row looked up."""


def write_part(
    folder: Path,
    name: str,
    part_no: int,
    sheet_no: int,
    sheet: str | None,
    template: str,
    table: pa.Table,
    key: pa.ChunkedArray,
) -> Part:
    """Write a part as `folder/name` (zstd): temporary name, fsync, rename. Columns without any value are left out.

    Raises `LimitReached` when the disk is full; nothing then stands under the final name.
    """
    rows = table.column("_row").to_numpy().astype(np.int64)
    columns: dict[str, pa.ChunkedArray | pa.Array] = {"_src": pa.array(rows | (part_no << 32)), "_key": key}
    types = {**arrow_types(template), **{own: OWN[own] for own in _TEXT_OWN}}
    for column, arrow in types.items():
        if column in table.column_names and table.column(column).null_count < len(table):
            columns[column] = table.column(column).cast(arrow)
    stored = pa.table(columns)
    path, draft = folder / name, folder / f".{name}.tmp"
    plain = [c for c in stored.column_names if c not in ("_src", "_key", "_row_sha256")]
    with storage_guard(folder):
        folder.mkdir(parents=True, exist_ok=True)
        try:
            with draft.open("wb") as handle:
                pq.write_table(
                    stored, handle, ROW_GROUP, compression="zstd", use_dictionary=plain, write_statistics=["_src"]
                )
                handle.flush()
                os.fsync(handle.fileno())
            draft.rename(path)
        finally:
            draft.unlink(missing_ok=True)
    sha256, size = hash_file(path)
    named = tuple(c for c in stored.column_names if c not in ("_src", "_key", "_row_sha256"))
    return Part(part_no, sheet_no, sheet, template, path, sha256, size, len(stored), named)
