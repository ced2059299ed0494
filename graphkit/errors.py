"""The error tree. Each error says what, where and what to do, in zh and en, and knows its exit code (CONTRACT 1).

GraphkitError          1   a fault of ours
├── UsageError         2   unknown id, bad parameter, ambiguous name, a verb that is not in this version
├── InputRefused       3   a file cannot be read as it stands, or waits for a decision
├── CheckFailed        4   verify, audit verify, doctor
├── StoreUnreachable   5   no answer from the graph store
├── LimitReached       5   time, rows, memory, disk
└── Busy              75   another load or scan holds the workspace
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in both languages; `text["zh"]`, `text["en"]`."""

    zh: str
    en: str

    def __getitem__(self, lang: str) -> str:
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Where:
    """Where an input went wrong; `row` is the physical line or the sheet's row number, counted from 1."""

    file: str | None = None
    sheet: str | None = None
    row: int | None = None
    column: str | None = None


class GraphkitError(Exception):
    """Base of all errors of this package.

    `code` is a stable machine word; `message` states the fact, `fix` the next step.
    """

    exit_code = 1

    def __init__(
        self, code: str, message: Text, fix: Text | None = None, where: Where | None = None, **details: object
    ) -> None:
        super().__init__(f"{code}: {message.en}")
        self.code = code
        self.message = message
        self.fix = fix or Text("", "")
        self.where = where or Where()
        self.details = details

    def as_json(self, lang: str) -> dict[str, object]:
        """The `error` object of CONTRACT 2; `message` is in the chosen language."""
        return {
            "code": self.code,
            "message": self.message[lang],
            "file": self.where.file,
            "sheet": self.where.sheet,
            "row": self.where.row,
            "column": self.where.column,
            "fix": self.fix[lang],
            **self.details,
        }


class UsageError(GraphkitError):
    """Unknown id, bad parameter, ambiguous name (exit 2)."""

    exit_code = 2


class InputRefused(GraphkitError):
    """An input file cannot be read as it stands (exit 3)."""

    exit_code = 3


class CheckFailed(GraphkitError):
    """`verify`, `audit verify` or `doctor` found a problem (exit 4)."""

    exit_code = 4


class StoreUnreachable(GraphkitError):
    """The graph store does not answer (exit 5)."""

    exit_code = 5


class LimitReached(GraphkitError):
    """Time, rows, memory or disk ran out (exit 5)."""

    exit_code = 5


class Busy(GraphkitError):
    """Another load or scan holds the workspace (exit 75)."""

    exit_code = 75
