"""The graph component: vis-network behind a Streamlit component v2. It draws and tells; Python decides."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.errors import StreamlitAPIException

ASSETS = Path(__file__).parent / "assets"
PACKAGED = "graphkit-woan.graph"
VIS, PAINT, SCRIPT, STYLE = "vis-network.min.js", "gk_draw.js", "gk.js", "gk.css"

HTML = (
    '<div class="gk"><div class="gk-bar" role="toolbar"></div><div class="gk-stage"><div class="gk-cv"></div>'
    '<div class="gk-lasso" hidden></div><div class="gk-menu" role="menu" hidden></div></div>'
    '<div class="gk-legend"></div></div>'
)


def inline_script() -> str:
    """Our scripts in one, with vis-network in front instead of imports, for installations without a component manifest."""
    texts = [(ASSETS / name).read_text("utf-8") for name in (VIS, PAINT, SCRIPT)]
    own = re.sub(r"^(import|export) [^\n(]*;$", "", "\n".join(texts[1:]), flags=re.MULTILINE)
    return texts[0] + "\n" + own


@cache
def component() -> Callable[..., Any]:
    """The component: its files served as files where the wheel's manifest is known, else sent inside the message."""
    try:
        mount: Callable[..., Any] = st.components.v2.component(PACKAGED, html=HTML, css=STYLE, js=SCRIPT)
    except StreamlitAPIException:
        css = (ASSETS / STYLE).read_text("utf-8")
        mount = st.components.v2.component("graphkit_graph", html=HTML, css=css, js=inline_script())
    return mount


def canvas(
    *,
    key: str,
    message: Mapping[str, Any],
    ack: int,
    texts: Mapping[str, str],
    legend: list[dict[str, Any]],
    on_event: Callable[[], None],
    selection: tuple[str, ...] = (),
    focus: Mapping[str, Any] | None = None,
    can: Mapping[str, bool] | None = None,
) -> None:
    """Mount the canvas, as high as the window leaves room for. `ack` is the last event number Python has seen."""
    component()(
        key=key,
        data={
            "name": key,
            "message": message,
            "ack": ack,
            "texts": texts,
            "legend": legend,
            "selection": list(selection),
            "focus": focus,
            "can": can or {},
        },
        height="content",
        on_event_change=on_event,
    )
