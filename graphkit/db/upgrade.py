"""An older release's ledger database becomes one of this release: once, in one transaction, with a backup beside it.

Steps only add (tables); nothing that was recorded is rewritten, so the audit chain stays as it was.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import sqlalchemy as sa

from graphkit.db import tables

OLDEST = 1
"""The oldest version that can be upgraded."""

_NEW: dict[int, tuple[sa.Table, ...]] = {2: (tables.judged,)}
"""Version → the tables that it brought."""


def backup_path(place: Path, version: int) -> Path:
    """Where the database of `version` is kept when it is upgraded: `ledger.db.schema<version>`."""
    return place.with_name(f"{place.name}.schema{version}")


def upgrade(engine: sa.Engine, place: Path | None, target: int, release: str) -> None:
    """Bring the database to version `target`; of several processes one does it, the others find it done.

    `engine` gives write transactions; `place` is the SQLite file (None for a server, whose backups are its
    administrator's: there the step is one transaction that only adds). A crash before the commit changes nothing.
    """
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("LOCK TABLE meta IN ACCESS EXCLUSIVE MODE"))
        query = sa.select(tables.meta.c.value).where(tables.meta.c.key == "schema")
        version = int(connection.execute(query).scalar() or 0)
        if not OLDEST <= version < target:
            return
        if place is not None:
            _back_up(place, backup_path(place, version))
        for step in range(version + 1, target + 1):
            tables.METADATA.create_all(connection, tables=_NEW[step])
        for key, value in (("schema", str(target)), ("release", release)):
            connection.execute(sa.update(tables.meta).where(tables.meta.c.key == key).values(value=value))


def _back_up(place: Path, copy: Path) -> None:
    """A whole copy of the committed state; it appears complete or not at all."""
    draft = copy.with_name(f".{copy.name}-{os.getpid()}.tmp")
    try:
        source = sqlite3.connect(f"file:{quote(str(place))}?mode=ro", uri=True)
        with closing(source), closing(sqlite3.connect(draft)) as target:
            source.backup(target)
        with draft.open("rb") as handle:
            os.fsync(handle.fileno())
        draft.replace(copy)
    finally:
        draft.unlink(missing_ok=True)
