"""The ladder of CONTRACT 3: numbers link, names only inside a scope, two people are never merged on a name."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations

import pytest

from graphkit.workspace import Workspace
from tests.conftest import Tables, account, company, hospital, person

Make = Callable[[Tables], Workspace]
HOSPITAL = {"uscc": hospital(1), "name": "虚构县医院", "type": "医院"}


def edges(ws: Workspace, kind: str) -> list[tuple[str, str, str]]:
    """(from, to, grade) of every edge of a type."""
    import duckdb

    path = ws.facts_dir / "edges" / f"{kind}.parquet"
    return sorted(duckdb.sql(f"SELECT from_id, to_id, grade FROM '{path}'").fetchall())


def one(ws: Workspace, key: str) -> str:
    return str(ws.the(key))


def test_a_name_links_to_the_one_registered_organization(make_workspace: Make) -> None:
    ws = make_workspace(
        {
            "organizations": [{"uscc": company(1), "name": "虚构甲医疗器械有限公司", "type": "企业"}],
            "contracts": [
                {"contract_no": "C1", "buyer": "虚构县医院", "supplier": " 虚构甲医疗器械有限公司", "amount": "1"}
            ],
        }
    )
    assert edges(ws, "AWARDED_TO") == [("contract:C1", f"org:{company(1)}", "unique_name")]
    assert edges(ws, "ISSUED_BY") == [("contract:C1", "org:name:虚构县医院", "name_only")]


def test_two_registered_organizations_of_one_name_stay_apart(make_workspace: Make) -> None:
    ws = make_workspace(
        {
            "organizations": [{"uscc": company(n), "name": "虚构乙公司"} for n in (1, 2)],
            "contracts": [{"contract_no": "C1", "buyer": "虚构县医院", "supplier": "虚构乙公司", "amount": "1"}],
        }
    )
    assert edges(ws, "AWARDED_TO") == [("contract:C1", "org:name:虚构乙公司", "name_only")]
    candidates = {(a, b) for a, b, _ in edges(ws, "SIMILAR")}
    assert candidates == {("org:name:虚构乙公司", f"org:{company(n)}") for n in (1, 2)}


def test_the_number_decides_over_the_name(make_workspace: Make) -> None:
    ws = make_workspace(
        {
            "roles": [{"company": "虚构甲公司", "holder": "张三", "holder_id": person(1), "kind": "股东"}],
            "persons": [{"id_no": person(1), "name": "李四"}],
        }
    )
    assert edges(ws, "OWNS") == [(one(ws, person(1)), "org:name:虚构甲公司", "name_only")]
    assert ws.resolve([person(1)])[0]["matches"][0]["name"] == "李四"


@pytest.mark.parametrize("kept", ["both", "stranger"])
def test_two_people_of_one_name_are_two_people(make_workspace: Make, kept: str) -> None:
    staff = [{"org": HOSPITAL["name"], "name": "王伟", "id_no": person(1), "role_code": "设备科长"}]
    roles = [
        {"company": "虚构甲公司", "holder": "王伟", "holder_id": person(2) if kept == "both" else "", "kind": "股东"}
    ]
    ws = make_workspace({"organizations": [HOSPITAL], "staff": staff, "roles": roles})
    official, owner = one(ws, person(1)), edges(ws, "OWNS")[0][0]
    assert official != owner
    assert len(ws.resolve(["王伟"])[0]["matches"]) == 2
    similar = {frozenset(pair[:2]) for pair in edges(ws, "SIMILAR")}
    assert (frozenset((official, owner)) in similar) == (kept == "stranger")


def test_a_name_links_inside_the_hospital_where_it_is_unique(make_workspace: Make) -> None:
    ws = make_workspace(
        {
            "organizations": [HOSPITAL],
            "staff": [{"org": HOSPITAL["name"], "name": "王伟", "id_no": person(1), "role_code": "医师"}],
            "tenders": [{"project_no": "T1", "method": "公开招标", "buyer": HOSPITAL["name"]}],
            "approvals": [
                {"project_no": "T1", "person": "王伟", "action": "审批"},
                {"project_no": "T1", "person": "赵六", "action": "验收"},
            ],
        }
    )
    assert edges(ws, "APPROVED") == [(one(ws, person(1)), "tender:T1", "scoped_name")]
    assert edges(ws, "ACCEPTED") == [(f"person:name:{hospital(1)}:赵六", "tender:T1", "name_only")]


def test_a_name_that_two_colleagues_share_links_to_neither(make_workspace: Make) -> None:
    ws = make_workspace(
        {
            "organizations": [HOSPITAL],
            "staff": [
                {"org": HOSPITAL["name"], "name": "王伟", "id_no": person(n), "role_code": "医师"} for n in (1, 2)
            ],
            "tenders": [{"project_no": "T1", "method": "公开招标", "buyer": HOSPITAL["name"]}],
            "approvals": [{"project_no": "T1", "person": "王伟", "action": "审批"}],
        }
    )
    approver, _, grade = edges(ws, "APPROVED")[0]
    assert (approver, grade) == (f"person:name:{hospital(1)}:王伟", "name_only")
    assert len({pair[0] for pair in edges(ws, "SIMILAR")} | {pair[1] for pair in edges(ws, "SIMILAR")}) == 3


def test_old_and_new_id_numbers_are_one_person(make_workspace: Make) -> None:
    new = person(1)
    old = new[:6] + new[8:17]
    ws = make_workspace({"persons": [{"id_no": new, "name": "张三"}, {"id_no": old, "name": "张三"}]})
    assert len(ws.resolve(["张三"])[0]["matches"]) == 1
    assert one(ws, old) == one(ws, new)


def test_a_number_with_a_wrong_check_digit_is_no_key(make_workspace: Make) -> None:
    wrong = person(1)[:-1] + ("0" if person(1)[-1] != "0" else "1")
    ws = make_workspace(
        {"kinship": [{"id_no_a": wrong, "name_a": "张三", "id_no_b": person(2), "name_b": "李四", "code": "配偶"}]}
    )
    a, b, grade = edges(ws, "KIN_OF")[0]
    assert b == one(ws, person(2))
    assert a.startswith("person:name:") and grade == "name_only"


def test_bidders_written_alike_are_one_inside_their_project(make_workspace: Make) -> None:
    ws = make_workspace(
        {
            "bids": [
                {"project_no": "T1", "bidder": "F0123", "amount": "100"},
                {"project_no": "T1", "bidder": "F0124", "amount": "101"},
            ],
            "bid_artifacts": [
                {"project_no": "T1", "bidder": b, "kind": "MAC地址", "value": "02-00"} for b in ("F0123", "F0124")
            ],
        }
    )
    assert {grade for *_, grade in edges(ws, "BID_BY")} == {"unique_name"}


def test_staff_numbers_name_people_inside_their_unit(make_workspace: Make) -> None:
    ws = make_workspace(
        {
            "organizations": [HOSPITAL],
            "staff": [{"org": HOSPITAL["name"], "staff_no": "007", "name": "王伟", "role_code": "医师"}],
            "usage": [{"org": HOSPITAL["name"], "item": "X1", "qty": "1", "doctor": "007", "ts": "2023-05-06"}],
        }
    )
    doctor = edges(ws, "ORDERED_BY")[0][1]
    assert doctor == edges(ws, "EMPLOYED_BY")[0][0]


def test_the_holder_of_an_account_is_the_one_the_bank_names(make_workspace: Make) -> None:
    ws = make_workspace(
        {
            "accounts": [{"acct": account(1), "holder": "张三", "holder_id": person(1)}],
            "transactions": [
                {
                    "tx": "1",
                    "ts": "2023-01-01",
                    "from_acct": account(1),
                    "from_name": "张叁",
                    "to_acct": account(2),
                    "to_name": "虚构甲公司",
                    "amount": "5",
                }
            ],
        }
    )
    holders = {(h, g) for h, _, g in edges(ws, "HOLDS_ACCOUNT")}
    assert holders == {(one(ws, person(1)), "identifier"), ("org:name:虚构甲公司", "name_only")}


def test_ids_do_not_depend_on_the_order_of_files(tmp_path_factory: pytest.TempPathFactory) -> None:
    from tests.conftest import write_tables

    tables: Tables = {
        "staff": [{"org": "虚构县医院", "name": "王伟", "id_no": person(1), "role_code": "医师"}],
        "roles": [{"company": "虚构甲公司", "holder": "王伟", "kind": "股东"}],
        "organizations": [HOSPITAL, {"uscc": company(1), "name": "虚构甲公司"}],
    }
    seen = set()
    for order in list(permutations(tables))[::2]:
        base = tmp_path_factory.mktemp("order")
        folder = write_tables(base / "files", tables)
        with Workspace(base / "ws") as ws:
            for template in order:
                ws.records.load([folder / f"{template}.csv"])
            seen.add(
                (ws.snapshot, tuple(edges(ws, "EMPLOYED_BY")), tuple(edges(ws, "OWNS")), tuple(edges(ws, "SIMILAR")))
            )
    assert len(seen) == 1
