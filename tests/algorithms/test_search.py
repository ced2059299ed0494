"""K shortest lawful paths against NetworkX and against brute force on random multigraphs."""

from __future__ import annotations

import itertools

import networkx as nx
import numpy as np
import pytest
from graphs import Tie, projection_of, random_ties
from hypothesis import given, settings
from hypothesis import strategies as st

from graphkit.algorithms.lawful import TimeRule
from graphkit.algorithms.paths import edge_costs
from graphkit.algorithms.search import Budget, PathFinder
from graphkit.projection import Projection


def finder(
    p: Projection, targets: list[int], max_hops: int = 6, enter: dict[int, float] | None = None, max_hubs: int = 2
) -> PathFinder:
    extra = np.zeros(p.n)
    for node, cost in (enter or {}).items():
        extra[node] = cost
    return PathFinder(
        p, np.array(targets), edge_costs(p), np.ones(p.m, np.bool_), extra, TimeRule(p), max_hops, max_hubs
    )


def brute_force(
    p: Projection, start: int, targets: set[int], max_hops: int, closed: frozenset[int] = frozenset()
) -> list[float]:
    """Costs of every simple path to a first target, one per (nodes, types), lawful in time; ascending."""
    cost, time = edge_costs(p), TimeRule(p)
    best: dict[tuple[tuple[int, ...], tuple[int, ...]], float] = {}

    def walk(nodes: tuple[int, ...], edges: tuple[int, ...]) -> None:
        here = nodes[-1]
        if edges and here in targets:
            shape = (nodes, tuple(int(p.type_code[e]) for e in edges))
            total = float(sum(cost[e] for e in edges))
            best[shape] = min(total, best.get(shape, np.inf))
            return
        if len(edges) == max_hops or (edges and here in closed):
            return
        dated = [e for e in edges if time.dated(e)]
        for e in range(p.m):
            ends = (int(p.src[e]), int(p.dst[e]))
            if here in ends:
                other = ends[0] if ends[1] == here else ends[1]
                if other not in nodes and (not dated or time.meet(dated[-1], e)):
                    walk((*nodes, other), (*edges, e))

    walk((start,), ())
    return sorted(best.values())


@settings(max_examples=80, deadline=None)
@given(random_ties(max_nodes=7, max_ties=12, dated=True), st.integers(1, 6), st.integers(1, 5), st.data())
def test_costs_equal_brute_force(graph: tuple[int, list[Tie]], max_hops: int, k: int, data: st.DataObject) -> None:
    n, ties = graph
    p = projection_of(n, ties)
    start = data.draw(st.integers(0, n - 1))
    targets = data.draw(st.sets(st.integers(0, n - 1).filter(lambda v: v != start), min_size=1, max_size=2))
    found = finder(p, sorted(targets), max_hops).paths(start, k, Budget(100_000))
    assert [w.cost for w in found] == pytest.approx(brute_force(p, start, targets, max_hops)[:k])


@settings(max_examples=60, deadline=None)
@given(random_ties(max_nodes=10, max_ties=25), st.integers(1, 6))
def test_lengths_equal_networkx_shortest_simple_paths(graph: tuple[int, list[Tie]], k: int) -> None:
    n, ties = graph
    p = projection_of(n, [Tie(t.src, t.dst, t.weight, "OWNS") for t in ties])
    simple = nx.Graph()
    simple.add_nodes_from(range(n))
    for e in range(p.m):
        u, v, c = int(p.src[e]), int(p.dst[e]), float(edge_costs(p)[e])
        if not simple.has_edge(u, v) or simple[u][v]["cost"] > c:
            simple.add_edge(u, v, cost=c)
    expected: list[float] = []
    if nx.has_path(simple, 0, n - 1):
        for path in itertools.islice(nx.shortest_simple_paths(simple, 0, n - 1, weight="cost"), k):
            expected.append(nx.path_weight(simple, path, "cost"))
    got = finder(p, [n - 1], max_hops=n).paths(0, k, Budget(100_000))
    assert [w.cost for w in got] == pytest.approx(expected)


@settings(max_examples=60, deadline=None)
@given(random_ties(max_nodes=8, max_ties=16), st.integers(1, 7), st.data())
def test_the_guide_is_the_cheapest_way_within_the_hop_bound(
    graph: tuple[int, list[Tie]], hops: int, data: st.DataObject
) -> None:
    n, ties = graph
    p = projection_of(n, ties)
    enter = {node: data.draw(st.sampled_from([0.0, 0.5, np.inf])) for node in range(1, n)}
    f = finder(p, [0], hops, enter)
    cost = edge_costs(p)
    left = {0: 0.0}
    for hop in range(1, hops + 1):
        known = dict(left)
        for e in range(p.m):
            for here, other in ((int(p.src[e]), int(p.dst[e])), (int(p.dst[e]), int(p.src[e]))):
                if (way := cost[e] + enter.get(other, 0.0) + known.get(other, np.inf)) < left.get(here, np.inf):
                    left[here] = way
        assert {v for v in range(n) if f.hops[v] <= hop} == left.keys()
    assert f.distance.tolist() == pytest.approx([left.get(v, np.inf) for v in range(n)])


@settings(max_examples=40, deadline=None)
@given(random_ties(max_nodes=8, max_ties=16), st.data())
def test_closed_nodes_are_ends_but_never_passed(graph: tuple[int, list[Tie]], data: st.DataObject) -> None:
    n, ties = graph
    p = projection_of(n, ties)
    closed = data.draw(st.sets(st.integers(0, n - 1), max_size=3))
    f = finder(p, [n - 1], 6, dict.fromkeys(closed, np.inf))
    found = f.paths(0, 20, Budget(100_000))
    assert [w.cost for w in found] == pytest.approx(brute_force(p, 0, {n - 1}, 6, frozenset(closed))[:20])
    assert all(not closed & set(w.nodes[1:-1]) for w in found)


@settings(max_examples=40, deadline=None)
@given(random_ties(max_nodes=9, max_ties=20))
def test_paths_are_simple_real_and_in_order(graph: tuple[int, list[Tie]]) -> None:
    n, ties = graph
    p = projection_of(n, ties)
    found = finder(p, [n - 1]).paths(0, 10, Budget(100_000))
    assert [w.cost for w in found] == sorted(w.cost for w in found)
    for walk in found:
        assert walk.nodes[0] == 0
        assert walk.nodes[-1] == n - 1
        assert len(set(walk.nodes)) == len(walk.nodes) <= 7
        for edge, ends in zip(walk.edges, itertools.pairwise(walk.nodes), strict=True):
            assert {int(p.src[edge]), int(p.dst[edge])} == set(ends)


def test_a_search_stops_at_its_budget_and_says_so() -> None:
    p = projection_of(8, [Tie(a, b, 0.1 + a / 100 + b / 1000) for a in range(8) for b in range(a + 1, 8)])
    budget = Budget(5)
    assert len(finder(p, [7]).paths(0, 1000, budget)) < 5
    assert budget.spent
    generous = Budget(1_000_000)
    finder(p, [7]).paths(0, 3, generous)
    assert not generous.spent


def test_of_several_facts_of_one_type_the_strongest_speaks_once() -> None:
    p = projection_of(2, [Tie(0, 1, 0.2, "OWNS"), Tie(0, 1, 0.9, "OWNS"), Tie(0, 1, 0.5, "KIN_OF")])
    found = finder(p, [1]).paths(0, 10, Budget(100))
    assert [p.type(w.edges[0]) for w in found] == ["OWNS", "KIN_OF"]
    assert float(p.weight[found[0].edges[0]]) == 0.9


def test_dear_hubs_are_passed_at_most_as_often_as_allowed() -> None:
    p = projection_of(5, [Tie(0, 1), Tie(1, 2), Tie(2, 3), Tie(3, 4)])
    dear = dict.fromkeys((1, 2, 3), 1.0)
    assert finder(p, [4], enter=dear, max_hubs=2).paths(0, 1, Budget(100)) == []
    (walk,) = finder(p, [4], enter=dear, max_hubs=3).paths(0, 1, Budget(100))
    assert walk.cost == pytest.approx(3 + float(edge_costs(p).sum()))


def test_reachable_nodes_respect_the_hop_bound() -> None:
    p = projection_of(5, [Tie(i, i + 1) for i in range(4)])
    assert finder(p, [0], max_hops=2).reachable().tolist() == [True, True, True, False, False]


def test_no_way_gives_no_path() -> None:
    p = projection_of(4, [Tie(0, 1), Tie(2, 3)])
    assert finder(p, [3]).paths(0, 5, Budget(10)) == []
