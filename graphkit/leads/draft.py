"""A lead as the scan proposes it; the ledger gives it a number, a state and a history."""

from __future__ import annotations

from dataclasses import dataclass

from graphkit.types import Colour


@dataclass(frozen=True, slots=True)
class LeadDraft:
    """One nest. `members` are the ids that tie it together (people and firms, no public buyer); `key` is stable for them.

    `evidence_hash` changes when, and only when, findings or their rows change. Texts are `{"zh": …, "en": …}`.
    """

    key: str
    members: frozenset[str]
    title: dict[str, str]
    score: float
    colour: Colour
    subjects: tuple[dict[str, object], ...]
    findings: tuple[str, ...]
    families: tuple[str, ...]
    amount_fen: int
    reasons: tuple[dict[str, str], ...]
    refuting: tuple[dict[str, str], ...]
    missing: tuple[dict[str, str], ...]
    evidence_hash: str
    parts: tuple[dict[str, object], ...] = ()
