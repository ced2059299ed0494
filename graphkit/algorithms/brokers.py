"""可疑中间人: persons through whom staff and suppliers are joined, once public bodies are set aside (CATALOGUE N02)."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import networkx as nx
import numpy as np

from graphkit.algorithms.communities import louvain_labels
from graphkit.algorithms.plain import plain_pairs
from graphkit.projection import Projection

_ROLES = ("LEGAL_REP_OF", "DIRECTS", "OWNS", "CONTROLS", "NOMINEE_FOR")


@dataclass(frozen=True, slots=True)
class Broker:
    """`score`: share of cheapest staff–supplier paths through the person; `pairs_cut`: staff–supplier pairs within
    `hops` that only this person joins; `staff`, `suppliers`: how many of either lie on such a short path through
    the person (None without staff or suppliers in the data); `declared`: holds a recorded role on either side;
    `percentile`: share of ranked persons with a score not above this one; `sampled`: `{"k", "seed"}` or None.
    """

    rank: int
    id: str
    label: str
    name: str
    score: float
    pairs_cut: int
    staff: int | None
    suppliers: int | None
    declared: bool
    percentile: float
    sampled: Mapping[str, int] | None

    @property
    def between(self) -> dict[str, int] | None:
        """`{"staff": n, "suppliers": n}`, None without staff or suppliers in the data."""
        if self.staff is None or self.suppliers is None:
            return None
        return {"staff": self.staff, "suppliers": self.suppliers}


@dataclass(frozen=True, slots=True)
class Brokers:
    """`k` sources were sampled with `seed`; `k` None: all of them. `staff`, `suppliers` are the denominators."""

    ranked: tuple[Broker, ...]
    staff: int
    suppliers: int
    k: int | None
    seed: int

    def __iter__(self) -> Iterator[Broker]:
        return iter(self.ranked)


@dataclass(frozen=True, slots=True)
class _Sides:
    staff: frozenset[int]
    companies: frozenset[int]
    persons: frozenset[int]


def brokers(
    projection: Projection,
    top: int = 50,
    seed: int = 7,
    as_of: date | None = None,
    *,
    hops: int = 4,
    hub_degree: int = 500,
    edge_visits: int = 1_000_000,
) -> Brokers:
    """Rank persons by betweenness between staff and suppliers with their persons; organizations are never ranked.

    `networkx.betweenness_centrality_subset` over costs, divided by |S|·|T|; sources are sampled when sources × pairs
    exceed `edge_visits`; `pairs_cut` and `between` count all sources up to ten times that, else the sampled ones.
    Without staff or without suppliers: betweenness between communities. `top` 0 means all.
    """
    sides = _find_sides(projection)
    graph = plain_pairs(projection, as_of, hub_degree).graph()
    targets = {v: v for v in sides.companies | sides.persons if v in graph}
    sources = sorted(v for v in sides.staff if v in graph)
    two_sided = bool(sides.staff and sides.companies)
    if two_sided:
        _prune_leaves(graph, {*sources, *targets})
        group = dict.fromkeys(sources, 0) | {v: 1 for v in graph if v in targets and v not in sides.staff}
    else:
        labels = louvain_labels(plain_pairs(projection, as_of, hub_degree), projection.n, 1, seed)[0]
        group = {v: int(labels[v]) for v in sorted(graph)}
        sources = sorted(graph)
    drawn, k = _sample(sources, graph.number_of_edges(), seed, edge_visits)
    score = _betweenness(graph, drawn, group, two_sided)
    persons = [v for v in sorted(score) if score[v] > 1e-12 and projection.label(v) == "Person"]
    persons.sort(key=lambda v: (-round(score[v], 12), v))
    values = np.sort([round(score[v], 12) for v in persons])
    ranked = []
    goals = sides.companies if two_sided else frozenset(graph)
    affordable = two_sided and len(sources) * graph.number_of_edges() <= 10 * edge_visits
    cutter = _Cutter(graph, sources if affordable else drawn, group, goals, two_sided, hops)
    for rank, v in enumerate(persons[: top or None], 1):
        pairs_cut, staff, suppliers = cutter.effect(v)
        ranked.append(
            Broker(
                rank, projection.id(v), "Person", projection.name(v), score[v], pairs_cut,
                staff if two_sided else None, suppliers if two_sided else None, v in sides.staff or v in sides.persons,
                float(np.searchsorted(values, round(score[v], 12), side="right") / len(values)),
                None if k is None else {"k": k, "seed": seed},
            )
        )  # fmt: skip
    return Brokers(tuple(ranked), len(sides.staff), len(sides.companies), k, seed)


def _find_sides(projection: Projection) -> _Sides:
    employed = projection.mask(("EMPLOYED_BY",))
    src, dst, public = projection.src, projection.dst, projection.public
    staff = set(np.flatnonzero(projection.staff).tolist()) | set(src[employed & public[dst]].tolist())
    companies = set(dst[projection.mask(("AWARDED_TO",)) & ~public[dst]].tolist())
    bid = projection.mask(("CO_BID",))
    companies |= set(src[bid].tolist()) | set(dst[bid].tolist())
    companies = {v for v in companies if projection.label(v) == "Organization"}
    roles = projection.mask(_ROLES) | employed
    persons = {
        int(src[e])
        for e in np.flatnonzero(roles)
        if int(dst[e]) in companies and projection.label(int(src[e])) == "Person"
    }
    return _Sides(frozenset(map(int, staff)), frozenset(companies), frozenset(persons))


def _prune_leaves(graph: nx.Graph[int], keep: set[int]) -> None:
    """Take off dead ends that no path between kept nodes can use; betweenness between kept nodes stays the same."""
    queue = [v for v in sorted(graph) if graph.degree(v) <= 1 and v not in keep]
    while queue:
        v = queue.pop()
        if v not in graph:
            continue
        near = list(graph[v])
        graph.remove_node(v)
        queue.extend(u for u in near if graph.degree(u) <= 1 and u not in keep)


def _sample(sources: list[int], edges: int, seed: int, edge_visits: int) -> tuple[list[int], int | None]:
    most = max(10, edge_visits // max(edges, 1))
    if len(sources) <= most:
        return sources, None
    return sorted(random.Random(seed).sample(sources, most)), most  # noqa: S311


def _betweenness(graph: nx.Graph[int], sources: list[int], group: dict[int, int], two_sided: bool) -> dict[int, float]:
    """Share of cheapest paths from each source to the nodes of other groups that pass through a node."""
    total: dict[int, float] = dict.fromkeys(graph, 0.0)
    pairs = 0
    for number in sorted({group[v] for v in sources}):
        own = [v for v in sources if group[v] == number]
        others = [v for v in sorted(graph) if v in group and group[v] != number]
        if not others:
            continue
        part = nx.betweenness_centrality_subset(graph, own, others, normalized=False, weight="cost")
        pairs += len(own) * len(others)
        for v, value in part.items():
            total[v] += 2 * value  # NetworkX halves for undirected graphs; here every pair is counted from one end
    scale = pairs if pairs else 1
    return {v: value / scale for v, value in total.items()}


class _Cutter:
    """Removal effect: which source–goal pairs within `hops` need a node."""

    def __init__(
        self,
        graph: nx.Graph[int],
        sources: Iterable[int],
        group: dict[int, int],
        goals: frozenset[int],
        two_sided: bool,
        hops: int,
    ) -> None:
        self._near = {v: sorted(graph[v]) for v in graph}
        self._sources = frozenset(v for v in sources if v in self._near)
        self._group, self._goals, self._two_sided, self._hops = group, goals, two_sided, hops
        self._full: dict[int, dict[int, int]] = {}

    def effect(self, node: int) -> tuple[int, int, int]:
        """(pairs cut, sources, goals) of `node`: the latter two count ends of short paths through it."""
        around = self._distances(node, -1)
        close = {s: d for s, d in around.items() if s in self._sources and 0 < d < self._hops}
        ends = {t: d for t, d in around.items() if t in self._goals and d > 0}
        cut = 0
        left, right = set(), set()
        for s, d in sorted(close.items()):
            mine = [t for t, far in ends.items() if t != s and d + far <= self._hops and self._apart(s, t)]
            if not mine:
                continue
            left.add(s)
            right.update(mine)
            without = self._distances(s, node)
            cut += sum(t not in without for t in mine)
        return cut, len(left), len(right)

    def _apart(self, s: int, t: int) -> bool:
        return self._two_sided or self._group[s] != self._group[t]

    def _distances(self, start: int, removed: int) -> dict[int, int]:
        """Hop counts up to `hops` from `start`, never through `removed`."""
        far = {start: 0}
        front = [start]
        for depth in range(1, self._hops + 1):
            reached = {u for v in front for u in self._near[v] if u != removed and u not in far}
            far |= dict.fromkeys(reached, depth)
            front = list(reached)
        return far
