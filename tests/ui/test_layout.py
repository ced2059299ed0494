"""Layout: labels do not overlap, old nodes stay, new ones stand beside their parent, same input same picture."""

from __future__ import annotations

import itertools
import math

from hypothesis import given, settings
from hypothesis import strategies as st

from graphkit.ui.layout import CELL, CROWD, first_layout, place_beside

names = st.integers(2, 40).map(lambda n: [f"n{i}" for i in range(n)])


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[str], list[tuple[str, str]]]:
    nodes = draw(names)
    pair = st.tuples(st.sampled_from(nodes), st.sampled_from(nodes))
    return nodes, draw(st.lists(pair, max_size=60))


def overlapping(pos: dict[str, tuple[float, float]]) -> list[tuple[str, str]]:
    return [
        (a, b)
        for (a, p), (b, q) in itertools.combinations(pos.items(), 2)
        if abs(p[0] - q[0]) < CELL[0] - 0.2 and abs(p[1] - q[1]) < CELL[1] - 0.2
    ]


@settings(deadline=None, max_examples=25)
@given(graphs())
def test_first_layout_places_every_node_and_no_label_on_another(graph: tuple[list[str], list[tuple[str, str]]]) -> None:
    nodes, links = graph
    pos = first_layout(nodes, links)
    assert sorted(pos) == sorted(nodes)
    assert overlapping(pos) == []
    assert first_layout(nodes, links) == pos


@settings(deadline=None, max_examples=25)
@given(graphs(), st.integers(1, 60))
def test_new_nodes_stand_free_and_old_ones_stay(graph: tuple[list[str], list[tuple[str, str]]], count: int) -> None:
    nodes, links = graph
    before = first_layout(nodes, links)
    after = place_beside(before, {f"new{i}": nodes[0] for i in range(count)})
    assert {i: after[i] for i in before} == before
    assert len(after) == len(before) + count
    assert overlapping(after) == []


def test_a_few_new_ones_stand_near_their_parent_away_from_the_others() -> None:
    before = {"hub": (0.0, 0.0), "a": (-400.0, 0.0), "b": (-800.0, 0.0)}
    after = place_beside(before, {f"new{i}": "hub" for i in range(5)})
    fresh = [after[f"new{i}"] for i in range(5)]
    assert all(math.dist(p, (0, 0)) < 4 * CELL[0] for p in fresh)
    assert sum(p[0] for p in fresh) > 0


def test_a_crowd_stands_outside_the_picture() -> None:
    before = {"hub": (0.0, 0.0), "a": (400.0, 0.0), "b": (800.0, 200.0), "c": (800.0, -200.0)}
    after = place_beside(before, {f"new{i}": "hub" for i in range(200)})
    assert CROWD < 200
    assert all(after[f"new{i}"][0] < -CELL[0] for i in range(200))


def test_unconnected_newcomers_stand_below() -> None:
    after = place_beside({"a": (0.0, 0.0)}, {"lonely": None})
    assert after["lonely"][1] > CELL[1]
    assert place_beside({}, {"first": None}) == {"first": (0.0, 0.0)}


def test_linked_nodes_are_nearer_than_strangers() -> None:
    ring = [f"n{i}" for i in range(30)]
    links = [(ring[i], ring[(i + 1) % 30]) for i in range(30)]
    pos = first_layout(ring, links)
    linked = sum(math.dist(pos[a], pos[b]) for a, b in links) / len(links)
    every = [math.dist(pos[a], pos[b]) for a, b in itertools.combinations(ring, 2)]
    assert linked < 0.6 * sum(every) / len(every)


def test_an_empty_graph_has_no_positions() -> None:
    assert first_layout([], []) == {}
