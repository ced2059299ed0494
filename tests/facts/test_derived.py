"""Edges that several rows together state: composed kin, halves of a transfer, shared contacts, co-bids, control."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import duckdb
import pytest

from graphkit.workspace import Workspace
from tests.conftest import Tables, account, company, person

Make = Callable[[Tables], Workspace]


def rows(ws: Workspace, kind: str, columns: str) -> list[tuple[object, ...]]:
    path = ws.facts_dir / "edges" / f"{kind}.parquet"
    return sorted(duckdb.sql(f"SELECT {columns} FROM '{path}'").fetchall(), key=str)


def kin(a: int, b: int, code: str, **dates: str) -> dict[str, object]:
    return {"id_no_a": person(a), "id_no_b": person(b), "code": code, **dates}


@pytest.mark.parametrize(
    ("chain", "code", "degree"),
    [
        (("配偶", "兄弟姐妹"), "IL1", 2),
        (("父母", "兄弟姐妹"), "UN", 3),
        (("兄弟姐妹", "子女"), "NE", 3),
        (("子女", "配偶"), "IL1", 2),
        (("父母", "兄弟姐妹", "子女"), "CO", 4),
        (("配偶", "兄弟姐妹", "配偶"), "IL2", 3),
        (("子女", "配偶", "父母"), "IL2", 3),
        (("父母", "父母"), "GP", 2),
    ],
)
def test_kin_is_composed_by_table(make_workspace: Make, chain: tuple[str, ...], code: str, degree: int) -> None:
    ws = make_workspace({"kinship": [kin(i, i + 1, step) for i, step in enumerate(chain)]})
    first, last = ws.the(person(0)), ws.the(person(len(chain)))
    with ws.views() as views:
        found = (
            views.relation("kin")
            .filter(f"a_id = '{first}' AND b_id = '{last}'")
            .select("code, degree, derived")
            .fetchall()
        )
    assert found == [(code, degree, True)]
    parts = {
        len(p)
        for (p,) in duckdb.sql(f"SELECT parts FROM '{ws.facts_dir}/edges/KIN_OF.parquet' WHERE derived").fetchall()
    }
    assert len(chain) in parts


def test_composed_kin_ends_with_the_marriage(make_workspace: Make) -> None:
    ws = make_workspace(
        {
            "kinship": [
                kin(0, 1, "配偶", from_date="2010-01-01", to_date="2015-06-30"),
                kin(1, 2, "兄弟姐妹", from_date="", to_date=""),
            ]
        }
    )
    derived = [r for r in rows(ws, "KIN_OF", "derived, from_date, to_date") if r[0]]
    assert [str(d) for d in derived[0][1:]] == ["2010-01-01", "2015-06-30"]


def test_a_recorded_tie_is_not_derived_again(make_workspace: Make) -> None:
    ws = make_workspace({"kinship": [kin(0, 1, "配偶"), kin(1, 2, "兄弟姐妹"), kin(0, 2, "妻弟")]})
    assert not any(r[0] for r in rows(ws, "KIN_OF", "derived"))


def payment(tx: str, a: int, b: int, amount: str, ts: str, direction: str = "") -> dict[str, object]:
    return {
        "tx": tx,
        "ts": ts,
        "from_acct": account(a),
        "to_acct": account(b),
        "amount": amount,
        "direction": direction,
    }


def test_both_halves_of_a_transfer_are_one_payment(make_workspace: Make) -> None:
    ws = make_workspace(
        {
            "transactions": [
                payment("A1", 1, 2, "500", "2023-05-06 10:00:00", "借"),
                payment("B9", 2, 1, "500", "2023-05-06 10:00:02", "贷"),
            ]
        }
    )
    assert rows(ws, "PAID", "from_id, to_id, amount_fen") == [(ws.the(account(1)), ws.the(account(2)), 50000)]


def test_two_equal_payments_of_one_day_stay_two(make_workspace: Make) -> None:
    ws = make_workspace(
        {
            "transactions": [
                payment("A1", 1, 2, "500", "2023-05-06 10:00:00"),
                payment("A2", 1, 2, "500", "2023-05-06 10:00:00"),
            ]
        }
    )
    assert len(rows(ws, "PAID", "id")) == 2


def test_cash_is_no_account_and_is_not_lost(make_workspace: Make) -> None:
    ws = make_workspace(
        {"transactions": [{"tx": "1", "ts": "2023-05-06", "from_acct": "现金", "to_acct": account(1), "amount": "900"}]}
    )
    assert rows(ws, "PAID", "id") == []
    with ws.views() as views:
        assert views.relation("payments").select("from_party, to_acct, amount_fen, channel").fetchall() == [
            (None, ws.the(account(1)), 90000, "cash")
        ]


@pytest.mark.parametrize(("sharers", "pairs"), [(2, 1), (20, 190), (21, 0)])
def test_a_contact_of_many_ties_nobody(make_workspace: Make, sharers: int, pairs: int) -> None:
    people = [{"id_no": person(n), "name": f"虚{n}", "phone": "160-0000-0001"} for n in range(sharers)]
    ws = make_workspace({"persons": people})
    assert len(rows(ws, "SHARES_CONTACT", "id")) == pairs
    assert len(rows(ws, "HAS_CONTACT", "id")) == sharers


def test_co_bids_count_lots_and_jaccard(make_workspace: Make) -> None:
    bids = [
        {"project_no": f"T{t}", "bidder": b, "amount": "1"} for t, firms in enumerate(("AB", "AB", "AC")) for b in firms
    ]
    ws = make_workspace({"bids": bids})
    assert rows(ws, "CO_BID", "n, jaccard") == [(2, pytest.approx(2 / 3, abs=1e-6))]


def test_effective_share_through_a_company(make_workspace: Make) -> None:
    """CATALOGUE K09: .6 × .5 + .1 = .4"""
    roles = [
        {"company": "虚构甲公司", "holder": "张三", "holder_id": person(1), "kind": "股东", "share_pct": "60"},
        {"company": "虚构乙公司", "holder": "虚构甲公司", "holder_id": "", "kind": "股东", "share_pct": "50"},
        {"company": "虚构乙公司", "holder": "张三", "holder_id": person(1), "kind": "股东", "share_pct": "10"},
    ]
    ws = make_workspace({"roles": roles})
    assert rows(ws, "CONTROLS", "to_id, eff_pct") == [("org:name:虚构乙公司", 40.0)]


def test_ownership_in_a_circle_ends(make_workspace: Make) -> None:
    roles = [
        {"company": "虚构甲公司", "holder": "虚构乙公司", "kind": "股东", "share_pct": "50"},
        {"company": "虚构乙公司", "holder": "虚构甲公司", "kind": "股东", "share_pct": "50"},
        {"company": "虚构甲公司", "holder": "张三", "holder_id": person(1), "kind": "股东", "share_pct": "50"},
    ]
    ws = make_workspace({"roles": roles, "organizations": [{"uscc": company(1), "name": "虚构甲公司"}]})
    assert {to for to, _ in rows(ws, "CONTROLS", "to_id, eff_pct")} == {"org:name:虚构乙公司"}


# — one payment, two statements —

HALVES: Tables = {
    "transactions": [
        {**payment("A1", 1, 2, "500", "2023-05-06 10:00:00", "借"), "memo": "甲行"},
        {**payment("A2", 1, 2, "500", "2023-05-06 15:00:00", "借"), "memo": "甲行"},
        {**payment("B9", 2, 1, "500", "2023-05-06 15:00:02", "贷"), "memo": "乙行"},
        {**payment("B7", 1, 3, "700", "2023-05-06 16:00:00", ""), "memo": "丙行"},
    ],
    "accounts": [{"acct": account(n), "holder": f"虚{n}", "holder_id": person(n)} for n in (1, 2, 3)],
}


def _lines(evidence: dict[str, object]) -> list[int]:
    sources = evidence.get("sources", [evidence["source"]])
    return [s["row"] for s in sources]  # type: ignore[attr-defined]


def _paid(answer: object) -> dict[str, list[int]]:
    """Serial of each payment in an answer → the rows that state it."""
    found: dict[str, list[int]] = {}
    if isinstance(answer, dict):
        if answer.get("type") == "PAID" and answer.get("kind") == "edge":
            found[answer["props"]["tx"]] = _lines(answer)
        for inner in answer.values():
            found |= _paid(inner)
    elif isinstance(answer, list):
        for inner in answer:
            found |= _paid(inner)
    return found


def test_a_merged_payment_shows_the_row_of_either_statement(make_workspace: Make) -> None:
    """The credit line of 15:00:02 belongs to the debit line of 15:00, not to the one of 10:00."""
    ws = make_workspace(HALVES)
    expected = {"A1": [2], "A2": [3, 4], "B7": [5]}
    assert _paid(ws.neighbors(account(1))) == expected
    assert _paid(ws.expand([person(1)], top=5)).items() >= {"A2": [3, 4]}.items()
    alone = make_workspace({**HALVES, "transactions": HALVES["transactions"][1:]})
    assert _paid(alone.path(person(1), person(2))) == {"A2": [2, 3]}
    merged = next(n["edge"] for n in ws.neighbors(account(1))["neighbors"] if n["edge"]["props"].get("tx") == "A2")
    assert merged["source"] == merged["sources"][0]
    assert {s["row_sha256"] for s in merged["sources"]} != {merged["source"]["row_sha256"]}


def test_only_payments_know_further_rows(make_workspace: Make) -> None:
    ws = make_workspace(HALVES)
    assert rows(ws, "PAID", "tx, len(also)") == [("A1", None), ("A2", 1), ("B7", None)]
    held = duckdb.sql(f"DESCRIBE SELECT * FROM '{ws.facts_dir}/edges/HOLDS_ACCOUNT.parquet'").fetchall()
    assert "also" not in {name for name, *_ in held}


def test_equal_serials_pair_halves_of_equal_payments(make_workspace: Make) -> None:
    ws = make_workspace(
        {
            "transactions": [
                payment("X1", 1, 2, "500", "2023-05-06 10:00:00", "借"),
                payment("X2", 1, 2, "500", "2023-05-06 10:00:01", "借"),
                payment("X2", 2, 1, "500", "2023-05-06 10:00:00", "贷"),
            ]
        }
    )
    assert _paid(ws.neighbors(account(1))) == {"X1": [2], "X2": [3, 4]}


# — bids together, and when —


def _bid_together(*days: str) -> Tables:
    return {
        "tenders": [
            {"project_no": f"T{i}", "method": "公开招标", "buyer": "虚构县医院", "published": day}
            for i, day in enumerate(days)
            if day
        ],
        "bids": [{"project_no": f"T{i}", "bidder": b, "amount": "1"} for i in range(len(days)) for b in ("虚甲公司", "虚乙公司")],
    }  # fmt: skip


def test_bidding_together_is_dated_by_the_last_lot_it_counts(make_workspace: Make) -> None:
    ws = make_workspace(_bid_together("2021-03-01", "2022-04-01", "2023-05-01"))
    assert [tuple(map(str, r)) for r in rows(ws, "CO_BID", "n, from_date, to_date")] == [
        ("3", "2023-05-01", "2023-05-01")
    ]

    def ties(as_of: date | None) -> list[int]:
        answer = ws.neighbors("虚甲公司", as_of=as_of)
        hops = [h["type"] for p in ws.path("虚甲公司", "虚乙公司", as_of=as_of)["paths"] for h in p["hops"]]
        return [sum(g["count"] for g in answer["groups"] if g["type"] == "CO_BID"), hops.count("CO_BID")]

    assert ties(date(2023, 4, 30)) == [0, 0]
    assert ties(date(2023, 5, 1)) == ties(date(2030, 1, 1)) == ties(None) == [1, 1]


def test_the_opening_counts_before_the_deadline_and_the_notice(make_workspace: Make) -> None:
    tables = _bid_together("2021-03-01", "2021-03-01")
    dated = {"deadline": "2021-03-20 09:00:00", "opened": "2021-03-21 09:00:00"}
    tables = {**tables, "tenders": [tables["tenders"][0], {**tables["tenders"][1], **dated}]}
    ws = make_workspace(tables)
    assert [str(r[0]) for r in rows(ws, "CO_BID", "from_date")] == ["2021-03-21"]
    late = {**tables, "tenders": [{k: v for k, v in t.items() if k != "opened"} for t in tables["tenders"]]}
    assert [str(r[0]) for r in rows(make_workspace(late), "CO_BID", "from_date")] == ["2021-03-20"]


def test_bidding_together_without_any_day_is_undated(make_workspace: Make) -> None:
    ws = make_workspace(_bid_together("", ""))
    assert rows(ws, "CO_BID", "n, from_date, to_date") == [(2, None, None)]
    received = {"bids": [{**b, "received": "2022-01-02 10:00:00"} for b in _bid_together("", "")["bids"]]}
    assert [str(r[0]) for r in rows(make_workspace(received), "CO_BID", "to_date")] == ["2022-01-02"]
