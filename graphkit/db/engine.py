"""Opening the ledger database: SQLite in the workspace (WAL, synchronous FULL) or PostgreSQL by URL."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from graphkit.db import tables
from graphkit.db.upgrade import OLDEST, upgrade
from graphkit.errors import Busy, GraphkitError, LimitReached, StoreUnreachable, Text, UsageError, Where

SCHEMA = 2
"""Version of the tables; an older one is upgraded once (`graphkit.db.upgrade`), a newer one is refused, never guessed at."""

RELEASE = "0.1.0"
_BUSY_MS = 30_000
_WRITERS_LOCK = 729_401
_FULL = frozenset({errno.ENOSPC, errno.EFBIG, errno.EDQUOT})
_DENIED = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})


class Database:
    """An open ledger database; `read()` and `write()` give a transaction each.

    Writers wait for each other (up to 30 s on SQLite), readers never wait.
    """

    def __init__(self, engine: sa.Engine, place: Path | None) -> None:
        self._engine = engine
        self._writing = engine.execution_options(graphkit_write=True)
        self._place = place

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A transaction that sees one state of the database."""
        with self._engine.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """A transaction that holds the only writer's place and is on disk (fsync) when the block ends.

        Raises `LimitReached` when the disk is full or the place cannot be written; nothing is then changed.
        """
        with storage_guard(self._place), self._writing.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(sa.text(f"SELECT pg_advisory_xact_lock({_WRITERS_LOCK})"))
            yield connection

    def close(self) -> None:
        """Give all connections back."""
        self._engine.dispose()


def open_database(workspace: Path, url: str = "sqlite") -> Database:
    """Open the ledger database of a workspace, creating it on first use.

    `url` is `sqlite` (`<workspace>/ledger.db`) or `postgresql://…`. A database of an older release is upgraded once,
    with a backup beside it. Raises `UsageError` for a newer or too old version's database or an unknown URL, `StoreUnreachable` when the server does not answer, `LimitReached` when the place
    cannot be written.
    """
    if url == "sqlite":
        place = workspace / "ledger.db"
        with storage_guard(workspace):
            workspace.mkdir(parents=True, exist_ok=True)
            if not place.exists():
                _create_sqlite(place)
        engine = _sqlite(place)
    elif url.startswith(("postgresql://", "postgresql+")):
        place, engine = None, _postgresql(url)
    else:
        raise UsageError(
            "ledger-url",
            Text(f"不支持的台账地址 {url}", f"unknown ledger address {url}"),
            Text("ledger.url 可填 sqlite 或 postgresql://…", "ledger.url is sqlite or postgresql://…"),
        )
    try:
        if OLDEST <= _schema(engine, place)[0] < SCHEMA:
            with storage_guard(place):
                upgrade(engine.execution_options(graphkit_write=True), place, SCHEMA, RELEASE)
        _check_schema(engine, place)
    except GraphkitError:
        engine.dispose()
        raise
    return Database(engine, place)


@contextmanager
def storage_guard(place: Path | None) -> Iterator[None]:
    """Turn a full disk or a folder that cannot be written into `LimitReached`, a database held by others into `Busy`."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise _disk_full(place) from error
        if error.errno in _DENIED:
            raise _not_writable(place) from error
        raise
    except (sa.exc.OperationalError, sqlite3.OperationalError) as error:
        text = str(error.orig if isinstance(error, sa.exc.OperationalError) else error).lower()
        if "full" in text or "disk i/o" in text:
            raise _disk_full(place) from error
        if "readonly" in text or "unable to open" in text:
            raise _not_writable(place) from error
        if "locked" in text:
            raise Busy(
                "ledger-locked",
                Text("台账数据库被其他程序占用超过 30 秒", "another program has held the ledger database for 30 s"),
                Text("请稍后重新运行", "run the command again later"),
            ) from error
        raise


def _disk_full(place: Path | None) -> LimitReached:
    return LimitReached(
        "disk-full",
        Text(
            "磁盘空间不足（或达到文件大小限制），本次操作未写入任何内容",
            "no space left on disk (or a file size limit was met); nothing was written",
        ),
        Text("请清理磁盘空间后重新运行同一命令", "free some space and run the same command again"),
        Where(file=str(place) if place else None),
    )


def _not_writable(place: Path | None) -> LimitReached:
    return LimitReached(
        "not-writable",
        Text("工作区不可写，本次操作未写入任何内容", "the workspace cannot be written; nothing was changed"),
        Text(
            "请检查文件夹权限，或用 --workspace 另选文件夹",
            "check the folder's permissions, or choose another with --workspace",
        ),
        Where(file=str(place) if place else None),
    )


def _sqlite(place: Path) -> sa.Engine:
    engine = sa.create_engine(f"sqlite:///{place}", connect_args={"timeout": _BUSY_MS / 1000})

    @sa.event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        for pragma in (f"busy_timeout = {_BUSY_MS}", "journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        write = connection.get_execution_options().get("graphkit_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


def _create_sqlite(place: Path) -> None:
    """Make the database under another name and link it into place, so that twenty first starts make one."""
    draft = place.with_name(f".ledger-{os.getpid()}-{os.urandom(4).hex()}.tmp")
    try:
        engine = _sqlite(draft)
        _create_tables(engine)
        engine.dispose()
        with draft.open("rb") as handle:
            os.fsync(handle.fileno())
        try:
            os.link(draft, place)
        except FileExistsError:
            return  # somebody else was first: theirs is as good
    finally:
        for name in (draft.name, f"{draft.name}-wal", f"{draft.name}-shm", f"{draft.name}-journal"):
            draft.with_name(name).unlink(missing_ok=True)


def _create_tables(engine: sa.Engine) -> None:
    with engine.execution_options(graphkit_write=True).begin() as connection:
        tables.METADATA.create_all(connection)
        connection.execute(
            sa.insert(tables.meta), [{"key": "schema", "value": str(SCHEMA)}, {"key": "release", "value": RELEASE}]
        )


def _postgresql(url: str) -> sa.Engine:
    address = url.replace("postgresql://", "postgresql+psycopg://", 1)
    try:
        engine = sa.create_engine(address, pool_pre_ping=True, connect_args={"connect_timeout": 5})
    except ModuleNotFoundError:
        raise UsageError(
            "ledger-driver",
            Text("连接 PostgreSQL 需要安装 psycopg", "PostgreSQL needs the psycopg driver"),
            Text('请运行 pip install "psycopg[binary]"', 'run pip install "psycopg[binary]"'),
        ) from None
    try:
        if not sa.inspect(engine).get_table_names():
            _create_tables(engine)
    except sa.exc.OperationalError as error:
        raise StoreUnreachable(
            "ledger-unreachable",
            Text("台账数据库没有响应", "the ledger database does not answer"),
            Text("请检查 ledger.url、网络和数据库服务", "check ledger.url, the network and the database server"),
        ) from error
    return engine


def _schema(engine: sa.Engine, place: Path | None) -> tuple[int, str]:
    """Version of the tables and the release that made them."""
    where = Where(file=str(place) if place else None)
    try:
        with engine.connect() as connection:
            known = dict(connection.execute(sa.select(tables.meta.c.key, tables.meta.c.value)).all())
    except sa.exc.DatabaseError as error:
        if isinstance(error, sa.exc.OperationalError) and "no such table" not in str(error.orig):
            with storage_guard(place):
                raise
        raise UsageError(
            "ledger-foreign",
            Text(
                "该文件不是 graphkit 的台账数据库，或已损坏",
                "this file is not a ledger database of graphkit, or is damaged",
            ),
            Text(
                "请用备份恢复，或用 --workspace 另选文件夹",
                "restore it from a backup, or choose another folder with --workspace",
            ),
            where,
        ) from error
    return int(known.get("schema", "0")), known.get("release", "?")


def _check_schema(engine: sa.Engine, place: Path | None) -> None:
    where = Where(file=str(place) if place else None)
    version, release = _schema(engine, place)
    if version > SCHEMA:
        raise UsageError(
            "ledger-newer",
            Text(f"工作区由较新的版本 {release} 建立", f"the workspace was made by the newer release {release}"),
            Text("请运行 pip install --upgrade graphkit-woan", "run pip install --upgrade graphkit-woan"),
            where,
        )
    if version < SCHEMA:
        raise UsageError(
            "ledger-older",
            Text(
                f"工作区由较旧的版本 {release} 建立，本版本不能直接打开",
                f"the workspace was made by the older release {release} and cannot be opened as it is",
            ),
            Text(
                f"请运行 pip install graphkit-woan=={release}，或新建工作区重新 graphkit load",
                f"run pip install graphkit-woan=={release}, or load the files into a new workspace",
            ),
            where,
        )
