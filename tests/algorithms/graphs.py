"""Projections made directly from lists of edges, for oracles on random graphs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from hypothesis import strategies as st

from graphkit.model import EDGES
from graphkit.projection import OPEN_FROM, OPEN_TO, Projection
from graphkit.projection.graph import ARRAYS, adjacency

TYPES = tuple(EDGES)


@dataclass(frozen=True)
class Tie:
    src: int
    dst: int
    weight: float = 0.5
    type: str = "KIN_OF"
    start: int = OPEN_FROM
    end: int = OPEN_TO
    amount: int = 0


def projection_of(
    n: int,
    ties: Sequence[Tie],
    public: Iterable[int] = (),
    staff: Iterable[int] = (),
    organizations: Iterable[int] = (),
    kind: str = "people_and_firms",
) -> Projection:
    """A projection with nodes `n00`, `n01` …; each tie is one fact named `e<position in the sorted order>`."""
    ordered = sorted(ties, key=lambda t: (t.src, t.dst, TYPES.index(t.type), t.start, t.weight))
    m = len(ordered)
    flags = {"public": set(public), "staff": set(staff)}
    organizations = {*organizations, *flags["public"]}
    ids = [f"n{i:03d}" for i in range(n)]
    nodes = pa.table(
        {
            "id": pa.array(ids, pa.string()),
            "label": pa.array(["Organization" if i in organizations else "Person" for i in range(n)], pa.string()),
            "name": pa.array([f"name {i}" for i in range(n)], pa.string()),
            "second": pa.array([""] * n, pa.string()),
        }
    )
    parts = pa.table(
        {
            "eid": pa.array([f"e{i}" for i in range(m)], pa.string()),
            "support": pa.array([[]] * m, pa.list_(pa.string())),
        }
    )
    arrays = {
        **{name: np.array([i in chosen for i in range(n)]) for name, chosen in flags.items()},
        "has_account": np.zeros(n),
        "node_grade": np.zeros(n),
        "pay_years": np.zeros(0),
        "src": [t.src for t in ordered],
        "dst": [t.dst for t in ordered],
        "type_code": [TYPES.index(t.type) for t in ordered],
        "weight": [t.weight for t in ordered],
        "confidence": np.ones(m),
        "from_day": [t.start for t in ordered],
        "to_day": [t.end for t in ordered],
        "grade": np.zeros(m),
        "amount_fen": [t.amount for t in ordered],
        "count": np.ones(m),
        "part_ptr": np.arange(m + 1),
        "part_day": [t.start for t in ordered],
        "part_amount": [t.amount for t in ordered],
    }
    arrays |= adjacency(n, np.array(arrays["src"], np.int64), np.array(arrays["dst"], np.int64))
    typed = {name: np.asarray(arrays[name], dtype=dtype) for name, dtype in ARRAYS.items()}
    return Projection(kind, "test", None, TYPES, frozenset(), nodes, parts, typed)  # type: ignore[arg-type]


@st.composite
def random_ties(draw: st.DrawFn, max_nodes: int = 9, max_ties: int = 18, dated: bool = False) -> tuple[int, list[Tie]]:
    """A small random multigraph with distinct weights, so that cheapest paths are rarely tied."""
    n = draw(st.integers(2, max_nodes))
    pairs = draw(
        st.lists(
            st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)).filter(lambda p: p[0] != p[1]),
            min_size=1,
            max_size=max_ties,
        )
    )
    ties = []
    for a, b in pairs:
        weight = draw(st.integers(1, 997)) / 1000
        kind = draw(st.sampled_from(["KIN_OF", "OWNS", "PAID"]))
        start, end = OPEN_FROM, OPEN_TO
        if dated and draw(st.booleans()):
            start = draw(st.integers(0, 40)) * 100
            end = start if kind == "PAID" else start + draw(st.integers(0, 20)) * 100
        ties.append(Tie(a, b, weight, kind, start, end))
    return n, ties
