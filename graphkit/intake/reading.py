"""What a loader gives back: typed tables and quarantined rows of one file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import pyarrow as pa

from graphkit.errors import Text
from graphkit.types import Reject

Status = Literal["ok", "refused", "needs_decision"]


@dataclass(frozen=True, slots=True)
class Gap:
    """A break in the balances of a statement: lines are missing between two rows of the sheet (`before` is the older one).

    `missing_fen`: what they add to the balance (+ came in, − went out). `acct`: the last four of the account; `rejected`:
    how many lines between the two were quarantined, which may be all that is missing.
    """

    acct: str
    before: int
    after: int
    missing_fen: int
    currency: str = "CNY"
    rejected: int = 0

    @property
    def rows(self) -> tuple[int, int]:
        """The two rows as they stand in the file, the upper one first."""
        return min(self.before, self.after), max(self.before, self.after)

    @property
    def missing(self) -> str:
        """The missing amount in yuan, always with its sign: `-1200.00`."""
        return f"{'-' if self.missing_fen < 0 else '+'}{abs(self.missing_fen) // 100}.{abs(self.missing_fen) % 100:02d}"

    def as_json(self) -> dict[str, object]:
        """The gap in the load report: money as a decimal string, the account by its last four."""
        return {
            "account": self.acct,
            "rows": list(self.rows),
            "missing": self.missing,
            "currency": self.currency,
            "quarantined_between": self.rejected,
        }


@dataclass(frozen=True, slots=True)
class SheetReading:
    """One sheet (None for CSV and JSON). `rows_read` = rows of the tables' source records + `rejects`.

    `gaps`: where a statement is incomplete; None when nothing could be checked (no statement, or one without balances).
    """

    sheet: str | None
    rows_read: int
    tables: Mapping[str, pa.Table]
    rejects: tuple[Reject, ...]
    unknown_columns: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] | None = None


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


Accept = bool | str
"""What a person decided about a file: nothing (False), take it as proposed (True), or the order of its dates (`dmy` …)."""


def ask_if_many(reading: FileReading, accept: Accept) -> FileReading:
    """`needs_decision` when too many rows were quarantined and nobody accepted that."""
    bad = len(reading.rejects)
    if accept or reading.status != "ok" or bad < QUARANTINE_ROWS or bad <= QUARANTINE_SHARE * reading.rows_read:
        return reading
    text = Text(
        f"{reading.rows_read} 行中有 {bad} 行不能读入，需要人工决定：更正后重新导入，或用 load --accept {reading.name} 接受",
        f"{bad} of {reading.rows_read} rows cannot be read; correct the file, or take it with load --accept {reading.name}",
    )
    return replace(reading, status="needs_decision", message=join(text, reading.message))


def decide(reading: FileReading, accept: Accept, asks: Sequence[Text]) -> FileReading:
    """`needs_decision` with the questions when there are any and nobody answered; the answer is told where somebody did."""
    if reading.status != "ok" or not asks:
        return ask_if_many(reading, accept)
    if accept:
        head = Text("按人工决定读取", "read as a person decided")
        return replace(reading, message=join(head, *asks, reading.message))
    hint = Text(
        f"需要人工决定：更正文件，或用 load --accept {reading.name} 这样读取",
        f"a person has to decide: correct the file, or have it read so with load --accept {reading.name}",
    )
    return replace(reading, status="needs_decision", message=join(*asks, hint, reading.message))
