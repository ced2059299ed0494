"""The fact tables of a snapshot, as the columns that a graph store holds (CONTRACT 4).

Money columns `<name>_fen` become `<name>_cny` in yuan; row references become `source_file` and `source_row`; columns
that only the views need stay behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from graphkit.errors import CheckFailed, Text
from graphkit.model import EDGES, NODES, Kind
from graphkit.store.contract import Files

ARROW: Mapping[Kind, pa.DataType] = {
    "text": pa.string(), "money": pa.float64(), "date": pa.date32(), "datetime": pa.timestamp("us"), "int": pa.int64(),
    "number": pa.float64(), "bool": pa.bool_(),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class EdgeFrame:
    """Edges of one type between two primary labels: `from_id`, `to_id` and the properties of the graph."""

    type: str
    from_label: str
    to_label: str
    table: pa.Table


@dataclass(frozen=True, slots=True)
class GraphTables:
    """`nodes`: label → `id, name, grade, …`; `seconds`: (label, second label) → ids; `edges`: frames, largest first."""

    nodes: Mapping[str, pa.Table]
    seconds: Mapping[tuple[str, str], pa.Array]
    edges: tuple[EdgeFrame, ...]

    def counts(self) -> dict[str, dict[str, int]]:
        """`{"nodes": {label: n}, "edges": {type: n}}`, without zeros."""
        edges: dict[str, int] = {}
        for frame in self.edges:
            edges[frame.type] = edges.get(frame.type, 0) + frame.table.num_rows
        return {"nodes": {k: t.num_rows for k, t in self.nodes.items()}, "edges": edges}


Counts = Mapping[str, Mapping[str, int]]


def _origins(srcs: pa.ChunkedArray, files: Files) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
    """File and row of each row reference; null where the reference is null or its file unknown."""
    part = pc.shift_right(srcs, 32)
    known = pa.array(sorted(files), pa.int64())
    file = pa.array([files[number] for number in sorted(files)], pa.string()).take(pc.index_in(part, known))
    row = pc.bit_wise_and(srcs, 0xFFFFFFFF)
    return file, pc.if_else(pc.is_valid(file), row, pa.scalar(None, pa.int64()))


def graph_props(props: Mapping[str, Kind]) -> dict[str, Kind]:
    """Model properties under the names they have in the graph."""
    return {f"{name}_cny" if kind == "money" else name: kind for name, kind in props.items()}


def read_tables(facts: Path, files: Files | None = None) -> GraphTables:
    """Read `facts/{nodes,edges}/*.parquet`. Raises `CheckFailed` when ids repeat or an edge ends nowhere."""
    nodes: dict[str, pa.Table] = {}
    seconds: dict[tuple[str, str], pa.Array] = {}
    for label, spec in NODES.items():
        table = _read(facts / "nodes" / f"{label}.parquet", ("id", "name", "grade", "second"), spec.props)
        if table is None:
            continue
        _unique(table.column("id"), label)
        columns = {"id": table.column("id"), "name": _named(table), "grade": _column(table, "grade", pa.string())}
        nodes[label] = pa.table(columns | _props(table, spec.props))
        if "second" in table.column_names:
            for second in spec.second:
                ids = table.column("id").filter(pc.equal(table.column("second"), second))
                if len(ids):
                    seconds[label, second] = ids.combine_chunks()
    return GraphTables(nodes, seconds, tuple(_edges(facts, nodes, files)))


def _read(path: Path, own: Iterable[str], props: Mapping[str, Kind]) -> pa.Table | None:
    """The columns that the graph holds; those of the views stay unread. (`read_table` would load the dataset reader.)"""
    if not path.exists():
        return None
    with pq.ParquetFile(path) as file:
        if not file.metadata.num_rows:
            return None
        wanted = {*own, *(f"{name}_fen" if kind == "money" else name for name, kind in props.items())}
        return file.read([name for name in file.schema_arrow.names if name in wanted], use_threads=False)


def _column(table: pa.Table, name: str, kind: pa.DataType) -> pa.ChunkedArray:
    if name not in table.column_names:
        return pa.chunked_array([pa.nulls(table.num_rows, kind)])
    return table.column(name).cast(kind)


def _named(table: pa.Table) -> pa.ChunkedArray:
    return pc.coalesce(_column(table, "name", pa.string()), table.column("id"))


def _props(table: pa.Table, props: Mapping[str, Kind]) -> dict[str, pa.ChunkedArray]:
    out = {}
    for name, kind in props.items():
        if kind == "money":
            out[f"{name}_cny"] = pc.divide(_column(table, f"{name}_fen", pa.int64()).cast(pa.float64()), 100.0)
        else:
            out[name] = _column(table, name, ARROW[kind])
    return out


def _unique(ids: pa.ChunkedArray, what: str) -> None:
    rising = pc.less(ids.slice(0, len(ids) - 1), ids.slice(1))  # the usual order of facts: no hashing needed
    if pc.all(rising, skip_nulls=False).as_py() is not True and pc.count_distinct(ids, mode="all").as_py() != len(ids):
        raise CheckFailed(
            "facts-repeat",
            Text(f"{what} 的编号有重复，未发布", f"ids of {what} repeat; nothing was published"),
            Text("运行 graphkit load --rebuild 重新推导", "run graphkit load --rebuild to derive the graph anew"),
        )


_EDGE_OWN = ("id", "from_id", "to_id", "from_date", "to_date", "confidence", "derived", "src")


def _edges(facts: Path, nodes: Mapping[str, pa.Table], files: Files | None) -> list[EdgeFrame]:
    labels = list(nodes)
    starts = np.cumsum([0, *(nodes[label].num_rows for label in labels)])
    chunks = [chunk for t in nodes.values() for chunk in t.column("id").chunks]
    known = pa.chunked_array(chunks, pa.string()).combine_chunks()
    frames = []
    for kind, spec in EDGES.items():
        table = _read(facts / "edges" / f"{kind}.parquet", _EDGE_OWN, spec.props)
        if table is None:
            continue
        _unique(table.column("id"), kind)
        ends = [_end_labels(table.column(c), known, starts, kind) for c in ("from_id", "to_id")]
        props = _edge_columns(table, _props(table, spec.props), files)
        pair = ends[0] * len(labels) + ends[1]
        for code in np.unique(pair):
            chosen = props if (pair == code).all() else props.filter(pa.array(pair == code))
            frames.append(EdgeFrame(kind, labels[code // len(labels)], labels[code % len(labels)], chosen))
    return sorted(frames, key=lambda f: -f.table.num_rows)


def _end_labels(
    ids: pa.ChunkedArray, known: pa.Array, starts: np.ndarray[tuple[int], np.dtype[np.int64]], kind: str
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The position of each end's label; an end that is no node would become an empty node in one of the engines."""
    found = pc.index_in(ids, value_set=known)
    if found.null_count:
        lost = ids.filter(pc.is_null(found))[0].as_py()
        raise CheckFailed(
            "facts-dangling",
            Text(f"{kind} 有 {found.null_count} 条边的端点不存在（如 {lost}），未发布", f"{found.null_count} edges of {kind} end at no node (such as {lost}); nothing was published"),
            Text("运行 graphkit load --rebuild 重新推导", "run graphkit load --rebuild to derive the graph anew"),
        )  # fmt: skip
    at: np.ndarray[tuple[int], np.dtype[np.int64]] = np.searchsorted(starts, found.to_numpy(), side="right") - 1
    return at


def _edge_columns(table: pa.Table, props: Mapping[str, pa.ChunkedArray], files: Files | None) -> pa.Table:
    n = table.num_rows
    file, row = pa.nulls(n, pa.string()), pa.nulls(n, pa.int64())
    if files is not None and "src" in table.column_names:
        file, row = _origins(table.column("src").cast(pa.int64()), files)
    return pa.table(
        {
            "from_id": table.column("from_id"),
            "to_id": table.column("to_id"),
            "id": table.column("id"),
            "from_date": _column(table, "from_date", pa.date32()),
            "to_date": _column(table, "to_date", pa.date32()),
            "confidence": pc.fill_null(_column(table, "confidence", pa.float64()), 1.0),
            "derived": pc.fill_null(_column(table, "derived", pa.bool_()), False),
            "source_file": file,
            "source_row": row,
            **props,
        }
    )


def compare_counts(expected: Counts, found: Counts) -> None:
    """Raise `CheckFailed` naming the first label or type whose number differs: nothing lost on the way goes unseen."""
    for group in ("nodes", "edges"):
        for name in sorted({*expected[group], *found[group]}):
            want, got = expected[group].get(name, 0), found[group].get(name, 0)
            if want != got:
                raise CheckFailed(
                    "store-count",
                    Text(f"图中 {name} 为 {got}，事实表为 {want}：未发布", f"the graph has {got} {name}, the facts have {want}: not published"),
                    Text("运行 graphkit load --rebuild 重新推导", "run graphkit load --rebuild to derive the graph anew"),
                )  # fmt: skip
