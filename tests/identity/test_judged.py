"""What a set of judgements comes to: classes, who stands for them, and what numbers allow."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from random import Random

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphkit.identity.judged import Statement, apart, canonical, classes, kind, numbered, numbers

IDS = ["person:0123456789abcdef", *(f"person:name:s{n}:王伟" for n in range(6))]
PAIRS = [(a, b) for a, b in combinations(sorted(IDS), 2)]
STATEMENTS = st.lists(st.tuples(st.sampled_from(["same", "different"]), st.sampled_from(PAIRS)).map(lambda s: (s[0], *s[1])), max_size=8)  # fmt: skip


def oracle(statements: Sequence[Statement]) -> set[frozenset[str]]:
    """Connected components by another engine."""
    graph = nx.Graph([(a, b) for verb, a, b in statements if verb == "same"])
    return {frozenset(part) for part in nx.connected_components(graph)}


@given(STATEMENTS)
def test_classes_are_the_connected_parts(statements: list[Statement]) -> None:
    assert set(classes(statements).values()) == oracle(statements)


@given(STATEMENTS, st.randoms(use_true_random=False))
def test_order_and_repetition_do_not_matter(statements: list[Statement], rng: Random) -> None:
    mixed = [*statements, *statements[:3]]
    rng.shuffle(mixed)
    assert canonical(mixed) == canonical(statements)
    assert apart(mixed) == apart(statements)


@given(STATEMENTS)
def test_one_of_the_class_stands_for_all_others(statements: list[Statement]) -> None:
    stands = canonical(statements)
    for members in oracle(statements):
        chosen = {stands.get(one, one) for one in members}
        assert len(chosen) == 1
        (one,) = chosen
        assert one in members and one not in stands
        assert one == min(i for i in members if numbered(i) or not any(map(numbered, members)))


@pytest.mark.parametrize(
    ("ids", "most"),
    [
        (["person:0123456789abcdef", "person:name:x:王伟"], 1),
        (["person:0123456789abcdef", "person:fedcba9876543210"], 2),
        (["org:91990101000000019M", "org:name:某公司"], 1),
        (["org:91990101000000019M", "org:919901010000000271"], 2),
        (["person:name:12990101:王伟#007", "person:name:12990101:王伟#008"], 2),
        (["person:name:12990101:王伟#007", "person:name:12990102:王伟#008"], 1),
        (["person:name:12990101:王伟#007", "person:name:12990101:王玮#007"], 1),
        (["person:name:x:#0123456789ab", "person:name:x:#ba9876543210"], 0),
        (["person:name:x:王伟", "person:name:y:王伟"], 0),
    ],
)
def test_different_numbers_of_one_kind_are_counted(ids: list[str], most: int) -> None:
    assert max((len(found) for found in numbers(ids).values()), default=0) == most


def test_only_people_and_units_are_judged() -> None:
    named = ["person:name:x:y", "org:1", "acct:1", "tender:1", "王伟", ""]
    assert [kind(i) for i in named] == ["person", "org", "", "", "", ""]
