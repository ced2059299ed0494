"""B02: deposits of different bidders from one source. All firms and numbers are invented."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from bidding_frames import bid, find, results, roles, tied, told
from frames import at, data, row

from graphkit.detectors.b02_same_deposit_account import DETECTOR
from graphkit.detectors.runner import missing_needs

NEEDED = {"bid_deposits": ("project_no", "bidder", "acct")}
DUE = at(2024, 3, 10, 12)


def deposit(bidder: str, acct: str, yuan: int = 20_000, *, lot: str = "1", **more: Any) -> dict[str, Any]:
    full = {"acct_id": f"acct:{acct}", "amount_fen": yuan * 100, "ts": DUE, "form": "transfer"} | more
    return tied("deposits", bidder, lot=lot, **full)


def account(acct: str, holder: str | None, **more: Any) -> dict[str, Any]:
    return row("accounts", **{"id": f"acct:{acct}", "holder_id": holder, "kind": "corporate"} | more)


def paid(source: str, target: str, yuan: float, ts: datetime, **more: Any) -> dict[str, Any]:
    ends = {"from_acct": f"acct:{source}", "to_acct": f"acct:{target}", "from_party": f"org:holder-{source}"}
    return row("payments", **ends | {"ts": ts, "amount_fen": round(yuan * 100)} | more)


def two(first: dict[str, Any], second: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"bids": [bid("甲", 900), bid("乙", 950)], "deposits": [first, second], **more}


@pytest.mark.parametrize("engine", ["arrow", "duckdb"])
def test_one_account_is_red(engine: str) -> None:
    views = two(deposit("甲", "x"), deposit("乙", "x"), accounts=[account("x", None)])
    applied, (hit,) = find(DETECTOR, data(engine=engine, files=NEEDED, **views))
    assert applied == 1
    assert dict(hit.subjects) == {"org:甲": "bidder", "org:乙": "bidder", "tender:T1": "tender"}
    assert (hit.score, hit.colour, hit.klass, hit.amount_fen) == (1.0, "red", "认定级", 4_000_000)
    assert [ref.id.partition(":")[0] for ref in hit.evidence] == ["bids", "deposits"] * 2
    assert "同一账户转出" in told(DETECTOR, hit) and "40000.00" in told(DETECTOR, hit)
    assert results(hit)["pool_account"] == "excluded"


def test_accounts_of_one_holder_are_red_with_the_holder_as_subject() -> None:
    deposits = [deposit(who, acct, holder_id="person:戊") for who, acct in (("甲", "x"), ("乙", "y"))]
    held = [account("x", "person:戊"), account("y", "person:戊")]
    _, (hit,) = find(DETECTOR, data(**two(*deposits, accounts=held)))
    assert (hit.score, hit.colour, roles(hit, "account_holder")) == (1.0, "red", ["person:戊"])
    assert sum(ref.id.startswith("accounts:") for ref in hit.evidence) == 2


def test_a_holder_known_by_name_alone_is_yellow() -> None:
    deposits = [deposit(who, acct, holder_id="person:name:x:戊") for who, acct in (("甲", "x"), ("乙", "y"))]
    held = [account(x, "person:name:x:戊", holder_grade="name_only") for x in "xy"]
    _, (hit,) = find(DETECTOR, data(**two(*deposits, accounts=held)))
    assert (hit.score, hit.colour, "name_only" in hit.grades) == (0.7, "yellow", True)


def test_one_payer_of_both() -> None:
    _, (hit,) = find(
        DETECTOR, data(**two(deposit("甲", "x", payer_id="org:己"), deposit("乙", "y", payer_id="org:己")))
    )
    assert (hit.score, hit.colour, roles(hit, "account_holder")) == (0.9, "red", ["org:己"])


def test_a_bidder_who_pays_for_another() -> None:
    own = [deposit("甲", "x", payer_id="org:甲"), deposit("乙", "y", payer_id="org:甲")]
    _, (hit,) = find(DETECTOR, data(**two(*own)))
    assert hit.colour == "red" and roles(hit, "account_holder") == []


@pytest.mark.parametrize(
    ("yuan", "days", "found"),
    [
        (18_000, 5, True),
        (22_000, 1, True),
        (17_999, 1, False),
        (22_001, 1, False),
        (20_000, 6, False),
        (20_000, -1, False),
    ],
)
def test_funding_one_hop_before_is_yellow_within_the_limits(yuan: int, days: int, found: bool) -> None:
    moment = at(2024, 3, 10 - days, 12)
    moves = [paid("f", "x", yuan, moment), paid("f", "y", 20_000, at(2024, 3, 9, 12))]
    _, hits = find(DETECTOR, data(**two(deposit("甲", "x"), deposit("乙", "y"), payments=moves)))
    assert [(hit.score, hit.colour, hit.klass) for hit in hits] == ([(0.7, "yellow", "线索级")] if found else [])
    if found:
        assert roles(hits[0], "account_holder") == ["org:holder-f"]
        assert sum(ref.id.startswith("payments:") for ref in hits[0].evidence) == 2


@pytest.mark.parametrize("engine", ["arrow", "duckdb"])
def test_the_paying_account_of_one_bidder_funds_the_other(engine: str) -> None:
    moves = [paid("x", "y", 21_000, at(2024, 3, 7, 12))]
    _, (hit,) = find(DETECTOR, data(engine=engine, **two(deposit("甲", "x"), deposit("乙", "y"), payments=moves)))
    assert (hit.score, hit.colour) == (0.7, "yellow")


def test_several_payments_count_by_their_sum() -> None:
    moves = [paid("f", acct, 10_000, at(2024, 3, day, 9)) for acct in "xy" for day in (8, 9)]
    assert len(find(DETECTOR, data(**two(deposit("甲", "x"), deposit("乙", "y"), payments=moves)))[1]) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"form": "guarantee"},
        {"form": "insurance"},
        {"acct_kind": "pool"},
        {"holder_id": "org:insurer"},
    ],
)
def test_pools_are_not_judged(change: dict[str, Any]) -> None:
    views = two(deposit("甲", "x", **change), deposit("乙", "x", **change))
    insurer = [row("orgs", id="org:insurer", name="虚构保险公司", kind="insurer")]
    assert find(DETECTOR, data(**views, orgs=insurer)) == (0, ())


def test_a_white_listed_account_is_not_judged_while_valid() -> None:
    views = two(deposit("甲", "x"), deposit("乙", "x"))
    listed = [row("whitelists", kind="account", value="x", detector="B02", valid_from=at(2020, 1, 1).date())]
    assert find(DETECTOR, data(**views, whitelists=listed)) == (0, ())
    listed[0]["valid_from"] = at(2024, 4, 1).date()
    assert len(find(DETECTOR, data(**views, whitelists=listed))[1]) == 1


def test_a_holder_whose_name_reads_like_an_insurer_is_marked() -> None:
    views = two(deposit("甲", "x", holder_name="虚构保险经纪"), deposit("乙", "x", holder_name="虚构保险经纪"))
    _, (hit,) = find(DETECTOR, data(**views))
    assert results(hit)["pool_account"] == "possible"


def test_different_accounts_are_clear_and_deposits_without_bids_are_judged() -> None:
    assert find(DETECTOR, data(**two(deposit("甲", "x"), deposit("乙", "y")))) == (1, ())
    alone = {"deposits": [deposit("甲", "x"), deposit("乙", "x")]}
    applied, (hit,) = find(DETECTOR, data(**alone))
    assert applied == 1 and [ref.id.partition(":")[0] for ref in hit.evidence] == ["deposits"] * 2


def test_other_lots_withdrawn_bids_and_later_deposits_do_not_count() -> None:
    assert find(DETECTOR, data(**two(deposit("甲", "x"), deposit("乙", "x", lot="2")))) == (0, ())
    views = two(deposit("甲", "x"), deposit("乙", "x"))
    assert find(DETECTOR, data(**views | {"bids": [bid("甲"), bid("乙", status="withdrawn")]})) == (0, ())
    assert find(DETECTOR, data(**two(deposit("甲", "x"), deposit("乙", "x", ts=at(2026, 1, 1))))) == (0, ())


def test_row_order_does_not_matter() -> None:
    moves = [paid("f", acct, 20_000, at(2024, 3, 9, 9)) for acct in "xyz"]
    deposits = [deposit("甲", "x"), deposit("乙", "x"), deposit("丙", "y"), deposit("丁", "z", payer_id="org:己")]
    first = find(DETECTOR, data(deposits=deposits, payments=moves))
    assert {hit.colour for hit in first[1]} == {"red", "yellow"}
    assert all(find(DETECTOR, data(shuffle=seed, deposits=deposits, payments=moves)) == first for seed in range(4))


def test_needs() -> None:
    assert missing_needs(DETECTOR, data(files=NEEDED).has) == ()
    assert missing_needs(DETECTOR, data(files={"bid_deposits": ("project_no", "bidder")}).has) == ("bid_deposits.acct",)
