"""A projection: one snapshot's people, firms or money as arrays, cheap to open and safe to share."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from graphkit.errors import Text, UsageError
from graphkit.types import GRADES, Grade

if TYPE_CHECKING:
    import networkx as nx

Kind = Literal["people_and_firms", "whole", "money"]
OPEN_FROM = int(np.iinfo(np.int32).min)
"""`from_day` of an edge without a beginning."""
OPEN_TO = int(np.iinfo(np.int32).max)
"""`to_day` of an edge without an end."""

ARRAYS: Mapping[str, type[np.generic]] = {
    "public": np.bool_, "staff": np.bool_, "has_account": np.bool_, "node_grade": np.uint8, "pay_years": np.int64,
    "src": np.int32, "dst": np.int32, "type_code": np.uint8, "weight": np.float64, "confidence": np.float64,
    "from_day": np.int32, "to_day": np.int32, "grade": np.uint8, "amount_fen": np.int64, "count": np.int32,
    "part_ptr": np.int64, "part_day": np.int32, "part_amount": np.int64,
    "adj_ptr": np.int64, "adj_node": np.int32, "adj_edge": np.int32,
}  # fmt: skip
"""Name and dtype of every array of a projection."""


def as_date(day: int) -> date | None:
    """The date of a day number (days since 1970-01-01); None for an open end."""
    return None if day in (OPEN_FROM, OPEN_TO) else date(1970, 1, 1) + timedelta(days=int(day))


class Ids(Sequence[str]):
    """Sorted ids over an Arrow column; reads one at a time, so that a mapped file stays on disk."""

    def __init__(self, column: pa.ChunkedArray) -> None:
        self._column = column

    def __len__(self) -> int:
        return len(self._column)

    def __getitem__(self, i: Any) -> Any:
        return self._column[int(i)].as_py()

    def __iter__(self) -> Iterator[str]:
        return iter(self._column.to_pylist())


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """Nodes 0…n-1 in the order of their ids, edges 0…m-1 ordered by (src, dst, type, first fact).

    Arrays over nodes: `public` (hubs of public life), `staff`, `has_account`, `node_grade`. Over edges: `src`, `dst`
    (as the fact states them), `type_code` (index into `types`), `weight` in (0, 1], `confidence`, `from_day`,
    `to_day` (days since 1970-01-01, `OPEN_FROM` / `OPEN_TO` when open; of an aggregated edge its first and last
    fact), `grade` (rank in `GRADES`), `amount_fen` (sum), `count` (facts behind it). `part_ptr` (m+1) cuts the facts
    behind each edge out of `part_day`, `part_amount` and the edge ids, largest amount first. `adj_ptr`, `adj_node`,
    `adj_edge` are the CSR rows of the undirected multigraph. `pay_years` holds sorted codes node × 10000 + year for
    every year in which an account of a node moved. `loaded` names the fact tables that had rows.
    """

    kind: Kind
    snapshot: str
    as_of: date | None
    types: tuple[str, ...]
    loaded: frozenset[str]
    nodes: pa.Table
    parts: pa.Table
    arrays: Mapping[str, NDArray[Any]]

    def __getattr__(self, name: str) -> NDArray[Any]:
        try:
            return self.arrays[name]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def n(self) -> int:
        """Number of nodes."""
        return int(self.nodes.num_rows)

    @property
    def m(self) -> int:
        """Number of edges."""
        return len(self.arrays["src"])

    @property
    def ids(self) -> Ids:
        """Node ids, sorted."""
        return Ids(self.nodes["id"])

    def index(self, node_id: str) -> int:
        """Position of a node id, O(log n). Raises `UsageError` (code `unknown-id`) when the projection lacks it."""
        ids = self.ids
        i = bisect_left(ids, node_id)
        if i < len(ids) and ids[i] == node_id:
            return i
        raise UsageError(
            "unknown-id",
            Text(f"图中没有编号 {node_id}", f"the graph has no node {node_id}"),
            Text("用 graphkit resolve 按名称或号码查编号", "find the id by name or number with graphkit resolve"),
        )

    def id(self, i: int) -> str:
        """Id of node `i`."""
        return str(self.nodes["id"][int(i)].as_py())

    def name(self, i: int) -> str:
        """Name of node `i`."""
        return str(self.nodes["name"][int(i)].as_py())

    def label(self, i: int) -> str:
        """Primary label of node `i`."""
        return str(self.nodes["label"][int(i)].as_py())

    def second(self, i: int) -> str:
        """Second label of node `i`, "" for none."""
        return str(self.nodes["second"][int(i)].as_py())

    def identity_grade(self, i: int) -> Grade:
        """Identity grade of node `i`."""
        return GRADES[int(self.arrays["node_grade"][i])]

    def type(self, edge: int) -> str:
        """Relationship type of an edge."""
        return self.types[int(self.arrays["type_code"][edge])]

    def facts(self, edge: int, until: int = OPEN_TO, limit: int | None = None) -> list[str]:
        """Ids of the facts behind an edge that happened up to day `until`, largest amount first."""
        a, b = self.arrays["part_ptr"][edge : edge + 2]
        rows = a + np.flatnonzero(self.arrays["part_day"][a:b] <= until)
        return [self.parts["eid"][int(i)].as_py() for i in rows[:limit]]

    def support(self, edge: int, until: int = OPEN_TO, limit: int = 3) -> list[str]:
        """Ids of the further facts that join the first `limit` facts of an edge to both ends, sorted."""
        a, b = self.arrays["part_ptr"][edge : edge + 2]
        rows = a + np.flatnonzero(self.arrays["part_day"][a:b] <= until)
        return sorted({eid for i in rows[:limit] for eid in self.parts["support"][int(i)].as_py() or ()})

    def mask(self, kinds: Sequence[str]) -> NDArray[np.bool_]:
        """Which edges have one of some types, bool (m,)."""
        codes = [i for i, name in enumerate(self.types) if name in kinds]
        return np.isin(self.arrays["type_code"], codes)

    def degrees(self) -> NDArray[np.int64]:
        """Undirected degree of each node with parallel edges counted, int64 (n,)."""
        return np.diff(self.arrays["adj_ptr"])

    def estimate(self) -> dict[str, int]:
        """Nodes, edges, facts behind them and bytes when fully in memory."""
        size = sum(array.nbytes for array in self.arrays.values()) + self.nodes.nbytes + self.parts.nbytes
        return {"nodes": self.n, "edges": self.m, "facts": self.parts.num_rows, "bytes": int(size)}

    def to_networkx(self) -> nx.MultiDiGraph[str]:
        """The same graph for NetworkX, nodes by id; edge key = id of its first fact. O(n + m) Python objects."""
        import networkx as nx

        graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
        ids = self.nodes["id"].to_pylist()
        columns = zip(*(self.nodes[c].to_pylist() for c in ("label", "name", "second")), strict=True)
        for i, (node, (label, name, second)) in enumerate(zip(ids, columns, strict=True)):
            graph.add_node(node, label=label, name=name, second=second, grade=self.identity_grade(i))
        eids, ptr = self.parts["eid"].to_pylist(), self.arrays["part_ptr"].tolist()
        plain = {
            k: self.arrays[k].tolist()
            for k in ("src", "dst", "weight", "from_day", "to_day", "grade", "amount_fen", "count")
        }
        for e in range(self.m):
            graph.add_edge(
                ids[plain["src"][e]],
                ids[plain["dst"][e]],
                key=eids[ptr[e]],
                type=self.type(e),
                weight=plain["weight"][e],
                from_date=as_date(plain["from_day"][e]),
                to_date=as_date(plain["to_day"][e]),
                grade=GRADES[plain["grade"][e]],
                amount_fen=plain["amount_fen"][e],
                n=plain["count"][e],
                facts=tuple(eids[ptr[e] : ptr[e + 1]]),
            )
        return graph


def adjacency(n: int, src: NDArray[Any], dst: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """`adj_ptr`, `adj_node`, `adj_edge`: CSR rows of the undirected multigraph, ordered by (neighbour, edge)."""
    ends = np.concatenate([src, dst]).astype(np.int64)
    others = np.concatenate([dst, src])
    edges = np.tile(np.arange(len(src)), 2)
    order = np.lexsort((edges, others, ends))
    pointer = np.zeros(n + 1, np.int64)
    np.cumsum(np.bincount(ends, minlength=n), out=pointer[1:])
    return {"adj_ptr": pointer, "adj_node": others[order], "adj_edge": edges[order]}
