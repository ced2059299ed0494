"""Kinship rows that contradict each other are listed, with the rows, and nothing is dropped. Everybody is invented."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from graphkit.facts.kin import KIN_CAP
from graphkit.views import Views
from graphkit.workspace import Workspace
from tests.conftest import Tables, person
from tests.facts.kin_rows import Edge, composed, tie

AS_OF = date(2024, 12, 31)


@pytest.fixture
def listed(tmp_path: Path) -> Callable[..., list[tuple[object, ...]]]:
    """`listed(edges, columns, view, births)`: rows of a view over these ties and those composed from them."""

    def rows(
        edges: list[Edge],
        columns: str = "kind, a_id, b_id, other_id, code, other_code",
        view: str = "kin_conflicts",
        births: Mapping[str, date] | None = None,
    ) -> list[tuple[object, ...]]:
        people = {e.a: None for e in edges} | {e.b: None for e in edges} | dict(births or {})
        for group, name in (("edges", "KIN_OF"), ("nodes", "Person")):
            (tmp_path / group).mkdir(exist_ok=True)
            table = (
                _table(edges)
                if name == "KIN_OF"
                else pa.table({"id": list(people), "birth": pa.array(list(people.values()), pa.date32())})
            )
            pq.write_table(table, tmp_path / group / f"{name}.parquet")
        with Views(tmp_path, AS_OF, {}) as views:
            return sorted(views.relation(view).select(columns).fetchall(), key=str)

    return rows


def _table(edges: list[Edge]) -> pa.Table:
    con = composed(edges)
    table = con.table("edge_KIN_OF").to_arrow_table()
    con.close()
    return table


Listed = Callable[..., list[tuple[object, ...]]]


def test_each_the_others_parent_is_shown_with_both_rows(listed: Listed) -> None:
    rows = [tie("a", "PA", "b"), tie("b", "PA", "a")]
    assert listed(rows) == [("mutual", "a", "b", None, "CH", "PA")]
    assert listed(rows, "eid, other_eid") == [(rows[1].id, rows[0].id)]


@pytest.mark.parametrize(("code", "inverse"), [("GP", "GC"), ("UN", "NE")])
def test_so_are_grandparents_and_uncles(listed: Listed, code: str, inverse: str) -> None:
    assert listed([tie("a", code, "b"), tie("b", code, "a")], "kind") == [("mutual",)]
    assert listed([tie("a", code, "b"), tie("b", inverse, "a")]) == []


def test_two_codes_contradict_only_on_the_same_days(listed: Listed) -> None:
    spouse = tie("a", "SP", "b", "2010-01-01", "2012-01-01")
    assert listed([spouse, tie("b", "IL1", "a", "2012-01-02")]) == []
    met = listed([spouse, tie("b", "IL1", "a", "2012-01-01")], "kind, code, other_code, from_date, to_date")
    assert met == [("two_codes", "IL1", "SP", date(2012, 1, 1), date(2012, 1, 1))]


def test_one_fact_in_two_registers_is_no_contradiction(listed: Listed) -> None:
    assert listed([tie("a", "PA", "b"), tie("b", "CH", "a"), tie("a", "PA", "b", "2001-01-01")]) == []
    assert listed([tie("a", "SP", "b"), tie("b", "SP", "a", "2001-01-01")]) == []


def test_two_spouses_at_one_time_and_one_after_the_other(listed: Listed) -> None:
    first = tie("b", "SP", "a", "2001-01-01", "2010-01-01")
    assert listed([first, tie("a", "SP", "c", "2010-01-02")]) == []
    both = listed([first, tie("a", "SP", "c", "2009-06-01")], "kind, a_id, b_id, other_id, from_date, to_date")
    assert both == [("two_spouses", "a", "b", "c", date(2009, 6, 1), date(2010, 1, 1))]
    assert [
        row[4] for row in listed([tie("a", "SP", "b"), tie("a", "SP", "c")], "kind, a_id, b_id, other_id, from_date")
    ] == [None]


@pytest.mark.parametrize(
    ("code", "elder", "shown"),
    [("PA", 1985, True), ("PA", 1960, True), ("PA", 1959, False), ("GP", 1985, True), ("CH", 1985, False), ("SB", 1985, False)],
)  # fmt: skip
def test_a_child_born_no_later_than_the_parent_is_shown(listed: Listed, code: str, elder: int, shown: bool) -> None:
    births = {"a": date(1960, 5, 1), "b": date(elder, 5, 1)}
    found = listed([tie("a", code, "b")], "kind, a_id, b_id, code", births=births)
    assert found == ([("older_child", "a", "b", code)] if shown else [])
    assert listed([tie("a", code, "b")], births={"a": births["a"]}) == []


def test_a_crowd_of_relatives_is_shown(listed: Listed) -> None:
    many = [tie("hub", "CO", f"c{n:03}") for n in range(KIN_CAP + 1)]
    assert listed(many, "kind, a_id, b_id, eid") == [("crowd", "hub", None, None)]
    assert listed(many[:-1]) == []


def test_a_row_after_the_day_asked_for_contradicts_nothing(listed: Listed) -> None:
    assert listed([tie("a", "SP", "b"), tie("a", "SP", "c", "2025-02-01")]) == []


def test_doubts_reach_the_ties_composed_from_a_contradicted_row(listed: Listed) -> None:
    one, other = tie("a", "SP", "b"), tie("a", "SP", "d")
    rows = [one, other, tie("b", "SB", "c"), tie("e", "CH", "f")]
    composed_ids = {i for i, derived in listed(rows, "eid, derived", "kin") if derived}
    found = listed(rows, "tie, kind, against", "kin_doubts")
    assert composed_ids
    assert set(found) == {
        (one.id, "two_spouses", other.id),
        (other.id, "two_spouses", one.id),
        *((i, "two_spouses", other.id) for i in composed_ids),
    }


def test_contradicting_rows_of_files_stay_in_the_graph_with_their_sources(
    make_workspace: Callable[[Tables], Workspace],
) -> None:
    rows = [{"id_no_a": person(a), "id_no_b": person(b), "code": "父亲"} for a, b in ((1, 2), (2, 1))]
    ws = make_workspace({"kinship": rows})
    with ws.views(AS_OF) as views:
        ((kind, *eids),) = views.relation("kin_conflicts").select("kind, eid, other_eid").fetchall()
        kept = views.relation("kin").select("eid").distinct().fetchall()
    assert kind == "mutual"
    assert {(eid,) for eid in eids} == set(kept)
    edges = [n["edge"] for n in ws.neighbors(ws.the(person(1)))["neighbors"]]
    assert sorted(e["source"]["row"] for e in edges) == [2, 3]
