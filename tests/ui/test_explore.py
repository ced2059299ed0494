"""Opening, expanding, finding paths: what reaches the canvas and what the reader is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphkit.errors import UsageError
from graphkit.ui import explore
from graphkit.ui.panels import source_of
from graphkit.ui.parts import colours_of, edge_of, node_of, worse, yuan
from graphkit.ui.state import State, apply_event
from tests.ui.stub import CLERKS, HOSTILE, Stub


@pytest.fixture
def ws(tmp_path: Path) -> Stub:
    return Stub(tmp_path, "zh")


@pytest.fixture
def opened(ws: Stub) -> State:
    return explore.open_lead(ws, ws.lead("L-0001"))[0]


def test_a_lead_opens_with_subjects_evidence_and_colours(ws: Stub, opened: State) -> None:
    nodes = opened.view.nodes
    subjects = {s["id"] for s in ws.lead("L-0001")["subjects"]}
    assert subjects <= nodes.keys()
    assert nodes["person:01"].colour == "red"
    assert nodes["person:05"].colour == "yellow"
    assert nodes["org:H1"].colour == ""
    assert nodes["org:H1"].name == "岚塘市第一人民医院", "an end known only by its id is looked up"
    assert nodes["org:C4"].name == HOSTILE
    evidence = {e["id"] for f in ws.findings() for e in f["evidence"] if e["kind"] == "edge"}
    assert opened.view.edges.keys() == evidence
    assert opened.past == ()


def test_a_derived_edge_keeps_its_parts(opened: State) -> None:
    control = next(e for e in opened.view.edges.values() if e.type == "CONTROLS")
    assert control.sources == ()
    assert [p.type for p in control.parts] == ["KIN_OF", "OWNS"]
    assert all(p.sources for p in control.parts)


def test_expanding_adds_beside_and_moves_nothing(ws: Stub, opened: State) -> None:
    after, note = explore.expand(ws, opened, "person:05")
    assert {"person:03"} <= after.view.nodes.keys()
    assert all(after.view.pos[i] == p for i, p in opened.view.pos.items())
    assert note is not None and "1" in note.zh


def test_a_supernode_shows_two_hundred_and_says_of_how_many(ws: Stub, opened: State) -> None:
    after, note = explore.expand(ws, opened, "org:H1")
    total = ws.neighbors("org:H1")["total"]
    assert total > explore.BATCH
    assert note is not None
    assert f"{explore.BATCH} / 共 {total}" in note.zh
    assert f"{explore.BATCH} of {total}" in note.en
    assert len(after.view.nodes) <= len(opened.view.nodes) + explore.BATCH


def test_expansion_by_one_relationship_and_direction(ws: Stub, opened: State) -> None:
    on = explore.put_node(ws, opened, "org:C2")
    after, _ = explore.expand(ws, on, "org:C2", "LEGAL_REP_OF", "in")
    assert after.view.nodes.keys() - on.view.nodes.keys() == {"person:03"}
    same, _ = explore.expand(ws, on, "org:C2", "LEGAL_REP_OF", "out")
    assert same.view == on.view


def test_counts_are_asked_on_demand(ws: Stub, opened: State) -> None:
    bare = explore.put_node(ws, opened, CLERKS[0][0])
    assert bare.view.nodes[CLERKS[0][0]].counts is not None
    state, _ = explore.expand(ws, opened, "org:H1")
    unknown = next(i for i, n in state.view.nodes.items() if n.counts is None)
    known, _ = explore.handle(ws, state, {"type": "counts", "id": unknown, "seq": 5})
    assert known.view.nodes[unknown].counts is not None
    assert known.seq == 5


def test_a_repeated_double_click_is_answered_once(ws: Stub, opened: State) -> None:
    event = {"type": "expand", "id": "person:05", "seq": 9}
    once, _ = explore.handle(ws, opened, event)
    assert explore.handle(ws, once, event) == (once, None)


def test_events_about_nodes_that_are_gone_pass_over(ws: Stub, opened: State) -> None:
    after, note = explore.handle(ws, opened, {"type": "expand", "id": "person:nobody", "seq": 2})
    assert (after.view, note) == (opened.view, None)


def test_a_path_lies_on_the_canvas_lit(ws: Stub, opened: State) -> None:
    found = explore.find_paths(ws, "person:01", "org:C4")
    after = explore.put_path(ws, opened, found[0])
    hops = {h["id"] for h in found[0]["hops"]}
    assert after.lit == hops
    assert hops <= after.view.edges.keys()
    assert all(after.view.pos[i] == p for i, p in opened.view.pos.items())


def test_a_candidate_of_the_ranking_can_be_put_on_the_canvas(ws: Stub, opened: State) -> None:
    best = ws.expand(["person:05"])["candidates"][0]
    after = explore.put_path(ws, opened, best["paths"][0])
    assert best["id"] in after.view.nodes


def test_an_unknown_id_is_the_workspace_s_error(ws: Stub, opened: State) -> None:
    with pytest.raises(UsageError):
        explore.put_node(ws, opened, "org:unknown")


def test_settling_keeps_the_nodes_and_forgets_the_past(ws: Stub, opened: State) -> None:
    after, _ = explore.expand(ws, opened, "person:05")
    fresh = explore.settle(after)
    assert fresh.view.nodes.keys() == after.view.nodes.keys()
    assert fresh.past == ()


def test_reading_the_shapes() -> None:
    assert worse("yellow", "red") == "red"
    assert worse("", "green") == "green"
    assert colours_of(
        [{"colour": "green", "subjects": [{"id": "a"}]}, {"colour": "yellow", "subjects": [{"id": "a"}]}]
    ) == {"a": "yellow"}
    assert node_of({"id": "acct:12", "name": None}).label == "Account"
    assert edge_of(
        {"id": "e", "type": "PAID", "from": "a", "to": "b", "props": {"amount_cny": "12.50"}}
    ).amount == yuan("12.5")
    assert yuan("n/a") == yuan(None) == 0


def test_what_the_reader_opens_and_finds_matters_until_it_is_undone(ws: Stub, opened: State) -> None:
    assert opened.view.marked == {s["id"] for s in ws.lead("L-0001")["subjects"]}
    after, _ = explore.expand(ws, opened, "org:H1", "EMPLOYED_BY")
    assert after.view.marked - opened.view.marked == {"org:H1"}
    found = explore.put_path(ws, after, explore.find_paths(ws, "person:01", "org:C4")[0])
    assert all(found.view.matters(i) for e in found.lit for i in e.partition(":")[2].split("#")[0].split(">"))
    assert apply_event(apply_event(found, {"type": "undo"}), {"type": "undo"}).view.marked == opened.view.marked


def test_a_payment_of_two_statements_shows_both_rows() -> None:
    rows = [{"file": f"{name}.csv", "sheet": None, "row": 7, "sha256": "0", "row_sha256": "1"} for name in ("甲", "乙")]
    paid = {
        "kind": "edge",
        "id": "PAID:a>b#0",
        "type": "PAID",
        "from": "a",
        "to": "b",
        "source": rows[0],
        "sources": rows,
    }
    edge = edge_of(paid)
    assert edge.sources == tuple(rows)
    assert (
        source_of({"sources": edge.sources})
        == source_of(paid)
        == {"file": "甲.csv + 乙.csv", "sheet": "", "row": "7 + 7"}
    )
