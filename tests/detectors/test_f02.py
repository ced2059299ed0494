"""F02: money from a supplier's side to an insider's side. All names are invented."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from frames import Frames, at, data, row

from graphkit.detectors.contract import Hit
from graphkit.detectors.f02_direct_supplier_to_insider import DETECTOR, is_wage
from graphkit.detectors.runner import missing_needs

P, W, BOSS, H, S = "person:gu", "person:wen", "person:boss", "org:hospital", "org:jia"


def paid(payer: str, payee: str, yuan: float, ts: datetime | None = None, **more: Any) -> dict[str, Any]:
    base = {"from_party": payer, "to_party": payee, "amount_fen": round(yuan * 100), "ts": ts or at(2024, 5, 10, 9)}
    return row("payments", **base | {"from_acct": f"acct:{payer}", "to_acct": f"acct:{payee}"} | more)


def views(*payments: dict[str, Any], **more: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """A pharmacy head with a wife; a supplier with a legal representative; one contract between their bodies."""
    post = row(
        "posts", person_id=P, person_name="顾某甲", org_id=H, org_name="虚构县医院", power=0.9, role_code="pharmacy"
    )
    deal = row("deals", buyer_id=H, supplier_id=S, date=date(2024, 1, 1), amount_fen=900_000_00, kind="contract")
    boss = row("links", holder_id=BOSS, holder_name="雷某", company_id=S, company_name="虚构甲公司", kind="legal_rep")
    return {
        "posts": [post],
        "kin": [row("kin", a_id=P, b_id=W, code="SP", degree=0)],
        "people": [row("people", id=W, name="温某乙")],
        "orgs": [row("orgs", id=S, name="虚构甲公司"), row("orgs", id="org:cso", name="虚构会务咨询公司")],
        "links": [boss],
        "deals": [deal],
        "payments": list(payments),
    } | more


def find(source: Frames, **overrides: Any) -> tuple[int, tuple[Hit, ...]]:
    result = DETECTOR.find(source, {**DETECTOR.defaults, **overrides})
    return result.applied, result.hits


FILES = {"contracts": ("buyer", "supplier"), "transactions": ("tx",)}


@pytest.mark.parametrize("engine", ["arrow", "duckdb"])
def test_the_example_of_the_page(engine: str) -> None:
    out = [paid(BOSS, W, yuan, at(2024, month, 1)) for month, yuan in ((3, 20_000), (4, 20_000), (5, 10_000))]
    back = paid(W, BOSS, 10_000, at(2024, 8, 1))
    applied, (hit,) = find(data(engine=engine, files=FILES, **views(*out, back)))
    assert applied == 1
    assert dict(hit.subjects) == {P: "insider", W: "kin", S: "supplier", H: "buyer"}
    assert (hit.score, hit.colour, hit.amount_fen) == (pytest.approx(0.70), "red", 4_000_000)
    kinds = [ref.id.partition(":")[0] for ref in hit.evidence]
    assert kinds == ["deals", "links", "payments", "payments", "payments", "kin", "posts", "payments"]
    zh = DETECTOR.message.zh.format_map(hit.values)
    assert zh.startswith("虚构甲公司一方付给虚构县医院的顾某甲一方（收款人：温某乙）3笔，共50000.00元，反向10000.00元")
    assert "net 40000.00 yuan" in DETECTOR.message.en.format_map(hit.values)
    assert [c.result for c in hit.checks] == ["possible", "excluded", "excluded"]


@pytest.mark.parametrize(
    ("yuan", "score"),
    [(1_000, 0.4), (9_999.99, 0.4), (10_000, 0.55), (30_000, 0.7), (200_000, 0.85), (3_000_000, 1.0)],
)
def test_tiers_are_inclusive(yuan: float, score: float) -> None:
    _, (hit,) = find(data(**views(paid(S, P, yuan))))
    assert hit.score == pytest.approx(score)
    assert dict(hit.subjects) == {P: "insider", S: "supplier", H: "buyer"}


def test_less_than_a_thousand_net_is_clear() -> None:
    assert find(data(**views(paid(S, P, 999.99)))) == (1, ())
    assert find(data(**views(paid(S, P, 50_000), paid(P, S, 49_001, at(2024, 9, 1)))))[1] == ()
    assert len(find(data(**views(paid(S, P, 50_000), paid(P, S, 49_000, at(2024, 9, 1)))))[1]) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"posts": [row("posts", person_id=P, org_id=H, power=0.3)]},
        {"posts": [row("posts", person_id=P, org_id=H, power=0.9, to_date=date(2024, 5, 9))]},
        {"posts": [row("posts", person_id=P, org_id="org:other", power=0.9)]},
        {"deals": []},
        {"deals": [row("deals", buyer_id=H, supplier_id=S, date=date(2026, 1, 1), kind="contract")]},
        {"links": [row("links", holder_id=BOSS, company_id=S, kind="legal_rep", to_date=date(2024, 5, 9))]},
        {"links": [row("links", holder_id=BOSS, company_id=S, kind="shareholder", share_pct=4.9)]},
        {"payments": [paid(BOSS, P, 50_000, at(2026, 1, 1))]},
    ],
)
def test_near_misses_are_clear(change: dict[str, Any]) -> None:
    assert len(find(data(**views(paid(BOSS, P, 50_000))))[1]) == 1
    assert find(data(**views(paid(BOSS, P, 50_000)) | change))[1] == ()


def test_kin_counts_only_while_the_kinship_lasts() -> None:
    divorced = [row("kin", a_id=P, b_id=W, code="SP", degree=0, to_date=date(2024, 5, 9))]
    assert find(data(**views(paid(S, W, 5_000), kin=divorced)))[1] == ()


def test_payments_within_the_family_are_left_out() -> None:
    wife_owns = [row("links", holder_id=W, company_id=S, kind="legal_rep")]
    assert find(data(**views(paid(W, P, 80_000), links=wife_owns)))[1] == ()
    assert len(find(data(**views(paid(S, P, 80_000), links=wife_owns)))[1]) == 1


def test_wages_are_left_out_only_for_recorded_employees() -> None:
    wage = paid(S, W, 6_000, purpose="5月工资")
    employed = [row("links", holder_id=W, company_id=S, kind="employee")]
    assert find(data(**views(wage, links=employed)))[1] == ()
    _, (hit,) = find(data(**views(wage)))
    assert [c.result for c in hit.checks if c.check == "wages"] == ["possible"]
    left = [row("links", holder_id=W, company_id=S, kind="employee", to_date=date(2024, 5, 9))]
    assert len(find(data(**views(wage, links=left)))[1]) == 1


@pytest.mark.parametrize(
    ("purpose", "wage"), [("代发工资", True), ("Salary May", True), ("往来款", False), (None, False)]
)
def test_wage_words(purpose: str | None, wage: bool) -> None:
    assert is_wage(purpose) is wage


def test_a_firm_of_the_same_owner_is_on_the_suppliers_side() -> None:
    links = [
        row("links", holder_id=BOSS, company_id=S, kind="shareholder", share_pct=60.0),
        row("links", holder_id=BOSS, company_id="org:other", company_name="虚构丁公司", kind="legal_rep"),
    ]
    _, (hit,) = find(data(**views(paid("org:other", P, 20_000), links=links)))
    assert [ref.id.partition(":")[0] for ref in hit.evidence][:3] == ["deals", "links", "links"]
    employee = [row("links", holder_id=BOSS, company_id=S, kind="employee"), links[1]]
    assert find(data(**views(paid("org:other", P, 20_000), links=employee)))[1] == ()


def test_an_owner_of_very_many_firms_is_no_bridge() -> None:
    links = [row("links", holder_id=BOSS, company_id=S, kind="legal_rep")]
    links += [row("links", holder_id=BOSS, company_id=f"org:{n}", kind="legal_rep") for n in range(20)]
    assert find(data(**views(paid("org:3", P, 20_000), links=links)))[1] == ()
    assert len(find(data(**views(paid("org:3", P, 20_000), links=links)), hub_cap=21)[1]) == 1


def test_a_promotion_firm_counts_from_the_first_payment_it_got() -> None:
    fed = paid(S, "org:cso", 100_000, at(2024, 4, 1))
    _, (hit,) = find(data(**views(fed, paid("org:cso", P, 20_000))))
    assert fed["eid"] in {ref.id for ref in hit.evidence}
    late = paid(S, "org:cso", 100_000, at(2024, 5, 11))
    assert find(data(**views(late, paid("org:cso", P, 20_000))))[1] == ()


def test_an_account_the_insider_operates_is_on_his_side() -> None:
    account = [row("accounts", id="acct:x", holder_id="person:straw", operator_id=P)]
    scene = views(paid(S, "person:straw", 20_000, to_acct="acct:x"), accounts=account)
    _, (hit,) = find(data(files={"accounts": ("operator",)}, **scene))
    assert dict(hit.subjects) == {P: "insider", "acct:x": "account", S: "supplier", H: "buyer"}


def fee(yuan: float, day: date, kind: str = "speaker", payer: str = S) -> dict[str, Any]:
    return row("sponsorships", payer_id=payer, payee_id=P, amount_fen=round(yuan * 100), date=day, kind=kind)


@pytest.mark.parametrize("engine", ["arrow", "duckdb"])
def test_sponsorships_are_flows_with_a_check(engine: str) -> None:
    _, (hit,) = find(data(engine=engine, files=FILES, **views(sponsorships=[fee(12_000, date(2024, 5, 1))])))
    assert (hit.score, hit.colour) == (pytest.approx(0.55), "red")
    assert [c.result for c in hit.checks if c.check == "declared_fee"] == ["possible"]


@pytest.mark.parametrize(("day", "net"), [(date(2024, 5, 3), 12_000), (date(2024, 5, 2), 24_000)])
def test_a_fee_in_both_files_counts_once_within_a_week(day: date, net: int) -> None:
    _, (hit,) = find(data(files=FILES, **views(paid(S, P, 12_000), sponsorships=[fee(12_000, day)])))
    assert hit.amount_fen == net * 100
    assert len([ref for ref in hit.evidence if ref.id.startswith("sponsorships")]) == 1


def test_without_any_dealings_loaded_a_fee_is_yellow() -> None:
    scene = views(sponsorships=[fee(12_000, date(2024, 5, 1))], deals=[])
    applied, (hit,) = find(data(files={"sponsorships": ("payer",)}, **scene))
    assert (applied, hit.colour, hit.missing) == (1, "yellow", ("contracts.buyer", "contracts.supplier"))
    assert find(data(files=FILES, **scene)) == (0, ())


def test_weak_extra_flows_do_not_lower_the_grade() -> None:
    strong, weak = paid(S, P, 5_000), paid(S, P, 90_000, at(2024, 6, 1), to_grade="name_only")
    _, (hit,) = find(data(**views(strong, weak)))
    assert set(hit.grades) == {"identifier"}
    _, (hit,) = find(data(**views(weak)))
    assert "name_only" in hit.grades


def test_a_recipient_close_to_two_insiders_goes_to_the_more_powerful() -> None:
    scene = views(paid(S, W, 5_000))
    scene["posts"].append(row("posts", person_id="person:he", org_id=H, power=0.5))
    scene["kin"].append(row("kin", a_id="person:he", b_id=W, code="SB", degree=2))
    _, (hit,) = find(data(**scene))
    assert dict(hit.subjects)[P] == "insider"


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_row_order_changes_nothing(seed: int) -> None:
    payments = [
        paid(BOSS, W, 20_000),
        paid(S, P, 30_000),
        paid(S, P, 5_000, at(2024, 7, 1)),
        paid(W, S, 1_000, at(2024, 8, 1)),
    ]
    scene = views(*payments, sponsorships=[fee(2_000, date(2024, 5, 1))])
    expected = find(data(files=FILES, **scene))
    assert len(expected[1]) == 2
    assert find(data(files=FILES, shuffle=seed, **scene)) == expected


def test_needs_name_what_is_missing() -> None:
    files = {
        "staff": ("name", "org", "role_code"),
        "roles": ("company", "holder", "kind"),
        "accounts": ("acct", "holder"),
    }
    assert missing_needs(DETECTOR, data(files=files).has) == ("sponsorships | transactions",)


@pytest.mark.parametrize("engine", ["arrow", "duckdb"])
def test_money_back_from_an_operated_account_is_netted(engine: str) -> None:
    account = [row("accounts", id="acct:x", holder_id="person:straw", operator_id=P)]
    out = paid(S, "person:straw", 20_000, to_acct="acct:x")
    back = paid("person:straw", S, 15_000, at(2024, 8, 1), from_acct="acct:x")
    _, (hit,) = find(data(engine=engine, files={"accounts": ("operator",)}, **views(out, back, accounts=account)))
    assert (hit.amount_fen, hit.values["returned"]) == (500_000, "15000.00")
