"""Rows that did not load: listed with everything needed to mend them, exported, and marked when they come back."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from record_files import deaths, sheet, write

from graphkit.db import Database
from graphkit.errors import UsageError
from graphkit.records import Records

HEADER = ["id_no", "name", "birth"]
GOOD = [["990101197403120174", "周建明", "1974-03-12"], ["990101197608050261", "林秀兰", ""]]
BAD = ["990101197911200357", "=1+1", "no day"]


@pytest.fixture
def loaded(workspace: Path, db: Database, inbox: Path) -> Records:
    write_csv(inbox / "persons.csv", [*GOOD, BAD])
    records = Records(workspace, db)
    report = records.load([inbox])
    assert [(f.status, f.loaded, f.quarantined) for f in report.files] == [("loaded", 2, 1)]
    return records


def write_csv(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows([HEADER, *rows])


def names(records: Records) -> list[str]:
    con = records.connect()
    try:
        return [row[0] for row in con.execute("SELECT name FROM rec_persons ORDER BY name").fetchall()]
    finally:
        con.close()


def mend(path: Path, header: str, value: str) -> Path:
    """What a person does: open the exported sheet, correct one cell, save."""
    book = load_workbook(path)
    page = book.worksheets[0]
    column = [cell.value for cell in page[1]].index(header) + 1
    page.cell(2, column).value = value
    book.save(path)
    return path


def test_a_row_is_listed_with_place_reason_and_text(loaded: Records) -> None:
    (row,) = loaded.quarantine.list("zh")
    assert set(row) == {
        "id",
        "file",
        "sha256",
        "sheet",
        "row",
        "column",
        "reason",
        "message",
        "raw",
        "loader",
        "retried_as",
    }
    assert (row["file"], row["sheet"], row["row"], row["column"]) == ("persons.csv", None, 4, "birth")
    assert row["raw"].rstrip("\r\n") == ",".join(BAD)
    assert row["retried_as"] is None
    assert row["message"] != loaded.quarantine.list("en")[0]["message"]


def test_show_gives_the_cells(loaded: Records) -> None:
    number = loaded.quarantine.list()[0]["id"]
    shown = loaded.quarantine.show(str(number))
    assert shown["cells"] == dict(zip(HEADER, BAD, strict=True))
    assert shown == loaded.quarantine.show(number)


@pytest.mark.parametrize("number", ["99", "x", "-1", ""])
def test_an_unknown_id_is_a_usage_error(loaded: Records, number: str) -> None:
    with pytest.raises(UsageError, match="unknown-row"):
        loaded.quarantine.show(number)


def test_export_mend_and_feed_back(loaded: Records, tmp_path: Path) -> None:
    number = loaded.quarantine.list()[0]["id"]
    out = tmp_path / "quarantine.xlsx"
    assert loaded.quarantine.export(out, "zh") == 1
    page = load_workbook(out).worksheets[0]
    assert page.title == "persons"
    assert [c.value for c in page[1]] == ["quarantine_id", "quarantine_reason", "quarantine_message", *HEADER]
    assert page.cell(2, 1).value == str(number)
    assert (page.cell(2, 5).value, page.cell(2, 5).data_type) == ("=1+1", "s"), "text, never a formula"
    report = loaded.load([mend(out, "birth", "1979-11-20")])
    assert [(f.status, f.loaded, f.quarantined) for f in report.files] == [("loaded", 1, 0)], report.files[0].message.zh
    assert report.retried == 1
    assert names(loaded) == ["=1+1", "周建明", "林秀兰"]
    (row,) = loaded.quarantine.list()
    assert row["retried_as"] == report.run
    assert loaded.quarantine.export(out) == 0
    assert not list(tmp_path.glob(".*.tmp"))


def test_a_row_that_is_still_wrong_stays_open(loaded: Records, tmp_path: Path) -> None:
    out = tmp_path / "quarantine.xlsx"
    loaded.quarantine.export(out)
    report = loaded.load([mend(out, "birth", "still no day")])
    assert report.retried == 0
    assert [row["retried_as"] for row in loaded.quarantine.list()] == [None, None]


def test_a_corrected_version_of_the_file_marks_its_rows(loaded: Records, inbox: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "persons.csv"
    write_csv(elsewhere, [*GOOD, [*BAD[:2], "1979-11-20"]])
    report = loaded.load([elsewhere])
    assert [(f.loaded, f.duplicate, f.quarantined) for f in report.files] == [(1, 2, 0)]
    assert report.retried == 1
    assert loaded.quarantine.list()[0]["retried_as"] == report.run
    loaded.undo(report.run)
    assert loaded.quarantine.list()[0]["retried_as"] is None


def test_rows_of_a_version_that_no_longer_counts_are_not_listed(loaded: Records, inbox: Path) -> None:
    write_csv(inbox / "persons.csv", GOOD)
    run = loaded.load([inbox]).run
    assert loaded.quarantine.list() == []
    loaded.undo(run)
    assert len(loaded.quarantine.list()) == 1


def test_rows_of_an_undone_load_are_not_listed(records: Records, inbox: Path) -> None:
    deaths(inbox / "a.json", [1], bad=[3])
    deaths(inbox / "b.json", [1], bad=[4], status="needs_decision")
    run = records.load([inbox]).run
    assert len(records.quarantine.list()) == 2
    records.undo(run)
    assert records.quarantine.list() == []


def test_sheets_of_an_export_have_legal_and_different_names(records: Records, inbox: Path, tmp_path: Path) -> None:
    rows: dict[str, Any] = {"deaths": [{"row": 2, "id_no": "1"}]}
    long = "很长的表名" * 8
    write(
        inbox / "a.json",
        sheet(rows, bad=[3], name="x/y:z"),
        sheet(rows, bad=[3], name=long),
        sheet(rows, bad=[3], name=long + "2"),
    )
    records.load([inbox])
    out = tmp_path / "out.xlsx"
    assert records.quarantine.export(out, "en") == 3
    titles = load_workbook(out).sheetnames
    assert len(set(titles)) == 3
    assert all(len(title) <= 31 for title in titles)
    assert [c.value for c in load_workbook(out).worksheets[0][2]][1:3] == ["bad-id", "not a number"]


def test_an_export_of_nothing_is_a_readable_book(records: Records, tmp_path: Path) -> None:
    assert records.quarantine.export(tmp_path / "none.xlsx") == 0
    assert isinstance(load_workbook(tmp_path / "none.xlsx"), Workbook)


def test_ids_are_never_given_twice(records: Records, inbox: Path) -> None:
    deaths(inbox / "a.json", [1], bad=[3, 4])
    run = records.load([inbox]).run
    records.undo(run)
    deaths(inbox / "b.json", [2], bad=[3])
    records.load([inbox / "b.json"])
    assert [row["id"] for row in records.quarantine.list()] == [3]
