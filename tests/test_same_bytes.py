"""Same content, same bytes: whatever the hash seed, the time zone, the folder and the order of the files; and nothing twice."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from graphkit.workspace import Workspace
from tests.prepared import AS_OF, ROOT, Sample
from tests.repeats import repeats

TINY = ROOT / "sample_graphs" / "tiny" / "files"
Json = dict[str, Any]

DRIVER = """
import json, sys
from datetime import date
import graphkit
place, pack, *paths = sys.argv[1:]
with graphkit.open(place, lang="zh") as ws:
    load = ws.load(*paths)
    scan = ws.scan(as_of=date(2024, 12, 31))
    leads = ws.leads(top=0)
    answer = {
        "snapshot": load["snapshot"], "nodes": load["nodes"], "edges": load["edges"], "scan": scan, "findings": ws.findings(top=0), "subjects": ws.subjects(top=0),
        "leads": leads, "lead": ws.lead("L-0001"), "expand": ws.expand([leads[0]["subjects"][1]["id"]]), "communities": ws.communities(), "brokers": ws.brokers(),
        "neighbors": ws.neighbors(leads[0]["subjects"][1]["id"]), "pack": ws.pack("L-0001", pack),
    }
sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=False).encode())
"""


def timeless(answer: Json) -> Json:
    """The answers without what the clock writes into the ledger, the run's name, and where the pack was put."""
    out: Json = json.loads(json.dumps(answer))
    for key in ("run",):
        del out["scan"][key]
    for row in out["scan"]["detectors"]:
        del row["seconds"]
    for lead in [*out["leads"], out["lead"]]:
        del lead["first_seen"], lead["changed"]
    for step in out["lead"]["history"]:
        for key in ("at", "seq", "hash", "prev_hash"):
            del step[key]
    del out["pack"]["path"]
    return out


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[bytes, str]]:
    """The tiny nest through processes that differ in everything that must not matter: answers, and the pack's SHA-256."""
    base = tmp_path_factory.mktemp("bytes")
    key = base / "key"
    key.write_text("0" * 64, "ascii")
    names = sorted(p.name for p in TINY.iterdir())
    cases: Sequence[tuple[str, str, str, Sequence[str]]] = (
        ("0", "UTC", "a", names),
        ("4242", "America/New_York", "b/某个 folder", names[::-1]),
        ("1", "Asia/Shanghai", "c", names[5:] + names[:5]),
    )
    found = []
    for number, (seed, zone, folder, order) in enumerate(cases[: repeats(2, 3)]):
        files = base / folder / "收到的文件"
        files.mkdir(parents=True)
        for name in order:
            shutil.copyfile(TINY / name, files / name)
        paths = [str(files / name) for name in order] if number else [str(files)]
        environ = {
            **os.environ,
            "PYTHONHASHSEED": seed,
            "TZ": zone,
            "GRAPHKIT_KEY_FILE": str(key),
            "GRAPHKIT_USER": "tester",
            "PYTHONPATH": str(ROOT),
        }
        pack = base / folder / f"{number}.zip"
        done = subprocess.run(
            [sys.executable, "-c", DRIVER, str(base / folder / "ws"), str(pack), *paths],
            env=environ,
            cwd=base / folder,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
        answer = json.dumps(timeless(json.loads(done.stdout)), ensure_ascii=False).encode()
        found.append((answer, hashlib.sha256(pack.read_bytes()).hexdigest()))
    return found


@pytest.mark.exhaustive
def test_answers_are_the_same_bytes(runs: list[tuple[bytes, str]]) -> None:
    first, *others = [json.loads(answer) for answer, _ in runs]
    for other in others:
        for part in first:
            assert json.dumps(other[part], ensure_ascii=False) == json.dumps(first[part], ensure_ascii=False), part
    assert len({answer for answer, _ in runs}) == 1, "even the order of keys is the same"
    assert first["leads"] and first["findings"]


@pytest.mark.exhaustive
def test_packs_are_the_same_bytes(runs: list[tuple[bytes, str]]) -> None:
    assert len({digest for _, digest in runs}) == 1
    assert json.loads(runs[0][0])["pack"]["sha256"] == runs[0][1]


def test_loading_twice_changes_nothing(sample: Callable[[str], Sample], tmp_path: Path) -> None:
    first = sample("tiny").report("load")
    with Workspace(sample("tiny").copy(tmp_path / "ws", scanned=False), lang="zh") as ws:
        copy = shutil.copytree(TINY, tmp_path / "elsewhere")
        again, copied = ws.load(TINY), ws.load(copy)
    for later in (again, copied):
        assert {f["status"] for f in later["files"]} == {"unchanged"}
        assert all(f["rows_read"] == f["duplicate"] and f["loaded"] == 0 for f in later["files"])
        assert {k: later[k] for k in ("snapshot", "nodes", "edges")} == {
            k: first[k] for k in ("snapshot", "nodes", "edges")
        }


def test_the_snapshot_is_of_the_content_only(
    sample: Callable[[str], Sample], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = sample("tiny").report("load")
    files = sorted(TINY.iterdir(), reverse=True)
    monkeypatch.delenv("GRAPHKIT_KEY_FILE")
    with Workspace(tmp_path / "two") as other:
        for file in files:
            other.records.load([file])
        report = other.load(TINY)
        assert report["snapshot"] == first["snapshot"], "neither order nor key matters"
        assert report["nodes"] == first["nodes"] and report["edges"] == first["edges"]


def test_a_rescan_doubles_nothing_and_closed_stays_closed(sample: Callable[[str], Sample], tmp_path: Path) -> None:
    first = sample("tiny").report("scan")
    with Workspace(sample("tiny").copy(tmp_path / "ws"), lang="zh") as ws:
        before = ws.leads(top=0)
        assert first["leads"]["new"] == len(before) > 0
        second = ws.scan(as_of=AS_OF)
        assert second["leads"] == {"new": 0, "updated": 0, "unchanged": len(before)}
        assert ws.leads(top=0) == before
        number = before[0]["lead_no"]
        ws.decide(number, "dispose", how="close", reason="核实无误")
        closed = ws.lead(number)["status"]
        assert closed not in ("new", "registered", "assigned")
        third = ws.scan(as_of=AS_OF)
        assert third["leads"] == second["leads"]
        assert ws.lead(number)["status"] == closed
        assert [lead["lead_no"] for lead in ws.leads(top=0)] == [lead["lead_no"] for lead in before]
        findings, leads = ws.findings(top=0), ws.leads(top=0)
        alone = ws.scan(detectors=["K02"], as_of=AS_OF)
        assert [d["id"] for d in alone["detectors"]] == ["K02"]
        assert alone["leads"]["new"] == 0
        assert ws.findings(top=0) == findings, "findings of the detectors that did not run stay"
        assert [(x["lead_no"], x["findings"], x["status"]) for x in ws.leads(top=0)] == [
            (x["lead_no"], x["findings"], x["status"]) for x in leads
        ]
        assert ws.audit_verify()["ok"]


def test_new_evidence_updates_the_lead_it_belongs_to(tmp_path: Path) -> None:
    golden = ROOT / "tests" / "detectors" / "golden" / "K02" / "hit"
    with Workspace(tmp_path / "ws", lang="zh") as ws:
        ws.records.load([*golden.glob("*.csv")])
        ws.scan(as_of=AS_OF)
        (before,) = ws.leads(top=0)
        more = tmp_path / "more"
        more.mkdir()
        row = (golden / "contracts.csv").read_text("utf-8").splitlines()
        header = row[0].split(",")
        cells = dict(zip(header, row[1].split(","), strict=True)) | {"contract_no": "虚构增补-1", "amount": "300000"}
        (more / "contracts.csv").write_text("\n".join([row[0], ",".join(cells[c] for c in header)]) + "\n", "utf-8")
        ws.load(more)
        report = ws.scan(as_of=AS_OF)
        (after,) = ws.leads(top=0)
    assert report["leads"] == {"new": 0, "updated": 1, "unchanged": 0}
    assert after["lead_no"] == before["lead_no"]
    assert float(after["amount_cny"]) == float(before["amount_cny"]) + 300000
