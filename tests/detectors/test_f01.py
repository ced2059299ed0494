"""F01: receipts from a body followed by flows back to its insiders. All names are invented."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from frames import Frames, at, data, row
from hypothesis import given
from hypothesis import strategies as st

from graphkit.detectors.contract import Hit
from graphkit.detectors.f01_kickback_cycle import DETECTOR, cv, kickback_score, match
from graphkit.detectors.f02_direct_supplier_to_insider import Flow
from graphkit.detectors.insiders import Tie
from graphkit.detectors.runner import missing_needs

P, W, BOSS, H, S = "person:gu", "person:wen", "person:boss", "org:hospital", "org:jia"


def paid(payer: str, payee: str, yuan: float, ts: datetime, **more: Any) -> dict[str, Any]:
    base = {"from_party": payer, "to_party": payee, "amount_fen": round(yuan * 100), "ts": ts}
    return row("payments", **base | {"from_acct": f"acct:{payer}", "to_acct": f"acct:{payee}"} | more)


RECEIPTS = [
    paid(H, S, 1_000_000, at(2024, 1, 10)),
    paid(H, S, 2_000_000, at(2024, 3, 10)),
    paid(H, S, 1_500_000, at(2024, 5, 10)),
]
FLOWS = [
    paid(BOSS, W, 100_000, at(2024, 1, 15)),
    paid(BOSS, W, 200_000, at(2024, 3, 20)),
    paid(BOSS, W, 150_000, at(2024, 5, 11)),
]


def views(*payments: dict[str, Any], **more: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    post = row("posts", person_id=P, person_name="顾某甲", org_id=H, org_name="虚构县医院", power=0.9)
    boss = row("links", holder_id=BOSS, holder_name="雷某", company_id=S, company_name="虚构甲公司", kind="legal_rep")
    deal = row("deals", buyer_id=H, supplier_id=S, date=date(2024, 1, 10), amount_fen=1, kind="payment")
    return {
        "posts": [post],
        "kin": [row("kin", a_id=P, b_id=W, code="SP", degree=0)],
        "people": [row("people", id=W, name="温某乙")],
        "orgs": [row("orgs", id=S, name="虚构甲公司")],
        "links": [boss],
        "deals": [deal],
        "payments": list(payments),
    } | more


def find(source: Frames, **overrides: Any) -> tuple[int, tuple[Hit, ...]]:
    result = DETECTOR.find(source, {**DETECTOR.defaults, **overrides})
    return result.applied, result.hits


@pytest.mark.parametrize("engine", ["arrow", "duckdb"])
def test_the_example_of_the_page(engine: str) -> None:
    applied, (hit,) = find(data(engine=engine, **views(*RECEIPTS, *FLOWS)))
    assert applied == 1
    assert dict(hit.subjects) == {P: "insider", S: "supplier", H: "buyer"}
    assert (hit.score, hit.colour, hit.amount_fen) == (pytest.approx(1.0), "red", 45_000_000)
    assert [ref.id.partition(":")[0] for ref in hit.evidence] == ["links", *["payments"] * 6, "kin", "posts"]
    assert hit.evidence[1].id == RECEIPTS[1]["eid"]
    assert hit.evidence[2].id == FLOWS[1]["eid"]
    zh = DETECTOR.message.zh.format_map(hit.values)
    assert "虚构甲公司一方有3次付款到顾某甲一方（收款人：温某乙），共450000.00元，为对应收款的10.0%" in zh
    assert "3 payments" in DETECTOR.message.en.format_map(hit.values)


def test_two_flows_score_as_on_the_page() -> None:
    two = [paid(BOSS, W, 100_000, at(2024, 1, 15)), paid(BOSS, W, 400_000, at(2024, 3, 20))]
    _, (hit,) = find(data(**views(*RECEIPTS, *two)))
    assert hit.score == pytest.approx(0.3172, abs=5e-5)


def test_the_ratio_of_the_confirmed_case() -> None:
    payments = [paid(H, S, 868_677, at(2024, 1, 10)), paid(BOSS, P, 35_046, at(2024, 1, 20))]
    payments += [paid(H, S, 868_677, at(2024, 4, 10)), paid(BOSS, P, 35_046, at(2024, 4, 20))]
    _, (hit,) = find(data(**views(*payments)))
    ratio = 35_046 / 868_677
    assert ratio == pytest.approx(0.0403, abs=5e-5)
    assert hit.values["ratio"] == "4.0"
    assert hit.score == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("rhos", "score"),
    [
        ([0.1, 0.1, 0.1], 1.0),
        ([0.1, 0.1], 0.6),
        ([0.02, 0.02, 0.02], 1.0),
        ([0.5, 0.5, 0.5], 1.0),
        ([0.01, 0.01, 0.01], 0.7),
        ([0.6, 0.6, 0.6], 0.7),
        ([0.02, 0.1, 0.5], 0.7),
    ],
)
def test_score_terms(rhos: list[float], score: float) -> None:
    assert kickback_score(rhos, cv(rhos), DETECTOR.defaults) == pytest.approx(score)


@pytest.mark.parametrize(
    "payments",
    [
        [*RECEIPTS, FLOWS[0]],
        [*RECEIPTS, *(paid(BOSS, W, 100_000, at(2024, month, 9)) for month in (1, 3))],
        [*RECEIPTS, *(paid("person:stranger", W, 100_000, at(2024, month, 15)) for month in (1, 3, 5))],
        [*RECEIPTS, *(paid(BOSS, "person:stranger", 100_000, at(2024, month, 15)) for month in (1, 3, 5))],
        [*RECEIPTS, *(paid(BOSS, W, 400, at(2024, month, 15)) for month in (1, 3))],
        [*FLOWS, *(paid("org:else", S, 1_000_000, at(2024, month, 10)) for month in (1, 3, 5))],
        [*RECEIPTS, *(paid(W, P, 100_000, at(2024, month, 15)) for month in (1, 3, 5))],
    ],
)
def test_near_misses_are_clear(payments: list[dict[str, Any]]) -> None:
    assert find(data(**views(*payments)))[1] == ()


@pytest.mark.parametrize(("days", "hits"), [(45, 1), (46, 0)])
def test_forty_five_days_are_inclusive(days: int, hits: int) -> None:
    flows = [paid(BOSS, W, 100_000, receipt["ts"] + timedelta(days=days)) for receipt in RECEIPTS[:2]]
    assert len(find(data(**views(*RECEIPTS[:2], *flows)))[1]) == hits


def test_each_flow_takes_the_latest_unmatched_receipt() -> None:
    tie = Tie("x", "", "x", "self")
    receipts = [{"eid": f"r{n}", "ts": at(2024, 1, n), "amount_fen": 100} for n in (1, 2, 3)]
    flows = [Flow((f"f{n}",), at(2024, 1, n), at(2024, 1, n), 10, tie, tie, ()) for n in (2, 4, 5, 6)]
    found = match(receipts, flows, timedelta(days=45))
    assert [(m.flow.eids[0], m.receipt["eid"]) for m in found] == [("f2", "r2"), ("f4", "r3"), ("f5", "r1")]


@given(
    st.lists(st.integers(0, 400), min_size=1, max_size=12),
    st.lists(st.integers(0, 400), min_size=1, max_size=12),
    st.integers(0, 60),
)
def test_matching_never_uses_a_receipt_twice_or_out_of_time(came: list[int], left: list[int], within: int) -> None:
    tie, start = Tie("x", "", "x", "self"), at(2024, 1, 1)
    receipts = [{"eid": f"r{i}", "ts": start + timedelta(days=d), "amount_fen": 100} for i, d in enumerate(came)]
    moments = [start + timedelta(days=d) for d in left]
    flows = [Flow((f"f{i}",), moment, moment, 10, tie, tie, ()) for i, moment in enumerate(moments)]
    found = match(receipts, flows, timedelta(days=within))
    assert len({m.receipt["eid"] for m in found}) == len(found) == len({m.flow.eids for m in found})
    assert all(timedelta() <= m.flow.end - m.receipt["ts"] <= timedelta(days=within) for m in found)
    unused = [r for r in receipts if r["eid"] not in {m.receipt["eid"] for m in found}]
    for flow in (f for f in flows if f.eids not in {m.flow.eids for m in found}):
        assert not any(r["ts"] <= flow.start <= r["ts"] + timedelta(days=within) for r in unused)


def relayed(yuan: float, kept: float, hours: float, legs: int = 2) -> list[dict[str, Any]]:
    """Each flow passes one or two strangers' accounts, each keeping back a part and waiting some hours."""
    path = [*[BOSS, "person:m1", "person:m2"][:legs], W]
    found = []
    for receipt in RECEIPTS[:2]:
        for n, (payer, payee) in enumerate(pairwise(path)):
            moment = receipt["ts"] + timedelta(days=1, hours=hours * n)
            found.append(paid(payer, payee, round(yuan * kept**n, 2), moment))
    return found


@pytest.mark.parametrize("engine", ["arrow", "duckdb"])
@pytest.mark.parametrize("legs", [2, 3])
def test_flows_through_passing_accounts(engine: str, legs: int) -> None:
    _, (hit,) = find(data(engine=engine, **views(*RECEIPTS, *relayed(100_000, 0.95, 30, legs))))
    assert hit.values["matches"] == "2"
    assert hit.amount_fen == round(2 * 100_000 * 0.95 ** (legs - 1) * 100)
    assert len([ref for ref in hit.evidence if ref.id.startswith("payments")]) == 2 * (legs + 1)


@pytest.mark.parametrize(
    ("kept", "hours", "hits"), [(0.9, 72, 1), (0.8999, 72, 0), (0.9, 72.01, 0), (1.01, 1, 0), (1.0, -1, 0)]
)
def test_an_account_passes_on_ninety_percent_in_three_days(kept: float, hours: float, hits: int) -> None:
    assert len(find(data(**views(*RECEIPTS, *relayed(100_000, kept, hours))))[1]) == hits


def test_a_passing_account_on_either_side_is_no_third_party() -> None:
    via_staff = [row("posts", person_id="person:m1", org_id="org:elsewhere", power=0.9)]
    scene = views(*RECEIPTS, *relayed(100_000, 0.95, 30))
    assert find(data(**scene | {"posts": scene["posts"] + via_staff}))[1] == ()


def test_a_friend_who_shares_the_insiders_phone_is_a_recipient() -> None:
    def phone(person: str, hub: int) -> dict[str, Any]:
        base = {"subject_label": "Person", "kind": "phone", "contact_id": "contact:phone:1", "value": "1"}
        return row("contacts", subject_id=person, hub_size=hub, **base)

    flows = [paid(BOSS, "person:friend", flow["amount_fen"] / 100, flow["ts"]) for flow in FLOWS]
    for hub, hits in ((2, 1), (3, 0)):
        scene = views(*RECEIPTS, *flows, contacts=[phone(P, hub), phone("person:friend", hub)])
        assert len(find(data(**scene))[1]) == hits


def test_the_firms_own_man_with_the_insiders_phone_is_no_recipient() -> None:
    rows = [
        row("contacts", subject_id=s, subject_label="Person", kind="phone", contact_id="c", value="1", hub_size=2)
        for s in (P, BOSS)
    ]
    flows = [paid(S, BOSS, flow["amount_fen"] / 100, flow["ts"]) for flow in FLOWS]
    assert find(data(**views(*RECEIPTS, *flows, contacts=rows)))[1] == ()


def test_a_loan_that_came_back_is_yellow_and_shown_both_ways() -> None:
    back = paid(W, BOSS, 225_000, at(2024, 9, 1))
    _, (hit,) = find(data(**views(*RECEIPTS, *FLOWS, back)))
    assert (hit.colour, hit.values["returned"]) == ("yellow", "225000.00")
    assert back["eid"] in {ref.id for ref in hit.evidence}
    less = paid(W, BOSS, 224_999, at(2024, 9, 1))
    assert find(data(**views(*RECEIPTS, *FLOWS, less)))[1][0].colour == "red"


def test_recorded_wages_are_left_out() -> None:
    wages = [paid(S, W, 8_000, flow["ts"], purpose="工资") for flow in FLOWS]
    links = [row("links", holder_id=W, company_id=S, kind="employee")]
    assert find(data(**views(*RECEIPTS, *wages, links=links)))[1] == ()
    assert len(find(data(**views(*RECEIPTS, *wages)))[1]) == 1


def used(n: float, ts: datetime, **more: Any) -> dict[str, Any]:
    base = {"org_id": H, "item_id": "item:stent", "doctor_id": P, "qty": n, "ts": ts}
    return row("usage", **base | more)


def test_a_constant_sum_per_unit_replaces_an_uneven_ratio() -> None:
    """5,000 yuan a stent: 4, 10 and 7 stents before the three flows, while the receipts do not move with them."""
    flows = [
        paid(BOSS, P, 5_000 * n, ts) for n, ts in ((4, at(2024, 1, 15)), (10, at(2024, 3, 20)), (7, at(2024, 5, 11)))
    ]
    usage = [used(4, at(2024, 1, 5)), used(6, at(2024, 2, 1)), used(4, at(2024, 3, 20)), used(7, at(2024, 4, 1))]
    receipts = [paid(H, S, 300_000, receipt["ts"]) for receipt in RECEIPTS]
    _, (plain,) = find(data(**views(*receipts, *flows)))
    _, (hit,) = find(data(**views(*receipts, *flows, usage=usage)))
    assert (plain.values["per_unit"], hit.values["per_unit"]) == ("–", "5000.00")
    assert plain.score < hit.score == pytest.approx(1.0)
    elsewhere = [used(u["qty"], u["ts"], doctor_id="person:other") for u in usage]
    assert find(data(**views(*receipts, *flows, usage=elsewhere)))[1] == (plain,)


def test_grades_are_those_of_the_matches_the_rule_needs() -> None:
    weak = [paid(BOSS, W, 150_000, at(2024, 5, 11), to_grade="name_only")]
    _, (hit,) = find(data(**views(*RECEIPTS, *FLOWS[:2], *weak)))
    assert (hit.values["matches"], set(hit.grades)) == ("3", {"identifier"})
    _, (hit,) = find(data(**views(*RECEIPTS, FLOWS[0], *weak)))
    assert "name_only" in hit.grades


def test_the_denominator_is_pairs_with_two_payments() -> None:
    assert find(data(**views(*RECEIPTS)))[0] == 1
    assert find(data(**views(RECEIPTS[0])))[0] == 0
    assert find(data(**views(*RECEIPTS, posts=[])))[0] == 0
    assert find(data(as_of=date(2024, 2, 1), **views(*RECEIPTS)))[0] == 0


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_row_order_changes_nothing(seed: int) -> None:
    scene = views(*RECEIPTS, *FLOWS, *relayed(50_000, 0.95, 30, 3), paid(W, S, 10, at(2024, 9, 1)))
    expected = find(data(**scene))
    assert len(expected[1]) == 1
    assert find(data(shuffle=seed, **scene)) == expected


def test_needs_name_what_is_missing() -> None:
    files = {"transactions": ("tx", "ts", "from_acct", "to_acct", "amount"), "accounts": ("acct", "holder")}
    files |= {"staff": ("name", "org", "role_code"), "roles": ("company", "holder")}
    assert missing_needs(DETECTOR, data(files=files).has) == ("roles.kind",)
