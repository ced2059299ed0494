"""One real Neo4j for all tests: the one named by GRAPHKIT_TEST_NEO4J, or ours from scripts/neo4j."""

from __future__ import annotations

import atexit
import functools
import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "scripts" / "neo4j" / "server.sh"


@functools.cache
def _server() -> tuple[str | None, str]:
    """URL, or None and why there is none."""
    url = os.environ.get("GRAPHKIT_TEST_NEO4J")
    if url:
        return url, ""
    if os.environ.get("GRAPHKIT_START_NEO4J") != "1":
        return None, "no Neo4j: set GRAPHKIT_TEST_NEO4J=bolt://…, or GRAPHKIT_START_NEO4J=1 to start one"
    if not (shutil.which("java") and shutil.which("mvn")):
        return None, "no Neo4j: scripts/neo4j needs java and mvn"
    environment = os.environ | {"NEO4J_DIR": str(ROOT / ".neo4j"), "NEO4J_PORT": os.environ.get("NEO4J_PORT", "17687")}
    running = subprocess.run([SCRIPT, "status"], env=environment, capture_output=True, check=False).returncode == 0
    # To files, not pipes: the server would inherit a pipe and keep it open.
    subprocess.run([SCRIPT, "start"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    if not running:
        atexit.register(subprocess.run, [SCRIPT, "stop"], env=environment, stderr=subprocess.DEVNULL, check=False)
    os.environ.setdefault("GRAPHKIT_NEO4J_USER", "neo4j")
    os.environ.setdefault("GRAPHKIT_NEO4J_PASSWORD", os.environ.get("NEO4J_SECRET", "graphkit-local"))
    return f"bolt://127.0.0.1:{environment['NEO4J_PORT']}", ""


@pytest.fixture(scope="session")
def neo4j_url() -> str:
    url, reason = _server()
    if url is None:
        pytest.skip(reason)
    return url
