"""How often chance ties a group as closely: rewirings that keep degrees and the kinds of nodes an edge joins."""

from __future__ import annotations

import random
from collections.abc import Iterator

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

    `group` (n,) is the group of each node or −1; the other arguments are those of `rewirings`. Given the groups: it
    does not correct for having looked for the closest ones. O(runs × pairs), pure Python: for small graphs.
    """
    observed = inside_weight(pairs.u, pairs.v, pairs.weight, group, groups)
    at_least = np.zeros(groups)
    for u, v in rewirings(pairs, kind, runs, seed):
        at_least += inside_weight(u, v, pairs.weight, group, groups) >= observed - 1e-12
    return (1 + at_least) / (1 + runs)


def rewirings(
    pairs: Pairs, kind: NDArray[np.int64], runs: int, seed: int
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """`runs` random graphs as two arrays of ends, aligned with `pairs` so that weights stay with their edge.

    Every node keeps its degree, every edge the `kind` (n,) of its ends, and no edge occurs twice. Double-edge swaps
    (Maslov & Sneppen 2002): 10 tries per edge to start with, 2 per edge between samples.
    """
    flip = kind[pairs.u] > kind[pairs.v]
    ends = [np.where(flip, pairs.v, pairs.u).tolist(), np.where(flip, pairs.u, pairs.v).tolist()]
    lo, hi = np.minimum(kind[pairs.u], kind[pairs.v]), np.maximum(kind[pairs.u], kind[pairs.v])
    _, cls = np.unique(lo * (int(kind.max(initial=0)) + 1) + hi, return_inverse=True)
    classes = [np.flatnonzero(cls == c).tolist() for c in range(int(cls.max(initial=-1)) + 1)]
    joined = {frozenset(pair) for pair in zip(*ends, strict=True)}
    rng = random.Random(seed)  # noqa: S311
    for run in range(runs):
        _swap(ends, classes, joined, rng, _BURN_IN if run == 0 else _BETWEEN)
        yield np.array(ends[0], np.int64), np.array(ends[1], np.int64)


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
