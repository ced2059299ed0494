"""`neighbors` and `path` of the county against its edges."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import pytest

from graphkit.errors import UsageError
from graphkit.model import EDGES
from graphkit.workspace import Workspace
from tests.answers.conftest import Edge
from tests.views.county import County, person

NODE = {"id", "label", "name", "props", "sources"}
EVIDENCE = {"kind", "id", "type", "from", "to", "props", "source"}
SOURCE = {"file", "sha256", "sheet", "row", "row_sha256"}
NEIGHBORS = {"node", "groups", "neighbors", "shown", "total"}
PATH = {"length", "cost", "hops", "text"}


def around(edges: list[Edge], node: str) -> Counter[tuple[str, str]]:
    """(type, direction) → number of edges of a node."""
    found: Counter[tuple[str, str]] = Counter()
    for kind, _, start, end, *_ in edges:
        found[kind, "out"] += start == node
        found[kind, "in"] += end == node
    return +found


def grouped(answer: dict[str, Any]) -> dict[tuple[str, str], int]:
    return {(g["type"], g["direction"]): g["count"] for g in answer["groups"]}


def test_all_neighbours_are_all_edges(county: Workspace, edges: list[Edge], busy: str) -> None:
    answer = county.neighbors(busy, limit=0)
    expected = around(edges, busy)
    assert set(answer) >= NEIGHBORS
    assert grouped(answer) == expected
    assert answer["shown"] == answer["total"] == len(answer["neighbors"]) == sum(expected.values())
    mine = {i for kind, i, start, end, *_ in edges if busy in (start, end)}
    assert {n["edge"]["id"] for n in answer["neighbors"]} == mine


def test_each_neighbour_stands_with_its_edge_and_its_line(county: Workspace, busy: str) -> None:
    for n in county.neighbors(busy, limit=60)["neighbors"]:
        assert set(n["node"]) >= NODE and set(n["edge"]) >= EVIDENCE
        assert {n["edge"]["from"], n["edge"]["to"]} == {busy, n["node"]["id"]}
        if n["edge"]["props"]["derived"]:
            assert n["edge"]["source"] is None and n["edge"]["derived_from"]
        else:
            assert set(n["edge"]["source"]) >= SOURCE


@pytest.mark.parametrize("limit", [1, 2, 7, 50])
def test_a_limit_cuts_what_is_shown_never_what_is_counted(
    county: Workspace, edges: list[Edge], busy: str, limit: int
) -> None:
    answer = county.neighbors(busy, limit=limit)
    assert len(answer["neighbors"]) == answer["shown"] == min(limit, answer["total"])
    assert grouped(answer) == around(edges, busy)


@pytest.mark.parametrize("types", [("ISSUED_BY",), ("EMPLOYED_BY", "HOLDS_ACCOUNT"), ("OWNS",)])
def test_types_choose_groups(county: Workspace, edges: list[Edge], busy: str, types: tuple[str, ...]) -> None:
    answer = county.neighbors(busy, types=types, limit=0)
    expected = {key: n for key, n in around(edges, busy).items() if key[0] in types}
    assert grouped(answer) == expected
    assert {n["edge"]["type"] for n in answer["neighbors"]} == {kind for kind, _ in expected}


@pytest.mark.parametrize("day", [date(2012, 1, 1), date(2021, 6, 30), date(2030, 1, 1)])
def test_as_of_keeps_what_held_on_that_day(county: Workspace, edges: list[Edge], busy: str, day: date) -> None:
    """Lasting ties hold between their days; what happened once is known from its day on."""
    answer = county.neighbors(busy, types=("EMPLOYED_BY",), limit=0, as_of=day)
    held = {
        i
        for kind, i, start, end, since, until in edges
        if kind == "EMPLOYED_BY" and end == busy and (since is None or since <= day) and (until is None or until >= day)
    }
    assert {n["edge"]["id"] for n in answer["neighbors"]} == held
    assert sum(g["count"] for g in answer["groups"]) == answer["total"] == len(held)


def test_nothing_later_is_shown(county: Workspace, busy: str) -> None:
    day = date(2021, 6, 30)
    for n in county.neighbors(busy, limit=0, as_of=day)["neighbors"]:
        assert n["edge"]["props"].get("from_date", "") <= day.isoformat()


@pytest.mark.parametrize("call", [{"key": "没有这家"}, {"key": "org:000000000000000000"}])
def test_an_unknown_node_is_a_usage_error(county: Workspace, call: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        county.neighbors(call["key"])


def test_an_unknown_type_is_a_usage_error(county: Workspace, busy: str) -> None:
    with pytest.raises(UsageError):
        county.neighbors(busy, types=("BRIBED",))


def test_a_node_says_what_the_file_says_of_it(county: Workspace, files: County) -> None:
    place, row = next((at, r) for at, r in files.placed("organizations") if r["type"] == "company")
    node = county.neighbors(row["name"], limit=1)["node"]
    assert (node["id"], node["name"], node["label"]) == (f"org:{row['uscc']}", row["name"], "Company")
    assert node["props"]["uscc"] == row["uscc"]
    assert place in {(s["file"], s["row"]) for s in node["sources"]}


# — paths —


def _kin_pair(files: County, edges: list[Edge]) -> tuple[str, str]:
    """Relatives whom nothing but kinship joins."""
    joined: dict[frozenset[str], set[str]] = {}
    for kind, _, start, end, *_ in edges:
        joined.setdefault(frozenset((start, end)), set()).add(kind)
    pairs = [(person(r["id_no_a"]), person(r["id_no_b"])) for r in files.of("kinship")]
    return next(pair for pair in pairs if joined[frozenset(pair)] == {"KIN_OF"})


def test_relatives_are_one_hop_apart(county: Workspace, files: County, edges: list[Edge]) -> None:
    a, b = _kin_pair(files, edges)
    answer = county.path(a, b, k=1)
    assert set(answer) >= {"paths", "searched", "truncated"}
    best = answer["paths"][0]
    assert set(best) >= PATH
    assert (answer["searched"], best["length"]) == ("whole graph", 1)
    assert {best["hops"][0]["from"], best["hops"][0]["to"]} == {a, b}
    assert best["hops"][0]["type"] == "KIN_OF"


def chained(hops: list[dict[str, Any]], start: str, end: str) -> bool:
    """Whether the hops lead from start to end, each taken in either direction."""
    here = start
    for hop in hops:
        if here not in (hop["from"], hop["to"]):
            return False
        here = hop["to"] if hop["from"] == here else hop["from"]
    return here == end


@pytest.mark.parametrize("max_hops", [2, 3, 4])
def test_paths_are_chains_of_known_edges_cheapest_first(
    county: Workspace, files: County, edges: list[Edge], busy: str, max_hops: int
) -> None:
    known = {i for _, i, *_ in edges}
    supplier = f"org:{next(files.org(r['supplier'])[0] for r in files.of('contracts') if files.org(r['buyer'])[0] == busy).removeprefix('org:')}"
    answer = county.path(busy, supplier, max_hops=max_hops, k=4)
    assert 0 < len(answer["paths"]) <= 4
    costs = [p["cost"] for p in answer["paths"]]
    assert costs == sorted(costs) and min(costs) > 0
    seen = set()
    for p in answer["paths"]:
        assert p["length"] <= max_hops
        assert chained(p["hops"], busy, supplier)
        assert {h["id"] for h in p["hops"]} <= known
        assert all(EDGES[h["type"]].travel is not None for h in p["hops"])
        assert p["text"]
        seen.add(tuple(p["nodes"]))
    assert len(seen) == len(answer["paths"])


def test_a_path_has_no_direction(county: Workspace, files: County, edges: list[Edge]) -> None:
    a, b = _kin_pair(files, edges)
    there, back = county.path(a, b, k=3), county.path(b, a, k=3)
    assert [p["cost"] for p in there["paths"]] == [p["cost"] for p in back["paths"]]
    assert [p["nodes"] for p in there["paths"]] == [p["nodes"][::-1] for p in back["paths"]]


def test_no_path_is_an_answer(make_workspace: Any) -> None:
    from tests.conftest import person as number

    ws = make_workspace({"kinship": [{"id_no_a": number(a), "id_no_b": number(a + 1), "code": "配偶"} for a in (1, 3)]})
    answer = ws.path(number(1), number(4))
    assert (answer["paths"], answer["truncated"]) == ([], False)


def test_as_of_walks_only_what_held(make_workspace: Any) -> None:
    from tests.conftest import person as number

    row = {
        "id_no_a": number(1),
        "id_no_b": number(2),
        "code": "配偶",
        "from_date": "2015-01-01",
        "to_date": "2018-12-31",
    }
    ws = make_workspace({"kinship": [row]})
    found = {year: len(ws.path(number(1), number(2), as_of=date(year, 6, 1))["paths"]) for year in (2014, 2016, 2019)}
    assert found == {2014: 0, 2016: 1, 2019: 0}


def test_a_chain_that_is_too_long_is_not_walked(make_workspace: Any) -> None:
    from tests.conftest import person as number

    ties = [
        {"company": f"虚构{n}公司", "holder": f"虚构{n + 1}公司", "kind": "股东", "share_pct": "10"} for n in range(5)
    ]
    ws = make_workspace(
        {
            "roles": [
                *ties,
                {"company": "虚构0公司", "holder": "张三", "holder_id": number(1), "kind": "股东", "share_pct": "9"},
            ]
        }
    )
    lengths = {hops: [p["length"] for p in ws.path(number(1), "虚构5公司", max_hops=hops)["paths"]] for hops in (5, 6)}
    assert lengths == {5: [], 6: [6]}
