"""The reducer: undo takes back any event, and nothing that stands moves by itself."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphkit.ui.parts import Count, Edge, Node
from graphkit.ui.state import MAX_NODES, UNDO_STEPS, State, View, apply_event, start

IDS = [f"n{i}" for i in range(8)]
LABELS = ["Person", "Company", "Account"]


def node(i: str) -> Node:
    return Node(i, LABELS[int(i[1:]) % 3], f"名称{i}")


def edge(a: str, b: str) -> Edge:
    return Edge(f"PAID:{a}>{b}#1", "PAID", a, b)


def fresh() -> State:
    return start(
        [node(i) for i in IDS[:4]],
        [edge("n0", "n1"), edge("n1", "n2")],
        {"n0": (0.0, 0.0), "n1": (300.0, 0.0), "n2": (600.0, 0.0), "n3": (0.0, 300.0)},
    )


ids = st.lists(st.sampled_from(IDS), max_size=4, unique=True)
events = st.one_of(
    st.builds(lambda n: {"type": "select", "nodes": n}, ids),
    st.builds(lambda n: {"type": "hide", "ids": n}, ids),
    st.builds(lambda n: {"type": "show", "ids": n}, ids),
    st.just({"type": "show"}),
    st.builds(lambda n, on: {"type": "pin", "ids": n, "on": on}, ids, st.booleans()),
    st.builds(lambda label: {"type": "mute", "label": label}, st.sampled_from(LABELS)),
    st.builds(lambda i, x, y: {"type": "pos", "pos": {i: [x, y]}}, st.sampled_from(IDS), st.integers(-900, 900), st.integers(-900, 900)),
    st.builds(
        lambda n, pairs, parent: {"type": "add", "nodes": [node(i) for i in n], "edges": [edge(a, b) for a, b in pairs], "parent": parent},
        ids,
        st.lists(st.tuples(st.sampled_from(IDS), st.sampled_from(IDS)), max_size=5),
        st.sampled_from([None, *IDS]),
    ),
    st.builds(lambda i: {"type": "light", "edges": [f"PAID:{i}>n1#1"]}, st.sampled_from(IDS)),
)  # fmt: skip
journeys = st.lists(st.one_of(events, st.just({"type": "undo"}), st.just({"type": "redo"})), max_size=12)


def walk(journey: list[dict[str, Any]]) -> State:
    state = fresh()
    for event in journey:
        state = apply_event(state, event)
    return state


@given(journeys, events)
def test_undo_takes_an_event_back_and_redo_brings_it_again(
    journey: list[dict[str, Any]], event: dict[str, Any]
) -> None:
    before = walk(journey)
    after = apply_event(before, event)
    if after.view == before.view:
        assert after.past == before.past
        return
    back = apply_event(after, {"type": "undo"})
    assert back.view == before.view
    assert apply_event(back, {"type": "redo"}).view == after.view


@given(journeys, events)
def test_only_a_hand_moves_what_stands(journey: list[dict[str, Any]], event: dict[str, Any]) -> None:
    before = walk(journey)
    after = apply_event(before, event)
    by_hand = event.get("pos", {})
    assert all(after.view.pos[i] == p for i, p in before.view.pos.items() if i not in by_hand)


@given(journeys)
def test_the_canvas_never_holds_loose_ends(journey: list[dict[str, Any]]) -> None:
    state = walk(journey)
    view = state.view
    assert view.pos.keys() == view.nodes.keys()
    assert all(e.from_id in view.nodes and e.to_id in view.nodes for e in view.edges.values())
    assert all(i in view.nodes for i in state.selection)
    assert state.lit <= view.edges.keys()


@given(st.lists(events, min_size=1, max_size=6), st.integers(1, 10**6))
def test_an_event_number_counts_once(journey: list[dict[str, Any]], seq: int) -> None:
    state = fresh()
    for k, event in enumerate(journey):
        numbered = {**event, "seq": seq + k}
        state = apply_event(state, numbered)
        assert state.seq == seq + k
        assert apply_event(state, numbered) is state
        assert apply_event(state, {"type": "hide", "ids": IDS, "seq": seq}) is state


def test_an_unknown_event_is_refused() -> None:
    with pytest.raises(ValueError, match="explode"):
        apply_event(fresh(), {"type": "explode"})


def test_undo_remembers_a_hundred_steps() -> None:
    state = fresh()
    for k in range(UNDO_STEPS + 20):
        state = apply_event(state, {"type": "pos", "pos": {"n0": [float(k + 1), 0.0]}})
    for _ in range(UNDO_STEPS + 20):
        state = apply_event(state, {"type": "undo"})
    assert state.view.pos["n0"] == (20.0, 0.0)


def test_a_hidden_node_is_counted_and_comes_back_when_it_is_asked_for() -> None:
    hidden = apply_event(fresh(), {"type": "hide", "ids": ["n1"]})
    assert not hidden.view.shown("n1")
    assert "n1" in hidden.view.nodes
    assert hidden.view.edges_shown() == []
    again = apply_event(hidden, {"type": "add", "nodes": [node("n1")], "edges": []})
    assert again.view.shown("n1")
    assert again.view.pos == hidden.view.pos


def test_the_legend_switches_a_label_off_and_on() -> None:
    off = apply_event(fresh(), {"type": "mute", "label": "Person"})
    assert [i for i in off.view.nodes if off.view.shown(i)] == ["n1", "n2"]
    assert apply_event(off, {"type": "mute", "label": "Person"}).view == fresh().view


def test_hiding_what_is_selected_ends_the_selection() -> None:
    state = apply_event(fresh(), {"type": "select", "nodes": ["n0", "n1"]})
    assert apply_event(state, {"type": "hide", "ids": ["n0"]}).selection == ("n1",)


def test_learnt_counts_are_no_step_to_undo() -> None:
    counts = {"n0": (Count("PAID", "out", 7),), "gone": ()}
    state = apply_event(fresh(), {"type": "know", "counts": counts})
    assert state.view.nodes["n0"].counts == (Count("PAID", "out", 7),)
    assert state.past == ()


def test_new_nodes_chain_on_to_their_neighbours() -> None:
    chain = [edge("n3", "n4"), edge("n4", "n5"), edge("n5", "n6")]
    state = apply_event(fresh(), {"type": "add", "nodes": [node(i) for i in ("n6", "n5", "n4")], "edges": chain})
    pos = state.view.pos
    for a, b in (("n3", "n4"), ("n4", "n5"), ("n5", "n6")):
        assert abs(pos[a][0] - pos[b][0]) + abs(pos[a][1] - pos[b][1]) < 600


@settings(max_examples=1, deadline=None)
@given(st.just(0))
def test_a_full_canvas_takes_nothing_more(_: int) -> None:
    many = {f"n{i}": node(f"n{i}") for i in range(MAX_NODES)}
    full = State(View(nodes=many, pos={i: (float(k) * 200, 0.0) for k, i in enumerate(many)}))
    new = Node("extra", "Person", "多一个")
    after = apply_event(full, {"type": "add", "nodes": [new], "edges": [edge("n0", "extra")]})
    assert "extra" not in after.view.nodes
    assert after.view.edges == {}
