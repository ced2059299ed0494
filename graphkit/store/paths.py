"""The k cheapest typed paths between two nodes, over a store that only answers "what is around these nodes".

Two balls grow around the ends, the smaller first, until every path of `max_hops` lies inside them, or until no path
outside could be cheaper than the k found (each further hop costs at least the cheapest type). Then a best-first search
with exact distances to the target enumerates simple paths by (cost, hops, ids). Parallel edges of one type between two
nodes are one hop that says how many they are.

Damped: nobody is reached *through* a Position or a Hospital with more than `HUB_DEGREE` edges; without that every pair is
three hops apart (ALGORITHMS, paths). Both searches have a budget; when it runs out the answer says so.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

HUB_DEGREE = 1_000
EDGE_BUDGET = 200_000
STEP_BUDGET = 200_000

Step = Callable[[Sequence[str], Sequence[str], date | None, int], list[tuple[str, str, str, str, int]]]
"""`(ids, types, as_of, at most rows)` → `(node, type, neighbour, smallest edge id, parallel edges)`."""

Hubs = Callable[[Sequence[str]], set[str]]
"""Which of some ids must not be passed through."""


@dataclass(frozen=True, slots=True)
class Hop:
    """One hop: `edge_id` is the first of `parallel` edges of this type between the two nodes."""

    type: str
    edge_id: str
    parallel: int


@dataclass(frozen=True, slots=True)
class Path:
    """`nodes` is one longer than `hops`."""

    nodes: tuple[str, ...]
    hops: tuple[Hop, ...]
    cost: float


Around = dict[str, list[tuple[str, Hop]]]


def find_paths(
    step: Step,
    hubs: Hubs,
    a: str,
    b: str,
    max_hops: int,
    k: int,
    costs: Mapping[str, float],
    as_of: date | None,
    *,
    edge_budget: int = EDGE_BUDGET,
    step_budget: int = STEP_BUDGET,
) -> tuple[list[Path], bool]:
    """Up to `k` paths of at most `max_hops` hops, cheapest first, and whether a budget ended the search."""
    if a == b or not costs or k < 1 or max_hops < 1:
        return [], False
    around: Around = {}
    frontiers = {a: {a}, b: {b}}
    seen = {a: {a}, b: {b}}
    left = edge_budget
    found: list[Path] = []
    truncated = False
    for covered in range(1, max_hops + 1):
        if not frontiers[a] and not frontiers[b]:
            break
        side = min((s for s in (a, b) if frontiers[s]), key=lambda s: len(frontiers[s]))
        fresh = sorted(frontiers[side] - around.keys())
        left -= _expand(around, fresh, step, hubs, (a, b), sorted(costs), as_of, left + 1)
        frontiers[side] = {m for n in frontiers[side] for m, _ in around.get(n, ())} - seen[side]
        seen[side] |= frontiers[side]
        truncated = left < 0
        if truncated or covered == max_hops or _closed(frontiers) or seen[a] & seen[b]:
            found, cut = _undamped(around, hubs, a, b, max_hops, k, costs, step_budget)
            truncated = truncated or cut
            if (
                truncated
                or _closed(frontiers)
                or (len(found) == k and found[-1].cost < (covered + 1) * min(costs.values()))
            ):
                break
    return found, truncated


def _closed(frontiers: Mapping[str, set[str]]) -> bool:
    """One end's whole component is known: nothing new can join the two."""
    return not all(frontiers.values())


def _expand(
    around: Around,
    fresh: Sequence[str],
    step: Step,
    hubs: Hubs,
    ends: tuple[str, str],
    types: Sequence[str],
    as_of: date | None,
    budget: int,
) -> int:
    """Learn the edges of some nodes, none of a damped one; returns how many rows that took."""
    damped = hubs([n for n in fresh if n not in ends])
    asked = [n for n in fresh if n not in damped]
    around.update({n: [] for n in fresh})
    rows = step(asked, types, as_of, budget) if asked else []
    for n, kind, m, edge_id, parallel in rows:
        if m != n:
            around[n].append((m, Hop(kind, edge_id, parallel)))
    return len(rows)


def _undamped(
    around: Around, hubs: Hubs, a: str, b: str, max_hops: int, k: int, costs: Mapping[str, float], budget: int
) -> tuple[list[Path], bool]:
    """The cheapest paths; a hub on the rim of both balls was never asked, so it is found here and damped."""
    while True:
        found, cut = _cheapest(around, a, b, max_hops, k, costs, budget)
        damped = hubs(sorted({n for p in found for n in p.nodes[1:-1]} - around.keys()))
        if not damped:
            return found, cut
        around.update({n: [] for n in damped})


def _both_ways(around: Around) -> Around:
    """Edges known from one end only are edges from the other end too, except at damped hubs."""
    out: Around = {n: list(edges) for n, edges in around.items()}
    for n, edges in around.items():
        for m, hop in edges:
            if m not in around:
                out.setdefault(m, []).append((n, hop))
    return {n: [e for e in edges if out.get(e[0])] for n, edges in out.items()}


def _distances(graph: Around, b: str, weight: Callable[[Hop], float]) -> dict[str, float]:
    best = {b: 0.0}
    heap = [(0.0, b)]
    while heap:
        d, n = heapq.heappop(heap)
        if d > best[n]:
            continue
        for m, hop in graph.get(n, ()):
            if d + weight(hop) < best.get(m, float("inf")):
                best[m] = d + weight(hop)
                heapq.heappush(heap, (best[m], m))
    return best


def _cheapest(
    around: Around, a: str, b: str, max_hops: int, k: int, costs: Mapping[str, float], budget: int
) -> tuple[list[Path], bool]:
    graph = _both_ways(around)
    rest = _distances(graph, b, lambda hop: costs[hop.type])
    hops_to_b = _distances(graph, b, lambda _: 1.0)
    if a not in rest:
        return [], False
    found: list[Path] = []
    heap: list[tuple[float, int, tuple[str, ...], tuple[str, ...], float, tuple[Hop, ...]]] = [
        (rest[a], 0, (a,), (), 0.0, ())
    ]
    while heap and len(found) < k:
        budget -= 1
        if budget < 0:
            return found, True
        _, length, nodes, ids, cost, hops = heapq.heappop(heap)
        if nodes[-1] == b:
            found.append(Path(nodes, hops, cost))
            continue
        for m, hop in graph.get(nodes[-1], ()):
            if m in nodes or m not in rest or length + 1 + hops_to_b[m] > max_hops:
                continue
            spent = cost + costs[hop.type]
            heapq.heappush(
                heap, (round(spent + rest[m], 9), length + 1, (*nodes, m), (*ids, hop.edge_id), spent, (*hops, hop))
            )
    return found, False
