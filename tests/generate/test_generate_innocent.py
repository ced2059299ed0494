"""Beyond what is planted nothing is wrong: each check is a red flag's rule written again, over the CSV rows."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path
from statistics import mean, median, pstdev
from typing import Any

import pytest

Rows = Mapping[str, list[dict[str, str]]]
CONTROL = {"legal_rep", "shareholder", "director", "beneficial_owner", "manager", "employee"}


@pytest.fixture(scope="module", params=[1, 6])
def seed(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture(scope="module")
def rows(seed: int, rows_of: Callable[..., Rows]) -> Rows:
    return rows_of(hospitals=4, seed=seed, nests=0)


@pytest.fixture(scope="module")
def likes(seed: int, province: Callable[..., Path]) -> dict[str, Any]:
    truth = json.loads((province(hospitals=4, seed=seed, nests=0) / "truth.json").read_text("utf-8"))
    return {like["kind"]: {s.get("id_no", s.get("uscc")) for s in like["subjects"]} for like in truth["lookalikes"]}


def insiders(rows: Rows, buyer: str) -> dict[str, str]:
    """ID number → last day in post, for staff of a buyer."""
    return {row["id_no"]: row["to_date"] or "9999" for row in rows["staff"] if row["org"] == buyer}


def kin_within(rows: Rows, who: str, steps: int) -> set[str]:
    near, edge = {who}, {who}
    graph = defaultdict(set)
    for row in rows["kinship"]:
        if row["code"] != "特定关系人":
            graph[row["id_no_a"]].add(row["id_no_b"])
            graph[row["id_no_b"]].add(row["id_no_a"])
    for _ in range(steps):
        edge = {b for a in edge for b in graph[a]} - near
        near |= edge
    return near - {who}


def side_of(rows: Rows, supplier: str) -> set[str]:
    return {row["holder_id"] for row in rows["roles"] if row["company"] == supplier and row["kind"] in CONTROL} - {""}


def test_no_insider_or_kin_is_on_a_suppliers_side(rows: Rows, likes: dict[str, set[str]]) -> None:
    excused = likes["former_post"] | likes["recused"]
    for buyer, supplier in {(row["buyer"], row["supplier"]) for row in rows["contracts"]}:
        for who in insiders(rows, buyer):
            touched = ({who} | kin_within(rows, who, 3)) & side_of(rows, supplier)
            assert touched <= excused, (buyer, supplier)


def test_no_money_runs_from_a_suppliers_side_to_the_buyers_people(rows: Rows, likes: dict[str, set[str]]) -> None:
    holder = {row["acct"]: row["holder_id"] for row in rows["accounts"]}
    code = {row["name"]: row["uscc"] for row in rows["organizations"]}
    pays = defaultdict(set)
    for row in rows["transactions"]:
        pays[holder[row["from_acct"]]].add(holder[row["to_acct"]])
    buyers = {code[row["buyer"]] for row in rows["contracts"]}
    for buyer, supplier in {(row["buyer"], row["supplier"]) for row in rows["contracts"]}:
        people = set(insiders(rows, buyer))
        people |= {kin for who in people for kin in kin_within(rows, who, 2)}
        reached = edge = side_of(rows, supplier) | {code[supplier]}
        for _ in range(3):
            edge = {payee for payer in edge - buyers for payee in pays[payer]}
            reached = reached | edge
        own = side_of(rows, supplier)
        assert (reached & people) - own <= likes["former_post"] | likes["recused"], (buyer, supplier)


def test_no_two_bidders_share_a_machine_or_an_account(rows: Rows, likes: dict[str, set[str]]) -> None:
    code = {row["name"]: row["uscc"] for row in rows["organizations"]}
    kind = {row["acct"]: row["kind"] for row in rows["accounts"]}
    listed = {row["value"] for row in rows["whitelists"]}
    users = defaultdict(set)
    for row in rows["bid_artifacts"]:
        users[row["project_no"], row["kind"], row["value"]].add(row["bidder"])
    for (_, what, _), firms in users.items():
        assert len(firms) == 1 or (what == "ip" and {code[firm] for firm in firms} <= likes["bid_room_ip"])
    for row in rows["bid_deposits"]:
        if row["payer"] != row["bidder"]:
            assert kind[row["acct"]] == "保证保险专户" or row["acct"] in listed


def test_no_price_ladder(rows: Rows) -> None:
    prices = defaultdict(list)
    for row in rows["bids"]:
        prices[row["project_no"]].append(float(row["amount"]))
    for offered in prices.values():
        ordered = sorted(offered)
        pairs = list(pairwise(ordered))
        for steps in ([b - a for a, b in pairs], [b / a - 1 for a, b in pairs]):
            assert len(steps) < 2 or pstdev(steps) / mean(steps) > 0.1


def test_no_purchase_is_split(rows: Rows) -> None:
    tenders = {row["project_no"]: row for row in rows["tenders"]}
    total: dict[tuple[str, ...], float] = defaultdict(float)
    for row in rows["contracts"]:
        tender = tenders.get(row["project_no"], {})
        method = row["method"] or tender["method"]
        if method == "open" or row["framework"] or tender.get("method_approved"):
            continue
        for last in (row["supplier"], "", row["budget_item"]):
            total[row["buyer"], row["signed"][:4], row["category"], last] += float(row["amount"])
    assert total
    assert max(total.values()) < 2_000_000


def test_no_price_is_far_from_the_others_or_above_the_list(rows: Rows) -> None:
    listed = {row["item"]: float(row["price"]) for row in rows["prices"]}
    seen = defaultdict(list)
    for row in rows["contract_lines"]:
        seen[row["item"]].append(float(row["unit_price"]))
    for item, prices in seen.items():
        assert max(prices) / median(prices) < 1.1
        assert max(prices) <= listed.get(item, max(prices))


def test_nobody_is_paid_after_death_or_twice(rows: Rows, likes: dict[str, set[str]]) -> None:
    died = {row["id_no"]: row["date"][:7] for row in rows["deaths"]}
    paid = defaultdict(set)
    for row in rows["benefit_payments"]:
        if row["period"] > died.get(row["id_no"], "9999"):
            assert row["id_no"] in likes["back_payment"]
        paid[row["id_no"], row["period"]].add((row["scheme"], row["region"]))
    twice = {(who, month) for (who, month), kinds in paid.items() if len(kinds) > 1}
    assert {who for who, _ in twice} == likes["transfer_month"]
    assert len(twice) == 1


def test_the_look_alikes_really_look_alike(rows: Rows, likes: dict[str, set[str]]) -> None:
    """A look-alike that no careless rule would catch tests nothing."""
    name = {row["id_no"]: row["name"] for row in rows["persons"]}
    assert len({name[number] for number in likes["same_name"] if number in name}) == 1
    shared = defaultdict(set)
    for row in rows["contacts"]:
        shared[row["value"]].add(row["subject_id"])
    assert sorted(len(users) > 20 for users in shared.values()) == [True, True]
    framework = [float(row["amount"]) for row in rows["contracts"] if row["framework"]]
    assert len(framework) == 4
    assert all(1_800_000 < amount < 2_000_000 for amount in framework)
    approved = [row for row in rows["tenders"] if row["method"] == "direct"]
    assert {row["method_approved"] for row in approved} == {"true"}
    assert sum(float(row["budget"]) for row in approved) > 2_000_000
    assert {row["person"] for row in rows["recusals"]} <= {name[n] for n in likes["recused"] if n in name}
