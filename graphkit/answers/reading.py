"""Reading the last finished scan and the ledger: findings, subjects, leads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphkit.answers.stored import localised, read_finding
from graphkit.leads.score import subject_scores

if TYPE_CHECKING:
    from graphkit.workspace import Json, Workspace


def cut(rows: list[Json], top: int) -> list[Json]:
    """The first `top` rows; 0 means all (CONTRACT 2)."""
    return rows if top == 0 else rows[:top]


def findings(ws: Workspace, detector: str | None, subject: str | None, top: int) -> list[Json]:
    """Findings by score, then id."""
    wanted = ws.the(subject) if subject else None
    rows = [
        row
        for row in ws.ledger.findings(detector.upper() if detector else None)
        if wanted is None or any(s["id"] == wanted for s in row["subjects"])
    ]
    rows.sort(key=lambda r: (-r["score"], r["id"]))
    return [localised(row, ws.lang) for row in cut(rows, top)]


def subjects(ws: Workspace, family: str | None, label: str | None, top: int) -> list[Json]:
    """Subject scores over the last scan's findings; `family` counts only findings of that catalogue group."""
    found = [read_finding(row) for row in ws.ledger.findings() if family is None or row["family"] == family.upper()]
    rows = [row for row in subject_scores(found) if label is None or row["label"] == label]
    return cut(rows, top)


def leads(ws: Workspace, status: str | None, top: int) -> list[Json]:
    """The queue by score, then number."""
    rows = [lead_row(row, ws.lang) for row in ws.ledger.leads(status)]
    rows.sort(key=lambda r: (-float(r["score"]), str(r["lead_no"])))
    return cut(rows, top)


def lead(ws: Workspace, number: str) -> Json:
    """One lead with history and full findings."""
    row = ws.ledger.lead(number)
    wanted = set(row["findings"])
    full = [localised(f, ws.lang) for f in ws.ledger.findings_of(wanted).values()]
    order = {identity: i for i, identity in enumerate(row["findings"])}
    full.sort(key=lambda f: order[f["id"]])
    named = ws.facts.names(i for f in full for e in f["evidence"] for i in (e["from"], e["to"]) if i)
    return {
        **lead_row(row, ws.lang),
        "history": row["history"],
        "findings": full,
        "names": {i: name for i, (_, name) in sorted(named.items())},
    }


def lead_row(row: Json, lang: str) -> Json:
    """A lead in one language."""
    texts: dict[str, Any] = {name: [t[lang] for t in row[name]] for name in ("reasons", "refuting", "missing")}
    return {
        **{k: v for k, v in row.items() if k not in ("history", "members", "key")},
        "title": row["title"][lang],
        **texts,
    }
