"""What lies in the workspace folder: originals, Parquet parts, Delta logs; complete under their names or not there."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable
from record_files import deaths, table

from graphkit.db import Database
from graphkit.errors import InputRefused, UsageError
from graphkit.records import Records, delta, originals
from graphkit.records.columns import arrow_types, schema
from graphkit.records.commit import sweep
from graphkit.records.staging import Part, row_keys, write_part
from graphkit.shipped import shipped

ROWS = [
    {"row": 2, "tx": "1", "ts": "2024-01-02T03:04:05", "amount": 100, "purpose": None, "_extra": '{"x":"1"}'},
    {"row": 5, "tx": "2", "ts": None, "amount": None, "purpose": None},
]


def staged(folder: Path, name: str = "p.parquet", number: int = 3) -> Part:
    rows = table("transactions", ROWS)
    con = duckdb.connect()
    key = row_keys(con, "transactions", [rows])[0]
    con.close()
    return write_part(folder, name, number, 0, "表", "transactions", rows, key)


# — parts —


def test_a_part_holds_its_rows_with_reference_and_key(tmp_path: Path) -> None:
    part = staged(tmp_path / "transactions")
    stored = pq.read_table(part.path).to_pylist()
    assert [row["_src"] for row in stored] == [3 << 32 | 2, 3 << 32 | 5]
    assert [(row["tx"], row["amount"]) for row in stored] == [("1", 100), ("2", None)]
    assert len({row["_key"] for row in stored}) == 2
    assert part.rows == 2
    assert (part.size, part.sha256) == (part.path.stat().st_size, hashlib.sha256(part.path.read_bytes()).hexdigest())


def test_columns_without_any_value_are_left_out(tmp_path: Path) -> None:
    part = staged(tmp_path)
    assert set(part.columns) == {"tx", "ts", "amount", "_extra"}
    assert set(pq.read_schema(part.path).names) == {*part.columns, "_src", "_key", "_row_sha256"}


def test_types_are_those_of_the_template_whatever_intake_gave(tmp_path: Path) -> None:
    rows = table("transactions", ROWS)
    narrow = rows.set_column(rows.column_names.index("amount"), "amount", pa.array([1, None], pa.int16()))
    con = duckdb.connect()
    part = write_part(
        tmp_path, "n.parquet", 1, 0, None, "transactions", narrow, row_keys(con, "transactions", [narrow])[0]
    )
    con.close()
    found = pq.read_schema(part.path)
    assert {name: found.field(name).type for name in ("amount", "ts", "tx")} == {
        name: arrow_types("transactions")[name] for name in ("amount", "ts", "tx")
    }


def test_nothing_but_the_part_is_left(tmp_path: Path) -> None:
    staged(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["p.parquet"]


def test_a_part_that_cannot_be_written_leaves_no_trace(tmp_path: Path) -> None:
    rows = table("transactions", ROWS)
    wrong = rows.set_column(rows.column_names.index("amount"), "amount", pa.array(["a", "b"]))
    with pytest.raises(pa.ArrowInvalid):
        write_part(tmp_path, "w.parquet", 1, 0, None, "transactions", wrong, pa.chunked_array([["k", "l"]]))
    assert list(tmp_path.iterdir()) == []


# — Delta —


def test_the_first_commit_makes_the_table_and_the_next_adds_to_it(tmp_path: Path) -> None:
    folder = tmp_path / "transactions"
    delta.commit(folder, "transactions", [staged(folder, "a.parquet", 1)], "run-1")
    delta.commit(folder, "transactions", [staged(folder, "b.parquet", 2), staged(folder, "c.parquet", 3)], "run-2")
    found = DeltaTable(folder)
    assert {Path(uri).name for uri in found.file_uris()} == {"a.parquet", "b.parquet", "c.parquet"}
    assert [(e["version"], e["run"]) for e in found.history()] == [(1, "run-2"), (0, "run-1")]
    assert {f.name for f in found.schema().fields} == set(schema("transactions").names)


def test_other_readers_see_the_rows_with_empty_columns_filled(tmp_path: Path) -> None:
    folder = tmp_path / "transactions"
    delta.commit(folder, "transactions", [staged(folder)], "run-1")
    con = duckdb.connect()
    files = DeltaTable(folder).file_uris()
    assert con.execute("SELECT sum(amount), count(*) FROM read_parquet(?)", [files]).fetchall() == [(100, 2)]
    con.close()


def test_withdrawing_takes_out_only_what_is_named_and_was_added(tmp_path: Path) -> None:
    folder = tmp_path / "transactions"
    delta.withdraw(folder, "transactions", ["a.parquet"])
    assert not folder.exists(), "nothing to do without a table"
    delta.commit(folder, "transactions", [staged(folder, "a.parquet", 1), staged(folder, "b.parquet", 2)], "run-1")
    delta.withdraw(folder, "transactions", ["a.parquet", "never-added.parquet"])
    found = DeltaTable(folder)
    assert [Path(uri).name for uri in found.file_uris()] == ["b.parquet"]
    before = found.version()
    delta.withdraw(folder, "transactions", ["a.parquet"])
    assert DeltaTable(folder).version() == before


def test_sweeping_leaves_what_a_finished_load_wrote(
    records: Records, db: Database, inbox: Path, workspace: Path
) -> None:
    deaths(inbox / "a.json", [1])
    records.load([inbox])
    folder = workspace / "records" / "deaths"
    kept = set(folder.glob("*.parquet"))
    orphan = staged(folder, "orphan.parquet").path
    half = folder / ".half.parquet.tmp"
    half.write_bytes(b"PAR1")
    copy = workspace / "originals" / ".abc.1.tmp"
    copy.write_bytes(b"half")
    sweep(workspace, db)
    assert set(folder.glob("*.parquet")) == kept
    assert not orphan.exists()
    assert not half.exists()
    assert not copy.exists()
    assert len(list((workspace / "originals").iterdir())) == 1


# — originals —


def test_keeping_is_byte_for_byte_and_once(tmp_path: Path) -> None:
    source = tmp_path / "f.bin"
    source.write_bytes(os.urandom(3_000_000))
    sha256, size = originals.hash_file(source)
    assert (sha256, size) == (hashlib.sha256(source.read_bytes()).hexdigest(), 3_000_000)
    originals.keep(tmp_path, source, "f.bin", sha256)
    kept = originals.original(tmp_path, sha256)
    stamp = kept.stat().st_mtime_ns
    originals.keep(tmp_path, source, "f.bin", sha256)
    assert kept.read_bytes() == source.read_bytes()
    assert kept.stat().st_mtime_ns == stamp
    assert stat.S_IMODE(kept.stat().st_mode) == 0o444


def test_bytes_that_are_not_those_that_were_hashed_are_not_kept(tmp_path: Path) -> None:
    source = tmp_path / "f.bin"
    source.write_bytes(b"now")
    with pytest.raises(InputRefused, match="file-changed") as caught:
        originals.keep(tmp_path, source, "f.bin", hashlib.sha256(b"before").hexdigest())
    assert caught.value.where.file == "f.bin"
    assert list((tmp_path / "originals").iterdir()) == []


def test_an_original_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no-original"):
        originals.original(tmp_path, "0" * 64)


# — the whole way with the shipped loaders —


def test_the_shipped_sample_loads_whole_and_leads_back_to_every_line(workspace: Path, db: Database) -> None:
    records = Records(workspace, db)
    report = records.load([shipped("sample_graphs") / "tiny" / "files"])
    assert {f.status for f in report.files} == {"loaded"}
    con = records.connect()
    for entry in report.files:
        template = entry.path.removesuffix(".csv")
        srcs = [row[0] for row in con.execute(f"SELECT _src FROM rec_{template}").fetchall()]
        assert len(srcs) == entry.loaded
        for source in records.sources(srcs).values():
            data = records.row_bytes(source.sha256, source.sheet, source.row)
            assert hashlib.sha256(data).hexdigest() == source.row_sha256
    con.close()
