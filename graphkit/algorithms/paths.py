"""Typed paths: the k cheapest ways between two nodes, and their wording with the rows they rest on (CATALOGUE N06)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphkit.algorithms.lawful import TimeRule
from graphkit.algorithms.search import Budget, PathFinder, Walk
from graphkit.algorithms.wording import CONTACT, DIRECTS, GENERIC, KIN, TEMPLATES
from graphkit.errors import Text
from graphkit.model import EDGES
from graphkit.projection import OPEN_FROM, OPEN_TO, Projection, as_date
from graphkit.projection.weights import EVENTS
from graphkit.types import GRADES, Grade, weakest

Lookup = Callable[[str], Mapping[str, Any] | None]
"""Edge id → what is known of it: `file`, `row`, `props`, and for a derived edge `parts`, a list of the same."""

HOP_COST = 0.05
"""Added per hop, so that of equally strong paths the shorter comes first."""

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Hop:
    """One tie of a path, its ends as the facts state them; `forward` tells whether the path walks from → to.

    `eids` are the facts behind it (up to 3, largest amounts first), `support` the facts that join these to both
    ends (who holds the account, who issued the contract); `n`, `amount_fen`, `first`, `last` speak of all of them.
    """

    type: str
    from_id: str
    to_id: str
    from_name: str
    to_name: str
    forward: bool
    eids: tuple[str, ...]
    support: tuple[str, ...]
    n: int
    amount_fen: int
    first: date | None
    last: date | None
    grade: Grade


@dataclass(frozen=True, slots=True)
class Path:
    """A walk through the graph; `nodes` are ids, one more than `hops`. `cost` is comparable within one projection."""

    nodes: tuple[str, ...]
    hops: tuple[Hop, ...]
    cost: float
    weakest_grade: Grade


@dataclass(frozen=True, slots=True)
class FoundPaths:
    """`truncated` tells that the step budget ended the search before it was complete."""

    paths: tuple[Path, ...]
    truncated: bool


def edge_costs(projection: Projection) -> NDArray[np.float64]:
    """Cost of each edge (m,), positive: −ln(weight) between people and firms; elsewhere travel − ln(confidence)."""
    if projection.kind == "people_and_firms":
        return np.asarray(HOP_COST - np.log(projection.weight), dtype=np.float64)
    travel = np.array([EDGES[name].travel or 0.0 for name in projection.types])
    confidence = np.clip(projection.confidence, 1e-4, 1.0)
    return np.asarray(travel[projection.type_code] + HOP_COST - np.log(confidence), dtype=np.float64)


def usable_edges(projection: Projection, as_of: date | None) -> NDArray[np.bool_]:
    """Edges (m,) that may lie on a path: of a type with a travel cost, and valid at `as_of` (events: begun by then)."""
    barred = [name for name, spec in EDGES.items() if spec.travel is None]
    usable = ~projection.mask(barred)
    if as_of is not None:
        day = day_number(as_of)
        usable &= projection.from_day <= day
        usable &= (projection.to_day >= day) | projection.mask(tuple(EVENTS))
    return usable


def day_number(day: date | None) -> int:
    """Days since 1970-01-01; `OPEN_TO` for None."""
    return OPEN_TO if day is None else (day - date(1970, 1, 1)).days


def hubs(projection: Projection, degree: int) -> NDArray[np.bool_]:
    """Nodes (n,) that everybody passes through: public bodies, and any node with more than `degree` neighbours."""
    return np.asarray(projection.public | (neighbour_counts(projection) > degree), dtype=np.bool_)


def neighbour_counts(projection: Projection) -> NDArray[np.int64]:
    """Distinct neighbours of each node (n,). O(m)."""
    row = np.repeat(np.arange(projection.n), projection.degrees())
    fresh = np.ones(len(row), np.bool_)
    fresh[1:] = (row[1:] != row[:-1]) | (projection.adj_node[1:] != projection.adj_node[:-1])
    return np.bincount(row[fresh], minlength=projection.n)


def find_paths(
    projection: Projection,
    a: str,
    b: str,
    k: int = 5,
    max_hops: int = 6,
    as_of: date | None = None,
    *,
    hub_degree: int = 100,
    hub_cost: float = 3.0,
    max_hubs: int = 2,
    window_days: int = 730,
    step_budget: int = 50_000,
) -> FoundPaths:
    """The `k` cheapest lawful paths of at most `max_hops` hops from node `a` to node `b`, cheapest first.

    A hub on the way costs `hub_cost` more, and at most `max_hubs` are passed. Raises `UsageError` for an unknown id.
    O(m × max_hops) for the guide, and at most `step_budget` partial paths.
    """
    start, goal = projection.index(a), projection.index(b)
    if start == goal:
        return FoundPaths((), False)
    finder = PathFinder(
        projection,
        np.array([goal]),
        edge_costs(projection),
        usable_edges(projection, as_of),
        np.where(hubs(projection, hub_degree), hub_cost, 0.0),
        TimeRule(projection, window_days, day_number(as_of)),
        max_hops,
        max_hubs,
    )
    budget = Budget(step_budget)
    walks = finder.paths(start, k, budget)
    return FoundPaths(tuple(describe(projection, walk, as_of) for walk in walks), budget.spent)


def describe(projection: Projection, walk: Walk, as_of: date | None = None, backwards: bool = False) -> Path:
    """A walk with ids, names and facts; `backwards` reads it from its end to its start."""
    nodes = walk.nodes[::-1] if backwards else walk.nodes
    edges = walk.edges[::-1] if backwards else walk.edges
    hops = tuple(make_hop(projection, edge, start, as_of) for edge, start in zip(edges, nodes, strict=False))
    return Path(tuple(projection.id(i) for i in nodes), hops, walk.cost, weakest([hop.grade for hop in hops]))


def make_hop(projection: Projection, edge: int, start: int, as_of: date | None = None) -> Hop:
    """The hop that leaves node `start` over `edge`; only facts up to `as_of` are counted."""
    until = day_number(as_of)
    src, dst = int(projection.src[edge]), int(projection.dst[edge])
    a, b = projection.part_ptr[edge : edge + 2]
    known = projection.part_day[a:b] <= until
    first, last = int(projection.from_day[edge]), int(projection.to_day[edge])
    if last > until and projection.type(edge) in EVENTS:
        last = int(projection.part_day[a:b][known].max(initial=OPEN_FROM))
    return Hop(
        projection.type(edge),
        projection.id(src),
        projection.id(dst),
        projection.name(src),
        projection.name(dst),
        start == src,
        tuple(projection.facts(edge, until, _SHOWN)),
        tuple(projection.support(edge, until, _SHOWN)),
        int(known.sum()),
        int(projection.part_amount[a:b][known].sum()),
        as_date(first),
        as_date(last),
        GRADES[int(projection.grade[edge])],
    )


def path_text(hops: Sequence[Hop], lang: str, lookup: Lookup | None = None) -> str:
    """The path in words, hop by hop, each with file and rows when `lookup` knows them; `lang` is "zh" or "en"."""
    return ("；" if lang == "zh" else "; ").join(hop_text(hop, lang, lookup) for hop in hops)


def hop_text(hop: Hop, lang: str, lookup: Lookup | None = None) -> str:
    """One hop in words: who, what, when, and (source) where it is written."""
    known = [found for eid in hop.eids if lookup is not None and (found := lookup(eid)) is not None]
    props: Mapping[str, Any] = known[0].get("props") or {} if known else {}
    template = TEMPLATES.get(hop.type, GENERIC)[lang]
    text = template.format(
        a=hop.from_name,
        b=hop.to_name,
        n=hop.n,
        amount=f"{hop.amount_fen / 100:,.2f}",
        what=_what(hop.type, props)[lang],
        detail=_detail(hop.type, props)[lang],
        caption=EDGES[hop.type].zh if lang == "zh" else EDGES[hop.type].en,
    )
    return text + _when(hop, lang) + _where(known, lang)


def _what(kind: str, props: Mapping[str, Any]) -> Text:
    code = str(props.get("code") or props.get("kind") or "")
    table, plain = {
        "KIN_OF": (KIN, Text("亲属", "relative")),
        "DIRECTS": (DIRECTS, Text("董监高", "a director, supervisor or manager")),
        "SHARES_CONTACT": (CONTACT, Text("联系方式", "contact")),
    }.get(kind, ({}, Text("", "")))
    return table.get(code, plain)


def _detail(kind: str, props: Mapping[str, Any]) -> Text:
    share = props.get("share_pct") if kind == "OWNS" else props.get("eff_pct")
    if share is not None:
        return Text(f" {float(share):g}%", f" of {float(share):g} %")
    note = props.get("basis") or props.get("company")
    return Text(f"（{note}）", f" ({note})") if note else Text("", "")


def _when(hop: Hop, lang: str) -> str:
    first, last = hop.first, hop.last
    if first is None and last is None:
        return ""
    if first == last:
        return f"（{first}）" if lang == "zh" else f" ({first})"
    if hop.type in EVENTS and first and last:
        return f"（{first} 至 {last}）" if lang == "zh" else f" ({first} to {last})"
    start, end = (first.isoformat() if first else ""), (last.isoformat() if last else "")
    if lang == "zh":
        return f"（{start + ' 起' if start else ''}{'，' if start and end else ''}{'至 ' + end if end else ''}）"
    return f" ({'from ' + start if start else ''}{' ' if start and end else ''}{'until ' + end if end else ''})"


def _where(known: Iterable[Mapping[str, Any]], lang: str) -> str:
    rows: dict[str, set[int]] = {}
    for found in known:
        for part in (found, *(found.get("parts") or ())):
            if part.get("file") and part.get("row") is not None:
                rows.setdefault(str(part["file"]), set()).add(int(part["row"]))
    if not rows:
        return ""
    if lang == "zh":
        listed = "；".join(f"{file} 第{'、'.join(map(str, sorted(rows[file])))}行" for file in sorted(rows))
        return f"（来源：{listed}）"
    listed = "; ".join(f"{file} row {', '.join(map(str, sorted(rows[file])))}" for file in sorted(rows))
    return f" (source: {listed})"
