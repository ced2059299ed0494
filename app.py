"""The workbench from a checkout: `streamlit run app.py` (GRAPHKIT_WORKSPACE names the workspace).

`graphkit app` serves the same application from an installed package. Pages and navigation: graphkit/ui/main.py.
"""

from streamlit.starlette import App

from graphkit.ui.server import MIDDLEWARE, ROUTES, SCRIPT

app = App(SCRIPT, routes=ROUTES, middleware=MIDDLEWARE)

if __name__ == "__main__":
    app.run(config={"server.address": "127.0.0.1", "browser.gatherUsageStats": False, "client.toolbarMode": "viewer"})
