"""群组与中间人: groups that hold together, and persons between staff and suppliers."""

from __future__ import annotations

import streamlit as st

from graphkit.ui.markup import tag
from graphkit.ui.pages.graph import show_on_canvas
from graphkit.ui.panels import SUBJECT_COLUMNS, headings, subject_rows
from graphkit.ui.port import Json
from graphkit.ui.session import ask, html, lang, say, table
from graphkit.ui.style import caption


def page() -> None:
    """Groups above, brokers below; computed once per snapshot and language."""
    state = ask(lambda ws: ws.snapshot), lang()
    if st.session_state.get("groups_of") != state:
        with st.spinner(say("working")):
            groups, brokers = ask(lambda ws: (ws.communities(), ws.brokers(top=50)))
        st.session_state.update(groups_of=state, groups=groups, brokers_found=brokers)
    html(tag("h4", say("communities")))
    _communities(st.session_state["groups"])
    html(tag("h4", say("brokers")))
    _brokers(st.session_state["brokers_found"])


def _communities(groups: list[Json]) -> None:
    rows = [{**g, "amount": g.get("amount_cny", ""), "members": [m["name"] for m in g["members"]]} for g in groups]
    columns = headings("id", "size", "members", "mixed", "amount", "stability", "conductance", "p_value")
    config = {"members": st.column_config.Column(say("members"), width="large")}
    picked = table(rows, columns, key="communities", mode="single-row", config=config)
    if not picked:
        html(tag("p", say("choose_group"), "dim"))
        return
    group = groups[picked[0]]
    table(subject_rows(group["members"]), headings(*SUBJECT_COLUMNS), height=220)
    if st.button(say("to_graph"), key="group_graph"):
        show_on_canvas([m["id"] for m in group["members"]])


def _brokers(brokers: list[Json]) -> None:
    rows = [
        {
            "rank": b["rank"],
            "name": b["name"],
            "kind": caption(str(b["label"]), lang()),
            "score": round(float(b["score"]), 4),
            "pairs_cut": b.get("pairs_cut"),
            "staff_n": (b.get("between") or {}).get("staff"),
            "suppliers_n": (b.get("between") or {}).get("suppliers"),
            "id": b["id"],
        }
        for b in brokers
    ]
    columns = headings("rank", "name", "kind", "score", "pairs_cut", "staff_n", "suppliers_n", "id")
    picked = table(rows, columns, key="brokers", mode="single-row")
    if picked and st.button(say("to_graph"), key="broker_graph"):
        show_on_canvas([str(rows[picked[0]]["id"])])
