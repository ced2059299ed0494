"""疑点: every detector with its denominator, what could not run and why, and the findings of the one chosen."""

from __future__ import annotations

from typing import Any

import streamlit as st

from graphkit.ui.markup import tag
from graphkit.ui.pages.graph import show_on_canvas
from graphkit.ui.panels import colour_cell, headings, show_finding
from graphkit.ui.session import ask, html, lang, say, table
from graphkit.ui.texts import known

Json = dict[str, Any]


def page() -> None:
    """Detectors first, then the findings of one, then one finding."""
    detectors = ask(lambda ws: ws.detectors())
    ran = [d for d in detectors if d.get("outcome") in ("hit", "clear")]
    html(tag("h5", say("by_detector")))
    rows = [
        {
            "detector": d["id"],
            "title": d.get("title", ""),
            "family": d.get("family", ""),
            "colour": colour_cell(d.get("colour", "")) if d["outcome"] == "hit" else "",
            "outcome": known(str(d["outcome"]), lang()),
            "applied": d.get("applied", 0),
            "hits": d.get("hits", 0),
        }
        for d in sorted(ran, key=lambda d: (-int(d.get("hits") or 0), str(d["id"])))
    ]
    config = {"title": st.column_config.Column(say("title"), width="large")}
    picked = table(
        rows,
        headings("detector", "title", "family", "colour", "outcome", "applied", "hits"),
        key="detectors",
        mode="single-row",
        height=min(400, 40 + 35 * max(1, len(rows))),
        config=config,
    )
    if picked:
        _findings(str(rows[picked[0]]["detector"]))
    else:
        html(tag("p", say("choose_detector"), "dim"))
    html(tag("h5", say("not_run")))
    idle = [
        {
            "detector": d["id"],
            "title": d.get("title", ""),
            "missing": d.get("missing") or (),
            "why_not": d.get("reason") or "",
        }
        for d in detectors
        if d.get("outcome") not in ("hit", "clear")
    ]
    table(idle, headings("detector", "title", "missing", "why_not"), config=config)


def _findings(detector: str) -> None:
    found: list[Json] = ask(lambda ws: ws.findings(detector=detector, top=0))
    rows = [
        {
            "colour": colour_cell(f["colour"]),
            "score": round(float(f["score"]), 3),
            "subjects": [s["name"] for s in f["subjects"]],
            "message": f["message"],
            "class": f.get("class", ""),
            "p_value": f.get("p_value"),
            "id": f["id"],
        }
        for f in found
    ]
    config = {"message": st.column_config.Column(say("message"), width="large")}
    picked = table(
        rows,
        headings("colour", "score", "subjects", "message", "class", "p_value", "id"),
        key=f"found-{detector}",
        mode="single-row",
        config=config,
    )
    if not picked:
        html(tag("p", say("choose_finding"), "dim"))
        return
    finding = found[picked[0]]
    if st.button(say("to_graph"), key="finding_graph"):
        show_on_canvas([s["id"] for s in finding["subjects"]])
    show_finding(finding, f"finding-{finding['id']}")
