"""Stable groups: which stay together, what is said of them, and the chance model behind the p-value."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path
from random import Random

import networkx as nx
import numpy as np
import pytest
from graphs import Tie, projection_of, random_ties
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_facts import FactsFolder

from graphkit.algorithms.communities import CommunitySettings, communities, louvain_labels, stable_cores
from graphkit.algorithms.plain import Pairs, plain_pairs
from graphkit.algorithms.rewiring import inside_weight, p_values, rewirings
from graphkit.projection import Projection, project


def cliques(sizes: list[int], weight: float = 0.9, bridge: float = 0.05) -> Projection:
    """Cliques of persons, each tied weakly to the next."""
    ties, start, first = [], 0, []
    for size in sizes:
        first.append(start)
        ties += [Tie(a, b, weight) for a in range(start, start + size) for b in range(a + 1, start + size)]
        start += size
    ties += [Tie(a, b, bridge) for a, b in pairwise(first)]
    return projection_of(start, ties)


def mixed_case(tmp_path: Path, staff: int = 2, paid: bool = True) -> tuple[Projection, dict[str, str]]:
    """Staff of one hospital whose families own its supplier; around them an unrelated firm family."""
    f = FactsFolder()
    hospital, firm = f.org("H", second="Hospital", kind="hospital"), f.org("F")
    acct = f.account("F", firm)
    for i in range(staff):
        person, kin = f.person(f"staff{i}", staff=True), f.person(f"kin{i}")
        f.edge("EMPLOYED_BY", person, hospital)
        f.edge("KIN_OF", person, kin, code="SP", degree=0)
        f.edge("OWNS", kin, firm, share_pct=50.0)
        f.pay(acct, f.account(f"k{i}", kin), "2021-05-01T00:00:00", 10_000 * (i + 1))
    if paid:
        f.tender("T", hospital, [firm], firm)
    other = f.org("X")
    for i in range(3):
        f.edge("OWNS", f.person(f"x{i}"), other, share_pct=30.0)
    return project(f.write(tmp_path / "snap" / "facts")), {"hospital": hospital, "firm": firm, "other": other}


def test_cliques_are_found_whole() -> None:
    found = communities(cliques([5, 4, 6]))
    assert [c.size for c in found] == [6, 5, 4]
    assert found[0].members == tuple(f"n{i:03d}" for i in range(9, 15))
    assert all(c.stability == 1.0 for c in found)
    assert all(0 < c.conductance < 0.1 for c in found)


def test_sizes_are_bounded_inclusively() -> None:
    p = cliques([2, 3, 5, 6])
    shown = communities(p, settings=CommunitySettings(min_size=3, max_size=5))
    assert sorted(c.size for c in shown) == [3, 5]


def test_a_mixed_group_names_the_buyer_and_the_money_inside(tmp_path: Path) -> None:
    p, ids = mixed_case(tmp_path)
    first, second = communities(p)
    assert first.mixed
    assert first.buyer == ids["hospital"]
    assert ids["firm"] in first.members
    assert first.amount_fen == 30_000_00
    assert ids["hospital"] not in first.members
    assert (second.mixed, second.buyer, second.amount_fen) == (False, None, 0)
    assert second.conductance == 0.0


@pytest.mark.parametrize(("staff", "paid"), [(1, True), (2, False)])
def test_one_employee_or_an_unpaid_supplier_is_not_mixed(tmp_path: Path, staff: int, paid: bool) -> None:
    p, _ = mixed_case(tmp_path, staff, paid)
    assert not any(c.mixed for c in communities(p))


def test_a_payment_seen_from_holder_and_operator_counts_once(tmp_path: Path) -> None:
    f = FactsFolder()
    firm, mule, wife = f.org("F"), f.person("mule"), f.person("wife")
    f.pay(f.account("f", firm), f.account("m", mule, wife), "2021-05-01T00:00:00", 1_000)
    (group,) = communities(project(f.write(tmp_path / "snap" / "facts")))
    assert group.size == 3
    assert group.amount_fen == 1_000_00


def test_public_hubs_do_not_hold_a_group_together() -> None:
    ties = [Tie(i, 9, 1.0, "EMPLOYED_BY") for i in range(9)]
    assert communities(projection_of(10, ties, public=[9])) == ()
    assert communities(projection_of(2, [])) == ()


def test_order_is_mixed_then_amount_then_size_then_members(tmp_path: Path) -> None:
    p, _ = mixed_case(tmp_path)
    keys = [(not c.mixed, -c.amount_fen, -c.size, c.members) for c in communities(p)]
    assert keys == sorted(keys)


def test_the_id_depends_on_the_members_alone() -> None:
    one, two = communities(cliques([4, 5])), communities(cliques([4, 5], weight=0.7))
    assert [c.id for c in one] == [c.id for c in two]
    assert len({c.id for c in one}) == 2


@settings(max_examples=30, deadline=None)
@given(random_ties(max_nodes=14, max_ties=30))
def test_groups_are_disjoint_connected_and_repeatable(graph: tuple[int, list[Tie]]) -> None:
    n, ties = graph
    p = projection_of(n, ties)
    found = communities(p, settings=CommunitySettings(null_runs=5))
    members = [m for c in found for m in c.members]
    assert len(members) == len(set(members))
    whole = p.to_networkx().to_undirected()
    for c in found:
        assert nx.is_connected(whole.subgraph(c.members))
        assert 0 <= c.conductance <= 1
        assert 0 < c.stability <= 1
        assert c.p_value is not None
        assert 1 / 6 <= c.p_value <= 1
    assert communities(p, settings=CommunitySettings(null_runs=5)) == found


def test_conductance_equals_networkx() -> None:
    p = cliques([4, 5, 6], bridge=0.3)
    graph = nx.Graph(plain_pairs(p, None, 100).graph())
    for c in communities(p):
        members = {int(m[1:]) for m in c.members}
        assert c.conductance == pytest.approx(nx.conductance(graph, members, weight="weight"), abs=1e-6)


def test_a_tie_kept_in_too_few_runs_splits_a_core() -> None:
    pairs = Pairs(np.array([0, 1]), np.array([1, 2]), np.array([0.5, 0.5]))
    labels = np.array([[0, 0, 0]] * 7 + [[0, 0, 1]] * 3)
    assert stable_cores(pairs, labels, 0.8) == [[0, 1]]
    assert stable_cores(pairs, labels, 0.7) == [[0, 1, 2]]


def test_labels_leave_out_nodes_without_a_tie() -> None:
    p = projection_of(4, [Tie(0, 1), Tie(1, 2)])
    labels = louvain_labels(plain_pairs(p, None, 100), p.n, 2, 7)
    assert labels.shape == (2, 4)
    assert (labels[:, 3] == -1).all()
    assert (labels[:, :3] >= 0).all()


def test_pairs_merge_parallel_ties_and_cap_their_weight() -> None:
    p = projection_of(3, [Tie(0, 1, 0.4), Tie(1, 0, 0.3), Tie(1, 2, 0.9), Tie(1, 2, 0.9, "OWNS")])
    pairs = plain_pairs(p, None, 100)
    assert list(zip(pairs.u.tolist(), pairs.v.tolist(), strict=True)) == [(0, 1), (1, 2)]
    assert pairs.weight.tolist() == pytest.approx([0.7, 1.0])
    assert (pairs.cost > 0).all()


def test_inside_weight_counts_only_ties_within_one_group() -> None:
    u, v, w = np.array([0, 1, 2, 3]), np.array([1, 2, 3, 4]), np.array([0.5, 0.7, 0.9, 0.2])
    group = np.array([0, 0, 1, 1, -1])
    assert inside_weight(u, v, w, group, 2).tolist() == [0.5, 0.9]


def planted(seed: int, groups: int = 1) -> tuple[Pairs, np.ndarray]:
    """A sparse random graph with one clique of six in it; group 0 is the clique, group 1 a random six."""
    rng = Random(seed)
    edges = {tuple(sorted(rng.sample(range(60), 2))) for _ in range(120)}
    edges |= {(a, b) for a in range(6) for b in range(a + 1, 6)}
    u, v = (np.array(side) for side in zip(*sorted(edges), strict=True))
    group = np.full(60, -1)
    group[:6] = 0
    group[rng.sample(range(6, 60), 6)] = 1
    return Pairs(u, v, np.ones(len(u))), group


@pytest.mark.parametrize("seed", range(3))
def test_a_planted_clique_is_rarer_than_chance_and_a_random_set_is_not(seed: int) -> None:
    pairs, group = planted(seed)
    p = p_values(pairs, np.zeros(60, np.int64), group, 2, 99, seed)
    assert p[0] == pytest.approx(0.01)
    assert p[1] > 0.05


def test_the_same_seed_gives_the_same_p_values() -> None:
    pairs, group = planted(1)
    kind = (np.arange(60) % 2).astype(np.int64)
    assert p_values(pairs, kind, group, 2, 20, 5).tolist() == p_values(pairs, kind, group, 2, 20, 5).tolist()


def test_large_graphs_have_no_p_value() -> None:
    found = communities(cliques([4, 5]), settings=CommunitySettings(null_edge_limit=3))
    assert [c.p_value for c in found] == [None, None]


@settings(max_examples=30, deadline=None)
@given(random_ties(max_nodes=12, max_ties=30), st.integers(1, 3), st.integers(0, 9))
def test_rewiring_keeps_degrees_and_kinds(graph: tuple[int, list[Tie]], kinds: int, seed: int) -> None:
    n, ties = graph
    pairs = plain_pairs(projection_of(n, ties), None, 100)
    kind = (np.arange(n) % kinds).astype(np.int64)

    def shape(u: np.ndarray, v: np.ndarray) -> tuple[Counter[int], Counter[tuple[int, ...]], int]:
        ends = list(zip(u.tolist(), v.tolist(), strict=True))
        joined = Counter(tuple(sorted((int(kind[a]), int(kind[b])))) for a, b in ends)
        return Counter([*u.tolist(), *v.tolist()]), joined, len({frozenset(e) for e in ends})

    made = list(rewirings(pairs, kind, 4, seed))
    assert len(made) == 4
    assert all(shape(u, v) == shape(pairs.u, pairs.v) for u, v in made)


def test_rewiring_moves_edges() -> None:
    pairs, _ = planted(2)
    (first, *_, last) = rewirings(pairs, np.zeros(60, np.int64), 5, 1)
    real = {frozenset(e) for e in zip(pairs.u.tolist(), pairs.v.tolist(), strict=True)}
    for u, v in (first, last):
        kept = real & {frozenset(e) for e in zip(u.tolist(), v.tolist(), strict=True)}
        assert len(kept) < len(real) / 2
