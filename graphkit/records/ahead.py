"""The largest file of a load, read on a second thread while the others are taken in: Arrow and DuckDB use both cores."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from graphkit.intake.reading import FileReading
from graphkit.records import originals
from graphkit.records.staging import row_keys

SMALLEST, LARGEST = 1 << 20, 256 << 20
"""Files of other sizes (bytes) are read in their turn: not worth a thread, or too much to hold beside another one."""

Keys = Mapping[str, list[pa.ChunkedArray]]


@dataclass(frozen=True, slots=True)
class Early:
    """A file that was read before its turn; `reading` is None when its bytes are known from an earlier load."""

    sha256: str
    reading: FileReading | None
    keys: Keys


def begin(
    files: Sequence[tuple[Path, str]], known: Collection[str], read: Callable[[Path, str], FileReading], keep: Callable[[Path, str, str], None]
) -> dict[Path, Future[Early]]:
    """Start reading the largest of several files; empty when none is worth it. `known` are hashes not to read again.

    The result raises what reading in turn would have raised.
    """
    sizes = [(path.stat().st_size, path, name) for path, name in files if path.is_file()]
    size, path, name = max(sizes, default=(0, Path(), ""))
    if len(files) < 2 or not SMALLEST <= size <= LARGEST:
        return {}
    pool = ThreadPoolExecutor(1, thread_name_prefix="graphkit-read")
    future = pool.submit(_early, path, name, known, read, keep)
    pool.shutdown(wait=False)
    return {path: future}


def _early(
    path: Path, name: str, known: Collection[str], read: Callable[[Path, str], FileReading], keep: Callable[[Path, str, str], None]
) -> Early:
    sha256, _ = originals.hash_file(path)
    if sha256 in known:
        return Early(sha256, None, {})
    reading = read(path, name)
    if reading.sha256 != sha256:
        raise originals.changed(name)
    if reading.status != "refused":
        keep(path, name, sha256)
    if reading.status != "ok":
        return Early(sha256, reading, {})
    con = duckdb.connect()
    try:
        return Early(sha256, reading, {template: row_keys(con, template, tables) for template, tables in by_template(reading).items()})
    finally:
        con.close()


def by_template(reading: FileReading) -> dict[str, list[pa.Table]]:
    """Template → the tables of a file with rows of it, in the order of its sheets; templates by name."""
    names = sorted({template for sheet in reading.sheets for template in sheet.tables})
    return {name: [sheet.tables[name] for sheet in reading.sheets if len(sheet.tables.get(name, ()))] for name in names}
