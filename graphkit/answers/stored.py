"""Findings as the ledger keeps them: both languages, so that a reader chooses; and back again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphkit.types import Check, Evidence, Finding, Source, Subject


def stored(finding: Finding) -> dict[str, Any]:
    """The JSON kept in the ledger: CONTRACT 2 with `{"zh", "en"}` where a text depends on the language."""
    row = finding.as_json("zh")
    row["title"], row["message"] = dict(finding.title), dict(finding.message)
    row["innocent_explanations"] = [
        {"check": c.check, "result": c.result, "note": {"zh": c.note_zh, "en": c.note_en}} for c in finding.checks
    ]
    row["refutes"] = finding.extra.get("refutes", {"zh": [], "en": []})
    row["amount_fen"] = finding.amount_fen
    return row


def localised(row: Mapping[str, Any], lang: str) -> dict[str, Any]:
    """A stored finding in one language."""
    checks = [{**check, "note": check["note"][lang]} for check in row["innocent_explanations"]]
    kept = {k: v for k, v in row.items() if k not in ("amount_fen", "refutes")}
    return {
        **kept,
        "title": row["title"][lang],
        "message": row["message"][lang],
        "innocent_explanations": checks,
        "refuting": row["refutes"][lang],
    }


def read_finding(row: Mapping[str, Any]) -> Finding:
    """The finding that `stored` kept."""
    return Finding(
        id=row["id"],
        detector=row["detector"],
        version=row["version"],
        family=row["family"],
        title=row["title"],
        message=row["message"],
        colour=row["colour"],
        klass=row["class"],
        score=row["score"],
        p_value=row["p_value"],
        subjects=tuple(
            Subject(s["id"], s["label"], s["name"], s["role"], s["identity_grade"]) for s in row["subjects"]
        ),
        evidence=tuple(_evidence(e) for e in row["evidence"]),
        params=row["params"],
        law_refs=tuple(row["law_refs"]),
        checks=tuple(
            Check(c["check"], c["result"], c["note"]["zh"], c["note"]["en"]) for c in row["innocent_explanations"]
        ),
        snapshot=row["snapshot"],
        window=row["window"],
        amount_fen=row["amount_fen"],
        missing=tuple(row["missing"]),
        extra={"refutes": row["refutes"]},
    )


def _evidence(row: Mapping[str, Any]) -> Evidence:
    source = row["source"]
    return Evidence(
        row["kind"],
        row["id"],
        row["type"],
        row["from"],
        row["to"],
        row["props"],
        _source(source) if source else None,
        tuple(_evidence(part) for part in row.get("derived_from", ())),
        tuple(_source(further) for further in row.get("sources", ())[1:]),
    )


def _source(row: Mapping[str, Any]) -> Source:
    return Source(row["file"], row["sha256"], row["sheet"], row["row"], row["row_sha256"])
