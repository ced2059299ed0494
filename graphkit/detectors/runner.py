"""Runs detectors: needs first (else `not_run`), then `find`, then hits become findings with identity and evidence."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from graphkit.detectors.contract import Data, Detector, Hit, Ref
from graphkit.errors import Text
from graphkit.facts.evidence import FactReader
from graphkit.types import Check, Colour, Evidence, Finding, Grade, Outcome, Subject, weakest

_RED_GRADES: frozenset[Grade] = frozenset({"identifier", "unique_name"})


@dataclass(frozen=True, slots=True)
class Run:
    """What one detector answered."""

    detector: str
    version: str
    outcome: Outcome
    reason: Text
    missing: tuple[str, ...]
    applied: int
    findings: tuple[Finding, ...]
    seconds: float

    def as_json(self, lang: str = "zh") -> dict[str, object]:
        """One entry of `detectors` in the scan report (CONTRACT 2) in one language; seconds to three digits."""
        return {
            "id": self.detector,
            "version": self.version,
            "outcome": self.outcome,
            "reason": self.reason[lang],
            "missing": list(self.missing),
            "applied": self.applied,
            "hits": len(self.findings),
            "seconds": round(self.seconds, 3),
        }


def missing_needs(detector: Detector, has: Callable[[str, str | None], bool]) -> tuple[str, ...]:
    """What keeps a detector from running: `file` or `file.column`, alternatives joined by ` | `."""
    missing: list[str] = []
    groups: dict[str, bool] = {}
    for need in detector.needs:
        absent = (
            [need.file]
            if not has(need.file, None)
            else [f"{need.file}.{c}" for c in need.columns if not has(need.file, c)]
        )
        if need.any_of is None:
            missing += absent
        else:
            groups[need.any_of] = groups.get(need.any_of, False) or not absent
    if groups and not any(groups.values()):
        missing.append(" | ".join(sorted(group.partition(".")[0] for group in groups)))
    return tuple(dict.fromkeys(missing))


def run_detector(detector: Detector, data: Data, facts: FactReader, snapshot: str, overrides: Mapping[str, Any]) -> Run:
    """One detector over one snapshot. Findings are sorted by id; the same data give the same bytes."""
    start = time.monotonic()
    missing = missing_needs(detector, data.has)
    if missing:
        return Run(detector.id, detector.version, "not_run", _absent(missing), missing, 0, (), time.monotonic() - start)
    params = {**detector.defaults, **overrides}
    result = detector.find(data, params)
    findings = _findings(detector, result.hits, facts, snapshot, params)
    if result.missing and not result.applied and not findings:
        reason = _absent(result.missing)
        return Run(detector.id, detector.version, "not_run", reason, result.missing, 0, (), time.monotonic() - start)
    outcome: Outcome = "hit" if findings else "clear"
    return Run(
        detector.id, detector.version, outcome, Text("", ""), (), result.applied, findings, time.monotonic() - start
    )


def _absent(missing: tuple[str, ...]) -> Text:
    return Text(f"缺少 {'、'.join(missing)}", f"missing {', '.join(missing)}")


def finding_id(detector: Detector, subjects: Iterable[str], window: str) -> str:
    """Hex SHA-256 of (detector, version, sorted subject ids, window), the first 16 digits."""
    text = json.dumps([detector.id, detector.version, sorted(set(subjects)), window], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _findings(
    detector: Detector, hits: Iterable[Hit], facts: FactReader, snapshot: str, params: Mapping[str, Any]
) -> tuple[Finding, ...]:
    best: dict[str, Hit] = {}
    for hit in hits:
        identity = finding_id(detector, (s for s, _ in hit.subjects), hit.window)
        if identity not in best or _rank(hit) > _rank(best[identity]):
            best[identity] = hit
    names = facts.names(s for hit in best.values() for s, _ in hit.subjects)
    grades = {i: r["grade"] for i, r in facts.rows(s for hit in best.values() for s, _ in hit.subjects).items()}
    cited = facts.evidence(sorted({r.id for hit in best.values() for r in hit.evidence if r.src is None}))
    holders = facts.holders(a for e in cited.values() for a in _accounts(e))
    evidence = {**cited, **facts.evidence(sorted(holders.values()))}
    return tuple(
        _finding(detector, identity, hit, names, grades, evidence, facts, snapshot, params)
        for identity, hit in sorted(_with_holders(best, cited, holders).items())
    )


def _accounts(evidence: Evidence) -> tuple[str, ...]:
    ends = (evidence.from_id, evidence.to_id)
    return tuple(i for i in ends if i and i.startswith("acct:"))


def _with_holders(hits: Mapping[str, Hit], cited: Mapping[str, Evidence], holders: Mapping[str, str]) -> dict[str, Hit]:
    """Whose the accounts are belongs to the chain: who holds them stands behind the payments."""
    out = {}
    for identity, hit in hits.items():
        accounts = dict.fromkeys(a for r in hit.evidence if r.id in cited for a in _accounts(cited[r.id]))
        known = {r.id for r in hit.evidence}
        more = tuple(Ref(holders[a]) for a in accounts if a in holders and holders[a] not in known)
        out[identity] = replace(hit, evidence=(*hit.evidence, *more))
    return out


def _rank(hit: Hit) -> tuple[float, int, list[str]]:
    return hit.score, len(hit.evidence), sorted(s for s, _ in hit.subjects)


def _finding(
    detector: Detector,
    identity: str,
    hit: Hit,
    names: Mapping[str, tuple[str, str]],
    grades: Mapping[str, Grade],
    evidence: Mapping[str, Evidence],
    facts: FactReader,
    snapshot: str,
    params: Mapping[str, Any],
) -> Finding:
    special = facts.evidence_at([(r.id, r.src) for r in hit.evidence if r.src is not None])
    shown = tuple(e for r in hit.evidence if (e := evidence.get(r.id) if r.src is None else special.get((r.id, r.src))))
    colour: Colour = hit.colour or detector.colour
    checks = hit.checks
    if colour == "red" and any(grade not in _RED_GRADES for grade in hit.grades):
        colour = "yellow"
        checks = (*checks, _WEAK_IDENTITY)
    subjects = tuple(
        Subject(s, *names.get(s, ("", s)), role=role, identity_grade=grades.get(s, "name_only"))
        for s, role in dict(hit.subjects).items()
    )
    values = {**hit.values, "grade": weakest(list(hit.grades))}
    return Finding(
        identity, detector.id, detector.version, detector.family,
        {"zh": detector.title.zh, "en": detector.title.en},
        {"zh": detector.message.zh.format_map(values), "en": detector.message.en.format_map(values)},
        colour, hit.klass or detector.klass, round(min(max(hit.score, 0.0), 1.0), 6), hit.p_value, subjects, _unique(shown),
        dict(params), hit.law_refs or detector.law_refs, checks, snapshot, hit.window, hit.amount_fen, hit.missing,
        {"refutes": {"zh": [t.zh for t in detector.refutes], "en": [t.en for t in detector.refutes]}},
    )  # fmt: skip


def _unique(evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    return tuple({(e.id, e.source): e for e in evidence}.values())


_WEAK_IDENTITY = Check(
    "identity",
    "possible",
    "链条中有仅凭姓名的身份，可能是同名的另一人",
    "a link rests on a name alone; it may be somebody else of that name",
)
