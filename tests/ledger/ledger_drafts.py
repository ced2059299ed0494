"""A clock, lead drafts and findings for tests of the ledger."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from typing import Any

from graphkit.ledger import LeadDraft


class Clock:
    """A clock that moves one second at each look, or as far as one says."""

    def __init__(self) -> None:
        self.time = datetime(2024, 3, 1, 9, 0, tzinfo=timezone(timedelta(hours=8)))

    def __call__(self) -> datetime:
        self.time += timedelta(seconds=1)
        return self.time

    def forward(self, **by: float) -> None:
        self.time += timedelta(**by)


def draft(
    members: Iterable[str], evidence: str = "e1", score: float = 0.5, findings: tuple[str, ...] = ("F-1",), **more: Any
) -> LeadDraft:
    ids = sorted(members)
    fields: dict[str, Any] = {
        "key": hashlib.sha256("|".join(ids).encode()).hexdigest()[:16],
        "members": frozenset(ids),
        "title": {"zh": f"线索 {ids[0]}", "en": f"lead {ids[0]}"},
        "score": score,
        "colour": "red",
        "subjects": tuple(
            {"id": i, "label": "Person", "name": i, "role": "", "identity_grade": "identifier"} for i in ids
        ),
        "findings": findings,
        "families": ("B",),
        "amount_fen": 12_345_678,
        "reasons": ({"zh": "因", "en": "why"},),
        "refuting": (),
        "missing": (),
        "evidence_hash": evidence,
    }
    return LeadDraft(**{**fields, **more})


def people(*numbers: int) -> list[str]:
    return [f"person:{n:016x}" for n in numbers]


def finding(identifier: str, detector: str = "B01", **more: Any) -> dict[str, Any]:
    return {"id": identifier, "detector": detector, "family": detector[0], "score": 0.5, **more}
