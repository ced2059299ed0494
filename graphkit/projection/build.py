"""Fact tables of one snapshot → the arrays of a projection. Vectorised: DuckDB joins, NumPy groups."""

# ruff: noqa: S608 — SQL fragments come from this package, never from data
from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from graphkit.facts.rules import GRADE_RANK
from graphkit.model import EDGES, NODES
from graphkit.projection.graph import ARRAYS, OPEN_FROM, OPEN_TO, Kind, Projection, adjacency
from graphkit.projection.rule import COLUMNS, NO_SUPPORT, PUBLIC_KINDS
from graphkit.projection.rules import HELPERS, PARTY_ACCOUNTS, PEOPLE_RULES
from graphkit.projection.weights import EVENTS, edge_weights

TYPES: tuple[str, ...] = tuple(EDGES)
_SQL = {
    "text": "VARCHAR",
    "money": "BIGINT",
    "date": "DATE",
    "datetime": "TIMESTAMP",
    "int": "BIGINT",
    "number": "DOUBLE",
    "bool": "BOOLEAN",
}
_NODE_BASE = {"id": "VARCHAR", "name": "VARCHAR", "grade": "VARCHAR", "second": "VARCHAR"}
_EDGE_BASE = {
    "id": "VARCHAR",
    "from_id": "VARCHAR",
    "to_id": "VARCHAR",
    "from_date": "DATE",
    "to_date": "DATE",
    "confidence": "DOUBLE",
    "derived": "BOOLEAN",
    "grade": "VARCHAR",
}


def build(facts: Path, kind: Kind, as_of: date | None, snapshot: str) -> Projection:
    """Read `facts/{nodes,edges}/*.parquet` and make the projection. O(rows log rows)."""
    with duckdb.connect() as con:
        con.execute("SET threads = 2; SET preserve_insertion_order = false; SET enable_progress_bar = false")
        loaded = _open_tables(con, facts)
        _rows(con, kind, as_of)
        nodes = _nodes(con, kind)
        edges, parts = _edges(con)
        pay_years = _pay_years(con) if kind != "money" else np.zeros(0, np.int64)
    arrays = {**nodes[1], **edges, "pay_years": pay_years}
    arrays |= adjacency(len(nodes[0]), arrays["src"], arrays["dst"])
    typed = {name: np.ascontiguousarray(arrays[name], dtype=dtype) for name, dtype in ARRAYS.items()}
    return Projection(kind, snapshot, as_of, TYPES, loaded, nodes[0], parts, typed)


def _open_tables(con: duckdb.DuckDBPyConnection, facts: Path) -> frozenset[str]:
    """A view `node_<Label>` / `edge_<TYPE>` for the whole vocabulary, typed even where nothing was loaded."""
    loaded = set()
    rows = _row_counts(con, facts)
    groups = (("nodes", "node", NODES, _NODE_BASE), ("edges", "edge", EDGES, _EDGE_BASE))
    for folder, prefix, vocabulary, base in groups:
        for name, spec in vocabulary.items():
            props = {f"{p}_fen" if k == "money" else p: _SQL[k] for p, k in spec.props.items()}
            columns = ", ".join(f"NULL::{sql} AS {column}" for column, sql in {**base, **props}.items())
            file = str(facts / folder / f"{name}.parquet")
            more = ""
            if rows.get(file):
                more = " UNION ALL BY NAME SELECT * FROM read_parquet('{}')".format(file.replace("'", "''"))
                loaded.add(name)
            con.execute(f'CREATE TEMP VIEW "{prefix}_{name}" AS SELECT {columns} WHERE false{more}')
    return frozenset(loaded)


def _row_counts(con: duckdb.DuckDBPyConnection, facts: Path) -> dict[str, int]:
    """Rows in each fact file, from the footers alone; a file without rows need not be opened again."""
    files = [str(path) for group in ("nodes", "edges") for path in (facts / group).glob("*.parquet")]
    if not files:
        return {}
    return dict(con.execute("SELECT file_name, num_rows FROM parquet_file_metadata(?)", [files]).fetchall())


def _ranked(sql: str) -> str:
    """Fill `{grade}` and `{grade_x}` with the rank of `grade` and `x.grade`."""
    return re.sub(r"\{grade(?:_(\w))?\}", lambda m: GRADE_RANK.format(f"{m[1]}.grade" if m[1] else "grade"), sql)


def _rows(con: duckdb.DuckDBPyConnection, kind: Kind, as_of: date | None) -> None:
    """`fact`: one line per fact of the projection, restricted to what was valid (or had happened) at `as_of`."""
    con.execute(_ranked(PARTY_ACCOUNTS.sql))
    if kind == "people_and_firms":
        for helper in HELPERS:
            con.execute(_ranked(helper.sql))
        selects = [f"SELECT {COLUMNS} FROM ({_ranked(rule.sql)})" for rule in PEOPLE_RULES]
    else:
        names = ["PAID"] if kind == "money" else [name for name in TYPES if name != "SIMILAR"]
        selects = [
            f"""SELECT from_id AS src, to_id AS dst, '{name}' AS type, id AS grp, id AS eid, from_date, to_date,
                {"coalesce(amount_fen, 0)" if "amount" in EDGES[name].props else "0"}::BIGINT AS amount,
                1.0::DOUBLE AS strength, confidence, {GRADE_RANK.format("grade")} AS grade, {NO_SUPPORT} AS support
                FROM edge_{name}"""
            for name in names
        ]
    events = ", ".join(f"'{name}'" for name in sorted(EVENTS))
    con.execute(f"CREATE TEMP TABLE fact AS {' UNION ALL '.join(selects)}")
    con.execute("DELETE FROM fact WHERE src IS NULL OR dst IS NULL OR src = dst")
    if as_of is not None:
        con.execute(
            f"DELETE FROM fact WHERE from_date > $day OR (to_date < $day AND type NOT IN ({events}))", {"day": as_of}
        )


def _nodes(con: duckdb.DuckDBPyConnection, kind: Kind) -> tuple[pa.Table, dict[str, NDArray[Any]]]:
    labels = {"people_and_firms": ("Person", "Organization"), "money": ("Account",), "whole": tuple(NODES)}[kind]
    claims = " UNION ALL ".join(
        f"""SELECT id, '{label}' AS label, name, second, {GRADE_RANK.format("grade")} AS grade,
                   {"kind" if label == "Organization" else "NULL"}::VARCHAR AS kind FROM node_{label}"""
        for label in labels
    )
    prefixes = " ".join(f"WHEN '{spec.prefix}' THEN '{name}'" for name, spec in NODES.items())
    kinds = ", ".join(f"'{k}'" for k in PUBLIC_KINDS)
    con.execute(
        f"""CREATE TEMP TABLE node AS
            WITH ends AS (SELECT src AS id FROM fact UNION SELECT dst FROM fact),
              claim AS (
                {claims} UNION ALL
                SELECT id, CASE split_part(id, ':', 1) {prefixes} ELSE 'Organization' END, NULL, '', 3, NULL FROM ends),
              one AS (
                SELECT id, min(label) AS label, coalesce(min(name), id) AS name, coalesce(max(second), '') AS second,
                       min(grade) AS grade, min(kind) AS kind
                FROM claim WHERE id IS NOT NULL GROUP BY id),
              buyer AS (
                SELECT to_id AS id FROM edge_ISSUED_BY WHERE from_id LIKE 'tender:%' OR from_id LIKE 'contract:%'
                UNION SELECT to_id FROM edge_AGENT_OF),
              seller AS (SELECT to_id AS id FROM edge_AWARDED_TO UNION SELECT to_id FROM edge_BID_BY)
            SELECT (row_number() OVER (ORDER BY id) - 1)::INTEGER AS i, *,
                   label = 'Organization' AND (
                     second IN ('Hospital', 'Agency', 'School', 'Village') OR coalesce(kind, '') IN ({kinds})
                     OR (second <> 'Company' AND id IN (FROM buyer) AND id NOT IN (FROM seller))) AS public,
                   second = 'Staff' AS staff,
                   id IN (SELECT party FROM party_acct WHERE party IS NOT NULL) AS has_account
            FROM one"""
    )
    table = con.sql("SELECT id, label, name, second FROM node ORDER BY i").to_arrow_table()
    return table, con.sql("SELECT public, staff, has_account, grade AS node_grade FROM node ORDER BY i").fetchnumpy()


def _edges(con: duckdb.DuckDBPyConnection) -> tuple[dict[str, NDArray[Any]], pa.Table]:
    codes = " ".join(f"WHEN '{name}' THEN {i}" for i, name in enumerate(TYPES))
    table = con.sql(
        f"""SELECT a.i AS src, b.i AS dst, CASE type {codes} END AS code, grp, eid, amount, strength,
                   coalesce(from_date - DATE '1970-01-01', {OPEN_FROM})::INTEGER AS from_day,
                   coalesce(to_date - DATE '1970-01-01', {OPEN_TO})::INTEGER AS to_day,
                   coalesce(confidence, 1.0) AS confidence, r.grade AS grade, support
            FROM fact r JOIN node a ON a.id = r.src JOIN node b ON b.id = r.dst
            ORDER BY a.i, b.i, code, grp, amount DESC, eid, support"""
    ).to_arrow_table()
    columns = {name: _numbers(table[name]) for name in table.column_names if name not in ("grp", "eid", "support")}
    ends = np.stack([columns[name].astype(np.int64) for name in ("src", "dst", "code")])
    grp, eid = _dense(table["grp"]), _dense(table["eid"])
    other_end = np.any(ends[:, 1:] != ends[:, :-1], axis=0)
    new_edge = _flags(other_end | (grp[1:] != grp[:-1]), len(eid))
    once = _flags(other_end | (grp[1:] != grp[:-1]) | (eid[1:] != eid[:-1]), len(eid))
    keep = np.flatnonzero(once)
    first = np.flatnonzero(new_edge[keep])
    columns = {name: column[keep] for name, column in columns.items()}
    out: dict[str, NDArray[Any]] = {
        name: columns[key][first] for name, key in (("src", "src"), ("dst", "dst"), ("type_code", "code"))
    }
    out["count"] = np.diff(np.append(first, len(keep)))
    out["from_day"], out["to_day"] = _span(columns["from_day"], columns["to_day"], first)
    if len(first):
        out["grade"] = np.maximum.reduceat(columns["grade"], first)
        out["amount_fen"] = np.add.reduceat(columns["amount"], first)
        out["confidence"] = np.minimum.reduceat(columns["confidence"], first)
        strength = np.maximum.reduceat(columns["strength"], first)
    else:
        out |= {name: np.zeros(0) for name in ("grade", "amount_fen", "confidence")}
        strength = np.zeros(0)
    out["weight"] = edge_weights(
        TYPES, out["type_code"].astype(np.uint8), strength, out["amount_fen"].astype(np.int64), out["confidence"]
    )
    out["part_ptr"] = np.append(first, len(keep))
    out["part_day"], out["part_amount"] = columns["from_day"], columns["amount"]
    positions = pa.Array.from_buffers(pa.int64(), len(keep), [None, pa.py_buffer(keep)])
    return out, table.select(["eid", "support"]).take(positions).combine_chunks()


def _numbers(column: pa.ChunkedArray) -> NDArray[Any]:
    """Numbers without nulls. Not `to_numpy`, nor `pa.array` above: both import pandas, half of what a build costs."""
    return np.from_dlpack(column.combine_chunks())


def _dense(column: pa.ChunkedArray) -> NDArray[np.int64]:
    return np.from_dlpack(column.combine_chunks().dictionary_encode().indices).astype(np.int64)


def _flags(changed: NDArray[np.bool_], size: int) -> NDArray[np.bool_]:
    return np.concatenate([np.ones(min(size, 1), np.bool_), changed])


def _span(
    from_day: NDArray[np.int32], to_day: NDArray[np.int32], first: NDArray[np.int64]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """First and last day of each group; undated facts of a dated group do not widen it."""
    if not len(first):
        return from_day[:0], to_day[:0]
    start = np.minimum.reduceat(np.where(from_day == OPEN_FROM, OPEN_TO, from_day), first)
    end = np.maximum.reduceat(np.where(to_day == OPEN_TO, OPEN_FROM, to_day), first)
    return np.where(start == OPEN_TO, OPEN_FROM, start), np.where(end == OPEN_FROM, OPEN_TO, end)


def _pay_years(con: duckdb.DuckDBPyConnection) -> NDArray[np.int64]:
    found = con.sql(
        """SELECT DISTINCT n.i::BIGINT * 10000 + year(coalesce(p.from_date, p.ts::DATE)) AS code
           FROM (SELECT from_id AS acct, from_date, ts FROM edge_PAID UNION ALL
                 SELECT to_id, from_date, ts FROM edge_PAID) p
           JOIN party_acct a ON a.acct = p.acct JOIN node n ON n.id = a.party
           WHERE coalesce(p.from_date, p.ts::DATE) IS NOT NULL ORDER BY code"""
    ).fetchnumpy()
    return np.asarray(found["code"], dtype=np.int64)
