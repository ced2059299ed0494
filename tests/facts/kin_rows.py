"""KIN_OF edges by hand for the kinship tests: recorded ties, and what is composed from them. Everybody is invented."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import duckdb
import pyarrow as pa

from graphkit.facts.kin import compose_kin
from graphkit.model import KIN_DEGREE
from graphkit.types import Grade
from tests.facts.kin_family import FOREVER, Span

SCHEMA = pa.schema(
    {
        "id": pa.string(), "from_id": pa.string(), "to_id": pa.string(), "from_date": pa.date32(), "to_date": pa.date32(),
        "confidence": pa.float64(), "derived": pa.bool_(), "grade": pa.string(), "src": pa.int64(), "parts": pa.list_(pa.string()),
        "code": pa.string(), "degree": pa.int64(), "origin": pa.string(),
    }
)  # fmt: skip


@dataclass(frozen=True)
class Edge:
    """A KIN_OF edge, with open days at both ends of time."""

    id: str
    a: str
    b: str
    code: str
    days: Span = FOREVER
    confidence: float = 1.0
    grade: Grade = "identifier"
    parts: tuple[str, ...] = ()
    degree: int | None = None

    @property
    def row(self) -> dict[str, object]:
        start, end = (None if day in FOREVER else day for day in self.days)
        return {
            "id": self.id, "from_id": self.a, "to_id": self.b, "from_date": start, "to_date": end, "confidence": self.confidence,
            "derived": False, "grade": self.grade, "src": 1, "parts": [], "code": self.code, "degree": KIN_DEGREE[self.code], "origin": None,
        }  # fmt: skip


def composed(edges: Iterable[Edge]) -> duckdb.DuckDBPyConnection:
    """A connection whose `edge_KIN_OF` holds the recorded ties and those composed from them."""
    con = duckdb.connect()
    rows = pa.Table.from_pylist([e.row for e in edges], schema=SCHEMA)
    con.register("rows", rows)
    con.execute("CREATE TABLE edge_KIN_OF AS SELECT * FROM rows")
    compose_kin(con)
    return con


def compose(edges: Iterable[Edge]) -> list[Edge]:
    """The composed edges, as the snapshot would hold them."""
    recorded = list(edges)
    con = composed(recorded)
    found = con.execute(
        """SELECT id, from_id, to_id, code, from_date, to_date, confidence, grade, parts, degree FROM edge_KIN_OF
           WHERE derived AND origin = 'derived' ORDER BY from_id, to_id, from_date NULLS FIRST"""
    ).fetchall()
    con.close()
    assert len(recorded) + len(found) == len({e.id for e in recorded} | {f[0] for f in found}), "an id occurs twice"
    return [
        Edge(i, a, b, code, (f or FOREVER[0], t or FOREVER[1]), sure, grade, tuple(parts), degree)
        for i, a, b, code, f, t, sure, grade, parts, degree in found
    ]


def tie(a: str, code: str, b: str, start: str = "", end: str = "", **more: object) -> Edge:
    """A recorded tie: `b` is `code` to `a`; days in ISO, empty is open."""
    days = (date.fromisoformat(start) if start else FOREVER[0], date.fromisoformat(end) if end else FOREVER[1])
    return Edge(f"KIN_OF:{a}>{b}#{code}{start}{end}", a, b, code, days, **more)  # type: ignore[arg-type]
