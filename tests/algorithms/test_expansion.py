"""以案带案: ranking, lawful paths, evidence behind each hop, and what is missing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import pairwise
from pathlib import Path
from random import Random

import networkx as nx
import numpy as np
import pytest
from graphs import Tie, projection_of, random_ties
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_facts import FactsFolder, nest

from graphkit.algorithms.expansion import ExpandSettings, Expansion, expand, walk_weights
from graphkit.algorithms.paths import hubs
from graphkit.errors import UsageError
from graphkit.projection import Projection, project

Make = Callable[[FactsFolder], Projection]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    return lambda f: project(f.write(tmp_path / "snap" / "facts"))


@pytest.fixture
def case(make: Make) -> tuple[Projection, dict[str, str]]:
    f, ids = nest()
    return make(f), ids


def names(x: Expansion) -> list[str]:
    return [c.name for c in x.candidates]


def missing(x: Expansion, node: str, lang: str = "zh") -> list[str]:
    (found,) = [c for c in x.candidates if c.id == node]
    return [text[lang] for text in found.missing]


def test_the_nest_comes_first(case: tuple[Projection, dict[str, str]]) -> None:
    p, ids = case
    got = [c.id for c in expand(p, [ids["chief"]]).candidates]
    assert set(got[:4]) == {ids["wife"], ids["brother"], ids["firm"], ids["mule"]}
    assert got[4:] == [ids["rival"], ids["other"]]


def test_seeds_and_public_bodies_are_never_candidates(case: tuple[Projection, dict[str, str]]) -> None:
    p, ids = case
    got = {c.id for c in expand(p, [ids["chief"], ids["wife"]], top=0).candidates}
    assert not got & {ids["chief"], ids["wife"], ids["hospital"]}


def test_a_colleague_behind_the_hospital_only_is_no_candidate(case: tuple[Projection, dict[str, str]]) -> None:
    p, ids = case
    assert ids["clerk"] not in {c.id for c in expand(p, [ids["chief"]], top=0).candidates}


def test_ranks_scores_and_reached(case: tuple[Projection, dict[str, str]]) -> None:
    p, ids = case
    x = expand(p, [ids["chief"]], top=3)
    assert [c.rank for c in x.candidates] == [1, 2, 3]
    assert [c.score for c in x.candidates] == sorted((c.score for c in x.candidates), reverse=True)
    assert (x.reached, x.truncated, x.seeds, x.as_of) == (6, False, (ids["chief"],), None)
    assert names(expand(p, [ids["chief"]], top=0))[:3] == names(x)


def test_each_path_runs_from_a_seed_to_the_candidate_over_real_facts(case: tuple[Projection, dict[str, str]]) -> None:
    p, ids = case
    f, _ = nest()
    known = {eid: row for table in f.edges.values() for eid, row in table.items()}
    for candidate in expand(p, [ids["chief"]]).candidates:
        assert 1 <= len(candidate.paths) <= 3
        assert [q.cost for q in candidate.paths] == sorted(q.cost for q in candidate.paths)
        for path in candidate.paths:
            assert path.nodes[0] == ids["chief"]
            assert path.nodes[-1] == candidate.id
            assert ids["hospital"] not in path.nodes
            assert len(path.hops) <= 6
            for hop, (a, b) in zip(path.hops, pairwise(path.nodes), strict=True):
                assert (hop.from_id, hop.to_id) == ((a, b) if hop.forward else (b, a))
                assert 1 <= len(hop.eids) <= 3
                joined = nx.Graph([(known[e]["from_id"], known[e]["to_id"]) for e in (hop.eids[0], *hop.support)])
                assert nx.has_path(joined, a, b)


def test_a_payment_hop_names_the_largest_payments_and_sums_all(case: tuple[Projection, dict[str, str]]) -> None:
    p, ids = case
    (firm,) = [c for c in expand(p, [ids["wife"]]).candidates if c.id == ids["firm"]]
    (hop,) = firm.paths[0].hops
    assert (hop.type, hop.n, hop.amount_fen) == ("PAID", 4, 180_000_00)
    assert (hop.first, hop.last) == (date(2021, 5, 2), date(2021, 8, 2))
    f, _ = nest()
    assert [f.edges["PAID"][eid]["amount_fen"] for eid in hop.eids] == [60_000_00, 50_000_00, 40_000_00]


def test_as_of_takes_only_what_had_happened(case: tuple[Projection, dict[str, str]]) -> None:
    p, ids = case
    x = expand(p, [ids["wife"]], as_of=date(2021, 6, 30))
    (firm,) = [c for c in x.candidates if c.id == ids["firm"]]
    hop = next(h for q in firm.paths for h in q.hops if h.type == "PAID" and len(q.hops) == 1)
    assert (hop.n, hop.amount_fen, hop.last) == (2, 110_000_00, date(2021, 6, 2))
    before = expand(p, [ids["wife"]], as_of=date(2021, 4, 30))
    assert all(h.type != "PAID" for c in before.candidates for q in c.paths for h in q.hops)


def test_a_path_whose_ties_never_met_is_skipped(make: Make) -> None:
    f = FactsFolder()
    a, firm, b, c = f.person("a"), f.org("F"), f.person("b"), f.person("c")
    f.edge("OWNS", a, firm, "2010-01-01", "2012-12-31")
    f.edge("OWNS", b, firm, "2013-01-01", None)
    f.edge("OWNS", c, firm, "2012-06-01", None)
    x = expand(make(f), [a], top=0)
    assert {q.id for q in x.candidates} == {firm, c}
    assert x.reached == 3


def test_a_post_must_be_held_at_the_dealing(make: Make) -> None:
    f = FactsFolder()
    boss, firm, friend = f.person("boss"), f.org("F"), f.person("friend")
    x, y = f.account("x", firm), f.account("y", friend)
    f.edge("DIRECTS", boss, firm, "2015-01-01", "2018-12-31", kind="director")
    f.pay(x, y, "2019-03-01T00:00:00", 50_000)
    assert {c.id for c in expand(make(f), [boss], top=0).candidates} == {firm}
    f.pay(x, y, "2018-03-01T00:00:00", 1_000)
    assert {c.id for c in expand(make(f), [boss], top=0).candidates} == {firm, friend}


def test_bank_records_of_the_dealing_years_are_missing(case: tuple[Projection, dict[str, str]]) -> None:
    p, ids = case
    x = expand(p, [ids["chief"]])
    assert "王舅 2021年银行流水未调取" in missing(x, ids["brother"])
    assert "bank records of 王舅 for 2021" in missing(x, ids["brother"], "en")
    assert not [text for text in missing(x, ids["wife"]) if "银行流水" in text]


def test_registers_that_were_never_loaded_are_named(make: Make) -> None:
    f = FactsFolder()
    a, b, firm = f.person("a", "甲"), f.person("b", "乙"), f.org("F", "某公司")
    f.pay(f.account("x", a), f.account("y", b), "2021-01-01T00:00:00", 1000)
    f.pay(f.account("x2", a), f.account("z", firm), "2021-01-01T00:00:00", 1000)
    x = expand(make(f), [a])
    assert missing(x, b) == ["乙 亲属关系未载入", "乙 联系方式未载入"]
    assert missing(x, firm) == ["某公司 股权和任职登记未载入", "某公司 联系方式未载入"]
    f.edge("OWNS", a, f.org("G"))
    f.edge("HAS_CONTACT", a, f.node("Contact", "contact:phone:1"), kind="phone")
    assert missing(expand(make(f), [a]), firm) == ["某公司 股权和任职登记未调取"]


def test_a_link_by_name_says_that_the_identity_is_open(make: Make) -> None:
    f = FactsFolder()
    a, b = f.person("a", "甲"), f.person("b", "乙", grade="scoped_name")
    f.edge("KIN_OF", a, b, grade="scoped_name", code="SP", degree=0)
    x = expand(make(f), [a])
    assert x.candidates[0].grade == "scoped_name"
    assert x.candidates[0].paths[0].weakest_grade == "scoped_name"
    assert any("仅凭名称" in text for text in missing(x, b))


def test_a_candidate_without_any_account_lacks_bank_records_without_a_year(make: Make) -> None:
    f = FactsFolder()
    a, b = f.person("a", "甲"), f.person("b", "乙")
    f.edge("KIN_OF", a, b, code="SP", degree=0)
    assert "乙 银行流水未调取" in missing(expand(make(f), [a]), b)


@pytest.mark.parametrize("bad", ["person:nobody", "org:name:没有"])
def test_an_unknown_seed_is_a_usage_error(case: tuple[Projection, dict[str, str]], bad: str) -> None:
    p, ids = case
    with pytest.raises(UsageError):
        expand(p, [ids["chief"], bad])


def test_no_seed_gives_no_candidate(case: tuple[Projection, dict[str, str]]) -> None:
    p, _ = case
    assert expand(p, []).candidates == ()


def test_repeated_and_reordered_seeds_give_the_same(case: tuple[Projection, dict[str, str]]) -> None:
    p, ids = case
    one = expand(p, [ids["wife"], ids["chief"]])
    assert expand(p, [ids["chief"], ids["wife"], ids["chief"]]) == one


def test_row_order_does_not_change_a_byte(tmp_path: Path) -> None:
    f, ids = nest()
    rng = Random(1)
    one = project(f.write(tmp_path / "a" / "facts"))
    two = project(f.write(tmp_path / "b" / "facts", lambda rows: rng.sample(rows, len(rows))))
    assert expand(one, [ids["chief"]]) == expand(two, [ids["chief"]])


def test_weights_can_be_scaled_by_type(case: tuple[Projection, dict[str, str]]) -> None:
    p, ids = case
    plain = {c.id: c.score for c in expand(p, [ids["chief"]]).candidates}
    quiet = {
        c.id: c.score for c in expand(p, [ids["chief"]], settings=ExpandSettings(scale={"CO_BID": 0.0})).candidates
    }
    assert set(plain) - set(quiet) == {ids["rival"], ids["other"]}
    assert expand(p, [ids["chief"]], settings=ExpandSettings(scale={"CO_BID": 1.0})) == expand(p, [ids["chief"]])


def test_a_tiny_step_budget_truncates_and_says_so(case: tuple[Projection, dict[str, str]]) -> None:
    p, ids = case
    x = expand(p, [ids["chief"]], settings=ExpandSettings(step_budget=4))
    assert x.truncated
    assert len(x.candidates) < 6


def test_max_hops_bounds_every_path(case: tuple[Projection, dict[str, str]]) -> None:
    p, ids = case
    x = expand(p, [ids["chief"]], top=0, settings=ExpandSettings(max_hops=2))
    assert max(len(q.hops) for c in x.candidates for q in c.paths) <= 2
    assert ids["rival"] not in {c.id for c in x.candidates}


def test_hub_edges_weigh_less_by_the_root_of_their_degree() -> None:
    p = projection_of(6, [Tie(i, 5, 0.8, "EMPLOYED_BY") for i in range(4)] + [Tie(0, 1, 0.8)], public=[5])
    weight = walk_weights(p, hubs(p, 100))
    employed = p.mask(("EMPLOYED_BY",))
    assert weight[employed] == pytest.approx(0.4)
    assert weight[~employed] == pytest.approx(0.8)


def test_a_node_with_very_many_neighbours_is_not_passed() -> None:
    crowd = [Tie(0, i, 0.9, "PAID") for i in range(1, 13)]
    p = projection_of(13, crowd)
    through = ExpandSettings(closed_degree=12)
    closed = ExpandSettings(closed_degree=11)
    assert len(expand(p, ["n001"], 0, settings=through).candidates) == 12
    assert [c.id for c in expand(p, ["n001"], 0, settings=closed).candidates] == ["n000"]


def test_a_path_around_a_damped_hub_comes_first() -> None:
    crowd = [Tie(0, i, 0.5, "OWNS") for i in range(3, 20)]
    p = projection_of(
        20, [*crowd, Tie(1, 0, 0.5, "OWNS"), Tie(0, 2, 0.5, "OWNS"), *(Tie(a, b, 0.4) for a, b in [(1, 3), (3, 2)])]
    )
    plain = expand(p, ["n001"], 0, settings=ExpandSettings(hub_degree=100))
    damped = expand(p, ["n001"], 0, settings=ExpandSettings(hub_degree=10))
    way = [next(c.paths[0].nodes for c in x.candidates if c.id == "n002") for x in (plain, damped)]
    assert way == [("n001", "n000", "n002"), ("n001", "n003", "n002")]


@settings(max_examples=40, deadline=None)
@given(random_ties(max_nodes=12, max_ties=30), st.data())
def test_scores_equal_networkx_and_order_follows_them(graph: tuple[int, list[Tie]], data: st.DataObject) -> None:
    n, ties = graph
    p = projection_of(n, ties)
    seeds = sorted(data.draw(st.sets(st.integers(0, n - 1), min_size=1, max_size=3)))
    merged = nx.Graph()
    merged.add_nodes_from(range(n))
    for e in range(p.m):
        u, v = int(p.src[e]), int(p.dst[e])
        old = merged.get_edge_data(u, v, {"weight": 0.0})["weight"]
        merged.add_edge(u, v, weight=old + float(p.weight[e]))
    rank = nx.pagerank(merged, 0.85, dict.fromkeys(seeds, 1.0), 5000, 1e-13 / n)
    x = expand(p, [f"n{s:03d}" for s in seeds], top=0)
    for candidate in x.candidates:
        assert candidate.score == pytest.approx(rank[int(candidate.id[1:])], abs=1e-8)
    reached = set().union(*(nx.single_source_shortest_path_length(merged, s, cutoff=6) for s in seeds)) - set(seeds)
    assert {int(c.id[1:]) for c in x.candidates} == reached
    order = [(-round(c.score, 12), c.id) for c in x.candidates]
    assert order == sorted(order)


@settings(max_examples=25, deadline=None)
@given(random_ties(max_nodes=9, max_ties=16), st.randoms(use_true_random=False))
def test_renaming_people_does_not_change_their_scores(graph: tuple[int, list[Tie]], rng: Random) -> None:
    n, ties = graph
    new = list(range(n))
    rng.shuffle(new)
    one = expand(projection_of(n, ties), ["n000"], top=0)
    moved = [Tie(new[t.src], new[t.dst], t.weight, t.type) for t in ties]
    two = expand(projection_of(n, moved), [f"n{new[0]:03d}"], top=0)
    first = {new[int(c.id[1:])]: c.score for c in one.candidates}
    second = {int(c.id[1:]): c.score for c in two.candidates}
    assert first.keys() == second.keys()
    assert np.allclose([first[k] for k in sorted(first)], [second[k] for k in sorted(first)], atol=1e-9)
