"""Kinship by table: chains, days, parts; against a family tree that is walked by definition. Everybody is invented."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from math import prod

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphkit.facts.kin import KIN_CAP
from graphkit.facts.kin_table import CLASSES, COMPOSED, INVERSE, KINDS
from graphkit.model import KIN_DEGREE
from graphkit.types import GRADES
from tests.facts.kin_family import FOREVER, Family, Kind, Span, Tie, clan, definable, village
from tests.facts.kin_rows import Edge, compose, tie


def seen(edges: Sequence[Edge]) -> list[tuple[str, str, str, str, str]]:
    """(a, b, code, first day, last day) of edges."""
    days = (tuple("" if d in FOREVER else d.isoformat() for d in e.days) for e in edges)
    return [(e.a, e.b, e.code, d[0], d[1]) for e, d in zip(edges, days, strict=True)]


@cache
def meaning() -> Mapping[tuple[str, ...], Kind]:
    """Chain → (code, degree) as two villages show it."""
    return definable(village(7), KIN_DEGREE)


def test_the_table_is_what_family_trees_show_and_nothing_else() -> None:
    assert {chain: (kin.code, kin.degree) for chain, kin in KINDS.items()} == meaning()
    assert definable(village(11), KIN_DEGREE) == meaning()


def test_a_chain_stands_once_and_every_class_names_its_text() -> None:
    chains = [chain for kin in CLASSES for chain in (*kin.chains, *kin.through_marriage)]
    assert len(chains) == len(set(chains)) == len(KINDS)
    assert all("血亲" in kin.source or "近姻亲" in kin.source for kin in CLASSES)
    assert all("9(4)" in kin.source or "回避规定" in kin.source for kin in CLASSES)


@pytest.mark.parametrize("chain", sorted(COMPOSED), ids="+".join)
def test_a_chain_read_backwards_is_the_inverse_relative(chain: tuple[str, ...]) -> None:
    back = KINDS[tuple(INVERSE[code] for code in reversed(chain))]
    assert (back.code, back.degree) == (INVERSE[KINDS[chain].code], KINDS[chain].degree)


def test_an_in_law_tie_never_makes_a_blood_tie() -> None:
    for kin in CLASSES:
        steps = {code for chain in kin.chains for code in chain.split()}
        assert not steps & {"IL1", "IL2", "AS"}
        if not kin.code.startswith("IL"):
            assert "SP" not in steps
        assert all("SP" in chain.split() for chain in kin.through_marriage)
        if kin.code in ("SB", "UN", "NE", "CO"):
            assert not kin.through_marriage


@pytest.mark.parametrize("forward", [True, False])
def test_every_row_of_the_table_is_composed_from_either_end(forward: bool) -> None:
    recorded, ends = [], {}
    for number, chain in enumerate(sorted(COMPOSED)):
        people = [f"{number:03}{x}" for x in ("abcd" if forward else "dcba")[: len(chain) + 1]]
        steps = [tie(people[i], code, people[i + 1]) for i, code in enumerate(chain)]
        recorded += steps
        ends[people[0], people[-1]] = chain, {e.id for e in steps}
    found = {(e.a, e.b): e for e in compose(recorded)}
    for (first, last), (chain, parts) in ends.items():
        edge = found[min(first, last), max(first, last)]
        code = COMPOSED[chain]
        assert (edge.code, edge.degree) == (code if forward else INVERSE[code], KINDS[chain].degree), chain
        assert set(edge.parts) == parts


@pytest.mark.parametrize(
    "chain",
    ["CH PA", "GP CH", "UN SB", "SP GP", "SB SP PA", "CH CH SP", "PA UN", "SB NE", "NE PA", "PA SP CH", "PA SP SB", "IL1 SB", "SP IL1",
     "SP SP", "PA PA PA"],
)  # fmt: skip
def test_a_chain_that_says_nothing_certain_is_not_composed(chain: str) -> None:
    people = ["p1", "p2", "p3", "p4"]
    recorded = [tie(people[i], code, people[i + 1]) for i, code in enumerate(chain.split())]
    last = people[len(recorded)]
    assert not [e for e in compose(recorded) if {e.a, e.b} == {"p1", last}]


def test_a_marriage_entered_twice_gives_two_stretches() -> None:
    recorded = [
        tie("a", "SP", "b", "2010-01-01", "2015-06-30"),
        tie("a", "SP", "b", "2018-03-01"),
        tie("b", "SB", "c"),
    ]
    assert seen(compose(recorded)) == [
        ("a", "c", "IL1", "2010-01-01", "2015-06-30"),
        ("a", "c", "IL1", "2018-03-01", ""),
    ]
    assert [e.parts[0] for e in compose(recorded)] == [recorded[0].id, recorded[1].id]


def test_two_registers_that_overlap_make_one_line_of_days() -> None:
    recorded = [
        tie("a", "SP", "b", "2010-01-01", "2016-12-31"),
        tie("a", "SP", "b", "2014-01-01", "2020-12-31"),
        tie("b", "SB", "c"),
    ]
    assert seen(compose(recorded)) == [
        ("a", "c", "IL1", "2010-01-01", "2016-12-31"),
        ("a", "c", "IL1", "2017-01-01", "2020-12-31"),
    ]


def test_a_closer_chain_holds_while_it_lasts_and_the_other_around_it() -> None:
    recorded = [
        tie("a", "UN", "u"), tie("u", "CH", "d"),
        tie("a", "SP", "s", "2012-05-01", "2013-04-30"), tie("s", "SB", "d"),
    ]  # fmt: skip
    found = [e for e in compose(recorded) if (e.a, e.b) == ("a", "d")]
    assert seen(found) == [
        ("a", "d", "CO", "", "2012-04-30"),
        ("a", "d", "IL1", "2012-05-01", "2013-04-30"),
        ("a", "d", "CO", "2013-05-01", ""),
    ]
    assert len({e.id for e in found}) == 3
    assert found[0].parts == found[2].parts


def test_blood_comes_before_marriage_and_the_surer_chain_before_the_other() -> None:
    recorded = [tie("a", "SP", "s"), tie("s", "SB", "d"), tie("a", "PA", "f"), tie("f", "CH", "d")]
    assert ("a", "d", "SB", "", "") in seen(compose(recorded))
    shown = [
        tie("a", "PA", "f", grade="scoped_name"), tie("f", "CH", "d"),
        tie("a", "PA", "m", grade="unique_name", confidence=0.5), tie("m", "CH", "d", confidence=0.5),
    ]  # fmt: skip
    edge = next(e for e in compose(shown) if (e.a, e.b) == ("a", "d"))
    assert (edge.parts, edge.grade, edge.confidence) == ((shown[2].id, shown[3].id), "unique_name", 0.25)


def test_a_recorded_tie_stands_alone_on_its_days() -> None:
    recorded = [tie("a", "SP", "b"), tie("b", "SB", "c"), tie("a", "IL1", "c", "2015-01-01", "2015-12-31")]
    assert seen(compose(recorded)) == [("a", "c", "IL1", "", "2014-12-31"), ("a", "c", "IL1", "2016-01-01", "")]


def test_days_that_do_not_meet_make_no_tie() -> None:
    met = [
        tie("a", "SP", "b", "2010-01-01", "2015-06-30"),
        tie("b", "SB", "c"),
        tie("c", "SP", "d", "2015-06-30", "2019-01-01"),
    ]
    assert ("a", "d", "IL2", "2015-06-30", "2015-06-30") in seen(compose(met))
    late = [*met[:2], tie("c", "SP", "d", "2015-07-01")]
    assert not [e for e in compose(late) if (e.a, e.b) == ("a", "d")]
    backwards = [tie("a", "SP", "b", "2015-01-01", "2014-01-01"), met[1]]
    assert compose(backwards) == []


def test_nothing_is_composed_through_a_crowd() -> None:
    crowd = [tie("hub", "CH", f"c{i:03}") for i in range(KIN_CAP + 1)]
    assert compose(crowd) == []
    assert len(compose(crowd[:12])) == 12 * 11 / 2


def test_the_order_of_rows_is_nothing() -> None:
    recorded, _ = registered(clan(3), 3)
    shuffled = recorded[::-1]
    assert compose(shuffled) == compose(recorded)


def registered(family: Family, seed: int) -> tuple[list[Edge], dict[str, int]]:
    """A register that states about half of what it could, from one end or the other, and who is who in it."""
    rng = random.Random(seed)
    numbers = list(range(1, family.size + 1))
    rng.shuffle(numbers)
    name = {one: f"p{number:03}" for one, number in zip(range(1, family.size + 1), numbers, strict=True)}
    edges: list[Edge] = []
    stated: set[tuple[int, int, Span]] = set()
    for a, b, code, days in sorted(family.records(), key=repr):
        if (b, a, days) not in stated and rng.random() < (0.9 if code in ("SP", "PA") else 0.15):
            stated.add((a, b, days))
            sure, grade = rng.choice((1.0, 1.0, 0.5)), rng.choice(("identifier", *GRADES))
            row = f"KIN_OF:{name[a]}>{name[b]}#{len(edges):012}"
            edges.append(Edge(row, name[a], name[b], code, days, sure, grade))
    return edges, {text: one for one, text in name.items()}


def expected(edges: Iterable[Edge], day: date) -> dict[tuple[str, str], Edge]:
    """The composed tie of each pair on one day: every path of two or three ties that hold, read by what trees show."""
    near: dict[str, list[tuple[str, str, Edge]]] = defaultdict(list)
    for e in edges:
        if e.days[0] <= day <= e.days[1]:
            near[e.a].append((e.b, e.code, e))
            near[e.b].append((e.a, INVERSE[e.code], e))
    best: dict[tuple[str, str], tuple[tuple[object, ...], Edge]] = {}
    for start in near:
        paths: list[tuple[tuple[str, ...], tuple[str, ...], tuple[Edge, ...]]] = [((start,), (), ())]
        for steps in (1, 2, 3):
            paths = [((*p, b), (*c, code), (*u, e)) for p, c, u in paths for b, code, e in near[p[-1]] if b not in p]
            for people, chain, used in paths:
                kind = meaning().get(chain)
                if kind is None or start > people[-1] or any(b == people[-1] for b, _, _ in near[start]):
                    continue
                grade, parts = max((e.grade for e in used), key=GRADES.index), tuple(e.id for e in used)
                sure = prod(e.confidence for e in used)
                order = (kind[1], kind[0][:2] == "IL", GRADES.index(grade), steps, -sure, "|".join(parts))
                edge = Edge("", start, people[-1], kind[0], FOREVER, sure, grade, parts, kind[1])
                if (start, people[-1]) not in best or order < best[start, people[-1]][0]:
                    best[start, people[-1]] = order, edge
    return {pair: edge for pair, (_, edge) in best.items()}


def check(family: Family, seed: int) -> int:
    """Compare one family with the oracle on every day on which something changes; how many ties were composed."""
    recorded, who = registered(family, seed)
    composed = compose(recorded)
    ends = {d for e in recorded for d in e.days if d not in FOREVER}
    around = {d + timedelta(days=n) for d in ends for n in (-1, 0, 1)}
    for day in sorted(around | {date(1990, 1, 1), date(2030, 1, 1)}):
        held = [e for e in composed if e.days[0] <= day <= e.days[1]]
        told = {(e.a, e.b): (e.code, e.degree, e.grade, round(e.confidence, 9), e.parts) for e in held}
        assert len(told) == len(held), "two composed ties of one pair on one day"
        wanted = expected(recorded, day)
        assert told == {k: (e.code, e.degree, e.grade, round(e.confidence, 9), e.parts) for k, e in wanted.items()}, day
        truth = {one: family.truth(who[one], day) for one in {e.a for e in held}}
        for e in held:
            assert (e.code, e.degree) in truth[e.a][who[e.b]], (day, e)
    return len(composed)


def test_three_hundred_composed_ties_are_true_in_the_family_tree() -> None:
    assert sum(check(clan(seed), seed) for seed in range(6)) >= 300


@settings(max_examples=5, deadline=None)
@given(st.integers(100, 10**6))
def test_any_family_gives_what_its_tree_says(seed: int) -> None:
    check(clan(seed), seed)


@pytest.mark.parametrize("seed", [5, 11])
def test_a_register_states_only_what_its_tree_shows(seed: int) -> None:
    family = clan(seed)
    ties: list[Tie] = list(family.records())
    assert {code for _, _, code, _ in ties} >= {"SP", "PA", "CH", "SB"}
    for a, b, code, days in ties:
        truth = family.truth(a, max(days[0], date(2000, 1, 1)))
        assert (code, KIN_DEGREE[code]) in truth[b]
        assert code != "PA" or ("CH", 1) not in truth[b]
