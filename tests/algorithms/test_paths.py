"""Paths between two nodes, and their wording in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from graphs import Tie, projection_of
from tiny_facts import FactsFolder, nest

from graphkit.algorithms.paths import Hop, find_paths, hop_text, neighbour_counts, path_text, usable_edges
from graphkit.algorithms.wording import KIN, TEMPLATES
from graphkit.errors import UsageError
from graphkit.model import EDGES, KIN_DEGREE
from graphkit.projection import Projection, project
from graphkit.projection.weights import BASE, BY_AMOUNT


@pytest.fixture
def whole(tmp_path: Path) -> tuple[Projection, dict[str, str]]:
    f, ids = nest()
    return project(f.write(tmp_path / "snap" / "facts"), "whole"), ids


def hop(kind: str, **changes: Any) -> Hop:
    values: dict[str, Any] = {
        "type": kind, "from_id": "person:a", "to_id": "org:b", "from_name": "甲", "to_name": "乙", "forward": True,
        "eids": ("e1",), "support": (), "n": 1, "amount_fen": 0, "first": None, "last": None, "grade": "identifier",
    }  # fmt: skip
    return Hop(**(values | changes))


def source(file: str = "f.csv", row: int = 3, **props: Any) -> Mapping[str, Any]:
    return {"file": file, "row": row, "props": props}


def test_the_way_from_the_chief_to_the_firm_runs_through_the_family(whole: tuple[Projection, dict[str, str]]) -> None:
    p, ids = whole
    found = find_paths(p, ids["chief"], ids["firm"], k=3)
    assert found.paths[0].nodes == (ids["chief"], ids["wife"], ids["brother"], ids["firm"])
    assert not found.truncated
    assert all(q.nodes[0] == ids["chief"] and q.nodes[-1] == ids["firm"] for q in found.paths)
    assert len(found.paths) == 3


def test_a_hub_is_passed_when_nothing_else_leads_there_but_not_more_often_than_allowed(
    whole: tuple[Projection, dict[str, str]],
) -> None:
    p, ids = whole
    found = find_paths(p, ids["clerk"], ids["rival"], k=1)
    assert ids["hospital"] in found.paths[0].nodes
    assert find_paths(p, ids["clerk"], ids["rival"], k=1, max_hubs=0).paths == ()


def test_the_other_direction_costs_the_same(whole: tuple[Projection, dict[str, str]]) -> None:
    p, ids = whole
    there = find_paths(p, ids["chief"], ids["firm"], k=4).paths
    back = find_paths(p, ids["firm"], ids["chief"], k=4).paths
    assert [q.cost for q in there] == pytest.approx([q.cost for q in back])
    assert there[0].nodes == back[0].nodes[::-1]


def test_types_without_a_travel_cost_are_never_used(whole: tuple[Projection, dict[str, str]]) -> None:
    p, _ = whole
    barred = {name for name, spec in EDGES.items() if spec.travel is None}
    usable = usable_edges(p, None)
    assert {p.type(e) for e in range(p.m) if not usable[e]} <= barred
    assert not {p.type(e) for e in range(p.m) if usable[e]} & barred


def test_the_same_node_has_no_path_and_an_unknown_one_is_an_error(whole: tuple[Projection, dict[str, str]]) -> None:
    p, ids = whole
    assert find_paths(p, ids["chief"], ids["chief"]).paths == ()
    with pytest.raises(UsageError):
        find_paths(p, ids["chief"], "person:nobody")


def test_max_hops_and_budget(whole: tuple[Projection, dict[str, str]]) -> None:
    p, ids = whole
    assert find_paths(p, ids["chief"], ids["firm"], max_hops=2).paths == ()
    cut = find_paths(p, ids["chief"], ids["firm"], step_budget=2)
    assert cut.truncated
    assert cut.paths == ()


def test_as_of_hides_later_ties(whole: tuple[Projection, dict[str, str]]) -> None:
    p, ids = whole
    early = find_paths(p, ids["chief"], ids["firm"], k=5, as_of=date(2016, 1, 1))
    assert early.paths == ()
    later = find_paths(p, ids["chief"], ids["firm"], k=1, as_of=date(2019, 1, 1))
    assert later.paths[0].hops[-1].type == "LEGAL_REP_OF"


def test_neighbours_are_counted_once_however_many_ties_join_them() -> None:
    p = projection_of(4, [Tie(0, 1), Tie(1, 0), Tie(0, 1, type="OWNS"), Tie(0, 2)])
    assert neighbour_counts(p).tolist() == [2, 1, 1, 0]


def test_kin_in_words_with_its_source() -> None:
    kin = hop("KIN_OF")
    known = {"e1": source("kinship.csv", 12, code="SP")}
    assert hop_text(kin, "zh", known.get) == "乙 是 甲 的配偶（来源：kinship.csv 第12行）"
    assert hop_text(kin, "en", known.get) == "乙 is the spouse of 甲 (source: kinship.csv row 12)"
    assert hop_text(kin, "zh") == "乙 是 甲 的亲属"


def test_payments_in_words_with_all_their_rows() -> None:
    paid = hop(
        "PAID", eids=("e1", "e2", "e3"), n=4, amount_fen=180_000_00, first=date(2021, 5, 2), last=date(2021, 8, 2)
    )
    known = {"e1": source("流水.csv", 20), "e2": source("流水.csv", 7), "e3": source("b.csv", 1)}
    assert hop_text(paid, "zh", known.get) == (
        "甲 向 乙 付款 4 笔，共 180,000.00 元（2021-05-02 至 2021-08-02）（来源：b.csv 第1行；流水.csv 第7、20行）"
    )
    assert hop_text(paid, "en", known.get) == (
        "甲 paid 乙 180,000.00 yuan in 4 payment(s) (2021-05-02 to 2021-08-02) (source: b.csv row 1; 流水.csv row 7, 20)"
    )


@pytest.mark.parametrize(
    ("changes", "zh", "en"),
    [
        ({"first": date(2018, 1, 1)}, "甲 任职于 乙（2018-01-01 起）", "甲 is or was employed by 乙 (from 2018-01-01)"),
        ({"last": date(2020, 1, 1)}, "甲 任职于 乙（至 2020-01-01）", "甲 is or was employed by 乙 (until 2020-01-01)"),
        (
            {"first": date(2018, 1, 1), "last": date(2020, 1, 1)},
            "甲 任职于 乙（2018-01-01 起，至 2020-01-01）",
            "甲 is or was employed by 乙 (from 2018-01-01 until 2020-01-01)",
        ),
        ({}, "甲 任职于 乙", "甲 is or was employed by 乙"),
    ],
)
def test_periods_in_words(changes: dict[str, Any], zh: str, en: str) -> None:
    assert hop_text(hop("EMPLOYED_BY", **changes), "zh") == zh
    assert hop_text(hop("EMPLOYED_BY", **changes), "en") == en


def test_one_day_is_written_once() -> None:
    day = date(2021, 3, 1)
    assert (
        hop_text(hop("AWARDED_TO", first=day, last=day, amount_fen=100), "zh")
        == "甲 将采购授予 乙，共 1.00 元（2021-03-01）"
    )


@pytest.mark.parametrize(
    ("kind", "props", "zh"),
    [
        ("OWNS", {"share_pct": 60.0}, "甲 持有 乙 的出资 60%"),
        ("CONTROLS", {"eff_pct": 33.5}, "甲 通过出资链控制 乙 33.5%"),
        ("ASSOCIATE_OF", {"basis": "司机"}, "乙 是 甲 的特定关系人（司机）"),
        ("NOMINEE_FOR", {"company": "某公司"}, "甲 代 乙 持有权益（某公司）"),
        ("DIRECTS", {"kind": "supervisor"}, "甲 是 乙 的监事"),
        ("SHARES_CONTACT", {"kind": "phone"}, "甲 与 乙 使用同一电话"),
        ("SHARES_CONTACT", {}, "甲 与 乙 使用同一联系方式"),
    ],
)
def test_details_of_the_fact_are_told(kind: str, props: dict[str, Any], zh: str) -> None:
    assert hop_text(hop(kind), "zh", lambda _: {"props": props}) == zh


def test_a_derived_tie_names_the_rows_of_its_parts() -> None:
    known = {
        "e1": {"file": None, "row": None, "props": {"kind": "email"}, "parts": [source("a.csv", 2), source("b.csv", 9)]}
    }
    text = hop_text(hop("SHARES_CONTACT"), "zh", known.get)
    assert text == "甲 与 乙 使用同一电子邮箱（来源：a.csv 第2行；b.csv 第9行）"


def test_hops_are_joined_and_unknown_types_use_their_caption() -> None:
    hops = (hop("USED_ITEM"), hop("LEGAL_REP_OF"))
    assert path_text(hops, "zh") == "甲（使用产品）乙；甲 是 乙 的法定代表人"
    assert path_text(hops, "en") == "甲 (used item) 乙; 甲 is the legal representative of 乙"


@pytest.mark.parametrize("kind", sorted(EDGES))
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_type_has_words_in_both_languages(kind: str, lang: str) -> None:
    text = hop_text(hop(kind), lang)
    assert "甲" in text
    assert "乙" in text
    assert "{" not in text


def test_names_that_look_like_templates_stay_text() -> None:
    assert hop_text(hop("LEGAL_REP_OF", from_name="{b} {0}"), "zh") == "{b} {0} 是 乙 的法定代表人"


def test_wording_covers_every_kin_code_and_every_weighted_type() -> None:
    assert set(KIN) == set(KIN_DEGREE)
    assert set(BASE) | set(BY_AMOUNT) == set(TEMPLATES)


def test_paths_on_people_and_firms_use_the_ties_of_expansion(tmp_path: Path) -> None:
    f, ids = nest()
    p = project(f.write(tmp_path / "snap" / "facts"))
    best = find_paths(p, ids["chief"], ids["firm"], k=1).paths[0]
    assert [h.type for h in best.hops] == ["KIN_OF", "PAID"]


def test_two_who_never_met_have_no_path(tmp_path: Path) -> None:
    f = FactsFolder()
    a, firm, b = f.person("a"), f.org("F"), f.person("b")
    f.edge("OWNS", a, firm, "2010-01-01", "2012-12-31")
    f.edge("OWNS", b, firm, "2013-01-01", None)
    p = project(f.write(tmp_path / "snap" / "facts"), "whole")
    assert find_paths(p, a, b).paths == ()


def test_the_period_of_a_lasting_tie_is_its_own_whatever_the_date_asked(tmp_path: Path) -> None:
    f = FactsFolder()
    a, firm = f.person("a"), f.org("F")
    f.edge("OWNS", a, firm, "2010-01-01", "2022-12-31", share_pct=10.0)
    p = project(f.write(tmp_path / "snap" / "facts"))
    (path,) = find_paths(p, a, firm, as_of=date(2015, 6, 1)).paths
    assert (path.hops[0].first, path.hops[0].last) == (date(2010, 1, 1), date(2022, 12, 31))


def test_a_derived_projection_hop_reads_backwards(tmp_path: Path) -> None:
    f, ids = nest()
    p = project(f.write(tmp_path / "snap" / "facts"))
    (path,) = find_paths(p, ids["wife"], ids["firm"], k=1).paths
    (paid,) = path.hops
    assert not paid.forward
    assert (paid.from_id, paid.to_id) == (ids["firm"], ids["wife"])
    assert path_text(path.hops, "zh") == "舅舅器械公司 向 王妻 付款 4 笔，共 180,000.00 元（2021-05-02 至 2021-08-02）"
