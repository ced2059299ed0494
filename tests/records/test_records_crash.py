"""Killed at any moment, a load leaves nothing visible, and the next one ends where an undisturbed one would."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import record_files
from deltalake import DeltaTable
from record_files import deaths
from test_records_snapshots import dump, opened

from tests.repeats import repeats

HERE = str(Path(__file__).parent)
PROGRAM = """
import sys, pathlib
sys.path.insert(0, sys.argv[1])
import record_files
from graphkit.db import open_database
from graphkit.records import Records
root = pathlib.Path(sys.argv[2])
db = open_database(root / "ws")
records = Records(root / "ws", db, read=record_files.read)
print("ready", flush=True)
records.load([root / "in"], progress=lambda name: print(name, flush=True))
print("done", flush=True)
"""

# Ends the process at the n-th call of a function that writes, as a power cut would: no cleaning up, no exceptions.
DIE_AT = """
import os
from graphkit.records import commit, delta, load, originals, staging
left = int(sys.argv[3])
def dying(f):
    def call(*a, **k):
        global left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), 9)
        result = f(*a, **k)
        left -= 1
        if left == 0:
            os.kill(os.getpid(), 9)
        return result
    return call
load.write_part, originals.keep = dying(load.write_part), dying(originals.keep)
commit.delta.commit, commit.catalog.add_run = dying(delta.commit), dying(commit.catalog.add_run)
commit.add_rejects = dying(commit.add_rejects)
"""

STEPS = range(1, 23)
"""Before and after each of: three originals kept and parts written, the commit, three quarantined rows, the run."""


def fill(root: Path, seed: int) -> None:
    rng = random.Random(seed)
    for number in range(3):
        deaths(root / "in" / f"{number}.json", [rng.randrange(40) for _ in range(30)], bad=[90])


def undisturbed(root: Path) -> tuple[str, list[tuple[object, ...]]]:
    with opened(root / "reference") as records:
        records.load([root / "in"])
        return records.snapshot_id(), dump(records)


def check_and_finish(root: Path, before: tuple[str, list[tuple[object, ...]]]) -> None:
    expected = undisturbed(root)
    with opened(root / "ws") as records:
        assert (records.snapshot_id(), dump(records)) in (before, expected), "all of a load or nothing of it"
        records.load([root / "in"])
        assert (records.snapshot_id(), dump(records)) == expected
        assert len(records.quarantine.list()) == 3
        live = {p.name for p in records.live()["deaths"]}
    folder = root / "ws" / "records" / "deaths"
    assert {p.name for p in folder.glob("*.parquet")} == live, "what the killed load had written is swept"
    assert {Path(uri).name for uri in DeltaTable(folder).file_uris()} == live
    assert not list(folder.glob(".*.tmp"))
    assert not list((root / "ws" / "originals").glob(".*"))


@pytest.mark.exhaustive
@pytest.mark.parametrize("seed", range(repeats(2, 12)))
def test_kill_at_a_random_moment_then_load_again(tmp_path: Path, seed: int) -> None:
    fill(tmp_path, seed)
    with opened(tmp_path / "ws") as records:
        before = (records.snapshot_id(), dump(records))
    child = subprocess.Popen([sys.executable, "-c", PROGRAM, HERE, str(tmp_path)], stdout=subprocess.PIPE)
    assert child.stdout is not None
    child.stdout.readline()
    deadline = time.monotonic() + random.Random(seed).uniform(0.0, 0.25)
    while time.monotonic() < deadline and child.poll() is None:
        os.sched_yield()
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    check_and_finish(tmp_path, before)


@pytest.mark.exhaustive
@pytest.mark.parametrize("step", STEPS if repeats(0, 1) else [1, 4, 9, 13, 14, 17, 21, 22])
def test_die_at_every_kind_of_step_then_load_again(tmp_path: Path, step: int) -> None:
    fill(tmp_path, step)
    with opened(tmp_path / "ws") as records:
        before = (records.snapshot_id(), dump(records))
    program = PROGRAM.replace("root = pathlib", DIE_AT + "root = pathlib")
    done = subprocess.run(
        [sys.executable, "-c", program, HERE, str(tmp_path), str(step)], capture_output=True, check=False
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    check_and_finish(tmp_path, before)


def test_a_killed_second_load_leaves_the_first_one_as_it_was(tmp_path: Path) -> None:
    fill(tmp_path, 1)
    with opened(tmp_path / "ws") as records:
        records.load([tmp_path / "in"])
        before = (records.snapshot_id(), dump(records))
    fill(tmp_path, 2)
    program = PROGRAM.replace("root = pathlib", DIE_AT + "root = pathlib")
    done = subprocess.run([sys.executable, "-c", program, HERE, str(tmp_path), "14"], capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    with opened(tmp_path / "ws") as records:
        assert (records.snapshot_id(), dump(records)) == before
        records.load([tmp_path / "in"])
        assert (records.snapshot_id(), dump(records)) == undisturbed(tmp_path)


def test_an_exception_in_the_middle_leaves_nothing(tmp_path: Path) -> None:
    fill(tmp_path, 3)

    def failing(name: str) -> None:
        if name == "2.json":
            raise KeyboardInterrupt

    with opened(tmp_path / "ws") as records:
        with pytest.raises(KeyboardInterrupt):
            records.load([tmp_path / "in"], progress=failing)
        assert records.live() == {}
        assert list((tmp_path / "ws" / "records" / "deaths").glob("*.parquet")) == []
        records.load([tmp_path / "in"])
        assert (records.snapshot_id(), dump(records)) == undisturbed(tmp_path)
    assert record_files.read(tmp_path / "in" / "0.json", "0.json").status == "ok"
