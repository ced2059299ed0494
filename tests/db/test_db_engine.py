"""The ledger database: made once, opened cheaply, refused when it is not ours; nothing half-written."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from graphkit.db import SCHEMA, open_database, tables
from graphkit.db.engine import storage_guard
from graphkit.errors import Busy, LimitReached, UsageError
from tests.repeats import repeats


def put(path: Path, key: str, value: str) -> None:
    with sqlite3.connect(path / "ledger.db") as connection:
        connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))
    connection.close()


def test_a_new_workspace_gets_every_table_and_says_its_version(tmp_path: Path) -> None:
    db = open_database(tmp_path / "new")
    with db.read() as connection:
        known = dict(connection.execute(sa.select(tables.meta.c.key, tables.meta.c.value)).all())
        names = set(sa.inspect(connection).get_table_names())
    db.close()
    assert known["schema"] == str(SCHEMA)
    assert names == set(tables.METADATA.tables)


def test_settings_that_make_a_commit_durable(tmp_path: Path) -> None:
    db = open_database(tmp_path)
    with db.read() as connection:
        found = [
            connection.exec_driver_sql(f"PRAGMA {p}").scalar()
            for p in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]
    db.close()
    assert found == ["wal", 2, 1, 30_000]


def test_nothing_but_the_database_is_left_in_the_folder(tmp_path: Path) -> None:
    open_database(tmp_path).close()
    assert {p.name for p in tmp_path.iterdir()} <= {"ledger.db", "ledger.db-wal", "ledger.db-shm"}


def test_what_was_written_is_there_after_reopening(tmp_path: Path) -> None:
    db = open_database(tmp_path)
    with db.write() as connection:
        connection.execute(sa.insert(tables.meta).values(key="k", value="v"))
    db.close()
    again = open_database(tmp_path)
    with again.read() as connection:
        assert connection.execute(sa.select(tables.meta.c.value).where(tables.meta.c.key == "k")).scalar() == "v"
    again.close()


def test_an_exception_inside_a_transaction_leaves_nothing(tmp_path: Path) -> None:
    db = open_database(tmp_path)
    with pytest.raises(KeyError), db.write() as connection:
        connection.execute(sa.insert(tables.meta).values(key="k", value="v"))
        raise KeyError
    with db.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).where(tables.meta.c.key == "k")).scalar() == 0
    db.close()


def test_a_reader_sees_one_state_while_somebody_writes(tmp_path: Path) -> None:
    db = open_database(tmp_path)
    count = sa.select(sa.func.count()).select_from(tables.meta)
    with db.read() as reader:
        before = reader.execute(count).scalar()
        with db.write() as writer:
            writer.execute(sa.insert(tables.meta).values(key="k", value="v"))
        assert reader.execute(count).scalar() == before
    db.close()


def test_two_writers_wait_for_each_other(tmp_path: Path) -> None:
    db = open_database(tmp_path)

    def bump(_: int) -> None:
        with db.write() as connection:
            found = connection.execute(sa.select(tables.meta.c.value).where(tables.meta.c.key == "n")).scalar()
            connection.execute(sa.delete(tables.meta).where(tables.meta.c.key == "n"))
            connection.execute(sa.insert(tables.meta).values(key="n", value=str(int(found or 0) + 1)))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(bump, range(40)))
    with db.read() as connection:
        assert connection.execute(sa.select(tables.meta.c.value).where(tables.meta.c.key == "n")).scalar() == "40"
    db.close()


@pytest.mark.parametrize(
    ("version", "code", "command"),
    [
        (SCHEMA + 1, "ledger-newer", "pip install --upgrade"),
        (0, "ledger-older", "pip install graphkit-woan==7.7"),
    ],
)
def test_another_version_is_refused_with_the_command(tmp_path: Path, version: int, code: str, command: str) -> None:
    open_database(tmp_path).close()
    put(tmp_path, "schema", str(version))
    put(tmp_path, "release", "7.7")
    with pytest.raises(UsageError) as caught:
        open_database(tmp_path)
    assert caught.value.code == code
    assert command in caught.value.fix.zh
    assert command in caught.value.fix.en
    assert "7.7" in caught.value.message.zh


@pytest.mark.parametrize("content", [b"not a database at all, just some text that is long enough" * 40, b""])
def test_a_file_that_is_no_ledger_is_refused_and_kept(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "ledger.db").write_bytes(content)
    with pytest.raises(UsageError) as caught:
        open_database(tmp_path)
    assert caught.value.code == "ledger-foreign"
    assert caught.value.where.file == str(tmp_path / "ledger.db")


def test_a_foreign_sqlite_database_is_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "ledger.db") as connection:
        connection.execute("CREATE TABLE people (name TEXT)")
    connection.close()
    with pytest.raises(UsageError, match="ledger-foreign"):
        open_database(tmp_path)


def test_an_unknown_address_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="ledger-url"):
        open_database(tmp_path, "mysql://host/db")


def test_opening_is_cheap(tmp_path: Path) -> None:
    program = (
        "import sys, time, pathlib; t = time.perf_counter()\n"
        "from graphkit.db import open_database\n"
        "open_database(pathlib.Path(sys.argv[1])).close(); own = time.perf_counter() - t\n"
        "print([m for m in ('pandas', 'duckdb', 'pyarrow', 'deltalake') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.exhaustive
def test_many_first_starts_make_one_database(tmp_path: Path) -> None:
    number = repeats(4, 20)
    program = (
        "import sys, pathlib; from graphkit.db import open_database, tables; import sqlalchemy as sa\n"
        "db = open_database(pathlib.Path(sys.argv[1]))\n"
        "with db.write() as c: c.execute(sa.insert(tables.meta).values(key='p' + sys.argv[2], value='1'))"
    )
    starts = [subprocess.Popen([sys.executable, "-c", program, str(tmp_path / "ws"), str(i)]) for i in range(number)]
    assert [p.wait(60) for p in starts] == [0] * number
    with sqlite3.connect(tmp_path / "ws" / "ledger.db") as connection:
        assert connection.execute("SELECT count(*) FROM meta WHERE key LIKE 'p%'").fetchone() == (number,)
    connection.close()
    assert not list((tmp_path / "ws").glob(".ledger-*"))


def test_a_full_disk_is_a_clear_error_and_leaves_no_database() -> None:
    program = (
        "import pathlib, resource, sys; from graphkit.db import open_database; from graphkit.errors import LimitReached\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))\n"
        "try: open_database(pathlib.Path(sys.argv[1]))\n"
        "except LimitReached as e: print(e.code, bool(e.fix.zh), e.exit_code)"
    )
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([sys.executable, "-c", program, folder], capture_output=True, text=True, check=True)
        assert done.stdout.split() == ["disk-full", "True", "5"]
        assert os.listdir(folder) == []
        open_database(Path(folder)).close()  # works again once there is room


@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [
        ("database or disk is full", LimitReached, "disk-full"),
        ("disk I/O error", LimitReached, "disk-full"),
        ("attempt to write a readonly database", LimitReached, "not-writable"),
        ("unable to open database file", LimitReached, "not-writable"),
        ("database is locked", Busy, "ledger-locked"),
    ],
)
def test_what_the_database_says_becomes_a_sentence(text: str, kind: type[Exception], code: str) -> None:
    with pytest.raises(kind, match=code), storage_guard(Path("x")):
        raise sa.exc.OperationalError("INSERT", None, sqlite3.OperationalError(text))


@pytest.mark.parametrize("number", [28, 27, 30, 13])
def test_what_the_system_says_becomes_a_sentence(number: int) -> None:
    with pytest.raises(LimitReached), storage_guard(Path("x")):
        raise OSError(number, "no")


def test_other_errors_pass_through() -> None:
    with pytest.raises(FileNotFoundError), storage_guard(Path("x")):
        raise FileNotFoundError(2, "gone")
    with pytest.raises(sa.exc.OperationalError), storage_guard(Path("x")):
        raise sa.exc.OperationalError("SELECT", None, sqlite3.OperationalError("no such table: x"))
