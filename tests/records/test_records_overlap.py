"""Rows held by other files, against counting by hand."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from graphkit.records.overlap import File, Overlap, duplicate_rows, overlap

KEYS = st.sets(st.integers(0, 8), max_size=5)
CONTENTS = st.lists(KEYS, max_size=3)
CON = duckdb.connect()


def part(folder: Path, number: int, keys: set[int], content: int | None = None, rows: list[int] | None = None) -> File:
    path = folder / f"{number}.parquet"
    lines = rows if rows is not None else list(range(2, len(keys) + 2))
    src = [number << 32 | line for line in lines]
    pq.write_table(
        pa.table({"_src": pa.array(src, pa.int64()), "_key": pa.array([f"k{k}" for k in sorted(keys)], pa.string())}),
        path,
    )
    return File(number, number if content is None else content, 0, path)


@settings(max_examples=60, deadline=None)
@given(st.lists(KEYS, min_size=1, max_size=4), CONTENTS, CONTENTS)
def test_against_sets(new: list[set[int]], live: list[set[int]], other: list[set[int]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder, numbers = Path(name), iter(range(1, 20))
        files = [[part(folder, next(numbers), keys) for keys in group] for group in (new, live, other)]
        found = overlap(CON, *files)
    live_keys, other_keys = set().union(*live), set().union(*other)
    for index, (file, keys) in enumerate(zip(files[0], new, strict=True)):
        earlier = set().union(*new[:index])
        elsewhere = set().union(*new[:index], *new[index + 1 :])
        held = {line for line, key in enumerate(sorted(keys), start=2) if key in live_keys | earlier}
        assert set(found.held.get(file.part_no, np.array([], np.int64)).tolist()) == held
        assert (file.part_no in found.parts) == bool(keys & (live_keys | other_keys | elsewhere))


def test_one_file_alone_overlaps_nothing(tmp_path: Path) -> None:
    one, two = part(tmp_path, 1, {1}, content=7), part(tmp_path, 2, {2}, content=7)
    assert overlap(CON, [one, two], [], []) == Overlap({}, frozenset())


def test_nothing_stays_on_the_connection(tmp_path: Path) -> None:
    con = duckdb.connect()
    overlap(con, [part(tmp_path, 1, {1}), part(tmp_path, 2, {1})], [], [])
    assert con.execute("SELECT count(*) FROM duckdb_tables()").fetchall() == [(0,)]
    con.close()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 2), st.booleans()), min_size=1, max_size=12))
def test_a_source_row_is_a_duplicate_when_all_its_typed_rows_are(typed: list[tuple[int, int, bool]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        files, held = [], {}
        for number in (1, 2):
            mine = [(row, dup) for row, of, dup in typed if of == number]
            files.append(part(Path(name), number, set(range(len(mine))), rows=[row for row, _ in mine]))
            if marked := [row for row, dup in mine if dup]:
                held[number] = np.array(marked, np.int64)
        found = duplicate_rows(files, held, accepted=99)
    open_rows = {row for row, _, dup in typed if not dup}
    all_rows = {row for row, _, _ in typed}
    assert found == (99 if not open_rows else len(all_rows - open_rows))
    assert sum(Counter(row for row, _, _ in typed).values()) == len(typed)


def test_never_more_duplicates_than_rows_that_were_accepted(tmp_path: Path) -> None:
    files = [part(tmp_path, 1, {1, 2, 3})]
    assert duplicate_rows(files, {1: np.array([2, 3], np.int64)}, accepted=1) == 1
    assert duplicate_rows(files, {}, accepted=3) == 0
    assert duplicate_rows([], {9: np.array([2], np.int64)}, accepted=3) == 0
