"""B01: different bidders of one lot share a fingerprint. All firms and numbers are invented."""

from __future__ import annotations

import math
from typing import Any

import pytest
from bidding_frames import bid, find, results, roles, tied, told
from frames import at, data, row

from graphkit.detectors.b01_shared_fingerprint import DETECTOR
from graphkit.detectors.runner import missing_needs

MAC = "02-AA-BB-CC-DD-01"
NEEDED = {"bids": ("project_no", "bidder"), "bid_artifacts": ("project_no", "bidder", "kind", "value")}


def mark(bidder: str, kind: str, value: str, *, hub: int = 2, **more: Any) -> dict[str, Any]:
    return tied("artifacts", bidder, kind=kind, value=value, device_id=f"device:{kind}:{value}", hub_size=hub, **more)


def three(*marks: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"bids": [bid("甲", 100), bid("乙", 110), bid("丙", 120)], "artifacts": list(marks), **more}


@pytest.mark.parametrize("engine", ["arrow", "duckdb"])
def test_one_mac_of_two_bidders_is_red(engine: str) -> None:
    views = three(
        mark("甲", "mac", MAC, stage="made"), mark("乙", "mac", MAC, stage="made"), mark("丙", "mac", "02-01")
    )
    applied, (hit,) = find(DETECTOR, data(engine=engine, files=NEEDED, **views))
    assert applied == 1
    assert roles(hit, "bidder") == sorted(["org:甲", "org:乙"])
    assert roles(hit, "tender") == ["tender:T1"] == [hit.window]
    assert (hit.score, hit.colour, hit.klass, hit.amount_fen) == (1.0, "red", "认定级", 10_000)
    assert [ref.id.partition(":")[0] for ref in hit.evidence] == ["bids", "artifacts"] * 2
    assert MAC in told(DETECTOR, hit) and "虚构甲公司" in told(DETECTOR, hit) and "丙" not in told(DETECTOR, hit)
    assert results(hit) == {"shared_room": "excluded", "default_value": "excluded", "whitelist": "not_checked"}


@pytest.mark.parametrize(
    ("kind", "weight", "colour"),
    [
        ("lock_no", 1.0, "red"),
        ("cpu", 1.0, "red"),
        ("disk", 1.0, "red"),
        ("mac", 1.0, "red"),
        ("ca_cert", 1.0, "red"),
        ("pdf_id", 0.9, "red"),
        ("rsid", 0.9, "red"),
        ("ip", 0.5, "yellow"),
    ],
)
def test_weights_of_the_catalogue(kind: str, weight: float, colour: str) -> None:
    _, (hit,) = find(DETECTOR, data(**three(mark("甲", kind, "203.0.113.9"), mark("乙", kind, "203.0.113.9"))))
    assert (hit.score, hit.colour) == (weight, colour)


def test_an_ip_with_another_mark_is_red_and_alone_it_asks_for_a_second_signal() -> None:
    ips = [mark("甲", "ip", "203.0.113.9"), mark("乙", "ip", "203.0.113.9")]
    _, (alone,) = find(DETECTOR, data(**three(*ips)))
    authors = [mark("甲", "file_author", "虚构作者"), mark("乙", "file_author", "虚构作者")]
    _, (both,) = find(DETECTOR, data(**three(*ips, *authors)))
    assert (alone.score, alone.klass, results(alone)["shared_room"]) == (0.5, "线索级", "possible")
    assert (both.score, both.colour) == (0.9, "red")


@pytest.mark.parametrize(("minute", "found"), [("09:30", True), ("09:31", False)])
def test_author_company_and_creation_time(minute: str, found: bool) -> None:
    marks = [mark(x, k, v) for x in "甲乙" for k, v in (("file_author", "虚构作者"), ("file_company", "虚构单位"))]
    times = [mark("甲", "file_created", "2024-03-01 09:00"), mark("乙", "file_created", f"2024/3/1 {minute}")]
    applied, hits = find(DETECTOR, data(**three(*marks, *times)))
    assert applied == 1
    assert [(hit.score, hit.colour) for hit in hits] == ([(0.7, "yellow")] if found else [])


@pytest.mark.parametrize(
    ("kind", "value"),
    [("file_author", "Administrator"), ("ip", "192.168.1.7"), ("mac", "00:00:00:00:00:00"), ("disk", "Default string")],
)
def test_default_values_do_not_count(kind: str, value: str) -> None:
    assert find(DETECTOR, data(**three(mark("甲", kind, value), mark("乙", kind, value)))) == (1, ())


def test_an_author_alone_is_no_signal() -> None:
    marks = [mark("甲", "file_author", "虚构作者"), mark("乙", "file_author", "虚构作者")]
    assert find(DETECTOR, data(**three(*marks))) == (1, ())


def test_the_machine_of_the_opening_room_is_yellow() -> None:
    marks = [mark("甲", "mac", MAC, stage="decrypted"), mark("乙", "mac", MAC, stage="decrypted")]
    _, (hit,) = find(DETECTOR, data(**three(*marks)))
    assert (hit.score, hit.colour, results(hit)["shared_room"]) == (0.5, "yellow", "possible")


def test_a_hub_is_discounted() -> None:
    marks = [mark("甲", "mac", MAC, hub=21), mark("乙", "mac", MAC, hub=21)]
    _, (hit,) = find(DETECTOR, data(**three(*marks)))
    assert hit.score == pytest.approx(1 / math.log(26)) and hit.colour == "yellow"
    crowd = [mark("甲", "ip", "203.0.113.9", hub=21), mark("乙", "ip", "203.0.113.9", hub=21)]
    assert find(DETECTOR, data(**three(*crowd))) == (1, ())


def test_case_and_separators_do_not_hide_a_mac() -> None:
    marks = [mark("甲", "mac", MAC), mark("乙", "mac", MAC.replace("-", ":").lower())]
    assert len(find(DETECTOR, data(**three(*marks)))[1]) == 1


def test_white_listed_only_while_valid_and_for_this_detector() -> None:
    marks = [mark(x, "mac", MAC, recorded=at(2024, 3, 1)) for x in "甲乙"]

    def hits(**more: Any) -> int:
        listed = [row("whitelists", kind="device", value=MAC, **more)]
        return len(find(DETECTOR, data(**three(*marks, whitelists=listed)))[1])

    assert hits() == hits(detector="B01") == 0
    assert hits(detector="B02") == 1
    assert hits(detector="B01", valid_to=at(2023, 12, 31).date()) == 1


@pytest.mark.parametrize("status", ["invited", "withdrawn"])
def test_only_submitted_bids_count(status: str) -> None:
    views = {
        "bids": [bid("甲"), bid("乙", status=status)],
        "artifacts": [mark("甲", "mac", MAC), mark("乙", "mac", MAC)],
    }
    assert find(DETECTOR, data(**views)) == (0, ())


def test_cancelled_tenders_other_lots_and_later_records_do_not_count() -> None:
    marks = [mark("甲", "mac", MAC), mark("乙", "mac", MAC)]
    gone = [row("tenders", id="tender:T1", status="cancelled")]
    assert find(DETECTOR, data(**three(*marks, tenders=gone))) == (0, ())
    apart = {
        "bids": [bid("甲"), bid("乙", lot="2")],
        "artifacts": [mark("甲", "mac", MAC), mark("乙", "mac", MAC, lot="2")],
    }
    assert find(DETECTOR, data(**apart)) == (0, ())
    late = [mark("甲", "mac", MAC), mark("乙", "mac", MAC, recorded=at(2026, 1, 1))]
    assert find(DETECTOR, data(**three(*late))) == (0, ())


def test_groups_by_strength_and_one_finding_over_several_lots() -> None:
    strong = [mark(x, "mac", MAC, lot=lot) for x in "甲乙" for lot in "12"]
    weak = [mark(x, "ip", "203.0.113.9") for x in "乙丙"]
    bids = [bid(x, 100, lot=lot) for x in "甲乙丙" for lot in "12"]
    applied, hits = find(DETECTOR, data(bids=bids, artifacts=[*strong, *weak]))
    assert applied == 2
    assert {(hit.colour, frozenset(roles(hit, "bidder"))) for hit in hits} == {
        ("red", frozenset({"org:甲", "org:乙"})),
        ("yellow", frozenset({"org:乙", "org:丙"})),
    }
    red = next(hit for hit in hits if hit.colour == "red")
    assert red.values["lots"] == "T1/1、T1/2" and red.amount_fen == 20_000 and len(red.evidence) == 8


def test_a_name_only_bidder_is_passed_on_as_a_weak_link() -> None:
    marks = [mark("甲", "mac", MAC), mark("乙", "mac", MAC, bidder_grade="name_only")]
    _, (hit,) = find(DETECTOR, data(**three(*marks)))
    assert "name_only" in hit.grades


def test_row_order_does_not_matter() -> None:
    marks = [mark(x, kind, "203.0.113.9") for x in "甲乙丙" for kind in ("ip", "mac", "pdf_id")]
    first = find(DETECTOR, data(**three(*marks)))
    assert all(find(DETECTOR, data(shuffle=seed, **three(*marks))) == first for seed in range(4))


def test_needs() -> None:
    assert missing_needs(DETECTOR, data(files=NEEDED).has) == ()
    assert missing_needs(DETECTOR, data(files={"bids": NEEDED["bids"]}).has) == ("bid_artifacts",)
