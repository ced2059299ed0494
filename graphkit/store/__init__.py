"""The graph store: one contract, an embedded engine and Neo4j behind it."""

from __future__ import annotations

from pathlib import Path

from graphkit.store.contract import GraphStore

__all__ = ["GraphStore", "open_store"]


def open_store(url: str, workspace_root: Path, database: str | None = None, snapshot: str | None = None) -> GraphStore:
    """The store of setting `store.url`: `embedded`, or `bolt://`, `neo4j://`, `neo4j+s://` host:port.

    `snapshot` pins an earlier one (embedded only). Connects to nothing yet; the first call does, and may raise
    `StoreUnreachable`.
    """
    if url == "embedded":
        from graphkit.store.embedded import EmbeddedStore

        return EmbeddedStore(workspace_root, snapshot)
    from graphkit.store.neo4j import Neo4jStore

    return Neo4jStore(url, database or "neo4j")
