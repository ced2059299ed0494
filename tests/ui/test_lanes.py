"""Lanes: roles from left to right, linked nodes level with each other, names with room, same input same picture."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphkit.model import NODES, SECOND_LABELS
from graphkit.ui.lanes import LANES, STAGE, arrange
from graphkit.ui.layout import Point
from graphkit.ui.parts import Node

LABELS = sorted({label for lane in LANES for label in lane})


@st.composite
def leads(draw: st.DrawFn) -> tuple[list[Node], list[tuple[str, str]], set[str]]:
    labels = draw(st.lists(st.sampled_from(LABELS), min_size=1, max_size=40))
    nodes = [Node(f"n{i:02d}", label, "某某医疗器械有限公司"[: 2 + i % 9]) for i, label in enumerate(labels)]
    ids = st.sampled_from([n.id for n in nodes])
    return nodes, draw(st.lists(st.tuples(ids, ids), max_size=60)), set(draw(st.lists(ids, max_size=12)))


def ring() -> tuple[list[Node], list[tuple[str, str]], set[str]]:
    """A bid ring: an insider, a relative, four firms, four tenders with a bid of every firm, one purse."""
    firms = [Node(f"org:{i}", "Company", "铭禾健康产业有限公司") for i in range(4)]
    tenders = [Node(f"tender:{i}", "Tender", "专科耗材采购项目") for i in range(4)]
    bids = [Node(f"bid:{t}/{f}", "Bid", "铭禾健康产业有限公司") for t in range(4) for f in range(4)]
    who = [
        Node("person:s", "Staff", "戴安"),
        Node("person:k", "Person", "戴宁宇"),
        Node("acct:1", "Account", "云麓银行"),
    ]
    links = [(b.id, f"org:{b.id[-1]}") for b in bids] + [(b.id, "acct:1") for b in bids]
    links += [("person:s", "person:k"), ("person:k", "org:0"), *(("person:s", t.id) for t in tenders)]
    return [*firms, *tenders, *bids, *who], links, {n.id for n in [*firms, *tenders, *who[:2]]}


def test_every_label_of_the_model_has_one_lane() -> None:
    lanes = [label for lane in LANES for label in lane]
    assert len(set(lanes)) == len(lanes)
    assert {*NODES, *SECOND_LABELS} <= set(lanes)


@settings(deadline=None, max_examples=60)
@given(leads())
def test_every_node_has_a_place_of_its_own_and_always_the_same(
    lead: tuple[list[Node], list[tuple[str, str]], set[str]],
) -> None:
    nodes, links, marked = lead
    pos = arrange(nodes, links, marked)
    assert pos.keys() == {n.id for n in nodes}
    assert arrange(nodes[::-1], links[::-1], marked) == pos
    for (a, p), (b, q) in itertools.combinations(pos.items(), 2):
        assert abs(p[0] - q[0]) > 48 or abs(p[1] - q[1]) > 41, f"{a} lies on {b}"


def column(nodes: list[Node], pos: dict[str, Point], label: str) -> list[float]:
    return [pos[n.id][0] for n in nodes if n.label == label]


def test_roles_run_from_left_to_right() -> None:
    nodes, links, marked = ring()
    pos = arrange(nodes, links, marked)
    order = [column(nodes, pos, label) for label in ("Staff", "Person", "Company", "Tender", "Bid", "Account")]
    assert all(max(one) < min(other) for one, other in itertools.pairwise(order))


def test_names_that_matter_have_room_when_the_ring_fits_the_smallest_stage() -> None:
    nodes, links, marked = ring()
    pos = arrange(nodes, links, marked)
    xs, ys = [p[0] for p in pos.values()], [p[1] for p in pos.values()]
    zoom = min((STAGE[0] - 116) / (max(xs) - min(xs)), (STAGE[1] - 90) / (max(ys) - min(ys)))
    assert zoom > 0.45
    for a, b in itertools.combinations(sorted(marked), 2):
        dx, dy = (abs(pos[a][k] - pos[b][k]) * zoom for k in (0, 1))
        assert dx > 80 or dy > 50, f"{a} and {b} leave no room for a name"


def test_linked_nodes_stand_level() -> None:
    pairs = [(f"person:{i}", f"org:{i}") for i in range(6)]
    nodes = [Node(i, "Person" if i.startswith("p") else "Company", "某某") for pair in pairs for i in pair]
    pos = arrange(nodes, pairs, set())
    assert all(abs(pos[a][1] - pos[b][1]) < 30 for a, b in pairs)


@pytest.mark.parametrize("label", ["Person", "Company"])
def test_a_family_is_not_drawn_as_one_lane(label: str) -> None:
    nodes = [Node(f"n{i}", label, "某某") for i in range(12)]
    links = [(f"n{i}", f"n{(i + 1) % 12}") for i in range(12)]
    pos = arrange(nodes, links, set())
    xs, ys = {round(p[0]) for p in pos.values()}, {round(p[1]) for p in pos.values()}
    assert len(xs) > 3 and len(ys) > 3


def test_nothing_has_no_places() -> None:
    assert arrange([], [], set()) == {}
