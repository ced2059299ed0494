"""`load`, `load --undo`, `load --rebuild`: the records change, and everything derived follows under one lock."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from graphkit.publish import ensure_facts, publish

if TYPE_CHECKING:
    from graphkit.workspace import Json, Progress, Workspace


def load(
    ws: Workspace, paths: Sequence[Path], loader: str | None, accept: Sequence[str], dry_run: bool, progress: Progress
) -> Json:
    """The load report of CONTRACT 2; with `dry_run` nothing is kept and nothing derived."""
    ws.ledger.audit("load", {"paths": [str(p) for p in paths], "dry_run": dry_run})
    with ws.records.lock("load"), _no_collection():
        report = ws.records.load(list(paths), loader=loader, accept=accept, dry_run=dry_run, progress=progress)
        answer: Json = report.as_json(ws.lang)
        if dry_run:
            return {**answer, "nodes": {}, "edges": {}}
        progress("graph")
        return {**answer, **_follow(ws)}


@contextmanager
def _no_collection() -> Iterator[None]:
    """Loading makes half a million objects and no cycles: the search for cycles among them costs a fifteenth of it."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def undo(ws: Workspace, run: str) -> Json:
    """Take a load back: its files no longer count; the earlier snapshot id returns."""
    ws.ledger.audit("undo", {"run": run})
    with ws.records.lock("undo"):
        ws.records.undo(run)
        counts = _follow(ws)
    return {"run": run, "snapshot": ws.snapshot, "files": [], **counts}


def rebuild(ws: Workspace) -> Json:
    """Derive facts and graph anew from the records."""
    ws.ledger.audit("rebuild", {})
    with ws.records.lock("rebuild"):
        folder, counts = ensure_facts(ws.root, ws.records, ws.key, ws.snapshot, anew=True)
        ws.forget()
        publish(ws.store, folder, ws.records, ws.snapshot)
    return {"run": None, "snapshot": ws.snapshot, "files": [], **counts}


def _follow(ws: Workspace) -> Json:
    """Facts and store of the snapshot that is current now; gives the totals of the graph."""
    ws.forget()
    _, counts = ensure_facts(ws.root, ws.records, ws.key, ws.snapshot)
    ws.published()
    return dict(counts)
