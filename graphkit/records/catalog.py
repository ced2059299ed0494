"""What the ledger database knows about the records: which bytes every path holds, which parts count, every snapshot."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from graphkit.db import tables as t
from graphkit.errors import Text, UsageError
from graphkit.records.judgements import Statement, head, statements


@dataclass(frozen=True, slots=True)
class Content:
    """Bytes that were read once by one loader."""

    content_id: int
    sha256: str
    loader: str
    loader_version: str
    encoding: str | None

    @property
    def identity(self) -> tuple[str, str, str]:
        """What makes two contents one, and what the snapshot id is made of."""
        return self.sha256, self.loader, self.loader_version


@dataclass(frozen=True, slots=True)
class PartRow:
    """A row of `parts`; `path` is relative to the workspace."""

    part_no: int
    content_id: int
    sheet_no: int
    sheet: str | None
    template: str
    path: str
    rows: int
    columns: frozenset[str]
    overlaps: bool


def contents(connection: sa.Connection) -> dict[int, Content]:
    """All contents by id."""
    c = t.contents.c
    rows = connection.execute(sa.select(c.content_id, c.sha256, c.loader, c.loader_version, c.encoding))
    return {row[0]: Content(*row) for row in rows}


def live_paths(connection: sa.Connection) -> dict[str, tuple[str, int]]:
    """Path → (name, content id) as it counts now: the newest row of each path whose run was not undone."""
    query = (
        sa.select(t.paths.c.path, t.paths.c.name, t.paths.c.content_id)
        .join(t.runs, t.runs.c.run == t.paths.c.run)
        .where(t.runs.c.undone_by.is_(None))
        .order_by(t.paths.c.id)
    )
    return {path: (name, content) for path, name, content in connection.execute(query)}


def names(connection: sa.Connection) -> dict[int, str]:
    """Content id → the name shown for it: the first by text among the paths that hold it now, else that ever did."""
    live: dict[int, str] = {}
    for name, content in live_paths(connection).values():
        live[content] = min(name, live.get(content, name))
    ever: dict[int, str] = {}
    for name, content in connection.execute(sa.select(t.paths.c.name, t.paths.c.content_id)):
        ever[content] = min(name, ever.get(content, name))
    return {**ever, **live}


def parts(connection: sa.Connection, part_numbers: Iterable[int] | None = None) -> list[PartRow]:
    """Parts by number; None for all."""
    c = t.parts.c
    query = sa.select(c.part_no, c.content_id, c.sheet_no, c.sheet, c.template, c.path, c.rows, c.columns, c.overlaps)
    rows = connection.execute(query.order_by(c.part_no))
    wanted = None if part_numbers is None else set(part_numbers)
    return [
        PartRow(r[0], r[1], r[2], r[3], r[4], r[5], r[6], frozenset(json.loads(r[7])), bool(r[8]))
        for r in rows
        if wanted is None or r[0] in wanted
    ]


def live_parts(connection: sa.Connection, snapshot: str | None) -> list[PartRow]:
    """The parts that count now, or counted in an earlier snapshot (its id or an unambiguous beginning of it).

    Raises `UsageError` for an unknown snapshot.
    """
    if snapshot is None:
        counted = {content for _, content in live_paths(connection).values()}
        return [p for p in parts(connection) if p.content_id in counted]
    return parts(connection, find_snapshot(connection, snapshot)[1])


def find_snapshot(connection: sa.Connection, snapshot: str) -> tuple[str, list[int]]:
    """The full id and the part numbers of a snapshot given by its id or an unambiguous beginning of it.

    Raises `UsageError` for an unknown one.
    """
    found = connection.execute(
        sa.select(t.snapshots.c.snapshot, t.snapshots.c.parts)
        .where(t.snapshots.c.snapshot.startswith(snapshot, autoescape=True))
        .limit(2)
    ).all()
    if len(found) == 1 and (len(snapshot) >= 8):
        return str(found[0][0]), json.loads(found[0][1])
    if snapshot == snapshot_id([]):
        return snapshot, []
    raise UsageError(
        "unknown-snapshot",
        Text(f"没有快照 {snapshot}", f"there is no snapshot {snapshot}"),
        Text("加载报告和每条疑点都写有快照编号", "load reports and findings name their snapshots"),
    )


def snapshot_id(live: Iterable[Content], judged: Sequence[Statement] = ()) -> str:
    """SHA-256 (64 hex) over the sorted (file SHA-256, loader id, loader version) and the judgements in force.

    Independent of the order and the folder in which files were loaded, and of the order of the judgements.
    """
    lines = sorted({"\t".join(content.identity) for content in live})
    return hashlib.sha256("\n".join([*lines, head(judged)]).encode()).hexdigest()


def state(connection: sa.Connection) -> tuple[str, list[int]]:
    """The current snapshot id and the numbers of its parts."""
    counted = {content for _, content in live_paths(connection).values()}
    known = contents(connection)
    numbers = [p.part_no for p in parts(connection) if p.content_id in counted]
    return snapshot_id((known[i] for i in counted), statements(connection)), numbers


def current_id(connection: sa.Connection) -> str:
    """The current snapshot id alone."""
    known = contents(connection)
    counted = {content for _, content in live_paths(connection).values()}
    return snapshot_id((known[i] for i in counted), statements(connection))


def remember_snapshot(connection: sa.Connection, run: str, at: str) -> str:
    """Write the current state into `snapshots` (once per id) and return its id."""
    snapshot, numbers = state(connection)
    if connection.execute(sa.select(t.snapshots.c.run).where(t.snapshots.c.snapshot == snapshot)).first() is None:
        connection.execute(
            sa.insert(t.snapshots).values(snapshot=snapshot, run=run, created=at, parts=json.dumps(sorted(numbers)))
        )
        if judged := statements(connection):
            connection.execute(sa.insert(t.judged).values(snapshot=snapshot, judgements=head(judged)))
    return snapshot


def next_id(connection: sa.Connection, column: sa.Column[int]) -> int:
    """One more than the largest number in use; call it under the workspace lock."""
    largest = connection.execute(sa.select(sa.func.max(column))).scalar()
    return int(largest or 0) + 1


def add_run(
    connection: sa.Connection, run: str, verb: str, started: str, finished: str, report: Mapping[str, object]
) -> str:
    """Write the run's row and the snapshot after it; returns the snapshot id. Paths of the run count from here on."""
    connection.execute(
        sa.insert(t.runs).values(
            run=run,
            seq=next_id(connection, t.runs.c.seq),
            verb=verb,
            started=started,
            finished=finished,
            snapshot="",
            report="",
        )
    )
    snapshot = remember_snapshot(connection, run, finished)
    text = json.dumps({**report, "snapshot": snapshot}, ensure_ascii=False, sort_keys=True)
    connection.execute(sa.update(t.runs).where(t.runs.c.run == run).values(snapshot=snapshot, report=text))
    return snapshot
