"""Reading back: typed views for every template, and the way from a row to its file."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from record_files import deaths, sheet, write

from graphkit.db import Database
from graphkit.errors import InputRefused, UsageError
from graphkit.records import Records
from graphkit.records.columns import kinds, schema, sql_types
from graphkit.types import Source


@pytest.fixture
def files(workspace: Path, db: Database, inbox: Path) -> Records:
    """Two real CSV files, read by the shipped loaders."""
    with (inbox / "persons.csv").open("w", encoding="gb18030", newline="") as handle:
        out = csv.writer(handle)
        out.writerow(["身份证号", "姓名", "性别", "死亡日期", "备注"])
        out.writerow(["990101197403120174", "周建明", "男", "2024-02-29", "多的列"])
        out.writerow(["990101197608050261", "林秀兰", "女", "", ""])
    (inbox / "sub").mkdir()
    (inbox / "sub" / "prices.csv").write_text("item,source,price\nA1,bid,12.50\n", "utf-8")
    records = Records(workspace, db)
    report = records.load([inbox])
    assert [f.status for f in report.files] == ["loaded", "loaded"], [f.message.zh for f in report.files]
    return records


@pytest.fixture
def con(files: Records) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = files.connect()
    yield connection
    connection.close()


def rows(con: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return con.execute(query).fetchall()


def test_every_template_has_a_view_with_every_column_typed(con: duckdb.DuckDBPyConnection) -> None:
    for template, columns in kinds().items():
        described = {name: kind for name, kind, *_ in rows(con, f"DESCRIBE rec_{template}")}
        assert set(columns) <= set(described)
        assert {k: described[k] for k in sql_types(template)} == dict(sql_types(template))
        assert {
            "_src": "BIGINT",
            "_key": "VARCHAR",
            "_notes": "VARCHAR",
            "_extra": "VARCHAR",
        }.items() <= described.items()


def test_money_stands_in_fen_and_dates_are_dates(con: duckdb.DuckDBPyConnection) -> None:
    assert rows(con, "SELECT item, price FROM rec_prices") == [("A1", 1250)]
    assert rows(con, "SELECT name, sex, sex_text, death_date FROM rec_persons ORDER BY _src") == [
        ("周建明", "M", "男", date(2024, 2, 29)),
        ("林秀兰", "F", "女", None),
    ]


def test_a_row_leads_back_to_its_file_line_and_bytes(
    files: Records, con: duckdb.DuckDBPyConnection, inbox: Path
) -> None:
    src = rows(con, "SELECT _src FROM rec_persons WHERE name = '林秀兰'")[0][0]
    data = (inbox / "persons.csv").read_bytes()
    line = data.splitlines()[2]
    assert files.sources([src]) == {
        src: Source("persons.csv", hashlib.sha256(data).hexdigest(), None, 3, hashlib.sha256(line).hexdigest())
    }
    found = files.sources([src])[src]
    assert files.row_bytes(found.sha256, found.sheet, found.row) == line
    assert files.raw_row(src) == files.raw_cells(found.sha256, found.sheet, found.row)
    assert files.raw_row(src)["姓名"] == "林秀兰"


def test_names_are_paths_below_the_loaded_folder(files: Records, con: duckdb.DuckDBPyConnection) -> None:
    src = rows(con, "SELECT _src FROM rec_prices")[0][0]
    assert files.sources([src])[src].file == "sub/prices.csv"
    assert files.files()[src >> 32] == "sub/prices.csv"


def test_unknown_columns_are_kept_and_reported_once(
    files: Records, con: duckdb.DuckDBPyConnection, inbox: Path
) -> None:
    first, second = (row[0] for row in rows(con, "SELECT _src FROM rec_persons ORDER BY _src"))
    assert "多的列" in files.extras([first, second])[first]
    assert files.extras([1, 2]) == {}
    (inbox / "persons.csv").rename(inbox / "人员信息.csv")
    assert "多的列" not in files.load([inbox]).files[-1].message.zh


def test_unknown_references_are_left_out_or_refused(files: Records) -> None:
    assert files.sources([0, 1 << 40]) == {}
    with pytest.raises(UsageError, match="unknown-row"):
        files.raw_row(1 << 40)
    with pytest.raises(UsageError, match="not-loaded"):
        files.raw_cells("0" * 64, None, 2)


def test_a_row_that_the_file_does_not_have_is_refused(files: Records, inbox: Path) -> None:
    sha256 = hashlib.sha256((inbox / "persons.csv").read_bytes()).hexdigest()
    with pytest.raises(InputRefused):
        files.raw_cells(sha256, None, 99)


def test_columns_name_what_has_a_value(files: Records) -> None:
    assert files.columns() == {
        "persons": frozenset({"id_no", "name", "sex", "sex_text", "death_date"}),
        "prices": frozenset({"item", "source", "source_text", "price"}) & files.columns()["prices"],
    }
    assert set(files.live()) == {"persons", "prices"}


def test_columns_of_several_files_are_put_together(records: Records, inbox: Path) -> None:
    write(inbox / "a.json", sheet({"transactions": [{"row": 2, "tx": "1", "ts": "2024-01-02T03:04:05"}]}))
    write(inbox / "b.json", sheet({"transactions": [{"row": 2, "tx": "2", "amount": 5, "purpose": None}]}))
    records.load([inbox])
    con = records.connect()
    found = rows(con, "SELECT tx, ts, amount, purpose FROM rec_transactions ORDER BY tx")
    con.close()
    assert found == [("1", datetime(2024, 1, 2, 3, 4, 5), None, None), ("2", None, 5, None)]
    assert records.columns() == {"transactions": frozenset({"tx", "ts", "amount"})}


def test_row_references_are_unique_over_files(records: Records, inbox: Path) -> None:
    for number in range(3):
        deaths(inbox / f"{number}.json", [number, number + 10])
    records.load([inbox])
    con = records.connect()
    sources = records.sources(row[0] for row in rows(con, "SELECT _src FROM rec_deaths"))
    con.close()
    assert sorted((s.file, s.row) for s in sources.values()) == [
        (f"{n}.json", line) for n in range(3) for line in (2, 3)
    ]


def test_the_name_shown_is_one_the_bytes_have_now(records: Records, inbox: Path) -> None:
    path = deaths(inbox / "b.json", [1])
    deaths(inbox / "c.json", [1])
    records.load([inbox])
    con = records.connect()
    src = rows(con, "SELECT _src FROM rec_deaths")[0][0]
    con.close()
    assert records.sources([src])[src].file == "b.json"
    deaths(path, [2])
    records.load([inbox])
    assert records.sources([src])[src].file == "c.json"


def test_part_list_names_file_sheet_and_template(files: Records, con: duckdb.DuckDBPyConnection) -> None:
    found = rows(con, "SELECT template, sheet, length(sha256) FROM rec_parts ORDER BY template")
    assert found == [("persons", None, 64), ("prices", None, 64)]


def test_declared_schemas_have_no_doubles() -> None:
    for template in kinds():
        names = schema(template).names
        assert len(names) == len(set(names))
        assert {"_src", "_key", "_row_sha256"} <= set(names)
