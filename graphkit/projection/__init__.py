"""Facts of one snapshot → CSR arrays for graph algorithms, cached on disk, opened by memory map."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from graphkit.projection.graph import OPEN_FROM, OPEN_TO, Kind, Projection, as_date

__all__ = ["OPEN_FROM", "OPEN_TO", "Kind", "Projection", "as_date", "project"]


def project(
    facts_dir: Path, kind: Kind = "people_and_firms", as_of: date | None = None, cache_dir: Path | None = None
) -> Projection:
    """The projection of the facts under `facts_dir` (`nodes/*.parquet`, `edges/*.parquet`).

    The parent of `facts_dir` names the snapshot. `people_and_firms`: Person and Organization with the ties between
    them, payments, bids and awards aggregated to them; `whole`: every node and edge but SIMILAR; `money`: accounts
    and single payments. With `as_of` only ties valid on that day and events up to it. With `cache_dir` it is built
    once per snapshot and then mapped.
    """
    from graphkit.projection.build import build
    from graphkit.projection.cache import cache_key, load, save

    facts = Path(facts_dir)
    snapshot = facts.resolve().parent.name
    if cache_dir is None:
        return build(facts, kind, as_of, snapshot)
    folder = Path(cache_dir) / cache_key(facts, kind, as_of, snapshot)
    if not folder.is_dir():
        save(build(facts, kind, as_of, snapshot), folder)
    return load(folder)
