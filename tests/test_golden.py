"""Every detector on its golden folders (hit, clear, not_run) from the received files to the finding, and silence on clean data."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from graphkit.detectors.registry import detectors
from graphkit.workspace import Workspace
from tests.conftest import ROOT

GOLDEN = ROOT / "tests" / "detectors" / "golden"
CASES = ("hit", "clear", "not_run")
AS_OF = date(2024, 12, 31)
Json = dict[str, Any]


def scanned(place: Path, files: Path, only: tuple[str, ...] = ()) -> Workspace:
    """A fresh workspace with `files` in its records, scanned; the graph store takes no part in a scan and is left out."""
    ws = Workspace(place / "ws", lang="zh")
    ws.records.load([files])
    ws.scan(detectors=only, as_of=AS_OF)
    return ws


def shape(finding: Json) -> Json:
    """What `expected.json` says of a finding."""
    subjects = [{"name": s["name"], "role": s["role"]} for s in finding["subjects"]]
    return {
        "subjects": sorted(subjects, key=lambda s: (s["role"], s["name"])),
        "colour": finding["colour"],
        "score": round(finding["score"], 4),
    }


def ordered(findings: list[Json]) -> list[Json]:
    return sorted(findings, key=lambda f: json.dumps(f, ensure_ascii=False, sort_keys=True))


def unsourced(evidence: Json) -> Iterator[str]:
    """Ids of edges without a row of their own and without parts, or with parts that have none."""
    if evidence["kind"] == "edge" and not evidence["source"]:
        if not evidence.get("derived_from"):
            yield evidence["id"]
        for part in evidence.get("derived_from", ()):
            yield from unsourced(part)


def test_every_detector_has_its_three_folders() -> None:
    assert sorted(f.parent.relative_to(GOLDEN).as_posix() for f in GOLDEN.rglob("expected.json")) == sorted(
        f"{identifier}/{case}" for identifier in detectors() for case in CASES
    )


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("identifier", sorted(detectors()))
def test_golden(identifier: str, case: str, tmp_path: Path) -> None:
    folder = GOLDEN / identifier / case
    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    files = tmp_path / "files"
    files.mkdir()
    for table in folder.glob("*.csv"):
        shutil.copy(table, files)
    with scanned(tmp_path, files, (identifier,)) as ws:
        report = ws.ledger.last_scan()
        findings = ws.findings(top=0)
        assert ws.quarantine() == []
    assert report is not None
    (answer,) = report["detectors"]
    assert (answer["id"], answer["outcome"], answer["applied"], answer["hits"]) == (
        identifier,
        expected["outcome"],
        expected["applied"],
        len(expected["findings"]),
    )
    assert answer["missing"] == expected.get("missing", [])
    assert bool(answer["reason"]) == (case == "not_run"), "a detector that did not run says why, and no other does"
    wanted = [
        {**f, "subjects": sorted(f["subjects"], key=lambda s: (s["role"], s["name"])), "score": round(f["score"], 4)}
        for f in expected["findings"]
    ]
    assert ordered([shape(f) for f in findings]) == ordered(wanted)
    for finding in findings:
        assert [i for e in finding["evidence"] for i in unsourced(e)] == [], "every edge leads back to a row"
        assert any(e["kind"] == "edge" for e in finding["evidence"]), "a finding shows how its subjects are tied"


def test_clean_data_are_silent(tmp_path: Path) -> None:
    with scanned(tmp_path, ROOT / "sample_graphs" / "clean" / "files") as ws:
        report = ws.ledger.last_scan()
        findings = ws.findings(top=0)
        leads = ws.leads(top=0)
    assert report is not None
    assert {d["id"]: d["outcome"] for d in report["detectors"] if d["outcome"] == "not_run"} == {}, (
        "silence counts only where there was something to judge"
    )
    assert all(d["applied"] > 0 for d in report["detectors"])
    assert [(f["detector"], f["message"]) for f in findings if f["colour"] == "red"] == []
    assert leads == []
    assert report["leads"] == {"new": 0, "updated": 0, "unchanged": 0}
