"""Who is who, decided by people: two of one name stay two until somebody says so, and taking it back leaves no trace."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from graphkit.errors import UsageError
from graphkit.workspace import Workspace
from tests.conftest import REGION, Tables, account, company, hospital, person, write_tables

Make = Callable[[Tables], Workspace]
Json = dict[str, Any]
HOSPITAL: dict[str, object] = {"uscc": hospital(1), "name": "虚构县医院", "type": "医院"}
RIGHT = person(1)
WRONG = RIGHT[:9] + ("7" if RIGHT[9] != "7" else "6") + RIGHT[10:]
"""One digit of the year is wrong, so is the check digit: a claim, no key."""


def tables(second: str = WRONG) -> dict[str, list[dict[str, object]]]:
    """An official and the owner of a supplier; `second` is the number by which the owner's register knows him."""
    return {
        "organizations": [HOSPITAL, {"uscc": company(1), "name": "虚构甲公司", "type": "企业"}],
        "persons": [
            {"id_no": RIGHT, "name": "王伟", "phone": "16000000001", "address": "虚构路1号"},
            {"id_no": second, "name": "王伟", "phone": "160-0000-0001", "address": ""},
            {"id_no": person(2), "name": "王伟", "phone": "16000000002", "address": "虚构路2号"},
        ],
        "staff": [{"org": HOSPITAL["name"], "name": "王伟", "id_no": RIGHT, "role_code": "设备科长"}],
        "roles": [
            {"company": "虚构甲公司", "holder": "李四", "holder_id": person(3), "kind": "股东", "share_pct": "100"}
        ],
        "kinship": [
            {"id_no_a": second, "name_a": "王伟", "id_no_b": person(3), "name_b": "李四", "code": "配偶"},
            {"id_no_a": RIGHT, "name_a": "王伟", "id_no_b": person(4), "name_b": "王小", "code": "子女"},
        ],
        "contracts": [{"contract_no": "C1", "buyer": HOSPITAL["name"], "supplier": "虚构甲公司", "amount": "2600000", "signed": "2022-01-01"}],
        "accounts": [{"acct": account(2), "holder": "虚构甲公司", "holder_id": company(1)}, {"acct": account(3), "holder": "王伟", "holder_id": RIGHT}],
        "transactions": [{"tx": "1", "ts": "2022-02-01 10:00:00", "from_acct": account(2), "to_acct": account(3), "amount": "50000"}],
    }  # fmt: skip


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with the two records, made once; `ws` is a copy of it."""
    base = tmp_path_factory.mktemp("identity")
    with pytest.MonkeyPatch.context() as patch:
        key = tmp_path_factory.getbasetemp() / "key"
        key.write_text("0" * 64, "ascii")
        patch.setenv("GRAPHKIT_KEY_FILE", str(key))
        with Workspace(base / "ws", lang="zh") as made:
            made.load(write_tables(base / "files", tables()))
    return base / "ws"


@pytest.fixture
def ws(loaded: Path, tmp_path: Path) -> Iterator[Workspace]:
    """The official, the owner of a supplier, and what is known of either."""
    with Workspace(shutil.copytree(loaded, tmp_path / "ws"), lang="zh") as opened:
        yield opened


def edges(ws: Workspace, kind: str, columns: str = "from_id, to_id, grade") -> list[tuple[Any, ...]]:
    return sorted(duckdb.sql(f"SELECT {columns} FROM '{ws.facts_dir}/edges/{kind}.parquet'").fetchall(), key=str)


def people(ws: Workspace) -> set[str]:
    return {i for (i,) in duckdb.sql(f"SELECT id FROM '{ws.facts_dir}/nodes/Person.parquet'").fetchall()}


def digests(ws: Workspace) -> dict[str, str]:
    """Every file of the facts, by its bytes."""
    root = ws.facts_dir
    return {
        p.relative_to(root).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(root.rglob("*.parquet"))
    }


def pair(ws: Workspace) -> tuple[str, str]:
    """The official, and his second record."""
    official = ws.the(RIGHT)
    (spouse,) = (a for a, b, _ in edges(ws, "KIN_OF") if b == ws.the(person(3)) and a != ws.the(person(3)))
    return official, spouse


def candidate(rows: list[Json], a: str, b: str) -> Json:
    (row,) = (r for r in rows if {r["a"]["id"], r["b"]["id"]} == {a, b})
    return row


def test_two_of_one_name_stay_two_until_somebody_says_that_they_are_one(ws: Workspace) -> None:
    official, other = pair(ws)
    known = people(ws)
    assert {official, other, ws.the(person(2))} <= known
    answer = ws.judge("same", other, official, reason="同一手机号")
    assert (answer["stands_for"], answer["new"], answer["seq"]) == (official, True, 1)
    assert people(ws) == known - {other}
    assert {(a, b) for a, b, _ in edges(ws, "KIN_OF")} >= {
        (official, ws.the(person(3))),
        (official, ws.the(person(4))),
    }
    grades = {b: grade for a, b, grade in edges(ws, "KIN_OF") if a == official}
    assert grades[ws.the(person(3))] == "scoped_name"
    assert grades[ws.the(person(4))] == "identifier"
    node = ws.resolve([official])[0]["matches"][0]
    assert (node["id"], node["identity_grade"], node["label"]) == (official, "identifier", "Staff")


def test_undo_brings_back_the_snapshot_and_the_bytes(ws: Workspace) -> None:
    before, bytes_before = ws.snapshot, digests(ws)
    seen = ws.identities()
    ws.judge("same", *pair(ws), reason="x")
    merged, bytes_merged = ws.snapshot, digests(ws)
    assert merged != before and bytes_merged != bytes_before
    answer = ws.judge("undo", 1)
    assert answer["snapshot"] == ws.snapshot == before
    ws.rebuild()
    assert digests(ws) == bytes_before
    assert ws.identities() == seen
    with Workspace(ws.root, lang="zh", snapshot=merged) as then:
        shutil.rmtree(then.facts_dir.parent)
        then.forget()
        assert digests(then) == bytes_merged
    assert ws.audit_verify()["ok"]


def test_an_earlier_snapshot_is_answered_as_it_was(ws: Workspace) -> None:
    before, (official, other) = ws.snapshot, pair(ws)
    ws.judge("same", official, other, reason="x")
    merged = ws.snapshot
    ws.judge("undo", 1)
    with Workspace(ws.root, lang="zh", snapshot=merged) as then:
        assert then.the(other) == official
        ends = {n["node"]["id"] for n in then.neighbors(official)["neighbors"]}
        assert {ws.the(person(3)), ws.the(person(4))} <= ends
    with Workspace(ws.root, lang="zh", snapshot=before) as then:
        assert then.the(other) == other
        with pytest.raises(UsageError, match="earlier-snapshot"):
            Workspace(ws.root, lang="zh", snapshot=merged).judge("same", official, other, reason="x")


def test_the_merged_graph_is_that_of_files_with_the_right_number(ws: Workspace, make_workspace: Make) -> None:
    """Up to ids and grades: the same people, the same relationships between them."""
    judged, right = ws, make_workspace(tables(second=RIGHT))
    judged.judge("same", *pair(judged), reason="x")
    types = {p.stem for p in (right.facts_dir / "edges").glob("*.parquet")} - {"SIMILAR"}
    for kind in sorted(types):
        assert edges(judged, kind, "from_id, to_id, from_date, to_date") == edges(
            right, kind, "from_id, to_id, from_date, to_date"
        ), kind
    for label in sorted(p.stem for p in (right.facts_dir / "nodes").glob("*.parquet")):
        found = [
            sorted(duckdb.sql(f"SELECT id, name, second FROM '{known.facts_dir}/nodes/{label}.parquet'").fetchall(), key=str)
            for known in (judged, right)
        ]  # fmt: skip
        assert found[0] == found[1], label


def test_the_merge_carries_a_finding_that_names_the_judgement(ws: Workspace) -> None:
    official, other = pair(ws)
    assert ws.scan(detectors=["K02", "F02"])["findings"] == 1
    ws.judge("same", official, other, reason="同一手机号")
    assert ws.scan(detectors=["K02", "F02"])["findings"] == 2
    (found,) = ws.findings(detector="K02")
    assert found["colour"] != "red"
    assert official in {s["id"] for s in found["subjects"]}
    kin = next(e for e in found["evidence"] if e["type"] == "KIN_OF")
    (named,) = kin["props"]["judgements"]
    assert (named["seq"], named["by"], named["reason"]) == (1, "tester", "同一手机号")
    out = ws.root / "pack.zip"
    assert ws.pack(ws.leads()[0]["lead_no"], out)["complete"]
    assert ws.verify(out)["ok"]


def test_ids_that_were_merged_still_lead_to_the_person(ws: Workspace) -> None:
    official, other = pair(ws)
    ws.judge("same", official, other, reason="x")
    assert ws.the(other) == official
    assert ws.neighbors(other)["node"]["id"] == official


def test_candidates_say_what_agrees_and_where_it_stands(ws: Workspace) -> None:
    official, other = pair(ws)
    rows = ws.identities()
    assert [r["rank"] for r in rows] == list(range(1, len(rows) + 1))
    assert {rows[0]["a"]["id"], rows[0]["b"]["id"]} == {official, other}
    verdicts = {f["field"]: f["verdict"] for f in rows[0]["fields"]}
    assert (verdicts["name"], verdicts["number"], verdicts["phone"], verdicts["unit"]) == (
        "agree",
        "near",
        "agree",
        "missing",
    )
    assert next(f["at"] for f in rows[0]["fields"] if f["field"] == "number") == 10
    assert rows[0]["reasons"][:3] == ["名称相同", "号码相近（第 10 位起不同）", "电话相同"]
    assert {(s["file"], s["row"]) for s in rows[0]["sources"]["b"]} == {("persons.csv", 3), ("kinship.csv", 2)}  # fmt: skip
    assert rows[0]["score"] == round(sum(f["weight"] for f in rows[0]["fields"]), 2)
    text = json.dumps([rows, ws.identities(official, other)])
    assert not [n for n in (RIGHT, WRONG, person(2), "16000000001") if n in text]


def test_two_valid_numbers_are_no_candidates_and_cannot_be_one(ws: Workspace) -> None:
    a, b = ws.the(RIGHT), ws.the(person(2))
    assert not [r for r in ws.identities(top=0) if {r["a"]["id"], r["b"]["id"]} == {a, b}]
    assert ws.identities(a, b)[0]["refused"].startswith("两个不同的有效号码就是两个主体")
    with pytest.raises(UsageError, match="two-numbers"):
        ws.judge("same", a, b, reason="x")


def test_different_takes_the_pair_off_and_unsure_puts_it_last(ws: Workspace) -> None:
    official, other = pair(ws)
    third = ws.the(person(2))
    assert frozenset((official, other)) in {frozenset(e[:2]) for e in edges(ws, "SIMILAR")}
    ws.judge("different", official, other, reason="笔迹不同")
    assert not [r for r in ws.identities() if {r["a"]["id"], r["b"]["id"]} == {official, other}]
    assert frozenset((official, other)) not in {frozenset(e[:2]) for e in edges(ws, "SIMILAR")}
    assert ws.identities(official, other)[0]["state"] == "different"
    ws.judge("undo", 1)
    before = ws.snapshot
    ws.judge("unsure", official, other)
    assert ws.snapshot == before
    rows = ws.identities()
    assert (rows[-1]["state"], {rows[-1]["a"]["id"], rows[-1]["b"]["id"]}) == ("unsure", {official, other})
    assert candidate(rows, other, third)["rank"] < rows[-1]["rank"]


def test_different_holds_for_whoever_is_merged_later(ws: Workspace) -> None:
    (official, other), third = pair(ws), ws.the(person(2))
    ws.judge("different", other, third, reason="x")
    ws.judge("same", official, other, reason="x")
    assert not [r for r in ws.identities() if third in (r["a"]["id"], r["b"]["id"])]
    assert not [e for e in edges(ws, "SIMILAR") if third in e]


def test_the_order_of_judgements_does_not_matter(ws: Workspace) -> None:
    (official, other), third = pair(ws), ws.the(person(2))
    said = [("same", official, other), ("different", other, third), ("unsure", official, third)]
    for verb, a, b in said[:2]:
        ws.judge(verb, a, b, reason="x")
    known = ws.snapshot, digests(ws)
    for seq in (1, 2):
        ws.judge("undo", seq)
    for verb, a, b in reversed(said):
        ws.judge(verb, a, b, reason="y")
    assert ws.snapshot == known[0]
    ws.rebuild()
    assert digests(ws) == known[1]


def test_units_are_merged_under_their_code(make_workspace: Make) -> None:
    ws = make_workspace(
        {
            "organizations": [
                HOSPITAL,
                {"uscc": company(1), "name": "虚构（甲）研究所", "legal_rep": "赵六", "phone": "16000000009"},
                {"uscc": "", "name": "虚构甲研宄所", "legal_rep": "", "phone": "16000000009"},
            ],
            "contracts": [
                {"contract_no": "C1", "buyer": HOSPITAL["name"], "supplier": "虚构甲研宄所", "amount": "1"},
                {"contract_no": "C2", "buyer": HOSPITAL["name"], "supplier": "虚构（甲）研究所", "amount": "1"},
            ],
            "bids": [{"project_no": "T1", "bidder": "虚构甲研宄所", "amount": "1"}],
        }
    )
    coded, named = f"org:{company(1)}", "org:name:虚构甲研宄所"
    top = ws.identities(label="Organization")[0]
    assert {top["a"]["id"], top["b"]["id"]} == {coded, named}
    ws.judge("same", named, coded, reason="x")
    assert {(a, b): g for a, b, g in edges(ws, "AWARDED_TO")} == {
        ("contract:C1", coded): "scoped_name",
        ("contract:C2", coded): "unique_name",
    }
    assert edges(ws, "BID_BY") == [(f"bid:T1/1/{coded}", coded, "scoped_name")]
    assert ws.the("虚构甲研宄所") == coded
    assert ws.the(named) == coded


def test_judgements_survive_a_load_and_its_undo(ws: Workspace, tmp_path: Path) -> None:
    official, other = pair(ws)
    ws.judge("same", official, other, reason="x")
    merged = ws.snapshot
    more = tmp_path / "deaths.csv"
    more.write_text(f"id_no,name,date,source\n{WRONG},王伟,2024-01-01,民政\n", "utf-8")
    dry = ws.load(more, dry_run=True)
    run = ws.load(more)
    assert dry["snapshot"] == run["snapshot"] == ws.snapshot != merged
    assert duckdb.sql(f"SELECT person_id, person_grade FROM '{ws.facts_dir}/nodes/StatusFact.parquet'").fetchall() == [
        (official, "scoped_name")
    ]
    assert ws.undo(run["run"])["snapshot"] == merged


def test_side_by_side_shows_who_was_merged_as_they_were(ws: Workspace) -> None:
    official, other = pair(ws)
    before = ws.identities(official, other)[0]
    ws.judge("same", official, other, reason="x")
    after = ws.identities(official, other)[0]
    assert (before["state"], after["state"]) == ("open", "same")
    assert after["fields"] == before["fields"]
    assert after["sources"] == before["sources"]
    assert [j["seq"] for j in after["judgements"]] == [1]


@pytest.mark.parametrize(
    ("verb", "what", "reason", "code"),
    [
        ("same", (RIGHT, "没有这个人"), "x", "unknown-subject"),
        ("same", (RIGHT, "王伟"), "x", "ambiguous-subject"),
        ("same", (RIGHT, f"person:name:{REGION}:王伟"), "x", "unknown-subject"),
        ("same", (RIGHT, company(1)), "x", "not-a-pair"),
        ("same", (RIGHT, RIGHT), "x", "not-a-pair"),
        ("same", (RIGHT,), "x", "not-a-pair"),
        ("same", (RIGHT, person(2)), " ", "reason-missing"),
        ("different", (RIGHT, person(2)), "", "reason-missing"),
        ("undo", ("第一",), "", "judgement-number"),
        ("undo", (1,), "", "unknown-judgement"),
    ],
)
def test_what_cannot_be_judged_is_refused(
    ws: Workspace, verb: str, what: tuple[str | int, ...], reason: str, code: str
) -> None:
    before = ws.snapshot
    with pytest.raises(UsageError, match=code):
        ws.judge(verb, *what, reason=reason)
    assert ws.snapshot == before
    assert ws.records.judgements() == ([], [])


def test_without_a_judgement_nothing_is_touched(ws: Workspace) -> None:
    """The snapshot id and the facts are those of a workspace that never knew judgements."""
    lines = sorted(f"{c.sha256}\t{c.loader}\t{c.loader_version}" for c in _contents(ws))
    assert ws.snapshot == hashlib.sha256("\n".join([*lines, ""]).encode()).hexdigest()


def _contents(ws: Workspace) -> list[Any]:
    from graphkit.records import catalog

    with ws.db.read() as connection:
        return list(catalog.contents(connection).values())
