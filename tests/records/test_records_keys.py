"""Row keys: equal for equal rows whatever the file looks like, different for different rows."""

from __future__ import annotations

import hashlib
import random
from typing import Any

import duckdb
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st
from record_files import table

from graphkit.records.staging import row_keys

CELLS = st.text(alphabet="ab=\x1f!?号", max_size=4) | st.none()
ROWS = st.lists(
    st.fixed_dictionaries({"tx": CELLS, "purpose": CELLS, "amount": st.integers(-5, 5) | st.none()}),
    min_size=1,
    max_size=12,
)


CONNECTION = duckdb.connect()


def keys(template: str, *tables: pa.Table) -> list[list[str]]:
    return [column.to_pylist() for column in row_keys(CONNECTION, template, tables)]


def numbered(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**row, "row": line} for line, row in enumerate(rows, start=2)]


@settings(max_examples=30, deadline=None)
@given(ROWS, st.randoms(use_true_random=False))
def test_keys_do_not_depend_on_rows_around_or_column_order(rows: list[dict[str, Any]], rng: random.Random) -> None:
    there = keys("transactions", table("transactions", numbered(rows)))[0]
    shuffled = list(rows)
    rng.shuffle(shuffled)
    backwards = [dict(reversed(row.items())) for row in shuffled]
    assert sorted(keys("transactions", table("transactions", numbered(backwards)))[0]) == sorted(there)


@settings(max_examples=40, deadline=None)
@given(ROWS)
def test_two_rows_share_a_key_only_if_all_values_are_equal(rows: list[dict[str, Any]]) -> None:
    found = keys("transactions", table("transactions", numbered(rows)))[0]
    assert len(set(found)) == len(found), "occurrences are numbered"
    alone = [keys("transactions", table("transactions", numbered([row])))[0][0] for row in rows]
    for a, row_a in zip(alone, rows, strict=True):
        for b, row_b in zip(alone, rows, strict=True):
            assert (a == b) == (row_a == row_b)


def test_an_absent_column_is_an_empty_one() -> None:
    short = table("transactions", [{"row": 2, "tx": "1"}])
    wide = table("transactions", [{"row": 9, "tx": "1", "purpose": None, "amount": None}])
    assert keys("transactions", short) == keys("transactions", wide)


def test_row_number_hash_notes_and_unknown_columns_do_not_count() -> None:
    plain = table("transactions", [{"row": 2, "tx": "1"}])
    noted = table("transactions", [{"row": 7, "tx": "1", "_notes": '{"tx":"odd"}', "_extra": '{"x":"y"}'}])
    assert keys("transactions", plain) == keys("transactions", noted)


def test_equal_rows_of_one_file_stay_two_and_match_those_of_another() -> None:
    rows = [{"row": 2, "tx": "1"}, {"row": 3, "tx": "1"}, {"row": 4, "tx": "2"}]
    first = keys("transactions", table("transactions", rows))[0]
    assert len(set(first)) == 3
    assert keys("transactions", table("transactions", rows[::-1]))[0][1:] == first[:2]


def test_sheets_of_one_file_are_numbered_on() -> None:
    row = [{"row": 2, "tx": "1"}]
    one, two = keys("transactions", table("transactions", row), table("transactions", row))
    assert one != two
    assert one == keys("transactions", table("transactions", row))[0]


def test_a_code_counts_by_meaning_and_an_unknown_one_by_its_wording() -> None:
    def key(**cells: Any) -> str:
        return keys("persons", table("persons", [{"row": 2, "id_no": "1", **cells}]))[0][0]

    assert key(sex="M", sex_text="男") == key(sex="M", sex_text="M")
    assert key(sex=None, sex_text="甲") != key(sex=None, sex_text="乙")
    assert key(sex=None, sex_text=None) == key()


def test_types_are_canonical() -> None:
    row = {"row": 2, "ts": "2024-02-29T08:05:00", "amount": 100, "balance_after": -1}
    text = "\x1famount=100\x1fbalance_after=-1\x1fts=2024-02-29 08:05:00"
    assert keys("transactions", table("transactions", [row])) == [[hashlib.md5(text.encode()).hexdigest()]]


def test_keys_are_thirty_two_hex_digits_and_empty_tables_have_none() -> None:
    empty = table("transactions", [{"row": 2, "tx": "1"}]).slice(0, 0)
    none, some = keys("transactions", empty, table("transactions", [{"row": 2, "tx": "1"}]))
    assert none == []
    assert len(some[0]) == 32
    assert int(some[0], 16) >= 0
