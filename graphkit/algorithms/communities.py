"""利益共同体: small groups that stay together however the clustering is seeded (CATALOGUE N03)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graphkit.algorithms.plain import Pairs, plain_pairs
from graphkit.algorithms.rewiring import inside_weight, p_values
from graphkit.projection import Projection

_EDGES_PER_RUN_SET = 200_000


@dataclass(frozen=True, slots=True)
class CommunitySettings:
    """`same` is the share of runs in which two neighbours must fall together; sizes are inclusive."""

    runs: int = 20
    same: float = 0.8
    min_size: int = 3
    max_size: int = 30
    hub_degree: int = 500
    null_runs: int = 99
    null_edge_limit: int = 6_000


@dataclass(frozen=True, slots=True)
class Community:
    """A stable group; `members` are ids, sorted.

    `stability`: mean share of runs in which two members fall together; `conductance`: weight leaving it over the
    weight of its ties; `mixed`: two staff of one buyer (`buyer`) and a supplier that this buyer paid or awarded;
    `amount_fen`: payments between members, each counted once; `p_value`: null when the graph was too large to rewire.
    """

    id: str
    members: tuple[str, ...]
    stability: float
    conductance: float
    mixed: bool
    buyer: str | None
    amount_fen: int
    p_value: float | None

    @property
    def size(self) -> int:
        """Number of members."""
        return len(self.members)


def communities(
    projection: Projection, seed: int = 7, as_of: date | None = None, settings: CommunitySettings | None = None
) -> tuple[Community, ...]:
    """Stable groups without public hubs, sorted by mixed, amount, size (all descending), then first member.

    Louvain (Blondel et al. 2008) with `runs` seeds drawn from `seed` (fewer on graphs beyond 10,000 pairs, at least
    3); groups are the connected parts of the ties kept together in a share `same` of the runs.
    """
    s = settings or CommunitySettings()
    pairs = plain_pairs(projection, as_of, s.hub_degree)
    if not len(pairs.u):
        return ()
    labels = louvain_labels(pairs, projection.n, max(3, min(s.runs, _EDGES_PER_RUN_SET // len(pairs.u))), seed)
    cores = [core for core in stable_cores(pairs, labels, s.same) if s.min_size <= len(core) <= s.max_size]
    group = np.full(projection.n, -1, np.int64)
    for i, core in enumerate(cores):
        group[core] = i
    kind = np.array([projection.label(i) == "Organization" for i in range(projection.n)], np.int64) if cores else group
    chance = None
    if cores and len(pairs.u) <= s.null_edge_limit:
        chance = p_values(pairs, kind, group, len(cores), s.null_runs, seed)
    inner = inside_weight(pairs.u, pairs.v, pairs.weight, group, len(cores))
    degree = np.bincount(pairs.u, pairs.weight, projection.n) + np.bincount(pairs.v, pairs.weight, projection.n)
    staff_of, paid_by = _sides(projection)
    found = []
    for i, core in enumerate(cores):
        volume = float(degree[core].sum())
        smaller = min(volume, float(degree.sum()) - volume)
        cut = volume - 2 * float(inner[i])
        buyer = _buyer(core, staff_of, paid_by)
        members = tuple(projection.id(v) for v in core)
        found.append(
            Community(
                "C-" + hashlib.sha256("\n".join(members).encode()).hexdigest()[:10],
                members,
                _stability(labels[:, core]),
                round(max(cut, 0.0) / smaller, 6) if smaller > 1e-12 else 0.0,
                buyer is not None,
                None if buyer is None else projection.id(buyer),
                _inner_amount(projection, group, i, core),
                None if chance is None else float(chance[i]),
            )
        )
    return tuple(sorted(found, key=lambda c: (not c.mixed, -c.amount_fen, -c.size, c.members)))


def louvain_labels(pairs: Pairs, n: int, runs: int, seed: int) -> NDArray[np.int64]:
    """Community number of each node in each run, (runs, n); −1 for nodes without a tie. O(runs × pairs)."""
    graph = pairs.graph()
    labels = np.full((runs, n), -1, np.int64)
    for run in range(runs):
        parts = nx.community.louvain_communities(graph, weight="weight", seed=seed * 1000 + run)
        for number, part in enumerate(parts):
            labels[run, list(part)] = number
    return labels


def stable_cores(pairs: Pairs, labels: NDArray[np.int64], same: float) -> list[list[int]]:
    """Connected parts over pairs that fall together in at least a share `same` of the runs; members ascending."""
    together = (labels[:, pairs.u] == labels[:, pairs.v]).mean(axis=0) >= same - 1e-12
    kept: nx.Graph[int] = nx.Graph()
    kept.add_edges_from(zip(pairs.u[together].tolist(), pairs.v[together].tolist(), strict=True))
    return sorted(sorted(part) for part in nx.connected_components(kept))


def _stability(labels: NDArray[np.int64]) -> float:
    same = (labels[:, :, None] == labels[:, None, :]).mean(axis=0)
    size = labels.shape[1]
    return round(float((same.sum() - size) / (size * (size - 1))), 6)


def _sides(projection: Projection) -> tuple[dict[int, set[int]], dict[int, set[int]]]:
    """Public employers of each person, and public payers of each supplier, by position."""
    staff_of: dict[int, set[int]] = {}
    paid_by: dict[int, set[int]] = {}
    employed = projection.mask(("EMPLOYED_BY",)) & projection.public[projection.dst]
    for edge in np.flatnonzero(employed):
        staff_of.setdefault(int(projection.src[edge]), set()).add(int(projection.dst[edge]))
    dealt = (
        projection.mask(("AWARDED_TO", "PAID")) & projection.public[projection.src] & ~projection.public[projection.dst]
    )
    for edge in np.flatnonzero(dealt):
        if projection.label(int(projection.dst[edge])) == "Organization":
            paid_by.setdefault(int(projection.dst[edge]), set()).add(int(projection.src[edge]))
    return staff_of, paid_by


def _buyer(core: list[int], staff_of: dict[int, set[int]], paid_by: dict[int, set[int]]) -> int | None:
    """The buyer (smallest position) with ≥ 2 of its staff and ≥ 1 of its suppliers in the group."""
    counts: dict[int, int] = {}
    for employer in (o for v in core for o in staff_of.get(v, ())):
        counts[employer] = counts.get(employer, 0) + 1
    suppliers = {o for v in core for o in paid_by.get(v, ())}
    return min((o for o, n in counts.items() if n >= 2 and o in suppliers), default=None)


def _inner_amount(projection: Projection, group: NDArray[np.int64], number: int, core: list[int]) -> int:
    amounts: dict[str, int] = {}
    paid = projection.types.index("PAID")
    for v in core:
        a, b = projection.adj_ptr[v : v + 2]
        for other, edge in zip(projection.adj_node[a:b].tolist(), projection.adj_edge[a:b].tolist(), strict=True):
            if group[other] == number and int(projection.type_code[edge]) == paid:
                start, end = projection.part_ptr[edge : edge + 2]
                eids = projection.parts["eid"][int(start) : int(end)].to_pylist()
                amounts.update(zip(eids, projection.part_amount[start:end].tolist(), strict=True))
    return sum(amounts.values())
