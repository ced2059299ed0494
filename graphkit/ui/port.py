"""What the pages ask of a workspace: the answers are the JSON shapes of CONTRACT 2, the errors are `GraphkitError`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

Json = dict[str, Any]


class Workbench(Protocol):
    """The part of `Workspace` that the workbench uses."""

    root: Path

    @property
    def snapshot(self) -> str:
        """Id of the data that answers."""
        ...

    def leads(self, *, status: str | None = None, top: int = 50) -> list[Json]:
        """The queue by score; `top=0` is all of it."""
        ...

    def lead(self, number: str) -> Json:
        """One lead with history and full findings."""
        ...

    def decide(self, number: str, action: str, **arguments: Any) -> Json:
        """One step in the ledger: assign(to), dispose(how, reason), comment(text), confirm(subjects)."""
        ...

    def pack(self, number: str, out: str | Path) -> Json:
        """Write the evidence pack of a lead to `out`."""
        ...

    def findings(self, *, detector: str | None = None, subject: str | None = None, top: int = 50) -> list[Json]:
        """Findings of the last finished scan."""
        ...

    def detectors(self) -> list[Json]:
        """Every detector with its answer in the last scan: outcome, applied, hits, reason, missing."""
        ...

    def expand(self, keys: Sequence[str], *, top: int = 20) -> Json:
        """Whom to look at next from these seeds, and why."""
        ...

    def neighbors(self, key: str, *, types: Sequence[str] = (), limit: int = 200) -> Json:
        """A node, its counts per relationship, and at most `limit` neighbours."""
        ...

    def path(self, a: str, b: str, *, max_hops: int = 6, k: int = 5) -> Json:
        """The k best paths between two nodes."""
        ...

    def communities(self) -> list[Json]:
        """Groups that hold together."""
        ...

    def brokers(self, *, top: int = 50) -> list[Json]:
        """Persons between staff and suppliers."""
        ...

    def resolve(self, keys: Sequence[str]) -> list[Json]:
        """The subjects behind names, numbers and ids."""
        ...

    def quarantine(self) -> list[Json]:
        """Rows that did not load."""
        ...

    def source_row(self, source: Mapping[str, Any]) -> Json:
        """The raw cells of the row that an evidence's `source` names."""
        ...

    def audit(self, *, top: int = 200) -> list[Json]:
        """The newest entries of the audit chain."""
        ...

    def audit_verify(self) -> Json:
        """`audit verify` of CONTRACT 2."""
        ...
