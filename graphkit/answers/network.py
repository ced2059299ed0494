"""`expand`, `communities`, `brokers`: the analytics engine's answers with names and rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from graphkit.facts.evidence import kind_of
from graphkit.types import fen_text

if TYPE_CHECKING:
    from graphkit.workspace import Json, Workspace


def subjects(ws: Workspace, ids: Sequence[str], roles: dict[str, str] | None = None) -> list[Json]:
    """SUBJECT objects for node ids, in the order given."""
    rows = ws.facts.rows(ids)
    return [
        {
            "id": i,
            "label": rows[i].get("second") or kind_of(i)[1],
            "name": rows[i]["name"],
            "role": (roles or {}).get(i, ""),
            "identity_grade": rows[i]["grade"],
        }
        for i in ids
        if i in rows
    ]


def expand(ws: Workspace, seeds: Sequence[str], top: int, as_of: date | None) -> Json:
    """`expand` of CONTRACT 2; weights are settings."""
    from graphkit.algorithms.expansion import ExpandSettings
    from graphkit.algorithms.expansion import expand as rank
    from graphkit.answers.hops import Hops

    projection = ws.projection("people_and_firms", as_of=as_of)
    found = rank(projection, seeds, top, as_of, ExpandSettings(scale=ws.settings.expand_weights))
    hops = Hops(ws.facts, [p for c in found.candidates for p in c.paths], ws.lang)
    return {
        "seeds": subjects(ws, found.seeds),
        "as_of": as_of.isoformat() if as_of else None,
        "candidates": [
            {
                "rank": c.rank,
                "id": c.id,
                "label": c.label,
                "name": c.name,
                "identity_grade": c.grade,
                "score": round(c.score, 9),
                "paths": [
                    {
                        "hops": hops.chain(p),
                        "text": hops.text(p),
                        "weakest_grade": p.weakest_grade,
                        "nodes": list(p.nodes),
                    }
                    for p in c.paths
                ],
                "missing": [text[ws.lang] for text in c.missing],
            }
            for c in found.candidates
        ],
        "reached": found.reached,
        "truncated": found.truncated,
    }


def communities(ws: Workspace, as_of: date | None) -> list[Json]:
    """`communities` of CONTRACT 2."""
    from graphkit.algorithms.communities import communities as detect

    groups = detect(ws.projection("people_and_firms", as_of=as_of), seed=ws.settings.seed)
    known = {s["id"]: s for s in subjects(ws, [member for g in groups for member in g.members])}
    return [
        {
            "id": g.id,
            "size": g.size,
            "members": [known[member] for member in g.members if member in known],
            "stability": g.stability,
            "conductance": g.conductance,
            "mixed": g.mixed,
            "amount_cny": fen_text(g.amount_fen),
            "p_value": g.p_value,
        }
        for g in groups
    ]


def brokers(ws: Workspace, top: int, as_of: date | None) -> list[Json]:
    """`brokers` of CONTRACT 2."""
    from graphkit.algorithms.brokers import brokers as detect

    found = detect(ws.projection("people_and_firms", as_of=as_of), top=top, seed=ws.settings.seed)
    return [
        {
            "rank": b.rank,
            "id": b.id,
            "label": b.label,
            "name": b.name,
            "score": b.score,
            "pairs_cut": b.pairs_cut,
            "between": b.between,
            "sampled": b.sampled,
        }
        for b in found
    ]
