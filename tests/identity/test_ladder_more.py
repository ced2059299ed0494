"""More of the ladder (CONTRACT 3): which number is it, what a column's kind decides, scopes, aliases, opaque codes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import duckdb
import pytest

from graphkit.generate.codes import uscc
from graphkit.identity.keys import keyed, read_key
from graphkit.values.id_no import normalise_id_no
from graphkit.values.uscc import check_character, valid_uscc
from graphkit.workspace import Workspace
from tests.conftest import REGION, Tables, account, company, hospital, person

Make = Callable[[Tables], Workspace]
HOSPITAL = {"uscc": hospital(1), "name": "虚构县医院", "type": "医院"}
LATE = date(2030, 1, 1)


def edges(ws: Workspace, kind: str, columns: str = "from_id, to_id, grade") -> list[tuple[Any, ...]]:
    return sorted(duckdb.sql(f"SELECT {columns} FROM '{ws.facts_dir}/edges/{kind}.parquet'").fetchall(), key=str)


def ids(ws: Workspace, label: str) -> set[str]:
    return {i for (i,) in duckdb.sql(f"SELECT id FROM '{ws.facts_dir}/nodes/{label}.parquet'").fetchall()}


def view(ws: Workspace, name: str, columns: str) -> list[tuple[Any, ...]]:
    with ws.views(LATE) as views:
        return sorted(views.relation(name).select(columns).fetchall(), key=str)


def contract(**columns: object) -> dict[str, object]:
    return {"contract_no": "C1", "buyer": HOSPITAL["name"], "supplier": "虚构甲公司", "amount": "1", **columns}


def paid(name: str, **columns: object) -> dict[str, object]:
    return {
        "tx": "1",
        "ts": "2023-01-01",
        "from_acct": account(1),
        "from_name": name,
        "to_acct": account(2),
        "amount": "5",
        **columns,
    }


def both_at_once() -> str:
    """A 统一社会信用代码 whose digits are a valid ID number, too."""
    day = date(1970, 1, 1)
    while True:
        for n in range(1000):
            head = f"519901{day:%Y%m%d}{n:03d}"
            code = head + check_character(head)
            if normalise_id_no(code):
                return code
        day += timedelta(days=1)


# — which number is it —


def test_a_code_in_the_place_of_a_name_is_the_organization(make_workspace: Make) -> None:
    forms = [
        company(1),
        company(1).lower(),
        f" {company(1)} ",
        f"{company(1)[:8]}-{company(1)[8:]}",
        f"{company(1)[:8]} {company(1)[8:]}",
    ]
    deals = [contract(contract_no=f"C{n}", supplier=written) for n, written in enumerate(forms)]
    ws = make_workspace({"contracts": deals, "organizations": [{"uscc": company(1), "name": "虚构甲公司"}]})
    assert edges(ws, "AWARDED_TO") == [(f"contract:C{n}", f"org:{company(1)}", "identifier") for n in range(len(forms))]


def test_a_code_of_nobody_registered_is_still_the_organization(make_workspace: Make) -> None:
    ws = make_workspace(
        {
            "contracts": [contract(supplier=company(1))],
            "roles": [{"company": company(1), "holder": "张三", "kind": "股东"}],
        }
    )
    assert edges(ws, "AWARDED_TO")[0][1:] == (f"org:{company(1)}", "identifier")
    assert edges(ws, "OWNS", "to_id") == [(f"org:{company(1)}",)]


def test_codes_of_every_kind_of_body_are_codes(make_workspace: Make) -> None:
    codes = {kind: uscc(kind, REGION, "00000001") for kind in ("N2", "Y1", "51", "52", "54", "93", "12", "11")}
    deals = [contract(contract_no=kind, supplier=f"虚构{kind}单位") for kind in codes]
    ws = make_workspace(
        {
            "organizations": [{"uscc": code, "name": f"虚构{kind}单位"} for kind, code in codes.items()],
            "contracts": deals,
        }
    )
    assert set(edges(ws, "AWARDED_TO")) == {
        (f"contract:{kind}", f"org:{code}", "unique_name") for kind, code in codes.items()
    }


def test_an_id_number_in_the_place_of_a_name_is_the_person(make_workspace: Make) -> None:
    ten = next(p for n in range(400) if (p := person(n)).endswith("X"))
    forms = [ten, ten.lower(), ten[:6] + ten[8:17], f"{ten[:6]} {ten[6:]}"]
    seats = [{"project_no": f"T{n}", "person": written} for n, written in enumerate(forms)]
    ws = make_workspace({"persons": [{"id_no": ten, "name": "张三"}], "evaluators": seats})
    assert edges(ws, "EVALUATED") == [(ws.the(ten), f"tender:T{n}", "identifier") for n in range(len(forms))]
    assert ids(ws, "Person") == {ws.the(ten)}


def test_an_all_digit_hospital_code_is_no_id_number(make_workspace: Make) -> None:
    code = next(c for n in range(400) if (c := hospital(n)).isdigit())
    ws = make_workspace({"transactions": [paid(code)]})
    assert ids(ws, "Organization") == {f"org:{code}"}
    assert ids(ws, "Person") == set()


def test_where_a_number_is_valid_as_both_the_column_decides(make_workspace: Make) -> None:
    code = both_at_once()
    assert valid_uscc(code) and normalise_id_no(code)
    ws = make_workspace(
        {
            "organizations": [{"uscc": code, "name": "虚构甲公司"}],
            "contracts": [contract()],
            "bids": [{"project_no": "T1", "bidder": "虚构甲公司", "bidder_uscc": code, "amount": "1"}],
            "roles": [{"company": code, "holder": "李四", "holder_id": code, "kind": "股东"}],
        }
    )
    human = f"person:{keyed(ws.key, 'id_no', [code])[0]}"
    assert edges(ws, "AWARDED_TO")[0][1:] == (f"org:{code}", "unique_name")
    assert edges(ws, "BID_BY")[0][1:] == (f"org:{code}", "identifier")
    assert edges(ws, "OWNS")[0] == (human, f"org:{code}", "identifier")


def test_an_opaque_code_is_a_name(make_workspace: Make) -> None:
    codes = ["F0123", "991234567890123456", "公司-7", "A/B"]
    ws = make_workspace(
        {"bids": [{"project_no": p, "bidder": code, "amount": "1"} for p in ("T1", "T2") for code in codes]}
    )
    assert ids(ws, "Organization") == {f"org:name:{code.lower()}" for code in codes}
    assert {grade for *_, grade in edges(ws, "BID_BY")} == {"unique_name"}


def test_the_holder_of_an_account_is_whoever_the_number_says(make_workspace: Make) -> None:
    numbers = [company(2), person(2)]
    ws = make_workspace(
        {"accounts": [{"acct": account(n), "holder": "某某", "holder_id": number} for n, number in enumerate(numbers)]}
    )
    assert set(edges(ws, "HOLDS_ACCOUNT")) == {
        (ws.the(number), ws.the(account(n)), "identifier") for n, number in enumerate(numbers)
    }


def test_the_holder_of_an_account_by_name(make_workspace: Make) -> None:
    expected = {
        "虚构甲有限公司": ("Organization", "name_only"),
        "张三": ("Person", "name_only"),
        "虚构丙有限公司": ("Organization", "unique_name"),
    }
    accounts = [{"acct": account(n), "holder": name} for n, name in enumerate(expected)]
    ws = make_workspace({"accounts": accounts, "organizations": [{"uscc": company(3), "name": "虚构丙有限公司"}]})
    found = [(ws.resolve([holder])[0]["matches"][0], grade) for holder, _, grade in edges(ws, "HOLDS_ACCOUNT")]
    assert {m["name"]: (m["label"], grade) for m, grade in found} == expected


def test_two_accounts_of_one_name_have_two_holders(make_workspace: Make) -> None:
    ws = make_workspace({"accounts": [{"acct": account(n), "holder": "张三"} for n in (1, 2)]})
    assert len({holder for holder, *_ in edges(ws, "HOLDS_ACCOUNT")}) == 2
    assert len(edges(ws, "SIMILAR")) == 1


def test_who_works_an_account_is_not_who_holds_it(make_workspace: Make) -> None:
    row = {
        "acct": account(1),
        "holder": "张三",
        "holder_id": person(1),
        "operator": "李四",
        "operator_id_no": person(2),
    }
    ws = make_workspace({"accounts": [row]})
    assert edges(ws, "OPERATES_ACCOUNT") == [(ws.the(person(2)), ws.the(account(1)), "identifier")]
    assert view(ws, "accounts", "holder_id, operator_id") == [(ws.the(person(1)), ws.the(person(2)))]


# — names of organizations —


def test_former_and_short_names_are_names(make_workspace: Make) -> None:
    lists = ["旧名{0}有限公司；简称{0}", "旧名{0}有限公司;简称{0}", " 旧名{0}有限公司 ； 简称{0} "]
    rows = [
        {"uscc": company(n), "name": f"虚构{n}公司", "aliases": aliases.format(n)} for n, aliases in enumerate(lists)
    ]
    used = [(n, name.format(n)) for n in range(len(lists)) for name in ("旧名{0}有限公司", "简称{0}", "虚构{0}公司")]
    ws = make_workspace(
        {
            "organizations": rows,
            "contracts": [contract(contract_no=f"C{i}", supplier=name) for i, (_, name) in enumerate(used)],
        }
    )
    assert set(edges(ws, "AWARDED_TO")) == {
        (f"contract:C{i}", f"org:{company(n)}", "unique_name") for i, (n, _) in enumerate(used)
    }


def test_a_former_name_that_two_had_links_to_neither(make_workspace: Make) -> None:
    ws = make_workspace(
        {
            "organizations": [{"uscc": company(n), "name": f"虚构{n}公司", "aliases": "旧名有限公司"} for n in (1, 2)],
            "contracts": [contract(supplier="旧名有限公司")],
        }
    )
    assert edges(ws, "AWARDED_TO") == [("contract:C1", "org:name:旧名有限公司", "name_only")]


def test_forms_of_brackets_and_blanks_are_one_name(make_workspace: Make) -> None:
    forms = ["虚构（甲）公司", "虚构(甲)公司", "虚构 (甲) 公司", "虚构（甲）公司\u3000"]
    deals = [contract(contract_no=f"C{n}", supplier=used) for n, used in enumerate(forms)]
    ws = make_workspace({"organizations": [{"uscc": company(1), "name": "虚构（甲）公司"}], "contracts": deals})
    assert [to for _, to, _ in edges(ws, "AWARDED_TO")] == [f"org:{company(1)}"] * len(forms)


def test_a_register_row_without_a_code_is_the_coded_one_of_that_name(make_workspace: Make) -> None:
    rows = [
        {"uscc": "", "name": "虚构甲公司", "phone": "16000000001"},
        {"uscc": company(1), "name": "虚构甲公司", "phone": "16000000002"},
    ]
    ws = make_workspace({"organizations": rows})
    assert ids(ws, "Organization") == {f"org:{company(1)}"}
    assert {start for start, *_ in edges(ws, "HAS_CONTACT")} == {f"org:{company(1)}"}


def test_a_register_row_without_a_code_is_neither_of_two(make_workspace: Make) -> None:
    rows = [{"uscc": code, "name": "虚构甲公司", "legal_rep": "张三"} for code in ("", company(1), company(2))]
    ws = make_workspace({"organizations": rows})
    assert ids(ws, "Organization") == {"org:name:虚构甲公司", f"org:{company(1)}", f"org:{company(2)}"}
    grades = {to: grade for _, to, grade in edges(ws, "LEGAL_REP_OF")}
    assert grades["org:name:虚构甲公司"] == "name_only"


def test_a_code_with_a_wrong_check_character_is_no_key(make_workspace: Make) -> None:
    wrong = company(1)[:-1] + ("0" if company(1)[-1] != "0" else "1")
    ws = make_workspace({"organizations": [{"uscc": wrong, "name": "虚构甲公司"}], "contracts": [contract()]})
    assert ids(ws, "Organization") >= {"org:name:虚构甲公司"}
    assert f"org:{wrong}" not in ids(ws, "Organization")
    assert edges(ws, "AWARDED_TO") == [("contract:C1", "org:name:虚构甲公司", "unique_name")]


def test_a_registered_firm_with_an_odd_name_is_no_person(make_workspace: Make) -> None:
    ws = make_workspace(
        {
            "organizations": [{"uscc": company(1), "name": "华虚控"}, {"uscc": company(2), "name": "虚构乙公司"}],
            "roles": [{"company": "虚构乙公司", "holder": "华虚控", "kind": "股东", "share_pct": "60"}],
        }
    )
    assert edges(ws, "OWNS") == [(f"org:{company(1)}", f"org:{company(2)}", "unique_name")]
    assert ids(ws, "Person") == set()


def test_a_trader_of_his_own_name_does_not_take_his_namesakes(make_workspace: Make) -> None:
    """张三 holds one account as a registered trader; another 张三 is somebody else."""
    ws = make_workspace(
        {
            "accounts": [{"acct": account(1), "holder": "张三", "holder_id": uscc("92", REGION, "00000009")}],
            "transactions": [paid("李四", from_acct=account(5), to_acct=account(6), to_name="张三")],
        }
    )
    holder = next(start for start, to, _ in edges(ws, "HOLDS_ACCOUNT") if to == ws.the(account(6)))
    assert holder.startswith("person:name:")


def test_bids_with_a_code_and_marks_with_a_name_are_one_bidder(make_workspace: Make) -> None:
    """Two firms of one name bid in two projects: inside each project its own code counts."""
    bids = [{"project_no": f"T{n}", "bidder": "虚构甲公司", "bidder_uscc": company(n), "amount": "1"} for n in (1, 2)]
    marks = [{"project_no": f"T{n}", "bidder": "虚构甲公司", "kind": "MAC地址", "value": "02-00"} for n in (1, 2, 3)]
    ws = make_workspace({"bids": bids, "bid_artifacts": marks})
    found = {(tender, bidder) for tender, bidder in view(ws, "artifacts", "tender_id, bidder_id")}
    assert found == {
        ("tender:T1", f"org:{company(1)}"),
        ("tender:T2", f"org:{company(2)}"),
        ("tender:T3", "org:name:虚构甲公司"),
    }
    assert len(ids(ws, "Bid")) == 3


# — names of people inside a scope —


@pytest.mark.parametrize("target", [{"project_no": "T1"}, {"contract_no": "C1"}])
def test_an_approval_without_a_unit_is_the_buyers(make_workspace: Make, target: dict[str, object]) -> None:
    ws = make_workspace(
        {
            "organizations": [HOSPITAL],
            "staff": [{"org": HOSPITAL["name"], "name": "王伟", "id_no": person(1), "role_code": "医师"}],
            "tenders": [{"project_no": "T1", "method": "公开招标", "buyer": HOSPITAL["name"]}],
            "contracts": [contract()],
            "approvals": [{**target, "org": "", "person": "王伟", "action": "审批"}],
        }
    )
    assert edges(ws, "APPROVED", "from_id, grade") == [(ws.the(person(1)), "scoped_name")]


@pytest.mark.parametrize(
    ("target", "known"),
    [
        ({"project_no": "T1", "contract_no": "C9"}, True),  # C9 is in no file: the project says who buys
        ({"project_no": "T1", "contract_no": "C1"}, False),  # C1 is another hospital's
        ({"project_no": "T9", "contract_no": "C9"}, False),
        ({"project_no": "T1", "contract_no": "C2"}, False),  # two files disagree about C2: nothing is guessed
    ],
)
def test_an_approval_of_an_unknown_contract_is_the_projects_buyers(
    make_workspace: Make, target: dict[str, object], known: bool
) -> None:
    other = {**contract(), "buyer": "虚构市医院"}
    ws = make_workspace(
        {
            "organizations": [HOSPITAL],
            "staff": [{"org": HOSPITAL["name"], "name": "王伟", "id_no": person(1), "role_code": "医师"}],
            "tenders": [{"project_no": "T1", "method": "公开招标", "buyer": HOSPITAL["name"]}],
            "contracts": [
                {**other, "contract_no": "C1"},
                {**other, "contract_no": "C2"},
                {**contract(), "contract_no": "C2", "amount": "2"},
            ],
            "approvals": [{**target, "org": "", "person": "王伟", "action": "审批"}],
        }
    )
    ((approver, grade),) = edges(ws, "APPROVED", "from_id, grade")
    assert (approver == ws.the(person(1)), grade) == (known, "scoped_name" if known else "name_only")


def test_an_approval_in_another_unit_is_somebody_else(make_workspace: Make) -> None:
    ws = make_workspace(
        {
            "staff": [{"org": HOSPITAL["name"], "name": "王伟", "id_no": person(1), "role_code": "医师"}],
            "tenders": [{"project_no": "T1", "method": "公开招标", "buyer": HOSPITAL["name"]}],
            "approvals": [{"project_no": "T1", "org": "虚构市财政局", "person": "王伟", "action": "审批"}],
        }
    )
    assert edges(ws, "APPROVED")[0][0] != ws.the(person(1))


def test_an_evaluator_is_known_inside_his_unit_else_inside_the_project(make_workspace: Make) -> None:
    ws = make_workspace(
        {
            "staff": [{"org": HOSPITAL["name"], "name": "王伟", "id_no": person(1), "role_code": "医师"}],
            "evaluators": [
                {"project_no": "T1", "person": "王伟", "org": HOSPITAL["name"]},
                {"project_no": "T2", "person": "王伟", "org": ""},
                {"project_no": "T2", "person": "王伟", "org": "", "bidder": "虚构甲公司", "score": "90"},
                {"project_no": "T3", "person": "王伟", "org": ""},
            ],
        }
    )
    rows = {(to, start, grade) for start, to, grade in edges(ws, "EVALUATED")}
    assert rows == {
        ("tender:T1", ws.the(person(1)), "scoped_name"),
        ("tender:T2", "person:name:T2:王伟", "name_only"),
        ("tender:T3", "person:name:T3:王伟", "name_only"),
    }


def test_one_staff_number_given_to_two_people_names_neither(make_workspace: Make) -> None:
    staff = [
        {"org": HOSPITAL["name"], "staff_no": "007", "name": n, "id_no": person(i), "role_code": "医师"}
        for i, n in enumerate(("王伟", "李娜"), 1)
    ]
    usage = {"org": HOSPITAL["name"], "item": "X1", "qty": "1", "doctor": "007", "ts": "2023-05-06"}
    ws = make_workspace({"organizations": [HOSPITAL], "staff": staff, "usage": [usage]})
    assert {start for start, *_ in edges(ws, "EMPLOYED_BY")} == {ws.the(person(1)), ws.the(person(2))}
    assert edges(ws, "ORDERED_BY")[0][1:] == (f"person:name:{hospital(1)}:007", "name_only")


def test_a_staff_number_means_nothing_in_another_hospital(make_workspace: Make) -> None:
    other = {"uscc": hospital(2), "name": "虚构二医院", "type": "医院"}
    ws = make_workspace(
        {
            "organizations": [HOSPITAL, other],
            "staff": [
                {"org": HOSPITAL["name"], "staff_no": "007", "name": "王伟", "id_no": person(1), "role_code": "医师"}
            ],
            "usage": [{"org": other["name"], "item": "X1", "qty": "1", "doctor": "007", "ts": "2023-05-06"}],
        }
    )
    assert edges(ws, "ORDERED_BY")[0][1] == f"person:name:{hospital(2)}:007"


def test_namesakes_with_staff_numbers_are_two_colleagues(make_workspace: Make) -> None:
    staff = [{"org": HOSPITAL["name"], "staff_no": n, "name": "王伟", "role_code": "医师"} for n in ("007", "008")]
    ws = make_workspace({"organizations": [HOSPITAL], "staff": staff})
    assert len({start for start, *_ in edges(ws, "EMPLOYED_BY")}) == 2


def test_one_person_in_two_posts_is_one(make_workspace: Make) -> None:
    staff = [
        {"org": HOSPITAL["name"], "name": "王伟", "role_code": code, "from_date": "2010-01-01"}
        for code in ("医师", "设备科长")
    ]
    ws = make_workspace({"organizations": [HOSPITAL], "staff": staff})
    assert {(start, grade) for start, _, grade in edges(ws, "EMPLOYED_BY")} == {
        (f"person:name:{hospital(1)}:王伟", "scoped_name")
    }


def test_recusals_name_person_and_counterparty(make_workspace: Make) -> None:
    ws = make_workspace(
        {
            "organizations": [HOSPITAL, {"uscc": company(1), "name": "虚构甲公司"}],
            "staff": [{"org": HOSPITAL["name"], "name": "王伟", "id_no": person(1), "role_code": "设备科长"}],
            "recusals": [
                {
                    "person": "王伟",
                    "org": HOSPITAL["name"],
                    "counterparty": "虚构甲公司",
                    "project_no": "T1",
                    "kind": "回避",
                    "date": "2023-01-01",
                },
                {
                    "person": "某人",
                    "id_no": person(1),
                    "counterparty": person(2),
                    "kind": "申报",
                    "date": "2023-02-01",
                    "to_date": "2023-12-31",
                },
            ],
        }
    )
    assert view(ws, "recusals", "person_id, counterparty_id, tender_id, kind") == sorted(
        [
            (ws.the(person(1)), f"org:{company(1)}", "tender:T1", "recused"),
            (ws.the(person(1)), ws.the(person(2)), None, "disclosed"),
        ],
        key=str,
    )


def test_a_contact_person_is_known_inside_his_firm(make_workspace: Make) -> None:
    bid = {"bidder": "虚构甲公司", "amount": "1", "contact": "张三"}
    ws = make_workspace(
        {
            "roles": [{"company": "虚构甲公司", "holder": "张三", "holder_id": person(1), "kind": "股东"}],
            "bids": [{"project_no": "T1", **bid}, {"project_no": "T1", **bid, "bidder": "虚构乙公司"}],
        }
    )
    found = {bid: (who, grade) for bid, who, grade in edges(ws, "BID_CONTACT")}
    assert found["bid:T1/1/org:name:虚构甲公司"] == (ws.the(person(1)), "scoped_name")
    assert found["bid:T1/1/org:name:虚构乙公司"] == ("person:name:虚构乙公司:张三", "name_only")


def test_a_handler_is_known_inside_the_agency(make_workspace: Make) -> None:
    agency = "虚构县社会保险经办中心"
    row = {
        "id_no": person(5),
        "name": "老人",
        "scheme": "低保",
        "region": REGION,
        "agency": agency,
        "approved": "2020-01-01",
        "handler": "王伟",
        "reviewer": "李娜",
    }
    ws = make_workspace(
        {"staff": [{"org": agency, "name": "王伟", "id_no": person(1), "role_code": "经办"}], "beneficiaries": [row]}
    )
    found = {(role, grade): to for to, grade, role in edges(ws, "HANDLED_BY", "to_id, grade, role")}
    assert found["handler", "scoped_name"] == ws.the(person(1))
    assert found["reviewer", "name_only"].endswith(":李娜")


# — exemptions —


def test_what_an_exemption_stands_for(make_workspace: Make) -> None:
    expected = {
        ("单位", "虚构甲公司"): f"org:{company(1)}",
        ("单位", company(1)): f"org:{company(1)}",
        ("单位", "虚构丁"): "org:name:虚构丁",
        ("产品", "X1"): "item:X1",
        ("设备指纹", "02-00"): "02-00",
        ("报表", "R7"): "R7",
    }
    rows = [{"kind": kind, "value": value} for kind, value in expected]
    ws = make_workspace({"organizations": [{"uscc": company(1), "name": "虚构甲公司"}], "whitelists": rows})
    assert dict(view(ws, "whitelists", "value, subject_id")) == {
        value: subject for (_, value), subject in expected.items()
    }


def test_exempted_numbers_are_found_however_they_are_written(make_workspace: Make) -> None:
    ws = make_workspace(
        {
            "persons": [{"id_no": person(1), "name": "张三", "phone": "16000000001", "address": "虚构路1号"}],
            "accounts": [{"acct": account(1), "holder": "张三", "holder_id": person(1)}],
            "whitelists": [
                {"kind": "人员", "value": person(1)},
                {"kind": "电话", "value": "160-0000-0001"},
                {"kind": "地址", "value": " 虚构路1号"},
                {"kind": "账号", "value": f"{account(1)[:4]} {account(1)[4:]}"},
            ],
        }
    )
    listed = {subject for (subject,) in view(ws, "whitelists", "subject_id")}
    reached = {to for _, to, _ in edges(ws, "HAS_CONTACT")}
    assert listed == {ws.the(person(1)), ws.the(account(1))} | reached
    assert ids(ws, "Contact") == reached


# — the key —


def test_ids_follow_the_key_and_snapshots_do_not(
    make_workspace: Make, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables: Tables = {"persons": [{"id_no": person(1), "name": "张三"}]}
    one = make_workspace(tables)
    first = (one.snapshot, one.the(person(1)))
    (tmp_path / "other").write_text("1" * 64, "ascii")
    monkeypatch.setenv("GRAPHKIT_KEY_FILE", str(tmp_path / "other"))
    two = make_workspace(tables)
    assert two.snapshot == first[0]
    assert two.the(person(1)) != first[1]


def test_one_number_as_account_and_as_id_is_two_hashes() -> None:
    assert keyed(b"k" * 16, "acct", ["1"]) != keyed(b"k" * 16, "id_no", ["1"])
    assert [len(h) for h in keyed(b"k" * 16, "acct", ["1", "2"])] == [16, 16]


def test_a_workspace_makes_its_key_once_and_keeps_it_private(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GRAPHKIT_KEY_FILE")
    first = read_key(tmp_path)
    assert read_key(tmp_path) == first and len(first) >= 32
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", [None, b"short"])
def test_a_key_that_is_missing_or_short_is_refused(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch, content: bytes | None
) -> None:
    from graphkit.errors import InputRefused

    if content is not None:
        (tmp_path / "k").write_bytes(content)
    monkeypatch.setenv("GRAPHKIT_KEY_FILE", str(tmp_path / "k"))
    with pytest.raises(InputRefused):
        read_key(tmp_path)
