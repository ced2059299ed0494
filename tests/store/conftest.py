from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from neo4j_server import neo4j_url  # noqa: F401

from graphkit.store import open_store
from graphkit.store.contract import GraphStore


@pytest.fixture(params=["embedded", pytest.param("neo4j", marks=pytest.mark.neo4j)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[GraphStore]:
    """Every engine in turn; Neo4j is skipped, visibly, where there is none."""
    url = "embedded" if request.param == "embedded" else request.getfixturevalue("neo4j_url")
    opened = open_store(url, tmp_path)
    yield opened
    opened.close()
