"""What is not in the data and would confirm or refute a candidate (CATALOGUE N01): facts to fetch, no verdict."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from graphkit.algorithms.paths import Path
from graphkit.errors import Text
from graphkit.projection import Projection
from graphkit.projection.weights import EVENTS

_OWNERSHIP = ("OWNS", "LEGAL_REP_OF", "DIRECTS")


def dealing_years(paths: Iterable[Path]) -> list[int]:
    """Years, ascending, in which the dated dealings on some paths happened."""
    years: set[int] = set()
    for hop in (hop for path in paths for hop in path.hops):
        if hop.type in EVENTS and hop.first and hop.last:
            years.update(range(hop.first.year, hop.last.year + 1))
    return sorted(years)


def in_ranges(years: Sequence[int]) -> list[str]:
    """`[2019, 2020, 2022]` → `["2019–2020", "2022"]`."""
    out: list[str] = []
    start = 0
    for i in range(1, len(years) + 1):
        if i == len(years) or years[i] != years[i - 1] + 1:
            out.append(str(years[start]) if start == i - 1 else f"{years[start]}–{years[i - 1]}")
            start = i
    return out


def missing_evidence(
    projection: Projection, node: int, paths: Sequence[Path], years: Sequence[int]
) -> tuple[Text, ...]:
    """What the data lack about candidate `node`: bank records of the dealing years, registers never loaded, identity.

    `years` is used when the paths themselves carry no dated dealing.
    """
    name, person = projection.name(node), projection.label(node) == "Person"
    out = [*_bank(projection, node, name, dealing_years(paths) or list(years))]
    if person and "KIN_OF" not in projection.loaded:
        out.append(Text(f"{name} 亲属关系未载入", f"kinship of {name} is not loaded"))
    if not person and not projection.loaded & set(_OWNERSHIP):
        out.append(Text(f"{name} 股权和任职登记未载入", f"owners and officers of {name} are not loaded"))
    elif not person and not _has(projection, node, _OWNERSHIP):
        out.append(Text(f"{name} 股权和任职登记未调取", f"owners and officers of {name} are not in the data"))
    if not projection.loaded & {"HAS_CONTACT", "SHARES_CONTACT"}:
        out.append(Text(f"{name} 联系方式未载入", f"contacts of {name} are not loaded"))
    if paths and paths[0].weakest_grade in ("scoped_name", "name_only"):
        out.append(
            Text(
                f"{name} 的关联仅凭名称，证件号码未核实",
                f"the link to {name} rests on a name; an identity number is not in the data",
            )
        )
    return tuple(out)


def _bank(projection: Projection, node: int, name: str, years: list[int]) -> list[Text]:
    a, b = np.searchsorted(projection.pay_years, [node * 10000, (node + 1) * 10000])
    known = {int(code) - node * 10000 for code in projection.pay_years[a:b]}
    gaps = [year for year in years if year not in known]
    if gaps:
        span = in_ranges(gaps)
        return [Text(f"{name} {'、'.join(span)}年银行流水未调取", f"bank records of {name} for {', '.join(span)}")]
    if not known and not years:
        return [Text(f"{name} 银行流水未调取", f"bank records of {name}")]
    return []


def _has(projection: Projection, node: int, kinds: Sequence[str]) -> bool:
    a, b = projection.adj_ptr[node : node + 2]
    codes = projection.type_code[projection.adj_edge[a:b]]
    return any(projection.types[int(code)] in kinds for code in codes)
