"""The canvas as data: a frozen state and one pure reducer, `apply_event(state, event) -> state`.

What stands on the canvas (`View`) is what undo, saved pictures and tests talk about; selection and highlights are not
part of it. No event but a drag, an undo or a redo moves a node that has been placed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from graphkit.ui.layout import place_beside
from graphkit.ui.parts import Edge, Node

Event = Mapping[str, Any]
Point = tuple[float, float]

UNDO_STEPS = 100
WARN_NODES = 1_000
MAX_NODES = 5_000
"""Above this nothing more is put on the canvas: nobody can read it."""


@dataclass(frozen=True, slots=True)
class View:
    """What stands on the canvas. The mappings are never changed in place."""

    nodes: Mapping[str, Node] = field(default_factory=dict)
    edges: Mapping[str, Edge] = field(default_factory=dict)
    pos: Mapping[str, Point] = field(default_factory=dict)
    pins: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()
    muted: frozenset[str] = frozenset()
    """Labels switched off in the legend."""
    marked: frozenset[str] = frozenset()
    """What the lead names, what was opened, and what was found from there."""

    def shown(self, node_id: str) -> bool:
        """Whether a node of the view is drawn."""
        node = self.nodes.get(node_id)
        return node is not None and node_id not in self.hidden and node.label not in self.muted

    def matters(self, node_id: str) -> bool:
        """Whether the name of a node must be readable however far away it is: marked, or named by a finding."""
        return node_id in self.marked or bool(self.nodes[node_id].colour)

    def edges_shown(self) -> list[Edge]:
        """The edges whose ends are both drawn, in id order."""
        return [e for _, e in sorted(self.edges.items()) if self.shown(e.from_id) and self.shown(e.to_id)]


@dataclass(frozen=True, slots=True)
class State:
    """A view with its past and future, what is selected and lit, and the last event number seen."""

    view: View = View()
    past: tuple[View, ...] = ()
    future: tuple[View, ...] = ()
    selection: tuple[str, ...] = ()
    chosen_edges: tuple[str, ...] = ()
    lit: frozenset[str] = frozenset()
    seq: int = 0


def start(nodes: Iterable[Node], edges: Iterable[Edge], pos: Mapping[str, Point], marked: Iterable[str] = ()) -> State:
    """A fresh canvas; edges without both ends are left out."""
    kept = {n.id: n for n in nodes if n.id in pos}
    lines = {e.id: e for e in edges if e.from_id in kept and e.to_id in kept}
    return State(View(kept, lines, dict(pos), marked=frozenset(marked).intersection(kept)))


def apply_event(state: State, event: Event) -> State:
    """The state after one event.

    An event from the browser carries `seq`; one that was seen before changes nothing (a rerun may repeat it). Ids that
    are not on the canvas are passed over. Raises `ValueError` for a type that is not known.
    """
    seq = int(event.get("seq", 0))
    if seq and seq <= state.seq:
        return state
    step = _STEPS.get(str(event["type"]))
    if step is None:
        raise ValueError(f"unknown event {event['type']!r}")
    after = step(state, event)
    return replace(after, seq=seq) if seq else after


def _changed(state: State, view: View) -> State:
    """`state` showing `view`, with the view before it kept for undo."""
    if view == state.view:
        return state
    here = [i for i in state.selection if i in view.nodes and i not in view.hidden]
    return replace(
        state,
        view=view,
        past=(*state.past, state.view)[-UNDO_STEPS:],
        future=(),
        selection=tuple(here),
        chosen_edges=tuple(e for e in state.chosen_edges if e in view.edges),
        lit=frozenset(e for e in state.lit if e in view.edges),
    )


def _ids(state: State, event: Event) -> list[str]:
    return [str(i) for i in event.get("ids", ()) if i in state.view.nodes]


def _select(state: State, event: Event) -> State:
    nodes = tuple(dict.fromkeys(str(i) for i in event.get("nodes", ()) if state.view.shown(i)))
    return replace(
        state, selection=nodes, chosen_edges=tuple(str(e) for e in event.get("edges", ()) if e in state.view.edges)
    )


def _move(state: State, event: Event) -> State:
    moved = {i: (float(p[0]), float(p[1])) for i, p in event.get("pos", {}).items() if i in state.view.pos}
    return _changed(state, replace(state.view, pos={**state.view.pos, **moved}))


def _pin(state: State, event: Event) -> State:
    ids, pins = frozenset(_ids(state, event)), state.view.pins
    return _changed(state, replace(state.view, pins=pins | ids if event.get("on", True) else pins - ids))


def _hide(state: State, event: Event) -> State:
    return _changed(state, replace(state.view, hidden=state.view.hidden | frozenset(_ids(state, event))))


def _show(state: State, event: Event) -> State:
    back = frozenset(_ids(state, event)) if "ids" in event else state.view.hidden
    return _changed(state, replace(state.view, hidden=state.view.hidden - back))


def _mute(state: State, event: Event) -> State:
    return _changed(state, replace(state.view, muted=state.view.muted ^ {str(event["label"])}))


def _add(state: State, event: Event) -> State:
    """Put nodes and edges on the canvas, new ones beside `parent`; hidden ones that were asked for come back.

    The ids in `mark` matter from now on.
    """
    view, parent = state.view, event.get("parent")
    wanted: dict[str, Node] = {n.id: n for n in event.get("nodes", ())}
    fresh = [n for i, n in wanted.items() if i not in view.nodes][: max(0, MAX_NODES - len(view.nodes))]
    nodes = {**view.nodes, **{n.id: n for n in fresh}}
    edges = {**view.edges, **{e.id: e for e in event.get("edges", ()) if e.from_id in nodes and e.to_id in nodes}}
    anchors = _anchors([n.id for n in fresh], edges.values(), view.pos, parent)
    pos = place_beside(view.pos, anchors)
    marked = view.marked.union(i for i in event.get("mark", ()) if i in nodes)
    hidden = view.hidden.difference(wanted)
    return _changed(state, replace(view, nodes=nodes, edges=edges, pos=pos, hidden=hidden, marked=marked))


def _anchors(new: list[str], edges: Iterable[Edge], pos: Mapping[str, Point], parent: object) -> dict[str, str | None]:
    """Beside which node each new one goes: the parent, else a neighbour that stands already, else one that will."""
    anchors: dict[str, str | None] = {}
    if parent in pos:
        return dict.fromkeys(new, str(parent))
    near: dict[str, list[str]] = {i: [] for i in new}
    for e in edges:
        for a, b in ((e.from_id, e.to_id), (e.to_id, e.from_id)):
            if a in near and a != b:
                near[a].append(b)
    waiting = list(new)
    while waiting:
        ready = [i for i in waiting if any(n in pos or n in anchors for n in near[i])] or waiting[:1]
        for i in ready:
            known = [n for n in near[i] if n in pos or n in anchors]
            anchors[i] = min(known, key=lambda n: (n not in pos, n)) if known else None
        waiting = [i for i in waiting if i not in anchors]
    return anchors


def _know(state: State, event: Event) -> State:
    """Counts learnt about nodes on the canvas: better knowledge, not a step to undo."""
    news = {i: replace(state.view.nodes[i], counts=c) for i, c in event["counts"].items() if i in state.view.nodes}
    return replace(state, view=replace(state.view, nodes={**state.view.nodes, **news}))


def _light(state: State, event: Event) -> State:
    return replace(state, lit=frozenset(str(e) for e in event.get("edges", ()) if e in state.view.edges))


def _undo(state: State, _: Event) -> State:
    if not state.past:
        return state
    back = _changed(state, state.past[-1])
    return replace(back, past=state.past[:-1], future=(state.view, *state.future))


def _redo(state: State, _: Event) -> State:
    if not state.future:
        return state
    again = _changed(state, state.future[0])
    return replace(again, past=(*state.past, state.view)[-UNDO_STEPS:], future=state.future[1:])


_STEPS = {
    "select": _select,
    "pos": _move,
    "pin": _pin,
    "hide": _hide,
    "show": _show,
    "mute": _mute,
    "add": _add,
    "know": _know,
    "light": _light,
    "undo": _undo,
    "redo": _redo,
}
