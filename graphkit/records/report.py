"""What a load did, file by file: the `load` shape of CONTRACT 2 without the graph's totals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from graphkit.errors import Text

if TYPE_CHECKING:
    from graphkit.intake.reading import Gap

FileStatus = Literal["loaded", "unchanged", "refused", "needs_decision"]


@dataclass(frozen=True, slots=True)
class FileReport:
    """One sheet of one file (`sheet` None for CSV and JSON); always rows_read = loaded + duplicate + quarantined.

    `gaps`: where a statement lacks lines; None where that was not checked.
    """

    path: str
    sha256: str
    loader: str | None
    loader_version: str | None
    encoding: str | None
    sheet: str | None
    rows_read: int
    duplicate: int
    quarantined: int
    reasons: Mapping[str, int]
    status: FileStatus
    message: Text
    rows: Mapping[str, int] = field(default_factory=dict)
    gaps: tuple[Gap, ...] | None = None

    @property
    def loaded(self) -> int:
        """Rows that this load added."""
        return self.rows_read - self.duplicate - self.quarantined

    def as_json(self, lang: str) -> dict[str, Any]:
        """One entry of `files`; `templates` = typed rows by template, `gaps` only where a statement was checked."""
        checked = {} if self.gaps is None else {"gaps": [gap.as_json() for gap in self.gaps]}
        return {
            "path": self.path,
            "sha256": self.sha256,
            "loader": self.loader,
            "loader_version": self.loader_version,
            "encoding": self.encoding,
            "sheet": self.sheet,
            "rows_read": self.rows_read,
            "loaded": self.loaded,
            "duplicate": self.duplicate,
            "quarantined": self.quarantined,
            "reasons": dict(self.reasons),
            "status": self.status,
            "message": self.message[lang],
            "templates": dict(self.rows),
            **checked,
        }


@dataclass(frozen=True, slots=True)
class LoadReport:
    """A whole load; `snapshot` is the state after it, `retried` counts quarantined rows that it mended."""

    run: str
    snapshot: str
    files: tuple[FileReport, ...]
    retried: int = 0

    def as_json(self, lang: str = "zh") -> dict[str, Any]:
        """`load` of CONTRACT 2; the caller adds `nodes` and `edges`."""
        files = [f.as_json(lang) for f in self.files]
        return {"run": self.run, "snapshot": self.snapshot, "files": files, "retried": self.retried}
