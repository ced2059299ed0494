"""A full disk, a folder that cannot be written, a workspace that is taken: clear sentences, nothing half-written."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from record_files import deaths
from test_records_snapshots import dump, opened

from graphkit.errors import Busy
from graphkit.records import Records
from graphkit.records.lock import workspace_lock
from tests.repeats import repeats

HERE = str(Path(__file__).parent)
START = f"""
import sys, pathlib, os
sys.path.insert(0, {HERE!r})
import record_files
from graphkit.db import open_database
from graphkit.errors import GraphkitError
from graphkit.records import Records
root = pathlib.Path(sys.argv[1])
"""
LOAD = """
try:
    records = Records(root / "ws", open_database(root / "ws"), read=record_files.read)
    records.load([root / "in"])
    print("loaded")
except GraphkitError as error:
    print(error.code, error.exit_code, bool(error.message.zh and error.fix.zh))
"""
NOW = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)


def run(program: str, *arguments: object) -> str:
    done = subprocess.run(
        [sys.executable, "-c", START + program, *map(str, arguments)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def anywhere() -> Iterator[Path]:
    """A folder that another user can reach, too."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.parametrize("limit", [2_000, 9_000, 60_000])
def test_a_full_disk_leaves_nothing_and_the_next_load_works(tmp_path: Path, limit: int) -> None:
    rng = random.Random(1)
    with opened(tmp_path / "ws") as records:
        deaths(tmp_path / "first" / "x.json", [1])
        records.load([tmp_path / "first"])
        before = (records.snapshot_id(), dump(records))
    deaths(tmp_path / "in" / "a.json", [rng.getrandbits(64) for _ in range(3_000)])
    limited = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))\n{LOAD}"
    assert run(limited, tmp_path) == "disk-full 5 True"
    with opened(tmp_path / "ws") as records:
        assert (records.snapshot_id(), dump(records)) == before
        assert len(list((tmp_path / "ws" / "records" / "deaths").glob("*.parquet"))) == 1
        assert not list((tmp_path / "ws").rglob("*.tmp"))
        records.load([tmp_path / "in"])
        assert len(dump(records)) == 3_001


def test_a_workspace_that_cannot_be_written_is_a_clear_error(anywhere: Path, tmp_path: Path) -> None:
    deaths(anywhere / "in" / "a.json", [1])
    with opened(anywhere / "ws"):
        pass
    for path in anywhere.rglob("*"):
        path.chmod(0o555 if path.is_dir() else 0o444)
    warm_up = LOAD.replace('root / "ws"', "pathlib.Path(sys.argv[2])")  # imports what another user may not read
    drop = "os.setuid(65534) if os.getuid() == 0 else None\n"
    assert run(warm_up + drop + LOAD, anywhere, tmp_path / "warm") == "loaded\nnot-writable 5 True"
    for path in anywhere.rglob("*"):
        path.chmod(0o755)


@pytest.mark.exhaustive
def test_many_starts_at_once_one_runs(tmp_path: Path) -> None:
    number = repeats(4, 20)
    with opened(tmp_path / "ws"):
        pass
    hold = START + (
        "from graphkit.records.lock import workspace_lock; from datetime import datetime\n"
        "try:\n"
        "    with workspace_lock(root / 'ws', 'scan', datetime.now):\n"
        "        print('mine', flush=True); sys.stdin.read()\n"
        "except GraphkitError as error: print(error.code, error.exit_code, flush=True)"
    )
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    starts = [subprocess.Popen([sys.executable, "-c", hold, str(tmp_path)], **pipes) for _ in range(number)]  # type: ignore[call-overload]
    said = sorted(start.stdout.readline().strip() for start in starts)
    for start in starts:
        start.communicate("")
    assert said == ["busy 75"] * (number - 1) + ["mine"]


def test_a_killed_holder_frees_the_workspace(tmp_path: Path) -> None:
    with opened(tmp_path / "ws") as records:
        hold = START + (
            "from graphkit.records.lock import workspace_lock; from datetime import datetime\n"
            "with workspace_lock(root / 'ws', 'load', datetime.now): print('mine', flush=True); sys.stdin.read()"
        )
        child = subprocess.Popen(
            [sys.executable, "-c", hold, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert child.stdout is not None
        child.stdout.readline()
        with pytest.raises(Busy) as caught, records.lock("scan"):
            pass
        assert caught.value.details["pid"] == child.pid
        assert caught.value.details["verb"] == "load"
        assert str(child.pid) in caught.value.message.zh
        child.kill()
        child.communicate()
        with records.lock("scan"):
            pass


def test_busy_names_who_since_when(tmp_path: Path) -> None:
    said: list[Busy] = []

    def other() -> None:
        try:
            with workspace_lock(tmp_path, "load", lambda: NOW):
                pass
        except Busy as error:
            said.append(error)

    with workspace_lock(tmp_path, "scan", lambda: NOW):
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    (error,) = said
    assert error.exit_code == 75
    assert error.details == {"pid": os.getpid(), "verb": "scan", "since": "2024-01-02T03:04:05+00:00"}
    assert "scan" in error.message.en
    assert "2024-01-02T03:04:05" in error.message.en


def test_the_same_thread_may_enter_again_and_leaving_frees_it(records: Records, inbox: Path) -> None:
    deaths(inbox / "a.json", [1])
    with records.lock("scan"):
        with records.lock("load"):
            records.load([inbox])
        with pytest.raises(KeyError), records.lock("load"):
            raise KeyError
    with records.lock("load"):
        assert (records.root / ".lock").read_text("utf-8")
    assert (records.root / ".lock").read_text("utf-8") == ""
