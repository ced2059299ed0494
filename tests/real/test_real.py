"""Real public data: everything loads, detectors answer, and no finding stands without the rows it was read from."""

from __future__ import annotations

import csv
from collections import defaultdict
from itertools import pairwise
from statistics import mean, pstdev

import pytest
from real_case import Case, cited_rows, sources

pytestmark = pytest.mark.shared


def outcomes(case: Case) -> dict[str, str]:
    return {one["id"]: one["outcome"] for one in case.scan["detectors"]}


def test_every_row_of_the_auctions_is_accounted_for(auctions: Case) -> None:
    files = {one["path"]: one for one in auctions.load["files"]}
    for one in files.values():
        assert one["status"] == "loaded"
        assert one["rows_read"] == one["loaded"] + one["duplicate"] + one["quarantined"]
        assert one["quarantined"] == 0
    written = auctions.written
    assert sum(one["rows_read"] for one in files.values()) == written.tenders + written.bids + written.awards
    assert auctions.load["nodes"]["Tender"] == written.tenders == 1565
    assert auctions.load["nodes"]["Bid"] == written.bids == 6013 - written.repeated


def test_bid_detectors_run_on_auctions_and_say_what_they_lack(auctions: Case) -> None:
    answers = outcomes(auctions)
    assert answers["B03"] in {"hit", "clear"}
    for one in auctions.scan["detectors"]:
        if one["id"] in {"B01", "B02", "K01", "K02", "F01", "W01"}:
            assert one["outcome"] == "not_run"
            assert one["missing"]
        if one["id"] == "B03":
            assert 0 < one["applied"] <= auctions.written.tenders


def test_no_finding_about_auctions_without_its_rows(auctions: Case) -> None:
    for finding in auctions.ws.findings(top=0):
        rows = cited_rows(auctions, finding["evidence"])
        assert rows
        for subject in finding["subjects"]:
            if subject["label"] != "Tender":
                assert any(subject["name"] in row for row in rows)


def test_every_regular_price_ladder_is_one_in_the_file(auctions: Case) -> None:
    """Recomputed from the CSV: the bids a B03 finding rests on do climb by one gap or one ratio."""
    with (auctions.folder / "bids.csv").open(encoding="utf-8", newline="") as handle:
        lines = list(csv.reader(handle))
    for finding in auctions.ws.findings(detector="B03", top=0):
        prices: dict[str, set[float]] = defaultdict(set)
        for source in sources(finding["evidence"]):
            if source["file"] == "bids.csv":
                project, _, amount, status = lines[source["row"] - 1]
                assert status == "valid"
                prices[project].add(float(amount))
        (ladder,) = prices.values()
        steps = list(pairwise(sorted(ladder)))
        spread = [pstdev(x) / mean(x) for x in ([b - a for a, b in steps], [b / a - 1 for a, b in steps])]
        assert len(steps) >= 2
        assert min(spread) <= 0.025
        assert finding["colour"] != "red" or len(steps) >= 3


def test_every_transfer_becomes_one_payment(transfers: Case) -> None:
    assert transfers.load["edges"]["PAID"] == transfers.written.transfers
    assert transfers.load["nodes"]["Account"] == transfers.written.accounts
    assert all(one["status"] == "loaded" and one["quarantined"] == 0 for one in transfers.load["files"])


def test_money_detectors_say_what_a_bare_statement_lacks(transfers: Case) -> None:
    missing = {one["id"]: one["missing"] for one in transfers.scan["detectors"] if one["outcome"] == "not_run"}
    for detector in ("F01", "F02", "K01", "K02"):
        assert any("staff" in name for name in missing[detector]), detector


def test_no_finding_about_transfers_without_its_rows(transfers: Case) -> None:
    for finding in transfers.ws.findings(top=0):
        assert cited_rows(transfers, finding["evidence"])


def test_expansion_from_a_planted_cycle_walks_on_real_rows(transfers: Case) -> None:
    with (transfers.folder / "accounts.csv").open(encoding="utf-8", newline="") as handle:
        holders = {row["acct"]: row["holder"] for row in csv.DictReader(handle)}
    seed = holders[min(transfers.written.planted)]
    answer = transfers.ws.expand([seed], top=5)
    assert answer["candidates"]
    assert seed not in {candidate["name"] for candidate in answer["candidates"]}
    for candidate in answer["candidates"]:
        assert candidate["paths"]
        for path in candidate["paths"]:
            assert cited_rows(transfers, path["hops"])
