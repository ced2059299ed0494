"""What every graph store does, whichever engine serves it. Answers are plain dicts; sources are added by the caller.

Shapes:

- NODE   `{"id", "label", "labels": [primary, second], "name", "grade", "props": {…}}`
- EDGE   `{"id", "type", "from", "to", "props": {…}}`; `props` of both hold model properties plus, for edges,
  `from_date, to_date, confidence, derived, source_file, source_row`; dates are ISO strings, money is a decimal string
- HOP    EDGE with `from_node`, `to_node` (NODE without props), `cost`, `parallel` (how many edges of this type, here)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias, TypedDict

Files: TypeAlias = Mapping[int, str]
"""Part number → name of the file; a row reference of the facts is `part << 32 | row`."""

ROW_CAP = 10_000
"""No query answers more rows (RELIABILITY S4)."""

CELL_CAP = 10_000_000
"""No query answers more characters (RELIABILITY S4)."""


class Group(TypedDict):
    """How many edges of one type in one direction a node has."""

    type: str
    direction: Literal["out", "in"]
    count: int


class Neighbors(TypedDict):
    """`neighbors` = `[{"node": NODE, "edge": EDGE}]`, at most `limit`, in the order `sorted_by` states; `total` edges."""

    node: dict[str, Any]
    groups: list[Group]
    neighbors: list[dict[str, Any]]
    shown: int
    total: int
    sorted_by: str


class PathAnswer(TypedDict):
    """`paths` = `[{"length", "cost", "nodes": [NODE], "hops": [HOP]}]`, cheapest first; `truncated`: the search gave up."""

    paths: list[dict[str, Any]]
    searched: str
    truncated: bool


class QueryAnswer(TypedDict):
    """Rows of one Cypher query. `truncated` when rows or cells were cut."""

    columns: list[str]
    rows: list[list[Any]]
    row_count: int
    truncated: bool
    seconds: float
    store: Literal["embedded", "neo4j"]


class GraphStore(Protocol):
    """A disposable projection of the facts of one snapshot; only `publish` writes."""

    kind: Literal["embedded", "neo4j"]

    def publish(self, facts: Path, snapshot: str, files: Files | None = None) -> dict[str, dict[str, int]]:
        """Serve the facts in folder `facts` from now on; returns the counts of `counts()`.

        Raises `CheckFailed` when the counts of the graph differ from those of the facts: then the old graph stays.
        """

    def is_published(self, snapshot: str) -> bool:
        """Whether this snapshot is what the store answers from."""

    def node(self, node_id: str) -> dict[str, Any] | None:
        """NODE, or None."""

    def neighbors(
        self, node_id: str, types: Sequence[str] = (), limit: int = 200, as_of: date | None = None
    ) -> Neighbors:
        """Edges of a node: counts per type and direction, and at most `limit` neighbours (0 = 10,000).

        Raises `UsageError` for an unknown id or type.
        """

    def path(
        self,
        a: str,
        b: str,
        max_hops: int = 6,
        k: int = 5,
        types: Sequence[str] = (),
        as_of: date | None = None,
    ) -> PathAnswer:
        """The `k` cheapest typed paths between two nodes over the whole graph, edges taken in either direction."""

    def query(
        self,
        cypher: str,
        params: Mapping[str, Any] | None = None,
        limit: int = 50,
        timeout: float = 30.0,
        *,
        library: bool = False,
    ) -> QueryAnswer:
        """Rows of a read-only Cypher text. `library=True` only for reviewed files: it skips gate and cage.

        Raises `UsageError` (refused, or not valid) and `LimitReached` (time, memory).
        """

    def counts(self) -> dict[str, dict[str, int]]:
        """`{"nodes": {label: n}, "edges": {type: n}}`, without zeros."""

    def subgraph(self, ids: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
        """`{"nodes": [NODE], "edges": [EDGE]}`: those nodes and every edge between them, sorted by id."""

    def degree_by_type(self, ids: Sequence[str]) -> dict[str, list[Group]]:
        """Counts per type and direction for each id that exists."""

    def close(self) -> None:
        """Give connections and memory back."""
