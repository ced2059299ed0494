"""Publishing scans from several processes and through kills: always one whole scan, never a mix."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from ledger_drafts import draft, finding, people

from graphkit.db import Database, open_database
from graphkit.ledger import Ledger

HERE = str(Path(__file__).parent)
PROGRAM = f"""
import os, sys, pathlib
sys.path.insert(0, {HERE!r})
from ledger_drafts import draft, finding, people
from graphkit.db import open_database
from graphkit.ledger import Ledger, chain, leads, store
left = int(sys.argv[2])
def dying(f):
    def call(*a, **k):
        global left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), 9)
        return f(*a, **k)
    return call
leads.append, chain.append, store.leads.upsert = dying(leads.append), dying(chain.append), dying(leads.upsert)
ledger = Ledger(open_database(pathlib.Path(sys.argv[1])))
drafts = [draft(people(i, i + 1), sys.argv[3]) for i in (1, 11, 21)]
ledger.publish_scan({{"snapshot": sys.argv[3], "as_of": "2024-03-01"}}, [finding(sys.argv[3])], drafts)
print("done")
"""


def run(folder: Path, die_at: int, snapshot: str) -> int:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, str(folder), str(die_at), snapshot], capture_output=True, check=False
    ).returncode


@pytest.mark.parametrize("step", [1, 2, 3, 4, 5])
def test_a_killed_scan_shows_the_one_before_and_the_next_goes_through(tmp_path: Path, step: int) -> None:
    assert run(tmp_path, 0, "s1") == 0
    db = open_database(tmp_path)
    ledger = Ledger(db)
    before = (ledger.last_scan(), ledger.findings(), ledger.leads(), ledger.verify_chain())
    assert run(tmp_path, step, "s2") == -signal.SIGKILL
    assert (ledger.last_scan(), ledger.findings(), ledger.leads(), ledger.verify_chain()) == before
    assert run(tmp_path, 0, "s2") == 0
    last = ledger.last_scan()
    assert last is not None
    assert (last["snapshot"], last["leads"]) == ("s2", {"new": 0, "updated": 3, "unchanged": 0})
    assert [f["id"] for f in ledger.findings()] == ["s2"]
    assert ledger.verify_chain()["ok"]
    db.close()


def test_decisions_taken_while_a_scan_is_published_are_kept(tmp_path: Path, db: Database) -> None:
    ledger = Ledger(db)
    drafts = [draft(people(i, i + 1)) for i in (1, 11, 21)]
    ledger.publish_scan({"snapshot": "s1", "as_of": "2024-03-01"}, [finding("F-1")], drafts)
    scans = [
        subprocess.Popen([sys.executable, "-c", PROGRAM, str(tmp_path / "ws"), "0", f"s{n}"], stdout=subprocess.DEVNULL)
        for n in (2, 3)
    ]
    for number in range(15):
        ledger.act("L-0001", "comment", text=f"批注 {number}")
    assert [scan.wait(60) for scan in scans] == [0, 0]
    history = ledger.lead("L-0001")["history"]
    assert [h["note"] for h in history if h["action"] == "comment"] == [f"批注 {n}" for n in range(15)]
    assert len(ledger.leads()) == 3
    assert ledger.verify_chain()["ok"]


def test_as_many_findings_as_a_big_scan_has(ledger: Ledger) -> None:
    found = [finding(f"F-{n:05d}", "B01" if n % 2 else "K02", note="文字" * 20) for n in range(5_000)]
    report = ledger.publish_scan({"snapshot": "s", "as_of": "2024-03-01"}, found, [])
    assert report["leads"] == {"new": 0, "updated": 0, "unchanged": 0}
    assert ledger.findings() == found
    assert len(ledger.findings("K02")) == 2_500
    ledger.publish_scan({"snapshot": "s", "as_of": "2024-03-01"}, found[:1], [])
    assert ledger.findings() == found[:1]
