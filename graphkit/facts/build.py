"""Resolved rows → the node and edge tables of one snapshot, as Parquet (one file a label, one a type).

Derived: everything here can be made again from the records. Same rows, same key, same bytes in any loading order:
conflicts are settled by (priority, file hash, row), edge ids by content.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pyarrow as pa
from duckdb import DuckDBPyConnection as Connection

from graphkit.facts.derived import derive
from graphkit.facts.edges import CONTACT_COLUMNS, EDGE_RULES
from graphkit.facts.nodes import MENTIONED, NODE_RULES, mentions
from graphkit.facts.rows import keep_rows
from graphkit.facts.rules import GRADE_NAME, GRADE_RANK, PLAIN_KIND, EdgeRule, NodeRule
from graphkit.identity.keys import keyed
from graphkit.identity.resolve import resolve
from graphkit.model import EDGES, NODES, Kind
from graphkit.values.names import norm_name
from graphkit.values.phone import normalise_phone

SQL_TYPES: dict[Kind, str] = {
    "text": "VARCHAR", "money": "BIGINT", "date": "DATE", "datetime": "TIMESTAMP", "int": "BIGINT", "number": "DOUBLE", "bool": "BOOLEAN",
}  # fmt: skip
EXTRA_TYPES = {
    "opened": "TIMESTAMP", "method_approved": "BOOLEAN", "framework": "BOOLEAN", "period_to": "DATE", "to_date": "DATE", "power": "DOUBLE",
    "head": "BOOLEAN", "credit_side": "BOOLEAN", "confirmed": "BOOLEAN",
}  # fmt: skip
"""Types of the columns that views need beyond the model's properties; text where it is silent."""

_SPOKEN = {"phone": "电话", "wechat": "微信", "email": "邮箱", "address": "地址"}
_ORDER = "((coalesce(o.rank, 0) << 32) | (t._src & 4294967295))"


def column_of(name: str, kind: Kind) -> str:
    """The fact-table column of a model property: money stands in fen."""
    return f"{name}_fen" if kind == "money" else name


def build_facts(con: Connection, key: bytes, templates: list[str], folder: Path) -> dict[str, dict[str, int]]:
    """Resolve the live rows behind `con` and write `folder/{nodes,edges,rows}/*.parquet`.

    `con` holds `rec_<template>` for each of `templates` and `rec_parts(part_no, sha256, sheet, template)`.
    Returns counts: `{"nodes": {label: n}, "edges": {type: n}}`. The folder appears complete or not at all.
    """
    con.execute("SET preserve_insertion_order = false")
    _rank_parts(con)
    resolve(con, key, templates)
    _contacts(con, key, templates)
    filed = (
        "SELECT acct_ref AS id FROM res_accounts WHERE acct_ref IS NOT NULL AND holder_ref IS NOT NULL"
        if "accounts" in templates
        else "SELECT NULL::VARCHAR AS id WHERE false"
    )
    con.execute(f"CREATE OR REPLACE TEMP TABLE id_filed_account AS {filed}")
    _mentions(con, templates)
    for label in NODES:
        described = [r for r in NODE_RULES if r.label == label and r.template in templates]
        _make_nodes(con, label, [*described, *([MENTIONED[label]] if label in MENTIONED else [])])
    for kind in EDGES:
        _make_edges(con, kind, [r for r in EDGE_RULES if r.type == kind and r.template in templates])
    derive(con)
    return _write(con, templates, folder)


def _rank_parts(con: Connection) -> None:
    con.execute(
        """CREATE OR REPLACE TEMP TABLE part_rank AS SELECT part_no, row_number() OVER
           (ORDER BY sha256, sheet NULLS FIRST, template) AS rank FROM rec_parts"""
    )


def _contacts(con: Connection, key: bytes, templates: list[str]) -> None:
    """`id_contact(kind, raw, id, name)`: one id for every way of writing a phone, an e-mail or an address."""
    selects = [
        f"SELECT {kind} AS kind, {value} AS raw FROM res_{t} t"  # noqa: S608
        for t, kind, value in CONTACT_COLUMNS
        if t in templates
    ]
    rows = (
        con.execute(
            f"SELECT DISTINCT kind, raw FROM ({' UNION ALL '.join(selects)}) WHERE raw IS NOT NULL AND kind IN ('phone', 'email', 'address', 'wechat') ORDER BY ALL"  # noqa: S608
        ).fetchall()
        if selects
        else []
    )
    norms = [normalise_phone(raw) or norm_name(raw) if kind == "phone" else norm_name(raw) for kind, raw in rows]
    hashes = keyed(key, "contact", norms)
    names = [
        f"{_SPOKEN[kind]} 尾号{norm[-4:]}" if kind == "phone" or normalise_phone(raw) else raw
        for (kind, raw), norm in zip(rows, norms, strict=True)
    ]
    con.register(
        "id_contact_arrow",
        pa.table(
            {
                "kind": pa.array([kind for kind, _ in rows], pa.string()),
                "raw": pa.array([raw for _, raw in rows], pa.string()),
                "id": pa.array(
                    [f"contact:{kind}:{digest}" for (kind, _), digest in zip(rows, hashes, strict=True)], pa.string()
                ),
                "norm": pa.array(norms, pa.string()),
                "name": pa.array(names, pa.string()),
            }
        ),
    )
    con.execute("CREATE OR REPLACE TEMP TABLE id_contact AS SELECT * FROM id_contact_arrow")
    con.unregister("id_contact_arrow")


def _mentions(con: Connection, templates: list[str]) -> None:
    """`res_mention(id, text, grade, _src, n)`: each way of naming each once, though statements name a few accounts in every row."""
    selects = [
        "SELECT NULL::VARCHAR AS id, NULL::VARCHAR AS text, NULL::VARCHAR AS grade, NULL::BIGINT AS _src WHERE false"
    ]
    selects += [
        f"SELECT {m.id}, {m.text}, {m.grade}, t._src FROM res_{template} t WHERE {m.id} IS NOT NULL AND {m.where}"  # noqa: S608
        for template in templates
        for m in mentions(template)
    ]
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE res_mention AS
            SELECT id, text, grade, arg_min(t._src, {_ORDER}) AS _src, count(*) AS n FROM ({" UNION ALL ".join(selects)}) t
            LEFT JOIN part_rank o ON o.part_no = t._src >> 32 GROUP BY ALL"""  # noqa: S608
    )


def _columns(props: dict[str, str], rules: list[NodeRule] | list[EdgeRule]) -> dict[str, str]:
    """Every column of a fact table with its type: the same whichever files were loaded."""
    extra = {name: EXTRA_TYPES.get(name, "VARCHAR") for rule in rules for name in rule.columns}
    return {**extra, **props}


def _null_columns(columns: dict[str, str]) -> str:
    return "".join(f", NULL::{sql} AS {name}" for name, sql in columns.items())


_NODE_HEAD = {"id": "VARCHAR", "name": "VARCHAR", "grade": "VARCHAR", "second": "VARCHAR", "src": "BIGINT"}
_EDGE_HEAD = {
    "id": "VARCHAR", "from_id": "VARCHAR", "to_id": "VARCHAR", "from_date": "DATE", "to_date": "DATE", "confidence": "DOUBLE",
    "derived": "BOOLEAN", "grade": "VARCHAR", "src": "BIGINT", "parts": "VARCHAR[]",
}  # fmt: skip


def _make_empty(con: Connection, table: str, columns: dict[str, str]) -> None:
    """A table that no loaded file can fill, with the columns it always has; planning its query costs more than its rows."""
    con.execute(f'CREATE OR REPLACE TEMP TABLE "{table}" ({", ".join(f"{n} {sql}" for n, sql in columns.items())})')


def _make_nodes(con: Connection, label: str, rules: list[NodeRule]) -> None:
    props = _columns(
        {column_of(name, kind): SQL_TYPES[kind] for name, kind in NODES[label].props.items()},
        [r for r in NODE_RULES if r.label == label],
    )
    if not rules and label != "Contact":
        return _make_empty(con, f"node_{label}", {**_NODE_HEAD, **props})
    claims = [
        f"SELECT NULL::VARCHAR AS id, NULL::VARCHAR AS name, 3 AS grade, '' AS second, 0::BIGINT AS o, NULL::BIGINT AS src{_null_columns(props)} WHERE false"
    ]
    for r in rules:
        extra = "".join(f", {sql} AS {name}" for name, sql in r.columns.items())
        claim = f"""SELECT {r.id} AS id, {r.name} AS name, {GRADE_RANK.format(r.grade)} AS grade, {r.second} AS second,
                           ({r.priority}::BIGINT << 56) | {_ORDER} AS o, t._src AS src{extra}
                    FROM res_{r.template} t LEFT JOIN part_rank o ON o.part_no = t._src >> 32 WHERE {r.where}"""  # noqa: S608
        claims.append(claim)
    picks = "".join(f", arg_min({name}, o) FILTER (WHERE {name} IS NOT NULL) AS {name}" for name in props)
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE "node_{label}" AS
            SELECT id, coalesce(substr(min((o >> 56)::VARCHAR || name) FILTER (WHERE name <> ''), 2), id) AS name,
                   substr(max((9 - (o >> 56))::VARCHAR || name) FILTER (WHERE name <> ''), 2) AS other,
                   {GRADE_NAME.format("min(grade)")} AS grade,
                   coalesce(nullif(arg_min(second, o) FILTER (WHERE second <> ''), '{PLAIN_KIND}'), '') AS second, arg_min(src, o) AS src{picks}
            FROM ({" UNION ALL BY NAME ".join(claims)}) WHERE id IS NOT NULL GROUP BY id"""  # noqa: S608
    )
    _settle_names(con, label, " UNION ALL BY NAME ".join(claims))
    if label == "Contact":
        con.execute("""INSERT INTO node_Contact BY NAME SELECT id, min(name) AS name, 'identifier' AS grade, '' AS second, min(kind) AS kind
               FROM id_contact GROUP BY id""")


def _settle_names(con: Connection, label: str, claims: str) -> None:
    """Of several names in files of one kind the one that most rows carry, then the smaller text: never what a file's hash says.

    The node shows a row that carries the name.
    """
    several = f"SELECT id FROM node_{label} WHERE name <> other"  # noqa: S608
    if con.execute(f"SELECT 1 FROM ({several}) LIMIT 1").fetchall():  # noqa: S608
        con.execute(
            f"""UPDATE node_{label} SET name = s.name, src = s.src FROM (
                  SELECT id, arg_min(name, (kind, -n, name)) AS name, arg_min(src, (kind, -n, name)) AS src
                  FROM (SELECT c.id, c.name, min(c.o >> 56) AS kind, arg_min(c.src, c.o) AS src, coalesce(any_value(m.n), 0) AS n
                        FROM ({claims}) c LEFT JOIN (SELECT id, text, sum(n) AS n FROM res_mention GROUP BY ALL) m ON m.id = c.id AND m.text = c.name
                        WHERE c.id IN ({several}) AND c.name <> '' GROUP BY c.id, c.name)
                  GROUP BY id) s WHERE s.id = node_{label}.id"""  # noqa: S608
        )
    con.execute(f"ALTER TABLE node_{label} DROP COLUMN other")


def _make_edges(con: Connection, kind: str, rules: list[EdgeRule]) -> None:
    """Rows that state the same edge make one: the best grade holds, shown by the row that gives it (a weaker row adds nothing)."""
    props = _columns(
        {column_of(name, k): SQL_TYPES[k] for name, k in EDGES[kind].props.items()},
        [r for r in EDGE_RULES if r.type == kind],
    )
    if not rules:
        return _make_empty(con, f"edge_{kind}", {**_EDGE_HEAD, **{name: props[name] for name in sorted(props)}})
    claims = [
        f"""SELECT NULL::VARCHAR AS from_id, NULL::VARCHAR AS to_id, NULL::DATE AS from_date, NULL::DATE AS to_date,
                   3 AS grade, NULL::BIGINT AS o, NULL::BIGINT AS src, NULL::VARCHAR AS once{_null_columns(props)} WHERE false"""
    ]
    for i, r in enumerate(rules):
        extra = "".join(f", {sql} AS {name}" for name, sql in r.columns.items())
        grade = GRADE_RANK.format(r.grade)
        claims.append(
            f"""SELECT {r.from_id} AS from_id, {r.to_id} AS to_id, {r.from_date} AS from_date, {r.to_date} AS to_date,
                       {grade} AS grade, (({grade})::BIGINT << 60) | ({i}::BIGINT << 56) | {_ORDER} AS o, t._src AS src,
                       {"t._key" if r.event else "NULL"} AS once{extra}
                FROM res_{r.template} t LEFT JOIN part_rank o ON o.part_no = t._src >> 32 WHERE {r.where}"""  # noqa: S608
        )
    names = sorted(props)
    groups = ["from_id", "to_id", "from_date", "to_date", "once", *names]
    events = bool(rules) and all(r.event for r in rules)
    content = ", ".join(f"coalesce({name}::VARCHAR, '')" for name in ["from_date", "to_date", "once", *names])
    row_key = "once" if events else f"md5(concat_ws('|', {content}))"
    stated = f"({' UNION ALL BY NAME '.join(claims)}) WHERE from_id IS NOT NULL AND to_id IS NOT NULL"
    if not events:
        stated = f"(SELECT {', '.join(groups)}, min(grade) AS grade, arg_min(src, o) AS src FROM {stated} GROUP BY ALL)"  # noqa: S608
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE "edge_{kind}" AS
            SELECT '{kind}:' || from_id || '>' || to_id || '#' || substr({row_key}, 1, 12) AS id,
                   from_id, to_id, from_date, to_date, 1.0::DOUBLE AS confidence, false AS derived,
                   {GRADE_NAME.format("grade")} AS grade, src, []::VARCHAR[] AS parts{"".join(f", {n}" for n in names)}
            FROM {stated}"""  # noqa: S608
    )


def _write(con: Connection, templates: list[str], folder: Path) -> dict[str, dict[str, int]]:
    staging = folder.with_name(folder.name + ".part")
    shutil.rmtree(staging, ignore_errors=True)
    counts: dict[str, dict[str, int]] = {"nodes": {}, "edges": {}}
    for group, prefix, names in (("nodes", "node", list(NODES)), ("edges", "edge", list(EDGES))):
        (staging / group).mkdir(parents=True)
        for name in names:
            path = str(staging / group / name).replace("'", "''")
            n = con.execute(
                f"COPY (SELECT * FROM \"{prefix}_{name}\" ORDER BY id) TO '{path}.parquet' (COMPRESSION snappy, ROW_GROUP_SIZE 20480)"  # noqa: S608
            ).fetchall()[0][0]
            if n:
                counts[group][name] = n
    (staging / "rows").mkdir()
    keep_rows(con, templates, staging / "rows")
    shutil.rmtree(folder, ignore_errors=True)
    staging.rename(folder)
    return counts
