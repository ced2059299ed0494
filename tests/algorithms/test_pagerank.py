"""Personalised PageRank against NetworkX with a tight tolerance, and its own laws."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from graphs import Tie, projection_of, random_ties
from hypothesis import given, settings
from hypothesis import strategies as st

from graphkit.algorithms.pagerank import personalised_pagerank
from graphkit.algorithms.rows import symmetric_rows


def scores(n: int, ties: list[Tie], seeds: list[int], **kwargs: float) -> np.ndarray:
    p = projection_of(n, ties)
    matrix = symmetric_rows(p, np.ones(p.m, np.bool_), p.weight)
    restart = np.zeros(n)
    restart[seeds] = 1.0
    return personalised_pagerank(matrix, restart, **kwargs)


def oracle(n: int, ties: list[Tie], seeds: list[int]) -> np.ndarray:
    graph = nx.Graph()
    graph.add_nodes_from(range(n))
    for tie in ties:
        before = graph.get_edge_data(tie.src, tie.dst, {"weight": 0.0})["weight"]
        graph.add_edge(tie.src, tie.dst, weight=before + tie.weight)
    rank = nx.pagerank(graph, alpha=0.85, personalization=dict.fromkeys(seeds, 1.0), tol=1e-13 / n, max_iter=5000)
    return np.array([rank[i] for i in range(n)])


@settings(max_examples=60, deadline=None)
@given(random_ties(max_nodes=14, max_ties=40), st.data())
def test_equals_networkx_at_a_tight_tolerance(graph: tuple[int, list[Tie]], data: st.DataObject) -> None:
    n, ties = graph
    seeds = sorted(data.draw(st.sets(st.integers(0, n - 1), min_size=1, max_size=3)))
    assert scores(n, ties, seeds, tolerance=1e-13) == pytest.approx(oracle(n, ties, seeds), abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(random_ties(max_nodes=14, max_ties=40))
def test_is_a_distribution_that_reaches_only_the_component_of_its_seed(graph: tuple[int, list[Tie]]) -> None:
    n, ties = graph
    got = scores(n, ties, [0])
    joined = nx.Graph([(t.src, t.dst) for t in ties])
    joined.add_nodes_from(range(n))
    component = nx.node_connected_component(joined, 0)
    assert got.sum() == pytest.approx(1.0)
    assert (got >= 0).all()
    assert {i for i in range(n) if got[i] > 0} == component


def test_default_stop_is_absolute_not_per_node() -> None:
    """A path of 3,000 nodes: the NetworkX default would stop with an L1 error near 3e-3 (ALGORITHMS 5)."""
    n = 3000
    ties = [Tie(i, i + 1, 1.0) for i in range(n - 1)]
    tight = scores(n, ties, [0], tolerance=1e-14)
    assert np.abs(scores(n, ties, [0]) - tight).sum() < 1e-9


def test_parallel_ties_add_up() -> None:
    split = scores(3, [Tie(0, 1, 0.3), Tie(1, 0, 0.3), Tie(0, 2, 0.6)], [0])
    assert split[1] == pytest.approx(split[2])


def test_a_seed_without_ties_keeps_everything() -> None:
    assert scores(3, [Tie(0, 1)], [2]).tolist() == pytest.approx([0, 0, 1])


def test_no_seed_gives_nothing() -> None:
    assert scores(2, [Tie(0, 1)], []).tolist() == [0, 0]


def test_smaller_alpha_stays_closer_to_the_seed() -> None:
    ties = [Tie(0, 1), Tie(1, 2)]
    assert scores(3, ties, [0], alpha=0.5)[0] > scores(3, ties, [0], alpha=0.95)[0]
