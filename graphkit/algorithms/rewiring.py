"""How often chance ties a group as closely: rewirings that keep degrees and the kinds of nodes an edge joins."""

from __future__ import annotations

import random

import numpy as np
from numpy.typing import NDArray

from graphkit.algorithms.plain import Pairs

_BURN_IN, _BETWEEN = 10, 2


def inside_weight(
    u: NDArray[np.int64], v: NDArray[np.int64], weight: NDArray[np.float64], group: NDArray[np.int64], groups: int
) -> NDArray[np.float64]:
    """Sum of weights with both ends in the same group, per group (groups,); group −1 is none."""
    inner = (group[u] == group[v]) & (group[u] >= 0)
    return np.bincount(group[u[inner]], weights=weight[inner], minlength=groups).astype(np.float64)


def p_values(
    pairs: Pairs, kind: NDArray[np.int64], group: NDArray[np.int64], groups: int, runs: int, seed: int
) -> NDArray[np.float64]:
    """(1 + rewirings with at least the observed inner weight) / (1 + runs), per group.

    `kind` (n,) is the node type, `group` (n,) the group or −1. Given the groups: it does not correct for having
    looked for the closest ones. Double-edge swaps within one pair of kinds (Maslov & Sneppen 2002), 10 per edge to
    start with, 2 per edge between samples. O(runs × edges), pure Python: for small graphs.
    """
    flip = kind[pairs.u] > kind[pairs.v]
    ends = [np.where(flip, pairs.v, pairs.u).tolist(), np.where(flip, pairs.u, pairs.v).tolist()]
    lo, hi = np.minimum(kind[pairs.u], kind[pairs.v]), np.maximum(kind[pairs.u], kind[pairs.v])
    observed = inside_weight(pairs.u, pairs.v, pairs.weight, group, groups)
    _, cls = np.unique(lo * (int(kind.max(initial=0)) + 1) + hi, return_inverse=True)
    classes = [np.flatnonzero(cls == c).tolist() for c in range(int(cls.max(initial=-1)) + 1)]
    joined = {frozenset(pair) for pair in zip(*ends, strict=True)}
    rng = random.Random(seed)  # noqa: S311
    at_least = np.zeros(groups)
    for run in range(runs):
        _swap(ends, classes, joined, rng, _BURN_IN if run == 0 else _BETWEEN)
        null = inside_weight(np.array(ends[0], np.int64), np.array(ends[1], np.int64), pairs.weight, group, groups)
        at_least += null >= observed - 1e-12
    return (1 + at_least) / (1 + runs)


def _swap(
    ends: list[list[int]], classes: list[list[int]], joined: set[frozenset[int]], rng: random.Random, rounds: int
) -> None:
    left, right = ends
    for members in classes:
        size = len(members)
        if size < 2:
            continue
        for _ in range(rounds * size):
            e, f = members[rng.randrange(size)], members[rng.randrange(size)]
            a, b, c, d = left[e], right[e], left[f], right[f]
            one, two = frozenset((a, d)), frozenset((c, b))
            if e == f or len(one) < 2 or len(two) < 2 or one == two or one in joined or two in joined:
                continue
            joined -= {frozenset((a, b)), frozenset((c, d))}
            joined |= {one, two}
            right[e], right[f] = d, b
