"""Taking files in: hash, read, stage; what is staged stays invisible until `commit` has written the run's row."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb
import sqlalchemy as sa

from graphkit.db import Database
from graphkit.db import tables as t
from graphkit.errors import InputRefused, Text
from graphkit.intake.reading import OK, Accept, FileReading, SheetReading, join
from graphkit.records import catalog, originals
from graphkit.records.judgements import statements
from graphkit.records.overlap import File, Overlap, duplicate_rows, overlap
from graphkit.records.quarantine import mended
from graphkit.records.report import FileReport, FileStatus, LoadReport
from graphkit.records.staging import Part, row_keys, write_part

Reader = Callable[..., FileReading]
"""`read_path(path, name, *, loader=None, accept=False)` of the intake room."""


@dataclass(slots=True)
class Staged:
    """A file that is ready to be committed.

    `reading` (its tables emptied) is None for bytes that were read in an earlier load; `mends` are ids of quarantined
    rows that it brings in corrected.
    """

    path: str
    name: str
    content: catalog.Content
    reading: FileReading | None
    parts: list[Part] = field(default_factory=list)
    mends: frozenset[int] = frozenset()


@dataclass(slots=True)
class Load:
    """The state of one load: call `file` for every file, then `finish`, then `commit.commit` or `dry`."""

    root: Path
    db: Database
    run: str
    read: Reader
    keep_files: bool
    staging: Path
    paths: dict[str, tuple[str, int]] = field(init=False)
    staged: list[Staged] = field(default_factory=list)
    waiting: list[FileReading] = field(default_factory=list)
    reports: list[FileReport] = field(default_factory=list)
    published: set[str] = field(default_factory=set)
    _con: duckdb.DuckDBPyConnection = field(init=False)
    _older: list[catalog.PartRow] = field(init=False)
    _contents: dict[int, catalog.Content] = field(init=False)
    _by_sha256: dict[str, list[catalog.Content]] = field(default_factory=dict, init=False)
    _holders: Counter[int] = field(init=False)
    _live_before: frozenset[int] = field(init=False)
    _next_content: int = field(init=False)
    _next_part: int = field(init=False)
    _counted: list[tuple[int, int] | None] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._con = duckdb.connect()
        with self.db.read() as connection:
            self._contents = catalog.contents(connection)
            self.paths = catalog.live_paths(connection)
            self._older = catalog.parts(connection)
            self._next_content = catalog.next_id(connection, t.contents.c.content_id)
            self._next_part = catalog.next_id(connection, t.parts.c.part_no)
        for content in self._contents.values():
            self._by_sha256.setdefault(content.sha256, []).append(content)
        self._holders = Counter(content_id for _, content_id in self.paths.values())
        self._live_before = frozenset(self._holders)

    def file(self, path: Path, name: str, loader: str | None, accept: Accept, place: str | None = None) -> None:
        """Take in one file; its reports are appended. Never raises for bad content, only when the disk is full.

        `place` is what the file is known by from load to load: its path, or its path inside an archive.
        """
        place = place or str(path.resolve())
        try:
            sha256, _ = originals.hash_file(path)
            if (seen := self._seen(place, sha256, loader)) is not None:
                self._again(place, name, seen)
                return
            reading = replace(self.read(path, name, loader=loader, accept=accept), path=Path(place))
            if reading.sha256 != sha256:
                raise originals.changed(name)
            if reading.status != "refused" and self.keep_files:
                originals.keep(self.root, path, name, sha256)
        except InputRefused as error:
            self._refuse(name, "", error.message if not error.fix.zh else join(error.message, error.fix))
            return
        except OSError as error:
            why = error.strerror or str(error)
            self._refuse(name, "", Text(f"{name} 无法读取：{why}", f"{name} cannot be read: {why}"))
            return
        if reading.status == "ok":
            self._take(place, name, reading)
        elif reading.status == "needs_decision":
            self._wait(reading)
        else:
            self._refuse(name, sha256, reading.message, reading)

    def refuse(self, name: str, message: Text) -> None:
        """Report a file that could not even be opened."""
        self._refuse(name, "", message)

    def finish(self) -> None:
        """Count duplicates: rows that a file which counts now, or an earlier one of this load, holds already."""
        order = {s.content.content_id: n for n, s in reversed(list(enumerate(self.staged)))}
        files = [
            *((p.template, File(p.part_no, p.content_id, p.sheet_no, self.root / p.path)) for p in self._older),
            *(
                (p.template, File(p.part_no, s.content.content_id, p.sheet_no, p.path))
                for s in self.staged
                for p in s.parts
            ),
        ]
        fresh = {s.content.content_id for s in self.staged} - self._live_before
        live = self._live_before & {content for _, content in self.paths.values()}
        found: list[Overlap] = []
        for template in sorted({template for template, file in files if file.content_id in fresh}):
            mine = [file for of, file in files if of == template]
            new = sorted((f for f in mine if f.content_id in fresh), key=lambda f: (order[f.content_id], f.part_no))
            rest = [f for f in mine if f.content_id not in fresh]
            counted = [f for f in rest if f.content_id in live]
            found.append(overlap(self._con, new, counted, [f for f in rest if f.content_id not in live]))
        shared = frozenset[int]().union(*(o.parts for o in found))
        held = {number: rows for o in found for number, rows in o.held.items()}
        for staged in self.staged:
            staged.parts = [replace(p, overlaps=p.part_no in shared) for p in staged.parts]
        by_sheet: dict[tuple[int, int], list[File]] = {}
        for _, file in files:
            by_sheet.setdefault((file.content_id, file.sheet_no), []).append(file)
        for number, (report, sheet) in enumerate(zip(self.reports, self._counted, strict=True)):
            if sheet is not None:
                accepted = report.rows_read - report.quarantined
                duplicate = duplicate_rows(by_sheet.get(sheet, ()), held, accepted)
                self.reports[number] = replace(report, duplicate=duplicate)
        self._con.close()

    def _seen(self, place: str, sha256: str, loader: str | None) -> catalog.Content | None:
        """The content with these bytes, first of all what the path holds now; another loader asked for makes it new."""
        now = self._contents.get(self.paths.get(place, ("", -1))[1])
        candidates = [*([now] if now else ()), *reversed(self._by_sha256.get(sha256, ()))]
        return next((c for c in candidates if c.sha256 == sha256 and loader in (None, c.loader)), None)

    def _hold(self, place: str, name: str, content: catalog.Content) -> None:
        """From here on the path holds this content."""
        if place in self.paths:
            self._holders[self.paths[place][1]] -= 1
        self.paths[place] = (name, content.content_id)
        self._holders[content.content_id] += 1

    def _again(self, place: str, name: str, content: catalog.Content) -> None:
        """Bytes that were read before: nothing is read again; they count (again) under this path."""
        was_live = self._holders[content.content_id] > 0
        holders = (held for held, number in self.paths.values() if number == content.content_id)
        first = next(holders, name) if was_live else name
        same = Text(f"与已加载的 {first} 内容相同", f"the same content as {first}, which is loaded")
        if self.paths.get(place, ("", -1))[1] != content.content_id:
            self._hold(place, name, content)
            self.staged.append(Staged(place, name, content, None))
        status: FileStatus = "unchanged" if was_live else "loaded"
        for number, (sheet, rows_read, quarantined, reasons) in enumerate(self._sheets(content)):
            counts = (rows_read, rows_read - quarantined if was_live else 0, quarantined)
            sheet_key = None if was_live else (content.content_id, number)
            said = OK if first == name else same
            self._report(name, content, sheet, counts, reasons, status, said, sheet_key=sheet_key)

    def _sheets(self, content: catalog.Content) -> list[tuple[str | None, int, int, Mapping[str, int]]]:
        """Sheet, rows read, quarantined, reasons: of a content that was read before, perhaps in this same run."""
        s = t.sheets.c
        query = sa.select(s.sheet, s.rows_read, s.quarantined, s.reasons).where(s.content_id == content.content_id)
        with self.db.read() as connection:
            rows = connection.execute(query.order_by(s.sheet_no)).all()
        if rows:
            return [(sheet, read, quarantined, json.loads(reasons)) for sheet, read, quarantined, reasons in rows]
        mine = [r for r in self.reports if r.sha256 == content.sha256 and r.status == "loaded"]
        return [(r.sheet, r.rows_read, r.quarantined, r.reasons) for r in mine] or [(None, 0, 0, {})]

    def _take(self, place: str, name: str, reading: FileReading) -> None:
        """Stage a file that was read; its tables are let go of, so that a big folder needs no more memory than a file."""
        content = catalog.Content(
            self._next_content, reading.sha256, reading.loader, reading.loader_version, reading.encoding
        )
        with self.db.read() as connection:
            mends = mended(connection, name, reading)
        light = replace(reading, sheets=tuple(replace(sheet, tables={}) for sheet in reading.sheets))
        staged = Staged(place, name, content, light, mends=mends)
        self.staged.append(staged)
        for template in sorted({template for sheet in reading.sheets for template in sheet.tables}):
            self._stage(staged, template, reading)
        self._next_content += 1
        self._contents[content.content_id] = content
        self._by_sha256.setdefault(content.sha256, []).append(content)
        self._hold(place, name, content)
        for number, sheet in enumerate(reading.sheets):
            rows = {template: len(table) for template, table in sheet.tables.items()}
            counts = (sheet.rows_read, 0, len(sheet.rejects))
            said = _notice(reading, sheet)
            key = (content.content_id, number)
            self._report(name, content, sheet.sheet, counts, reasons_of(sheet), "loaded", said, rows, key)
            self.reports[-1] = replace(self.reports[-1], gaps=sheet.gaps)
        if not reading.sheets:
            self._report(name, content, None, (0, 0, 0), {}, "loaded", reading.message)

    def _stage(self, staged: Staged, template: str, reading: FileReading) -> None:
        numbered = [(number, s) for number, s in enumerate(reading.sheets) if len(s.tables.get(template, ()))]
        keys = row_keys(self._con, template, [sheet.tables[template] for _, sheet in numbered])
        for (number, sheet), key in zip(numbered, keys, strict=True):
            name = f"{self.run}-{self._next_part}.parquet"
            folder, table = self.staging / template, sheet.tables[template]
            staged.parts.append(write_part(folder, name, self._next_part, number, sheet.sheet, template, table, key))
            self._next_part += 1

    def _wait(self, reading: FileReading) -> None:
        self.waiting.append(replace(reading, sheets=tuple(replace(sheet, tables={}) for sheet in reading.sheets)))
        for sheet in reading.sheets:
            reasons = reasons_of(sheet)
            if held_back := sheet.rows_read - len(sheet.rejects):
                reasons["needs-decision"] = held_back
            counts = (sheet.rows_read, 0, sheet.rows_read)
            self._report(reading.name, reading, sheet.sheet, counts, reasons, "needs_decision", reading.message)
        if not reading.sheets:
            self._report(reading.name, reading, None, (0, 0, 0), {}, "needs_decision", reading.message)

    def _refuse(self, name: str, sha256: str, message: Text, reading: FileReading | None = None) -> None:
        loader, version = (reading.loader, reading.loader_version) if reading else (None, None)
        encoding = reading.encoding if reading else None
        self.reports.append(FileReport(name, sha256, loader, version, encoding, None, 0, 0, 0, {}, "refused", message))
        self._counted.append(None)

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
        sheet_key: tuple[int, int] | None = None,
    ) -> None:
        """Append one report: `counts` = rows read, duplicate, quarantined; `sheet_key` where duplicates are to be counted."""
        who = (name, source.sha256, source.loader, source.loader_version, source.encoding)
        self.reports.append(FileReport(*who, sheet, *counts, dict(reasons), status, message, rows or {}))
        self._counted.append(sheet_key)

    def dry(self) -> LoadReport:
        """The report of a load that leaves nothing behind; `snapshot` is the id the load would have given."""
        live = {content for _, content in self.paths.values()}
        mends = frozenset[int]().union(*(s.mends for s in self.staged))
        with self.db.read() as connection:
            judged = statements(connection)
        would = catalog.snapshot_id((self._contents[i] for i in live), judged)
        return LoadReport(self.run, would, tuple(self.reports), len(mends))

    def discard(self) -> None:
        """Remove the staged files of a load that failed; what a commit had begun is swept by the next load."""
        self._con.close()
        for staged in self.staged:
            for part in staged.parts:
                if part.template not in self.published:
                    part.path.unlink(missing_ok=True)


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
