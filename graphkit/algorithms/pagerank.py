"""Personalised PageRank with an absolute stop (ALGORITHMS 5: NetworkX stops at N × tol, too early on large graphs)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array, diags_array

Floats = NDArray[np.float64]


def symmetric_matrix(n: int, src: NDArray[np.int32], dst: NDArray[np.int32], weight: Floats) -> csr_array:
    """Undirected weights as a symmetric (n, n) matrix; parallel edges add up. O(m)."""
    ends = (np.concatenate([src, dst]), np.concatenate([dst, src]))
    return coo_array((np.concatenate([weight, weight]), ends), shape=(n, n)).tocsr()


def personalised_pagerank(matrix: csr_array, restart: Floats, alpha: float = 0.85, tolerance: float = 1e-10) -> Floats:
    """Stationary probabilities (n,) of a walk that follows `matrix` with probability `alpha`, else restarts.

    `restart` (n,) is non-negative and is normalised; rows without weight send their mass to it, as in
    `networkx.pagerank`. Stops when the L1 change is at most `tolerance`, which bounds the L1 error by
    tolerance × alpha / (1 - alpha). O(nnz × log tolerance / log alpha). Source: Page et al. 1999; Haveliwala 2002.
    """
    total = float(restart.sum())
    if total <= 0:
        return np.zeros_like(restart)
    restart = restart / total
    strength = np.asarray(matrix.sum(axis=1)).ravel()
    inverse = np.divide(1.0, strength, out=np.zeros_like(strength), where=strength > 0)
    step = (diags_array(inverse) @ matrix).T.tocsr()
    dangling = strength == 0
    rank = restart
    for _ in range(int(np.ceil(np.log(tolerance / 2) / np.log(alpha))) + 1):
        lost = float(rank[dangling].sum())
        nxt = alpha * (step @ rank + lost * restart) + (1 - alpha) * restart
        change = float(np.abs(nxt - rank).sum())
        rank = nxt
        if change <= tolerance:
            break
    return rank
