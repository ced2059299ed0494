"""From typed rows to Parquet parts: canonical row keys, the row reference `_src`, one file per sheet and template."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from graphkit.db import storage_guard
from graphkit.records.columns import OWN, arrow_types, kinds
from graphkit.records.originals import hash_file

_TEXT_OWN = ("_row_sha256", "_notes", "_extra")


@dataclass(frozen=True, slots=True)
class Part:
    """One staged Parquet file; `path` is absolute, `columns` have at least one value."""

    part_no: int
    sheet_no: int
    sheet: str | None
    template: str
    path: Path
    sha256: str
    size: int
    rows: int
    columns: tuple[str, ...]
    overlaps: bool


def row_keys(template: str, tables: Sequence[pa.Table]) -> list[pa.ChunkedArray]:
    """The `_key` column of each table: 32 hex of MD5 over the row's values, and an occurrence number.

    Absent columns count as empty, so column order, encoding and file never matter. Equal rows of one file (its sheets
    in order) are numbered, so that two true equal rows stay two and the same two in another file are the same.
    """
    con = duckdb.connect()
    try:
        selects = []
        for number, table in enumerate(tables):
            con.register(f"t{number}", table.append_column("_pos", pa.array(np.arange(len(table)))))
            selects.append(f"SELECT {number} AS p, _pos, md5({_canonical(template, table)}) AS h FROM t{number}")  # noqa: S608
        con.execute(f"CREATE TEMP TABLE hashed AS {' UNION ALL '.join(selects)}")
        con.execute("CREATE TEMP TABLE twice AS SELECT h FROM hashed GROUP BY h HAVING count(*) > 1")
        con.execute(
            """CREATE TEMP TABLE numbered AS SELECT p, _pos, h, row_number() OVER (PARTITION BY h ORDER BY p, _pos) AS n
               FROM hashed WHERE h IN (SELECT h FROM twice)"""
        )
        return [
            con.sql(
                f"""SELECT CASE WHEN n > 1 THEN md5(a.h || '#' || n) ELSE a.h END AS k
                    FROM (SELECT _pos, h FROM hashed WHERE p = {number}) a
                    LEFT JOIN (SELECT _pos, n FROM numbered WHERE p = {number}) b USING (_pos) ORDER BY _pos"""  # noqa: S608
            )
            .to_arrow_table()
            .column("k")
            for number in range(len(tables))
        ]
    finally:
        con.close()


def _canonical(template: str, table: pa.Table) -> str:
    """SQL text of a row: `name=length:value` of each column that has a value; of a code nobody knows, its wording."""
    present = set(table.column_names)
    pieces = []
    for name in sorted(n for n in kinds()[template] if n in present):
        value = f'"{name}"::VARCHAR'
        if f"{name}_text" in present:
            value = f"""coalesce({value}, '?' || "{name}_text"::VARCHAR)"""
        pieces.append(f"'{name}=' || strlen({value}) || ':' || {value}")
    return f"concat({', '.join(pieces)})" if pieces else "''"


def write_part(
    folder: Path, name: str, part_no: int, sheet_no: int, sheet: str | None, template: str, table: pa.Table, key: pa.ChunkedArray, overlaps: bool
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
                pq.write_table(stored, handle, compression="zstd", use_dictionary=plain, write_statistics=["_src"])
                handle.flush()
                os.fsync(handle.fileno())
            draft.rename(path)
        finally:
            draft.unlink(missing_ok=True)
    sha256, size = hash_file(path)
    named = tuple(c for c in stored.column_names if c not in ("_src", "_key", "_row_sha256"))
    return Part(part_no, sheet_no, sheet, template, path, sha256, size, len(stored), named, overlaps)


def held(keys: Sequence[pa.ChunkedArray], files: Sequence[Path]) -> list[np.ndarray]:
    """For each key column a mask: which rows stand in one of the Parquet `files` too."""
    if not files or not any(len(k) for k in keys):
        return [np.zeros(len(k), bool) for k in keys]
    con = duckdb.connect()
    try:
        masks = []
        for column in keys:
            con.register("new", pa.table({"_key": column, "_pos": pa.array(np.arange(len(column)))}))
            found = con.execute(
                "SELECT _pos FROM new SEMI JOIN (SELECT _key FROM read_parquet(?)) old USING (_key)", [[str(f) for f in files]]
            ).fetchnumpy()["_pos"]
            mask = np.zeros(len(column), bool)
            mask[np.asarray(found, np.int64)] = True
            masks.append(mask)
            con.unregister("new")
        return masks
    finally:
        con.close()
