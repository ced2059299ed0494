"""The facts of the county against the vocabulary: types, endpoints, ids, dates, and no personal number anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from graphkit.facts.build import SQL_TYPES, column_of
from graphkit.facts.rules import GRADE_NAME, GRADE_RANK
from graphkit.model import EDGES, NODES
from graphkit.types import GRADES as GRADE_ORDER
from graphkit.workspace import Workspace
from tests.conftest import ROOT
from tests.views.county import FILES, County, county_files

GRADES = {"identifier", "unique_name", "scoped_name", "name_only"}
FORMS = {
    "Person": r"person:([0-9a-f]{16}|name:.+:.+)",
    "Organization": r"org:([0-9A-HJ-NP-RT-UW-Y]{18}|name:.+)",
    "Account": r"acct:[0-9a-f]{16}",
    "Contact": r"contact:(phone|email|address|wechat):[0-9a-f]{16}",
    "Device": r"device:[a-z_]+:.+",
    "Tender": r"tender:.+",
    "Lot": r"lot:.+/.+",
    "Bid": r"bid:.+/.+/org:.+",
    "Award": r"award:.+/.+/org:.+",
    "Contract": r"contract:.+",
    "Department": r"dept:.+/.+",
    "Position": r"post:.+/[a-z_]+",
    "Item": r"item:.+",
    "Usage": r"usage:[0-9a-f]{16}",
    "Beneficiary": r"beneficiary:.+/[a-z_]+/\d{6}",
    "Benefit": r"benefit:.+/[a-z_]+/\d{4}-\d\d#[0-9a-f]{8}",
    "StatusFact": r"fact:(death|custody|asset)/.+",
    "Document": r"document:(recusal|notice)/[0-9a-f]{12}",
}
COMMON_NODE = ["id", "name", "grade", "second", "src"]
COMMON_EDGE = ["id", "from_id", "to_id", "from_date", "to_date", "confidence", "derived", "grade", "src", "parts"]
ARROW = {
    "VARCHAR": pa.string(),
    "BIGINT": pa.int64(),
    "DATE": pa.date32(),
    "TIMESTAMP": pa.timestamp("us"),
    "DOUBLE": pa.float64(),
    "BOOLEAN": pa.bool_(),
}


@pytest.fixture(scope="module")
def files() -> County:
    return county_files()


@pytest.fixture(scope="module")
def con(county: Workspace) -> Iterator[duckdb.DuckDBPyConnection]:
    """`node(label, id, second)` and `edge(type, …)` over all fact tables."""
    con = duckdb.connect()
    nodes = " UNION ALL ".join(
        f"SELECT '{p.stem}' AS label, id, name, grade, second, src FROM '{p}'" for p in tables(county, "nodes")
    )
    edges = " UNION ALL ".join(
        f"SELECT '{p.stem}' AS type, {', '.join(COMMON_EDGE)} FROM '{p}'" for p in tables(county, "edges")
    )
    con.execute(f"CREATE TABLE node AS {nodes}")
    con.execute(f"CREATE TABLE edge AS {edges}")
    yield con
    con.close()


def tables(ws: Workspace, group: str) -> list[Path]:
    return sorted((ws.facts_dir / group).glob("*.parquet"))


def test_every_label_and_every_type_has_its_table_and_nothing_else(county: Workspace) -> None:
    assert {p.stem for p in tables(county, "nodes")} == set(NODES)
    assert {p.stem for p in tables(county, "edges")} == set(EDGES)


@pytest.mark.parametrize("label", sorted(NODES))
def test_columns_of_a_node_table(county: Workspace, label: str) -> None:
    schema = pq.read_schema(county.facts_dir / "nodes" / f"{label}.parquet")
    assert schema.names[:5] == COMMON_NODE
    for prop, kind in NODES[label].props.items():
        assert schema.field(column_of(prop, kind)).type == ARROW[SQL_TYPES[kind]], prop


@pytest.mark.parametrize("kind", sorted(EDGES))
def test_columns_of_an_edge_table(county: Workspace, kind: str) -> None:
    schema = pq.read_schema(county.facts_dir / "edges" / f"{kind}.parquet")
    assert set(COMMON_EDGE) <= set(schema.names)
    for prop, prop_kind in EDGES[kind].props.items():
        assert schema.field(column_of(prop, prop_kind)).type == ARROW[SQL_TYPES[prop_kind]], prop


def test_ids_are_unique(con: duckdb.DuckDBPyConnection) -> None:
    assert con.execute("SELECT id FROM node GROUP BY id HAVING count(*) > 1").fetchall() == []
    assert con.execute("SELECT id FROM edge GROUP BY id HAVING count(*) > 1").fetchall() == []


def test_node_ids_have_the_forms_of_the_contract(con: duckdb.DuckDBPyConnection) -> None:
    rows = con.execute("SELECT label, id FROM node").fetchall()
    assert {label for label, _ in rows} <= set(FORMS)
    wrong = [(label, i) for label, i in rows if not re.fullmatch(FORMS[label], i)]
    assert wrong == []


def test_edge_ids_name_type_and_ends(con: duckdb.DuckDBPyConnection) -> None:
    rows = con.execute("SELECT type, id, from_id, to_id FROM edge").fetchall()
    for kind, identifier, start, end in rows:
        assert identifier.startswith(f"{kind}:{start}>{end}#")
        assert re.fullmatch(r"[0-9a-f]{12}", identifier.rpartition("#")[2])


def test_second_labels_and_grades(con: duckdb.DuckDBPyConnection) -> None:
    for label, second, grade in con.execute("SELECT DISTINCT label, second, grade FROM node").fetchall():
        assert grade in GRADES
        assert second == "" or second in NODES[label].second
    assert {g for (g,) in con.execute("SELECT DISTINCT grade FROM edge").fetchall()} <= GRADES


def test_grades_are_ranked_alike_in_sql_and_python_and_in_one_place() -> None:
    values = ", ".join(f"('{grade}')" for grade in GRADE_ORDER)
    rows = duckdb.sql(
        f"SELECT g, {GRADE_RANK.format('g')} AS r, {GRADE_NAME.format(GRADE_RANK.format('g'))} FROM (VALUES {values}) t(g) ORDER BY r"
    ).fetchall()
    assert rows == [(grade, rank, grade) for rank, grade in enumerate(GRADE_ORDER)]
    spelled = [
        p for p in (ROOT / "graphkit").rglob("*.py") if re.search(r"WHEN 'unique_name' THEN '?1", p.read_text("utf-8"))
    ]
    assert [p.name for p in spelled] == ["rules.py"]


def test_every_node_has_a_name_to_show(con: duckdb.DuckDBPyConnection) -> None:
    assert con.execute("SELECT id FROM node WHERE name IS NULL OR trim(name) = ''").fetchall() == []
    described = con.execute("SELECT label, count(*) FROM node WHERE name = id GROUP BY label").fetchall()
    assert described == []


def test_edges_join_nodes_of_the_allowed_labels(con: duckdb.DuckDBPyConnection) -> None:
    rows = con.execute(
        """SELECT DISTINCT e.type, a.label, b.label FROM edge e LEFT JOIN node a ON a.id = e.from_id LEFT JOIN node b ON b.id = e.to_id"""
    ).fetchall()
    assert len(rows) > 25
    for kind, start, end in rows:
        assert start in EDGES[kind].from_labels, (kind, start)
        assert end in EDGES[kind].to_labels, (kind, end)


def test_intervals_run_forward(con: duckdb.DuckDBPyConnection) -> None:
    assert con.execute("SELECT id FROM edge WHERE from_date > to_date").fetchall() == []


def test_confidence_and_parts_of_derived_edges(con: duckdb.DuckDBPyConnection) -> None:
    rows = con.execute("SELECT type, derived, confidence, src IS NULL, len(parts) FROM edge").fetchall()
    for kind, derived, confidence, no_row, parts in rows:
        assert 0 < confidence <= 1
        assert derived == no_row == (parts > 0), kind
    derived_types = {kind for kind, derived, *_ in rows if derived}
    assert derived_types == {"KIN_OF", "SHARES_CONTACT", "CO_BID", "SIMILAR"}


def test_parts_are_facts_and_no_part_is_stronger_than_its_whole_claims(con: duckdb.DuckDBPyConnection) -> None:
    """A derived edge is as weak as its weakest part; parts of SIMILAR are the two who are alike."""
    rows = con.execute(
        f"""SELECT e.id, max({GRADE_RANK.format("e.grade")}), max({GRADE_RANK.format("p.grade")}), count(p.id), any_value(len(e.parts))
            FROM (SELECT *, unnest(parts) AS part FROM edge WHERE derived AND type NOT IN ('SIMILAR', 'CO_BID')) e LEFT JOIN edge p ON p.id = e.part
            GROUP BY e.id"""
    ).fetchall()
    assert rows
    for identifier, whole, part, found, listed in rows:
        assert found == listed, identifier
        assert whole == part, identifier
    nodes = {i for (i,) in con.execute("SELECT id FROM node").fetchall()}
    for (parts,) in con.execute("SELECT parts FROM edge WHERE type = 'SIMILAR'").fetchall():
        assert set(parts) <= nodes


def test_no_edge_is_both_ways_round(con: duckdb.DuckDBPyConnection) -> None:
    """Ties without a direction are recorded once."""
    rows = con.execute(
        """SELECT a.id FROM edge a JOIN edge b ON a.type = b.type AND a.from_id = b.to_id AND a.to_id = b.from_id
           WHERE a.type IN ('SHARES_CONTACT', 'CO_BID', 'SIMILAR')"""
    ).fetchall()
    assert rows == []


def test_no_edge_leads_to_itself(con: duckdb.DuckDBPyConnection) -> None:
    assert con.execute("SELECT id FROM edge WHERE from_id = to_id").fetchall() == []


def test_every_stated_edge_has_its_row(county: Workspace, con: duckdb.DuckDBPyConnection) -> None:
    numbers = [n for (n,) in con.execute("SELECT DISTINCT src FROM edge WHERE src IS NOT NULL").fetchall()]
    sources = county.records.sources(numbers)
    lines = {p.name: len(p.read_text("utf-8").splitlines()) for p in FILES.glob("*.csv")}
    assert set(sources) == set(numbers)
    for source in sources.values():
        assert 2 <= source.row <= lines[source.file]


def personal_numbers(files: County) -> set[str]:
    """Every full ID number, account and phone in the files."""
    found: set[str] = set()
    for template in files.templates():
        for row in files.of(template):
            for column, value in row.items():
                long = re.sub(r"[\s-]", "", value or "")
                if column in ("uscc", "bidder_uscc", "udi_di", "reg_no", "tx", "value") and column != "value":
                    continue
                if re.fullmatch(r"\d{11}|\d{15,19}|\d{17}X", long) and long not in files.uscc.values():
                    found.add(long)
    return found


@pytest.mark.parametrize("group", ["nodes", "edges", "rows"])
def test_no_personal_number_stands_in_the_facts(county: Workspace, files: County, group: str) -> None:
    numbers = personal_numbers(files)
    assert len(numbers) > 1500
    for path in tables(county, group):
        table = pq.read_table(path)
        for name in table.column_names:
            if pa.types.is_string(table.schema.field(name).type):
                for value in table.column(name).unique().to_pylist():
                    digits = set(re.findall(r"\d{11,}X?", value or ""))
                    assert not digits & numbers, (path.stem, name, value)


def test_counts_are_those_of_the_tables(county: Workspace, con: duckdb.DuckDBPyConnection) -> None:
    report = county.load(FILES)
    assert {row["status"] for row in report["files"]} == {"unchanged"}
    assert report["nodes"] == dict(con.execute("SELECT label, count(*) FROM node GROUP BY label").fetchall())
    assert report["edges"] == dict(con.execute("SELECT type, count(*) FROM edge GROUP BY type").fetchall())


def test_one_person_per_number_and_none_from_statements(files: County, con: duckdb.DuckDBPyConnection) -> None:
    """The accounts file says whose an account is; the name on a statement makes nobody a second time (templates.csv)."""
    by_name = {
        i for (i,) in con.execute("SELECT id FROM node WHERE label = 'Person' AND id LIKE 'person:name:%'").fetchall()
    }
    assert not any(":acct:" in i for i in by_name)
    listed = {r["id_no"] for r in files.of("persons")}
    assert con.execute(
        "SELECT count(*) FROM node WHERE label = 'Person' AND id NOT LIKE 'person:name:%'"
    ).fetchall() == [(len(listed),)]
