"""Rules that once gave a wrong fact: each stands here as the case that shows it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from graphkit.views import Views
from graphkit.workspace import Workspace
from tests.conftest import Tables, account, company, hospital, person

Make = Callable[[Tables], Workspace]
LATE = date(2030, 1, 1)


def nodes(ws: Workspace, label: str, columns: str) -> list[tuple[Any, ...]]:
    return sorted(duckdb.sql(f"SELECT {columns} FROM '{ws.facts_dir}/nodes/{label}.parquet'").fetchall(), key=str)


def edges(ws: Workspace, kind: str, columns: str) -> list[tuple[Any, ...]]:
    return sorted(duckdb.sql(f"SELECT {columns} FROM '{ws.facts_dir}/edges/{kind}.parquet'").fetchall(), key=str)


def view(ws: Workspace, name: str, columns: str, as_of: date = LATE) -> list[tuple[Any, ...]]:
    with ws.views(as_of) as views:
        return sorted(views.relation(name).select(columns).fetchall(), key=str)


def everything(folder: Path) -> str:
    """Every text of every fact table."""
    found: list[str] = []
    for path in sorted(folder.glob("*/*.parquet")):
        for row in duckdb.sql(f"SELECT * FROM '{path}'").fetchall():
            found += [str(value) for value in row]
    return "\n".join(found)


# — who exists —


def test_an_exempted_account_is_no_person(make_workspace: Make) -> None:
    ws = make_workspace(
        {
            "whitelists": [{"detector": "B02", "kind": "账户", "value": account(7), "reason": "归集户"}],
            "accounts": [{"acct": account(7), "holder": "虚构保险股份有限公司"}],
        }
    )
    assert nodes(ws, "Person", "id") == []
    assert account(7) not in everything(ws.facts_dir)
    assert view(ws, "whitelists", "kind, subject_id") == [("account", ws.the(account(7)))]


def test_a_statement_makes_no_second_holder_of_a_filed_account(make_workspace: Make) -> None:
    paid = {"ts": "2023-01-01", "to_acct": account(2), "to_name": "虚构甲公司", "amount": "5"}
    ws = make_workspace(
        {
            "accounts": [{"acct": account(1), "holder": "张三", "holder_id": person(1)}],
            "transactions": [
                {"tx": "1", "from_acct": account(1), "from_name": "张三", **paid},
                {"tx": "2", "from_acct": account(1), "from_name": "张叁", **paid},
            ],
        }
    )
    assert nodes(ws, "Person", "id, name") == [(ws.the(person(1)), "张三")]
    assert edges(ws, "SIMILAR", "id") == []


def test_a_statement_names_the_holder_of_an_account_without_a_file(make_workspace: Make) -> None:
    row = {
        "tx": "1",
        "ts": "2023-01-01",
        "from_acct": account(1),
        "from_name": "张三",
        "to_acct": account(2),
        "amount": "5",
    }
    ws = make_workspace({"transactions": [row]})
    assert [name for (name,) in nodes(ws, "Person", "name")] == ["张三"]
    assert view(ws, "payments", "from_party, to_party")[0][0] == nodes(ws, "Person", "id")[0][0]


def test_the_payer_of_a_deposit_is_the_holder_of_the_account(make_workspace: Make) -> None:
    ws = make_workspace(
        {
            "accounts": [{"acct": account(1), "holder": "张三", "holder_id": person(1)}],
            "bid_deposits": [
                {"project_no": "T1", "bidder": "虚构甲公司", "acct": account(1), "payer": "张三", "amount": "100"}
            ],
        }
    )
    assert view(ws, "deposits", "holder_id, payer_id") == [(ws.the(person(1)), ws.the(person(1)))]


def test_an_authorised_item_and_the_lead_of_a_case_exist(make_workspace: Make) -> None:
    ws = make_workspace(
        {
            "authorisations": [{"item": "X9", "maker": "虚构厂有限公司", "supplier": "虚构甲公司"}],
            "cases": [
                {"case_no": "A1", "lead_no": "XS-1", "subject": "张三", "subject_id": person(1), "filed": "2023-01-01"}
            ],
        }
    )
    assert nodes(ws, "Item", "id, name") == [("item:X9", "X9")]
    assert nodes(ws, "Lead", "id, lead_no") == [("lead:XS-1", "XS-1")]
    assert edges(ws, "INSTANCE_OF", "from_id, to_id") == [("lead:XS-1", "case:A1")]
    assert edges(ws, "SOLD_BY", "from_id") == [("item:X9",)]


def test_a_contract_ties_its_lot_to_the_project(make_workspace: Make) -> None:
    ws = make_workspace(
        {
            "contracts": [
                {
                    "contract_no": "C1",
                    "project_no": "T1",
                    "buyer": "虚构县医院",
                    "supplier": "虚构甲公司",
                    "amount": "1",
                }
            ]
        }
    )
    assert edges(ws, "HAS_LOT", "from_id, to_id") == [("tender:T1", "lot:T1/1")]


def test_a_registered_type_decides_the_second_label(make_workspace: Make) -> None:
    """Whoever wins a contract is no company by that alone, when the register says that it is something else."""
    expected = {"银行": "", "机关": "", "保险公司": "", "企业": "Company", "医院": "Hospital", "": "Company"}
    rows = [{"uscc": company(n), "name": f"虚构{n}单位", "type": kind} for n, kind in enumerate(expected)]
    deals = [
        {"contract_no": f"C{n}", "buyer": "虚构县医院", "supplier": f"虚构{n}单位", "amount": "1"}
        for n in range(len(rows))
    ]
    ws = make_workspace({"organizations": rows, "contracts": deals})
    found = dict(nodes(ws, "Organization", "id, second"))
    assert {kind: found[f"org:{company(n)}"] for n, kind in enumerate(expected)} == expected


# — what they are —


def test_birth_and_sex_come_from_the_number_where_the_file_is_silent(make_workspace: Make) -> None:
    male, told = person(3), person(4)
    ws = make_workspace(
        {
            "persons": [
                {"id_no": male, "name": "张三"},
                {"id_no": told, "name": "李四", "birth": "1970-01-02", "sex": "女"},
            ]
        }
    )
    rows = {i: (birth, sex) for i, birth, sex in view(ws, "people", "id, birth, sex")}
    assert rows[ws.the(male)] == (date(1980, 4, 4), "M" if int(male[16]) % 2 else "F")
    assert rows[ws.the(told)] == (date(1970, 1, 2), "F")


def test_a_candidate_who_was_awarded_is_awarded(make_workspace: Make) -> None:
    steps = {"T1": ("候选", "中标"), "T2": ("中标", "候选")}
    awards = [
        {"project_no": p, "supplier": "虚构甲公司", "amount": "100", "date": f"2023-0{i}-01", "status": s}
        for p, order in steps.items()
        for i, s in enumerate(order, start=1)
    ]
    ws = make_workspace(
        {"awards": awards, "tenders": [{"project_no": p, "method": "公开招标", "buyer": "虚构县医院"} for p in steps]}
    )
    assert {(tender, status) for tender, status in view(ws, "awards", "tender_id, status")} == {
        ("tender:T1", "active"),
        ("tender:T2", "active"),
    }
    assert {tender for tender, kind in view(ws, "deals", "tender_id, kind") if kind == "award"} == {
        "tender:T1",
        "tender:T2",
    }


# — how sure —


def test_a_weaker_row_does_not_weaken_what_a_better_one_states(make_workspace: Make) -> None:
    """The bid names its bidder by code; that a machine code names it by name takes nothing away."""
    bid = {"project_no": "T1", "bidder": "虚构甲公司", "bidder_uscc": company(1), "amount": "100"}
    alone = make_workspace({"bids": [bid]})
    both = make_workspace(
        {
            "bids": [bid],
            "bid_artifacts": [{"project_no": "T1", "bidder": "虚构甲公司", "kind": "MAC地址", "value": "02-00"}],
        }
    )
    columns = "id, grade"
    assert edges(alone, "BID_BY", columns) == edges(both, "BID_BY", columns)
    assert edges(both, "BID_BY", "grade") == [("identifier",)]
    eid = edges(both, "BID_BY", "id")[0][0]
    source = both.facts.evidence([eid])[eid].source
    assert source is not None and source.file == "bids.csv"


def test_derived_edges_are_as_weak_as_their_weakest_part(make_workspace: Make) -> None:
    """`name_only` is weaker than `unique_name`, though it comes earlier in the alphabet."""
    ws = make_workspace(
        {
            "organizations": [{"uscc": company(1), "name": "虚构甲公司"}],
            "roles": [
                {"company": "虚构甲公司", "holder": "张三", "holder_id": person(1), "kind": "股东", "share_pct": "80"},
                {"company": "虚构乙公司", "holder": "虚构甲公司", "kind": "股东", "share_pct": "50"},
                {"company": "虚构丙公司", "holder": "虚构乙公司", "kind": "股东", "share_pct": "90"},
                {"company": "虚构丙公司", "holder": "张三", "holder_id": person(1), "kind": "股东", "share_pct": "5"},
            ],
        }
    )
    assert dict(edges(ws, "CONTROLS", "to_id, grade")) == {
        "org:name:虚构乙公司": "name_only",
        "org:name:虚构丙公司": "name_only",
    }


def test_two_firms_known_by_name_in_one_project_are_weak_partners_elsewhere(make_workspace: Make) -> None:
    bids = [
        {"project_no": f"T{t}", "bidder": b, "bidder_uscc": u if t else "", "amount": "1"}
        for t in range(2)
        for b, u in (("虚构甲公司", company(1)), ("虚构乙公司", company(2)))
    ]
    ws = make_workspace(
        {"bids": [*bids, {"project_no": "T9", "bidder": "虚构甲公司", "bidder_uscc": company(1), "amount": "1"}]}
    )
    assert edges(ws, "CO_BID", "grade, n") == [("unique_name", 2)]


def test_a_name_is_unique_inside_a_project_only(make_workspace: Make) -> None:
    deals = [
        {"contract_no": f"C{p}", "project_no": p, "buyer": "虚构县医院", "supplier": "虚构甲公司", "amount": "1"}
        for p in ("", "T1")
    ]
    ws = make_workspace({"contracts": deals})
    assert dict(edges(ws, "AWARDED_TO", "from_id, grade")) == {"contract:C": "name_only", "contract:CT1": "unique_name"}


# — when —


def contact(subject: int, start: str, end: str) -> dict[str, object]:
    return {
        "subject": f"虚{subject}",
        "subject_id": person(subject),
        "kind": "电话",
        "value": "16000000001",
        "from_date": start,
        "to_date": end,
    }


def test_a_shared_number_is_shared_while_both_have_it(make_workspace: Make) -> None:
    early, later = ("2010-01-01", "2012-12-31"), ("2018-01-01", "2020-12-31")
    ws = make_workspace({"contacts": [contact(n, *span) for n in (1, 2) for span in (early, later)]})
    (start, end, parts) = edges(ws, "SHARES_CONTACT", "from_date, to_date, parts")[0]
    assert (start, end) == (date(2010, 1, 1), date(2012, 12, 31))
    assert {p.partition(">")[0].removeprefix("HAS_CONTACT:") for p in parts} == {ws.the(person(1)), ws.the(person(2))}


def test_a_number_handed_on_is_not_shared(make_workspace: Make) -> None:
    ws = make_workspace({"contacts": [contact(1, "2010-01-01", "2012-12-31"), contact(2, "2013-01-01", "2014-12-31")]})
    assert edges(ws, "SHARES_CONTACT", "id") == []


def owns(firm: str, holder: str, share: int, start: str = "", end: str = "", number: str = "") -> dict[str, object]:
    return {
        "company": firm,
        "holder": holder,
        "holder_id": number,
        "kind": "股东",
        "share_pct": str(share),
        "from_date": start,
        "to_date": end,
    }


def test_shares_that_were_never_held_together_control_nothing(make_workspace: Make) -> None:
    sold = owns("虚构甲公司", "张三", 80, "2010-01-01", "2014-12-31", person(1))
    ws = make_workspace({"roles": [sold, owns("虚构乙公司", "虚构甲公司", 90, "2016-01-01", "2020-12-31")]})
    assert edges(ws, "CONTROLS", "id") == []


def test_control_lasts_while_all_its_shares_are_held(make_workspace: Make) -> None:
    ws = make_workspace(
        {
            "roles": [
                owns("虚构甲公司", "张三", 80, "2010-01-01", "2018-12-31", person(1)),
                owns("虚构乙公司", "虚构甲公司", 90, "2016-01-01", ""),
            ]
        }
    )
    assert edges(ws, "CONTROLS", "eff_pct, from_date, to_date") == [(72.0, date(2016, 1, 1), date(2018, 12, 31))]
    assert view(ws, "control", "eff_pct", date(2015, 6, 1)) == []
    assert view(ws, "control", "eff_pct", date(2017, 6, 1)) == [(72.0,)]


def test_what_happens_later_is_not_known_yet(make_workspace: Make) -> None:
    day = "2023-05-06"
    tables: Tables = {
        "tenders": [{"project_no": "T1", "method": "公开招标", "buyer": "甲医院", "published": day}],
        "lots": [{"project_no": "T1", "lot": "1"}],
        "bid_artifacts": [{"project_no": "T1", "bidder": "甲公司", "kind": "MAC地址", "value": "02", "recorded": day}],
        "bid_deposits": [{"project_no": "T1", "bidder": "甲公司", "acct": "1234567", "amount": "1", "ts": day}],
        "prices": [{"item": "X1", "source": "挂网", "price": "1", "from_date": day}],
        "evaluators": [{"project_no": "T1", "person": "张三", "id_no": person(1)}],
        "benefit_payments": [
            {"id_no": person(1), "name": "张三", "scheme": "低保", "period": "2023-04", "amount": "1", "paid": day}
        ],
    }
    ws = make_workspace(tables)
    for name in ("tenders", "lots", "artifacts", "deposits", "prices", "evaluations", "benefit_payments"):
        assert len(view(ws, name, "*", date(2023, 5, 5))) == 0, name
        assert len(view(ws, name, "*", date(2023, 5, 6))) == 1, name


# — no number in the facts —


def test_a_number_in_the_place_of_a_name_stays_in_the_records(make_workspace: Make) -> None:
    number, phone = person(1), "16000000001"
    tables: Tables = {
        "contacts": [{"subject": number, "kind": "电话", "value": phone}],
        "roles": [{"company": "虚构甲公司", "holder": number, "kind": "股东"}],
        "transactions": [
            {
                "tx": "1",
                "ts": "2023-01-01",
                "from_acct": account(1),
                "from_name": number,
                "to_acct": account(2),
                "amount": "5",
            }
        ],
        "evaluators": [{"project_no": "T1", "person": number, "bidder": number}],
        "bids": [{"project_no": "T1", "bidder": number, "amount": "5", "contact": number, "contact_phone": phone}],
        "contracts": [{"contract_no": "C1", "buyer": "虚构县医院", "supplier": number, "amount": "5"}],
        "staff": [{"org": "虚构县医院", "name": number, "role_code": "医师"}],
        "recusals": [{"person": "李四", "counterparty": number, "date": "2023-01-01"}],
    }
    text = everything(make_workspace(tables).facts_dir)
    assert [secret for secret in (number, account(1), phone) if secret in text] == []


def test_rows_that_are_kept_hold_no_number(make_workspace: Make) -> None:
    """Cash lines and white lists as the views need them; columns that no template knows stay in the records too."""
    number, phone, odd = person(1), "16000000001", "6222020111122223333"
    cash = {
        "tx": "1",
        "ts": "2023-01-01",
        "from_acct": account(1),
        "from_name": number,
        "to_acct": "现金",
        "amount": "5",
    }
    exempt = {"账户": account(1), "人员": number, "电话": phone, "单位": "虚构甲公司", "产品": "X1"}
    tables: Tables = {
        "transactions": [{**cash, "memo": odd}],
        "whitelists": [{"kind": k, "value": v, "reason": number, "memo": odd} for k, v in exempt.items()],
        "bid_lines": [{"project_no": "T1", "bidder": number, "line_no": "1", "unit_price": "5", "memo": odd}],
        "prices": [{"item": "X1", "source": "挂网", "price": "1", "memo": odd}],
        "accounts": [{"acct": account(1), "holder": "张三", "holder_id": number}],
        "persons": [{"id_no": number, "name": "张三", "phone": phone}],
    }
    ws = make_workspace(tables)
    text = everything(ws.facts_dir)
    assert [secret for secret in (number, account(1), phone, odd) if secret in text] == []
    someone, held = ws.the(number), ws.the(account(1))
    assert view(ws, "payments", "from_acct, from_party, to_party, amount_fen") == [(held, someone, None, 500)]
    listed = {kind: (value, i) for kind, value, i in view(ws, "whitelists", "kind, value, subject_id")}
    assert listed == {
        "account": (f"尾号{account(1)[-4:]}", held),
        "person": (f"尾号{number[-4:]}", someone),
        "phone": ("尾号0001", nodes(ws, "Contact", "id")[0][0]),
        "org": ("虚构甲公司", "org:name:虚构甲公司"),
        "item": ("X1", "item:X1"),
    }
    assert view(ws, "bid_lines", "bidder_name = bidder_id, unit_price_fen") == [(True, 500)]


def test_exempted_things_of_equal_last_digits_stay_apart(make_workspace: Make) -> None:
    ws = make_workspace(
        {
            "whitelists": [{"kind": "电话", "value": "16000000001"}],
            "persons": [
                {"id_no": person(n), "name": f"虚{n}", "phone": phone}
                for n, phone in enumerate(("16000000001", "16100000001"))
            ],
        }
    )
    ((value, exempt),) = view(ws, "whitelists", "value, subject_id")
    shown = dict(view(ws, "contacts", "contact_id, value"))
    assert len(shown) == 2 and exempt in shown
    assert value not in {v for c, v in shown.items() if c != exempt}


def test_a_mistyped_number_in_the_place_of_a_name_is_no_name(make_workspace: Make) -> None:
    wrong = person(1)[:-1] + ("0" if person(1)[-1] != "0" else "1")
    ws = make_workspace({"roles": [{"company": "虚构甲公司", "holder": wrong, "kind": "股东"}]})
    assert wrong not in everything(ws.facts_dir)
    assert edges(ws, "OWNS", "grade") == [("name_only",)]


def test_a_phone_given_as_wechat_shows_its_last_four(make_workspace: Make) -> None:
    ws = make_workspace(
        {"contacts": [{"subject": "张三", "subject_id": person(1), "kind": "微信", "value": "16000000001"}]}
    )
    assert nodes(ws, "Contact", "name") == [("微信 尾号0001",)]


def test_money_paid_to_a_mistyped_number_is_not_lost(make_workspace: Make) -> None:
    wrong = person(1)[:-1] + ("0" if person(1)[-1] != "0" else "1")
    payment = {"id_no": wrong, "scheme": "低保", "period": "2023-04", "amount": "100", "paid": "2023-04-15"}
    ws = make_workspace({"benefit_payments": [payment, {**payment, "id_no": person(2)}]})
    rows = view(ws, "benefit_payments", "grade, amount_fen")
    assert rows == [("identifier", 10000), ("name_only", 10000)]


def test_the_phone_of_a_bid_is_an_id_in_the_view(make_workspace: Make) -> None:
    bids = [
        {"project_no": "T1", "bidder": b, "amount": "1", "contact_phone": p}
        for b, p in (("甲公司", "160 0000 0001"), ("乙公司", "16000000001"))
    ]
    ws = make_workspace({"bids": bids})
    phones = {phone for (phone,) in view(ws, "bids", "contact_phone")}
    assert phones == {i for (i,) in nodes(ws, "Contact", "id")} and len(phones) == 1


def test_an_unknown_view_is_a_usage_error(make_workspace: Make) -> None:
    from graphkit.errors import UsageError

    ws = make_workspace({"persons": [{"id_no": person(1), "name": "张三"}]})
    with ws.views(LATE) as views, pytest.raises(UsageError, match="nothing_known"):
        views.view("nothing_known")


def test_views_say_which_files_and_columns_have_values(make_workspace: Make) -> None:
    ws = make_workspace({"persons": [{"id_no": person(1), "name": "张三", "phone": ""}]})
    with ws.views(LATE) as views:
        assert isinstance(views, Views)
        answers = [
            views.has("persons"),
            views.has("persons", "name"),
            views.has("persons", "phone"),
            views.has("staff"),
            views.has("staff", "name"),
        ]
    assert answers == [True, True, False, False, False]


def test_hospitals_keep_their_code(make_workspace: Make) -> None:
    ws = make_workspace(
        {"organizations": [{"uscc": hospital(1), "name": "虚构县医院", "type": "医院", "level": "二级"}]}
    )
    assert view(ws, "orgs", "id, uscc, kind, level, grade") == [
        (f"org:{hospital(1)}", hospital(1), "hospital", "二级", "identifier")
    ]
