"""A public data set on its way through the pipeline, and the check that evidence points at real bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Case:
    """A data set, converted, loaded and scanned."""

    folder: Path
    written: Any
    ws: Any
    load: dict[str, Any]
    scan: dict[str, Any]


@cache
def _lines(path: Path) -> tuple[bytes, ...]:
    return tuple(path.read_bytes().split(b"\n"))


def sources(evidence: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Every source below a list of evidence, through derived edges; a piece without any is an error."""
    for piece in evidence:
        parts = piece.get("derived_from", [])
        assert piece["source"] or parts, piece["id"]
        if piece["source"]:
            yield piece["source"]
        yield from sources(parts)


def cited_rows(case: Case, evidence: Sequence[dict[str, Any]]) -> list[str]:
    """The cited lines; each source must name a line of a loaded file whose bytes have the hash it states."""
    out = []
    for source in sources(evidence):
        raw = _lines(case.folder / source["file"])[source["row"] - 1]
        assert hashlib.sha256(raw).hexdigest() == source["row_sha256"]
        out.append(raw.decode("utf-8"))
    return out
