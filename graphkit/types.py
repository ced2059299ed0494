"""What travels between the rooms: frozen, slotted dataclasses without behaviour beyond their JSON shape (CONTRACT 2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Grade = Literal["identifier", "unique_name", "scoped_name", "name_only"]
Colour = Literal["red", "yellow", "green"]
Outcome = Literal["hit", "clear", "not_run"]
CheckResult = Literal["excluded", "possible", "not_checked"]

GRADES: tuple[Grade, ...] = ("identifier", "unique_name", "scoped_name", "name_only")
"""Identity grades from strongest to weakest; a finding's grade is its weakest link."""

COLOURS: tuple[Colour, ...] = ("red", "yellow", "green")


def weakest(grades: list[Grade]) -> Grade:
    """The weakest of some identity grades; `identifier` for none."""
    return max(grades, key=GRADES.index, default="identifier")


@dataclass(frozen=True, slots=True)
class Source:
    """One row of one received file.

    `file` is the path below the folder that was loaded (so the same folder elsewhere gives the same text);
    `row` is the physical line on which the record begins, or the sheet's row number; both hashes are hex SHA-256.
    """

    file: str
    sha256: str
    sheet: str | None
    row: int
    row_sha256: str

    def as_json(self) -> dict[str, object]:
        """`source` of CONTRACT 2."""
        return {
            "file": self.file,
            "sha256": self.sha256,
            "sheet": self.sheet,
            "row": self.row,
            "row_sha256": self.row_sha256,
        }


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that did not load, and why. `raw` is the record as it stands in the file."""

    row: int
    column: str | None
    reason: str
    message_zh: str
    message_en: str
    raw: str


@dataclass(frozen=True, slots=True)
class Subject:
    """Somebody or something a finding is about."""

    id: str
    label: str
    name: str
    role: str = ""
    identity_grade: Grade = "identifier"

    def as_json(self) -> dict[str, object]:
        """SUBJECT of CONTRACT 2."""
        return {
            "id": self.id,
            "label": self.label,
            "name": self.name,
            "role": self.role,
            "identity_grade": self.identity_grade,
        }


@dataclass(frozen=True, slots=True)
class Evidence:
    """A node or an edge with the row it was read from; a derived edge lists its parts instead.

    `also` are further rows that state the same: the other half of a transfer in the payee's statement.
    """

    kind: Literal["node", "edge"]
    id: str
    type: str
    from_id: str | None
    to_id: str | None
    props: Mapping[str, object]
    source: Source | None
    derived_from: tuple[Evidence, ...] = ()
    also: tuple[Source, ...] = ()

    def as_json(self) -> dict[str, object]:
        """EVIDENCE of CONTRACT 2; `derived_from` only when there are parts, `sources` only when there are several."""
        out: dict[str, object] = {
            "kind": self.kind,
            "id": self.id,
            "type": self.type,
            "from": self.from_id,
            "to": self.to_id,
            "props": dict(self.props),
            "source": self.source.as_json() if self.source else None,
        }
        if self.source and self.also:
            out["sources"] = [source.as_json() for source in (self.source, *self.also)]
        if self.derived_from:
            out["derived_from"] = [part.as_json() for part in self.derived_from]
        return out


@dataclass(frozen=True, slots=True)
class Check:
    """One innocent explanation and whether the data exclude it."""

    check: str
    result: CheckResult
    note_zh: str
    note_en: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One red flag about some subjects; identity = detector, version, sorted subject ids, window (CATALOGUE 0)."""

    id: str
    detector: str
    version: str
    family: str
    title: Mapping[str, str]
    message: Mapping[str, str]
    colour: Colour
    klass: str
    score: float
    p_value: float | None
    subjects: tuple[Subject, ...]
    evidence: tuple[Evidence, ...]
    params: Mapping[str, object]
    law_refs: tuple[str, ...]
    checks: tuple[Check, ...]
    snapshot: str
    window: str = ""
    amount_fen: int = 0
    missing: tuple[str, ...] = ()
    extra: Mapping[str, object] = field(default_factory=dict)

    def as_json(self, lang: str = "zh") -> dict[str, object]:
        """The finding of CONTRACT 2 in one language."""
        return {
            "id": self.id,
            "detector": self.detector,
            "version": self.version,
            "family": self.family,
            "title": self.title[lang],
            "message": self.message[lang],
            "colour": self.colour,
            "class": self.klass,
            "score": self.score,
            "p_value": self.p_value,
            "subjects": [s.as_json() for s in self.subjects],
            "evidence": [e.as_json() for e in self.evidence],
            "params": dict(self.params),
            "law_refs": list(self.law_refs),
            "innocent_explanations": [
                {"check": c.check, "result": c.result, "note": c.note_zh if lang == "zh" else c.note_en}
                for c in self.checks
            ],
            "snapshot": self.snapshot,
            "window": self.window,
            "amount_cny": fen_text(self.amount_fen),
            "missing": list(self.missing),
        }


def fen_text(fen: int) -> str:
    """Money in fen as a decimal string in yuan, e.g. 123450 → "1234.50"."""
    sign, fen = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{fen // 100}.{fen % 100:02d}"
