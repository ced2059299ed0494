"""The workbench on the workspace in memory: what the page tests and the browser test serve."""

from pathlib import Path

import streamlit as st

from graphkit.ui.main import run
from tests.ui.stub import Stub


@st.cache_resource
def held(root: str) -> dict[str, Stub]:
    """One stub per language, sharing decisions, for the life of the server."""
    zh, en = Stub(Path(root), "zh"), Stub(Path(root), "en")
    en.history, en.status = zh.history, zh.status
    return {"zh": zh, "en": en}


run(lambda root, lang: held(str(root))[lang])
