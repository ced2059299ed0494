"""K01: an insider's own link to a supplier. All names are invented."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from frames import Frames, at, data, row

from graphkit.detectors.contract import Hit
from graphkit.detectors.k01_insider_interest import DETECTOR, bids_at
from graphkit.detectors.runner import missing_needs

P, H, C = "person:gu", "org:hospital", "org:jia"


def views(**changes: Any) -> dict[str, list[dict[str, Any]]]:
    """An equipment head with 3 % of a firm that sold 2.6 M yuan to the hospital in 2024."""
    post = {"person_id": P, "person_name": "顾某甲", "org_id": H, "org_name": "虚构县医院", "role_code": "equipment"}
    link = {
        "holder_id": P,
        "holder_name": "顾某甲",
        "company_id": C,
        "company_name": "虚构甲公司",
        "holder_label": "Person",
    }
    deal = {"buyer_id": H, "supplier_id": C, "date": date(2024, 5, 10), "amount_fen": 260_000_000, "kind": "contract"}
    return {
        "posts": [row("posts", **post | {"power": 0.9} | changes.pop("post", {}))],
        "links": [row("links", **link | {"kind": "shareholder", "share_pct": 3.0} | changes.pop("link", {}))],
        "deals": [
            row("deals", **deal | {"tender_id": "tender:T1", "contract_id": "contract:C1"} | changes.pop("deal", {}))
        ],
        **changes,
    }


def find(source: Frames, **overrides: Any) -> tuple[int, tuple[Hit, ...]]:
    result = DETECTOR.find(source, {**DETECTOR.defaults, **overrides})
    return result.applied, result.hits


@pytest.mark.parametrize("engine", ["arrow", "duckdb"])
def test_a_share_in_a_supplier_is_a_red_hit_with_its_chain(engine: str) -> None:
    applied, (hit,) = find(data(engine=engine, **views()))
    assert applied == 1
    assert dict(hit.subjects) == {P: "insider", C: "supplier", H: "buyer"}
    assert hit.score == pytest.approx(0.36)
    assert (hit.colour, hit.grades, hit.amount_fen) == ("red", ("identifier",) * 3, 260_000_000)
    assert [ref.id.partition(":")[0] for ref in hit.evidence] == ["posts", "links", "deals"]
    assert DETECTOR.message.zh.format_map(hit.values).startswith("顾某甲在虚构县医院任职，同时是虚构甲公司的股东")
    assert "2600000.00 yuan" in DETECTOR.message.en.format_map(hit.values)


@pytest.mark.parametrize(
    ("link", "score"),
    [
        ({"kind": "legal_rep", "share_pct": None}, 0.9),
        ({"kind": "shareholder", "share_pct": 5.0}, 0.9),
        ({"kind": "shareholder", "share_pct": 4.99}, 0.36),
        ({"kind": "director", "share_pct": None}, 0.72),
        ({"kind": "employee", "share_pct": None}, 0.36),
    ],
)
def test_the_score_is_power_times_link(link: dict[str, Any], score: float) -> None:
    _, (hit,) = find(data(**views(link=link)))
    assert hit.score == pytest.approx(score)


@pytest.mark.parametrize(
    ("view", "act"),
    [
        ("approvals", {"person_id": P, "contract_id": "contract:C1", "action": "accept", "date": date(2024, 6, 1)}),
        ("approvals", {"person_id": P, "tender_id": "tender:T1", "action": "request", "date": None}),
        ("evaluations", {"person_id": P, "tender_id": "tender:T1"}),
    ],
)
def test_taking_part_makes_it_one(view: str, act: dict[str, Any]) -> None:
    _, (hit,) = find(data(**views(**{view: [row(view, **act)]})))
    assert hit.score == 1.0
    assert hit.evidence[-1].id.startswith(view)


def test_publishing_a_notice_or_acting_on_another_tender_is_no_part() -> None:
    acts = [
        row("approvals", person_id=P, tender_id="tender:T1", action="publish", date=date(2024, 5, 1)),
        row("approvals", person_id=P, tender_id="tender:T2", action="approve", date=date(2024, 5, 1)),
    ]
    _, (hit,) = find(data(**views(approvals=acts)))
    assert hit.score == pytest.approx(0.36)


@pytest.mark.parametrize(
    ("left", "hits"), [(date(2021, 5, 10), 1), (date(2021, 5, 9), 0), (date(2024, 5, 9), 1), (None, 1)]
)
def test_three_years_after_leaving_still_count(left: date | None, hits: int) -> None:
    applied, found = find(data(**views(post={"to_date": left})))
    assert (applied, len(found)) == (1, hits)


@pytest.mark.parametrize(
    "change",
    [
        {"link": {"to_date": date(2024, 5, 9)}},
        {"link": {"from_date": date(2024, 5, 11)}},
        {"post": {"from_date": date(2024, 5, 11)}},
        {"deal": {"buyer_id": "org:other"}},
        {"deal": {"date": date(2026, 1, 1)}},
        {"link": {"kind": "nominee_for"}},
        {"link": {"kind": "shareholder", "share_pct": 0.09, "company_name": "虚构药业股份有限公司"}},
        {"deal": {"date": None}, "link": {"from_date": date(2020, 1, 1)}},
    ],
)
def test_near_misses_are_clear(change: dict[str, Any]) -> None:
    assert find(data(as_of=date(2025, 12, 31), **views(**change)))[1] == ()


@pytest.mark.parametrize(("pct", "name"), [(0.1, "虚构药业股份有限公司"), (0.09, "虚构甲公司")])
def test_only_tiny_shares_of_joint_stock_companies_are_left_out(pct: float, name: str) -> None:
    assert len(find(data(**views(link={"share_pct": pct, "company_name": name})))[1]) == 1


def test_an_undated_dealing_counts_when_everything_is_open() -> None:
    assert len(find(data(**views(deal={"date": None})))[1]) == 1


def _recusal(day: date, **more: Any) -> dict[str, Any]:
    return row("recusals", **{"person_id": P, "counterparty_id": C, "kind": "recused", "date": day} | more)


def test_a_recusal_beforehand_makes_it_green_unless_the_person_took_part() -> None:
    files = {"recusals": ("person",)}
    before = {"recusals": [_recusal(date(2024, 5, 10))]}
    _, (hit,) = find(data(files=files, **views(**before)))
    assert hit.colour == "green"
    assert hit.evidence[-1].id.startswith("recusals")
    assert [c.result for c in hit.checks if c.check == "recused"] == ["possible"]
    signed = row("approvals", person_id=P, contract_id="contract:C1", action="settle", date=date(2024, 7, 1))
    _, (hit,) = find(data(files=files, **views(approvals=[signed], **before)))
    assert (hit.colour, hit.score) == ("red", 1.0)


@pytest.mark.parametrize(
    "recusal",
    [
        _recusal(date(2024, 5, 11)),
        _recusal(date(2024, 1, 1), to_date=date(2024, 5, 9)),
        _recusal(date(2024, 1, 1), counterparty_id="org:other"),
        _recusal(date(2024, 1, 1), tender_id="tender:T2"),
    ],
)
def test_a_recusal_for_something_else_or_too_late_does_not_help(recusal: dict[str, Any]) -> None:
    _, (hit,) = find(data(files={"recusals": ("person",)}, **views(recusals=[recusal])))
    assert hit.colour == "red"
    assert [c.result for c in hit.checks if c.check == "recused"] == ["excluded"]


def test_without_recusals_the_check_says_so() -> None:
    _, (hit,) = find(data(**views()))
    assert [c.result for c in hit.checks if c.check == "recused"] == ["not_checked"]


def test_an_employer_that_owns_the_firm_may_have_sent_the_person() -> None:
    scene = views()
    scene["links"].append(row("links", holder_id=H, company_id=C, kind="shareholder", share_pct=60.0))
    _, (hit,) = find(data(**scene))
    assert hit.colour == "yellow"
    assert [c.result for c in hit.checks if c.check == "delegated"] == ["possible"]


def test_indirect_control_counts_where_no_direct_link_exists() -> None:
    control = [row("control", person_id=P, company_id=C, eff_pct=40.0)]
    _, (hit,) = find(data(**(views(control=control) | {"links": []})))
    assert hit.score == pytest.approx(0.9)
    assert hit.values["role_en"] == "indirect owner"
    _, (hit,) = find(data(**views(control=control)))
    assert hit.values["role_en"] == "shareholder"


def _bid(**more: Any) -> dict[str, list[dict[str, Any]]]:
    bid = {"id": "bid:1", "tender_id": "tender:T1", "bidder_id": C, "status": "valid", "received": at(2024, 5, 10, 9)}
    return {
        "bids": [row("bids", **bid | more)],
        "tenders": [row("tenders", id="tender:T1", buyer_id=H, published=date(2024, 4, 1))],
        "deals": [],
    }


@pytest.mark.parametrize("engine", ["arrow", "duckdb"])
def test_a_bid_alone_is_enough_but_has_no_amount(engine: str) -> None:
    applied, (hit,) = find(data(engine=engine, **(views() | _bid())))
    assert (applied, hit.amount_fen, hit.values["dealings"]) == (1, 0, "1")


@pytest.mark.parametrize("more", [{"status": "withdrawn"}, {"status": "invited"}, {"received": at(2026, 3, 1)}])
def test_bids_not_submitted_are_no_bids(more: dict[str, Any]) -> None:
    assert find(data(**(views() | _bid(**more))))[1] == ()


def test_a_bid_without_receipt_is_dated_by_the_notice() -> None:
    source = data(**(views() | _bid(received=None)))
    assert [b["date"] for b in bids_at(source, [(H, C)])[H, C]] == [date(2024, 4, 1)]


def test_weak_names_are_reported_as_grades_and_the_surest_chain_comes_first() -> None:
    scene = views(link={"grade": "scoped_name", "kind": "legal_rep"})
    _, (hit,) = find(data(**scene))
    assert "scoped_name" in hit.grades
    scene["links"].append(row("links", holder_id=P, company_id=C, company_name="虚构甲公司", kind="employee"))
    _, (hit,) = find(data(**scene))
    assert (hit.grades, hit.score) == (("identifier",) * 3, pytest.approx(0.36))


def test_the_same_money_is_counted_once() -> None:
    scene = views()
    scene["deals"] += [
        row("deals", **scene["deals"][0] | {"kind": "award", "amount_fen": 270_000_000, "eid": "award:1"}),
        row("deals", **scene["deals"][0] | {"kind": "payment", "amount_fen": 100_000_000, "eid": "paid:1"}),
    ]
    _, (hit,) = find(data(**scene))
    assert (hit.amount_fen, hit.values["dealings"]) == (270_000_000, "3")
    assert [ref.id for ref in hit.evidence][2] == "award:1"


def test_evidence_is_capped_with_the_largest_first() -> None:
    scene = views()
    scene["deals"] = [row("deals", **scene["deals"][0] | {"amount_fen": n, "eid": f"deal:{n:03}"}) for n in range(90)]
    _, (hit,) = find(data(**scene))
    assert len(hit.evidence) == 60
    assert hit.evidence[2].id == "deal:089"


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_row_order_changes_nothing(seed: int) -> None:
    scene = views(approvals=[row("approvals", person_id=P, tender_id="tender:T1", action="approve")])
    scene["links"].append(row("links", holder_id=P, company_id="org:yi", company_name="虚构乙公司", kind="manager"))
    scene["deals"].append(
        row("deals", buyer_id=H, supplier_id="org:yi", date=date(2024, 1, 1), amount_fen=5, kind="award")
    )
    expected = find(data(**scene))
    assert len(expected[1]) == 2
    assert find(data(shuffle=seed, **scene)) == expected


def test_needs_name_what_is_missing() -> None:
    files = {"staff": ("name", "org", "role_code"), "roles": ("company", "holder", "kind")}
    assert missing_needs(DETECTOR, data(files=files).has) == ("bids | contracts | transactions",)
    assert missing_needs(DETECTOR, data(files=files | {"bids": ("project_no", "bidder")}).has) == ()
    assert "staff" in missing_needs(DETECTOR, data().has)
