"""Fact tables → an embedded graph in memory; the facts of the engine that shape this are in its comments (QUERIES 2)."""

from __future__ import annotations

from typing import Any

import kglite
import pyarrow as pa

from graphkit.store.tables import EdgeFrame, GraphTables

_BATCH = 20_000


def build(tables: GraphTables) -> Any:
    """A graph in memory from fact tables."""
    graph = kglite.KnowledgeGraph()
    for label, nodes in tables.nodes.items():
        table = _held(nodes)
        graph.add_nodes(_frame(table), label, "id", None, column_types=_types(table))
    for (label, second), ids in tables.seconds.items():
        graph.add_label(label, ids.to_pylist(), second)
    bulk: set[tuple[str, str]] = set()
    for frame in tables.edges:
        if (frame.type, frame.from_label) in bulk:
            _create(graph, frame)
        else:
            bulk.add((frame.type, frame.from_label))
            table = _held(frame.table)
            graph.add_relationships(
                _frame(table),
                frame.type,
                frame.from_label,
                "from_id",
                frame.to_label,
                "to_id",
                column_types=_types(table),
            )
    return graph


def _create(graph: Any, frame: EdgeFrame) -> None:
    """A further target label of a (type, source label): a second bulk call would merge parallel edges (QUERIES 2)."""
    cypher = (
        f"UNWIND $rows AS row MATCH (a:`{frame.from_label}` {{id: row.from_id}}) MATCH (b:`{frame.to_label}` {{id: row.to_id}}) "
        f"CREATE (a)-[r:`{frame.type}`]->(b) SET r = row.props"
    )
    for batch in frame.table.to_batches(max_chunksize=_BATCH):
        rows = [
            {
                "from_id": row.pop("from_id"),
                "to_id": row.pop("to_id"),
                "props": {k: v for k, v in row.items() if v is not None},
            }
            for row in batch.to_pylist()
        ]
        graph.cypher(cypher, params={"rows": rows})


def _held(table: pa.Table) -> pa.Table:
    """Without the properties that nobody has: absent and null are one thing in a graph."""
    return table.select([f.name for f in table.schema if table.column(f.name).null_count < len(table)])


def _frame(table: pa.Table) -> Any:
    """Pandas, with dates and times as Python objects: the engine reads those four times faster than datetime64."""
    frame = table.to_pandas(date_as_object=True, timestamp_as_object=True)
    for field, kind in ((f, _NULLABLE.get(f.type)) for f in table.schema):
        if kind and table.column(field.name).null_count:
            frame[field.name] = table.column(field.name).to_pandas(integer_object_nulls=True).astype(kind)
    return frame


_NULLABLE = {pa.int64(): "Int64", pa.bool_(): "boolean"}


def _types(table: pa.Table) -> dict[str, str]:
    kinds = {
        pa.date32(): "datetime", pa.timestamp("us"): "timestamp", pa.int64(): "integer", pa.float64(): "float", pa.string(): "string",
    }  # fmt: skip
    return {f.name: kinds[f.type] for f in table.schema if f.type in kinds and f.name not in ("id", "from_id", "to_id")}
