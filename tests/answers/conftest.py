"""The county's files and edges as plain rows, shared by the tests of this folder."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from graphkit.workspace import Workspace
from tests.views.county import County, county_files

Edge = tuple[str, str, str, str, Any, Any]


@pytest.fixture(scope="session")
def files() -> County:
    """The county's files as plain rows."""
    return county_files()


@pytest.fixture(scope="session")
def edges(county: Workspace) -> list[Edge]:
    """(type, id, from, to, from_date, to_date) of every edge."""
    paths = sorted((county.facts_dir / "edges").glob("*.parquet"))
    return [
        (p.stem, *row)
        for p in paths
        for row in duckdb.sql(f"SELECT id, from_id, to_id, from_date, to_date FROM '{p}'").fetchall()
    ]


@pytest.fixture(scope="session")
def busy(edges: list[Edge]) -> str:
    """A hospital with edges of many types."""
    kinds: dict[str, set[str]] = {}
    for kind, _, start, end, *_ in edges:
        for node in (start, end):
            if node.startswith("org:12"):
                kinds.setdefault(node, set()).add(kind)
    return max(sorted(kinds), key=lambda node: len(kinds[node]))
