"""以案带案: from confirmed seeds, whom to look at next, and why (CATALOGUE N01).

A ranking, not a finding: suspicion does not spread by itself (DESIGN 6.5). Nobody is ranked without a lawful path
of recorded facts from a seed, and public hubs (hospital, agency, bank, office) are neither candidates nor passed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from graphkit.algorithms.lawful import TimeRule
from graphkit.algorithms.missing import dealing_years, missing_evidence
from graphkit.algorithms.pagerank import personalised_pagerank
from graphkit.algorithms.paths import HOP_COST, Path, day_number, describe, hubs, neighbour_counts, usable_edges
from graphkit.algorithms.rows import symmetric_rows
from graphkit.algorithms.search import Budget, PathFinder
from graphkit.errors import Text
from graphkit.projection import OPEN_FROM, Projection, as_date
from graphkit.types import Grade

_DIGITS = 12
_FAINT = 1e-9


@dataclass(frozen=True, slots=True)
class ExpandSettings:
    """Every number of the ranking; degrees are in distinct neighbours.

    A node with more than `hub_degree` is damped as a public body is, with more than `closed_degree` it is not passed
    either. `scale` multiplies the weight of a type.
    """

    alpha: float = 0.85
    tolerance: float = 1e-10
    paths: int = 3
    max_hops: int = 6
    hub_degree: int = 100
    closed_degree: int = 500
    window_days: int = 730
    step_budget: int = 20_000
    steps_per_candidate: int = 2_000
    scale: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Candidate:
    """`score` is the probability that a walk restarting at the seeds stands here; `paths` lead from a seed to it."""

    rank: int
    id: str
    label: str
    name: str
    grade: Grade
    score: float
    paths: tuple[Path, ...]
    missing: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Expansion:
    """`reached`: how many could be candidates (the denominator); `truncated`: a search ended at its step budget."""

    seeds: tuple[str, ...]
    as_of: date | None
    candidates: tuple[Candidate, ...]
    reached: int
    truncated: bool


def expand(
    projection: Projection,
    seeds: Sequence[str],
    top: int = 20,
    as_of: date | None = None,
    settings: ExpandSettings | None = None,
) -> Expansion:
    """Rank persons and organizations by personalised PageRank from `seeds`, each with its cheapest lawful paths.

    `projection` is of kind people_and_firms; `top` 0 means all; ties go by id. Raises `UsageError` for an unknown
    seed. O(m × log tolerance) for the walk, O(m × hops) for the guide, at most `step_budget` partial paths.
    """
    s = settings or ExpandSettings()
    seed_index = np.array(sorted({projection.index(seed) for seed in seeds}), dtype=np.int64)
    usable = usable_edges(projection, as_of)
    hub = hubs(projection, s.hub_degree)
    score = seed_scores(projection, seed_index, usable, hub, s)
    finder = PathFinder(
        projection,
        seed_index,
        HOP_COST - np.log(np.maximum(walk_weights(projection, hub), _FAINT)),
        usable,
        np.where(hubs(projection, s.closed_degree), np.inf, 0.0),
        TimeRule(projection, s.window_days, day_number(as_of)),
        s.max_hops,
    )
    eligible = finder.reachable() & ~projection.public & (score > 0)
    eligible[seed_index] = False
    order = np.flatnonzero(eligible)
    order = order[np.argsort(-np.round(score[order], _DIGITS), kind="stable")]
    years = _seed_years(projection, seed_index)
    whole, cut = Budget(s.step_budget), False
    candidates: list[Candidate] = []
    for node in order.tolist():
        if top and len(candidates) >= top:
            break
        allowed = min(s.steps_per_candidate, whole.left)
        if allowed <= 0:
            cut = True
            break
        budget = Budget(allowed)
        walks = finder.paths(node, s.paths, budget)
        whole.left -= allowed - max(budget.left, 0)
        cut |= budget.spent
        if walks:
            paths = tuple(describe(projection, walk, as_of, backwards=True) for walk in walks)
            candidates.append(
                Candidate(
                    len(candidates) + 1,
                    projection.id(node),
                    projection.label(node),
                    projection.name(node),
                    projection.identity_grade(node),
                    float(score[node]),
                    paths,
                    missing_evidence(projection, node, paths, dealing_years(paths) or years),
                )
            )
    ids = tuple(projection.id(int(i)) for i in seed_index)
    return Expansion(ids, as_of, tuple(candidates), len(order), cut)


def seed_scores(
    projection: Projection,
    seeds: NDArray[np.int64],
    usable: NDArray[np.bool_],
    hub: NDArray[np.bool_],
    settings: ExpandSettings,
) -> NDArray[np.float64]:
    """PageRank (n,) of a walk restarting evenly at `seeds`; weight w at a hub of d neighbours counts as w/√d."""
    matrix = symmetric_rows(projection, usable, walk_weights(projection, hub, settings.scale))
    restart = np.zeros(projection.n)
    restart[seeds] = 1.0
    return personalised_pagerank(matrix, restart, settings.alpha, settings.tolerance)


def walk_weights(
    projection: Projection, hub: NDArray[np.bool_], scale: Mapping[str, float] | None = None
) -> NDArray[np.float64]:
    """Weight of each edge (m,) after damping its hubs and scaling its type."""
    damp = np.where(hub, 1.0 / np.sqrt(np.maximum(neighbour_counts(projection), 1)), 1.0)
    weight = projection.weight * damp[projection.src] * damp[projection.dst]
    for kind, factor in (scale or {}).items():
        weight = np.where(projection.mask((kind,)), weight * factor, weight)
    return np.asarray(weight, dtype=np.float64)


def _seed_years(projection: Projection, seeds: NDArray[np.int64]) -> list[int]:
    """Years in which purchases from the seeds happened, else in which their accounts moved."""
    dealt = projection.mask(("AWARDED_TO", "PAID"))
    touched = (
        dealt & (np.isin(projection.src, seeds) | np.isin(projection.dst, seeds)) & (projection.from_day != OPEN_FROM)
    )
    years: set[int] = set()
    for edge in np.flatnonzero(touched):
        first, last = as_date(int(projection.from_day[edge])), as_date(int(projection.to_day[edge]))
        if first and last:
            years.update(range(first.year, last.year + 1))
    return sorted(years)
