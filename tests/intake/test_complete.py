"""Half-copied files wait: by name, by lock, and while somebody has them open for writing."""

from __future__ import annotations

import fcntl
from pathlib import Path

import pytest

from graphkit.intake.complete import unfinished
from graphkit.intake.read import read_path
from tests.intake.conftest import HEADER, ROW


@pytest.fixture
def path(tmp_path: Path) -> Path:
    place = tmp_path / "transactions.csv"
    place.write_text(f"{HEADER}\n{ROW}\n", "utf-8")
    return place


def test_a_file_that_somebody_writes_waits(path: Path) -> None:
    assert unfinished(path) is None and read_path(path, path.name).status == "ok"
    with path.open("a", encoding="utf-8") as writer:
        reading = read_path(path, path.name)
        assert reading.status == "refused" and "写入" in reading.message.zh and "writing" in reading.message.en
        writer.write(f"{ROW[:20]}")
    assert unfinished(path) is None, "closed, it is read as it stands"


def test_a_locked_file_waits(path: Path) -> None:
    with path.open("rb") as holder:
        fcntl.flock(holder, fcntl.LOCK_EX)
        assert read_path(path, path.name).status == "refused"
    assert read_path(path, path.name).status == "ok"


def test_readers_do_not_keep_each_other_out(path: Path) -> None:
    with path.open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_SH)
        assert unfinished(path) is None


@pytest.mark.parametrize("name", ["a.csv.part", "a.crdownload", "A.FILEPART", "a.xlsx.tmp"])
def test_temporary_names_wait(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("x", "utf-8")
    reading = read_path(tmp_path / name, name)
    assert reading.status == "refused" and "传完" in reading.message.zh and reading.sha256
