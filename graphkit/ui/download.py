"""The evidence pack of a lead: build it, then a link for this browser alone that lives sixty seconds."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import streamlit as st

from graphkit.ui.port import Workbench
from graphkit.ui.server import COOKIE, DOWNLOAD
from graphkit.ui.session import ask, reported, say
from graphkit.ui.tickets import SECONDS, TICKETS, download_name


def build_pack(ws: Workbench, number: str) -> tuple[Path, dict[str, Any]]:
    """The pack of a lead in the workspace's folder `packs`, its SHA-256 in its name, and the answer of `pack`."""
    folder = ws.root / "packs"
    folder.mkdir(parents=True, exist_ok=True)
    name = download_name(number, "", "").rstrip("-")
    answer = ws.pack(number, folder / f"{name}.zip")
    made = Path(answer["path"])
    final = folder / download_name(name, answer["sha256"], ".zip")
    return made.replace(final), answer


def offer_pack(number: str) -> None:
    """A button that builds the pack and, while its ticket lives, the link to it."""
    if st.button(say("pack"), key=f"pack-{number}"):
        with reported(), st.spinner(say("pack")):
            path, answer = ask(lambda ws: build_pack(ws, number))
            owner = str(st.context.cookies.get(COOKIE, ""))
            token = TICKETS.issue(path, answer["sha256"], owner)
            st.session_state["pack"] = (number, token, answer, path.name, time.monotonic() + SECONDS)
    held = st.session_state.get("pack")
    if held and held[0] == number and time.monotonic() < held[4]:
        _, token, answer, name, _ = held
        st.link_button(say("download"), f"{DOWNLOAD}/{token}", type="primary")
        st.code(f"{name}\nSHA-256 {answer['sha256']}", language=None, wrap_lines=True)
