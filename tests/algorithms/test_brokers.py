"""Intermediaries: betweenness against NetworkX, removal effect against brute force, and what is said of each."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import networkx as nx
import pytest
from graphs import Tie, projection_of, random_ties
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_facts import nest

from graphkit.algorithms.brokers import brokers
from graphkit.algorithms.plain import plain_pairs
from graphkit.projection import Projection, project


def two_sided(n: int, ties: list[Tie], staff: set[int], firms: set[int]) -> Projection:
    """A projection with a public hospital (node n) that employs the staff and buys from the firms."""
    more = [Tie(s, n, 0.1, "EMPLOYED_BY") for s in sorted(staff)] + [
        Tie(n, f, 0.15, "AWARDED_TO") for f in sorted(firms)
    ]
    return projection_of(n + 1, [*ties, *more], public=[n], staff=staff, organizations=firms)


def line() -> Projection:
    """Two staff – agent – two firms; a cousin beside the agent joins one more firm to the first employee."""
    ties = [Tie(0, 2), Tie(1, 2), Tie(2, 3, type="PAID"), Tie(2, 4, type="PAID"), Tie(0, 5), Tie(5, 4, 0.1, "PAID")]
    return two_sided(6, ties, {0, 1}, {3, 4})


def test_the_agent_between_staff_and_firms_comes_first() -> None:
    found = brokers(line())
    first = found.ranked[0]
    assert (first.rank, first.id, first.label) == (1, "n002", "Person")
    assert first.between == {"staff": 2, "suppliers": 2}
    assert first.sampled is None
    assert list(found) == list(found.ranked)
    assert first.pairs_cut == 3
    assert not first.declared
    assert first.percentile == 1.0
    assert (found.staff, found.suppliers, found.k) == (2, 2, None)


def test_organizations_are_never_ranked() -> None:
    ties = [Tie(0, 1, type="PAID"), Tie(1, 2, type="PAID"), Tie(2, 3, type="PAID")]
    p = projection_of(
        5,
        [*ties, Tie(0, 4, 0.1, "EMPLOYED_BY"), Tie(4, 3, 0.15, "AWARDED_TO")],
        public=[4],
        staff=[0],
        organizations=[1, 3],
    )
    assert [b.id for b in brokers(p).ranked] == ["n002"]


def test_a_recorded_role_on_either_side_is_declared(tmp_path: Path) -> None:
    f, ids = nest()
    agent = f.person("agent")
    f.edge("EMPLOYED_BY", agent, ids["firm"], kind="agent")
    f.edge("KIN_OF", agent, ids["clerk"], code="SB", degree=2)
    p = project(f.write(tmp_path / "snap" / "facts"))
    by_id = {b.id: b for b in brokers(p).ranked}
    assert by_id[agent].declared
    assert not by_id[ids["wife"]].declared


def test_top_cuts_and_zero_means_all() -> None:
    p = line()
    everybody = brokers(p, top=0).ranked
    assert brokers(p, top=1).ranked == everybody[:1]
    assert [b.rank for b in everybody] == list(range(1, len(everybody) + 1))


def test_without_staff_or_suppliers_all_persons_between_communities_are_ranked() -> None:
    cliques = [Tie(a, b, 0.9) for base in (0, 4) for a in range(base, base + 4) for b in range(a + 1, base + 4)]
    found = brokers(projection_of(9, [*cliques, Tie(0, 8, 0.5), Tie(8, 4, 0.5)]))
    assert {b.id for b in found.ranked[:3]} == {"n000", "n004", "n008"}
    assert all(b.between is None and b.staff is None for b in found.ranked)
    assert (found.staff, found.suppliers) == (0, 0)


def test_staff_and_suppliers_that_nothing_joins_have_no_broker() -> None:
    found = brokers(two_sided(4, [Tie(0, 1)], {0}, {3}))
    assert (found.ranked, found.staff, found.suppliers) == ((), 1, 1)


def test_an_empty_graph_has_no_broker() -> None:
    assert brokers(projection_of(3, [])).ranked == ()


def test_sampling_is_stated_and_repeatable() -> None:
    n = 40
    ties = [Tie(i, n, 0.5) for i in range(n)] + [Tie(n, n + 1, 0.5), Tie(n, n + 2, 0.5)]
    p = two_sided(n + 3, ties, set(range(n)), {n + 1, n + 2})
    one, two = brokers(p, seed=3, edge_visits=200), brokers(p, seed=3, edge_visits=200)
    assert (one.k, one.seed) == (10, 3)
    assert all(b.sampled == {"k": 10, "seed": 3} for b in one)
    assert one == two
    assert one.ranked[0].id == f"n{n:03d}"
    assert one.ranked[0].score == pytest.approx(1.0)
    assert one.ranked[0].between == {"staff": n, "suppliers": 2}
    assert one.ranked[0].pairs_cut == 2 * n


@settings(max_examples=40, deadline=None)
@given(random_ties(max_nodes=11, max_ties=24), st.data())
def test_scores_equal_networkx_on_the_unpruned_graph(graph: tuple[int, list[Tie]], data: st.DataObject) -> None:
    n, ties = graph
    nodes = data.draw(st.permutations(range(n)))
    cut = data.draw(st.integers(1, n - 1))
    staff, firms = set(nodes[:cut][:3]), set(nodes[cut:][:3])
    p = two_sided(n, ties, staff, firms)
    roles = {int(p.src[e]) for e in range(p.m) if p.type(e) == "OWNS" and int(p.dst[e]) in firms}
    persons = {v for v in roles if p.label(v) == "Person"}
    plain = plain_pairs(p, None, 100).graph()
    sources = [v for v in sorted(staff) if v in plain]
    targets = [v for v in sorted(firms | persons) if v in plain and v not in staff]
    got = {int(b.id[1:]): b.score for b in brokers(p, top=0).ranked}
    if not sources or not targets:
        assert got == {}
        return
    raw = nx.betweenness_centrality_subset(plain, sources, targets, normalized=False, weight="cost")
    expected = {v: 2 * raw[v] / (len(sources) * len(targets)) for v in plain if p.label(v) == "Person"}
    assert got == pytest.approx({v: x for v, x in expected.items() if x > 1e-12}, rel=1e-9)


@settings(max_examples=40, deadline=None)
@given(random_ties(max_nodes=9, max_ties=16), st.data())
def test_removal_effect_equals_brute_force(graph: tuple[int, list[Tie]], data: st.DataObject) -> None:
    n, ties = graph
    nodes = data.draw(st.permutations(range(n)))
    staff, firms = set(nodes[: max(1, n // 3)]), set(nodes[-max(1, n // 3) :])
    firms -= staff
    if not firms:
        return
    p = two_sided(n, ties, staff, firms)
    plain = plain_pairs(p, None, 100).graph()
    within = {v: nx.single_source_shortest_path_length(plain, v, cutoff=4) for v in plain}
    for b in brokers(p, top=0).ranked:
        v = int(b.id[1:])
        rest = plain.subgraph(set(plain) - {v})
        cut, left, right = 0, set(), set()
        for s, t in product(sorted(staff & set(plain)), sorted(firms & set(plain))):
            if v in (s, t) or t not in within[s] or s not in within[v] or t not in within[v]:
                continue
            if within[s][v] + within[v][t] <= 4:
                left.add(s)
                right.add(t)
                cut += t not in nx.single_source_shortest_path_length(rest, s, cutoff=4)
        assert (b.pairs_cut, b.staff, b.suppliers) == (cut, len(left), len(right))
