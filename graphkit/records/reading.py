"""Reading the records: a DuckDB connection with one view per template, and the way back from a row to its file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import duckdb

from graphkit.duck import connect as connect_duck
from graphkit.records.catalog import Content, PartRow
from graphkit.records.judgements import Statement
from graphkit.types import Source

_MEMORY = "2GB"
_OWN = ("_notes", "_extra")


def connect(
    root: Path,
    parts: Sequence[PartRow],
    contents: Mapping[int, Content],
    judged: Sequence[Statement] = (),
    memory: str = _MEMORY,
) -> duckdb.DuckDBPyConnection:
    """A connection with `rec_<template>` for every template, duplicates removed, `rec_parts`, `rec_columns`, `rec_judged`.

    Views have every column of the template with its type (null where no file has it), `<col>_text` of codes, `_src`,
    `_key`, `_notes`, `_extra`; `rec_columns(template, name)` lists those that hold a value in some file;
    `rec_judged(verb, a, b)` holds people's judgements on identity that count here. Of equal rows in several files the one of the smallest (file SHA-256, row) stays,
    whatever the order of loading. Close the connection after use.
    """
    import pyarrow as pa  # here and below: `lookup` serves small verbs, which load no Arrow

    from graphkit.records.columns import kinds

    con = connect_duck(memory, root / ".spill")
    order = sorted(parts, key=lambda p: (contents[p.content_id].identity, p.sheet_no, p.part_no))
    ranked = pa.table(
        {
            "part_no": pa.array([p.part_no for p in order], pa.int64()),
            "sha256": pa.array([contents[p.content_id].sha256 for p in order], pa.string()),
            "sheet": pa.array([p.sheet for p in order], pa.string()),
            "template": pa.array([p.template for p in order], pa.string()),
            "rank": pa.array(range(len(order)), pa.int64()),
        }
    )
    held = sorted({(p.template, column) for p in parts for column in p.columns})
    columns = pa.table(
        {"template": pa.array([t for t, _ in held], pa.string()), "name": pa.array([c for _, c in held], pa.string())}
    )
    for name, table in (("rec_parts", ranked), ("rec_columns", columns)):
        con.register("arrived", table)
        con.execute(f"CREATE TEMP TABLE {name} AS SELECT * FROM arrived")  # noqa: S608
        con.unregister("arrived")
    con.execute("CREATE TEMP TABLE rec_judged (verb VARCHAR, a VARCHAR, b VARCHAR)")
    if judged:
        con.executemany("INSERT INTO rec_judged VALUES (?, ?, ?)", [list(statement) for statement in judged])
    for template in kinds():
        _view(con, root, template, [p for p in order if p.template == template])
    return con


def _view(con: duckdb.DuckDBPyConnection, root: Path, template: str, parts: Sequence[PartRow]) -> None:
    from graphkit.records.columns import sql_types

    present = frozenset(column for p in parts for column in p.columns)
    types = {**sql_types(template), **dict.fromkeys(_OWN, "VARCHAR")}
    columns = [
        f"{_quoted(c)}::{sql} AS {_quoted(c)}" if c in present else f"NULL::{sql} AS {_quoted(c)}"
        for c, sql in types.items()
    ]
    if not parts:
        select = f"SELECT {', '.join(columns)}, NULL::BIGINT AS _src, NULL::VARCHAR AS _key WHERE false"
    else:
        select = f"SELECT {', '.join(columns)}, _src, _key FROM {scan(root, parts)}"  # noqa: S608
        if any(p.overlaps for p in parts) and len({p.content_id for p in parts}) > 1:
            _losers(con, root, template, parts)
            select += f" ANTI JOIN rec_losers_{template} USING (_src, _key)"
    con.execute(f"CREATE TEMP VIEW rec_{template} AS {select}")


def _losers(con: duckdb.DuckDBPyConnection, root: Path, template: str, parts: Sequence[PartRow]) -> None:
    suspects = [p for p in parts if p.overlaps]
    con.execute(
        f"""CREATE TEMP TABLE rec_losers_{template} AS SELECT _src, _key FROM (
                SELECT _src, _key, row_number() OVER (PARTITION BY _key ORDER BY rank, _src) AS n
                FROM {scan(root, parts)} JOIN rec_parts ON part_no = _src >> 32
                WHERE _key IN (SELECT _key FROM {scan(root, suspects)})
            ) WHERE n > 1"""  # noqa: S608
    )


def scan(root: Path, parts: Iterable[PartRow]) -> str:
    """The `read_parquet(…)` of some parts; columns that a part lacks are null."""
    files = ", ".join("'" + str(root / p.path).replace("'", "''") + "'" for p in parts)
    return f"read_parquet([{files}], union_by_name = true)"


def _quoted(name: str) -> str:
    return f'"{name}"'


def lookup(root: Path, parts: Mapping[int, PartRow], srcs: Iterable[int], column: str) -> dict[int, str]:
    """Row reference → text of a stored column, for the references whose part has it."""
    wanted: dict[int, list[int]] = {}
    for src in set(srcs):
        part = parts.get(src >> 32)
        if part is not None and (column in part.columns or column == "_row_sha256"):
            wanted.setdefault(src >> 32, []).append(src)
    if not wanted:
        return {}
    con = connect_duck()
    try:
        # A list as parameter: making an Arrow array would load pandas, a quarter of a second of every small verb.
        con.execute(
            "CREATE TEMP TABLE wanted AS SELECT unnest(?::BIGINT[]) AS _src",
            [[src for members in wanted.values() for src in members]],
        )
        source = scan(root, (parts[number] for number in sorted(wanted)))
        rows = con.execute(
            f"SELECT _src, {column} FROM {source} SEMI JOIN wanted USING (_src) WHERE {column} IS NOT NULL"  # noqa: S608
        ).fetchall()
        return {int(src): str(text) for src, text in rows}
    finally:
        con.close()


def source(part: PartRow, content: Content, name: str, src: int, row_sha256: str) -> Source:
    """The `Source` of a row reference."""
    return Source(name, content.sha256, part.sheet, src & 0xFFFFFFFF, row_sha256)
