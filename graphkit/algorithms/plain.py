"""The simple weighted graph beneath a projection: hubs out, parallel ties merged, for communities and brokers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graphkit.algorithms.paths import HOP_COST, hubs, usable_edges
from graphkit.projection import Projection


@dataclass(frozen=True, slots=True)
class Pairs:
    """Distinct pairs u < v of node positions with the sum of their weights (capped at 1) and a positive cost."""

    u: NDArray[np.int64]
    v: NDArray[np.int64]
    weight: NDArray[np.float64]

    @property
    def cost(self) -> NDArray[np.float64]:
        """−ln(weight) plus a little per hop, (pairs,)."""
        return np.asarray(HOP_COST - np.log(self.weight), dtype=np.float64)

    def graph(self) -> nx.Graph[int]:
        """An undirected NetworkX graph on node positions with `weight` and `cost`, in the order of the pairs."""
        graph: nx.Graph[int] = nx.Graph()
        rows = zip(self.u.tolist(), self.v.tolist(), self.weight.tolist(), self.cost.tolist(), strict=True)
        graph.add_edges_from((u, v, {"weight": w, "cost": c}) for u, v, w, c in rows)
        return graph


def plain_pairs(projection: Projection, as_of: date | None, hub_degree: int) -> Pairs:
    """Pairs of non-hub nodes that any usable edge joins. O(m log m)."""
    hub = hubs(projection, hub_degree)
    keep = usable_edges(projection, as_of) & ~hub[projection.src] & ~hub[projection.dst]
    src, dst = projection.src[keep].astype(np.int64), projection.dst[keep].astype(np.int64)
    code = np.minimum(src, dst) * projection.n + np.maximum(src, dst)
    pairs, inverse = np.unique(code, return_inverse=True)
    weight = np.bincount(inverse, weights=projection.weight[keep], minlength=len(pairs))
    return Pairs(pairs // max(projection.n, 1), pairs % max(projection.n, 1), np.minimum(weight, 1.0))
