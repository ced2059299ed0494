"""The evidence pack of one lead: subgraph, source rows, findings, recipe, pictures, report, verifier; sealed.

Same lead, snapshot and key → same bytes: nothing in it knows the clock, the folder or the machine.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from graphkit.errors import LimitReached, Text, Where
from graphkit.evidence import standalone
from graphkit.evidence.bag import bag
from graphkit.evidence.picture import graphml, html
from graphkit.evidence.report import report
from graphkit.evidence.seal import seal

EDGE_LIMIT = 5000
"""More edges are not packed; the pack then says that it is incomplete (RELIABILITY L9)."""

Json = dict[str, Any]

_QUERY = """// The subgraph of this pack, on a store that holds the same snapshot.
MATCH (a)-[r]->(b)
WHERE r.id IN $edge_ids
RETURN a.id AS from_id, r.id AS edge_id, b.id AS to_id
ORDER BY edge_id
LIMIT 5000
"""


def dump(value: object) -> bytes:
    """Canonical JSON: sorted keys, UTF-8, one final line end."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1).encode("utf-8") + b"\n"


def subgraph(findings: Sequence[Mapping[str, Any]], nodes: Mapping[str, Json]) -> Json:
    """Nodes and edges behind the findings, parts of derived edges too, each once, sorted by id.

    `nodes` gives the node evidence (`id, label, name, props, source`) of every id that edges or subjects name.
    """
    edges: dict[str, Json] = {}
    cited: dict[str, Json] = {}

    def take(evidence: Mapping[str, Any]) -> None:
        for part in evidence.get("derived_from", ()):
            take(part)
        target = edges if evidence["kind"] == "edge" else cited
        key = (
            evidence["id"]
            if evidence["kind"] == "edge"
            else f"{evidence['id']}@{(evidence['source'] or {}).get('row_sha256', '')}"
        )
        target.setdefault(key, dict(evidence))

    for finding in findings:
        for evidence in finding["evidence"]:
            take(evidence)
    ordered = [edges[k] for k in sorted(edges)]
    return {
        "nodes": [nodes[k] for k in sorted(nodes)],
        "edges": ordered[:EDGE_LIMIT],
        "cited": [cited[k] for k in sorted(cited)],
        "left_out": max(0, len(ordered) - EDGE_LIMIT),
    }


def sources_of(graph: Json) -> list[Json]:
    """Every source that the subgraph names, each once, by file, sheet and row."""
    found = {}
    for item in [*graph["nodes"], *graph["edges"], *graph["cited"]]:
        for s in standalone.sources_of(item):
            found[(s["file"], s["sha256"], s["sheet"] or "", s["row"])] = s
    return [found[k] for k in sorted(found)]


def build_pack(
    lead: Mapping[str, Json],
    findings: Mapping[str, Sequence[Json]],
    graph: Json,
    rows: Sequence[tuple[Json, bytes]],
    recipe: Mapping[str, Any],
    key: Ed25519PrivateKey,
) -> tuple[bytes, Json]:
    """The ZIP and its summary. `lead` and `findings` are given per language ("zh", "en"); `rows` pairs a source with its raw bytes.

    Raises nothing for large leads: past `EDGE_LIMIT` the pack is marked incomplete.
    """
    number = str(lead["zh"]["lead_no"])
    complete = not graph["left_out"]
    colours = {
        s["id"]: lead["zh"]["colour"]
        for s in lead["zh"]["subjects"]
        if s["label"] not in ("Hospital", "Agency", "School", "Village")
    }
    payload = {
        "lead.json": dump(
            {
                **lead["zh"],
                "title_en": lead["en"]["title"],
                "reasons_en": lead["en"]["reasons"],
                "refuting_en": lead["en"]["refuting"],
                "missing_en": lead["en"]["missing"],
            }
        ),
        "findings.json": dump(findings["zh"]),
        "findings.en.json": dump(findings["en"]),
        "graph.json": dump(graph),
        "graph.graphml": graphml(graph["nodes"], graph["edges"]),
        "graph.html": html(graph["nodes"], graph["edges"], colours, "zh"),
        "report.zh.html": report(lead["zh"], findings["zh"], graph, recipe["snapshot"], "zh", complete),
        "report.en.html": report(lead["en"], findings["en"], graph, recipe["snapshot"], "en", complete),
        "rows.jsonl": b"".join(_row_line(source, raw) for source, raw in rows),
        "recipe.json": dump({**recipe, "complete": complete, "left_out_edges": graph["left_out"]}),
        "queries/subgraph.cypher": _QUERY.encode(),
        "queries/subgraph.params.json": dump({"edge_ids": [e["id"] for e in graph["edges"]]}),
    }
    payload["evidence_list.csv"] = _evidence_list(payload, rows)
    tags = {"verify.py": Path(standalone.__file__).read_bytes(), "README.txt": _readme(number, complete)}
    info = {
        "Source-Organization": "graphkit", "External-Identifier": number, "Internal-Sender-Identifier": recipe["snapshot"],
        "External-Description": "evidence pack of a lead; a lead is no conclusion", "Bag-Software-Agent": f"graphkit {recipe['graphkit']}",
        "Complete": str(complete).lower(),
    }  # fmt: skip
    files = bag(payload, tags, info)
    files[standalone.SIGNATURE] = seal(files, key)
    archive = standalone.canonical_zip({f"{number}/{name}": content for name, content in files.items()})
    summary = {
        "sha256": hashlib.sha256(archive).hexdigest(), "files": len(files), "nodes": len(graph["nodes"]), "edges": len(graph["edges"]),
        "source_rows": len(rows), "complete": complete, "signed_by": json.loads(files[standalone.SIGNATURE])["public_key"],
    }  # fmt: skip
    return archive, summary


def _row_line(source: Json, raw: bytes) -> bytes:
    text = raw.decode("utf-8", "replace") if b"\x00" not in raw else ""
    row = {**source, "bytes": base64.b64encode(raw).decode("ascii"), "text": text}
    return json.dumps(row, ensure_ascii=False, sort_keys=True).encode("utf-8") + b"\n"


def _evidence_list(payload: Mapping[str, bytes], rows: Sequence[tuple[Json, bytes]]) -> bytes:
    """电子数据清单: what lies in the pack and from which originals it was taken (法释〔2021〕1号, 112)."""
    buffer = io.StringIO()
    out = csv.writer(buffer, lineterminator="\n")
    out.writerow(["名称 name", "类别 category", "文件格式 format", "大小 bytes", "SHA-256"])
    for name in sorted(payload):
        out.writerow(
            [
                f"data/{name}",
                "证据包文件 pack file",
                name.rpartition(".")[2],
                len(payload[name]),
                hashlib.sha256(payload[name]).hexdigest(),
            ]
        )
    originals = sorted({(s["file"], s["sha256"]) for s, _ in rows})
    for file, digest in originals:
        out.writerow([_inert(file), "原始文件 original", file.rpartition(".")[2], "", digest])
    return buffer.getvalue().encode("utf-8-sig")


def _inert(text: str) -> str:
    """A cell that no spreadsheet takes for a formula (OWASP CSV injection)."""
    return f"'{text}" if text[:1] in "=+-@\t\r\n＝＋－＠" else text


def _readme(number: str, complete: bool) -> bytes:
    state = ("完整 / complete", "不完整：依据超过上限 / incomplete: evidence passes the limit")[not complete]
    return (
        f"{number}  {state}\n\n校验 / check:\n  python verify.py .\n  sha256sum -c manifest-sha256.txt tagmanifest-sha256.txt\n"
        "  bagit.py --validate .\n  graphkit verify PACK.zip\n\n"
        "data/report.zh.html, data/report.en.html  报告 / report\ndata/graph.html  图 / picture (no network needed)\n"
        "data/rows.jsonl  来源行原文 / the source rows as received; row_sha256 is the SHA-256 of `bytes`\n"
        "线索不是结论；“未核查”不等于“已排除”。/ A lead is no conclusion; “not checked” is not “excluded”.\n"
    ).encode()


def write_pack(path: Path, archive: bytes) -> None:
    """The pack appears under its name whole or not at all. Raises `LimitReached` on a full disk."""
    staged = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        staged.write_bytes(archive)
        staged.replace(path)
    except OSError as error:
        staged.unlink(missing_ok=True)
        raise LimitReached(
            "pack-not-written",
            Text(f"证据包无法写入：{error.strerror}", f"the pack cannot be written: {error.strerror}"),
            Text("检查磁盘空间与权限后重试", "check disk space and permissions, then try again"),
            Where(file=str(path)),
        ) from None
