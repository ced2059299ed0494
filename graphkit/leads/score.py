"""Scores of subjects and leads: noisy-or over findings, correlated ones damped, parts always shown (CATALOGUE 2.8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from graphkit.types import Colour, Finding, Subject

WEIGHT: Mapping[Colour, float] = {"red": 0.6, "yellow": 0.25, "green": 0.05}
"""Weight of a finding by colour."""

DAMPED = 0.3
"""Factor for every further finding of a family that has already counted in full."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one finding adds: `weight` already holds the family damping."""

    detector: str
    family: str
    score: float
    weight: float
    finding: str

    def as_json(self) -> dict[str, object]:
        """One entry of `parts` in `subjects` (CONTRACT 2)."""
        return {
            "detector": self.detector,
            "family": self.family,
            "score": self.score,
            "weight": self.weight,
            "finding": self.finding,
        }


def parts_of(findings: Iterable[Finding]) -> tuple[Part, ...]:
    """The parts of a score, strongest first; per family one finding counts in full, the others × .3."""
    ordered = sorted(findings, key=lambda f: (-WEIGHT[f.colour] * f.score, f.id))
    seen: set[str] = set()
    parts = []
    for finding in ordered:
        weight = WEIGHT[finding.colour] * (DAMPED if finding.family in seen else 1.0)
        seen.add(finding.family)
        parts.append(Part(finding.detector, finding.family, finding.score, round(weight, 6), finding.id))
    return tuple(parts)


def combined(parts: Iterable[Part]) -> float:
    """1 − Π(1 − weight·score), in 0…1."""
    rest = 1.0
    for part in parts:
        rest *= 1.0 - part.weight * part.score
    return round(1.0 - rest, 6)


def subject_scores(findings: Iterable[Finding]) -> list[dict[str, object]]:
    """`subjects` of CONTRACT 2: everybody a finding names, by score, ties by id; ranks from 1."""
    by_subject: dict[str, list[Finding]] = {}
    named: dict[str, Subject] = {}
    for finding in findings:
        for subject in finding.subjects:
            by_subject.setdefault(subject.id, []).append(finding)
            named[subject.id] = subject
    scored = [
        (combined(parts), identity, parts) for identity, members in by_subject.items() if (parts := parts_of(members))
    ]
    scored.sort(key=lambda row: (-row[0], row[1]))
    return [
        {
            "id": identity,
            "label": named[identity].label,
            "name": named[identity].name,
            "score": score,
            "rank": rank,
            "parts": [p.as_json() for p in parts],
        }
        for rank, (score, identity, parts) in enumerate(scored, 1)
    ]
