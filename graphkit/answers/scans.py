"""`scan`: one run over the current snapshot, published whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from graphkit.answers.stored import read_finding, stored
from graphkit.detectors.registry import detector, detectors
from graphkit.detectors.runner import Run
from graphkit.scan import run_scan

if TYPE_CHECKING:
    from graphkit.workspace import Json, Progress, Workspace


def scan(ws: Workspace, only: tuple[str, ...], as_of: date | None, due: bool, progress: Progress) -> Json:
    """The scan report of CONTRACT 2. `due`: without work to do, the last report comes back with `"due": false`.

    Reasons are kept in both languages and answered in that of the workspace.
    """
    if due and not ws.ledger.scan_due(ws.settings.schedule, ws.records.snapshot_id()):
        last = ws.ledger.last_scan()
        return {**(_in_language(last, ws.lang) if last else _nothing(ws, as_of)), "due": False}
    chosen = [detector(identifier) for identifier in only] or list(detectors().values())
    ws.ledger.audit("scan", {"detectors": [d.id for d in chosen], "as_of": as_of.isoformat() if as_of else None})
    with ws.records.lock("scan"), ws.views(as_of) as views:
        ids = {d.id for d in chosen}
        kept = [read_finding(row) for row in ws.ledger.findings() if row["detector"] not in ids] if only else []
        found = run_scan(chosen, views, ws.facts, ws.snapshot, ws.settings.thresholds, kept, progress)
        report = {
            "snapshot": found.snapshot,
            "as_of": as_of.isoformat() if as_of else ws.ledger.now().date().isoformat(),
            "detectors": [_kept(run) for run in found.runs],
            "findings": len(found.findings),
        }
        answer = ws.ledger.publish_scan(report, [stored(f) for f in [*kept, *found.findings]], found.drafts)
    ws.projection("people_and_firms")  # made now, so that the first `expand` over the leads does not wait for it
    return _in_language(answer, ws.lang)


def _kept(run: Run) -> Json:
    """A run as the ledger keeps it: why it did not run in both languages, empty when it ran."""
    why = {"zh": run.reason.zh, "en": run.reason.en}
    return {**run.as_json(), "reason": why if run.outcome == "not_run" else ""}


def _in_language(report: Json, lang: str) -> Json:
    """A report as the ledger keeps it in one language; a workspace of an earlier release kept a reason as one text."""
    return {**report, "detectors": [{**row, "reason": _said(row["reason"], lang)} for row in report["detectors"]]}


def _said(reason: str | Mapping[str, str], lang: str) -> str:
    return reason if isinstance(reason, str) else reason[lang]


def _nothing(ws: Workspace, as_of: date | None) -> Json:
    return {
        "run": None,
        "snapshot": ws.snapshot,
        "as_of": as_of and as_of.isoformat(),
        "detectors": [],
        "findings": 0,
        "leads": {"new": 0, "updated": 0, "unchanged": 0},
    }
