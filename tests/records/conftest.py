from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import record_files

from graphkit.db import Database, open_database
from graphkit.records import Records


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return tmp_path / "ws"


@pytest.fixture
def db(workspace: Path) -> Iterator[Database]:
    opened = open_database(workspace)
    yield opened
    opened.close()


@pytest.fixture
def records(workspace: Path, db: Database) -> Records:
    return Records(workspace, db, read=record_files.read)


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "received"
    folder.mkdir()
    return folder
