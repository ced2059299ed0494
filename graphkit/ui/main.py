"""The page script: page configuration and navigation. Streamlit runs it for every change in a browser."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from graphkit.ui import session
from graphkit.ui.desk import open_desk
from graphkit.ui.markup import CSS
from graphkit.ui.pages import findings, graph, groups, leads, ledger

ICON = str(Path(__file__).parent / "assets" / "icon.png")


def run(opener: session.Opener = open_desk) -> None:
    """Draw the page that the address names."""
    session.remember_opener(opener)
    st.set_page_config(page_title=session.say("app"), page_icon=ICON, layout="wide", initial_sidebar_state="collapsed")
    pages = {
        "leads": st.Page(leads.page, title=session.say("leads"), url_path="leads", default=True),
        "graph": st.Page(graph.page, title=session.say("graph"), url_path="graph"),
        "findings": st.Page(findings.page, title=session.say("findings"), url_path="findings"),
        "groups": st.Page(groups.page, title=session.say("groups"), url_path="groups"),
        "ledger": st.Page(ledger.page, title=session.say("ledger"), url_path="ledger"),
    }
    st.session_state["pages"] = pages
    chosen = st.navigation(list(pages.values()), position="top")
    st.html(CSS)
    title, switch = st.columns([6, 1], vertical_alignment="center")
    title.subheader(chosen.title, anchor=False)
    options = ["zh", "en"]
    picked = switch.segmented_control(
        session.say("language"),
        options,
        default=session.lang(),
        format_func=_language,
        key="pick_lang",
        label_visibility="collapsed",
    )
    if picked and picked != session.lang():
        st.session_state["lang"] = picked
        st.rerun()
    session.show_notices()
    with session.reported():
        chosen.run()
    session.show_notices()


def _language(code: str) -> str:
    return "中文" if code == "zh" else "English"


if __name__ == "__main__":
    run()
