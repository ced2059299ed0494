"""Loading, scanning, deciding and taking back, as one story over the shipped tiny nest: keys of CONTRACT 2, and what stays."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from graphkit.errors import Busy, GraphkitError, UsageError
from graphkit.workspace import Workspace
from tests.conftest import company, person, write_tables
from tests.contract_keys import DETECTOR, FILE, LOAD, SCAN
from tests.prepared import AS_OF, ROOT, Sample

FILES = ROOT / "sample_graphs" / "tiny" / "files"


@pytest.fixture
def nest(sample: Callable[[str], Sample], tmp_path: Path) -> Iterator[Workspace]:
    """A workspace of its own with the tiny nest, not yet scanned."""
    with Workspace(sample("tiny").copy(tmp_path / "nest", scanned=False), lang="zh") as ws:
        yield ws


@pytest.fixture
def scanned(sample: Callable[[str], Sample], tmp_path: Path) -> Iterator[Workspace]:
    """A workspace of its own with the tiny nest, scanned once."""
    with Workspace(sample("tiny").copy(tmp_path / "scanned"), lang="zh") as ws:
        yield ws


def state(ws: Workspace) -> tuple[str, frozenset[str]]:
    """The snapshot and the ids of every edge."""
    import duckdb

    paths = sorted((ws.facts_dir / "edges").glob("*.parquet"))
    return ws.snapshot, frozenset(i for p in paths for (i,) in duckdb.sql(f"SELECT id FROM '{p}'").fetchall())


def more(folder: Path) -> Path:
    """A file with one more couple and a firm of one of them."""
    return write_tables(
        folder,
        {
            "kinship": [
                {"id_no_a": person(71), "name_a": "虚构甲", "id_no_b": person(72), "name_b": "虚构乙", "code": "配偶"}
            ],
            "roles": [
                {
                    "company": "虚构新公司",
                    "holder": "虚构乙",
                    "holder_id": person(72),
                    "kind": "股东",
                    "share_pct": "60",
                }
            ],
        },
    )


def test_a_load_report_accounts_for_every_row(sample: Callable[[str], Sample], nest: Workspace) -> None:
    report = sample("tiny").report("load")
    again = nest.load(FILES)
    assert set(report) >= LOAD and report["files"]
    for row in report["files"]:
        assert set(row) >= FILE
        assert row["rows_read"] == row["loaded"] + row["duplicate"] + row["quarantined"]
        assert row["sha256"] == hashlib.sha256((FILES / row["path"]).read_bytes()).hexdigest()
    assert {row["status"] for row in again["files"]} == {"unchanged"}
    assert (again["snapshot"], again["nodes"], again["edges"]) == (report["snapshot"], report["nodes"], report["edges"])


def test_a_dry_run_changes_nothing(tmp_path: Path) -> None:
    with Workspace(tmp_path / "ws") as ws:
        before = ws.snapshot
        report = ws.load(FILES, dry_run=True)
        assert ws.snapshot == before
        assert sum(row["rows_read"] for row in report["files"]) > 0
        assert ws.resolve(["岚塘县人民医院"])[0]["matches"] == []


def test_a_scan_report_says_what_ran_and_what_could_not(nest: Workspace) -> None:
    report = nest.scan(as_of=AS_OF)
    assert set(report) >= SCAN
    assert (report["snapshot"], report["as_of"]) == (nest.snapshot, AS_OF.isoformat())
    for row in report["detectors"]:
        assert set(row) >= DETECTOR
        assert (row["outcome"] == "not_run") == bool(row["missing"])
        assert (row["outcome"] == "hit") == (row["hits"] > 0)
    assert report["findings"] == sum(row["hits"] for row in report["detectors"]) == len(nest.findings(top=0))
    assert report["leads"] == {"new": len(nest.leads(top=0)), "updated": 0, "unchanged": 0}


def test_the_same_scan_again_changes_no_lead(scanned: Workspace) -> None:
    before = (scanned.findings(top=0), scanned.leads(top=0))
    report = scanned.scan(as_of=AS_OF)
    assert report["leads"] == {"new": 0, "updated": 0, "unchanged": len(before[1])}
    assert (scanned.findings(top=0), scanned.leads(top=0)) == before


@pytest.mark.parametrize("detector", ["K02", "b01"])
def test_one_detector_alone_keeps_what_the_others_found(scanned: Workspace, detector: str) -> None:
    before = scanned.findings(top=0)
    report = scanned.scan(detectors=[detector], as_of=AS_OF)
    assert [row["id"] for row in report["detectors"]] == [detector.upper()]
    assert scanned.findings(top=0) == before
    assert report["leads"]["new"] == 0


def test_a_day_before_everything_finds_nothing(scanned: Workspace) -> None:
    assert scanned.findings(top=0)
    report = scanned.scan(as_of=date(1990, 1, 1))
    assert report["findings"] == 0
    assert scanned.findings(top=0) == []


def test_an_unknown_detector_is_a_usage_error(nest: Workspace) -> None:
    with pytest.raises(UsageError):
        nest.scan(detectors=["Z99"], as_of=AS_OF)


def test_due_scans_nothing_when_nothing_is_due(scanned: Workspace) -> None:
    """Without a schedule in the settings new data are what makes a scan due."""
    last = scanned.ledger.last_scan()
    report = scanned.scan(due=True)
    assert report["due"] is False and report["findings"] == len(scanned.findings(top=0))
    assert scanned.ledger.last_scan() == last
    assert [row["action"] for row in scanned.audit(top=0)].count("scan") == 1


def test_new_data_make_a_scan_due(scanned: Workspace, tmp_path: Path) -> None:
    scanned.load(more(tmp_path / "more"))
    report = scanned.scan(due=True)
    assert "due" not in report and report["snapshot"] == scanned.snapshot


def test_due_scans_when_the_hours_have_passed(sample: Callable[[str], Sample], tmp_path: Path) -> None:
    root = sample("tiny").copy(tmp_path / "ws", scanned=False)
    (root / "graphkit.toml").write_text("[schedule]\nevery_hours = 1\n", "utf-8")
    with Workspace(root) as ws:
        first = ws.scan(due=True)
        assert first["run"] is not None and "due" not in first
        assert ws.scan(due=True)["due"] is False


def test_what_could_not_run_says_why_in_the_language_asked_for(tmp_path: Path) -> None:
    def reasons(ws: Workspace, **asked: Any) -> set[str]:
        return {d["reason"] for d in ws.scan(as_of=AS_OF, **asked)["detectors"]}

    with Workspace(tmp_path / "ws", lang="zh") as zh, Workspace(tmp_path / "ws", lang="en") as en:
        assert all(r.startswith("缺少 ") and "missing" not in r for r in reasons(zh))
        assert all(r.startswith("missing ") and r.isascii() for r in reasons(en, due=True)), "the report of the zh scan"
        assert all(r.startswith("missing ") and r.isascii() for r in reasons(en))
        assert all(r.startswith("缺少 ") for r in reasons(zh, due=True))


def test_before_any_data_every_answer_is_empty(tmp_path: Path) -> None:
    with Workspace(tmp_path / "ws") as ws:
        assert [ws.findings(), ws.subjects(), ws.leads(), ws.quarantine(), ws.communities(), ws.brokers()] == [[]] * 6
        report = ws.scan(as_of=AS_OF)
        assert {row["outcome"] for row in report["detectors"]} == {"not_run"}
        assert all(row["missing"] for row in report["detectors"])


# — the ledger —


def test_confirmed_members_are_seeds(scanned: Workspace) -> None:
    lead = scanned.leads(top=1)[0]
    chosen = lead["subjects"][0]["id"]
    answer = scanned.decide(lead["lead_no"], "confirm", subjects=(chosen,))
    assert answer["confirmed"] == [chosen]
    step = answer["history"][-1]
    assert step["action"] == "confirm"
    assert step["note"] == f"{lead['subjects'][0]['name']} {chosen}"
    found = scanned.expand(answer["confirmed"], top=5, as_of=AS_OF)
    assert [s["id"] for s in found["seeds"]] == [chosen]
    assert found["candidates"] and chosen not in {c["id"] for c in found["candidates"]}


def test_what_people_decided_outlives_the_next_scan(scanned: Workspace) -> None:
    number = scanned.leads(top=1)[0]["lead_no"]
    scanned.decide(number, "assign", to="第一室")
    scanned.decide(number, "comment", text="已调取合同")
    before = scanned.lead(number)
    scanned.scan(as_of=AS_OF)
    after = scanned.lead(number)
    assert (after["status"], after["owner"]) == (before["status"], before["owner"])
    assert [h["hash"] for h in after["history"][: len(before["history"])]] == [h["hash"] for h in before["history"]]
    assert scanned.audit_verify()["ok"]


@pytest.mark.parametrize(
    ("action", "arguments"),
    [("confirm", {"subjects": ("person:0000000000000000",)}), ("dance", {}), ("close", {"note": ""})],
)
def test_a_step_that_makes_no_sense_is_refused_and_leaves_no_trace(
    scanned: Workspace, action: str, arguments: dict[str, Any]
) -> None:
    number = scanned.leads(top=1)[0]["lead_no"]
    before = scanned.lead(number)
    with pytest.raises(GraphkitError):
        scanned.decide(number, action, **arguments)
    assert scanned.lead(number) == before


# — earlier states —


def test_taking_a_load_back_brings_the_old_graph_back(nest: Workspace, tmp_path: Path) -> None:
    before = state(nest)
    report = nest.load(more(tmp_path / "more"))
    assert report["snapshot"] != before[0]
    assert len(nest.resolve([person(72)])[0]["matches"]) == 1
    answer = nest.undo(report["run"])
    assert answer["snapshot"] == before[0]
    assert state(nest) == before
    assert nest.resolve([person(72)])[0]["matches"] == []
    assert nest.load(tmp_path / "more")["snapshot"] == report["snapshot"]


def test_taking_back_twice_or_what_never_was_is_refused(nest: Workspace, tmp_path: Path) -> None:
    report = nest.load(more(tmp_path / "more"))
    nest.undo(report["run"])
    for run in (report["run"], "run-of-nobody"):
        with pytest.raises(GraphkitError):
            nest.undo(run)


def test_a_pinned_snapshot_answers_from_before(nest: Workspace, tmp_path: Path) -> None:
    before = state(nest)
    nest.load(more(tmp_path / "more"))
    with Workspace(nest.root, snapshot=before[0]) as pinned:
        assert state(pinned) == before
        assert pinned.resolve([person(72), "虚构新公司"]) == [
            {"key": "*" * 14 + person(72)[-4:], "matches": []},
            {"key": "虚构新公司", "matches": []},
        ]
        assert pinned.view("people").shape[0] < nest.view("people").shape[0]
        with pytest.raises(UsageError):
            pinned.neighbors("虚构新公司")
    assert nest.neighbors("虚构新公司")["total"] > 0
    assert nest.path(person(71), "虚构新公司")["paths"][0]["length"] == 2


def test_a_pinned_snapshot_still_answers_while_a_newer_one_is_served(nest: Workspace, tmp_path: Path) -> None:
    """Reading the old state does not take the new one away from anybody, and the other way round."""
    old, hospital = nest.snapshot, "岚塘县人民医院"
    counted = nest.neighbors(hospital)["total"]
    more_rows = {
        "contracts": [
            {"contract_no": "新-1", "buyer": hospital, "supplier": "虚构新公司", "amount": "1", "signed": "2024-01-01"}
        ]
    }
    nest.load(write_tables(tmp_path / "more", more_rows))
    with Workspace(nest.root, snapshot=old) as pinned:
        for _ in range(2):
            assert pinned.neighbors(hospital)["total"] == counted
            assert nest.neighbors(hospital)["total"] == counted + 1


def test_an_unknown_snapshot_is_a_usage_error(nest: Workspace) -> None:
    with pytest.raises(UsageError), Workspace(nest.root, snapshot="0" * 64) as pinned:
        pinned.resolve(["x"])


def test_rebuilding_makes_the_same_graph(nest: Workspace) -> None:
    before = state(nest)
    counts = nest.load(FILES)
    answer = nest.rebuild()
    assert state(nest) == before
    assert (answer["nodes"], answer["edges"]) == (counts["nodes"], counts["edges"])


def test_a_new_version_of_a_file_replaces_the_old_one(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    row = {"uscc": company(1), "name": "虚构甲公司", "type": "企业", "region": "990101"}
    with Workspace(tmp_path / "ws") as ws:
        first = ws.load(write_tables(folder, {"organizations": [row]}))
        second = ws.load(write_tables(folder, {"organizations": [{**row, "region": "990102"}]}))
        assert second["snapshot"] != first["snapshot"]
        assert ws.view("orgs")["region"].tolist() == ["990102"]
        with Workspace(ws.root, snapshot=first["snapshot"]) as pinned:
            assert pinned.view("orgs")["region"].tolist() == ["990101"]


def test_only_one_load_at_a_time(nest: Workspace, tmp_path: Path) -> None:
    """Another user of the workspace is told that it is taken, and nothing of his is read."""
    folder = more(tmp_path / "more")

    def load_elsewhere() -> str:
        with Workspace(nest.root) as other:
            try:
                return str(other.load(folder)["run"])
            except Busy as busy:
                return f"exit {busy.exit_code}"

    with nest.records.lock("load"), ThreadPoolExecutor(1) as pool:
        assert pool.submit(load_elsewhere).result() == "exit 75"
    assert nest.resolve([person(72)])[0]["matches"] == []


def test_a_view_comes_as_pandas_arrow_or_lazy(nest: Workspace) -> None:
    pandas, arrow = nest.view("orgs"), nest.view("orgs", engine="arrow")
    assert sorted(pandas["id"]) == sorted(arrow.column("id").to_pylist())
    assert len(nest.view("orgs", engine="lazy").collect()) == len(pandas)


def test_a_pack_carries_the_keys_of_the_contract_and_verifies(scanned: Workspace, tmp_path: Path) -> None:
    number = scanned.leads(top=1)[0]["lead_no"]
    answer = scanned.pack(number, tmp_path / "one.zip")
    assert set(answer) >= {"path", "sha256", "files", "nodes", "edges", "source_rows", "complete", "signed_by"}
    assert answer["sha256"] == hashlib.sha256((tmp_path / "one.zip").read_bytes()).hexdigest()
    checked = scanned.verify(tmp_path / "one.zip")
    assert checked["ok"] and checked["problems"] == [] and set(checked["checked"]) >= {"files", "rows", "edges"}
    assert answer["complete"] and answer["source_rows"] == checked["checked"]["rows"]


def test_a_chain_of_shares_that_was_sold_before_the_contract_is_no_interest(
    make_workspace: Callable[..., Workspace],
) -> None:
    """K01 over CONTROLS: the chain ends with the share that ended, and the later contract does not meet it."""

    def scanned(until: str) -> str:
        held = {"holder": "虚甲", "holder_id": person(1), "kind": "股东", "share_pct": "90", "from_date": "2015-01-01"}
        ws = make_workspace(
            {
                "staff": [{"org": "虚构县医院", "name": "虚甲", "id_no": person(1), "role_code": "设备科长"}],
                "roles": [
                    {"company": "虚构母公司", **held, "to_date": until},
                    {"company": "虚构子公司", "holder": "虚构母公司", "kind": "股东", "share_pct": "90"},
                ],
                "contracts": [
                    {
                        "contract_no": "C1",
                        "buyer": "虚构县医院",
                        "supplier": "虚构子公司",
                        "amount": "100000",
                        "signed": "2022-06-01",
                    }
                ],
            }
        )
        return str(ws.scan(detectors=("K01",))["detectors"][0]["outcome"])

    assert (scanned(""), scanned("2018-12-31")) == ("hit", "clear")
