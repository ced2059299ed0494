"""`pack`: what the pack of a lead holds, gathered from the ledger, the facts and the records."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphkit import __version__
from graphkit.answers.graph import node_json, node_sources
from graphkit.answers.reading import lead_row
from graphkit.answers.stored import localised
from graphkit.evidence.pack import build_pack, sources_of, subgraph, write_pack
from graphkit.evidence.seal import signing_key

if TYPE_CHECKING:
    from graphkit.workspace import Json, Workspace


def pack(ws: Workspace, number: str, out: Path, sign: Path | None) -> Json:
    """Build, write and audit the pack of one lead; the answer is `pack` of CONTRACT 2."""
    row = ws.ledger.lead(number)
    ws.ledger.audit("pack", {"lead_no": number, "out": out.name})
    wanted = {identity: i for i, identity in enumerate(row["findings"])}
    found = sorted(ws.ledger.findings_of(wanted).values(), key=lambda f: wanted[f["id"]])
    graph = subgraph(found, _nodes(ws, row, found))
    rows = [
        (source, ws.records.row_bytes(source["sha256"], source["sheet"], source["row"])) for source in sources_of(graph)
    ]
    recipe = {
        "graphkit": __version__,
        "snapshot": found[0]["snapshot"] if found else ws.snapshot,
        "seed": ws.settings.seed,
        "detectors": [
            {"id": f["detector"], "version": f["version"], "params": f["params"], "finding": f["id"]} for f in found
        ],
        "score": "1 - product(1 - weight * score) over parts; CATALOGUE 2.8",
    }
    leads = {lang: _timeless(lead_row(row, lang)) for lang in ("zh", "en")}
    findings = {lang: [localised(f, lang) for f in found] for lang in ("zh", "en")}
    archive, summary = build_pack(leads, findings, graph, rows, recipe, signing_key(ws.key, sign))
    write_pack(out, archive)
    return {"path": str(out), **summary}


def _timeless(lead: Json) -> Json:
    """The lead without what depends on the day or on the ledger's own course."""
    return {k: v for k, v in lead.items() if k not in ("first_seen", "changed", "status", "owner", "due", "confirmed")}


def _nodes(ws: Workspace, lead: Json, findings: list[Json]) -> dict[str, Json]:
    """Node evidence of everybody whom edges or subjects name."""
    ids: set[str] = {s["id"] for s in lead["subjects"]}

    def take(evidence: Any) -> None:
        ids.update(i for i in (evidence["from"], evidence["to"]) if i)
        if evidence["kind"] == "node":
            ids.add(evidence["id"])
        for part in evidence.get("derived_from", ()):
            take(part)

    for finding in findings:
        for evidence in finding["evidence"]:
            take(evidence)
    rows = ws.facts.rows(sorted(ids))
    sources = node_sources(ws, rows)
    nodes = {}
    for identifier, row in rows.items():
        node = node_json(identifier, row, sources)
        listed = node.pop("sources")
        nodes[identifier] = {"kind": "node", **node, "source": listed[0] if listed else None}
    return nodes
