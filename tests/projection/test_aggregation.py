"""Aggregated ties against plain loops over random facts."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from datetime import date
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_facts import FactsFolder

from graphkit.projection import OPEN_FROM, Projection, project

DAYS = st.sampled_from(["2019-05-01", "2020-02-29", "2020-12-31", "2021-07-15"])
AS_OF = st.sampled_from([None, date(2019, 12, 31), date(2020, 12, 31)])


def made(f: FactsFolder, as_of: date | None = None) -> Projection:
    with tempfile.TemporaryDirectory() as folder:
        return project(f.write(Path(folder) / "snap" / "facts"), as_of=as_of)


def by_ends(p: Projection, kind: str) -> dict[tuple[str, str], int]:
    return {(p.id(int(p.src[e])), p.id(int(p.dst[e]))): e for e in range(p.m) if p.type(e) == kind}


payments = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), DAYS, st.integers(1, 90_000)), max_size=25)
owners = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=6, max_size=6)


@settings(max_examples=12, deadline=None)
@given(owners, payments, AS_OF)
def test_payments_equal_a_loop(
    held: list[tuple[int, int]], paid: list[tuple[int, int, str, int]], as_of: date | None
) -> None:
    f = FactsFolder()
    people = [f.person(str(i)) for i in range(4)]
    accounts = [f.account(str(i), people[h], people[o]) for i, (h, o) in enumerate(held)]
    moved = defaultdict(dict)
    for i, (a, b, when, yuan) in enumerate(paid):
        if a == b:
            continue
        eid = f.pay(accounts[a], accounts[b], f"{when}T08:00:00", yuan, tx=str(i))
        if as_of is None or date.fromisoformat(when) <= as_of:
            for x in set(held[a]):
                for y in set(held[b]) - {x}:
                    moved[people[x], people[y]][eid] = (yuan * 100, when)
    p = made(f, as_of)
    ties = by_ends(p, "PAID")
    assert ties.keys() == moved.keys()
    for ends, edge in ties.items():
        facts = moved[ends]
        assert set(p.facts(edge)) == facts.keys()
        assert int(p.amount_fen[edge]) == sum(fen for fen, _ in facts.values())
        amounts = [facts[eid][0] for eid in p.facts(edge)]
        assert amounts == sorted(amounts, reverse=True)
        days = sorted(date.fromisoformat(when) for _, when in facts.values())
        first, last = ((d - date(1970, 1, 1)).days for d in (days[0], days[-1]))
        assert (int(p.from_day[edge]), int(p.to_day[edge])) == (first, last)


tenders = st.lists(st.sets(st.integers(0, 4), min_size=1, max_size=5), min_size=1, max_size=6)


@settings(max_examples=12, deadline=None)
@given(tenders)
def test_joint_bids_equal_a_loop(bidders: list[set[int]]) -> None:
    f = FactsFolder()
    hospital = f.org("H", second="Hospital")
    firms = [f.org(f"F{i}") for i in range(5)]
    for i, who in enumerate(bidders):
        f.tender(f"T{i}", hospital, [firms[j] for j in sorted(who)])
    p = made(f)
    ties = by_ends(p, "CO_BID")
    expected = {}
    for a, b in combinations(range(5), 2):
        both = sum({a, b} <= who for who in bidders)
        if both:
            either = sum(bool({a, b} & who) for who in bidders)
            expected[firms[a], firms[b]] = 0.3 * min(1, both / 3) * both / either
    assert {ends: float(p.weight[e]) for ends, e in ties.items()} == pytest.approx(expected)


@settings(max_examples=8, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), DAYS, st.integers(1, 9_000)), min_size=1, max_size=8), AS_OF)
def test_awards_equal_a_loop(wins: list[tuple[int, str, int]], as_of: date | None) -> None:
    f = FactsFolder()
    hospital = f.org("H", second="Hospital")
    firms = [f.org(f"F{i}") for i in range(3)]
    total: dict[tuple[str, str], int] = defaultdict(int)
    for i, (who, when, yuan) in enumerate(wins):
        f.tender(f"T{i}", hospital, [firms[who]], firms[who], when, yuan)
        if as_of is None or date.fromisoformat(when) <= as_of:
            total[hospital, firms[who]] += yuan * 100
    p = made(f, as_of)
    assert {ends: int(p.amount_fen[e]) for ends, e in by_ends(p, "AWARDED_TO").items()} == total


@settings(max_examples=8, deadline=None)
@given(st.lists(st.tuples(DAYS, st.one_of(st.none(), DAYS)), min_size=1, max_size=6), AS_OF)
def test_lasting_ties_are_kept_exactly_while_they_last(
    periods: list[tuple[str, str | None]], as_of: date | None
) -> None:
    f = FactsFolder()
    firm = f.org("F")
    valid = set()
    for i, (start, end) in enumerate(periods):
        eid = f.edge("OWNS", f.person(str(i)), firm, start, end)
        begun = as_of is None or date.fromisoformat(start) <= as_of
        over = as_of is not None and end is not None and date.fromisoformat(end) < as_of
        if begun and not over:
            valid.add(eid)
    p = made(f, as_of)
    assert {eid for e in range(p.m) for eid in p.facts(e)} == valid


def test_an_undated_payment_is_kept_and_does_not_date_the_tie() -> None:
    f = FactsFolder()
    a, b = f.person("a"), f.person("b")
    x, y = f.account("x", a), f.account("y", b)
    f.edge("PAID", x, y, amount_fen=500)
    f.pay(x, y, "2020-02-01T00:00:00", 1)
    p = made(f)
    edge = by_ends(p, "PAID")[a, b]
    assert int(p.count[edge]) == 2
    assert int(p.from_day[edge]) == int(p.to_day[edge]) == (date(2020, 2, 1) - date(1970, 1, 1)).days
    assert OPEN_FROM in p.part_day.tolist()
