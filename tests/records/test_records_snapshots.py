"""Order, folders and repetition never matter: the same files give the same snapshot, rows and winners."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import record_files
from hypothesis import given, settings
from hypothesis import strategies as st
from record_files import deaths

from graphkit.db import open_database
from graphkit.errors import UsageError
from graphkit.records import Records

FILES = st.lists(st.lists(st.integers(0, 6), max_size=5), min_size=1, max_size=4)


@contextmanager
def opened(folder: Path) -> Iterator[Records]:
    db = open_database(folder)
    try:
        yield Records(folder, db, read=record_files.read)
    finally:
        db.close()


def dump(records: Records) -> list[tuple[object, ...]]:
    """Every live row with its file hash, line and key: what must not depend on the way there."""
    con = records.connect()
    try:
        rows = con.execute(
            """SELECT id_no, _key, sha256, _src & 4294967295 FROM rec_deaths JOIN rec_parts ON part_no = _src >> 32"""
        ).fetchall()
    finally:
        con.close()
    return sorted(rows)


@settings(max_examples=12, deadline=None)
@given(FILES, st.randoms(use_true_random=False))
def test_any_order_folder_and_grouping_give_the_same_state(files: list[list[int]], rng: random.Random) -> None:
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        with opened(Path(one) / "ws") as records:
            for number, rows in enumerate(files):
                deaths(Path(one) / "in" / f"{number}.json", rows)
            records.load([Path(one) / "in"])
            expected = (records.snapshot_id(), dump(records))
        order = list(range(len(files)))
        rng.shuffle(order)
        with opened(Path(two) / "ws") as records:
            for number in order:
                path = deaths(Path(two) / f"box{rng.randrange(3)}" / f"x{number}.json", files[number])
                report = records.load([path])
                for entry in report.files:
                    assert entry.rows_read == entry.loaded + entry.duplicate + entry.quarantined
            assert (records.snapshot_id(), dump(records)) == expected


@settings(max_examples=8, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 2), st.lists(st.integers(0, 4), max_size=3), st.booleans()), min_size=1, max_size=6
    )
)
def test_versions_and_undos_end_where_a_fresh_load_of_the_last_versions_ends(
    steps: list[tuple[int, list[int], bool]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        final: dict[int, list[int]] = {}
        with opened(root / "ws") as records:
            for path, rows, take_back in steps:
                run = records.load([deaths(root / "in" / f"{path}.json", rows)]).run
                if take_back:
                    records.undo(run)
                else:
                    final[path] = rows
            reached = (records.snapshot_id(), dump(records))
        for path, rows in final.items():
            deaths(root / "last" / f"{path}.json", rows)
        with opened(root / "ws2") as records:
            if final:
                records.load([root / "last"])
            assert (records.snapshot_id(), dump(records)) == reached


def test_the_winner_of_equal_rows_is_the_smallest_file_hash(records: Records, inbox: Path) -> None:
    for number in range(4):
        deaths(inbox / f"{number}.json", [7], pad="." * number)
        records.load([inbox / f"{number}.json"])
    found = dump(records)
    con = records.connect()
    smallest = con.execute("SELECT min(sha256) FROM rec_parts").fetchall()[0][0]
    con.close()
    assert [(row[0], row[2]) for row in found] == [("7", smallest)]


def test_an_earlier_snapshot_reads_as_it_was(records: Records, inbox: Path) -> None:
    deaths(inbox / "a.json", [1, 2])
    first = records.load([inbox]).snapshot
    deaths(inbox / "b.json", [2, 3])
    second = records.load([inbox]).snapshot
    assert first != second
    counts = []
    for snapshot in (first, second, None):
        con = records.connect(snapshot)
        counts.append(con.execute("SELECT count(*) FROM rec_deaths").fetchall()[0][0])
        con.close()
    assert counts == [2, 3, 3]
    assert len(records.live(first)["deaths"]) == 1
    assert records.columns(first) == {"deaths": frozenset({"id_no"})}


@pytest.mark.parametrize("snapshot", ["", "abc", "f" * 64, "%" * 10])
def test_an_unknown_snapshot_is_a_usage_error(records: Records, inbox: Path, snapshot: str) -> None:
    deaths(inbox / "a.json", [1])
    records.load([inbox])
    with pytest.raises(UsageError, match="unknown-snapshot"):
        records.live(snapshot)


def test_the_empty_state_has_an_id_too(records: Records) -> None:
    assert records.live(records.snapshot_id()) == {}


def test_a_connection_keeps_its_state_while_others_load(records: Records, inbox: Path) -> None:
    deaths(inbox / "a.json", [1])
    records.load([inbox])
    con = records.connect()
    deaths(inbox / "a.json", [2, 3])
    records.load([inbox])
    assert con.execute("SELECT id_no FROM rec_deaths").fetchall() == [("1",)]
    con.close()
