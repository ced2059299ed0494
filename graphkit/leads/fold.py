"""Which findings make one lead: those that share a person or a firm, public bodies aside (CATALOGUE 2.8).

A lead is proposed for one red finding of B, K, F, W (or H03, H04), or for two yellow ones of different families; a
procedural red (P, H06, H07) counts as yellow here. Green findings join a lead that shares a subject, and never stand alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence

from graphkit.leads.draft import LeadDraft
from graphkit.leads.score import combined, parts_of
from graphkit.types import Check, Colour, Finding, Subject

_BODY_ROLES = frozenset({"buyer", "agency", "hospital", "employer", "insurer", "bank", "tender", "lot"})
_PLACES = ("buyer", "hospital", "employer", "agency", "tender", "lot")
"""Which body a lead's title names, best first."""

_STRONG_FAMILIES = frozenset("BKFW")
_PROCEDURAL = frozenset({"H06", "H07"})
_TEXTS = 12


def fold(
    findings: Sequence[Finding], public: Callable[[str], bool], not_run: Mapping[str, Sequence[str]]
) -> list[LeadDraft]:
    """Leads from the findings of one scan, best first.

    `public(id)` tells public bodies (they join nothing); `not_run` is detector id → missing inputs.
    """
    usable = sorted((f for f in findings if f.colour != "green"), key=lambda f: f.id)
    nests = _components(usable, public)
    leads = [_draft(nest, public, not_run) for nest in nests if _proposes(nest)]
    for finding in sorted((f for f in findings if f.colour == "green"), key=lambda f: f.id):
        ties = _ties(finding, public)
        leads = [
            _draft([*_members(lead, usable), finding], public, not_run) if lead.members & ties else lead
            for lead in leads
        ]
    return sorted(leads, key=lambda lead: (-lead.score, lead.key))


def _members(lead: LeadDraft, findings: Iterable[Finding]) -> list[Finding]:
    wanted = set(lead.findings)
    return [f for f in findings if f.id in wanted]


def _ties(finding: Finding, public: Callable[[str], bool]) -> frozenset[str]:
    return frozenset(
        s.id for s in finding.subjects if s.role not in _BODY_ROLES and s.label in _TYING and not public(s.id)
    )


_TYING = frozenset({"Person", "Staff", "Organization", "Company", "Account"})


def _components(findings: Sequence[Finding], public: Callable[[str], bool]) -> list[list[Finding]]:
    parent = list(range(len(findings)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    first: dict[str, int] = {}
    for i, finding in enumerate(findings):
        for tie in sorted(_ties(finding, public)):
            j = first.setdefault(tie, i)
            parent[max(root(i), root(j))] = min(root(i), root(j))
    groups: dict[int, list[Finding]] = {}
    for i, finding in enumerate(findings):
        groups.setdefault(root(i), []).append(finding)
    return list(groups.values())


def _proposes(nest: Sequence[Finding]) -> bool:
    strong = any(f.colour == "red" and (f.family in _STRONG_FAMILIES or f.detector in ("H03", "H04")) for f in nest)
    signals = {f.family for f in nest if f.colour == "yellow" or f.family == "P" or f.detector in _PROCEDURAL}
    return strong or len(signals) >= 2


def _draft(nest: Sequence[Finding], public: Callable[[str], bool], not_run: Mapping[str, Sequence[str]]) -> LeadDraft:
    parts = parts_of(nest)
    order = {part.finding: i for i, part in enumerate(parts)}
    ranked = sorted(nest, key=lambda f: order[f.id])
    members = frozenset().union(*(_ties(f, public) for f in nest))
    subjects = _subjects(ranked)
    colour: Colour = "red" if any(f.colour == "red" for f in nest) else "yellow"
    return LeadDraft(
        key=_digest(sorted(members))[:16],
        members=members,
        title=_title(ranked, subjects),
        score=combined(parts),
        colour=colour,
        subjects=tuple(s.as_json() for s in subjects),
        findings=tuple(f.id for f in ranked),
        families=tuple(sorted({f.family for f in nest})),
        amount_fen=max((f.amount_fen for f in nest), default=0),
        reasons=_reasons(ranked),
        refuting=_refuting(ranked),
        missing=_missing(ranked, not_run),
        evidence_hash=_digest(sorted([f.id, f.colour, sorted(_rows(f))] for f in nest)),
        parts=tuple(p.as_json() for p in parts),
    )


def _reasons(ranked: Sequence[Finding]) -> tuple[dict[str, str], ...]:
    """The strongest finding of each detector in words, with how many more of its kind there are."""
    by_detector: dict[str, list[Finding]] = {}
    for finding in ranked:
        by_detector.setdefault(finding.detector, []).append(finding)
    texts = []
    for detector, findings in by_detector.items():
        more = len(findings) - 1
        zh, en = (f"（同类另有 {more} 项）", f" ({more} more of this kind)") if more else ("", "")
        message = findings[0].message
        texts.append({"zh": f"[{detector}] {message['zh']}{zh}", "en": f"[{detector}] {message['en']}{en}"})
    return tuple(texts[:_TEXTS])


def _rows(finding: Finding) -> set[str]:
    """Each edge or node with each row that states it: one more row is new evidence."""
    rows = ((e, (e.source, *e.also) if e.source else ()) for e in finding.evidence)
    return {f"{e.id}@{row}" for e, found in rows for row in ([s.row_sha256 for s in found] or [""])}


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False).encode()).hexdigest()


def _subjects(ranked: Sequence[Finding]) -> list[Subject]:
    seen: dict[str, Subject] = {}
    count: dict[str, int] = {}
    for finding in ranked:
        for subject in finding.subjects:
            seen.setdefault(subject.id, subject)
            count[subject.id] = count.get(subject.id, 0) + 1
    return sorted(seen.values(), key=lambda s: (-count[s.id], s.id))


def _title(ranked: Sequence[Finding], subjects: Sequence[Subject]) -> dict[str, str]:
    bodies = {s.role: s.name for f in reversed(ranked) for s in f.subjects if s.role in _BODY_ROLES}
    body = next((bodies[role] for role in _PLACES if role in bodies), "")
    who = [s.name for s in subjects if s.role not in _BODY_ROLES][:3]
    flags = list(dict.fromkeys(f.detector for f in ranked))
    zh = list(dict.fromkeys(f.title["zh"] for f in ranked))[:3]
    en = list(dict.fromkeys(f.title["en"] for f in ranked))[:3]
    place = f"{body}：" if body else ""
    more = f" 等{len(subjects)}个主体" if len(subjects) > 3 else ""
    return {
        "zh": f"{place}{'、'.join(who)}{more}（{'、'.join(zh)}）",
        "en": f"{body + ': ' if body else ''}{', '.join(who)} ({'; '.join(en)}) [{' '.join(flags)}]",
    }


def _refuting(ranked: Sequence[Finding]) -> tuple[dict[str, str], ...]:
    """What would refute: innocent explanations that stand open, then the detectors' own lists."""
    texts: dict[str, dict[str, str]] = {}
    for finding in ranked:
        for check in finding.checks:
            if check.result != "excluded":
                texts.setdefault(f"{finding.detector}:{check.check}", _check_text(finding, check))
    for finding in ranked:
        refutes = finding.extra.get("refutes")
        if isinstance(refutes, Mapping):
            for zh, en in zip(refutes["zh"], refutes["en"], strict=True):
                texts.setdefault(zh, {"zh": f"[{finding.detector}] {zh}", "en": f"[{finding.detector}] {en}"})
    return tuple(list(texts.values())[:_TEXTS])


def _check_text(finding: Finding, check: Check) -> dict[str, str]:
    open_zh, open_en = ("可能", "possible") if check.result == "possible" else ("未核查", "not checked")
    return {
        "zh": f"[{finding.detector}] {open_zh}：{check.note_zh}",
        "en": f"[{finding.detector}] {open_en}: {check.note_en}",
    }


def _missing(ranked: Sequence[Finding], not_run: Mapping[str, Sequence[str]]) -> tuple[dict[str, str], ...]:
    texts = [{"zh": m, "en": m} for m in dict.fromkeys(m for f in ranked for m in f.missing)]
    for identifier, absent in sorted(not_run.items()):
        texts.append(
            {
                "zh": f"{identifier} 未运行，缺少 {'、'.join(absent)}",
                "en": f"{identifier} did not run, missing {', '.join(absent)}",
            }
        )
    return tuple(texts[:_TEXTS])
