"""`Records`: load, take back, and read the typed rows of a workspace."""

from __future__ import annotations

import functools
import os
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from graphkit.db import Database
from graphkit.db import tables as t
from graphkit.errors import Text, UsageError
from graphkit.records import catalog
from graphkit.records.judgements import Judgement, Statement, in_force, judgements, statements
from graphkit.records.lock import workspace_lock
from graphkit.records.originals import original
from graphkit.records.quarantine import Quarantine
from graphkit.records.report import LoadReport
from graphkit.types import Source

if TYPE_CHECKING:
    import duckdb

    from graphkit.intake.loader import RawRow
    from graphkit.records.load import Reader

Progress = Callable[[str], None]


def _silent(_: str) -> None:
    """No progress shown."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Records:
    """The records of one workspace. All reading methods take a snapshot id; None is the current state.

    `read` replaces the intake room (same signature as `read_path`), `now` the clock; `loader_dirs` are further folders
    of loaders.
    """

    def __init__(
        self,
        root: Path,
        db: Database,
        *,
        loader_dirs: Sequence[Path] = (),
        read: Reader | None = None,
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        self.root = root.resolve()
        self.db = db
        self._loader_dirs = tuple(loader_dirs)
        self._read = read
        self._now = now
        self.quarantine = Quarantine(self.root, db, self._reread)

    # — writing —

    def lock(self, verb: str) -> AbstractContextManager[None]:
        """Hold the workspace for a block; `load` and `undo` inside it are allowed. Raises `Busy` when it is taken."""
        return workspace_lock(self.root, verb, self._now)

    def load(
        self,
        paths: Sequence[Path],
        *,
        loader: str | None = None,
        accept: Sequence[str] = (),
        dry_run: bool = False,
        progress: Progress | None = None,
    ) -> LoadReport:
        """Take in files and folders; see `LoadReport`. Nothing is visible before everything is written.

        A zip is read like a folder. `accept` names files (path or name) that wait for a decision and are taken as
        proposed; `NAME=dmy` also says in which order day, month and year stand. `dry_run` reads and reports only. Raises `InputRefused` for a path that does not exist, `UsageError` for an unknown
        loader, `Busy`, `LimitReached`.
        """
        from graphkit.intake.read import walk
        from graphkit.records.commit import commit, sweep
        from graphkit.records.inbox import accepted, opened
        from graphkit.records.load import Load, files_of

        files = files_of(paths, walk)
        started = self._stamp()
        with ExitStack() as stack:
            stack.enter_context(self.lock("load"))
            sweep(self.root, self.db)
            staging = Path(stack.enter_context(tempfile.TemporaryDirectory())) if dry_run else self.root / "records"
            load = Load(self.root, self.db, self._new_run(), self._reader(), not dry_run, staging)
            done = False
            try:
                for found in opened(files, self.root):
                    (progress or _silent)(found.name)
                    if found.why is not None:
                        load.refuse(found.name, found.why)
                    else:
                        load.file(found.path, found.name, loader, accepted(found, accept), found.place)
                load.finish()
                report = load.dry() if dry_run else commit(load, started, self._stamp)
                done = True
            finally:
                if not done:
                    load.discard()
        return report

    def undo(self, run: str) -> str:
        """Take a load back: files it brought in no longer count, the versions before them do again.

        Returns the snapshot id after it. Raises `UsageError` when there is no such load, or it was taken back before.
        """
        with self.lock("undo"), self.db.write() as connection:
            known = connection.execute(
                sa.select(t.runs.c.undone_by).where(t.runs.c.run == run, t.runs.c.verb == "load")
            ).first()
            if known is None or known[0] is not None:
                state_zh, state_en = (
                    ("没有这次加载", "there is no such load")
                    if known is None
                    else ("该次加载已撤回", "that load was taken back before")
                )
                raise UsageError(
                    "unknown-run",
                    Text(f"{run}：{state_zh}", f"{run}: {state_en}"),
                    Text("加载报告写有运行编号", "load reports name their runs"),
                )
            undoing = self._new_run()
            connection.execute(sa.update(t.runs).where(t.runs.c.run == run).values(undone_by=undoing))
            connection.execute(sa.update(t.quarantine).where(t.quarantine.c.retried_as == run).values(retried_as=None))
            stamp = self._stamp()
            return catalog.add_run(connection, undoing, "undo", stamp, stamp, {"run": undoing, "undone": run})

    # — reading —

    def snapshot_id(self) -> str:
        """Hash of what counts now (64 hex): equal for the same files and judgements in any order and folder."""
        with self.db.read() as connection:
            return catalog.current_id(connection)

    def full_id(self, snapshot: str) -> str:
        """The whole id of an earlier snapshot from its beginning (8 digits or more); unknown: `UsageError`."""
        with self.db.read() as connection:
            return catalog.find_snapshot(connection, snapshot)[0]

    def judged(self, snapshot: str | None = None) -> list[Statement]:
        """The judgements on identity that the snapshot's graph follows."""
        with self.db.read() as connection:
            return statements(connection, self._whole(connection, snapshot))

    def judgements(self) -> tuple[list[Judgement], list[Judgement]]:
        """All judgements ever made, and those in force now, oldest first."""
        with self.db.read() as connection:
            made = judgements(connection)
        return made, in_force(made)

    def live(self, snapshot: str | None = None) -> Mapping[str, tuple[Path, ...]]:
        """Template → Parquet files that count."""
        found: dict[str, list[Path]] = {}
        for part in self._parts(snapshot):
            found.setdefault(part.template, []).append(self.root / part.path)
        return {template: tuple(files) for template, files in sorted(found.items())}

    def columns(self, snapshot: str | None = None) -> Mapping[str, frozenset[str]]:
        """Template → columns with at least one value (`<col>_text` among them)."""
        found: dict[str, frozenset[str]] = {}
        for part in self._parts(snapshot):
            named = frozenset(c for c in part.columns if not c.startswith("_"))
            found[part.template] = found.get(part.template, frozenset()) | named
        return found

    def connect(self, snapshot: str | None = None) -> duckdb.DuckDBPyConnection:
        """A DuckDB connection with `rec_<template>` for every template, `rec_parts`, `rec_judged`; see `reading.connect`."""
        from graphkit.records import reading

        with self.db.read() as connection:
            parts, contents = catalog.live_parts(connection, snapshot), catalog.contents(connection)
            judged = statements(connection, self._whole(connection, snapshot))
        return reading.connect(self.root, parts, contents, judged)

    def sources(self, srcs: Iterable[int]) -> dict[int, Source]:
        """Row references → `Source`; unknown references are left out."""
        from graphkit.records import reading

        wanted = list(srcs)
        parts, contents, names = self._catalog(wanted)
        hashes = reading.lookup(self.root, parts, wanted, "_row_sha256")
        return {
            src: reading.source(part, contents[part.content_id], names[part.content_id], src, digest)
            for src, digest in hashes.items()
            if (part := parts.get(src >> 32))
        }

    def extras(self, srcs: Iterable[int]) -> dict[int, str]:
        """Row references → JSON text of the row's columns that no template knows, where there are any."""
        from graphkit.records import reading

        wanted = list(srcs)
        return reading.lookup(self.root, self._catalog(wanted)[0], wanted, "_extra")

    def files(self) -> dict[int, str]:
        """Part number → name of its file; the part of a row reference is `src >> 32`."""
        with self.db.read() as connection:
            names = catalog.names(connection)
            return {part.part_no: names[part.content_id] for part in catalog.parts(connection)}

    def raw_row(self, src: int) -> dict[str, str]:
        """Header → raw cell of a row, read again from the received file. Unknown: `UsageError`."""
        part, content = self._one(src)
        return self.raw_cells(content.sha256, part.sheet, src & 0xFFFFFFFF)

    def raw_cells(self, sha256: str, sheet: str | None, row: int) -> dict[str, str]:
        """Header → raw cell of a row named by its source.

        Raises `UsageError` for a file that was never loaded, `InputRefused` for a row that it does not have.
        """
        return dict(self._raw(sha256, sheet, row).cells)

    def row_bytes(self, sha256: str, sheet: str | None, row: int) -> bytes:
        """The bytes whose SHA-256 is the row's `row_sha256`, read again from the received file (see `raw_cells`)."""
        return self._raw(sha256, sheet, row).data

    def runs(self) -> list[dict[str, Any]]:
        """Finished loads and undos, oldest first: run, verb, started, finished, snapshot, undone_by."""
        c = t.runs.c
        with self.db.read() as connection:
            rows = connection.execute(
                sa.select(c.run, c.verb, c.started, c.finished, c.snapshot, c.undone_by).order_by(c.seq)
            )
            return [dict(row) for row in rows.mappings()]

    # — inside —

    @staticmethod
    def _whole(connection: sa.Connection, snapshot: str | None) -> str | None:
        """The whole id of an earlier snapshot, None for the one that counts now."""
        return None if snapshot is None else catalog.find_snapshot(connection, snapshot)[0]

    def _parts(self, snapshot: str | None) -> list[catalog.PartRow]:
        with self.db.read() as connection:
            return catalog.live_parts(connection, snapshot)

    def _catalog(
        self, srcs: Iterable[int]
    ) -> tuple[dict[int, catalog.PartRow], dict[int, catalog.Content], dict[int, str]]:
        numbers = {src >> 32 for src in srcs}
        with self.db.read() as connection:
            found = {part.part_no: part for part in catalog.parts(connection, numbers)}
            return found, catalog.contents(connection), catalog.names(connection)

    def _one(self, src: int) -> tuple[catalog.PartRow, catalog.Content]:
        parts, contents, _ = self._catalog([src])
        if (part := parts.get(src >> 32)) is None:
            raise UsageError(
                "unknown-row",
                Text(f"没有行 {src}", f"there is no row {src}"),
                Text("请用疑点给出的来源", "use a source named by a finding"),
            )
        return part, contents[part.content_id]

    def _reader(self) -> Reader:
        if self._read is not None:
            return self._read
        from graphkit.intake.read import read_path

        return functools.partial(read_path, own=self._loader_dirs)

    def _reread(self, path: Path, sheet: str | None, row: int, loader: str) -> dict[str, str]:
        from graphkit.intake.read import reread

        return dict(reread(path, sheet, row, loader, self._loader_dirs).cells)

    def _raw(self, sha256: str, sheet: str | None, row: int) -> RawRow:
        from graphkit.intake.read import reread

        with self.db.read() as connection:
            found = [content for content in catalog.contents(connection).values() if content.sha256 == sha256]
        if not found:
            raise UsageError(
                "not-loaded",
                Text("该文件未加载", "that file is not loaded"),
                Text("请先加载该文件", "load the file first"),
            )
        return reread(original(self.root, sha256), sheet, row, found[-1].loader, self._loader_dirs)

    def _stamp(self) -> str:
        return self._now().isoformat(timespec="microseconds")

    def _new_run(self) -> str:
        return f"{self._now():%Y%m%dT%H%M%S}-{os.urandom(4).hex()}"
