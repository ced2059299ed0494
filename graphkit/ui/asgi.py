"""The served application: the page script, guarded. Streamlit finds `app` by reading this file."""

from streamlit.starlette import App

from graphkit.ui.server import MIDDLEWARE, ROUTES, SCRIPT

app = App(SCRIPT, routes=ROUTES, middleware=MIDDLEWARE)
