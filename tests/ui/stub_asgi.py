"""The served application of the browser test: our guard and routes in front of the workspace in memory."""

from pathlib import Path

from streamlit.starlette import App

from graphkit.ui.server import MIDDLEWARE, ROUTES

app = App(Path(__file__).parent / "stub_main.py", routes=ROUTES, middleware=MIDDLEWARE)
