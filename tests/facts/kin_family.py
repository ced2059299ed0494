"""Families for the kinship tests, and what a relative is by walking the tree: nothing here reads the shipped table.

A family has blood parents and dated marriages. `records` are the ties a register may state; `truth` is what a person is
to another on a day. Step-parents and step-children count as parents and children while the marriage lasts, and only in
the direct line; a sibling shares at least one blood parent.
"""

from __future__ import annotations

import itertools
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

FOREVER = (date(1, 1, 1), date(9999, 12, 31))
TODAY = date(2024, 6, 1)
Span = tuple[date, date]
Kind = tuple[str, int]
Tie = tuple[int, int, str, Span]
"""(a, b, code, days): what b is to a."""


@dataclass
class Family:
    """People are numbers; `parents` are blood parents, `marriages` are (a, b, days)."""

    size: int = 0
    parents: dict[int, tuple[int, ...]] = field(default_factory=dict)
    marriages: list[tuple[int, int, Span]] = field(default_factory=list)

    def born(self, *parents: int) -> int:
        self.size += 1
        self.parents[self.size] = parents
        return self.size

    def marry(self, a: int, b: int, days: Span = FOREVER) -> None:
        self.marriages.append((a, b, days))

    @cached_property
    def children(self) -> dict[int, set[int]]:
        found: dict[int, set[int]] = defaultdict(set)
        for child, parents in self.parents.items():
            for parent in parents:
                found[parent].add(child)
        return found

    def siblings(self, one: int, *, full: bool = False) -> set[int]:
        """Who shares a blood parent; with `full` both."""
        mine = self.parents[one]
        near = {child for parent in mine for child in self.children[parent]} - {one}
        return {x for x in near if set(self.parents[x]) == set(mine) and len(mine) == 2} if full else near

    def spouses(self, one: int, day: date) -> set[int]:
        ends = [(a, b) for a, b, (start, end) in self.marriages if start <= day <= end and one in (a, b)]
        return {a + b - one for a, b in ends}

    def related(self, one: int, code: str, *, full: bool = True) -> set[int]:
        """Blood relatives of a kind; with `full` only through siblings of both parents, as registers mean them."""
        up, down = self.parents[one], self.children[one]
        uncles = {u for p in up for u in self.siblings(p, full=full)}
        return {
            "PA": set(up),
            "CH": set(down),
            "GP": {g for p in up for g in self.parents[p]},
            "GC": {g for c in down for g in self.children[c]},
            "SB": self.siblings(one, full=full),
            "UN": uncles,
            "NE": {c for s in self.siblings(one, full=full) for c in self.children[s]},
            "CO": {c for u in uncles for c in self.children[u]},
        }[code]

    def records(self) -> Iterator[Tie]:
        """Every tie that a register could state, in both directions."""
        for a, b, days in self.marriages:
            yield a, b, "SP", days
            yield b, a, "SP", days
        for one in range(1, self.size + 1):
            for code in ("PA", "CH", "GP", "GC", "SB", "UN", "NE", "CO"):
                for other in self.related(one, code):
                    yield one, other, code, FOREVER

    def truth(self, one: int, day: date) -> dict[int, set[Kind]]:
        """Other person → every (code, degree) that he or she is to `one` on that day."""

        def spouses(people: Iterable[int]) -> set[int]:
            return {s for p in people for s in self.spouses(p, day)}

        def elders(people: Iterable[int]) -> set[int]:
            blood = {p for x in people for p in self.parents[x]}
            return blood | spouses(blood)

        def young(people: Iterable[int]) -> set[int]:
            people = set(people)
            return {c for x in people | spouses(people) for c in self.children[x]}

        def blood(people: Iterable[int], code: str) -> set[int]:
            return {r for p in people for r in self.related(p, code, full=False)}

        me = {one}
        mate = spouses(me)
        kinds: dict[Kind, set[int]] = {
            ("SP", 0): mate,
            ("PA", 1): elders(me),
            ("CH", 1): young(me),
            ("GP", 2): elders(elders(me)),
            ("GC", 2): young(young(me)),
            ("SB", 2): blood(me, "SB"),
            ("UN", 3): blood(me, "UN"),
            ("NE", 3): blood(me, "NE"),
            ("CO", 4): blood(me, "CO"),
            ("IL1", 2): elders(mate) | blood(mate, "SB") | spouses(young(me) | blood(me, "SB")),
            ("IL1", 3): blood(mate, "UN") | blood(mate, "NE") | spouses(blood(me, "UN") | blood(me, "NE")),
            ("IL1", 4): blood(mate, "CO") | spouses(blood(me, "CO")),
            ("IL2", 3): spouses(blood(mate, "SB")) | elders(spouses(young(me))),
        }
        found: dict[int, set[Kind]] = defaultdict(set)
        for kind, people in kinds.items():
            for other in people - me:
                found[other].add(kind)
        return found


def village(seed: int = 7, houses: int = 10) -> Family:
    """Some hundred people in four generations who married across houses, with divorces, step-children and children of
    unmarried couples: rich enough to show a counterexample for every chain that says nothing certain."""
    rng = random.Random(seed)
    family, house = Family(), {}
    generation: list[int] = []
    for number in range(houses):
        pair = family.born(), family.born()
        family.marry(*pair)
        generation += _grown(family, house, rng, pair, number)
    for _ in range(2):
        rng.shuffle(generation)
        young: list[int] = []
        while len(generation) > 1:
            one = generation.pop()
            other = next((x for x in reversed(generation) if house[x] != house[one]), None)
            if other is None:
                break
            generation.remove(other)
            young += _grown(family, house, rng, (one, other), house[one])
            fate = rng.random()
            if fate < 0.6:
                family.marry(one, other)
            elif fate < 0.85:
                for left in (one, other):
                    new = family.born()
                    family.marry(left, new)
                    house[new] = -new
                    young += _grown(family, house, rng, (left, new), house[one])
                    family.born(new)
                    house[family.size] = -new
                    young.append(family.size)
        generation = young
    for one in generation:
        new = family.born()
        family.marry(one, new)
    return family


def _grown(family: Family, house: dict[int, int], rng: random.Random, pair: tuple[int, int], number: int) -> list[int]:
    children = [family.born(*pair) for _ in range(rng.choice((2, 2, 3, 4)))]
    house.update(dict.fromkeys(children, number))
    return children


def definable(family: Family, codes: Iterable[str], longest: int = 3) -> dict[tuple[str, ...], Kind]:
    """Chain of codes → what its last person always is to its first, in every place of the family where it occurs.

    A chain that means different things in different places, or nothing by the definitions above, is left out.
    """
    near: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for a, b, code, (start, end) in family.records():
        if start <= TODAY <= end:
            near[code][a].append(b)
    truth = {one: family.truth(one, TODAY) for one in range(1, family.size + 1)}
    for a, others in truth.items():
        for b, kinds in others.items():
            for code, _ in kinds & {("IL1", 2), ("IL2", 3)}:
                near[code][a].append(b)
    known: dict[tuple[str, ...], Kind] = {}
    for length in range(2, longest + 1):
        for chain in itertools.product(sorted(codes), repeat=length):
            common: set[Kind] | None = None
            for path in walks(near, chain, range(1, family.size + 1)):
                here = truth[path[0]].get(path[-1], set())
                common = set(here) if common is None else common & here
                if not common:
                    break
            if common:
                known[chain] = min(common, key=lambda kind: (kind[1], kind[0]))
    return known


def walks(
    near: dict[str, dict[int, list[int]]], chain: tuple[str, ...], starts: Iterable[int]
) -> Iterator[tuple[int, ...]]:
    """Paths of distinct people along a chain of codes."""
    for start in starts:
        paths: list[tuple[int, ...]] = [(start,)]
        for code in chain:
            paths = [(*p, b) for p in paths for b in near[code].get(p[-1], ()) if b not in p]
        yield from paths


def clan(seed: int) -> Family:
    """Three generations with dated marriages: divorces, people who marry each other again, step-children, half-siblings."""
    rng = random.Random(seed)
    family = Family()
    generation: list[int] = []
    for _ in range(2):
        pair = family.born(), family.born()
        _wed(family, rng, *pair)
        generation += [family.born(*pair) for _ in range(rng.choice((1, 2, 3)))]
    first, last = generation[0], generation[-1]
    pairs = [(first, last), *((one, family.born()) for one in generation[1:-1])]
    for one, other in pairs:
        _wed(family, rng, one, other)
        young = [family.born(one, other) for _ in range(rng.choice((0, 1, 2)))]
        if rng.random() < 0.5:
            new = family.born()
            _wed(family, rng, other, new, date(2020, 1, 1))
            family.born(new)
            family.born(other, new)
        for child in young:
            mate = family.born(family.born(), family.born())
            _wed(family, rng, child, mate)
    return family


def _wed(family: Family, rng: random.Random, a: int, b: int, start: date = date(2005, 1, 1)) -> None:
    """One marriage of any form: undated, from a day, ended, or ended and entered again."""
    day = start + timedelta(days=rng.randrange(2000))
    end = day + timedelta(days=rng.randrange(1500))
    again = end + timedelta(days=rng.choice((1, 400)))
    forms = [[FOREVER], [(day, FOREVER[1])], [(day, end)], [(day, end), (again, FOREVER[1])]]
    for days in rng.choice(forms[1:] if start.year == 2020 else forms):
        family.marry(a, b, days)
