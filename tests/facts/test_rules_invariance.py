"""What must not matter: order of files and rows, how they are split, encoded and headed; and what must not merge."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graphkit.facts.build import build_facts
from graphkit.workspace import Workspace
from tests.conftest import account, company, hospital, person
from tests.repeats import repeats

Rows = list[dict[str, str]]
HOSPITAL = "虚构县医院"
FIRMS = ("虚构甲公司", "虚构乙公司")
PEOPLE = ("王伟", "李娜", "张三")
HEADERS = {
    "staff": {
        "org": "单位名称",
        "name": "姓名",
        "id_no": "身份证号",
        "role_code": "职务",
        "from_date": "任职时间",
        "staff_no": "工号",
    },
    "roles": {
        "company": "企业名称",
        "holder": "股东",
        "holder_id": "证件号码",
        "kind": "角色",
        "share_pct": "持股比例",
    },
    "contracts": {
        "contract_no": "合同编号",
        "buyer": "采购人",
        "supplier": "供应商",
        "amount": "合同金额",
        "signed": "签订日期",
        "project_no": "项目编号",
    },
    "bids": {
        "project_no": "项目编号",
        "bidder": "投标人",
        "bidder_uscc": "统一社会信用代码",
        "amount": "投标报价",
        "contact": "授权代表",
    },
    "accounts": {"acct": "账号", "holder": "户名", "holder_id": "证件号码", "kind": "账户类型"},
    "kinship": {"id_no_a": "本人身份证号", "id_no_b": "亲属身份证号", "code": "关系"},
    "organizations": {"uscc": "统一社会信用代码", "name": "单位名称", "type": "单位类型"},
}
# An example builds the facts three or four times, two seconds of work.
FEW = settings(
    max_examples=repeats(2, 6),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)

number = st.integers(1, 5).map(person)
maybe_number = st.one_of(st.just(""), number)


def rows(**columns: st.SearchStrategy[str]) -> st.SearchStrategy[Rows]:
    """One to five rows, no two alike."""
    return st.lists(st.fixed_dictionaries(columns), min_size=1, max_size=5, unique_by=lambda r: tuple(r.values()))


TABLES: st.SearchStrategy[dict[str, Rows]] = st.fixed_dictionaries(
    {
        "organizations": st.just(
            [{"uscc": hospital(1), "name": HOSPITAL, "type": "医院"}, {"uscc": company(1), "name": FIRMS[0], "type": "企业"}]
        ),
        "staff": rows(
            org=st.just(HOSPITAL), name=st.sampled_from(PEOPLE), id_no=maybe_number, role_code=st.sampled_from(["医师", "设备科长"]), from_date=st.sampled_from(["", "2015-03-01"]), staff_no=st.sampled_from(["", "007"])
        ),
        "roles": rows(
            company=st.sampled_from(FIRMS), holder=st.sampled_from([*PEOPLE, FIRMS[0]]), holder_id=maybe_number, kind=st.sampled_from(["股东", "法定代表人"]), share_pct=st.sampled_from(["", "60"])
        ),
        "kinship": rows(id_no_a=number, id_no_b=number, code=st.sampled_from(["配偶", "兄弟姐妹", "子女"])),
        "accounts": rows(acct=st.integers(1, 3).map(account), holder=st.sampled_from(PEOPLE), holder_id=maybe_number, kind=st.just("储蓄")),
        "bids": rows(
            project_no=st.sampled_from(["T1", "T2"]), bidder=st.sampled_from(FIRMS), bidder_uscc=st.sampled_from(["", company(1)]), amount=st.sampled_from(["100", "101.50"]), contact=st.sampled_from(PEOPLE)
        ),
        "contracts": st.lists(
            st.fixed_dictionaries(
                {"contract_no": st.integers(1, 9).map(lambda n: f"C{n}"), "buyer": st.just(HOSPITAL), "supplier": st.sampled_from(FIRMS), "amount": st.just("35.6万元"), "signed": st.just("2023年5月6日"), "project_no": st.sampled_from(["", "T1"])}
            ), min_size=1, max_size=3, unique_by=lambda r: r["contract_no"],
        ),
    }
)  # fmt: skip


def write(path: Path, table: Sequence[Mapping[str, str]], headers: Mapping[str, str], encoding: str = "utf-8") -> None:
    columns = list(table[0])
    with path.open("w", encoding=encoding, newline="") as file:
        out = csv.writer(file)
        out.writerow([headers.get(c, c) for c in columns])
        out.writerows([[row[c] for c in columns] for row in table])


def filled(ws: Workspace, group: str) -> list[Path]:
    """The fact tables of a group that hold any row; most hold none, and a query of each would take its time."""
    return [path for path in sorted((ws.facts_dir / group).glob("*.parquet")) if pq.read_metadata(path).num_rows]


def facts(ws: Workspace) -> dict[str, list[tuple[Any, ...]]]:
    """All nodes and edges without the row they were read from, and without which of two conflicting rows came first."""
    return {
        path.stem: duckdb.sql(f"SELECT * EXCLUDE (src) FROM '{path}' ORDER BY id").fetchall()
        for path in [*filled(ws, "nodes"), *filled(ws, "edges")]
    }


def edges(ws: Workspace) -> dict[str, tuple[Any, ...]]:
    return {
        row[0]: row
        for path in filled(ws, "edges")
        for row in duckdb.sql(f"SELECT id, from_id, to_id, from_date, to_date, grade, derived FROM '{path}'").fetchall()
    }


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """`place()` gives a fresh workspace and an empty folder for its files."""
    opened: list[Workspace] = []

    def make() -> tuple[Workspace, Path]:
        base = tmp_path_factory.mktemp("even")
        (base / "files").mkdir()
        opened.append(Workspace(base / "ws"))
        return opened[-1], base / "files"

    yield make
    for ws in opened:
        ws.close()


def loaded(place: Any, tables: Mapping[str, Rows]) -> Workspace:
    ws, folder = place()
    for template, table in tables.items():
        write(folder / f"{template}.csv", table, {})
    ws.records.load([folder])
    return ws


def stated(ws: Workspace) -> dict[str, tuple[Any, ...]]:
    """Edges but candidates for a human: those follow the name that is shown of somebody whom rows call differently."""
    return {i: row for i, row in edges(ws).items() if not i.startswith("SIMILAR:")}


def in_another_order(place: Any, tables: dict[str, Rows], order: Sequence[str]) -> Workspace:
    """The files one after the other, each in a load of its own."""
    ws, folder = place()
    for template in order:
        write(folder / f"{template}.csv", tables[template], {})
        ws.records.load([folder / f"{template}.csv"])
    return ws


def in_pieces(place: Any, tables: dict[str, Rows], cut: int) -> Workspace:
    """Every file cut in two after `cut` rows."""
    ws, folder = place()
    for template, table in tables.items():
        for name, piece in (("a", table[:cut]), ("b", table[cut:])):
            if piece:
                (folder / name).mkdir(exist_ok=True)
                write(folder / name / f"{template}.csv", piece, {})
    ws.records.load([folder])
    return ws


def as_received(place: Any, tables: dict[str, Rows], encoding: str) -> Workspace:
    """With Chinese headers, in another encoding."""
    ws, folder = place()
    for template, table in tables.items():
        write(folder / f"{template}.csv", table, HEADERS[template], encoding)
    report = ws.records.load([folder]).as_json("zh")
    assert {row["status"] for row in report["files"]} == {"loaded"}
    return ws


UNRELATED: dict[str, Rows] = {
    "persons": [{"id_no": person(8), "name": "赵六"}],
    "deaths": [{"id_no": person(8), "date": "2020-01-01", "source": "police"}],
    "bid_artifacts": [{"project_no": "T9", "bidder": "虚构丙公司", "kind": "mac", "value": "02-00"}],
    "thresholds": [{"jurisdiction": "99", "rule": "open_tender", "amount": "1"}],
    "whitelists": [{"kind": "account", "value": account(1)}],
}


@pytest.mark.exhaustive
@FEW
@given(tables=TABLES, data=st.data())
def test_how_the_rows_arrive_does_not_matter(place: Any, tables: dict[str, Rows], data: st.DataObject) -> None:
    plain = loaded(place, tables)
    truth = (facts(plain), edges(plain), stated(plain))
    wide = {**tables, "kinship": [{**row, "basis": "", "from_date": ""} for row in tables["kinship"]]}
    assert facts(in_another_order(place, wide, data.draw(st.permutations(sorted(tables))))) == truth[0], (
        "files in another order, or a column that is empty"
    )
    assert edges(as_received(place, tables, data.draw(st.sampled_from(["gb18030", "utf-8-sig"])))) == truth[1], (
        "encoding and headers"
    )
    shuffled = {template: data.draw(st.permutations(table)) for template, table in tables.items()}
    assert stated(in_pieces(place, shuffled, data.draw(st.integers(0, 5)))) == truth[2], (
        "rows in another order, or files in two pieces"
    )


@pytest.mark.exhaustive
@FEW
@given(tables=TABLES, name=st.sampled_from(PEOPLE))
def test_what_is_added_changes_no_tie_and_merges_nobody(place: Any, tables: dict[str, Rows], name: str) -> None:
    """An unrelated file leaves every edge; one more person of a known name, with another number, adds candidates only."""
    plain = loaded(place, tables)
    before = edges(plain)
    beside = edges(loaded(place, {**tables, **UNRELATED}))
    assert {i: beside.get(i) for i in before} == before
    ws = loaded(place, {**tables, "persons": [{"id_no": person(8), "name": name}]})
    after = edges(ws)
    assert {i: after.get(i) for i in before} == before
    assert all(i.startswith("SIMILAR:") for i in set(after) - set(before))
    assert not any(ws.the(person(8)) in row[1:3] for i, row in after.items() if not i.startswith("SIMILAR:"))
    _whole(plain, tables)


def _whole(ws: Workspace, tables: dict[str, Rows]) -> None:
    """Every edge has its ends; different numbers are different people, one number is one person in whatever file."""
    nodes = {i for path in filled(ws, "nodes") for (i,) in duckdb.sql(f"SELECT id FROM '{path}'").fetchall()}
    for identifier, start, end, *_ in edges(ws).values():
        assert {start, end} <= nodes, identifier
    columns = (
        ("staff", "id_no"),
        ("roles", "holder_id"),
        ("kinship", "id_no_a"),
        ("kinship", "id_no_b"),
        ("accounts", "holder_id"),
    )
    numbers = {row[column] for template, column in columns for row in tables[template]} - {""}
    assert {i for i in nodes if i.startswith("person:") and not i.startswith("person:name:")} == {
        ws.the(n) for n in numbers
    }


def test_the_same_rows_give_the_same_bytes(place: Any, tmp_path: Path) -> None:
    """Building twice from the same records writes the same files."""
    tables = {
        "staff": [{"org": HOSPITAL, "name": n, "id_no": person(i), "role_code": "医师"} for i, n in enumerate(PEOPLE)],
        "kinship": [{"id_no_a": person(0), "id_no_b": person(1), "code": "配偶"}, {"id_no_a": person(1), "id_no_b": person(2), "code": "兄弟姐妹"}],
        "bids": [{"project_no": t, "bidder": f, "amount": "1"} for t in ("T1", "T2") for f in FIRMS],
    }  # fmt: skip
    ws = loaded(place, tables)
    digests = []
    for name in ("one", "two"):
        con = ws.records.connect()
        try:
            build_facts(con, ws.key, sorted(ws.records.live()), tmp_path / name)
        finally:
            con.close()
        digests.append(
            {
                str(p.relative_to(tmp_path / name)): hashlib.sha256(p.read_bytes()).hexdigest()
                for p in sorted((tmp_path / name).rglob("*.parquet"))
            }
        )
    assert digests[0] == digests[1] and len(digests[0]) > 60


def test_two_rows_that_disagree_are_settled_the_same_way_in_any_order(place: Any) -> None:
    """Which of two descriptions wins does not depend on which was loaded first."""
    files = {"a": [{"uscc": company(1), "name": FIRMS[0], "type": "企业", "region": "990101"}], "b": [{"uscc": company(1), "name": FIRMS[0], "type": "企业", "region": "990102"}]}  # fmt: skip
    seen = set()
    for order in ("ab", "ba"):
        ws, folder = place()
        for name in order:
            (folder / name).mkdir()
            write(folder / name / "organizations.csv", files[name], {})
            ws.records.load([folder / name])
        seen.add(tuple(duckdb.sql(f"SELECT id, region FROM '{ws.facts_dir}/nodes/Organization.parquet'").fetchall()))
    assert len(seen) == 1
