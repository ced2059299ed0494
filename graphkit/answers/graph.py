"""`neighbors` and `path`: what the store knows, with the row behind every edge."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from graphkit.facts.evidence import FactReader, kind_of

if TYPE_CHECKING:
    from graphkit.workspace import Json, Workspace


def neighbors(ws: Workspace, node_id: str, types: Sequence[str], limit: int, as_of: date | None) -> Json:
    """`neighbors` of CONTRACT 2; the store counts and cuts, the facts give rows."""
    answer = ws.published().neighbors(node_id, types, limit, as_of)
    edges = ws.facts.evidence([n["edge"]["id"] for n in answer["neighbors"]])
    rows = ws.facts.rows([node_id, *(n["node"]["id"] for n in answer["neighbors"])])
    sources = node_sources(ws, rows)
    return {
        "node": node_json(node_id, rows[node_id], sources),
        "groups": answer["groups"],
        "neighbors": [
            {
                "node": node_json(n["node"]["id"], rows[n["node"]["id"]], sources),
                "edge": edges[n["edge"]["id"]].as_json(),
            }
            for n in answer["neighbors"]
        ],
        "shown": answer["shown"],
        "total": answer["total"],
        "sorted_by": answer["sorted_by"],
    }


def node_sources(ws: Workspace, rows: dict[str, dict[str, Any]]) -> dict[str, list[Json]]:
    """Node id → the rows it was read from."""
    numbers = {i: r["src"] for i, r in rows.items() if r.get("src") is not None}
    found = ws.records.sources(sorted(set(numbers.values())))
    return {i: [found[n].as_json()] for i, n in numbers.items() if n in found}


def node_json(identifier: str, row: dict[str, Any], sources: dict[str, list[Json]]) -> Json:
    """NODE of CONTRACT 2."""
    return {
        "id": identifier,
        "label": row.get("second") or kind_of(identifier)[1],
        "name": row["name"],
        "props": FactReader.props(identifier, row),
        "sources": sources.get(identifier, []),
    }


def path(ws: Workspace, a: str, b: str, max_hops: int, k: int, as_of: date | None) -> Json:
    """`path` of CONTRACT 2: lawful in time, over the whole graph, cheapest first."""
    from graphkit.algorithms.paths import find_paths
    from graphkit.answers.hops import Hops

    found = find_paths(ws.projection("whole", as_of=as_of), a, b, k, max_hops, as_of)
    hops = Hops(ws.facts, found.paths, ws.lang)
    return {
        "paths": [
            {
                "length": len(p.hops),
                "cost": round(p.cost, 6),
                "hops": hops.chain(p),
                "text": hops.text(p),
                "nodes": list(p.nodes),
                "weakest_grade": p.weakest_grade,
            }
            for p in found.paths
        ],
        "searched": "whole graph",
        "truncated": found.truncated,
    }
