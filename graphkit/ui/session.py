"""What every page shares: workspace, language, errors in the reader's words, tables and blocks of plain text."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from graphkit.errors import GraphkitError
from graphkit.ui.markup import block, tag
from graphkit.ui.port import Workbench
from graphkit.ui.texts import word

T = TypeVar("T")
Opener = Callable[[Path, str], Workbench]

_LOCK = threading.RLock()
"""One question at a time: the embedded engines behind a workspace are not made for several threads."""


def remember_opener(opener: Opener) -> None:
    """Keep how to open a workspace for the pages of this session."""
    st.session_state["opener"] = opener


def lang() -> str:
    """The language of this session."""
    if "lang" not in st.session_state:
        st.session_state["lang"] = "en" if os.environ.get("GRAPHKIT_LANG") == "en" else "zh"
    return str(st.session_state["lang"])


def say(key: str) -> str:
    """A text of the table in this session's language."""
    return word(key, lang())


@st.cache_resource(show_spinner=False, max_entries=8)  # type: ignore[untyped-decorator]
def _opened(root: str, language: str, _opener: Opener) -> Workbench:
    return _opener(Path(root), language)


def ask(question: Callable[[Workbench], T]) -> T:
    """Put a question to the workspace; its errors pass through."""
    root = os.environ.get("GRAPHKIT_WORKSPACE") or "graphkit-data"
    with _LOCK:
        workspace: Workbench = _opened(root, lang(), st.session_state["opener"])
        return question(workspace)


@contextmanager
def reported() -> Iterator[None]:
    """Show an error as a text block: ours with what to do, any other without its details (they go to the log)."""
    try:
        yield
    except GraphkitError as error:
        st.session_state.setdefault("notices", []).append(
            (f"{error.message[lang()]}\n{error.fix[lang()]}".strip(), True)
        )
    except Exception:
        logging.getLogger(__name__).exception("workbench")
        st.session_state.setdefault("notices", []).append((say("fault"), True))


def notice(text: str) -> None:
    """Something to tell at the next drawing of the page."""
    st.session_state.setdefault("notices", []).append((text, False))


def show_notices() -> None:
    """Tell what happened since the last drawing, once."""
    for text, bad in st.session_state.pop("notices", []):
        if bad:
            st.error(say("failed"))
            st.text(text)
        else:
            st.html(block(text))


def table(
    rows: Sequence[Mapping[str, object]],
    columns: Mapping[str, str],
    *,
    key: str | None = None,
    mode: str | None = None,
    height: int | None = None,
    config: Mapping[str, Any] | None = None,
    into: DeltaGenerator | None = None,
) -> list[int]:
    """A table of texts; `columns` maps keys of the rows to headings. With `mode` the chosen row numbers come back.

    Lists and None become text, so that the browser draws characters on a canvas and nothing else.
    """
    frame = pd.DataFrame({c: _column([r.get(c) for r in rows]) for c in columns}, columns=list(columns))
    if not rows:
        (into or st).html(block(tag("p", say("nothing"), "dim")))
        return []
    settings = {c: st.column_config.Column(label) for c, label in columns.items()} | dict(config or {})
    options: dict[str, Any] = {"hide_index": True, "column_config": settings, "width": "stretch"}
    options["height"] = height or min(38 + 35 * max(1, len(frame)), 420)
    place = into or st
    shown: Any = frame
    if "colour" in columns:
        floats: dict[Any, Any] = {
            c: "{:.3g}" for c in columns if frame[c].dtype == "Float64" and c not in (config or {})
        }
        shown = frame.style.map(_paint, subset=["colour"]).format(floats, na_rep="")
    if mode is None:
        place.dataframe(shown, key=key, **options)
        return []
    chosen = place.dataframe(shown, key=key, on_select="rerun", selection_mode=mode, **options)
    return [i for i in chosen.selection.rows if i < len(rows)]


def _paint(text: object) -> str:
    """The CSS of a colour word's cell."""
    inks = {
        "red": "background-color: #d92d20; color: white",
        "yellow": "background-color: #e8a400",
        "green": "background-color: #2f9e44; color: white",
    }
    return next((css for colour, css in inks.items() if text == say(colour)), "")


def _column(values: list[object]) -> pd.Series[Any]:
    """Numbers stay numbers; everything else becomes text, one kind a column."""
    if all(v is None or (isinstance(v, (int, float)) and not isinstance(v, bool)) for v in values) and any(
        v is not None for v in values
    ):
        whole = all(v is None or isinstance(v, int) for v in values)
        return pd.Series(values, dtype="Int64" if whole else "Float64")
    return pd.Series([_cell(v) for v in values], dtype="string")


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return say("yes") if value else say("no")
    if isinstance(value, (list, tuple, set, frozenset)):
        return ("、" if lang() == "zh" else ", ").join(str(v) for v in value)
    return str(value)


def html(*pieces: object) -> None:
    """A block of escaped pieces."""
    st.html(block(*pieces))
