"""K03: contacts, devices and accounts shared by an insider's and a supplier's side. All names are invented."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import pytest
from frames import Frames, data, row

from graphkit.detectors.contract import Hit
from graphkit.detectors.k03_hidden_link import DETECTOR
from graphkit.detectors.runner import missing_needs

P, H, S = "person:gu", "org:hospital", "org:jia"
DEAL = date(2024, 5, 10)


def contact(subject: str, value: str = "13900000000", kind: str = "phone", hub: int = 2, **more: Any) -> dict[str, Any]:
    label = "Person" if subject.startswith("person") else "Organization"
    base = {"subject_id": subject, "subject_label": label, "kind": kind, "value": value, "hub_size": hub}
    return row("contacts", **base | {"contact_id": f"contact:{kind}:{value}"} | more)


def views(*contacts: dict[str, Any], **more: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    post = row("posts", person_id=P, person_name="顾某甲", org_id=H, org_name="虚构县医院", power=0.9)
    deal = row("deals", buyer_id=H, supplier_id=S, date=DEAL, amount_fen=5_000_000, kind="contract")
    orgs = [row("orgs", id=S, name="虚构甲公司"), row("orgs", id=H, name="虚构县医院")]
    return {"posts": [post], "deals": [deal], "orgs": orgs, "contacts": list(contacts)} | more


def find(source: Frames, **overrides: Any) -> tuple[int, tuple[Hit, ...]]:
    result = DETECTOR.find(source, {**DETECTOR.defaults, **overrides})
    return result.applied, result.hits


@pytest.mark.parametrize("engine", ["arrow", "duckdb"])
def test_one_phone_of_two_users_is_a_yellow_hit(engine: str) -> None:
    applied, (hit,) = find(data(engine=engine, **views(contact(P), contact(S))))
    assert applied == 1
    assert dict(hit.subjects) == {P: "insider", S: "supplier", H: "buyer"}
    assert hit.score == pytest.approx(0.5139, abs=5e-5)
    assert [ref.id.partition(":")[0] for ref in hit.evidence] == ["posts", "contacts", "contacts", "deals"]
    assert "虚构甲公司一方共用1个电话" in DETECTOR.message.zh.format_map(hit.values)
    assert "share 1 contacts (phone)" in DETECTOR.message.en.format_map(hit.values)


def test_three_users_are_not_enough_but_a_second_kind_is() -> None:
    phone = [contact(P, hub=3), contact(S, hub=3)]
    assert 1 / math.log(8) == pytest.approx(0.4809, abs=5e-5)
    assert find(data(**views(*phone))) == (1, ())
    address = [contact(P, "某路1号", "address", 20), contact(S, "某路1号", "address", 20)]
    _, (hit,) = find(data(**views(*phone, *address)))
    assert hit.score == pytest.approx(0.7916, abs=5e-5)


def test_two_numbers_of_three_users_reach_the_score() -> None:
    two = [contact(s, value, hub=3) for s in (P, S) for value in ("13900000001", "13900000002")]
    _, (hit,) = find(data(**views(*two)))
    assert hit.score == pytest.approx(2 / math.log(8))


def test_the_score_is_at_most_one() -> None:
    many = [contact(s, value) for s in (P, S) for value in ("13900000001", "13900000002", "13900000003")]
    _, (hit,) = find(data(**views(*many)))
    assert (hit.score, hit.values["shared"]) == (1.0, "3")


@pytest.mark.parametrize(("hub", "hits"), [(20, 1), (21, 0)])
def test_hubs_beyond_the_cap_do_not_count(hub: int, hits: int) -> None:
    both = [contact(s, v, k, hub) for s in (P, S) for k, v in (("phone", "13900000000"), ("email", "a@b.example"))]
    assert len(find(data(**views(*both)))[1]) == hits


@pytest.mark.parametrize(
    "rows",
    [
        [contact(P), contact("org:other")],
        [contact(P), contact(S, "13900000001")],
        [contact(P, to_date=date(2024, 5, 9)), contact(S)],
        [contact(P), contact(S, from_date=date(2024, 5, 11))],
        [contact(P, hub=3), contact(S, hub=3), contact(H, hub=3)],
    ],
)
def test_near_misses_are_clear(rows: list[dict[str, Any]]) -> None:
    assert find(data(**views(*rows)))[1] == ()


def test_the_bodys_own_number_is_excluded_even_when_alone_it_would_score() -> None:
    rows = [contact(P), contact(S), contact(H)]
    assert find(data(**views(*rows)))[1] == ()


def test_people_recorded_in_the_firm_are_its_side() -> None:
    link = row("links", holder_id="person:lin", holder_name="林某", company_id=S, kind="employee")
    _, (hit,) = find(data(**views(contact(P), contact("person:lin"), links=[link])))
    assert [ref.id.partition(":")[0] for ref in hit.evidence] == ["posts", "contacts", "contacts", "links", "deals"]
    left = row("links", holder_id="person:lin", company_id=S, kind="employee", to_date=date(2024, 5, 9))
    assert find(data(**views(contact(P), contact("person:lin"), links=[left])))[1] == ()


def test_kin_and_associates_are_the_insiders_side() -> None:
    kin = row("kin", a_id=P, b_id="person:wen", code="SP", degree=0)
    _, (hit,) = find(data(**views(contact("person:wen"), contact(S), kin=[kin])))
    assert dict(hit.subjects)[P] == "insider"
    associate = row("associates", a_id=P, b_id="person:wen", basis="同学", grade="scoped_name")
    _, (hit,) = find(data(**views(contact("person:wen"), contact(S), associates=[associate])))
    assert "scoped_name" in hit.grades


def test_a_recorded_tie_is_left_to_k01_and_k02() -> None:
    own = row("links", holder_id=P, company_id=S, kind="manager")
    assert find(data(**views(contact(P), contact(S), links=[own])))[1] == ()
    kin = [row("kin", a_id=P, b_id="person:wen", code="SP", degree=0)]
    wife = row("links", holder_id="person:wen", company_id=S, kind="legal_rep")
    assert find(data(**views(contact(P), contact("person:wen"), kin=kin, links=[wife])))[1] == ()
    assert find(data(**views(contact("person:wen"), contact(S), kin=kin, links=[wife])))[1] == ()


def test_the_phone_of_a_bid_belongs_to_its_bidder() -> None:
    bid = row("bids", id="bid:1", tender_id="tender:T1", bidder_id=S)
    _, found = find(data(**views(contact(P), contact("bid:1"), bids=[bid])))
    assert len(found) == 1


def test_a_device_of_a_bid_that_the_insider_uses() -> None:
    mine = contact(P, "00-11-22", "mac", contact_id="device:mac:00-11-22")
    device = {"kind": "mac", "value": "00-11-22", "device_id": "device:mac:00-11-22", "hub_size": 1}
    made = row("artifacts", bid_id="bid:1", bidder_id=S, **device)
    _, (hit,) = find(data(**views(mine, artifacts=[made])))
    assert hit.values["kinds_en"] == "device"
    author = row("artifacts", bid_id="bid:1", bidder_id=S, **device | {"kind": "file_author"})
    assert find(data(**views(mine, artifacts=[author])))[1] == ()


def test_an_account_held_by_one_side_and_operated_by_the_other() -> None:
    account = row("accounts", id="acct:1", holder_id=S, operator_id=P)
    applied, (hit,) = find(data(**views(accounts=[account])))
    assert (applied, hit.score) == (1, pytest.approx(0.5139, abs=5e-5))
    assert find(data(**views(accounts=[row("accounts", id="acct:1", holder_id=P, operator_id=P)])))[1] == ()


def test_whitelisted_things_are_left_out_while_valid() -> None:
    def listed(**more: Any) -> dict[str, Any]:
        return row("whitelists", **{"kind": "phone", "value": "13900000000"} | more)

    for entry in (
        listed(),
        listed(detector="K03"),
        listed(value="139 0000 0000", subject_id="contact:phone:13900000000"),
    ):
        assert find(data(**views(contact(P), contact(S), whitelists=[entry])))[1] == ()
    for entry in (listed(detector="B01"), listed(valid_to=date(2025, 1, 1)), listed(value="13900000001")):
        assert len(find(data(**views(contact(P), contact(S), whitelists=[entry])))[1]) == 1


def test_a_dormitory_stays_possible() -> None:
    rows = [contact(s, "某县医院家属院3号楼", "address") for s in (P, S)]
    _, (hit,) = find(data(**views(*rows)))
    assert [c.result for c in hit.checks if c.check == "dormitory"] == ["possible"]


def test_dated_contacts_exclude_a_change_of_hands() -> None:
    rows = [contact(s, from_date=date(2023, 1, 1)) for s in (P, S)]
    _, (hit,) = find(data(**views(*rows)))
    assert [c.result for c in hit.checks if c.check == "changed_hands"] == ["excluded"]


def test_who_has_nothing_on_record_is_not_judged() -> None:
    assert find(data(**views())) == (0, ())


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_row_order_changes_nothing(seed: int) -> None:
    link = row("links", holder_id="person:lin", holder_name="林某", company_id=S, kind="employee")
    rows = [contact(s, hub=3) for s in (P, S, "person:lin")] + [contact(s, "某路1号", "address") for s in (P, S)]
    scene = views(*rows, links=[link])
    expected = find(data(**scene))
    assert len(expected[1]) == 1
    assert find(data(shuffle=seed, **scene)) == expected


def test_needs_name_what_is_missing() -> None:
    files = {"staff": ("name", "org"), "contracts": ("buyer", "supplier")}
    assert missing_needs(DETECTOR, data(files=files).has) == ("contacts",)
