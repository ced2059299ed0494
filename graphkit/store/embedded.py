"""The embedded store: a kglite file per snapshot, made from the facts and thrown away at will.

`graph/<snapshot>.kgl` appears complete or not at all; `graph/current` names the one to read and is swapped by rename.
Only `publish` writes. Facts of the engine behind the choices here: QUERIES 2.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import kglite

from graphkit.errors import StoreUnreachable, Text, UsageError
from graphkit.store.cage import run_caged
from graphkit.store.contract import ROW_CAP, Files, QueryAnswer
from graphkit.store.engine_errors import translate
from graphkit.store.gate import check_read_only
from graphkit.store.reading import CypherReading
from graphkit.store.values import Raw, answer

DISABLED_PASSES = [p for p in kglite.cypher_pass_names() if p.startswith("fuse_") and "aggregate" in p]
"""These fusions answer OPTIONAL MATCH … count(*) and self-loop counts wrongly (QUERIES 2)."""

WORK_UNITS = 50_000_000
KEPT_FILES = 3

_SNAPSHOT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


class EmbeddedStore(CypherReading):
    """A graph file in `<workspace>/graph`; `snapshot` pins an earlier one that is still there."""

    kind: Literal["embedded", "neo4j"] = "embedded"

    def __init__(self, workspace: Path, snapshot: str | None = None) -> None:
        self._folder = workspace / "graph"
        self._pinned = snapshot
        self._open: tuple[str, Any] | None = None
        kglite.set_query_warning_policy("silent")

    def publish(self, facts: Path, snapshot: str, files: Files | None = None) -> dict[str, dict[str, int]]:
        """See `GraphStore.publish`."""
        from graphkit.store.embedded_publish import build
        from graphkit.store.tables import compare_counts, read_tables

        path = self._file(snapshot)
        tables = read_tables(facts, files)
        self._folder.mkdir(parents=True, exist_ok=True)
        with _private_temp(self._folder):
            graph = build(tables)
            compare_counts(tables.counts(), _counts(graph))
            graph.save(str(path))
        if self._pinned is None:  # an earlier state that somebody looks at never becomes the current one
            _swap(self._folder / "current", snapshot)
        graph.read_only(True)
        self._open = (snapshot, graph)
        self._prune(path)
        return tables.counts()

    def is_published(self, snapshot: str) -> bool:
        """See `GraphStore.is_published`."""
        return snapshot == (self._pinned or self._current()) and self._file(snapshot).exists()

    def counts(self) -> dict[str, dict[str, int]]:
        """See `GraphStore.counts`."""
        return _counts(self._graph())

    def query(
        self,
        cypher: str,
        params: Mapping[str, Any] | None = None,
        limit: int = 50,
        timeout: float = 30.0,
        *,
        library: bool = False,
    ) -> QueryAnswer:
        """See `GraphStore.query`. Text that is not from the library runs in a cage of its own."""
        cap = min(limit or ROW_CAP, ROW_CAP)
        started = time.perf_counter()
        if library:
            raw = self._run(cypher, dict(params or {}), cap + 1, timeout)
        else:
            check_read_only(cypher)
            self._graph()
            raw = run_caged(
                self._file(self._snapshot()), cypher, dict(params or {}), cap + 1, timeout, WORK_UNITS, DISABLED_PASSES
            )
        return answer(raw, cap, time.perf_counter() - started, "embedded")

    def close(self) -> None:
        """See `GraphStore.close`."""
        self._open = None

    def _rows(self, cypher: str, params: Mapping[str, Any]) -> list[list[Any]]:
        return self._run(cypher, dict(params), None, 120.0).rows

    def _run(self, cypher: str, params: dict[str, Any], row_limit: int | None, timeout: float) -> Raw:
        try:
            view = self._graph().cypher(
                cypher,
                params=params,
                timeout_ms=max(1, int(timeout * 1000)),
                max_work_units=WORK_UNITS,
                row_limit=row_limit,
                disabled_passes=DISABLED_PASSES,
                hide_structural_keys=True,
            )
        except kglite.KgError as error:
            raise translate(type(error).__name__, str(error), timeout) from None
        return Raw(list(view.columns), [list(row.values()) for row in view.to_list()])

    def _file(self, snapshot: str) -> Path:
        if not _SNAPSHOT.fullmatch(snapshot):
            raise UsageError("snapshot-name", Text(f"快照编号无效：{snapshot!r}", f"not a snapshot id: {snapshot!r}"))
        return self._folder / f"{snapshot}.kgl"

    def _current(self) -> str | None:
        try:
            return (self._folder / "current").read_text("utf-8").strip()
        except FileNotFoundError:
            return None

    def _snapshot(self) -> str:
        snapshot = self._pinned or self._current()
        if snapshot is None or not self._file(snapshot).exists():
            raise StoreUnreachable(
                "store-empty",
                Text(f"图库中没有可读的快照{f' {snapshot}' if snapshot else ''}", f"the graph store has no snapshot{f' {snapshot}' if snapshot else ''} to read"),
                Text("先运行 graphkit load，或 graphkit load --rebuild", "run graphkit load first, or graphkit load --rebuild"),
            )  # fmt: skip
        return snapshot

    def _graph(self) -> Any:
        snapshot = self._snapshot()
        if self._open is None or self._open[0] != snapshot:
            try:
                with _private_temp(self._folder):
                    graph = kglite.load(str(self._file(snapshot)))
            except kglite.KgError as error:
                raise StoreUnreachable(
                    "store-damaged",
                    Text(
                        f"图文件 {snapshot}.kgl 无法打开：{error}",
                        f"the graph file {snapshot}.kgl does not open: {error}",
                    ),
                    Text(
                        "运行 graphkit load --rebuild 由记录重建",
                        "run graphkit load --rebuild: it is made again from the records",
                    ),
                ) from None
            graph.read_only(True)
            self._open = (snapshot, graph)
        return self._open[1]

    def _prune(self, newest: Path) -> None:
        files = sorted(self._folder.glob("*.kgl"), key=lambda p: p.stat().st_mtime, reverse=True)
        for old in [p for p in files if p != newest][KEPT_FILES - 1 :]:
            old.unlink(missing_ok=True)


def _counts(graph: Any) -> dict[str, dict[str, int]]:
    def rows(cypher: str) -> dict[str, int]:
        found = graph.cypher(cypher, disabled_passes=DISABLED_PASSES).to_list()
        return {row["k"]: row["n"] for row in found}

    nodes = {
        label: graph.cypher(f"MATCH (n:`{label}`) RETURN count(n) AS n", disabled_passes=DISABLED_PASSES).to_list()[0][
            "n"
        ]
        for label in graph.node_types
    }
    edges = rows("MATCH ()-[r]->() RETURN type(r) AS k, count(r) AS n")
    return {"nodes": {k: n for k, n in nodes.items() if n}, "edges": edges}


@contextmanager
def _private_temp(folder: Path) -> Iterator[None]:
    """The engine spills clear text into TMPDIR: a 0700 folder of this process; those of dead processes are swept."""
    spill = folder / "spill"
    spill.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in spill.iterdir():
        if left.name.isdigit() and not Path(f"/proc/{left.name}").exists():
            for file in left.iterdir():
                file.unlink(missing_ok=True)
            left.rmdir()
    own = spill / str(os.getpid())
    own.mkdir(mode=0o700, exist_ok=True)
    before = os.environ.get("TMPDIR")
    os.environ["TMPDIR"] = str(own)
    try:
        yield
    finally:
        if before is None:
            del os.environ["TMPDIR"]
        else:
            os.environ["TMPDIR"] = before


def _swap(pointer: Path, text: str) -> None:
    """Write `pointer` so that a reader sees the old text or the new one."""
    staged = pointer.with_name(f"{pointer.name}.{os.getpid()}")
    with staged.open("w", encoding="utf-8") as out:
        out.write(text + "\n")
        out.flush()
        os.fsync(out.fileno())
    staged.replace(pointer)
    folder = os.open(pointer.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
