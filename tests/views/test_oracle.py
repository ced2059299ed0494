"""Every view of the county against the CSV rows recomputed in plain Python: values, days, and the line behind each row."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from itertools import product
from typing import Any

import pytest

from graphkit.facts.evidence import kind_of
from graphkit.facts.kin import COMPOSED
from graphkit.model import KIN_DEGREE
from graphkit.views import Views
from graphkit.views.data import VIEWS
from graphkit.workspace import Workspace
from tests.views.county import AS_OF, MIDWAY, RANK, County, Place, person
from tests.views.oracle import MERGED, NO_LINE, ORACLES, TURNED

Values = tuple[Any, ...]


def told(name: str, files: County, as_of: date) -> dict[Values, list[Place]]:
    """The rows that the files tell, each with the lines that say so."""
    rows: dict[Values, list[Place]] = defaultdict(list)
    for values, place in ORACLES[name][1](files, as_of):
        rows[values].append(place)
    if name in MERGED:  # lines that say the same make one row; its grade is that of the line that knows best
        best: dict[Values, str] = {}
        for *rest, grade in rows:
            best[tuple(rest)] = min(grade, best.get(tuple(rest), grade), key=RANK.index)
        return {values: places for values, places in rows.items() if values[-1] == best[values[:-1]]}
    return rows


def shown(views: Views, name: str) -> list[Values]:
    """The rows of a view in the oracle's columns; composed kin are compared apart."""
    relation = views.relation(name)
    if name == "kin":
        relation = relation.filter("NOT derived")
    if name == "people":
        relation = relation.filter("id NOT LIKE 'person:name:%'")
    return list(relation.select(ORACLES[name][0]).fetchall())


def expected(name: str, files: County, as_of: date) -> Counter[Values]:
    """As a multiset; lines that make one row count once."""
    rows = told(name, files, as_of)
    return Counter({values: 1 if name in MERGED else len(places) for values, places in rows.items()})


@pytest.mark.parametrize("name", sorted(ORACLES))
def test_a_view_holds_what_the_files_say(name: str, files: County, late: Views) -> None:
    truth = expected(name, files, AS_OF)
    assert truth
    assert Counter(shown(late, name)) == truth


@pytest.mark.parametrize("name", sorted(ORACLES))
def test_a_view_knows_nothing_of_later_days(name: str, files: County, midway: Views) -> None:
    assert Counter(shown(midway, name)) == expected(name, files, MIDWAY)


@pytest.mark.parametrize(
    "name",
    [
        "posts",
        "links",
        "tenders",
        "bids",
        "artifacts",
        "deposits",
        "awards",
        "contracts",
        "payments",
        "deals",
        "approvals",
    ],
)
def test_the_middle_of_the_story_is_its_middle(name: str, late: Views, midway: Views) -> None:
    """The day in the middle really cuts something; else the test above would say nothing."""
    before, after = len(shown(midway, name)), len(shown(late, name))
    assert 0 < before <= after
    assert before < after or name in ("posts", "links")


@pytest.mark.parametrize(
    "name", sorted(set(ORACLES) - NO_LINE - {"kin", "contract_lines", "thresholds", "exclusive_schemes", "whitelists"})
)
def test_each_row_points_to_the_line_that_says_it(name: str, files: County, county: Workspace, late: Views) -> None:
    lines = told(name, files, AS_OF)
    rows = late.relation(name).select(f"eid, {ORACLES[name][0]}").fetchall()
    evidence = county.facts.evidence([row[0] for row in rows])
    for eid, *values in rows:
        kind, label = kind_of(eid)
        assert kind == "edge" and label, eid
        source = evidence[eid].source
        assert source is not None
        assert (source.file, source.row) in lines[tuple(values)]


@pytest.mark.parametrize("name", ["contract_lines", "prices", "thresholds", "exclusive_schemes", "whitelists"])
def test_rows_without_an_edge_point_to_their_line(name: str, files: County, county: Workspace, late: Views) -> None:
    lines = told(name, files, AS_OF)
    rows = late.relation(name).select(f"src, {ORACLES[name][0]}").fetchall()
    sources = county.records.sources([row[0] for row in rows])
    assert {(sources[src].file, sources[src].row) for src, *_ in rows} == {
        place for places in lines.values() for place in places
    }
    for src, *values in rows:
        assert (sources[src].file, sources[src].row) in lines[tuple(values)]


def test_the_buyer_of_a_contract_has_its_own_line(files: County, county: Workspace, late: Views) -> None:
    lines = {r["contract_no"]: place for place, r in files.placed("contracts")}
    rows = late.relation("contracts").select("contract_no, buyer_eid, buyer_id").fetchall()
    evidence = county.facts.evidence([eid for _, eid, _ in rows])
    for number, eid, buyer in rows:
        found = evidence[eid]
        assert found.source is not None
        assert (found.type, found.to_id, (found.source.file, found.source.row)) == ("ISSUED_BY", buyer, lines[number])


def test_recorded_kin_point_to_their_line(files: County, county: Workspace, late: Views) -> None:
    lines = {frozenset((person(r["id_no_a"]), person(r["id_no_b"]))): place for place, r in files.placed("kinship")}
    rows = late.relation("kin").filter("NOT derived").select("eid, a_id, b_id").fetchall()
    evidence = county.facts.evidence([eid for eid, *_ in rows])
    for eid, a, b in rows:
        source = evidence[eid].source
        assert source is not None and (source.file, source.row) == lines[frozenset((a, b))]


def _ties(files: County) -> dict[str, list[tuple[str, str]]]:
    ties: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for r in files.of("kinship"):
        a, b, code = person(r["id_no_a"]), person(r["id_no_b"]), r["code"]
        ties[a].append((b, code))
        ties[b].append((a, TURNED[code]))
    return ties


def _chains(ties: dict[str, list[tuple[str, str]]], start: str) -> dict[str, set[str]]:
    """Who is reached from `start` by two or three recorded ties, and as what."""
    found: dict[str, set[str]] = defaultdict(set)
    walks = [((start,), ())]
    for _ in range(3):
        walks = [((*seen, b), (*codes, code)) for seen, codes in walks for b, code in ties[seen[-1]] if b not in seen]
        for seen, codes in walks:
            if codes in COMPOSED:
                found[seen[-1]].add(COMPOSED[codes])
    return found


def test_composed_kin_are_the_chains_of_the_table_and_no_others(files: County, late: Views) -> None:
    ties = _ties(files)
    derived = {
        (a, b): code for a, b, code in late.relation("kin").filter("derived").select("a_id, b_id, code").fetchall()
    }
    reached = {a: _chains(ties, a) for a in ties}
    possible = {
        (a, b) for a, b in product(ties, ties) if a < b and (b in reached[a]) and b not in {x for x, _ in ties[a]}
    }
    assert {(a, b) for a, b in derived if a < b} == possible
    for (a, b), code in derived.items():
        if a < b:
            assert KIN_DEGREE[code] == min(KIN_DEGREE[c] for c in reached[a][b])


def test_composed_kin_stand_in_both_directions(late: Views) -> None:
    rows = late.relation("kin").filter("derived").select("eid, a_id, b_id, code, degree").fetchall()
    turned = {(eid, b, a): (code, degree) for eid, a, b, code, degree in rows}
    back = {"UN": "NE", "NE": "UN", "GP": "GC", "GC": "GP", "PA": "CH", "CH": "PA"}
    assert rows
    for eid, a, b, code, degree in rows:
        assert turned[eid, a, b] == (back.get(code, code), degree)


@pytest.mark.parametrize("name", sorted(VIEWS))
def test_every_evidence_id_of_a_view_is_known(name: str, county: Workspace, late: Views) -> None:
    relation = late.relation(name)
    columns = [c for c in ("eid", "buyer_eid") if c in relation.columns]
    ids = {row[0] for c in columns for row in relation.select(c).fetchall()}
    assert None not in ids or name == "accounts"
    assert set(county.facts.rows(i for i in ids if i)) == {i for i in ids if i}


@pytest.mark.parametrize("name", sorted(VIEWS))
def test_ids_in_views_are_nodes(name: str, county: Workspace, late: Views) -> None:
    """Whoever a view names can be shown: no detector ever holds an id that nobody knows."""
    relation = late.relation(name)
    named = [c for c in relation.columns if c.endswith(("_id", "_party", "_acct"))]
    for column in named:
        if (name, column) == ("whitelists", "subject_id"):
            continue
        ids = {row[0] for row in relation.select(f'"{column}"').distinct().fetchall() if row[0] is not None}
        missing = ids - set(county.facts.rows(ids))
        assert missing == set(), (name, column)


def test_the_county_has_no_row_for_what_it_does_not_record(late: Views) -> None:
    for name in ("associates", "custody", "invoice_lines", "bid_lines", "control"):
        assert late.relation(name).fetchall() == [], name
