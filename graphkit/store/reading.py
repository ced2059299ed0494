"""Nodes, neighbours, paths and subgraphs in portable Cypher: one reading for every engine.

An engine adds `_rows`. Labels and types in the texts come from the model; every value is a parameter (RELIABILITY S5).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal

from graphkit.errors import Text, UsageError
from graphkit.model import EDGES, NODES
from graphkit.store.contract import ROW_CAP, Group, Neighbors, PathAnswer
from graphkit.store.paths import HUB_DEGREE, find_paths
from graphkit.store.values import edge_out, label_of, node_out

SORTED_BY = "type, direction, newest from_date first, id; every group has an equal share when cut"
_ARROWS: tuple[tuple[Literal["out", "in"], str, str], ...] = (("out", "-", "->"), ("in", "<-", "-"))
_AS_OF = (
    "(r.from_date IS NULL OR r.from_date <= $as_of) "
    "AND (r.to_date IS NULL OR r.to_date >= $as_of OR r.to_date = r.from_date)"
)
"""Valid on a day; an event (one day) is known ever after."""

_BATCH = 1_000


class CypherReading(ABC):
    """The reading half of `GraphStore`, over `_rows`."""

    @abstractmethod
    def _rows(self, cypher: str, params: Mapping[str, Any]) -> list[list[Any]]:
        """Every row of one of our own read-only texts."""

    def node(self, node_id: str) -> dict[str, Any] | None:
        """See `GraphStore.node`."""
        return self._nodes([node_id]).get(node_id)

    def neighbors(
        self, node_id: str, types: Sequence[str] = (), limit: int = 200, as_of: date | None = None
    ) -> Neighbors:
        """See `GraphStore.neighbors`."""
        node = self._known(node_id)
        wanted = check_types(types)
        cap = min(limit or ROW_CAP, ROW_CAP)
        groups = self._groups(node, wanted, as_of)
        picked = []
        for group, share in zip(groups, _shares([g["count"] for g in groups], cap), strict=True):
            picked += self._edges_of(node, group, share, as_of)
        others = self._nodes([other for other, _ in picked])
        return {
            "node": node,
            "groups": groups,
            "neighbors": [{"node": others[other], "edge": edge} for other, edge in picked],
            "shown": len(picked),
            "total": sum(g["count"] for g in groups),
            "sorted_by": SORTED_BY,
        }

    def path(
        self,
        a: str,
        b: str,
        max_hops: int = 6,
        k: int = 5,
        types: Sequence[str] = (),
        as_of: date | None = None,
    ) -> PathAnswer:
        """See `GraphStore.path`; the search is described in `graphkit.store.paths`."""
        self._known(a)
        self._known(b)
        costs = {t: c for t in (check_types(types) or list(EDGES)) if (c := EDGES[t].travel) is not None}
        found, truncated = find_paths(self._step, self._hubs, a, b, max_hops, k, costs, as_of)
        nodes = self._nodes(sorted({i for p in found for i in p.nodes}))
        edges = self._edges_by_id({hop.edge_id: hop.type for p in found for hop in p.hops})
        brief = {i: {key: n[key] for key in ("id", "label", "labels", "name", "grade")} for i, n in nodes.items()}
        return {
            "paths": [
                {
                    "length": len(p.hops),
                    "cost": round(p.cost, 6),
                    "nodes": [brief[i] for i in p.nodes],
                    "hops": [
                        edges[hop.edge_id]
                        | {"from_node": brief[edges[hop.edge_id]["from"]], "to_node": brief[edges[hop.edge_id]["to"]]}
                        | {"cost": costs[hop.type], "parallel": hop.parallel}
                        for hop in p.hops
                    ],
                }
                for p in found
            ],
            "searched": "whole graph",
            "truncated": truncated,
        }

    def subgraph(self, ids: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
        """See `GraphStore.subgraph`."""
        nodes = self._nodes(sorted(set(ids)))
        edges = []
        for label, batch in _batches(nodes):
            rows = self._rows(
                f"MATCH (n:`{label}`)-[r]->(m) WHERE n.id IN $ids AND m.id IN $all "
                "RETURN n.id AS f, m.id AS t, type(r) AS k, properties(r) AS p",
                {"ids": batch, "all": list(nodes)},
            )
            edges += [edge_out(p, k) | {"from": f, "to": t} for f, t, k, p in rows]
        return {"nodes": [nodes[i] for i in sorted(nodes)], "edges": sorted(edges, key=lambda e: str(e["id"]))}

    def degree_by_type(self, ids: Sequence[str]) -> dict[str, list[Group]]:
        """See `GraphStore.degree_by_type`."""
        nodes = self._nodes(sorted(set(ids)))
        out: dict[str, list[Group]] = {i: [] for i in nodes}
        for label, batch in _batches(nodes):
            for direction, left, right in _ARROWS:
                rows = self._rows(
                    f"MATCH (n:`{label}`){left}[r]{right}(m) WHERE n.id IN $ids RETURN n.id AS i, type(r) AS k, count(r) AS c",
                    {"ids": batch},
                )
                for i, kind, count in rows:
                    out[i].append({"type": kind, "direction": direction, "count": count})
        return {i: sorted(g, key=lambda x: (x["type"], x["direction"])) for i, g in out.items()}

    def _known(self, node_id: str) -> dict[str, Any]:
        node = self.node(node_id)
        if node is None:
            raise UsageError(
                "unknown-id",
                Text(f"图中没有 {node_id}", f"the graph has no {node_id}"),
                Text("用 graphkit resolve 查编号", "graphkit resolve finds ids"),
            )
        return node

    def _nodes(self, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        """NODE by id, for those that exist."""
        out = {}
        labels: dict[str, list[str]] = {}
        for i in dict.fromkeys(ids):
            known = label_of(i)
            for label in [known] if known else list(NODES):
                labels.setdefault(label, []).append(i)
        for label, wanted in labels.items():
            for at in range(0, len(wanted), _BATCH):
                rows = self._rows(
                    f"UNWIND $ids AS i MATCH (n:`{label}` {{id: i}}) RETURN properties(n) AS p, labels(n) AS l",
                    {"ids": wanted[at : at + _BATCH]},
                )
                out.update({props["id"]: node_out(props, found) for props, found in rows})
        return out

    def _groups(self, node: Mapping[str, Any], types: Sequence[str], as_of: date | None) -> list[Group]:
        groups: list[Group] = []
        for direction, left, right in _ARROWS:
            where = ["true"] if direction == "out" else ["m.id <> n.id"]
            where += [_AS_OF] if as_of else []
            rows = self._rows(
                f"MATCH (n:`{node['label']}` {{id: $id}}){left}[r{_alternatives(types)}]{right}(m) WHERE {' AND '.join(where)} "
                "RETURN type(r) AS k, count(r) AS c",
                {"id": node["id"]} | ({"as_of": as_of} if as_of else {}),
            )
            groups += [{"type": kind, "direction": direction, "count": count} for kind, count in rows]
        return sorted(groups, key=lambda g: (g["type"], g["direction"]))

    def _edges_of(
        self, node: Mapping[str, Any], group: Group, share: int, as_of: date | None
    ) -> list[tuple[str, dict[str, Any]]]:
        left, right = ("-", "->") if group["direction"] == "out" else ("<-", "-")
        where = ["true"] if group["direction"] == "out" else ["m.id <> n.id"]
        where += [_AS_OF] if as_of else []
        rows = self._rows(
            f"MATCH (n:`{node['label']}` {{id: $id}}){left}[r:`{group['type']}`]{right}(m) WHERE {' AND '.join(where)} "
            "RETURN m.id AS m, r.id AS i, properties(r) AS p, coalesce(r.from_date, date('1000-01-01')) AS d "
            "ORDER BY d DESC, i LIMIT $share",
            {"id": node["id"], "share": share} | ({"as_of": as_of} if as_of else {}),
        )
        out = []
        for other, _, props, _ in rows:
            ends = (node["id"], other) if group["direction"] == "out" else (other, node["id"])
            out.append((other, edge_out(props, group["type"]) | {"from": ends[0], "to": ends[1]}))
        return out

    def _step(
        self, ids: Sequence[str], types: Sequence[str], as_of: date | None, budget: int
    ) -> list[tuple[str, str, str, str, int]]:
        """`(node, type, neighbour, smallest edge id, parallel edges)` around some nodes, at most `budget` rows."""
        out: list[tuple[str, str, str, str, int]] = []
        where = f"WHERE {_AS_OF} " if as_of else ""
        labels = {i: (label,) if (label := label_of(i)) else tuple(NODES) for i in ids}
        for label in sorted({x for group in labels.values() for x in group}):
            batch = [i for i in ids if label in labels[i]]
            for at in range(0, len(batch), _BATCH):
                rows = self._rows(
                    f"UNWIND $ids AS i MATCH (n:`{label}` {{id: i}})-[r{_alternatives(types)}]-(m) {where}"
                    "RETURN i AS n, type(r) AS k, m.id AS m, min(r.id) AS e, count(r) AS c ORDER BY n, k, m LIMIT $budget",
                    {"ids": batch[at : at + _BATCH], "budget": max(0, budget - len(out))}
                    | ({"as_of": as_of} if as_of else {}),
                )
                out += [(n, k, m, e, c) for n, k, m, e, c in rows]
        return out

    def _hubs(self, ids: Sequence[str]) -> set[str]:
        """Positions and hospitals among `ids` with more than `HUB_DEGREE` edges."""
        out: set[str] = set()
        for label, kind in (("Position", "Position"), ("Organization", "Hospital")):
            batch = [i for i in ids if label_of(i) == label]
            for at in range(0, len(batch), _BATCH):
                rows = self._rows(
                    f"UNWIND $ids AS i MATCH (n:`{label}` {{id: i}}) WHERE n:`{kind}` "
                    "MATCH (n)-[r]-() RETURN i, count(r) AS c",
                    {"ids": batch[at : at + _BATCH]},
                )
                out |= {i for i, count in rows if count > HUB_DEGREE}
        return out

    def _edges_by_id(self, kinds: Mapping[str, str]) -> dict[str, dict[str, Any]]:
        """EDGE by id; the start of each edge is part of its id, so the look-up begins at an indexed node."""
        out = {}
        for edge_id, kind in kinds.items():
            for start in edge_starts(edge_id, kind):
                label = label_of(start)
                if label is None:
                    continue
                rows = self._rows(
                    f"MATCH (n:`{label}` {{id: $start}})-[r:`{kind}`]->(m) WHERE r.id = $id RETURN m.id AS t, properties(r) AS p",
                    {"start": start, "id": edge_id},
                )
                for end, props in rows:
                    out[edge_id] = edge_out(props, kind) | {"from": start, "to": end}
        return out


def edge_starts(edge_id: str, kind: str) -> list[str]:
    """The ids that may be the start in `<TYPE>:<from>><to>#…`; more than one when ids contain `>`."""
    body = edge_id.removeprefix(f"{kind}:")
    cuts = [at for at, sign in enumerate(body) if sign == ">"]
    return [body[:at] for at in cuts]


def check_types(types: Sequence[str]) -> list[str]:
    """Relationship types of the model, in order. Raises `UsageError` for another word."""
    for word in types:
        if word not in EDGES:
            raise UsageError(
                "unknown-type",
                Text(f"没有关系类型 {word}", f"there is no relationship type {word}"),
                Text(f"可用：{'、'.join(EDGES)}", f"known: {', '.join(EDGES)}"),
            )
    return list(dict.fromkeys(types))


def _alternatives(types: Sequence[str]) -> str:
    return ":" + "|".join(f"`{t}`" for t in types) if types else ""


def _batches(nodes: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, list[str]]]:
    labels: dict[str, list[str]] = {}
    for i, node in nodes.items():
        labels.setdefault(node["label"], []).append(i)
    return [
        (label, ids[at : at + _BATCH]) for label, ids in sorted(labels.items()) for at in range(0, len(ids), _BATCH)
    ]


def _shares(counts: Sequence[int], limit: int) -> list[int]:
    """Cut `limit` fairly: small groups whole, the rest in equal parts, the remainder to the first."""
    shares = [0] * len(counts)
    open_groups = [i for i, n in enumerate(counts) if n]
    left = min(limit, sum(counts))
    while left and open_groups:
        part = max(1, left // len(open_groups))
        for i in list(open_groups):
            more = min(part, counts[i] - shares[i], left)
            shares[i] += more
            left -= more
            if shares[i] == counts[i]:
                open_groups.remove(i)
            if not left:
                break
    return shares
