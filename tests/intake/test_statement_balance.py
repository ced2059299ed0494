"""The balance check: the order of the lines is found, equal moments may be shuffled, fees and accounts kept apart."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphkit.intake.statement_balance import Break, Ledger, Point, find_breaks, trail

Line = tuple[int, int, int, int]
"""(group, moment, what it adds in fen, balance behind it)."""


def ledger(lines: Sequence[Line], fees: Sequence[int] = (), unknown: Sequence[int] = ()) -> Ledger:
    """A ledger whose lines stand on rows 2, 3 … of a file."""
    columns = np.array(lines, np.int64).reshape(-1, 4).T
    size = len(lines)
    known = np.ones(size, bool)
    known[list(unknown)] = False
    fee = np.array(fees or [0] * size, np.int64)
    return Ledger(np.arange(size) + 2, columns[0], columns[1], columns[2], fee, columns[3], known)


def told(breaks: Sequence[Break]) -> list[tuple[int, int, int, int]]:
    return [(b.group, b.before, b.after, b.missing) for b in breaks]


def chain(draw: random.Random, size: int, group: int = 0, ties: float = 0.4) -> list[Line]:
    """Lines in order of time whose balances follow; odd amounts, so that no few of them cancel out."""
    moment, balance, made = 0, draw.randint(0, 10**9), []
    for _ in range(size):
        moment += 0 if draw.random() < ties else draw.randint(1, 5)
        delta = draw.choice((1, -1)) * draw.randint(1, 10**8)
        balance += delta
        made.append((group, moment, delta, balance))
    return made


@settings(max_examples=60)
@given(seed=st.integers(0, 10**6), size=st.integers(1, 40), backwards=st.booleans())
def test_complete_lines_have_no_gap_in_either_order(seed: int, size: int, backwards: bool) -> None:
    lines = chain(random.Random(seed), size)
    assert find_breaks(ledger(lines[::-1] if backwards else lines), {}, {}) == []


@settings(max_examples=60)
@given(seed=st.integers(0, 10**6), size=st.integers(2, 40))
def test_lines_of_one_moment_may_stand_in_any_order(seed: int, size: int) -> None:
    draw = random.Random(seed)
    lines = sorted(chain(draw, size, ties=0.8), key=lambda line: (line[1], draw.random()))
    assert find_breaks(ledger(lines), {}, {}) == []


@settings(max_examples=60)
@given(seed=st.integers(0, 10**6), size=st.integers(8, 40), backwards=st.booleans())
def test_one_missing_line_among_shuffled_ones_is_one_gap(seed: int, size: int, backwards: bool) -> None:
    draw = random.Random(seed)
    lines = chain(draw, size, ties=0.5)
    lines = [(0, -1, *lines[0][2:]), *lines[1:-1], (0, 10**6, *lines[-1][2:])]
    gone = draw.randint(1, size - 2)
    rest = sorted(lines[:gone] + lines[gone + 1 :], key=lambda line: (line[1], draw.random()))
    rest = rest[::-1] if backwards else rest
    (found,) = find_breaks(ledger(rest), {}, {})
    assert found.missing == lines[gone][2]
    assert rest[found.before - 2][1] <= lines[gone][1] <= rest[found.after - 2][1]


@settings(max_examples=60)
@given(seed=st.integers(0, 10**6), groups=st.integers(1, 4), backwards=st.booleans())
def test_accounts_in_one_file_do_not_mix(seed: int, groups: int, backwards: bool) -> None:
    draw = random.Random(seed)
    chains = [chain(draw, draw.randint(4, 12), group) for group in range(groups)]
    mixed = sorted((line for lines in chains for line in lines), key=lambda line: line[1])
    gone = draw.choice([i for i, line in enumerate(mixed) if line not in (chains[line[0]][0], chains[line[0]][-1])])
    lost = mixed.pop(gone)
    found = find_breaks(ledger(mixed[::-1] if backwards else mixed), {}, {})
    assert [(b.group, b.missing) for b in found] == [(lost[0], lost[2])]


def test_a_break_names_its_rows_older_first() -> None:
    lines = [(0, 1, 5, 105), (0, 2, -3, 102), (0, 4, 7, 119)]
    assert told(find_breaks(ledger(lines), {}, {})) == [(0, 3, 4, 10)]
    assert told(find_breaks(ledger(lines[::-1]), {}, {})) == [(0, 3, 2, 10)]


def test_neither_one_odd_time_nor_a_balance_that_fits_by_accident_turns_the_order() -> None:
    assert find_breaks(ledger([(0, 1, 5, 105), (0, 3, -3, 102), (0, 2, 7, 109), (0, 4, 1, 110)]), {}, {}) == []
    assert told(find_breaks(ledger([(0, 1, 50, 150), (0, 3, -20, 100)]), {}, {})) == [(0, 2, 3, -30)]
    assert told(find_breaks(ledger([(0, 3, -20, 100), (0, 1, 50, 150)]), {}, {})) == [(0, 3, 2, -30)]


def test_a_line_without_a_balance_is_no_gap_and_hides_none() -> None:
    lines = [(0, 1, 5, 105), (0, 2, -3, 0), (0, 3, 7, 109)]
    assert find_breaks(ledger(lines, unknown=[1]), {}, {}) == []
    lines[2] = (0, 3, 7, 110)
    assert told(find_breaks(ledger(lines, unknown=[1]), {}, {})) == [(0, 2, 4, 1)]


@pytest.mark.parametrize("charged", [True, False])
def test_fees_are_taken_as_the_statement_takes_them(charged: bool) -> None:
    fees = [0, 2, 0, 5]
    balances = [100, 98, 108, 103] if charged else [100, 100, 110, 110]
    deltas = [0, 0, 10, 0]
    lines = [(0, i, d, b) for i, (d, b) in enumerate(zip(deltas, balances, strict=True))]
    assert find_breaks(ledger(lines, fees), {}, {}) == []


def test_the_ends_are_checked_where_they_are_stated() -> None:
    lines = [(0, 1, 5, 105), (0, 2, -3, 102)]
    fits = find_breaks(ledger(lines), {0: Point(1, 100)}, {0: Point(9, 102)})
    assert fits == []
    short = find_breaks(ledger(lines), {0: Point(1, 90)}, {0: Point(9, 80)})
    assert told(short) == [(0, 1, 2, 10), (0, 3, 9, -22)]
    assert [b.at for b in short] == [0, None]


def test_a_page_head_is_no_opening_balance_of_a_statement_that_runs_backwards() -> None:
    lines = [(0, 1, 5, 105), (0, 2, -3, 102)]
    assert told(find_breaks(ledger(lines), {0: Point(1, 90, ascending=True)}, {})) == [(0, 1, 2, 10)]
    assert find_breaks(ledger(lines[::-1]), {0: Point(1, 90, ascending=True)}, {}) == []


@settings(max_examples=100)
@given(seed=st.integers(0, 10**6), size=st.integers(1, 30), points=st.integers(1, 6))
def test_a_trail_that_exists_is_found(seed: int, size: int, points: int) -> None:
    draw = random.Random(seed)
    walk = [draw.randint(1, points) for _ in range(size + 1)]
    steps = list(pairwise(walk))
    draw.shuffle(steps)
    path = trail(steps, walk[0], walk[-1])
    assert sorted(path) == list(range(size))
    at = walk[0]
    for place in path:
        assert steps[place][0] == at
        at = steps[place][1]
    assert at == walk[-1]
    assert sorted(trail(steps, None, None)) == list(range(size))


def test_steps_that_do_not_join_stay_in_order() -> None:
    assert trail([(1, 2), (5, 6), (8, 9)], 1, 9) == [0, 1, 2]
    assert trail([(8, 9), (5, 6), (1, 2)], 1, 9) == [2, 1, 0]
