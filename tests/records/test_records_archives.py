"""A zip is loaded like a folder: its files are known by their place in it, from load to load."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from graphkit.db import open_database
from graphkit.records import Records
from graphkit.records.inbox import UNPACKED
from tests.inputs.case import paid, payments, zipped

HEAD = "合同编号,采购人,供应商,合同金额,签订日期\n"
UNCLEAR = (HEAD + "HT1,虚甲院,虚乙公司,1,5/6/2023\n").encode()


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    db = open_database(tmp_path / "ws")
    yield Records(tmp_path / "ws", db)
    db.close()


def pack(tmp_path: Path, *files: tuple[str, bytes]) -> Path:
    path = tmp_path / "received" / "a.zip"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(zipped(list(files)))
    return path


def states(records: Records, path: Path, **options: object) -> dict[str, str]:
    report = records.load([path], **options)  # type: ignore[arg-type]
    return {file.path: file.status for file in report.files}


def test_a_zip_and_a_folder_of_the_same_files_are_the_same(records: Records, tmp_path: Path) -> None:
    data = payments([paid(1, 1)])
    path = pack(tmp_path, ("x/transactions.csv", data))
    assert states(records, path) == {"a.zip/x/transactions.csv": "loaded"}
    first = records.snapshot_id()
    (tmp_path / "transactions.csv").write_bytes(data)
    assert states(records, tmp_path / "transactions.csv") == {"transactions.csv": "unchanged"}
    assert records.snapshot_id() == first
    assert states(records, path) == {"a.zip/x/transactions.csv": "unchanged"}
    assert not list((tmp_path / "ws").glob(f"{UNPACKED}*"))


def test_a_row_leads_back_into_the_archive(records: Records, tmp_path: Path) -> None:
    states(records, pack(tmp_path, ("transactions.csv", payments([paid(1, 1)]))))
    con = records.connect()
    (src,) = (row[0] for row in con.execute("SELECT _src FROM rec_transactions").fetchall())
    con.close()
    source = records.sources([src])[src]
    assert (source.file, source.row) == ("a.zip/transactions.csv", 2)
    assert records.raw_row(src)["tx"] == "T01-1"


def test_a_new_version_of_the_archive_replaces_the_old_rows(records: Records, tmp_path: Path) -> None:
    path = pack(tmp_path, ("transactions.csv", payments([paid(1, 1), paid(1, 2)])))
    states(records, path)
    pack(tmp_path, ("transactions.csv", payments([paid(1, 1)])))
    assert states(records, path) == {"a.zip/transactions.csv": "loaded"}
    con = records.connect()
    assert con.execute("SELECT count(*) FROM rec_transactions").fetchall() == [(1,)]
    con.close()


@pytest.mark.parametrize(
    "accept", ["a.zip/b/contracts.csv=mdy", "received/a.zip=dmy", "received/a.zip/b/contracts.csv=mdy"]
)
def test_what_waits_inside_is_accepted_by_its_name_or_that_of_the_archive(
    records: Records, tmp_path: Path, accept: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = pack(tmp_path, ("b/contracts.csv", UNCLEAR), ("c/transactions.csv", payments([paid(1, 1)])))
    waits = {"a.zip/b/contracts.csv": "needs_decision", "a.zip/c/transactions.csv": "loaded"}
    assert states(records, path) == waits
    assert records.quarantine.list() and records.quarantine.list()[0]["file"] == "a.zip/b/contracts.csv"
    assert states(records, path, accept=[accept]) == dict(zip(waits, ("loaded", "unchanged"), strict=True))
    con = records.connect()
    (day,) = con.execute("SELECT signed FROM rec_contracts").fetchall()[0]
    con.close()
    assert (day.month, day.day) == ((5, 6) if accept.endswith("mdy") else (6, 5))
    assert [row for row in records.quarantine.list() if row["retried_as"] is None] == []


def test_a_dry_run_leaves_nothing_and_an_empty_archive_is_said(records: Records, tmp_path: Path) -> None:
    path = pack(tmp_path, ("transactions.csv", payments([paid(1, 1)])))
    assert states(records, path, dry_run=True) == {"a.zip/transactions.csv": "loaded"}
    assert states(records, path) == {"a.zip/transactions.csv": "loaded"}
    assert states(records, pack(tmp_path)) == {"a.zip": "refused"}


def test_what_an_interrupted_load_unpacked_is_removed_by_the_next(records: Records, tmp_path: Path) -> None:
    left = tmp_path / "ws" / f"{UNPACKED}x"
    left.mkdir()
    (left / "0").write_bytes(b"secret")
    states(records, pack(tmp_path, ("transactions.csv", payments([paid(1, 1)]))))
    assert not left.exists()


def test_a_zip_cut_in_the_middle_is_called_damaged(records: Records, tmp_path: Path) -> None:
    whole = tmp_path / "whole.zip"
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("deaths.csv", "姓名,死亡日期\n" * 200)
    cut = tmp_path / "cut.zip"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    (report,) = records.load([cut]).files
    assert report.status == "refused"
    assert "损坏" in report.message.zh and "damaged" in report.message.en
