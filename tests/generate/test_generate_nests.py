"""Every nest can be found in the rows: the links that its shape promises exist and are in lawful order of time."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import mean, median, pstdev
from typing import Any

import pytest

Rows = Mapping[str, list[dict[str, str]]]


@pytest.fixture(scope="module", params=[0, 4])
def planted(
    request: pytest.FixtureRequest, rows_of: Callable[..., Rows], province: Callable[..., Path]
) -> tuple[Rows, dict[int, dict[str, Any]]]:
    size = {"hospitals": 6, "seed": request.param, "nests": 5}
    truth = json.loads((province(**size) / "truth.json").read_text("utf-8"))
    return rows_of(**size), {nest["shape"]: nest for nest in truth["nests"]}


def member(nest: dict[str, Any], role: str) -> str:
    """The number of the one member whose role starts so."""
    (found,) = [m.get("id_no", m.get("uscc")) for m in nest["members"] if m["role"].startswith(role)]
    return str(found)


def name(nest: dict[str, Any], role: str) -> str:
    return next(str(m["name"]) for m in nest["members"] if m["role"].startswith(role))


def transfers(rows: Rows, payer: str, payee: str) -> list[tuple[datetime, float]]:
    holder = {row["acct"]: row["holder_id"] for row in rows["accounts"]}
    return [
        (datetime.fromisoformat(row["ts"]), float(row["amount"]))
        for row in rows["transactions"]
        if (holder[row["from_acct"]], holder[row["to_acct"]]) == (payer, payee)
    ]


def kin(rows: Rows) -> set[tuple[str, str, str]]:
    return {(row["id_no_a"], row["id_no_b"], row["code"]) for row in rows["kinship"]}


def buyer_code(rows: Rows, nest: dict[str, Any]) -> str:
    return next(row["uscc"] for row in rows["organizations"] if row["name"] == nest["hospital"])


def test_every_nest_has_five_to_nine_members_that_exist(planted: tuple[Rows, dict[int, dict[str, Any]]]) -> None:
    rows, nests = planted
    known = {row["id_no"] for row in rows["persons"]} | {row["uscc"] for row in rows["organizations"]}
    assert sorted(nests) == [1, 2, 3, 4, 5]
    for nest in nests.values():
        numbers = [m.get("id_no", m.get("uscc")) for m in nest["members"]]
        assert 5 <= len(set(numbers)) == len(numbers) <= 9
        assert set(numbers) <= known


def test_no_member_is_also_a_look_alike(province: Callable[..., Path]) -> None:
    for seed in (0, 4):
        truth = json.loads((province(hospitals=6, seed=seed, nests=5) / "truth.json").read_text("utf-8"))
        members = {m.get("id_no", m.get("uscc")) for nest in truth["nests"] for m in nest["members"]}
        innocent = {s.get("id_no", s.get("uscc")) for like in truth["lookalikes"] for s in like["subjects"]}
        assert not members & innocent
        assert len(truth["lookalikes"]) >= 2 * len(truth["nests"])
        assert len({like["kind"] for like in truth["lookalikes"]}) == len(truth["lookalikes"])


def test_shape_1_money_comes_back_after_every_payment(planted: tuple[Rows, dict[int, dict[str, Any]]]) -> None:
    rows, nests = planted
    nest = nests[1]
    chief, owner = member(nest, "equipment chief"), member(nest, "wife's brother")
    wife = next(m["id_no"] for m in nest["members"] if m["role"] == "wife")
    firm, mule = member(nest, "supplier"), member(nest, "mule")
    assert (chief, wife, "配偶") in kin(rows)
    assert (wife, owner, "兄弟姐妹") in kin(rows)
    received = transfers(rows, buyer_code(rows, nest), firm)
    to_mule, to_wife = transfers(rows, firm, mule), transfers(rows, mule, wife)
    assert len(received) == len(to_mule) == len(to_wife) == 6
    for (paid, amount), (out, part), (back, rest) in zip(received, to_mule, to_wife, strict=True):
        assert paid < out < back <= paid + timedelta(days=45)
        assert back - out <= timedelta(hours=72)
        assert 0.02 <= part / amount <= 0.5
        assert part >= 50_000
        assert rest / part >= 0.9


def test_shape_2_ring_bids_alone_on_one_machine_and_purse(planted: tuple[Rows, dict[int, dict[str, Any]]]) -> None:
    rows, nests = planted
    nest = nests[2]
    ring = {m["name"] for m in nest["members"] if m["role"].startswith("ring bidder")}
    prices = defaultdict(list)
    for row in rows["bids"]:
        if row["bidder"] in ring:
            prices[row["project_no"]].append(float(row["amount"]))
    assert len(prices) == 4
    for project, offered in prices.items():
        everyone = [row for row in rows["bids"] if row["project_no"] == project]
        assert len(everyone) == 4
        ordered = sorted(offered)
        steps = [b / a - 1 for a, b in pairwise(ordered)]
        assert pstdev(steps) / mean(steps) <= 0.02
        traces = {(r["kind"], r["value"]) for r in rows["bid_artifacts"] if r["project_no"] == project}
        assert len([value for what, value in traces if what == "mac"]) == 1
        assert len({row["acct"] for row in rows["bid_deposits"] if row["project_no"] == project}) == 1
    head, owner = member(nest, "purchasing head"), member(nest, "shadow owner")
    assert (head, owner, "兄弟姐妹") in kin(rows)
    assert {row["company"] for row in rows["roles"] if row["holder_id"] == owner} <= ring


def test_shape_3_owner_behind_a_nominee(planted: tuple[Rows, dict[int, dict[str, Any]]]) -> None:
    rows, nests = planted
    nest = nests[3]
    chief, firm = member(nest, "vice president"), name(nest, "supplier")
    assert any((r["company"], r["holder_id"], r["kind"]) == (firm, chief, "beneficial_owner") for r in rows["roles"])
    assert any(row["supplier"] == firm and row["buyer"] == nest["hospital"] for row in rows["contracts"])
    shared = defaultdict(set)
    for row in rows["contacts"]:
        shared[row["subject_id"]].add((row["kind"], row["value"]))
    assert len(shared[member(nest, "pharmacy head")] & shared[member(nest, "sales agent")]) == 2
    assert sum(amount for _, amount in transfers(rows, member(nest, "supplier"), member(nest, "wife"))) >= 10_000
    assert len(transfers(rows, member(nest, "sales agent"), member(nest, "pharmacy head"))) == 9


def test_shape_4_split_overpriced_and_shared_out(planted: tuple[Rows, dict[int, dict[str, Any]]]) -> None:
    rows, nests = planted
    nest = nests[4]
    firm = name(nest, "supplier")
    parts = [row for row in rows["contracts"] if row["supplier"] == firm]
    amounts = [float(row["amount"]) for row in parts]
    assert len({(row["buyer"], row["signed"][:4], row["budget_item"], row["category"]) for row in parts}) == 1
    assert max(amounts) < 2_000_000 < sum(amounts)
    days = sorted(datetime.fromisoformat(row["signed"]) for row in parts)
    assert days[-1] - days[0] <= timedelta(days=90)
    own = {row["contract_no"] for row in parts}
    for row in (row for row in rows["contract_lines"] if row["contract_no"] in own):
        others = [
            float(r["unit_price"])
            for r in rows["contract_lines"]
            if r["item"] == row["item"] and r["contract_no"] not in own
        ]
        assert len(others) >= 5
        assert float(row["unit_price"]) / median(others) >= 1.8
    wards = [m["id_no"] for m in nest["members"] if m["role"] == "ward head"]
    assert len({row["dept"] for row in rows["staff"] if row["id_no"] in wards}) >= 2
    for ward in wards:
        assert sum(amount for _, amount in transfers(rows, member(nest, "sales agent"), ward)) >= 10_000


def test_shape_5_the_dead_are_paid_and_the_living_twice(planted: tuple[Rows, dict[int, dict[str, Any]]]) -> None:
    rows, nests = planted
    nest = nests[5]
    holders = {m["name"] for m in nest["members"] if "account holder" in m["role"]}
    died = {row["id_no"]: row["date"][:7] for row in rows["deaths"]}
    late, double = defaultdict(int), defaultdict(set)
    for row in rows["benefit_payments"]:
        if row["acct_holder"] in holders and row["period"] > died.get(row["id_no"], "9999"):
            late[row["id_no"]] += 1
        if row["id_no"] not in died:
            double[row["id_no"], row["period"]].add(row["scheme"])
    assert len(late) == 5
    assert min(late.values()) >= 8
    assert len({who for (who, _), schemes in double.items() if len(schemes) == 2}) == 2
    handlers = {row["handler_id_no"] for row in rows["beneficiaries"] if row["id_no"] in late}
    assert handlers == {member(nest, "benefit handler")}
    village, firm = name(nest, "village head"), name(nest, "village supplier")
    assert len([row for row in rows["contracts"] if row["supplier"] == firm]) == 3
    assert any(row["name"] == village and row["role_code"] == "village_head" for row in rows["staff"])


def test_nests_never_share_a_member_even_when_every_hospital_has_one(province: Callable[..., Path]) -> None:
    for seed in range(4):
        truth = json.loads((province(hospitals=10, seed=seed, nests=10) / "truth.json").read_text("utf-8"))
        everyone = [m.get("id_no", m.get("uscc")) for nest in truth["nests"] for m in nest["members"]]
        assert len(set(everyone)) == len(everyone)
