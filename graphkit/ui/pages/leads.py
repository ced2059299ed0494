"""线索: the queue, why each lead is listed, what would refute it, what is missing, and the decision in place."""

from __future__ import annotations

from typing import Any

import streamlit as st

from graphkit.ledger.states import DISPOSITIONS, rules
from graphkit.ui.download import offer_pack
from graphkit.ui.markup import bullets, tag
from graphkit.ui.panels import (
    SUBJECT_COLUMNS,
    colour_cell,
    colour_chip,
    headings,
    names_in,
    section,
    show_finding,
    subject_rows,
)
from graphkit.ui.session import ask, html, lang, notice, reported, say, table
from graphkit.ui.texts import known, status

Json = dict[str, Any]

FIRST = 4
"""So many reasons are shown at once; the others open below them."""


def page() -> None:
    """Queue on the left, the chosen lead on the right."""
    rows = sorted(ask(lambda ws: ws.leads(top=0)), key=lambda r: (-float(r["score"]), str(r["lead_no"])))
    if not rows:
        st.text(say("no_leads"))
        return
    left, right = st.columns([12, 12], gap="medium")
    with left:
        number = _queue(rows)
    with right:
        if number is None:
            st.text(say("choose_lead"))
        else:
            with reported():
                _lead(ask(lambda ws: ws.lead(number)))


def _queue(rows: list[Json]) -> str | None:
    shown = [
        {
            "colour": colour_cell(r["colour"]),
            "score": float(r["score"]),
            "title": r["title"],
            "status": status(r["status"], lang()),
            "amount": float(r.get("amount_cny") or 0),
            "number": r["lead_no"],
            "families": r.get("families", ()),
            "changed": str(r.get("changed") or "")[:10],
        }
        for r in rows
    ]
    bar = st.column_config.ProgressColumn(say("score"), min_value=0.0, max_value=1.0, format="%.2f", width="small")
    config = {
        "score": bar,
        "title": st.column_config.Column(say("title"), width=172),
        "colour": st.column_config.Column(say("colour"), width=62),
        "amount": st.column_config.NumberColumn(say("amount"), format="localized"),
    }
    picked = table(
        shown, headings("colour", "score", "number", "title", "status", "amount", "families", "changed"),
        key="queue", mode="single-row", height=min(620, 40 + 35 * len(rows)), config=config,
    )  # fmt: skip
    if picked:
        st.session_state["lead_no"] = rows[picked[0]]["lead_no"]
    number = str(st.session_state.get("lead_no"))
    return number if any(r["lead_no"] == number for r in rows) else str(rows[0]["lead_no"])


def _lead(lead: Json) -> None:
    number = str(lead["lead_no"])
    html(
        tag("h4", lead["title"]),
        colour_chip(str(lead["colour"])),
        tag("span", number, "chip"),
        tag("span", f"{say('score')} {float(lead['score']):.2f}", "chip"),
        tag("span", status(lead["status"], lang()), "chip"),
        tag("span", f"{say('amount')} {lead.get('amount_cny', '')}", "chip"),
    )
    if st.button(say("open_graph"), type="primary", key="open_graph"):
        st.session_state["graph_lead"] = number
        st.switch_page(st.session_state["pages"]["graph"])
    for heading, items in (("why", "reasons"), ("refute", "refuting"), ("missing", "missing")):
        listed = list(lead.get(items, ()))
        html(section(heading, listed[:FIRST]))
        if len(listed) > FIRST:
            with st.expander(f"{say('others')} {len(listed) - FIRST}"):
                html(bullets(listed[FIRST:]))
    _decide(lead, number)
    found = [f for f in lead.get("findings_full") or lead.get("findings", ()) if isinstance(f, dict)]
    html(tag("h5", say("lead_findings")))
    rows = [
        {
            "colour": colour_cell(f["colour"]),
            "score": round(float(f["score"]), 2),
            "detector": f["detector"],
            "title": f["title"],
            "message": f["message"],
        }
        for f in found
    ]
    config = {"colour": st.column_config.Column(say("colour"), width=62)}
    columns = headings("colour", "score", "detector", "title", "message")
    picked = table(
        rows, columns, key=f"found-{number}", mode="single-row", height=min(40 + 35 * len(rows), 250), config=config
    )
    if found:
        chosen = found[picked[0] if picked else 0]
        show_finding(chosen, f"lead-{number}-{chosen['id']}", names_in(found))
    html(tag("h5", say("history")))
    show_history(lead.get("history", ()))


def show_history(entries: Any) -> None:
    """The steps of a lead as a table."""
    language = lang()
    rows = [
        {
            **h,
            "action": known(str(h["action"]), language),
            "from": status(h.get("from"), language),
            "to": status(h.get("to"), language),
        }
        for h in entries
    ]
    table(rows, headings("seq", "at", "by", "action", "from", "to", "note", "hash"))


def _decide(lead: Json, number: str) -> None:
    html(tag("h5", say("disposition")))
    may = {d for d in DISPOSITIONS if lead["status"] in rules().actions[d].sources}
    with st.form(f"dispose-{number}", border=True, clear_on_submit=True):
        reason = st.text_area(say("reason"), key=f"reason-{number}", height=68)
        columns = st.columns(len(DISPOSITIONS))
        pressed = [
            d
            for d, c in zip(DISPOSITIONS, columns, strict=True)
            if c.form_submit_button(say(d), key=f"{d}-{number}", disabled=d not in may)
        ]
    if pressed:
        if not reason.strip():
            st.warning(say("reason_needed"))
        else:
            _record(number, "dispose", how=pressed[0], reason=reason.strip())
    html(tag("h5", say("members")), tag("p", say("confirm_hint"), "dim"))
    subjects = lead.get("subjects", ())
    chosen = table(
        subject_rows(subjects),
        headings(*SUBJECT_COLUMNS),
        key=f"members-{number}",
        mode="multi-row",
        height=38 + 35 * min(6, max(1, len(subjects))),
    )
    buttons = st.columns(3)
    if buttons[0].button(say("confirm"), key=f"confirm-{number}"):
        if chosen:
            _record(number, "confirm", subjects=[subjects[i]["id"] for i in chosen])
        else:
            st.warning(say("confirm_needed"))
    with buttons[1].popover(say("comment")), st.form(f"comment-{number}", clear_on_submit=True, border=False):
        text = st.text_area(say("comment"), key=f"comment-text-{number}")
        if st.form_submit_button(say("add_comment")) and text.strip():
            _record(number, "comment", text=text.strip())
    with buttons[2].popover(say("assign")), st.form(f"assign-{number}", border=False):
        unit = st.text_input(say("unit"), key=f"unit-{number}")
        if st.form_submit_button(say("assign"), key=f"assign-go-{number}") and unit.strip():
            _record(number, "assign", to=unit.strip())
    offer_pack(number)


def _record(number: str, action: str, **arguments: Any) -> None:
    """Write one step into the ledger and draw the page anew."""
    with reported():
        ask(lambda ws: ws.decide(number, action, **arguments))
        notice(say("done"))
    st.rerun()
