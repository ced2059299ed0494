"""The red flags: what is known, what each answered in the last scan, its parameters here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphkit.detectors.registry import detector, detectors

if TYPE_CHECKING:
    from graphkit.workspace import Json, Workspace


def table(ws: Workspace) -> list[Json]:
    """Every detector with its last outcome and denominator (null before the first scan)."""
    last = _last(ws)
    return [
        {
            "id": d.id,
            "version": d.version,
            "title": d.title[ws.lang],
            "family": d.family,
            "colour": d.colour,
            "class": d.klass,
            "law_refs": list(d.law_refs),
            **{k: last.get(d.id, {}).get(k) for k in ("outcome", "applied", "hits", "missing")},
        }
        for d in detectors().values()
    ]


def one(ws: Workspace, identifier: str) -> Json:
    """The method page of one detector, its inputs, and its parameters as this workspace sets them."""
    d = detector(identifier)
    overrides = ws.settings.thresholds.get(d.id, {})
    row = next(r for r in table(ws) if r["id"] == d.id)
    return {
        **row,
        "page": d.page,
        "needs": [{"file": n.file, "columns": list(n.columns), "any_of": n.any_of} for n in d.needs],
        "params": [
            {
                "name": p.name,
                "value": overrides.get(p.name, p.default),
                "default": p.default,
                "unit": p.unit,
                "meaning": p.meaning[ws.lang],
            }
            for p in d.params
        ],
        "refutes": [t[ws.lang] for t in d.refutes],
    }


def _last(ws: Workspace) -> dict[str, Json]:
    report = ws.ledger.last_scan()
    return {row["id"]: row for row in report["detectors"]} if report else {}
