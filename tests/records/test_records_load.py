"""Loading: the equation of rows, versions of a path, the same bytes twice, what a dry run and an undo leave."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
import record_files
from deltalake import DeltaTable
from record_files import deaths, sheet, write

from graphkit.db import Database
from graphkit.errors import InputRefused, UsageError
from graphkit.intake.reading import FileReading
from graphkit.records import LoadReport, Records

EMPTY = hashlib.sha256(b"").hexdigest()


def people(records: Records, snapshot: str | None = None) -> list[str]:
    con = records.connect(snapshot)
    try:
        return sorted(row[0] for row in con.execute("SELECT id_no FROM rec_deaths").fetchall())
    finally:
        con.close()


def equation(report: LoadReport) -> None:
    for entry in report.as_json("zh")["files"]:
        assert entry["rows_read"] == entry["loaded"] + entry["duplicate"] + entry["quarantined"]
        assert min(entry["loaded"], entry["duplicate"], entry["quarantined"]) >= 0
        assert sum(entry["reasons"].values()) == entry["quarantined"]


def test_a_load_reports_every_file_and_makes_its_rows_visible(records: Records, inbox: Path) -> None:
    deaths(inbox / "a.json", [1, 2, 3], bad=[5, 6])
    report = records.load([inbox])
    equation(report)
    (entry,) = report.as_json("zh")["files"]
    assert entry | {"sha256": ""} == {
        "path": "a.json", "sha256": "", "loader": "toy", "loader_version": "1", "encoding": "utf-8", "sheet": None, "rows_read": 5,
        "loaded": 3, "duplicate": 0, "quarantined": 2, "reasons": {"bad-id": 2}, "status": "loaded", "message": "", "templates": {"deaths": 3},
    }  # fmt: skip
    assert people(records) == ["1", "2", "3"]
    assert report.snapshot == records.snapshot_id()
    assert set(report.as_json("en")) >= {"run", "snapshot", "files"}


def test_the_original_is_kept_read_only_under_its_hash(records: Records, inbox: Path, workspace: Path) -> None:
    path = deaths(inbox / "a.json", [1])
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    records.load([path])
    kept = workspace / "originals" / sha256
    assert kept.read_bytes() == path.read_bytes()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o444


def test_the_same_file_again_changes_nothing(records: Records, inbox: Path, workspace: Path) -> None:
    deaths(inbox / "a.json", [1, 2], bad=[9])
    first = records.load([inbox])
    before = {p: p.stat().st_mtime_ns for p in (workspace / "records").rglob("*")}
    again = records.load([inbox])
    equation(again)
    assert [(f.status, f.rows_read, f.loaded) for f in again.files] == [("unchanged", 3, 0)]
    assert again.snapshot == first.snapshot
    assert {p: p.stat().st_mtime_ns for p in (workspace / "records").rglob("*")} == before
    assert len(records.quarantine.list()) == 1


def test_unchanged_bytes_are_not_read_again(workspace: Path, db: Database, inbox: Path) -> None:
    seen: list[str] = []

    def reader(path: Path, name: str, *, loader: str | None = None, accept: bool = False) -> FileReading:
        seen.append(name)
        return record_files.read(path, name, loader=loader, accept=accept)

    records = Records(workspace, db, read=reader)
    deaths(inbox / "a.json", [1])
    records.load([inbox])
    records.load([inbox])
    (inbox / "a.json").rename(inbox / "b.json")
    records.load([inbox])
    assert seen == ["a.json"]


def test_another_loader_asked_for_reads_again(records: Records, inbox: Path) -> None:
    deaths(inbox / "a.json", [1])
    first = records.load([inbox])
    second = records.load([inbox], loader="other")
    assert [(f.status, f.loader) for f in second.files] == [("loaded", "other")]
    assert second.snapshot != first.snapshot
    assert people(records) == ["1"]


def test_other_bytes_under_the_same_path_replace_the_version_before(records: Records, inbox: Path) -> None:
    deaths(inbox / "a.json", [1, 2])
    first = records.load([inbox])
    deaths(inbox / "a.json", [2, 3])
    second = records.load([inbox])
    assert [(f.status, f.loaded, f.duplicate) for f in second.files] == [("loaded", 2, 0)], (
        "the version before is no duplicate"
    )
    assert people(records) == ["2", "3"]
    assert people(records, first.snapshot) == ["1", "2"], "kept, readable as an earlier snapshot"
    assert people(records, first.snapshot[:12]) == ["1", "2"]


def test_going_back_to_the_bytes_before_gives_the_snapshot_before(
    records: Records, inbox: Path, workspace: Path
) -> None:
    deaths(inbox / "a.json", [1, 2], bad=[7])
    first = records.load([inbox])
    deaths(inbox / "a.json", [3])
    records.load([inbox])
    files = sum(1 for _ in (workspace / "records").rglob("*.parquet"))
    deaths(inbox / "a.json", [1, 2], bad=[7])
    third = records.load([inbox])
    equation(third)
    assert [(f.status, f.loaded) for f in third.files] == [("loaded", 2)]
    assert third.snapshot == first.snapshot
    assert sum(1 for _ in (workspace / "records").rglob("*.parquet")) == files, "nothing is written twice"


def test_the_same_bytes_under_a_second_path_stay_while_a_path_holds_them(records: Records, inbox: Path) -> None:
    deaths(inbox / "a.json", [1, 2])
    first = records.load([inbox])
    deaths(inbox / "b.json", [1, 2])
    copy = records.load([inbox])
    equation(copy)
    assert [(f.path, f.status) for f in copy.files] == [("a.json", "unchanged"), ("b.json", "unchanged")]
    assert copy.snapshot == first.snapshot
    deaths(inbox / "a.json", [9])
    records.load([inbox])
    assert people(records) == ["1", "2", "9"]
    deaths(inbox / "b.json", [8])
    records.load([inbox])
    assert people(records) == ["8", "9"]


def test_two_equal_files_in_one_load(records: Records, inbox: Path) -> None:
    deaths(inbox / "a.json", [1, 2])
    deaths(inbox / "b.json", [1, 2])
    report = records.load([inbox])
    equation(report)
    assert [(f.status, f.loaded, f.duplicate) for f in report.files] == [("loaded", 2, 0), ("unchanged", 0, 2)]
    assert people(records) == ["1", "2"]


def test_rows_of_another_file_are_duplicates(records: Records, inbox: Path) -> None:
    deaths(inbox / "a.json", [1, 2, 3])
    deaths(inbox / "b.json", [2, 3, 4, 4], bad=[30])
    report = records.load([inbox])
    equation(report)
    assert [(f.loaded, f.duplicate) for f in report.files] == [(3, 0), (2, 2)]
    assert people(records) == ["1", "2", "3", "4", "4"], "two true equal rows of one file stay two"


def test_bytes_that_come_back_are_compared_with_what_counts_then(records: Records, inbox: Path) -> None:
    deaths(inbox / "a.json", [1, 2])
    records.load([inbox])
    deaths(inbox / "a.json", [9])
    records.load([inbox])
    deaths(inbox / "b.json", [2, 3])
    assert [f.duplicate for f in records.load([inbox / "b.json"]).files] == [0], "the old version does not count"
    deaths(inbox / "a.json", [1, 2])
    report = records.load([inbox / "a.json"])
    equation(report)
    assert [(f.status, f.loaded, f.duplicate) for f in report.files] == [("loaded", 1, 1)]
    assert people(records) == ["1", "2", "3"]


def test_a_version_that_this_load_replaces_is_nobodys_duplicate(records: Records, inbox: Path) -> None:
    deaths(inbox / "b.json", [1, 2])
    records.load([inbox])
    deaths(inbox / "a.json", [1])
    deaths(inbox / "b.json", [2, 5])
    report = records.load([inbox])
    assert [(f.path, f.loaded, f.duplicate) for f in report.files] == [("a.json", 1, 0), ("b.json", 2, 0)]
    assert people(records) == ["1", "2", "5"]


def test_rows_that_left_and_came_back_elsewhere_stay_one(records: Records, inbox: Path) -> None:
    """The file loaded in between shares no row with anything that counted at the time."""
    deaths(inbox / "a.json", [1])
    first = records.load([inbox / "a.json"])
    records.undo(first.run)
    deaths(inbox / "b.json", [1, 2])
    records.load([inbox / "b.json"])
    records.load([inbox / "a.json"])
    assert people(records) == ["1", "2"]


def test_several_sheets_each_have_their_entry(records: Records, inbox: Path) -> None:
    rows = [{"row": 2, "id_no": "1"}]
    write(inbox / "a.json", sheet({"deaths": rows}, name="一"), sheet({"deaths": rows}, bad=[3], name="二"))
    report = records.load([inbox])
    equation(report)
    assert [(f.sheet, f.loaded, f.quarantined) for f in report.files] == [("一", 1, 0), ("二", 1, 1)]
    again = records.load([inbox])
    equation(again)
    assert [(f.sheet, f.status, f.rows_read) for f in again.files] == [("一", "unchanged", 1), ("二", "unchanged", 2)]


def test_a_record_with_rows_of_several_templates_is_a_duplicate_only_if_all_are(records: Records, inbox: Path) -> None:
    write(inbox / "a.json", sheet({"deaths": [{"row": 1, "id_no": "1"}], "custody": [{"row": 1, "id_no": "1"}]}))
    both = {
        "deaths": [{"row": 1, "id_no": "1"}, {"row": 2, "id_no": "1x"}],
        "custody": [{"row": 1, "id_no": "2"}, {"row": 2, "id_no": "2"}],
    }
    write(inbox / "b.json", sheet(both))
    whole = {
        "deaths": [{"row": 5, "id_no": "1"}, {"row": 6, "id_no": "1y"}],
        "custody": [{"row": 5, "id_no": "1"}, {"row": 6, "id_no": "1"}],
    }
    write(inbox / "c.json", sheet(whole))
    report = records.load([inbox])
    equation(report)
    assert [(f.rows_read, f.duplicate) for f in report.files] == [(1, 0), (2, 0), (2, 1)]


def test_many_records_on_one_line_are_counted_as_records(records: Records, inbox: Path) -> None:
    rows = [{"row": 1, "id_no": str(n)} for n in range(4)]
    write(inbox / "a.json", sheet({"deaths": rows}, rows_read=4))
    write(inbox / "b.json", sheet({"deaths": rows}, rows_read=4), pad="other bytes")
    report = records.load([inbox])
    equation(report)
    assert [(f.loaded, f.duplicate) for f in report.files] == [(4, 0), (0, 4)]
    assert people(records) == ["0", "1", "2", "3"]


def test_a_file_that_waits_for_a_decision_publishes_nothing_until_accepted(records: Records, inbox: Path) -> None:
    deaths(inbox / "a.json", [1, 2], bad=[5], status="needs_decision")
    deaths(inbox / "b.json", [7])
    report = records.load([inbox])
    equation(report)
    assert [(f.path, f.status, f.loaded) for f in report.files] == [
        ("a.json", "needs_decision", 0),
        ("b.json", "loaded", 1),
    ]
    assert people(records) == ["7"]
    assert [q["row"] for q in records.quarantine.list()] == [5], "what is wrong can be looked at"
    accepted = records.load([inbox / "a.json"], accept=[str(inbox / "a.json")])
    equation(accepted)
    assert [(f.status, f.loaded) for f in accepted.files] == [("loaded", 2)]
    assert people(records) == ["1", "2", "7"]
    assert [q["row"] for q in records.quarantine.list()] == [5], "and is not listed twice"


@pytest.mark.parametrize("accept", ["sub/a.json", "{path}"])
def test_accept_takes_a_name_or_a_path(records: Records, inbox: Path, accept: str) -> None:
    path = deaths(inbox / "sub" / "a.json", [1], status="needs_decision")
    report = records.load([inbox], accept=[accept.format(path=path)])
    assert [f.status for f in report.files] == ["loaded"]


def test_a_refused_file_does_not_hold_up_the_others(records: Records, inbox: Path) -> None:
    write(inbox / "a.json", status="refused")
    deaths(inbox / "b.json", [1])
    report = records.load([inbox])
    equation(report)
    assert [(f.status, f.loaded) for f in report.files] == [("refused", 0), ("loaded", 1)]
    assert report.files[0].message.zh
    assert report.as_json("en")["files"][0]["message"] == "decide"


def test_a_refused_new_version_leaves_the_old_one_in_force(records: Records, inbox: Path) -> None:
    deaths(inbox / "a.json", [1])
    before = records.load([inbox]).snapshot
    write(inbox / "a.json", status="refused")
    assert records.load([inbox]).snapshot == before
    assert people(records) == ["1"]


def test_a_file_that_changes_while_it_is_read_is_refused(workspace: Path, db: Database, inbox: Path) -> None:
    def reader(path: Path, name: str, *, loader: str | None = None, accept: bool = False) -> FileReading:
        with path.open("a", encoding="utf-8") as handle:
            handle.write(" ")
        return record_files.read(path, name, loader=loader, accept=accept)

    records = Records(workspace, db, read=reader)
    deaths(inbox / "a.json", [1])
    report = records.load([inbox])
    assert [f.status for f in report.files] == ["refused"]
    assert "变化" in report.files[0].message.zh
    assert records.live() == {}
    assert not list((workspace / "originals").glob("*")) if (workspace / "originals").exists() else True


def test_a_file_that_changes_after_it_was_read_is_refused(workspace: Path, db: Database, inbox: Path) -> None:
    def reader(path: Path, name: str, *, loader: str | None = None, accept: bool = False) -> FileReading:
        reading = record_files.read(path, name, loader=loader, accept=accept)
        path.write_text("{}", "utf-8")
        return reading

    records = Records(workspace, db, read=reader)
    deaths(inbox / "a.json", [1])
    assert [f.status for f in records.load([inbox]).files] == ["refused"]
    assert [p.name for p in (workspace / "originals").iterdir()] == []


def test_a_broken_link_or_an_unreadable_file_is_reported(records: Records, inbox: Path) -> None:
    deaths(inbox / "b.json", [1])
    os.mkfifo(inbox / "pipe.json")
    report = records.load([inbox])
    assert [(f.path, f.status) for f in report.files] == [("b.json", "loaded")]


def test_a_path_that_does_not_exist_stops_before_anything_is_loaded(records: Records, inbox: Path) -> None:
    deaths(inbox / "a.json", [1])
    with pytest.raises(InputRefused):
        records.load([inbox, inbox / "nothing"])
    assert records.live() == {}
    assert records.runs() == []


def test_a_dry_run_says_what_would_happen_and_leaves_nothing(records: Records, inbox: Path, workspace: Path) -> None:
    deaths(inbox / "a.json", [1, 2])
    deaths(inbox / "b.json", [2, 3], bad=[8])
    dry = records.load([inbox], dry_run=True)
    equation(dry)
    assert records.live() == {}
    assert records.runs() == []
    assert records.quarantine.list() == []
    assert not (workspace / "originals").exists()
    real = records.load([inbox])
    assert dry.snapshot == real.snapshot
    assert dry.as_json()["files"] == real.as_json()["files"]


def test_undo_takes_a_load_back_and_brings_the_version_before_back(records: Records, inbox: Path) -> None:
    deaths(inbox / "a.json", [1])
    first = records.load([inbox])
    deaths(inbox / "a.json", [2])
    deaths(inbox / "b.json", [3])
    second = records.load([inbox])
    assert records.undo(second.run) == first.snapshot
    assert people(records) == ["1"]
    assert people(records, second.snapshot) == ["2", "3"]
    redone = records.load([inbox])
    equation(redone)
    assert redone.snapshot == second.snapshot
    assert {f.status for f in redone.files} == {"loaded"}


def test_undoing_the_first_of_two_versions_keeps_the_second(records: Records, inbox: Path) -> None:
    runs = []
    for number in (1, 2, 3):
        deaths(inbox / "a.json", [number])
        runs.append(records.load([inbox]).run)
    records.undo(runs[1])
    assert people(records) == ["3"]
    records.undo(runs[2])
    assert people(records) == ["1"], "the second version was taken back, so the first counts"
    assert records.undo(runs[0]) == EMPTY == records.snapshot_id()


@pytest.mark.parametrize("again", [True, False])
def test_undo_of_an_unknown_or_undone_load_is_a_usage_error(records: Records, inbox: Path, again: bool) -> None:
    deaths(inbox / "a.json", [1])
    run = records.load([inbox]).run
    records.undo(run)
    with pytest.raises(UsageError, match="unknown-run"):
        records.undo(run if again else "nothing")


def test_the_delta_log_names_the_run_and_holds_the_same_rows(records: Records, inbox: Path, workspace: Path) -> None:
    deaths(inbox / "a.json", [1, 2])
    one = records.load([inbox])
    deaths(inbox / "b.json", [3])
    two = records.load([inbox])
    table = DeltaTable(workspace / "records" / "deaths")
    assert [entry["run"] for entry in table.history()] == [two.run, one.run]
    assert {Path(uri).name for uri in table.file_uris()} == {p.name for p in records.live()["deaths"]}
    assert "date" in {field.name for field in table.schema().fields}


def test_the_run_row_keeps_the_report(workspace: Path, db: Database, inbox: Path) -> None:
    clock = datetime(2024, 5, 1, 8, 0, tzinfo=UTC)
    records = Records(workspace, db, read=record_files.read, now=lambda: clock)
    deaths(inbox / "a.json", [1])
    report = records.load([inbox])
    (row,) = records.runs()
    assert row == {"run": report.run, "verb": "load", "started": clock.isoformat(timespec="microseconds"), "finished": clock.isoformat(timespec="microseconds"), "snapshot": report.snapshot, "undone_by": None}  # fmt: skip
    assert report.run.startswith("20240501T080000-")


def test_progress_names_each_file(records: Records, inbox: Path) -> None:
    deaths(inbox / "a.json", [1])
    deaths(inbox / "sub" / "b.json", [2])
    seen: list[str] = []
    records.load([inbox], progress=seen.append)
    assert seen == ["a.json", "sub/b.json"]


def test_an_empty_folder_and_an_empty_file_are_no_errors(records: Records, inbox: Path) -> None:
    report = records.load([inbox])
    assert report.files == ()
    assert report.snapshot == EMPTY
    write(inbox / "a.json")
    write(inbox / "b.json", sheet({"deaths": []}))
    report = records.load([inbox])
    equation(report)
    assert [(f.status, f.rows_read) for f in report.files] == [("loaded", 0), ("loaded", 0)]
    assert json.dumps(report.as_json("zh"), ensure_ascii=False)
    assert people(records) == []
