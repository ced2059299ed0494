"""Sparse rows against dense matrices."""

from __future__ import annotations

import numpy as np
import pytest
from graphs import Tie, projection_of, random_ties
from hypothesis import given, settings
from hypothesis import strategies as st

from graphkit.algorithms.rows import neighbour_rows, symmetric_rows


@settings(max_examples=60)
@given(random_ties(max_nodes=9, max_ties=25), st.data())
def test_folds_equal_those_of_a_dense_matrix(graph: tuple[int, list[Tie]], data: st.DataObject) -> None:
    n, ties = graph
    p = projection_of(n, ties)
    chosen = np.array(data.draw(st.lists(st.booleans(), min_size=p.m, max_size=p.m)), np.bool_)
    dense = np.zeros((n, n))
    cheapest = np.full((n, n), np.inf)
    for e in np.flatnonzero(chosen):
        for a, b in ((p.src[e], p.dst[e]), (p.dst[e], p.src[e])):
            dense[a, b] += p.weight[e]
            cheapest[a, b] = min(cheapest[a, b], p.weight[e])
    vector = np.arange(1.0, n + 1)
    summed = symmetric_rows(p, chosen, p.weight)
    assert len(summed.node) == np.count_nonzero(dense)
    assert summed.fold(np.add, summed.value * vector[summed.node], 0.0) == pytest.approx(dense @ vector)
    apart = neighbour_rows(p, chosen, p.weight)
    assert len(apart.node) == 2 * chosen.sum()
    assert (
        apart.fold(np.minimum, apart.value + vector[apart.node], np.inf).tolist()
        == (cheapest + vector).min(axis=1).tolist()
    )


def test_no_edge_gives_empty_rows() -> None:
    p = projection_of(3, [Tie(0, 1)])
    rows = symmetric_rows(p, np.array([False]), p.weight)
    assert rows.fold(np.add, rows.value, 0.0).tolist() == [0.0, 0.0, 0.0]
