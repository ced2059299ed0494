"""Taking files in: hash, read, stage; what is staged stays invisible until `commit` has written the run's row."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq
import sqlalchemy as sa

from graphkit.db import Database
from graphkit.db import tables as t
from graphkit.errors import InputRefused, Text
from graphkit.intake.reading import OK, FileReading, SheetReading, join
from graphkit.records import catalog, originals
from graphkit.records.report import FileReport, FileStatus, LoadReport
from graphkit.records.staging import Part, held, row_keys, write_part

Marked = tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]
Reader = Callable[..., FileReading]
"""`read_path(path, name, *, loader=None, accept=False)` of the intake room."""


@dataclass(slots=True)
class Staged:
    """A file that is ready to be committed; `reading` is None for bytes that were read in an earlier load."""

    path: str
    name: str
    content: catalog.Content
    reading: FileReading | None
    parts: list[Part] = field(default_factory=list)


@dataclass(slots=True)
class Load:
    """The state of one load: make one per run, call `file` for every file, then `commit.commit` or `dry`."""

    root: Path
    db: Database
    run: str
    read: Reader
    keep_files: bool
    staging: Path
    known: dict[tuple[str, str, str], catalog.Content] = field(init=False)
    paths: dict[str, tuple[str, int]] = field(init=False)
    _con: duckdb.DuckDBPyConnection = field(init=False)
    _parts: list[catalog.PartRow] = field(init=False)
    _by_id: dict[int, catalog.Content] = field(init=False)
    _next_content: int = field(init=False)
    _next_part: int = field(init=False)
    staged: list[Staged] = field(default_factory=list)
    waiting: list[FileReading] = field(default_factory=list)
    reports: list[FileReport] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._con = duckdb.connect()
        with self.db.read() as connection:
            self._by_id = catalog.contents(connection)
            self.paths = catalog.live_paths(connection)
            self._parts = catalog.parts(connection)
            self._next_content = catalog.next_id(connection, t.contents.c.content_id)
            self._next_part = catalog.next_id(connection, t.parts.c.part_no)
        self.known = {content.identity: content for content in self._by_id.values()}

    def file(self, path: Path, name: str, loader: str | None, accept: bool) -> None:
        """Take in one file; its reports are appended. Never raises for bad content, only when the disk is full."""
        place = str(path.resolve())
        try:
            sha256, _ = originals.hash_file(path)
            if (seen := self._seen(place, sha256, loader)) is not None:
                self._again(place, name, seen)
                return
            reading = self.read(path, name, loader=loader, accept=accept)
            if reading.sha256 != sha256:
                raise originals.changed(name)
            if reading.status != "refused" and self.keep_files:
                originals.keep(self.root, path, name, sha256)
        except InputRefused as error:
            self._refuse(name, "", error.message if not error.fix.zh else join(error.message, error.fix))
            return
        except OSError as error:
            self._refuse(
                name, "", Text(f"{name} 无法读取：{error.strerror}", f"{name} cannot be read: {error.strerror}")
            )
            return
        if reading.status == "ok":
            self._take(place, name, reading)
        elif reading.status == "needs_decision":
            self._hold(place, reading)
        else:
            self._refuse(name, sha256, reading.message, reading)

    def _seen(self, place: str, sha256: str, loader: str | None) -> catalog.Content | None:
        """The content with these bytes, first of all what the path holds now; another loader asked for makes it new."""
        held_now = self._by_id.get(self.paths.get(place, ("", -1))[1])
        candidates = [held_now, *sorted(self._by_id.values(), key=lambda c: -c.content_id)]
        return next((c for c in candidates if c and c.sha256 == sha256 and loader in (None, c.loader)), None)

    def _again(self, place: str, name: str, content: catalog.Content) -> None:
        """Bytes that were read before: nothing is read again; they count (again) under this path."""
        was_live = any(content_id == content.content_id for _, content_id in self.paths.values())
        held_now = self.paths.get(place, ("", -1))[1]
        overlap = self._duplicates_of(content, held_now) if not was_live else {}
        if held_now != content.content_id:
            self.paths[place] = (name, content.content_id)
            self.staged.append(Staged(place, name, content, None))
        status: FileStatus = "unchanged" if was_live else "loaded"
        for number, (sheet, rows_read, quarantined, reasons) in enumerate(self._sheets(content)):
            accepted = rows_read - quarantined
            duplicate = accepted if was_live else min(overlap.get(number, 0), accepted)
            self._report(name, content, sheet, (rows_read, duplicate, quarantined), reasons, status)

    def _sheets(self, content: catalog.Content) -> list[tuple[str | None, int, int, dict[str, int]]]:
        """Sheet, rows read, quarantined, reasons: of a content that was read before, perhaps in this same run."""
        s = t.sheets.c
        query = sa.select(s.sheet, s.rows_read, s.quarantined, s.reasons).where(s.content_id == content.content_id)
        with self.db.read() as connection:
            rows = connection.execute(query.order_by(s.sheet_no)).all()
        if rows:
            return [(sheet, read, quarantined, json.loads(reasons)) for sheet, read, quarantined, reasons in rows]
        mine = [r for r in self.reports if r.sha256 == content.sha256 and r.status == "loaded"]
        return [(r.sheet, r.rows_read, r.quarantined, dict(r.reasons)) for r in mine] or [(None, 0, 0, {})]

    def _duplicates_of(self, content: catalog.Content, superseded: int) -> dict[int, int]:
        """Sheet number → rows of an older content that live files hold."""
        masks: dict[int, list[Marked]] = {}
        for part in (p for p in self._parts if p.content_id == content.content_id):
            stored = pq.read_table(self.root / part.path, columns=["_src", "_key"])
            mask = held(self._con, [stored.column("_key")], self._live_files(part.template, superseded))[0]
            masks.setdefault(part.sheet_no, []).append((stored.column("_src").to_numpy() & 0xFFFFFFFF, mask))
        return {sheet: duplicate_rows(marked) for sheet, marked in masks.items()}

    def _live_files(self, template: str, superseded: int) -> list[Path]:
        counted = {content for _, content in self.paths.values()}
        if sum(content == superseded for _, content in self.paths.values()) == 1:
            counted.discard(superseded)
        return [self.root / p.path for p in self._parts if p.template == template and p.content_id in counted]

    def _take(self, place: str, name: str, reading: FileReading) -> None:
        identity = (reading.sha256, reading.loader, reading.loader_version)
        content = catalog.Content(self._next_content, *identity, reading.encoding)
        superseded = self.paths.get(place, ("", -1))[1]
        staged = Staged(place, name, content, reading)
        self.staged.append(staged)
        marked: list[list[Marked]] = [[] for _ in reading.sheets]
        for template in sorted({name for sheet in reading.sheets for name in sheet.tables}):
            self._stage(staged, template, superseded, marked)
        self._next_content += 1
        self.known[identity] = self._by_id[content.content_id] = content
        self.paths[place] = (name, content.content_id)
        for part in staged.parts:
            self._parts.append(
                catalog.PartRow(
                    part.part_no,
                    content.content_id,
                    part.sheet_no,
                    part.sheet,
                    part.template,
                    str(part.path),
                    part.rows,
                    frozenset(part.columns),
                    part.overlaps,
                )
            )
        for sheet, found in zip(reading.sheets, marked, strict=True):
            accepted = sheet.rows_read - len(sheet.rejects)
            whole = bool(found) and all(mask.all() for _, mask in found)
            duplicate = accepted if whole else min(duplicate_rows(found), accepted)
            rows = {n: len(table) for n, table in sheet.tables.items()}
            counts = (sheet.rows_read, duplicate, len(sheet.rejects))
            self._report(name, content, sheet.sheet, counts, reasons_of(sheet), "loaded", _notice(reading, sheet), rows)
        if not reading.sheets:
            self._report(name, content, None, (0, 0, 0), {}, "loaded", reading.message)

    def _stage(self, staged: Staged, template: str, superseded: int, marked: list[list[Marked]]) -> None:
        assert staged.reading is not None
        found = [
            (no, s, s.tables[template]) for no, s in enumerate(staged.reading.sheets) if len(s.tables.get(template, ()))
        ]
        if not found:
            return
        keys = row_keys(self._con, template, [table for _, _, table in found])
        counted = self._live_files(template, superseded)
        all_files = [self.root / p.path for p in self._parts if p.template == template]
        ever = held(self._con, keys, all_files)
        live = held(self._con, keys, counted) if len(counted) < len(all_files) and any(m.any() for m in ever) else ever
        for (number, sheet, table), key, mask, once in zip(found, keys, live, ever, strict=True):
            part = write_part(
                self.staging / template,
                f"{self.run}-{self._next_part}.parquet",
                self._next_part,
                number,
                sheet.sheet,
                template,
                table,
                key,
                bool(once.any()),
            )
            self._next_part += 1
            staged.parts.append(part)
            marked[number].append((table.column("_row").to_numpy(), mask))

    def _hold(self, place: str, reading: FileReading) -> None:
        self.waiting.append(reading)
        for sheet in reading.sheets:
            reasons = reasons_of(sheet)
            if waiting := sheet.rows_read - len(sheet.rejects):
                reasons["needs-decision"] = waiting
            counts = (sheet.rows_read, 0, sheet.rows_read)
            self._report(reading.name, reading, sheet.sheet, counts, reasons, "needs_decision", reading.message)
        if not reading.sheets:
            self._report(reading.name, reading, None, (0, 0, 0), {}, "needs_decision", reading.message)

    def _refuse(self, name: str, sha256: str, message: Text, reading: FileReading | None = None) -> None:
        loader, version = (reading.loader, reading.loader_version) if reading else (None, None)
        encoding = reading.encoding if reading else None
        self.reports.append(FileReport(name, sha256, loader, version, encoding, None, 0, 0, 0, {}, "refused", message))

    def _report(
        self,
        name: str,
        source: catalog.Content | FileReading,
        sheet: str | None,
        counts: tuple[int, int, int],
        reasons: Mapping[str, int],
        status: FileStatus,
        message: Text = OK,
        rows: Mapping[str, int] | None = None,
    ) -> None:
        """Append one report; `counts` = rows read, duplicate, quarantined."""
        who = (name, source.sha256, source.loader, source.loader_version, source.encoding)
        self.reports.append(FileReport(*who, sheet, *counts, dict(reasons), status, message, rows or {}))

    def dry(self) -> LoadReport:
        """The report of a load that leaves nothing behind; `snapshot` is the id the load would have given."""
        live = {content for _, content in self.paths.values()}
        return LoadReport(self.run, catalog.snapshot_id(self._by_id[i] for i in live), tuple(self.reports))

    def close(self) -> None:
        """Give memory back; the load can still be committed."""
        self._con.close()

    def discard(self) -> None:
        """Remove the staged files of a load that failed; what a commit had begun is swept by the next load."""
        for staged in self.staged:
            for part in staged.parts:
                if not (part.path.parent / "_delta_log").exists():
                    part.path.unlink(missing_ok=True)


def duplicate_rows(marked: Sequence[Marked]) -> int:
    """How many source rows have nothing but typed rows that are held already; `marked` is (source row, held)."""
    if not any(mask.any() for _, mask in marked):
        return 0
    numbers = np.concatenate([rows for rows, _ in marked])
    masks = np.concatenate([mask for _, mask in marked])
    all_rows = np.unique(numbers)
    return len(all_rows) - len(np.unique(numbers[~masks]))


def reasons_of(sheet: SheetReading) -> dict[str, int]:
    """How many rows of a sheet were quarantined, by reason code."""
    return dict(sorted(Counter(reject.reason for reject in sheet.rejects).items()))


def _notice(reading: FileReading, sheet: SheetReading) -> Text:
    if not sheet.unknown_columns:
        return reading.message
    listed = ", ".join(sheet.unknown_columns)
    return join(
        reading.message, Text(f"未识别的列（随行保留）：{listed}", f"unknown columns (kept with the row): {listed}")
    )


def files_of(
    paths: Sequence[Path], walk: Callable[[Sequence[Path]], Sequence[tuple[Path, str]]]
) -> list[tuple[Path, str]]:
    """The files below `paths` with their names, each physical file once. `walk` raises for a missing path."""
    once: dict[Path, tuple[Path, str]] = {}
    for path, name in walk(paths):
        once.setdefault(path.resolve(), (path, name))
    return list(once.values())
