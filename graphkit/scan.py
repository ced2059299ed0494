"""The one orchestrator: snapshot → detectors → findings → leads → ledger. A schedule is the system calling `scan --due`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from graphkit.detectors.contract import Detector
from graphkit.detectors.runner import Run, run_detector
from graphkit.facts.evidence import FactReader
from graphkit.leads.draft import LeadDraft
from graphkit.leads.fold import fold
from graphkit.types import Finding
from graphkit.views import Views

PUBLIC_KINDS = frozenset({"hospital", "school", "village", "government", "agency", "bank", "insurer"})
"""Kinds of organizations that tie nothing together: everybody deals with them."""


@dataclass(frozen=True, slots=True)
class Scan:
    """Everything one scan found, before the ledger takes it in."""

    snapshot: str
    as_of: date
    runs: tuple[Run, ...]
    drafts: tuple[LeadDraft, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings of all runs, in order of detector."""
        return tuple(finding for run in self.runs for finding in run.findings)


def run_scan(
    detectors: Sequence[Detector],
    views: Views,
    facts: FactReader,
    snapshot: str,
    overrides: Mapping[str, Mapping[str, Any]],
    kept: Sequence[Finding] = (),
    progress: Callable[[str], None] = lambda _: None,
) -> Scan:
    """Run the given detectors over one snapshot and fold their findings into lead drafts; nothing is written.

    `kept` are findings of detectors that do not run now and still count for the leads.
    """
    runs = []
    for detector in sorted(detectors, key=lambda d: d.id):
        progress(detector.id)
        runs.append(run_detector(detector, views, facts, snapshot, overrides.get(detector.id, {})))
    public = public_bodies(views)
    not_run = {run.detector: run.missing for run in runs if run.outcome == "not_run"}
    drafts = fold([*kept, *(f for run in runs for f in run.findings)], public.__contains__, not_run)
    return Scan(snapshot, views.as_of, tuple(runs), tuple(drafts))


def public_bodies(views: Views) -> frozenset[str]:
    """Organizations that are buyers, agencies, banks, insurers or other public bodies."""
    orgs = (
        views.relation("orgs")
        .filter(f"kind IN ({', '.join(repr(k) for k in sorted(PUBLIC_KINDS))})")
        .select("id")
        .fetchall()
    )
    buyers = views.relation("tenders").filter("buyer_id IS NOT NULL").select("buyer_id").distinct().fetchall()
    posts = views.relation("posts").select("org_id").distinct().fetchall()
    return frozenset(row[0] for row in [*orgs, *buyers, *posts])
