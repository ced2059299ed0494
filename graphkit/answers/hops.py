"""Paths of the projection as chains of recorded edges, each with its row, and in words."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

from graphkit.algorithms.paths import Path, path_text
from graphkit.facts.evidence import FactReader
from graphkit.types import Evidence


class Hops:
    """Evidence for all hops of many paths, fetched at once."""

    def __init__(self, facts: FactReader, paths: Sequence[Path], lang: str) -> None:
        ids = {i for path in paths for hop in path.hops for i in (*hop.eids, *hop.support)}
        self._known: Mapping[str, Evidence] = facts.evidence(sorted(ids))
        self._lang = lang

    def text(self, path: Path) -> str:
        """The path in words, each hop with file and row."""
        return path_text(path.hops, self._lang, self._lookup)

    def chain(self, path: Path) -> list[dict[str, Any]]:
        """Recorded edges from the first node of the path to its last, in walking order.

        A tie between two parties that rests on several facts (who holds the account, who paid whom) becomes these
        facts; further payments of the same tie stand under `also`.
        """
        out: list[dict[str, Any]] = []
        for start, end, hop in zip(path.nodes, path.nodes[1:], path.hops, strict=False):
            edges = [self._known[i] for i in (*hop.eids[:1], *hop.support) if i in self._known]
            also = [self._known[i].as_json() for i in hop.eids[1:] if i in self._known]
            walked = [e.as_json() for e in _walk(edges, start, end)]
            main = next((e for e in walked if e["id"] in hop.eids), None)
            if main is not None and also:
                main["also"] = also
            out += walked
        return out

    def _lookup(self, identifier: str) -> Mapping[str, Any] | None:
        evidence = self._known.get(identifier)
        return _described(evidence) if evidence else None


def _described(evidence: Evidence) -> Mapping[str, Any]:
    source = evidence.source
    return {
        "file": source.file if source else None,
        "row": source.row if source else None,
        "props": evidence.props,
        "parts": [_described(part) for part in evidence.derived_from],
    }


def _walk(edges: Sequence[Evidence], start: str, end: str) -> list[Evidence]:
    """The shortest chain of `edges` from `start` to `end`, either direction; all of them when they do not join."""
    queue: deque[tuple[str, tuple[Evidence, ...]]] = deque([(start, ())])
    seen = {start}
    while queue:
        node, walked = queue.popleft()
        if node == end:
            return list(walked)
        for edge in edges:
            other = edge.to_id if edge.from_id == node else edge.from_id if edge.to_id == node else None
            if other is not None and other not in seen:
                seen.add(other)
                queue.append((other, (*walked, edge)))
    return list(edges)
