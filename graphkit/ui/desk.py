"""The workspace as the pages see it: its own verbs, and three tables that lie deeper."""

from __future__ import annotations

from pathlib import Path

from graphkit.ui.port import Json
from graphkit.workspace import Workspace


class Desk(Workspace):
    """A `Workspace` with the tables of detectors and of the audit chain."""

    def detectors(self) -> list[Json]:
        """Every detector with its answer in the last scan."""
        from graphkit.answers.rules import table

        return table(self)

    def audit(self, *, top: int = 200) -> list[Json]:
        """The newest records of the audit chain."""
        return self.ledger.audit_rows(top)

    def audit_verify(self) -> Json:
        """`audit verify` of CONTRACT 2."""
        return self.ledger.verify_chain()


def open_desk(root: Path, lang: str) -> Desk:
    """Open the workspace in `root` (created when it is not there) to answer in `lang`."""
    return Desk(root, lang=lang)
