"""Which rows of a load stand in other files too: asked once per template, after everything is staged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class File:
    """A Parquet part: of which content, and which sheet of it."""

    part_no: int
    content_id: int
    sheet_no: int
    path: Path


@dataclass(frozen=True, slots=True)
class Overlap:
    """`held`: part number → source rows whose typed row a live or earlier file has (with repetition).

    `parts`: numbers of the parts that share a row with any other part, whether that counts or not.
    """

    held: Mapping[int, Rows]
    parts: frozenset[int]


def overlap(
    con: duckdb.DuckDBPyConnection, new: Sequence[File], live: Sequence[File], other: Sequence[File]
) -> Overlap:
    """Compare the parts of one template: `new` ones in loading order with each other, with `live` and with `other` ones.

    A content's own parts never share a key (equal rows of one file are numbered), so only other files' rows are found.
    """
    if not live and not other and len({file.content_id for file in new}) < 2:
        return Overlap({}, frozenset())
    order = pa.table({"part_no": [f.part_no for f in new], "ord": list(range(len(new)))})
    con.register("overlap_order", order)
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE overlap_new AS SELECT _key, _src, ord
            FROM {_scan(new)} JOIN overlap_order ON part_no = _src >> 32"""  # noqa: S608
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE overlap_first AS SELECT _key, min(ord) AS first FROM overlap_new GROUP BY _key HAVING count(*) > 1"
    )
    marks = [f"_key IN (SELECT _key FROM {_scan(files)})" if files else "false" for files in (live, other)]  # noqa: S608
    found = con.execute(
        f"""SELECT _src, held FROM (
                SELECT _src, {marks[0]} OR coalesce(first < ord, false) AS held, {marks[1]} OR first IS NOT NULL AS shared
                FROM overlap_new LEFT JOIN overlap_first USING (_key)) WHERE held OR shared"""  # noqa: S608
    ).fetchnumpy()
    con.unregister("overlap_order")
    con.execute("DROP TABLE overlap_new; DROP TABLE overlap_first")
    src, held = np.asarray(found["_src"], np.int64), np.asarray(found["held"], bool)
    rows = np.sort(src[held])
    numbers, starts = np.unique(rows >> 32, return_index=True)
    by_part = zip(numbers.tolist(), np.split(rows & 0xFFFFFFFF, starts[1:]), strict=False)
    return Overlap(dict(by_part), frozenset(np.unique(src >> 32).tolist()))


def duplicate_rows(files: Iterable[File], held: Mapping[int, Rows], accepted: int) -> int:
    """How many source rows of a sheet have nothing but typed rows that are held; `files` are all parts of the sheet.

    `accepted` rows were read from it; many records may stand on one line, so lines alone cannot be counted.
    """
    parts = list(files)
    marked = [held[f.part_no] for f in parts if f.part_no in held]
    if not marked:
        return 0
    rows = np.concatenate([pq.read_table(f.path, columns=["_src"]).column(0).to_numpy() & 0xFFFFFFFF for f in parts])
    numbers, total = np.unique(rows, return_counts=True)
    twice, count = np.unique(np.concatenate(marked), return_counts=True)
    whole = int((total[np.searchsorted(numbers, twice)] == count).sum())
    return accepted if whole == len(numbers) else min(whole, accepted)


def _scan(files: Sequence[File]) -> str:
    listed = ", ".join("'" + str(f.path).replace("'", "''") + "'" for f in files)
    return f"read_parquet([{listed}])"
