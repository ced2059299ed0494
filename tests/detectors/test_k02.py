"""K02: kin of an insider behind a supplier. All names are invented."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from frames import Frames, data, row

from graphkit.detectors.contract import Hit
from graphkit.detectors.k02_kin_interest import DETECTOR, KIN_WORDS, kin_weight
from graphkit.detectors.runner import missing_needs
from graphkit.model import CONFLICT_KIN

P, W, H, C = "person:gu", "person:wen", "org:hospital", "org:bing"


def views(**changes: Any) -> dict[str, list[dict[str, Any]]]:
    """The wife of an equipment head is legal representative of a firm that sold 800,000 yuan to the hospital."""
    post = {"person_id": P, "person_name": "顾某甲", "org_id": H, "org_name": "虚构县医院", "role_code": "equipment"}
    kin = {"a_id": P, "b_id": W, "code": "SP", "degree": 0, "confidence": 1.0, "derived": False}
    link = {"holder_id": W, "holder_name": "温某乙", "company_id": C, "company_name": "虚构丙公司", "kind": "legal_rep"}
    deal = {"buyer_id": H, "supplier_id": C, "date": date(2024, 5, 10), "amount_fen": 80_000_000, "kind": "contract"}
    return {
        "posts": [row("posts", **post | {"power": 0.9} | changes.pop("post", {}))],
        "kin": [row("kin", **kin | changes.pop("tie", {}))],
        "links": [row("links", **link | changes.pop("link", {}))],
        "deals": [
            row("deals", **deal | {"tender_id": "tender:T1", "contract_id": "contract:C1"} | changes.pop("deal", {}))
        ],
        **changes,
    }


def find(source: Frames, **overrides: Any) -> tuple[int, tuple[Hit, ...]]:
    result = DETECTOR.find(source, {**DETECTOR.defaults, **overrides})
    return result.applied, result.hits


@pytest.mark.parametrize("engine", ["arrow", "duckdb"])
def test_a_wife_who_is_legal_representative_is_a_red_hit(engine: str) -> None:
    applied, (hit,) = find(data(engine=engine, **views()))
    assert applied == 1
    assert dict(hit.subjects) == {P: "insider", W: "kin", C: "supplier", H: "buyer"}
    assert (hit.score, hit.colour, hit.amount_fen) == (pytest.approx(0.9), "red", 80_000_000)
    assert [ref.id.partition(":")[0] for ref in hit.evidence] == ["posts", "kin", "links", "deals"]
    assert DETECTOR.message.zh.format_map(hit.values).startswith(
        "顾某甲在虚构县医院任职，其配偶温某乙是虚构丙公司的法定代表人"
    )
    assert "on record as spouse" in DETECTOR.message.en.format_map(hit.values)


@pytest.mark.parametrize(
    ("code", "degree", "weight"),
    [("SP", 0, 1.0), ("PA", 1, 0.9), ("CH", 1, 0.9), ("SB", 2, 0.8), ("GP", 2, 0.8), ("UN", 3, 0.7), ("CO", 4, 0.6)],
)
def test_kin_weights_of_the_catalogue(code: str, degree: int, weight: float) -> None:
    _, (hit,) = find(data(**views(tie={"code": code, "degree": degree})))
    assert hit.score == pytest.approx(0.9 * weight)
    assert kin_weight({"code": code, "degree": None}, DETECTOR.defaults["kin_weights"]) == weight


@pytest.mark.parametrize(
    ("link", "weight"),
    [
        ({"kind": "shareholder", "share_pct": 5.0}, 1.0),
        ({"kind": "shareholder", "share_pct": 4.9}, 0.4),
        ({"kind": "beneficial_owner"}, 1.0),
        ({"kind": "manager"}, 0.8),
        ({"kind": "employee"}, 0.4),
    ],
)
def test_link_weights_of_the_catalogue(link: dict[str, Any], weight: float) -> None:
    _, (hit,) = find(data(**views(link=link)))
    assert hit.score == pytest.approx(0.9 * weight)


def test_the_brother_who_manages_the_firm_scores_as_on_the_page() -> None:
    _, (hit,) = find(data(**views(tie={"code": "SB", "degree": 2}, link={"kind": "manager"})))
    assert hit.score == pytest.approx(0.576)


def test_a_share_of_unknown_size_counts_as_an_owner_and_says_so() -> None:
    _, (hit,) = find(data(**views(link={"kind": "shareholder"})))
    assert (hit.score, hit.missing) == (pytest.approx(0.9), ("roles.share_pct",))


@pytest.mark.parametrize(
    "change",
    [
        {"tie": {"code": "AS", "degree": None}},
        {"tie": {"to_date": date(2024, 5, 9)}},
        {"tie": {"from_date": date(2024, 5, 11)}},
        {"link": {"to_date": date(2024, 5, 9)}},
        {"post": {"to_date": date(2024, 5, 9)}},
        {"deal": {"buyer_id": "org:other"}},
        {"deal": {"supplier_id": "org:other"}},
        {"deal": {"date": date(2026, 1, 1)}},
        {"link": {"kind": "nominee_for"}},
    ],
)
def test_near_misses_are_clear(change: dict[str, Any]) -> None:
    assert find(data(**views(**change)))[1] == ()


@pytest.mark.parametrize("part", ["post", "tie", "link"])
def test_the_first_and_the_last_day_count(part: str) -> None:
    day = {"from_date": date(2024, 5, 10), "to_date": date(2024, 5, 10)}
    assert len(find(data(**views(**{part: day})))[1]) == 1


def test_a_divorce_keeps_only_dealings_of_the_marriage() -> None:
    scene = views(tie={"to_date": date(2024, 12, 31)})
    scene["deals"].append(
        row("deals", **scene["deals"][0] | {"date": date(2025, 3, 1), "amount_fen": 9, "eid": "late"})
    )
    _, (hit,) = find(data(**scene))
    assert (hit.values["dealings"], hit.amount_fen) == ("1", 80_000_000)
    assert "late" not in {ref.id for ref in hit.evidence}


def test_the_denominator_counts_posts_with_kin_at_bodies_with_dealings() -> None:
    scene = views(deal={"supplier_id": "org:stranger"})
    scene["posts"].append(row("posts", person_id="person:single", org_id=H, power=0.9))
    scene["posts"].append(row("posts", person_id=P, org_id="org:idle", power=0.9))
    assert find(data(**scene)) == (1, ())


def test_recused_is_green_and_red_again_when_the_insider_acted() -> None:
    record = [row("recusals", person_id=P, counterparty_id=C, kind="disclosed", date=date(2023, 1, 1))]
    source = data(files={"recusals": ("person",)}, **views(recusals=record))
    assert find(source)[1][0].colour == "green"
    acted = [row("approvals", person_id=P, tender_id="tender:T1", action="approve", date=date(2024, 5, 1))]
    _, (hit,) = find(data(files={"recusals": ("person",)}, **views(recusals=record, approvals=acted)))
    assert hit.colour == "red"
    assert [ref.id.partition(":")[0] for ref in hit.evidence][-2:] == ["approvals", "recusals"]


@pytest.mark.parametrize("named", [{"counterparty_id": W}, {"counterparty_id": None, "tender_id": "tender:T1"}])
def test_a_recusal_may_name_the_relative_or_only_the_project(named: dict[str, Any]) -> None:
    record = [row("recusals", **{"person_id": P, "kind": "recused", "date": date(2024, 5, 1)} | named)]
    assert find(data(files={"recusals": ("person",)}, **views(recusals=record)))[1][0].colour == "green"


def test_a_recusal_for_one_of_two_dealings_leaves_it_red() -> None:
    scene = views(recusals=[row("recusals", person_id=P, counterparty_id=C, kind="recused", date=date(2024, 5, 1))])
    scene["deals"].append(row("deals", **scene["deals"][0] | {"date": date(2024, 2, 1), "eid": "early"}))
    _, (hit,) = find(data(files={"recusals": ("person",)}, **scene))
    assert hit.colour == "red"


def test_a_post_without_a_say_is_yellow_unless_its_holder_took_part() -> None:
    nurse = {"role_code": "nurse", "power": 0.3}
    _, (hit,) = find(data(**views(post=nurse)))
    assert (hit.colour, hit.score) == ("yellow", pytest.approx(0.3))
    assert [c.result for c in hit.checks if c.check == "department"] == ["possible"]
    acted = [row("approvals", person_id=P, tender_id="tender:T1", action="accept", date=date(2024, 5, 1))]
    _, (hit,) = find(data(**views(post=nurse, approvals=acted)))
    assert hit.colour == "red"


def test_a_post_without_power_has_that_of_its_role() -> None:
    _, (hit,) = find(data(**views(post={"power": None, "role_code": "president"})))
    assert hit.score == pytest.approx(1.0)


def test_several_chains_of_the_same_four_are_one_hit() -> None:
    scene = views()
    scene["links"].append(row("links", holder_id=W, holder_name="温某乙", company_id=C, kind="employee", eid="worker"))
    _, (hit,) = find(data(**scene))
    assert hit.score == pytest.approx(0.9)
    assert "worker" in {ref.id for ref in hit.evidence}


def test_every_conflict_code_has_words() -> None:
    assert set(KIN_WORDS) == CONFLICT_KIN


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_row_order_changes_nothing(seed: int) -> None:
    scene = views()
    scene["kin"].append(row("kin", a_id=P, b_id="person:xiong", code="SB", degree=2))
    scene["links"].append(row("links", holder_id="person:xiong", company_id=C, kind="shareholder", share_pct=30.0))
    scene["deals"].append(row("deals", **scene["deals"][0] | {"kind": "payment", "eid": "paid"}))
    expected = find(data(**scene))
    assert len(expected[1]) == 2
    assert find(data(shuffle=seed, **scene)) == expected


def test_needs_name_what_is_missing() -> None:
    files = {
        "staff": ("name", "org", "role_code", "id_no"),
        "roles": ("company", "holder", "holder_id", "kind"),
        "awards": ("project_no", "supplier", "date"),
    }
    assert missing_needs(DETECTOR, data(files=files).has) == ("kinship",)
    assert missing_needs(DETECTOR, data(files=files | {"kinship": ("id_no_a", "id_no_b", "code")}).has) == ()


@pytest.mark.parametrize(("degree", "colour"), [(2, "red"), (3, "yellow"), (4, "yellow")])
def test_the_spouse_of_a_cousin_is_not_called_covered_by_the_procurement_regulation(degree: int, colour: str) -> None:
    applied, (hit,) = find(data(**views(tie={"code": "IL1", "degree": degree, "derived": True})))
    scope = next(c for c in hit.checks if c.check == "scope")
    assert (applied, hit.colour) == (1, colour)
    if colour == "red":
        assert (hit.law_refs, scope.result) == ((), "excluded")
    else:
        assert hit.law_refs == ("公务员法 74、76", "刑法 166", "刑法 388-1")
        assert scope.result == "possible" and "没有列明" in scope.note_zh


def test_a_relative_whom_no_text_names_is_no_hit_and_not_counted() -> None:
    assert find(data(**views(tie={"code": "IL1", "degree": 5}))) == (0, ())


def test_a_relative_whom_the_regulation_names_comes_before_a_better_link_of_one_it_does_not() -> None:
    scene = views(tie={"code": "IL1", "degree": 4}, link={"kind": "legal_rep"})
    scene["kin"].append(row("kin", a_id=P, b_id=W, code="IL2", degree=3, from_date=date(2024, 5, 1)))
    _, (hit,) = find(data(**scene))
    assert (hit.colour, hit.law_refs, hit.values["kin_zh"]) == ("red", (), "亲家")


def test_a_contradicted_kinship_row_is_shown_with_the_other_row() -> None:
    scene = views(
        kin_doubts=[row("kin_doubts", tie="kin:1", kind="two_spouses", against="kin:2")], tie={"eid": "kin:1"}
    )
    _, (hit,) = find(data(**scene))
    doubt = next(c for c in hit.checks if c.check == "kinship_rows")
    assert doubt.result == "possible" and "同期有两个配偶" in doubt.note_zh and "two spouses" in doubt.note_en
    assert [ref.id for ref in hit.evidence][-1] == "kin:2"
    _, (clean,) = find(data(**views(tie={"eid": "kin:3"}, kin_doubts=scene["kin_doubts"])))
    assert next(c for c in clean.checks if c.check == "kinship_rows").result == "excluded"
