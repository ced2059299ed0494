"""The path search against plain enumeration on random multigraphs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

import networkx as nx
from hypothesis import given, settings
from hypothesis import strategies as st

from graphkit.store.paths import find_paths

COSTS = {"OWNS": 1.0, "EMPLOYED_BY": 1.5, "AGENT_OF": 3.0}
Edges = list[tuple[int, int, str]]
edges = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7), st.sampled_from([*COSTS])), max_size=22)


class Memory:
    """A store of a few edges that answers what is around some nodes."""

    def __init__(self, rows: Edges, hubs: set[str] | None = None) -> None:
        self.rows = [(f"n{a}", f"n{b}", kind, f"{kind}:n{a}>n{b}#{i:03}") for i, (a, b, kind) in enumerate(rows)]
        self.damped = hubs or set()
        self.asked: list[str] = []

    def step(
        self, ids: Sequence[str], types: Sequence[str], as_of: date | None, budget: int
    ) -> list[tuple[str, str, str, str, int]]:
        self.asked += ids
        groups: dict[tuple[str, str, str], list[str]] = {}
        for a, b, kind, edge_id in self.rows:
            for n, m in {(a, b), (b, a)}:
                if n in ids and kind in types:
                    groups.setdefault((n, kind, m), []).append(edge_id)
        return [(n, kind, m, min(found), len(found)) for (n, kind, m), found in sorted(groups.items())][:budget]

    def hubs(self, ids: Sequence[str]) -> set[str]:
        return self.damped & set(ids)


def all_costs(rows: Edges, max_hops: int, without: set[str]) -> list[tuple[float, int]]:
    """(cost, hops) of every simple typed path from n0 to n1, parallel edges of a type counted once, cheapest first."""
    graph = nx.MultiGraph()
    graph.add_nodes_from(["n0", "n1"])
    for a, b, kind in rows:
        if a != b and not {f"n{a}", f"n{b}"} & without and not graph.has_edge(f"n{a}", f"n{b}", kind):
            graph.add_edge(f"n{a}", f"n{b}", kind)
    paths = nx.all_simple_edge_paths(graph, "n0", "n1", cutoff=max_hops)
    return sorted((sum(COSTS[kind] for _, _, kind in path), len(path)) for path in paths)


@settings(max_examples=150, deadline=None)
@given(edges, st.integers(1, 5), st.integers(1, 6))
def test_the_cheapest_paths_are_the_cheapest(rows: Edges, max_hops: int, k: int) -> None:
    memory = Memory(rows)
    found, truncated = find_paths(memory.step, memory.hubs, "n0", "n1", max_hops, k, COSTS, None)
    assert not truncated
    assert [(p.cost, len(p.hops)) for p in found] == all_costs(rows, max_hops, set())[:k]
    for path in found:
        assert len(set(path.nodes)) == len(path.nodes) == len(path.hops) + 1
        for (a, b), hop in zip(pairwise(path.nodes), path.hops, strict=True):
            assert sum(kind == hop.type and {x, y} == {a, b} for x, y, kind, _ in memory.rows) == hop.parallel


@settings(max_examples=80, deadline=None)
@given(edges, st.sets(st.integers(2, 7), max_size=3))
def test_hubs_are_never_passed_through(rows: Edges, hubs: set[int]) -> None:
    names = {f"n{i}" for i in hubs}
    memory = Memory(rows, names)
    found, _ = find_paths(memory.step, memory.hubs, "n0", "n1", 5, 5, COSTS, None)
    assert [(p.cost, len(p.hops)) for p in found] == all_costs(rows, 5, names)[:5]
    assert not names & set(memory.asked)


@settings(max_examples=60, deadline=None)
@given(edges, st.integers(0, 10))
def test_a_budget_ends_the_search_and_says_so(rows: Edges, budget: int) -> None:
    memory = Memory(rows)
    found, truncated = find_paths(memory.step, memory.hubs, "n0", "n1", 5, 5, COSTS, None, edge_budget=budget)
    whole = all_costs(rows, 5, set())[:5]
    assert truncated or [(p.cost, len(p.hops)) for p in found] == whole
    assert len(found) <= len(all_costs(rows, 5, set()))


def test_the_search_stops_when_nothing_cheaper_can_come() -> None:
    chain: Edges = [(0, 1, "OWNS"), *((i, i + 1, "OWNS") for i in range(1, 7))]
    memory = Memory(chain)
    found, _ = find_paths(memory.step, memory.hubs, "n0", "n1", 6, 1, COSTS, None)
    assert [p.nodes for p in found] == [("n0", "n1")]
    assert "n5" not in memory.asked


def test_equal_paths_come_in_the_same_order() -> None:
    rows: Edges = [(0, i, "OWNS") for i in (4, 3, 2)] + [(i, 1, "OWNS") for i in (2, 4, 3)]
    for order in (rows, rows[::-1]):
        memory = Memory(order)
        found, _ = find_paths(memory.step, memory.hubs, "n0", "n1", 3, 3, COSTS, None)
        assert [p.nodes[1] for p in found] == ["n2", "n3", "n4"]


def test_senseless_questions_have_no_paths() -> None:
    memory = Memory([(0, 1, "OWNS")])
    for a, b, hops, k, costs in (
        ("n0", "n0", 3, 1, COSTS),
        ("n0", "n1", 0, 1, COSTS),
        ("n0", "n1", 3, 0, COSTS),
        ("n0", "n1", 3, 1, {}),
    ):
        assert find_paths(memory.step, memory.hubs, a, b, hops, k, costs, None) == ([], False)
