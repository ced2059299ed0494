"""What the canvas can ask of the workspace: open a lead, expand, find a path, learn counts. No streamlit here.

Each function gives a new state and a note for the reader (a `Text`, or None); the workspace's errors pass through.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from graphkit.errors import Text
from graphkit.ui.lanes import arrange
from graphkit.ui.parts import Count, Edge, Node, colours_of, edge_of, evidence_node, evidence_of, node_of
from graphkit.ui.port import Workbench
from graphkit.ui.state import MAX_NODES, WARN_NODES, Event, State, apply_event, start

FIRST_NODES = 300
"""At most so many nodes when a lead is opened."""
BATCH = 200
"""At most so many neighbours for one double-click; the rest stays behind its badge."""
PUT_NODES = 40
"""At most so many nodes from a list of another page."""
ASK_COUNTS = 24
"""Counts per relationship are asked for so many nodes at once; a right-click asks for any other."""

Noted = tuple[State, Text | None]


def open_lead(ws: Workbench, lead: Mapping[str, Any]) -> Noted:
    """The graph of a lead: its subjects and every piece of evidence of its findings, at most `FIRST_NODES` nodes."""
    findings = lead.get("findings_full") or [f for f in lead.get("findings", ()) if isinstance(f, Mapping)]
    colours = colours_of(findings)
    nodes: dict[str, Node] = {}
    for subject in [*lead.get("subjects", ()), *(s for f in findings for s in f.get("subjects", ()))]:
        nodes.setdefault(str(subject["id"]), node_of(subject))
    edges: dict[str, Edge] = {}
    for row in evidence_of(findings):
        if row["kind"] == "node":
            known = nodes.get(str(row["id"]))
            fresh = evidence_node(row)
            nodes[fresh.id] = replace(fresh, label=known.label, name=known.name, grade=known.grade) if known else fresh
        elif row.get("from") and row.get("to"):
            edges[str(row["id"])] = edge_of(row)
    wanted = list(dict.fromkeys([*nodes, *(i for e in edges.values() for i in (e.from_id, e.to_id))]))
    kept = wanted[:FIRST_NODES]
    nodes = {n.id: replace(n, colour=colours.get(n.id, "")) for n in _named(ws, kept, nodes)}
    links = [(e.from_id, e.to_id) for e in edges.values()]
    subjects = [str(s["id"]) for s in lead.get("subjects", ())]
    marked = {*subjects, *(i for i, n in nodes.items() if n.colour)}
    state = start(nodes.values(), edges.values(), arrange(list(nodes.values()), links, marked), marked)
    left = len(wanted) - len(kept)
    note = Text(f"另有 {left} 个节点未显示", f"{left} more nodes are not shown") if left else None
    return learn_counts(ws, state, subjects), note


def _named(ws: Workbench, ids: Iterable[str], known: Mapping[str, Node]) -> list[Node]:
    """A node for every id; those of which an edge knows only the id are looked up."""
    return [known[i] if i in known else _look_up(ws, i)[0] for i in ids]


def _look_up(ws: Workbench, node_id: str) -> tuple[Node, tuple[Count, ...]]:
    answer = ws.neighbors(node_id, limit=1)
    counts = tuple(Count(str(g["type"]), str(g["direction"]), int(g["count"])) for g in answer["groups"])
    return replace(node_of(answer["node"]), counts=counts), counts


def learn_counts(ws: Workbench, state: State, first: Sequence[str] = ()) -> State:
    """Counts per relationship for nodes that have none yet, `first` before the others, at most `ASK_COUNTS`."""
    nodes = state.view.nodes
    asked = [i for i in dict.fromkeys([*first, *nodes]) if i in nodes and nodes[i].counts is None][:ASK_COUNTS]
    return apply_event(state, {"type": "know", "counts": {i: _look_up(ws, i)[1] for i in asked}}) if asked else state


def expand(ws: Workbench, state: State, node_id: str, kind: str | None = None, direction: str | None = None) -> Noted:
    """The neighbours of a node, of one relationship when `kind` is given; at most `BATCH`, the note says of how many."""
    types = (kind,) if kind else ()
    answer = ws.neighbors(node_id, types=types, limit=BATCH)
    pairs = [(node_of(n["node"]), edge_of(n["edge"])) for n in answer["neighbors"]]
    if direction:
        pairs = [(n, e) for n, e in pairs if (e.from_id == node_id) == (direction == "out")]
    before = len(state.view.nodes)
    fresh, edges = [n for n, _ in pairs], [e for _, e in pairs]
    add = {"type": "add", "nodes": fresh, "edges": edges, "parent": node_id, "mark": [node_id]}
    after = apply_event(state, add)
    shown, total = int(answer.get("shown", len(pairs))), int(answer.get("total", len(pairs)))
    added = len(after.view.nodes) - before
    note = Text(f"新增 {added} 个节点", f"{added} nodes added")
    if shown < total:
        note = Text(
            f"显示 {shown} / 共 {total} 个邻居；右键可按关系类型展开",
            f"{shown} of {total} neighbours shown; right-click to expand one relationship",
        )
    return learn_counts(ws, after, [n.id for n, _ in pairs[:ASK_COUNTS]]), full(after) or note


def full(state: State) -> Text | None:
    """A warning when the canvas holds more than anybody can read."""
    n = len(state.view.nodes)
    if n >= MAX_NODES:
        return Text(f"画布已满（{MAX_NODES} 个节点），请先移除或新开", f"the canvas is full ({MAX_NODES} nodes)")
    if n > WARN_NODES:
        return Text(f"画布上有 {n} 个节点，建议隐藏或筛选", f"{n} nodes on the canvas: hide or filter some")
    return None


def find_paths(ws: Workbench, a: str, b: str) -> list[dict[str, Any]]:
    """The best paths between two nodes, over the whole graph."""
    return list(ws.path(a, b)["paths"])


def put_path(ws: Workbench, state: State, path: Mapping[str, Any]) -> State:
    """A path of `path` or `expand` on the canvas, its edges lit, its ends selected."""
    edges = [edge_of(h) for h in path["hops"] if h.get("kind", "edge") == "edge"]
    ids = list(dict.fromkeys(i for e in edges for i in (e.from_id, e.to_id)))
    nodes = _named(ws, ids, state.view.nodes)
    after = apply_event(state, {"type": "add", "nodes": nodes, "edges": edges, "parent": None, "mark": ids})
    return apply_event(after, {"type": "light", "edges": [e.id for e in edges]})


def put_node(ws: Workbench, state: State, node_id: str) -> State:
    """One node on the canvas, selected."""
    nodes = _named(ws, [node_id], state.view.nodes)
    after = apply_event(state, {"type": "add", "nodes": nodes, "edges": (), "mark": [node_id]})
    return apply_event(after, {"type": "select", "nodes": [node_id]})


def handle(ws: Workbench, state: State, event: Event) -> Noted:
    """One event of the browser: those that need data ask the workspace, the others go to the reducer."""
    seq, kind = int(event.get("seq", 0)), str(event["type"])
    if seq and seq <= state.seq:
        return state, None
    note: Text | None = None
    node_id = str(event.get("id", ""))
    if kind == "expand" and node_id in state.view.nodes:
        state, note = expand(ws, state, node_id, event.get("rel"), event.get("direction"))
    elif kind == "counts" and node_id in state.view.nodes:
        state = learn_counts(ws, state, [node_id])
    elif kind not in ("expand", "counts"):
        return apply_event(state, event), None
    return replace(state, seq=max(seq, state.seq)), note


def settle(state: State) -> State:
    """The same nodes and edges laid out from nothing, without past: for a canvas that is being opened."""
    view = state.view
    links = [(e.from_id, e.to_id) for e in view.edges.values()]
    pos = arrange(list(view.nodes.values()), links, view.marked)
    fresh = start(view.nodes.values(), view.edges.values(), pos, view.marked)
    return replace(fresh, seq=state.seq)
