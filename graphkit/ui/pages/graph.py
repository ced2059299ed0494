"""图谱: the canvas, the inspector, paths, ranked expansion and the table of every relation on the canvas."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from graphkit.errors import Text
from graphkit.ui import explore
from graphkit.ui.canvas import canvas
from graphkit.ui.drawing import Feed, advance, draw_edges, draw_nodes, resync
from graphkit.ui.inspector import show_edges, show_node
from graphkit.ui.markup import tag
from graphkit.ui.panels import headings
from graphkit.ui.parts import edge_of
from graphkit.ui.session import ask, html, lang, notice, reported, say, show_notices, table
from graphkit.ui.state import State, apply_event
from graphkit.ui.style import RINGS, caption, look_of
from graphkit.ui.texts import known

CANVAS = "canvas"
_WORDS = ("undo", "redo", "fit", "lasso", "path", "pin", "unpin", "hide", "show", "png", "expand", "counting", "mute")
_SIGNS = ("chosen", "lit", "dashed", "badge")


def page() -> None:
    """The graph of the lead that was opened last; one fragment, so that a click reruns nothing else."""
    wanted = st.session_state.get("graph_lead") or st.session_state.get("lead_no")
    if wanted and st.session_state.get("drawn_lead") != wanted:
        _open(str(wanted))
    if "canvas_state" not in st.session_state:
        st.text(say("no_graph"))
        _search()
        return
    _board()


def _open(number: str) -> None:
    lead = ask(lambda ws: ws.lead(number))
    state, note = ask(lambda ws: explore.open_lead(ws, lead))
    _hold(state, str(lead["title"]), number, [s["id"] for s in lead["subjects"]])
    _focus(list(state.view.nodes))
    _tell(note)


def _hold(state: State, title: str, number: str | None, subjects: list[str]) -> None:
    """Make this the canvas; event numbers go on counting."""
    held = replace(state, seq=_state().seq)
    st.session_state.update(canvas_state=held, drawn_lead=number, graph_title=title)
    st.session_state.update(lead_subjects=subjects, paths=[], candidates=None)


def show_on_canvas(node_ids: list[str]) -> None:
    """Start a canvas with these nodes and go to the graph page (for the other pages)."""
    state = State()
    for node_id in node_ids[: explore.PUT_NODES]:
        state = ask(lambda ws, s=state, i=node_id: explore.put_node(ws, s, i))  # type: ignore[misc]
    first = node_ids[: explore.PUT_NODES]
    for node_id in first if len(first) > 1 else ():
        inside = ask(lambda ws, i=node_id: ws.neighbors(i, limit=explore.BATCH))["neighbors"]  # type: ignore[misc]
        edges = [edge_of(n["edge"]) for n in inside if n["node"]["id"] in state.view.nodes]
        state = apply_event(state, {"type": "add", "nodes": (), "edges": edges})
    number = st.session_state.get("lead_no")
    st.session_state["graph_lead"] = number
    _hold(explore.settle(state), "", number, node_ids)
    _focus(first)
    st.switch_page(st.session_state["pages"]["graph"])


def _state() -> State:
    state: State = st.session_state.get("canvas_state", State())
    return state


def _tell(note: Text | None) -> None:
    if note is not None:
        notice(note[lang()])


def _focus(ids: list[str]) -> None:
    held = st.session_state.get("focus") or {"seq": 0}
    st.session_state["focus"] = {"seq": held["seq"] + 1, "ids": ids}


def _heard() -> None:
    """Events of the browser, oldest first; one that was seen before is passed over."""
    for event in (st.session_state[CANVAS].get("event") or {}).get("events", ()):
        with reported():
            _one(event)


def _one(event: Mapping[str, Any]) -> None:
    state = _state()
    if event["type"] == "resync":
        st.session_state["feed"] = resync(st.session_state["feed"])
        st.session_state["resent"] = True
    elif event["type"] == "path":
        if int(event["seq"]) > state.seq:
            st.session_state["canvas_state"] = replace(state, seq=int(event["seq"]))
            _find_paths([str(i) for i in event["ids"]])
    else:
        st.session_state["canvas_state"], note = ask(lambda ws: explore.handle(ws, state, event))
        _tell(note)


def _find_paths(ids: list[str]) -> None:
    paths = ask(lambda ws: explore.find_paths(ws, ids[0], ids[1]))
    st.session_state.update(paths=paths, answer_no=st.session_state.get("answer_no", 0) + 1)
    if paths:
        _put(paths[0])
    else:
        notice(say("no_path"))


def _put(path: Mapping[str, Any]) -> None:
    state = _state()
    after = ask(lambda ws: explore.put_path(ws, state, path))
    st.session_state["canvas_state"] = after
    on_path = [i for h in path["hops"] for i in (h.get("from"), h.get("to")) if i]
    _focus(list(dict.fromkeys(on_path)))


@st.fragment  # type: ignore[untyped-decorator]
def _board() -> None:
    left, right = st.columns([13, 8], gap="small")
    with left:
        title, search = st.columns([5, 3], vertical_alignment="center")
        with title:
            html(tag("p", st.session_state.get("graph_title") or "", "line"))
        with search:
            _search()
    side = right.container(height=600, border=True, key="side")
    told = side.container()
    with side, reported():
        facts, paths, ranked, relations = st.tabs([say("inspector"), say("paths"), say("ranked"), say("relations")])
        with facts:
            _inspect()
        with paths:
            _paths()
        with ranked:
            _ranked()
        with relations:
            _relations()
    with left:
        _draw()
    with told:
        show_notices()


def _draw() -> None:
    state = _state()
    feed: Feed = st.session_state.get("feed", Feed())
    if not st.session_state.pop("resent", False):
        feed = advance(feed, draw_nodes(state, lang()), draw_edges(state, lang()))
    st.session_state["feed"] = feed
    view = state.view
    texts = {w: say(w) for w in _WORDS}
    hidden = f" · {say('hidden_n')} {len(view.hidden)}" if view.hidden else ""
    texts["sum"] = f"{len(feed.nodes)} {say('nodes')} · {len(view.edges_shown())} {say('edges')}{hidden}"
    canvas(
        key=CANVAS,
        message=feed.message,
        ack=state.seq,
        texts=texts,
        legend=_legend(state),
        on_event=_heard,
        selection=state.selection,
        focus=st.session_state.get("focus"),
        can={"undo": bool(state.past), "redo": bool(state.future), "hidden": bool(view.hidden)},
    )


def _legend(state: State) -> list[dict[str, Any]]:
    language = lang()
    kinds = Counter(n.label for n in state.view.nodes.values())
    items: list[dict[str, Any]] = []
    for label, count in sorted(kinds.items()):
        look = look_of(label)
        glyph = look.glyph_zh if language == "zh" else look.glyph_en
        items.append(
            {
                "label": label,
                "text": caption(label, language),
                "glyph": glyph,
                "fill": look.fill,
                "shape": look.shape,
                "count": count,
                "off": label in state.view.muted,
            }
        )
    found = {n.colour for n in state.view.nodes.values()}
    rings = [{"sign": "ring", "ring": css, "text": say(f"ring_{name}")} for name, css in RINGS.items() if name in found]
    signs = [{"sign": s, "text": say(f"sign_{s}"), "mark": "+3" if s == "badge" else ""} for s in _SIGNS]
    return [*items, *rings, *signs]


def _search() -> None:
    key = st.text_input(say("search"), key="search", placeholder=say("search"), label_visibility="collapsed")
    if not key or key == st.session_state.get("searched"):
        return
    st.session_state["searched"] = key
    with reported():
        matches = ask(lambda ws: ws.resolve([key]))[0]["matches"]
        if len(matches) == 1:
            state = _state()
            st.session_state["canvas_state"] = ask(lambda ws: explore.put_node(ws, state, matches[0]["id"]))
            _focus([matches[0]["id"]])
            st.rerun()
        notice(
            say("not_found")
            if not matches
            else f"{say('several')}: " + "; ".join(f"{m['name']} {m['id']}" for m in matches[:8])
        )
    show_notices()


def _inspect() -> None:
    state = _state()
    if state.selection:
        show_node(state, state.selection[0])
    elif state.chosen_edges:
        show_edges(state, [state.view.edges[e] for e in state.chosen_edges], "line")
    else:
        st.text(say("no_selection"))


def _answer() -> int:
    """Number of the newest list of paths or candidates, so that a new list starts with no row picked."""
    return int(st.session_state.get("answer_no", 0))


def _paths() -> None:
    picked = _state().selection
    if len(picked) != 2:
        html(tag("p", say("path_hint"), "dim"))
    elif st.button(say("path"), key="find_path"):
        _find_paths(list(picked))
        st.rerun(scope="fragment")
    found = st.session_state.get("paths") or []
    rows = [{"length": p["length"], "value": p["text"]} for p in found]
    if found:
        config = {"value": st.column_config.Column(say("path"), width="large")}
        chosen = table(
            rows,
            {"length": say("length"), "value": say("path")},
            key=f"paths-{_answer()}",
            mode="single-row",
            config=config,
        )
        for p in found:
            st.text(p["text"])
        if chosen and st.session_state.get("path_put") != (_answer(), chosen[0]):
            st.session_state["path_put"] = (_answer(), chosen[0])
            _put(found[chosen[0]])
            st.rerun(scope="fragment")


def _ranked() -> None:
    if st.button(say("rank_now"), key="rank_now"):
        seeds = list(_state().selection) or list(st.session_state.get("lead_subjects", ()))
        candidates = ask(lambda ws: ws.expand(seeds, top=20))["candidates"]
        st.session_state.update(candidates=candidates, answer_no=st.session_state.get("answer_no", 0) + 1)
    candidates = st.session_state.get("candidates")
    if not candidates:
        return
    rows = [
        {
            "rank": c["rank"],
            "name": c["name"],
            "kind": caption(str(c["label"]), lang()),
            "score": round(float(c["score"]), 3),
            "reached": c["paths"][0]["text"],
            "weakest": known(str(c["paths"][0].get("weakest_grade", "")), lang()),
        }
        for c in candidates
    ]
    html(tag("p", say("ranked_hint"), "dim"))
    chosen = table(rows, headings(*rows[0]), key=f"ranked-{_answer()}", mode="single-row")
    if not chosen:
        return
    candidate = candidates[chosen[0]]
    for p in candidate["paths"]:
        st.text(p["text"])
    html(tag("h5", say("missing")), *(tag("p", m) for m in candidate.get("missing", ())))
    if st.session_state.get("candidate_put") != (_answer(), chosen[0]):
        st.session_state["candidate_put"] = (_answer(), chosen[0])
        _put(candidate["paths"][0])
        st.rerun(scope="fragment")


def _relations() -> None:
    state = _state()
    chosen = show_edges(state, state.view.edges_shown(), "all")
    if chosen and st.session_state.get("relation_focus") != chosen.id:
        st.session_state["relation_focus"] = chosen.id
        _focus([chosen.from_id, chosen.to_id])
        st.session_state["canvas_state"] = apply_event(state, {"type": "light", "edges": [chosen.id]})
        st.rerun(scope="fragment")
