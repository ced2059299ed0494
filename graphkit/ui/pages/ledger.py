"""台账: leads by status, the history of one, the audit chain, and rows that did not load."""

from __future__ import annotations

from collections import Counter

import streamlit as st

from graphkit.ui.markup import tag
from graphkit.ui.pages.leads import show_history
from graphkit.ui.panels import colour_cell, headings
from graphkit.ui.session import ask, html, lang, say, table
from graphkit.ui.texts import status


def page() -> None:
    """Three tabs: the ledger, the audit chain, the quarantine."""
    ledger, audit, quarantine = st.tabs([say("ledger"), say("audit"), say("quarantine")])
    with ledger:
        _ledger()
    with audit:
        _audit()
    with quarantine:
        rows = ask(lambda ws: ws.quarantine())
        table(rows, headings("id", "file", "sheet", "row", "column", "reason", "message", "raw"))


def _ledger() -> None:
    leads = ask(lambda ws: ws.leads(top=0))
    left, right = st.columns([1, 3], gap="medium")
    counts = Counter(str(r["status"]) for r in leads)
    with left:
        html(tag("h5", say("by_status")))
        table(
            [{"status": status(s, lang()), "count": n} for s, n in sorted(counts.items())], headings("status", "count")
        )
    with right:
        html(tag("h5", say("queue")))
        rows = [
            {
                "number": r["lead_no"],
                "colour": colour_cell(r["colour"]),
                "title": r["title"],
                "status": status(r["status"], lang()),
                "amount": r.get("amount_cny", ""),
                "first_seen": str(r.get("first_seen") or "")[:10],
                "changed": str(r.get("changed") or "")[:10],
            }
            for r in leads
        ]
        config = {"title": st.column_config.Column(say("title"), width="large")}
        picked = table(
            rows,
            headings("number", "colour", "title", "status", "amount", "first_seen", "changed"),
            key="ledger",
            mode="single-row",
            config=config,
        )
        if picked:
            number = str(leads[picked[0]]["lead_no"])
            html(tag("h5", f"{say('history')} {number}"))
            show_history(ask(lambda ws: ws.lead(number)).get("history", ()))


def _audit() -> None:
    if st.button(say("verify"), key="verify_chain"):
        answer = ask(lambda ws: ws.audit_verify())
        verdict = say("chain_ok") if answer["ok"] else f"{say('chain_bad')} {answer['problem_at']}"
        html(
            tag("span", verdict, "chip green" if answer["ok"] else "chip red"),
            tag("p", f"{say('records')} {answer['records']}"),
            tag("p", f"{say('head')} {answer['head']}", "dim"),
        )
    rows = ask(lambda ws: ws.audit(top=200))
    columns = headings("seq", "at", "by", "action", "id", "note", "hash")
    table([{**r, "id": r.get("subject_id", "")} for r in rows], columns, height=460)
