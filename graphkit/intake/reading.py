"""What a loader gives back: typed tables and quarantined rows of one file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import pyarrow as pa

from graphkit.errors import Text
from graphkit.types import Reject

Status = Literal["ok", "refused", "needs_decision"]


@dataclass(frozen=True, slots=True)
class SheetReading:
    """One sheet (None for CSV and JSON). `rows_read` = rows of the tables' source records + `rejects`."""

    sheet: str | None
    rows_read: int
    tables: Mapping[str, pa.Table]
    rejects: tuple[Reject, ...]
    unknown_columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FileReading:
    """One file. `name` is its path below the loaded folder with `/`; a refused file has no sheets."""

    path: Path
    name: str
    sha256: str
    size: int
    loader: str
    loader_version: str
    encoding: str | None
    status: Status
    message: Text
    sheets: tuple[SheetReading, ...]

    @property
    def rows_read(self) -> int:
        """Data rows seen in all sheets."""
        return sum(sheet.rows_read for sheet in self.sheets)

    @property
    def rejects(self) -> tuple[Reject, ...]:
        """Quarantined rows of all sheets."""
        return tuple(reject for sheet in self.sheets for reject in sheet.rejects)


OK = Text("", "")


def join(*texts: Text) -> Text:
    """Several sentences as one message; empty ones are left out."""
    kept = [text for text in texts if text.zh]
    return Text("；".join(text.zh for text in kept), "; ".join(text.en for text in kept))


QUARANTINE_SHARE, QUARANTINE_ROWS = 0.01, 100
"""More than this share of the rows, and at least this many: a person decides (CONTRACT 3)."""


def ask_if_many(reading: FileReading, accept: bool) -> FileReading:
    """`needs_decision` when too many rows were quarantined and nobody accepted that."""
    bad = len(reading.rejects)
    if accept or reading.status != "ok" or bad < QUARANTINE_ROWS or bad <= QUARANTINE_SHARE * reading.rows_read:
        return reading
    text = Text(
        f"{reading.rows_read} 行中有 {bad} 行不能读入，需要人工决定：更正后重新导入，或用 load --accept {reading.name} 接受",
        f"{bad} of {reading.rows_read} rows cannot be read; correct the file, or take it with load --accept {reading.name}",
    )
    return replace(reading, status="needs_decision", message=join(text, reading.message))
