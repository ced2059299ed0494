"""A small source format for tests of the records: a JSON file that says which typed rows it holds.

`{"status": …, "sheets": [{"sheet": null, "tables": {"deaths": [{"row": 2, "id_no": "1", …}]}, "bad": [5, …]}]}`
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from graphkit.errors import Text
from graphkit.intake.reading import OK, FileReading, SheetReading
from graphkit.records.columns import arrow_types
from graphkit.types import Reject

Rows = Sequence[Mapping[str, Any]]


def sheet(
    tables: Mapping[str, Rows], bad: Sequence[int] = (), name: str | None = None, rows_read: int | None = None
) -> dict[str, Any]:
    return {"sheet": name, "tables": {k: list(v) for k, v in tables.items()}, "bad": list(bad), "rows_read": rows_read}


def write(path: Path, *sheets: Mapping[str, Any], status: str = "ok", pad: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"status": status, "sheets": sheets, "pad": pad}, ensure_ascii=False), "utf-8")
    return path


def deaths(path: Path, numbers: Sequence[object], bad: Sequence[int] = (), **more: Any) -> Path:
    """A file of `deaths`, one row per number, from line 2 on."""
    rows = [{"row": line, "id_no": str(n)} for line, n in enumerate(numbers, start=2)]
    return write(path, sheet({"deaths": rows}, bad), **more)


def read(path: Path, name: str, *, loader: str | None = None, accept: bool = False) -> FileReading:
    """Reader of that format, to the interface of `intake.read.read_path`."""
    data = path.read_bytes()
    said = json.loads(data)
    sheets = tuple(_sheet(s) for s in said["sheets"])
    status = "ok" if accept and said["status"] == "needs_decision" else said["status"]
    message = OK if status == "ok" else Text("请决定", "decide")
    sha256 = hashlib.sha256(data).hexdigest()
    return FileReading(path, name, sha256, len(data), loader or "toy", "1", "utf-8", status, message, sheets)


def _sheet(said: Mapping[str, Any]) -> SheetReading:
    tables = {template: table(template, rows) for template, rows in said["tables"].items()}
    rejects = tuple(Reject(r, "id_no", "bad-id", "号码无效", "not a number", f"line {r}") for r in said["bad"])
    rows = {row["row"] for rows in said["tables"].values() for row in rows}
    rows_read = said["rows_read"] if said["rows_read"] is not None else len(rows) + len(rejects)
    return SheetReading(said["sheet"], rows_read, tables, rejects, ())


def table(template: str, rows: Rows) -> pa.Table:
    """Typed rows as intake gives them: only the columns that occur, and `_row`, `_row_sha256`, `_notes`, `_extra`."""
    types = arrow_types(template)
    columns: dict[str, pa.Array] = {}
    for name in dict.fromkeys(c for row in rows for c in row if not c.startswith("_") and c != "row"):
        columns[name] = pa.array([_value(row.get(name), types[name]) for row in rows], types[name])
    columns["_row"] = pa.array([row["row"] for row in rows], pa.int64())
    columns["_row_sha256"] = pa.array(
        [hashlib.sha256(json.dumps(dict(row), sort_keys=True).encode()).hexdigest() for row in rows]
    )
    columns["_notes"] = pa.array([row.get("_notes") for row in rows], pa.string())
    columns["_extra"] = pa.array([row.get("_extra") for row in rows], pa.string())
    return pa.table(columns)


def _value(value: Any, arrow: pa.DataType) -> Any:
    if isinstance(value, str) and pa.types.is_date(arrow):
        return date.fromisoformat(value)
    if isinstance(value, str) and pa.types.is_timestamp(arrow):
        return datetime.fromisoformat(value)
    return value
