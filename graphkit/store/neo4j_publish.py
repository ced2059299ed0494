"""Making a Neo4j database hold exactly the facts of a snapshot: what is new is created, what stays is set, what is gone goes.

Which snapshot is whole stands in the name of an index (`graphkit_snapshot_<id>`), because the graph has no room for labels
outside the model (CONTRACT 4): it is dropped first and made last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any

import neo4j
import pyarrow as pa

from graphkit.errors import Text, UsageError
from graphkit.model import EDGES, NODES
from graphkit.store.tables import Counts, EdgeFrame, GraphTables, compare_counts

BATCH = 5_000
"""Rows a transaction: between 1,000 and 10,000 (RELIABILITY L5)."""

MARK = "graphkit_snapshot_"
_OWN = "graphkit_node_"
Session = Callable[[], AbstractContextManager[neo4j.Session]]


def published_snapshot(session: Session) -> str | None:
    """The snapshot the database holds in full; None when there is none, or a publication did not end."""
    names = _read(session, "SHOW INDEXES YIELD name WHERE name STARTS WITH $mark RETURN name", {"mark": MARK})
    return bytes.fromhex(names[0][0].removeprefix(MARK)).decode() if names else None


def publish_tables(session: Session, tables: GraphTables, snapshot: str, counts: Callable[[], Counts]) -> None:
    """Replace graphkit's graph. Raises `UsageError` on a database of somebody else, `CheckFailed` when counts differ."""
    _refuse_strangers(session)
    _constraints(session)
    for (name,) in _read(session, "SHOW INDEXES YIELD name WHERE name STARTS WITH $mark RETURN name", {"mark": MARK}):
        _write(session, f"DROP INDEX `{name}` IF EXISTS", {})
    writer = _Writer(session)
    nodes = _present_nodes(session)
    edges = _present_edges(session)
    for label, table in tables.nodes.items():
        wanted = {s: set(ids.to_pylist()) for (owner, s), ids in tables.seconds.items() if owner == label}
        _merge_nodes(writer, label, table, wanted, nodes[label])
    for kind, ids in edges.items():
        kept = {i for frame in tables.edges if frame.type == kind for i in frame.table.column("id").to_pylist()}
        writer.add(f"UNWIND $rows AS row MATCH ()-[r:`{kind}` {{id: row}}]->() DELETE r", sorted(ids - kept))
    for label, found in nodes.items():
        gone = found.keys() - set(tables.nodes[label].column("id").to_pylist() if label in tables.nodes else ())
        writer.add(f"UNWIND $rows AS row MATCH (n:`{label}` {{id: row}}) DETACH DELETE n", sorted(gone))
    for frame in tables.edges:
        _put_edges(writer, frame, edges[frame.type])
    writer.flush()
    compare_counts(tables.counts(), counts())
    _write(
        session,
        f"CREATE INDEX `{MARK}{snapshot.encode().hex()}` IF NOT EXISTS FOR (n:Document) ON (n.graphkit_snapshot)",
        {},
    )


def _refuse_strangers(session: Session) -> None:
    """A database with nodes but without our constraints is somebody else's: nothing in it is touched."""
    ours = _read(session, "SHOW CONSTRAINTS YIELD name WHERE name STARTS WITH $own RETURN name LIMIT 1", {"own": _OWN})
    if not ours and _read(session, "MATCH (n) RETURN 1 AS one LIMIT 1", {}):
        raise UsageError(
            "store-occupied",
            Text("该 Neo4j 数据库里已有别的数据，未写入", "this Neo4j database holds other data; nothing was written"),
            Text("把 store.database 指向一个空数据库", "point store.database at an empty database"),
        )


def _constraints(session: Session) -> None:
    """A key per label and per type before anything is written (RELIABILITY L5)."""
    had = {row[0] for row in _read(session, "SHOW CONSTRAINTS YIELD name RETURN name", {})}
    wanted = {f"{_OWN}{x}": f"FOR (n:`{x}`) REQUIRE n.id IS UNIQUE" for x in NODES}
    wanted |= {f"graphkit_edge_{x}": f"FOR ()-[r:`{x}`]-() REQUIRE r.id IS UNIQUE" for x in EDGES}
    texts = [f"CREATE CONSTRAINT `{name}` IF NOT EXISTS {what}" for name, what in wanted.items() if name not in had]

    def work(tx: neo4j.ManagedTransaction) -> None:
        for text in texts:
            tx.run(text).consume()

    if texts:
        with session() as opened:
            opened.execute_write(work)


def _present_nodes(session: Session) -> dict[str, dict[str, frozenset[str]]]:
    """Label → id → second labels of what the database holds now."""
    out: dict[str, dict[str, frozenset[str]]] = {label: {} for label in NODES}
    for node_id, labels in _read(session, "MATCH (n) RETURN n.id, labels(n)", {}):
        for label in out.keys() & set(labels):
            out[label][node_id] = frozenset(labels) - {label}
    return out


def _present_edges(session: Session) -> dict[str, set[str]]:
    """Type → ids of what the database holds now."""
    out: dict[str, set[str]] = {kind: set() for kind in EDGES}
    for edge_id, kind in _read(session, "MATCH ()-[r]->() RETURN r.id, type(r)", {}):
        out.setdefault(kind, set()).add(edge_id)
    return out


def _merge_nodes(
    writer: _Writer,
    label: str,
    table: pa.Table,
    wanted: Mapping[str, set[str]],
    present: Mapping[str, frozenset[str]],
) -> None:
    rows = ({"id": row["id"], "props": row} for row in _rows(table))
    writer.add(f"UNWIND $rows AS row MERGE (n:`{label}` {{id: row.id}}) SET n = row.props", rows)
    for second in NODES[label].second:
        should = wanted.get(second, set())
        has = {i for i, labels in present.items() if second in labels}
        writer.add(f"UNWIND $rows AS row MATCH (n:`{label}` {{id: row}}) REMOVE n:`{second}`", sorted(has - should))
        writer.add(f"UNWIND $rows AS row MATCH (n:`{label}` {{id: row}}) SET n:`{second}`", sorted(should - has))


def _put_edges(writer: _Writer, frame: EdgeFrame, known: set[str]) -> None:
    """CREATE what is new, SET what stays; the constraint on `id` turns a repeated commit into an error, not a second edge."""
    fresh: list[dict[str, Any]] = []
    kept: list[dict[str, Any]] = []
    for row in _rows(frame.table):
        ends = {"from_id": row.pop("from_id"), "to_id": row.pop("to_id")}
        (kept if row["id"] in known else fresh).append(ends | {"id": row["id"], "props": row})
    writer.add(
        f"UNWIND $rows AS row MATCH (a:`{frame.from_label}` {{id: row.from_id}}) MATCH (b:`{frame.to_label}` {{id: row.to_id}}) "
        f"CREATE (a)-[r:`{frame.type}`]->(b) SET r = row.props",
        fresh,
    )
    writer.add(f"UNWIND $rows AS row MATCH ()-[r:`{frame.type}` {{id: row.id}}]->() SET r = row.props", kept)


def _rows(table: pa.Table) -> Iterator[dict[str, Any]]:
    """Rows without nulls; datetimes carry UTC, so that they compare with `datetime('…')` as on the embedded store."""
    for batch in table.to_batches(max_chunksize=BATCH):
        for row in batch.to_pylist():
            yield {k: v.replace(tzinfo=UTC) if isinstance(v, datetime) else v for k, v in row.items() if v is not None}


class _Writer:
    """Statements in order, as few transactions as `BATCH` rows allow: a small graph is a handful of commits."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._waiting: list[tuple[str, list[Any]]] = []
        self._rows = 0

    def add(self, cypher: str, rows: Iterable[Any]) -> None:
        """Run `cypher` over `$rows`, `BATCH` at a time."""
        batch: list[Any] = []
        for row in rows:
            batch.append(row)
            self._rows += 1
            if self._rows == BATCH:
                self._waiting.append((cypher, batch))
                self.flush()
                batch = []
        if batch:
            self._waiting.append((cypher, batch))

    def flush(self) -> None:
        """Commit what waits."""
        waiting = self._waiting

        def work(tx: neo4j.ManagedTransaction) -> None:
            for cypher, rows in waiting:
                tx.run(cypher, {"rows": rows}).consume()

        if waiting:
            with self._session() as opened:
                opened.execute_write(work)
        self._waiting, self._rows = [], 0


def _write(session: Session, cypher: str, params: Mapping[str, Any]) -> None:
    with session() as opened:
        opened.execute_write(lambda tx: tx.run(cypher, dict(params)).consume())


def _read(session: Session, cypher: str, params: Mapping[str, Any]) -> list[list[Any]]:
    with session() as opened:
        rows: list[list[Any]] = opened.execute_read(
            lambda tx: [list(record.values()) for record in tx.run(cypher, dict(params))]
        )
        return rows
