"""A workspace of the release before opens: upgraded once, with a backup, whoever opens it first, however often it fails."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from graphkit.db import SCHEMA, open_database, tables, upgrade
from graphkit.db.upgrade import backup_path
from graphkit.errors import LimitReached, UsageError
from graphkit.ledger import Ledger


def old_workspace(folder: Path) -> Path:
    """A database as version 1 had it, with an audit record."""
    db = open_database(folder)
    Ledger(db).audit("read", {"verb": "leads"})
    db.close()
    place = folder / "ledger.db"
    with sqlite3.connect(place) as connection:
        connection.execute("DROP TABLE judged")
        connection.execute("UPDATE meta SET value = '1' WHERE key = 'schema'")
    connection.close()
    return place


def dump(place: Path) -> list[str]:
    with sqlite3.connect(place) as connection:
        found = list(connection.iterdump())
    connection.close()
    return found


def test_an_older_workspace_is_upgraded_once_with_a_backup(tmp_path: Path) -> None:
    place = old_workspace(tmp_path)
    before = dump(place)
    db = open_database(tmp_path)
    with db.read() as connection:
        known = dict(connection.execute(sa.select(tables.meta.c.key, tables.meta.c.value)).all())
        assert set(sa.inspect(connection).get_table_names()) == set(tables.METADATA.tables)
    assert known["schema"] == str(SCHEMA)
    assert Ledger(db).verify_chain()["ok"]
    assert len(Ledger(db).audit_rows()) == 1
    db.close()
    copy = backup_path(place, 1)
    assert dump(copy) == before
    stamp = copy.stat().st_mtime_ns
    open_database(tmp_path).close()
    assert copy.stat().st_mtime_ns == stamp
    assert not list(tmp_path.glob(".ledger*"))


def test_the_backup_is_what_the_older_release_can_open(tmp_path: Path) -> None:
    place = old_workspace(tmp_path)
    open_database(tmp_path).close()
    with sqlite3.connect(backup_path(place, 1)) as connection:
        assert connection.execute("SELECT value FROM meta WHERE key = 'schema'").fetchall() == [("1",)]
    connection.close()


def test_many_that_open_at_once_upgrade_once(tmp_path: Path) -> None:
    place = old_workspace(tmp_path)
    before = dump(place)
    with ThreadPoolExecutor(6) as pool:
        for db in pool.map(lambda _: open_database(tmp_path), range(6)):
            db.close()
    assert dump(backup_path(place, 1)) == before


def test_a_backup_that_cannot_be_made_leaves_everything_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = old_workspace(tmp_path)
    before = dump(place)
    monkeypatch.setattr(upgrade, "backup_path", lambda place, version: place.with_name("no-such-folder") / "copy")
    with pytest.raises(LimitReached, match="not-writable"):
        open_database(tmp_path)
    assert dump(place) == before
    monkeypatch.undo()
    open_database(tmp_path).close()
    assert dump(backup_path(place, 1)) == before


def test_a_version_before_the_first_is_refused(tmp_path: Path) -> None:
    place = old_workspace(tmp_path)
    with sqlite3.connect(place) as connection:
        connection.execute("UPDATE meta SET value = '0' WHERE key = 'schema'")
    connection.close()
    with pytest.raises(UsageError, match="ledger-older"):
        open_database(tmp_path)
    assert not backup_path(place, 0).exists()
