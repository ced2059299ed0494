"""Rows that did not load: listed, exported for correction, and marked when a corrected file brings them in."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from graphkit.db import Database, storage_guard
from graphkit.db import tables as t
from graphkit.errors import GraphkitError, Text, UsageError
from graphkit.records import catalog
from graphkit.records.originals import original

if TYPE_CHECKING:
    from graphkit.intake.reading import FileReading

ID_COLUMN = "quarantine_id"
"""Column of the exported sheet that ties a corrected row to its quarantined one."""

Reread = Callable[..., Mapping[str, str]]
"""`reread_row(original, sheet, row, loader)` of the intake room: header → raw cell."""
_Q = t.quarantine.c


def add_rejects(connection: sa.Connection, path: str, reading: FileReading, run: str) -> None:
    """Write the quarantined rows of a file; a row of the same bytes that is there already keeps its id."""
    there = {
        (row.sheet, row.row, row.reason)
        for row in connection.execute(
            sa.select(_Q.sheet, _Q.row, _Q.reason).where(_Q.sha256 == reading.sha256, _Q.loader == reading.loader)
        )
    }
    number = catalog.next_id(connection, _Q.id)
    rows = [
        {
            "path": path,
            "file": reading.name,
            "sha256": reading.sha256,
            "sheet": sheet.sheet,
            "row": reject.row,
            "column": reject.column,
            "reason": reject.reason,
            "message_zh": reject.message_zh,
            "message_en": reject.message_en,
            "raw": reject.raw,
            "loader": reading.loader,
            "run": run,
        }
        for sheet in reading.sheets
        for reject in sheet.rejects
        if (sheet.sheet, reject.row, reject.reason) not in there
    ]
    if rows:
        connection.execute(sa.insert(t.quarantine), [{"id": number + i, **row} for i, row in enumerate(rows)])


def mended(connection: sa.Connection, name: str, reading: FileReading) -> frozenset[int]:
    """Ids of quarantined rows that a file brings in corrected.

    A row is known by its quarantine id (an exported sheet), or by its sheet and row in a new version of the same file, or
    in the same one read again as a person decided.
    """
    ids: set[int] = set()
    open_rows = connection.execute(
        sa.select(_Q.id, _Q.sheet, _Q.row).where(_Q.file == name, _Q.retried_as.is_(None))
    ).all()
    for sheet in reading.sheets:
        still = {reject.row for reject in sheet.rejects}
        waiting = {row: number for number, of, row in open_rows if of == sheet.sheet and row not in still}
        for table in sheet.tables.values():
            ids |= _named_ids(table)
            if waiting:
                ids |= {waiting[row] for row in table.column("_row").to_pylist() if row in waiting}
    return frozenset(ids)


def mark_retried(connection: sa.Connection, ids: Iterable[int], run: str) -> int:
    """Mark quarantined rows as brought in by a run; returns how many were open until now."""
    query = sa.update(t.quarantine).where(_Q.id.in_(sorted(ids)), _Q.retried_as.is_(None))
    return connection.execute(query.values(retried_as=run)).rowcount


def _named_ids(table: Any) -> set[int]:
    if "_extra" not in table.column_names:
        return set()
    texts = (text for text in table.column("_extra").to_pylist() if text and ID_COLUMN in text)
    values = (str(json.loads(text).get(ID_COLUMN, "")).strip() for text in texts)
    return {int(value) for value in values if value.isdecimal()}


Rows = list[Any]
Json = dict[str, Any]
Listing = list[Json]


class Quarantine:
    """The rows that wait for correction; part of `Records`."""

    def __init__(self, root: Path, db: Database, reread: Reread) -> None:
        self._root = root
        self._db = db
        self._reread = reread

    def list(self, lang: str = "zh") -> Listing:
        """`quarantine list` of CONTRACT 2: rows of files that count now or wait for a decision, by id."""
        with self._db.read() as connection:
            return [self._as_json(row, lang) for row in self._rows(connection)]

    def show(self, number: int | str, lang: str = "zh") -> dict[str, Any]:
        """One row with its cells by header. Raises `UsageError` for an unknown id."""
        with self._db.read() as connection:
            query = sa.select(t.quarantine).where(_Q.id == int(number)) if str(number).isdecimal() else None
            row = connection.execute(query).first() if query is not None else None
        if row is None:
            raise UsageError(
                "unknown-row",
                Text(f"没有编号为 {number} 的隔离行", f"no quarantined row has the id {number}"),
                Text("graphkit quarantine list 列出全部", "graphkit quarantine list shows all"),
            )
        return {**self._as_json(row, lang), "cells": dict(self._cells(row)), "run": row.run}

    def export(self, path: Path, lang: str = "zh") -> int:
        """Write the open rows to an xlsx for correction, one sheet per source sheet; returns how many.

        The first columns are the id (keep it), the reason and the message; then the source's own columns. Every cell
        is written as text, never as a formula.
        """
        import xlsxwriter

        with self._db.read() as connection:
            rows = [row for row in self._rows(connection) if row.retried_as is None]
        groups: dict[tuple[str, str | None], Rows] = {}
        for row in rows:
            groups.setdefault((row.file, row.sheet), []).append(row)
        draft = path.with_name(f".{path.name}.tmp")
        try:
            with storage_guard(path.parent):
                book = xlsxwriter.Workbook(str(draft), {"strings_to_formulas": False, "strings_to_urls": False})
                taken: set[str] = set()
                for (file, sheet), members in sorted(groups.items(), key=lambda g: (g[0][0], g[0][1] or "")):
                    self._write_sheet(book.add_worksheet(_sheet_name(sheet or Path(file).stem, taken)), members, lang)
                if not groups:
                    book.add_worksheet("quarantine").write_string(0, 0, ID_COLUMN)
                book.close()
                draft.replace(path)
        except xlsxwriter.exceptions.FileCreateError as error:
            with storage_guard(path.parent):
                raise error.args[0] from error
        finally:
            draft.unlink(missing_ok=True)
        return len(rows)

    def _write_sheet(self, page: Any, rows: Iterable[Any], lang: str) -> None:
        cells = [(row, self._cells(row)) for row in rows]
        headers = list(dict.fromkeys(header for _, found in cells for header in found))
        for column, header in enumerate([ID_COLUMN, "quarantine_reason", "quarantine_message", *headers]):
            page.write_string(0, column, header)
        for line, (row, found) in enumerate(cells, start=1):
            message = row.message_zh if lang == "zh" else row.message_en
            for column, value in enumerate([str(row.id), row.reason, message, *(found.get(h, "") for h in headers)]):
                page.write_string(line, column, value)

    def _cells(self, row: Any) -> Mapping[str, str]:
        """The row's cells by header, or its raw text where it has no cells to speak of."""
        try:
            return {
                k: str(v)
                for k, v in self._reread(original(self._root, row.sha256), row.sheet, row.row, row.loader).items()
            }
        except (GraphkitError, LookupError, ValueError):
            return {"raw": row.raw}

    def _rows(self, connection: sa.Connection) -> Rows:
        known = catalog.contents(connection)
        paths = catalog.live_paths(connection)
        live = {known[content].sha256 for _, content in paths.values()}
        ever = {content.sha256 for content in known.values()}
        undone = set(connection.execute(sa.select(t.runs.c.run).where(t.runs.c.undone_by.is_not(None))).scalars())
        return [
            row
            for row in connection.execute(sa.select(t.quarantine).order_by(_Q.id))
            if row.sha256 in live or (row.sha256 not in ever and row.path not in paths and row.run not in undone)
        ]

    def _as_json(self, row: Any, lang: str) -> dict[str, Any]:
        keys = ("id", "file", "sha256", "sheet", "row", "column", "reason", "raw", "loader", "retried_as")
        return {**{k: getattr(row, k) for k in keys}, "message": row.message_zh if lang == "zh" else row.message_en}


def _sheet_name(wanted: str, taken: set[str]) -> str:
    """A legal sheet name not used yet: at most 31 characters, none of `[]:*?/\\`."""
    base = re.sub(r"[\[\]:*?/\\']", " ", wanted).strip()[:31] or "rows"
    name, number = base, 2
    while name.lower() in taken:
        name, number = f"{base[:27]} {number}", number + 1
    taken.add(name.lower())
    return name
