"""Personalised PageRank with an absolute stop (ALGORITHMS 5: NetworkX stops at N × tol, too early on large graphs)."""

from __future__ import annotations

import numpy as np

from graphkit.algorithms.rows import Floats, Rows


def personalised_pagerank(matrix: Rows, restart: Floats, alpha: float = 0.85, tolerance: float = 1e-10) -> Floats:
    """Stationary probabilities (n,) of a walk that follows the symmetric `matrix` with probability `alpha`, else restarts.

    `restart` (n,) is non-negative and is normalised; rows without weight send their mass to it, as in
    `networkx.pagerank`. Stops when the L1 change is at most `tolerance`, which bounds the L1 error by
    tolerance × alpha / (1 - alpha). O(entries × log tolerance / log alpha). Source: Page et al. 1999; Haveliwala 2002.
    """
    total = float(restart.sum())
    if total <= 0:
        return np.zeros_like(restart)
    restart = restart / total
    strength = matrix.fold(np.add, matrix.value, 0.0)
    share = matrix.value * np.divide(1.0, strength, out=np.zeros_like(strength), where=strength > 0)[matrix.node]
    dangling = strength == 0
    rank = restart
    for _ in range(int(np.ceil(np.log(tolerance / 2) / np.log(alpha))) + 1):
        lost = float(rank[dangling].sum())
        nxt = alpha * (matrix.fold(np.add, share * rank[matrix.node], 0.0) + lost * restart) + (1 - alpha) * restart
        change = float(np.abs(nxt - rank).sum())
        rank = nxt
        if change <= tolerance:
            break
    return rank
