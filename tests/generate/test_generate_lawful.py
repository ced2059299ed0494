"""The province hangs together: references resolve, dates are in lawful order, money adds up, homonyms are natural."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import pytest

Rows = Mapping[str, list[dict[str, str]]]
day = date.fromisoformat


def fen(text: str) -> int:
    whole, _, cents = text.partition(".")
    return int(whole) * 100 + int(cents)


@pytest.fixture(scope="module", params=[(5, 0, 5), (10, 3, 10), (1, 2, 1)], ids=["five", "every hospital", "one"])
def rows(request: pytest.FixtureRequest, rows_of: Callable[..., Rows]) -> Rows:
    hospitals, seed, nests = request.param
    return rows_of(hospitals=hospitals, seed=seed, nests=nests)


def test_keys_are_unique(rows: Rows) -> None:
    keys = {
        "organizations": ("uscc",),
        "persons": ("id_no",),
        "accounts": ("acct",),
        "transactions": ("tx",),
        "tenders": ("project_no",),
        "contracts": ("contract_no",),
        "bids": ("project_no", "bidder"),
        "items": ("item",),
        "staff": ("staff_no",),
    }
    for file, columns in keys.items():
        found = Counter(tuple(row[column] for column in columns) for row in rows[file])
        assert max(found.values()) == 1, file
    assert max(Counter(row["name"] for row in rows["organizations"]).values()) == 1


def test_references_resolve(rows: Rows) -> None:
    names = {row["name"] for row in rows["organizations"]}
    people = {row["id_no"] for row in rows["persons"]}
    projects = {row["project_no"] for row in rows["tenders"]}
    contracts = {row["contract_no"] for row in rows["contracts"]}
    accounts = {row["acct"] for row in rows["accounts"]}
    for file, columns, known in (
        ("tenders", ("buyer", "agent"), names),
        ("bids", ("bidder",), names),
        ("contracts", ("buyer", "supplier"), names),
        ("awards", ("supplier",), names),
        ("roles", ("company",), names),
        ("staff", ("org",), names),
        ("employment", ("employer",), names),
        ("beneficiaries", ("agency", "village"), names),
        ("staff", ("id_no",), people),
        ("kinship", ("id_no_a", "id_no_b"), people),
        ("beneficiaries", ("id_no", "handler_id_no"), people),
        ("benefit_payments", ("id_no",), people),
        ("deaths", ("id_no",), people),
        ("evaluators", ("id_no",), people),
        ("bids", ("project_no",), projects),
        ("awards", ("project_no",), projects),
        ("lots", ("project_no",), projects),
        ("bid_artifacts", ("project_no",), projects),
        ("bid_deposits", ("project_no",), projects),
        ("contracts", ("project_no",), projects | {""}),
        ("contract_lines", ("contract_no",), contracts),
        ("transactions", ("contract_no",), contracts | {""}),
        ("transactions", ("from_acct", "to_acct"), accounts),
        ("bid_deposits", ("acct",), accounts),
        ("benefit_payments", ("acct",), accounts),
    ):
        for column in columns:
            assert {row[column] for row in rows[file]} <= known, (file, column)


def test_names_agree_with_numbers(rows: Rows) -> None:
    by_number = {row["id_no"]: row["name"] for row in rows["persons"]}
    by_account = {row["acct"]: row["holder"] for row in rows["accounts"]}
    for row in rows["kinship"]:
        assert (by_number[row["id_no_a"]], by_number[row["id_no_b"]]) == (row["name_a"], row["name_b"])
    for row in rows["transactions"]:
        assert (by_account[row["from_acct"]], by_account[row["to_acct"]]) == (row["from_name"], row["to_name"])


def test_procurement_dates_are_in_lawful_order(rows: Rows) -> None:
    awards = {row["project_no"]: row for row in rows["awards"]}
    for tender in rows["tenders"]:
        published, deadline = day(tender["published"]), datetime.fromisoformat(tender["deadline"])
        assert deadline.date() - published >= timedelta(days=20)
        award = awards[tender["project_no"]]
        assert deadline.date() < day(award["publicity_from"])
        assert day(award["publicity_to"]) - day(award["publicity_from"]) >= timedelta(days=3)
        assert day(award["publicity_to"]) <= day(award["date"])
        for bid in (row for row in rows["bids"] if row["project_no"] == tender["project_no"]):
            assert published < datetime.fromisoformat(bid["received"]).date() <= deadline.date()
            assert datetime.fromisoformat(bid["received"]) < deadline
    for contract in rows["contracts"]:
        assert contract["signed"] < contract["published"] < contract["delivered"] < contract["accepted"]
        if award := awards.get(contract["project_no"]):
            assert day(award["date"]) < day(contract["signed"]) <= day(award["date"]) + timedelta(days=30)
            assert (award["supplier"], award["amount"]) == (contract["supplier"], contract["amount"])


def test_lines_and_payments_add_up_to_their_contract(rows: Rows) -> None:
    lines, paid, first = defaultdict(int), defaultdict(int), {}
    for row in rows["contract_lines"]:
        lines[row["contract_no"]] += int(row["qty"]) * fen(row["unit_price"])
    for row in rows["transactions"]:
        if row["contract_no"]:
            paid[row["contract_no"]] += fen(row["amount"])
            first.setdefault(row["contract_no"], row["ts"][:10])
    for contract in rows["contracts"]:
        number = contract["contract_no"]
        assert lines.get(number, fen(contract["amount"])) == fen(contract["amount"])
        assert paid[number] == fen(contract["amount"])
        assert first[number] > contract["accepted"]


def test_the_lowest_bid_wins_and_open_tenders_have_three(rows: Rows) -> None:
    bids = defaultdict(list)
    for row in rows["bids"]:
        bids[row["project_no"]].append((fen(row["amount"]), row["bidder"]))
    for tender in rows["tenders"]:
        if tender["method"] == "open":
            assert 3 <= len(bids[tender["project_no"]]) <= 7
    for award in rows["awards"]:
        assert min(bids[award["project_no"]])[1] == award["supplier"]


def test_running_balances_are_exact_and_never_negative(rows: Rows) -> None:
    balance: dict[str, int] = {}
    assert [row["ts"] for row in rows["transactions"]] == sorted(row["ts"] for row in rows["transactions"])
    for row in rows["transactions"]:
        after = fen(row["balance_after"])
        assert balance.get(row["from_acct"], after + fen(row["amount"])) - fen(row["amount"]) == after
        balance[row["from_acct"]] = after
        if row["to_acct"] in balance:
            balance[row["to_acct"]] += fen(row["amount"])


def test_everything_happens_within_the_three_years(rows: Rows) -> None:
    for file, column in (("transactions", "ts"), ("tenders", "published"), ("contracts", "accepted"), ("usage", "ts")):
        assert {row[column][:4] for row in rows[file]} <= {"2021", "2022", "2023"}, file


def test_strangers_share_names_as_in_life(rows_of: Callable[..., Any]) -> None:
    people = rows_of(hospitals=12, seed=7, nests=3)["persons"]
    distinct = len({row["name"] for row in people})
    assert 0.9 < distinct / len(people) < 0.99


def test_phones_and_homes_are_private_unless_planted(rows: Rows) -> None:
    phones = Counter(row["phone"] for file in ("persons", "organizations") for row in rows[file])
    assert max(phones.values()) == 1
    kin = defaultdict(set)
    for row in rows["kinship"]:
        kin[row["id_no_a"]].add(row["id_no_b"])
        kin[row["id_no_b"]].add(row["id_no_a"])
    homes = defaultdict(list)
    for row in rows["persons"]:
        homes[row["address"]].append(row["id_no"])
    for first, *others in homes.values():
        family = kin[first] | {far for near in kin[first] for far in kin[near]}
        assert set(others) <= family
