"""Steps shared by the bidding detectors. All firms are invented."""

from __future__ import annotations

from datetime import date
from itertools import combinations

import networkx as nx
import pytest
from bidding_frames import LOT, bid
from frames import at, data, row
from hypothesis import given
from hypothesis import strategies as st

from graphkit.detectors.bidding import bare, capped, clusters, listed, names, offers, place_prefix, whitelist
from graphkit.detectors.contract import Ref

PAIRS = list(combinations("abcdef", 2))


@given(st.dictionaries(st.sampled_from(PAIRS), st.sampled_from([0.3, 0.5, 0.7, 0.9, 1.0])))
def test_clusters_are_components_of_strong_pairs_then_of_the_rest(weights: dict[tuple[str, str], float]) -> None:
    found = clusters(weights, 0.9)
    strong = [pair for pair, weight in weights.items() if weight >= 0.9]
    groups = {frozenset(group) for group in nx.connected_components(nx.Graph(strong))}
    assert {members for members, red, _ in found if red} == groups
    covered = [pair for _, _, pairs in found for pair in pairs]
    inside = [p for p in weights if p not in strong and any(set(p) <= group for group in groups)]
    assert sorted(covered + inside) == sorted(weights)
    assert all(set(pair) <= members for members, _, pairs in found for pair in pairs)
    assert all(weights[pair] < 0.9 for _, red, pairs in found if not red for pair in pairs)


@pytest.mark.parametrize("engine", ["arrow", "duckdb"])
def test_offers_are_submitted_bids_received_by_the_end_of_the_day(engine: str) -> None:
    bids = [
        bid("甲", received=at(2023, 5, 1, 23)),
        bid("乙", received=at(2023, 5, 2, 0)),
        bid("丙", status="withdrawn"),
        bid("丁", status="invited"),
        bid("戊", status=None),
        bid("己", status="disqualified", lot="2"),
    ]
    source = data(engine=engine, as_of=date(2023, 5, 1), bids=bids)
    assert {row["bidder_id"] for row in offers(source, [LOT])} == {"org:甲", "org:戊"}
    assert offers(source, []) == []


@pytest.mark.parametrize(("view", "identifier"), [("tenders", "tender:T1"), ("lots", LOT)])
def test_offers_of_cancelled_tenders_and_lots_are_gone(view: str, identifier: str) -> None:
    gone = {view: [row(view, id=identifier, status="cancelled")]}
    assert offers(data(bids=[bid("甲")], **gone), [LOT]) == []


def test_white_lists_by_detector_kind_and_day() -> None:
    rows = [
        row("whitelists", kind="device", value="x"),
        row("whitelists", kind="device", value="y", detector="B02", valid_from=date(2023, 1, 1)),
        row("whitelists", kind="account", value="z", detector=""),
    ]
    source = data(whitelists=rows)
    assert [entry["value"] for entry in whitelist(source, "B01", "device")] == ["x"]
    mine = whitelist(source, "B02", "device")
    assert listed(mine, ("y",), date(2023, 1, 1)) and listed(mine, ("y",), None)
    assert not listed(mine, ("y",), date(2022, 12, 31)) and not listed(mine, ("z",), None)
    assert listed([rows[0] | {"subject_id": "device:mac:x"}], ("device:mac:x",), None)
    assert not listed([rows[0]], (None,), None)


def test_evidence_keeps_its_order_and_stops_at_sixty() -> None:
    refs = capped(["b", Ref("c", 4), "b", *(f"e{n:02d}" for n in range(80))])
    assert refs[:3] == (Ref("b"), Ref("c", 4), Ref("e00")) and len(refs) == 60


def test_names_follow_the_ids() -> None:
    rows = [bid("乙"), bid("甲"), bid("丙", bidder_name=None)]
    assert names(rows)["bidders_zh"].split("、") == ["org:丙", "虚构乙公司", "虚构甲公司"]
    assert names(rows)["bidders_en"].count(", ") == 2


@pytest.mark.parametrize(
    ("code", "prefix"),
    [("610000", "61"), ("611000", "6110"), ("611002", "611002"), ("61", "61"), ("", ""), (None, ""), ("某县", "某县")],
)
def test_place_prefix(code: str | None, prefix: str) -> None:
    assert place_prefix(code) == prefix


def test_bare() -> None:
    assert (bare("lot:T1/1"), bare("acct:x"), bare(None)) == ("T1/1", "x", "")
