"""Nothing is shown without its row: every edge of every answer dereferences to bytes whose hash is recomputed."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator
from typing import Any

from graphkit.workspace import Workspace


def sources(value: Any) -> Iterator[dict[str, Any]]:
    """Every `source` object in an answer, and a check that no evidence stands without one."""
    if isinstance(value, dict):
        if value.get("kind") == "edge" and "props" in value:
            assert value["source"] is not None or value["derived_from"], value["id"]
        if value.get("source"):
            yield value["source"]
        for item in value.values():
            yield from sources(item)
    elif isinstance(value, list):
        for item in value:
            yield from sources(item)


def check(ws: Workspace, answer: Any) -> int:
    seen = {(s["sha256"], s["sheet"], s["row"], s["row_sha256"]) for s in sources(answer)}
    for sha256, sheet, row, digest in seen:
        raw = ws.records.row_bytes(sha256, sheet, row)
        assert hashlib.sha256(raw).hexdigest() == digest
        original = (ws.root / "originals" / sha256).read_bytes()
        assert hashlib.sha256(original).hexdigest() == sha256
        assert raw in original
    return len(seen)


def test_findings_lead_to_their_rows(tiny: Workspace) -> None:
    found = tiny.findings(top=0)
    assert found
    assert check(tiny, found) >= 10


def test_expansion_leads_to_its_rows(tiny: Workspace) -> None:
    insider = next(s["id"] for s in tiny.leads()[0]["subjects"] if s["role"] == "insider")
    answer = tiny.expand([insider])
    assert answer["candidates"]
    assert check(tiny, answer) >= 5
    for candidate in answer["candidates"]:
        assert candidate["paths"]
        for path in candidate["paths"]:
            ends = [{hop["from"], hop["to"]} for hop in path["hops"]]
            assert insider in ends[0] and candidate["id"] in ends[-1]
            assert all(a & b for a, b in itertools.pairwise(ends)), "hops join"


def test_neighbours_and_paths_lead_to_their_rows(tiny: Workspace) -> None:
    lead = tiny.leads()[0]
    insider = next(s["id"] for s in lead["subjects"] if s["role"] == "insider")
    supplier = next(s["id"] for s in lead["subjects"] if s["role"] == "supplier")
    around = tiny.neighbors(insider)
    assert around["total"] == sum(g["count"] for g in around["groups"])
    assert check(tiny, around) > 0
    paths = tiny.path(insider, supplier)
    assert paths["searched"] == "whole graph" and paths["paths"]
    assert check(tiny, paths) > 0


def test_raw_cells_stand_beside_the_cleaned_values(tiny: Workspace) -> None:
    payment = next(e for f in tiny.findings(top=0) for e in f["evidence"] if e["type"] == "PAID")
    cells = tiny.source_row(payment["source"])["cells"]
    assert payment["props"]["tx"] in cells.values()
