"""Making a load visible: Delta tables first, then one database transaction; and sweeping what never became visible."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa

from graphkit.db import Database, storage_guard
from graphkit.db import tables as t
from graphkit.intake.reading import FileReading
from graphkit.records import catalog, delta, inbox, originals
from graphkit.records.load import Load, Staged, reasons_of
from graphkit.records.quarantine import add_rejects, mark_retried
from graphkit.records.report import LoadReport
from graphkit.records.staging import Part


def commit(load: Load, started: str, now: Callable[[], str]) -> LoadReport:
    """Publish a load. A crash before the last statement leaves nothing visible; `sweep` removes the rest."""
    by_template: dict[str, list[Part]] = {}
    for staged in load.staged:
        for part in staged.parts:
            by_template.setdefault(part.template, []).append(part)
    if (load.root / "originals").exists():
        originals.sync_folder(load.root / "originals")
    for template, parts in sorted(by_template.items()):
        with storage_guard(load.root):
            originals.sync_folder(load.staging / template)
        load.published.add(template)
        delta.commit(load.staging / template, template, parts, load.run)
    with load.db.write() as connection:
        next_path = catalog.next_id(connection, t.paths.c.id)
        retried = 0
        for number, staged in enumerate(load.staged):
            if staged.reading is not None:
                _insert(connection, load, staged, staged.reading)
                retried += mark_retried(connection, staged.mends, load.run)
            held = {"path": staged.path, "name": staged.name, "content_id": staged.content.content_id}
            connection.execute(sa.insert(t.paths).values(id=next_path + number, run=load.run, **held))
        for reading in load.waiting:
            add_rejects(connection, str(reading.path.resolve()), reading, load.run)
        files = [report.as_json("en") for report in load.reports]
        said = {"run": load.run, "files": files, "retried": retried}
        snapshot = catalog.add_run(connection, load.run, "load", started, now(), said)
    return LoadReport(load.run, snapshot, tuple(load.reports), retried)


def _insert(connection: sa.Connection, load: Load, staged: Staged, reading: FileReading) -> None:
    content = staged.content
    connection.execute(
        sa.insert(t.contents).values(
            content_id=content.content_id,
            sha256=content.sha256,
            size=reading.size,
            loader=content.loader,
            loader_version=content.loader_version,
            encoding=content.encoding,
            run=load.run,
        )
    )
    for number, sheet in enumerate(reading.sheets):
        connection.execute(
            sa.insert(t.sheets).values(
                content_id=content.content_id,
                sheet_no=number,
                sheet=sheet.sheet,
                rows_read=sheet.rows_read,
                quarantined=len(sheet.rejects),
                reasons=json.dumps(reasons_of(sheet)),
                unknown_columns=json.dumps(sheet.unknown_columns),
            )
        )
    for part in staged.parts:
        connection.execute(
            sa.insert(t.parts).values(
                part_no=part.part_no,
                content_id=content.content_id,
                sheet_no=part.sheet_no,
                sheet=part.sheet,
                template=part.template,
                path=part.path.relative_to(load.root).as_posix(),
                sha256=part.sha256,
                rows=part.rows,
                columns=json.dumps(sorted(part.columns)),
                overlaps=int(part.overlaps),
                run=load.run,
            )
        )
    add_rejects(connection, staged.path, reading, load.run)


def sweep(root: Path, db: Database) -> None:
    """Remove what loads that never finished left behind: staged files, Delta entries, half copies.

    Call it under the workspace lock.
    """
    originals.sweep(root)
    inbox.sweep(root)
    with db.read() as connection:
        finished = {p.path for p in catalog.parts(connection)}
    for folder in sorted(p for p in (root / "records").glob("*") if p.is_dir()):
        orphans = [f for f in folder.glob("*.parquet") if f.relative_to(root).as_posix() not in finished]
        if orphans:
            delta.withdraw(folder, folder.name, [f.name for f in orphans])
        for path in [*orphans, *folder.glob(".*.tmp")]:
            path.unlink(missing_ok=True)
