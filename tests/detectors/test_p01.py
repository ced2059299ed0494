"""P01: purchases split below the open-tender limit. All bodies and firms are invented."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from bidding_frames import find, results, roles, told
from frames import data, row

from graphkit.detectors.p01_split_purchase import DETECTOR, level_of, limit_of
from graphkit.detectors.runner import missing_needs

BUYER = "org:hospital"
NEEDED = {
    "contracts": ("contract_no", "buyer", "amount", "signed", "method"),
    "thresholds": ("jurisdiction", "rule", "amount", "valid_from"),
}
DAYS = (date(2023, 3, 1), date(2023, 4, 2), date(2023, 5, 1))


def contract(number: int, yuan: float, signed: date, **more: Any) -> dict[str, Any]:
    full = {
        "id": f"contract:C{number}",
        "contract_no": f"C{number}",
        "buyer_id": BUYER,
        "buyer_name": "虚构县医院",
        "supplier_id": f"org:s{number}",
        "amount_fen": round(yuan * 100),
        "signed": signed,
        "category": "A02320000",
        "budget_item": "专用设备-2023",
        "method": "inquiry",
        "buyer_eid": f"buyer:{number}",
    }
    return row("contracts", **full | more)


def limit(yuan: float = 4_000_000, place: str = "99", **more: Any) -> dict[str, Any]:
    full = {
        "jurisdiction": place,
        "rule": "open_tender",
        "amount": float(yuan),
        "valid_from": date(2019, 1, 1),
        "src": 1,
    }
    return row("thresholds", **full | more)


def split(*yuan: float, thresholds: list[dict[str, Any]] | None = None, **more: Any) -> dict[str, Any]:
    return {
        "contracts": [contract(n, value, DAYS[n % 3], **more) for n, value in enumerate(yuan)],
        "orgs": [row("orgs", id=BUYER, name="虚构县医院", region="990101", level="二级")],
        "thresholds": thresholds if thresholds is not None else [limit()],
    }


@pytest.mark.parametrize("engine", ["arrow", "duckdb"])
def test_the_worked_example_is_a_tight_red_hit(engine: str) -> None:
    views = split(1_500_000, 1_400_000, 1_300_000)
    applied, (hit,) = find(DETECTOR, data(engine=engine, files=NEEDED, **views))
    assert applied == 1
    assert roles(hit, "buyer") == [BUYER] and roles(hit, "supplier") == ["org:s0", "org:s1", "org:s2"]
    assert (hit.score, hit.colour, hit.klass, hit.amount_fen) == (1.0, "red", "认定级", 420_000_000)
    assert hit.window == "2023|专用设备-2023|A02" and hit.values["days"] == 61
    assert [ref.id for ref in hit.evidence][:2] == ["buyer:0", views["contracts"][0]["eid"]]
    assert "4200000.00" in told(DETECTOR, hit) and "4000000.00" in told(DETECTOR, hit)
    assert results(hit)["approved_method"] == "not_checked"


@pytest.mark.parametrize(
    ("yuan", "hits"), [((2_000_000, 2_000_000), 0), ((2_000_000, 2_000_000.01), 1), ((4_100_000,), 0)]
)
def test_the_sum_must_exceed_the_limit_with_two_contracts(yuan: tuple[float, ...], hits: int) -> None:
    applied, found = find(DETECTOR, data(files=NEEDED, **split(*yuan)))
    assert (applied, len(found)) == (1, hits)


@pytest.mark.parametrize(
    "change",
    [{"method": "open"}, {"method": "framework"}, {"method_approved": True}, {"framework": True}],
)
def test_open_approved_and_framework_purchases_are_left_out(change: dict[str, Any]) -> None:
    assert find(DETECTOR, data(files=NEEDED, **split(2_500_000, 2_500_000, **change))) == (0, ())


def test_one_lawful_part_takes_the_sum_below_the_limit() -> None:
    views = split(2_500_000, 2_500_000)
    views["contracts"][0]["method_approved"] = True
    assert find(DETECTOR, data(files=NEEDED, **views)) == (1, ())


def test_wide_spans_and_large_parts_are_not_tight() -> None:
    _, (hit,) = find(DETECTOR, data(files=NEEDED, **split(4_500_000, 100_000)))
    assert (hit.score, hit.colour) == (0.8, "red")
    views = split(2_500_000, 2_500_000)
    views["contracts"][1]["signed"] = date(2023, 12, 1)
    _, (hit,) = find(DETECTOR, data(files=NEEDED, **views))
    assert (hit.score, hit.values["days"]) == (0.8, 275)


@pytest.mark.parametrize(
    "change",
    [
        {"signed": date(2024, 3, 1)},
        {"budget_item": "另一项目"},
        {"category": "A05010000"},
        {"buyer_id": "org:other"},
    ],
)
def test_another_year_item_category_or_buyer_is_another_group(change: dict[str, Any]) -> None:
    views = split(2_500_000, 2_500_000)
    views["contracts"][1] |= change
    views["orgs"].append(row("orgs", id="org:other", region="990101"))
    assert find(DETECTOR, data(files=NEEDED, **views)) == (2, ())


def test_without_a_budget_item_one_supplier_is_yellow() -> None:
    views = split(2_500_000, 2_500_000, budget_item=None)
    assert find(DETECTOR, data(files=NEEDED, **views)) == (2, ())
    views = split(2_500_000, 2_500_000, budget_item=None, supplier_id="org:s")
    _, (hit,) = find(DETECTOR, data(files=NEEDED, **views))
    assert (hit.score, hit.colour, len(hit.grades)) == (0.5, "yellow", 4)


def test_without_a_category_it_is_yellow_and_without_both_nothing() -> None:
    _, (hit,) = find(DETECTOR, data(files=NEEDED, **split(2_500_000, 2_500_000, category=None)))
    assert hit.colour == "yellow"
    views = split(2_500_000, 2_500_000, category=None, budget_item=None, supplier_id="org:s")
    assert find(DETECTOR, data(files=NEEDED, **views)) == (1, ())


def test_an_unknown_method_is_yellow_or_not_judged() -> None:
    views = split(2_500_000, 2_500_000, method=None)
    _, (hit,) = find(DETECTOR, data(files=NEEDED, **views))
    assert (hit.colour, hit.missing) == ("yellow", ("contracts.method",))
    assert find(DETECTOR, data(**views)) == (0, ())
    views = split(2_500_000, 2_500_000, method=None, tender_id="tender:T1")
    assert find(DETECTOR, data(files=NEEDED, **views)) == (0, ())


def test_cancelled_tenders_and_later_contracts_do_not_count() -> None:
    gone = [row("tenders", id="tender:T1", status="cancelled")]
    assert find(DETECTOR, data(files=NEEDED, tenders=gone, **split(3e6, 3e6, tender_id="tender:T1"))) == (0, ())
    assert find(DETECTOR, data(files=NEEDED, as_of=date(2023, 3, 31), **split(3e6, 3e6))) == (1, ())


def test_no_limit_for_the_place_means_not_judged() -> None:
    assert find(DETECTOR, data(files=NEEDED, **split(3e6, 3e6, thresholds=[limit(place="61")]))) == (0, ())
    other_rule = [limit() | {"rule": "procurement_limit"}]
    assert find(DETECTOR, data(files=NEEDED, **split(3e6, 3e6, thresholds=other_rule))) == (0, ())


def test_the_most_specific_limit_wins() -> None:
    own = {"place": "990101", "level": "county", "category": "A02320000", "signed": date(2023, 5, 1)}
    rows = [limit(1), limit(2, "990000"), limit(3, "9901"), limit(4, "9901", budget_level="county")]
    assert limit_of(rows[:2], own) in (100, 200)
    assert limit_of(rows[:3], own) == 300
    assert limit_of(rows, own) == 400
    assert limit_of([*rows, limit(5, "9901", budget_level="county", category="goods")], own) == 500
    assert limit_of([*rows, limit(6, "9901", budget_level="county", category="A0232")], own) == 600
    for strange in ({"category": "services"}, {"budget_level": "city"}, {"valid_to": date(2023, 4, 30)}):
        assert limit_of([limit(7, "990101", **strange)], own) is None
    old = limit(8, "990101", valid_to=date(2022, 12, 31))
    assert limit_of([old, limit(9, "990101", valid_from=date(2023, 1, 1))], own) == 900


def test_a_rise_within_the_year_is_read_in_favour_of_the_buyer() -> None:
    rows = [limit(4_000_000, valid_to=date(2023, 4, 15)), limit(5_500_000, valid_from=date(2023, 4, 16))]
    assert find(DETECTOR, data(files=NEEDED, **split(1.6e6, 1.6e6, 1.6e6, thresholds=rows))) == (1, ())


@pytest.mark.parametrize(
    ("place", "level"),
    [("610000", "province"), ("611000", "city"), ("611002", "county"), ("61", None), (None, None), ("某县", None)],
)
def test_level_of_a_place(place: str | None, level: str | None) -> None:
    assert level_of(place) == level


def test_place_and_level_of_the_tender_come_first() -> None:
    tender = [row("tenders", id="tender:T1", jurisdiction="990000", budget_level="province", status="complete")]
    rows = [limit(4_000_000, budget_level="county"), limit(9_000_000, budget_level="province")]
    views = split(2.5e6, 2.5e6, thresholds=rows)
    assert len(find(DETECTOR, data(files=NEEDED, **views))[1]) == 1
    for entry in views["contracts"]:
        entry["tender_id"] = "tender:T1"
    assert find(DETECTOR, data(files=NEEDED, tenders=tender, **views)) == (1, ())


def test_row_order_does_not_matter() -> None:
    views = split(1_500_000, 1_400_000, 1_300_000, 900_000)
    first = find(DETECTOR, data(files=NEEDED, **views))
    assert all(find(DETECTOR, data(files=NEEDED, shuffle=seed, **views)) == first for seed in range(4))


def test_needs() -> None:
    assert missing_needs(DETECTOR, data(files=NEEDED).has) == ()
    assert missing_needs(DETECTOR, data(files={"contracts": NEEDED["contracts"]}).has) == ("thresholds",)
