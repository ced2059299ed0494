from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from ledger_drafts import Clock

from graphkit.db import Database, open_database
from graphkit.ledger import Ledger


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(tmp_path / "ws")
    yield opened
    opened.close()


@pytest.fixture
def ledger(db: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    monkeypatch.setenv("GRAPHKIT_USER", "王调查")
    return Ledger(db, now=clock)
