"""K shortest simple paths under rules: bounded hops, hubs closed or dear, lawful in time, within a step budget.

Best-first search over partial paths. Its guide is the exact cost to the nearest target within the hop bound when the
time rule is left aside (Bellman–Ford, a sweep over all edges a hop); so the first path found is the cheapest lawful one.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from graphkit.algorithms.lawful import TimeRule
from graphkit.algorithms.rows import neighbour_rows
from graphkit.projection import Projection

_DIGITS = 12


@dataclass(slots=True)
class Budget:
    """Steps (partial paths looked at) that searches may still take; `spent` tells that some search was cut."""

    left: int
    spent: bool = False

    def step(self) -> bool:
        """Take one step; False when none is left."""
        self.left -= 1
        self.spent |= self.left < 0
        return self.left >= 0


@dataclass(frozen=True, slots=True)
class Walk:
    """A path as node and edge positions; `nodes` has one more entry than `edges`."""

    nodes: tuple[int, ...]
    edges: tuple[int, ...]
    cost: float


@dataclass(slots=True)
class PathFinder:
    """Cheapest paths from any node to the nearest of some targets.

    `cost` (m,) is positive; `usable` (m,) switches edges off; `enter` (n,) is what passing through a node costs on
    top, infinity closes it; at most `max_hubs` nodes that cost something are passed. Preparing is O(max_hops × m); a
    search is bounded by its budget.
    """

    projection: Projection
    targets: NDArray[np.int64]
    cost: NDArray[np.float64]
    usable: NDArray[np.bool_]
    enter: NDArray[np.float64]
    time: TimeRule
    max_hops: int = 6
    max_hubs: int = 2
    distance: NDArray[np.float64] = field(init=False)
    hops: NDArray[np.float64] = field(init=False)
    _target: NDArray[np.bool_] = field(init=False)
    _rows: dict[int, list[tuple[int, int]]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        p = self.projection
        self._target = np.zeros(p.n, np.bool_)
        self._target[self.targets] = True
        self.enter = np.where(self._target, 0.0, self.enter)
        rows = neighbour_rows(p, self.usable, self.cost)
        step = rows.value + self.enter[rows.node]
        self.distance = np.where(self._target, 0.0, np.inf)
        self.hops = self.distance.copy()
        for hop in range(1, self.max_hops + 1):
            through = rows.fold(np.minimum, step + self.distance[rows.node], np.inf)
            nearer = through < self.distance
            if not nearer.any():
                break
            self.hops[nearer & np.isinf(self.hops)] = hop
            self.distance = np.where(nearer, through, self.distance)

    def reachable(self) -> NDArray[np.bool_]:
        """Nodes (n,) from which some target is within the hop bound, time left aside."""
        return np.isfinite(self.distance)

    def paths(self, start: int, k: int, budget: Budget) -> list[Walk]:
        """The `k` cheapest simple lawful paths from `start` to its first target, cheapest first, ties by node order.

        Paths that differ only in which of several facts of one type joins two nodes count once.
        """
        found: list[Walk] = []
        seen: set[tuple[tuple[int, ...], tuple[int, ...]]] = set()
        if not np.isfinite(self.distance[start]):
            return found
        heap: list[tuple[float, int, tuple[int, ...], tuple[int, ...], float, int]] = [
            (float(self.distance[start]), 0, (start,), (), 0.0, -1)
        ]
        codes = self.projection.type_code
        while heap and len(found) < k:
            if not budget.step():
                break
            _, length, nodes, edges, spent, last = heapq.heappop(heap)
            here = nodes[-1]
            if length and self._target[here]:
                shape = (nodes, tuple(int(codes[e]) for e in edges))
                if shape not in seen:
                    seen.add(shape)
                    found.append(Walk(nodes, edges, spent))
                continue
            for nxt, edge in self._row(here):
                if nxt in nodes or self.hops[nxt] + length + 1 > self.max_hops:
                    continue
                if last >= 0 and not self.time.meet(last, edge):
                    continue
                if self.enter[nxt] > 0 and sum(self.enter[v] > 0 for v in nodes[1:]) >= self.max_hubs:
                    continue
                cost = spent + float(self.cost[edge]) + float(self.enter[nxt])
                guess = round(cost + float(self.distance[nxt]), _DIGITS)
                dated = edge if self.time.dated(edge) else last
                heapq.heappush(heap, (guess, length + 1, (*nodes, nxt), (*edges, edge), cost, dated))
        return found

    def _row(self, node: int) -> list[tuple[int, int]]:
        """Neighbours of a node that lead on, with the edges."""
        row = self._rows.get(node)
        if row is None:
            p = self.projection
            a, b = p.adj_ptr[node : node + 2]
            nodes, edges = p.adj_node[a:b], p.adj_edge[a:b]
            keep = self.usable[edges] & np.isfinite(self.distance[nodes]) & np.isfinite(self.enter[nodes])
            row = self._rows[node] = list(zip(nodes[keep].tolist(), edges[keep].tolist(), strict=True))
        return row
