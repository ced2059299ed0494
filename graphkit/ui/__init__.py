"""The workbench in a browser; the only room that imports streamlit (and only when a page runs)."""

from graphkit.ui.launch import serve

__all__ = ["serve"]
