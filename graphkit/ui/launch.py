"""`graphkit app`: start the workbench on 127.0.0.1 and wait until it is stopped."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ENTRY = Path(__file__).parent / "asgi.py"

OPTIONS = {
    "server.address": "127.0.0.1",
    "server.headless": "true",
    "server.fileWatcherType": "none",
    "server.enableXsrfProtection": "true",
    "server.disconnectedSessionTTL": "60",
    "browser.gatherUsageStats": "false",
    "client.toolbarMode": "viewer",
    "client.showErrorDetails": "none",
    "theme.base": "light",
    "theme.primaryColor": "#1f4e79",
}
"""Streamlit options: nothing leaves the machine, nothing listens beyond it, no traceback reaches the page."""


def command(port: int, entry: Path = ENTRY) -> list[str]:
    """The command line that serves `entry` on `port`."""
    options = {**OPTIONS, "server.port": str(port)}
    return [sys.executable, "-m", "streamlit", "run", str(entry), *(f"--{k}={v}" for k, v in options.items())]


def serve(workspace_root: Path, port: int = 8501, lang: str = "zh") -> int:
    """Serve the workbench of one workspace until it is interrupted; the server's exit status."""
    env = {**os.environ, "GRAPHKIT_WORKSPACE": str(workspace_root), "GRAPHKIT_LANG": lang}
    try:
        return subprocess.run(command(port), env=env, check=False).returncode  # noqa: S603 (our own file, no shell)
    except KeyboardInterrupt:
        return 0
