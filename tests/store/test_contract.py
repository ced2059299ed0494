"""What every store promises, on every store."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from graph_facts import edge, node, random_facts, write

from graphkit.errors import CheckFailed, LimitReached, UsageError
from graphkit.model import EDGES
from graphkit.store.contract import GraphStore

DAY = date(2023, 5, 6)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A buyer, a supplier, its owner, the owner's brother at the buyer, two accounts with three payments."""
    return write(
        tmp_path / "facts",
        [
            node("org:H", "县医院", "Hospital", region="611002", capital_fen=123_450),
            node("org:S", "某器械公司", "Company", founded=date(2015, 3, 1)),
            node("person:a", "张三"),
            node("person:b", "张四", "Staff"),
            node("acct:1", acct_last4="0001"),
            node("acct:2", acct_last4="0002"),
            node("case:1", case_no="2024-1"),
        ],
        [
            edge("OWNS", "person:a", "org:S", share_pct=60.0, from_date=date(2018, 1, 1), to_date=date(2022, 1, 1)),
            edge("KIN_OF", "person:a", "person:b", code="SB", degree=2),
            edge("EMPLOYED_BY", "person:b", "org:H", role_code="equipment", src=(7 << 32) | 4),
            edge("HOLDS_ACCOUNT", "person:a", "acct:1"),
            edge("HOLDS_ACCOUNT", "person:b", "acct:2"),
            *(
                edge("PAID", "acct:1", "acct:2", f"{i}", tx=f"T{i}", amount_fen=100 * i + 5, ts=datetime(2023, 5, 6, 9, i),
                     from_date=DAY, to_date=DAY, src=(9 << 32) | (i + 2))
                for i in range(3)
            ),
            edge("SIMILAR", "person:a", "person:b", basis="name"),
        ],
    )  # fmt: skip


def test_publish_answers_with_the_counts_of_the_facts(store: GraphStore, small: Path) -> None:
    counts = store.publish(small, "s1")
    assert counts == store.counts()
    assert counts["nodes"] == {"Person": 2, "Organization": 2, "Account": 2, "Case": 1}
    assert counts["edges"]["PAID"] == 3
    assert store.is_published("s1")
    assert not store.is_published("s2")


def test_a_node_has_labels_typed_properties_and_no_nulls(store: GraphStore, small: Path) -> None:
    store.publish(small, "s1")
    assert store.node("org:H") == {
        "id": "org:H", "label": "Organization", "labels": ["Organization", "Hospital"], "name": "县医院", "grade": "identifier",
        "props": {"region": "611002", "capital_cny": "1234.50"},
    }  # fmt: skip
    found = store.node("org:S")
    assert found is not None and found["props"] == {"founded": "2015-03-01"}
    assert store.node("case:1") is not None
    assert store.node("org:nobody") is None
    assert store.node("no-prefix") is None


def test_an_edge_knows_the_file_and_row_it_was_read_from(store: GraphStore, small: Path) -> None:
    store.publish(small, "s1", {7: "职工.csv", 9: "流水.csv"})
    near = store.neighbors("person:b", types=["EMPLOYED_BY"])
    assert near["neighbors"][0]["edge"] == {
        "id": "EMPLOYED_BY:person:b>org:H#000000000000", "type": "EMPLOYED_BY", "from": "person:b", "to": "org:H",
        "props": {"confidence": 1.0, "derived": False, "role_code": "equipment", "source_file": "职工.csv", "source_row": 4},
    }  # fmt: skip
    kin = store.neighbors("person:b", types=["KIN_OF"])["neighbors"][0]["edge"]
    assert "source_file" not in kin["props"]
    rows = [n["edge"]["props"]["source_row"] for n in store.neighbors("acct:2", types=["PAID"])["neighbors"]]
    assert sorted(rows) == [2, 3, 4]


def test_neighbours_are_grouped_counted_and_cut_fairly(store: GraphStore, small: Path) -> None:
    store.publish(small, "s1")
    near = store.neighbors("acct:2", limit=2)
    assert near["groups"] == [
        {"type": "HOLDS_ACCOUNT", "direction": "in", "count": 1},
        {"type": "PAID", "direction": "in", "count": 3},
    ]
    assert (near["shown"], near["total"]) == (2, 4)
    assert [n["edge"]["type"] for n in near["neighbors"]] == ["HOLDS_ACCOUNT", "PAID"]
    assert near["neighbors"][0]["node"]["name"] == "张四"
    assert store.neighbors("acct:2", limit=0)["shown"] == 4
    assert near == store.neighbors("acct:2", limit=2)


def test_as_of_shows_what_held_on_that_day_and_events_from_their_day_on(store: GraphStore, small: Path) -> None:
    store.publish(small, "s1")
    assert store.neighbors("org:S", as_of=date(2022, 1, 1))["total"] == 1
    assert store.neighbors("org:S", as_of=date(2022, 1, 2))["total"] == 0
    assert store.neighbors("org:S", as_of=date(2017, 12, 31))["total"] == 0
    assert store.neighbors("acct:1", types=["PAID"], as_of=date(2023, 5, 5))["total"] == 0
    assert store.neighbors("acct:1", types=["PAID"], as_of=date(2024, 1, 1))["total"] == 3


def test_a_self_payment_is_one_neighbour(store: GraphStore, tmp_path: Path) -> None:
    store.publish(write(tmp_path / "f", [node("acct:1")], [edge("PAID", "acct:1", "acct:1")]), "s1")
    near = store.neighbors("acct:1")
    assert near["groups"] == [{"type": "PAID", "direction": "out", "count": 1}]
    assert near["total"] == near["shown"] == 1


def test_unknown_ids_and_types_are_named(store: GraphStore, small: Path) -> None:
    store.publish(small, "s1")
    with pytest.raises(UsageError, match="person:zz"):
        store.neighbors("person:zz")
    with pytest.raises(UsageError, match="KIN"):
        store.neighbors("person:a", types=["KIN"])
    with pytest.raises(UsageError, match="org:zz"):
        store.path("person:a", "org:zz")


def test_a_path_runs_over_edges_in_both_directions_but_never_over_similar(store: GraphStore, small: Path) -> None:
    store.publish(small, "s1")
    answer = store.path("org:S", "org:H")
    best = answer["paths"][0]
    assert [hop["type"] for hop in best["hops"]] == ["OWNS", "KIN_OF", "EMPLOYED_BY"]
    assert [n["id"] for n in best["nodes"]] == ["org:S", "person:a", "person:b", "org:H"]
    assert (best["length"], best["cost"]) == (3, 3.5)
    assert (best["hops"][0]["from"], best["hops"][0]["to"]) == ("person:a", "org:S")
    assert answer["searched"] == "whole graph"
    assert not answer["truncated"]
    assert all(hop["type"] != "SIMILAR" for p in answer["paths"] for hop in p["hops"])


def test_parallel_payments_are_one_hop_that_counts_them(store: GraphStore, small: Path) -> None:
    store.publish(small, "s1")
    paths = store.path("acct:1", "acct:2", k=9)["paths"]
    assert [(p["length"], p["hops"][0]["parallel"]) for p in paths if p["length"] == 1] == [(1, 3)]
    assert store.path("acct:1", "acct:2", types=["PAID"], k=9)["paths"] == paths[:1]


def test_max_hops_and_as_of_bound_a_path(store: GraphStore, small: Path) -> None:
    store.publish(small, "s1")
    assert store.path("org:S", "org:H", max_hops=2)["paths"] == []
    assert store.path("org:S", "org:H", as_of=date(2024, 1, 1))["paths"] == []
    assert store.path("org:S", "org:S")["paths"] == []


def test_nobody_is_reached_through_a_large_hospital(store: GraphStore, tmp_path: Path) -> None:
    people = [f"person:{i:04d}" for i in range(1_010)]
    nodes = [node("org:H", "大医院", "Hospital"), node("org:S", "小公司", "Company"), *map(node, people)]
    crowd = [edge("EMPLOYED_BY", p, "org:H") for p in people]
    store.publish(
        write(
            tmp_path / "f",
            nodes,
            [*crowd, edge("EMPLOYED_BY", people[0], "org:S"), edge("EMPLOYED_BY", people[1], "org:S")],
        ),
        "s1",
    )
    through = store.path(people[0], people[1])["paths"]
    assert [[n["id"] for n in p["nodes"]] for p in through] == [[people[0], "org:S", people[1]]]
    assert store.path(people[5], people[6])["paths"] == []
    assert store.path(people[5], "org:H")["paths"][0]["length"] == 1


def test_a_subgraph_holds_the_edges_between_its_nodes_only(store: GraphStore, small: Path) -> None:
    store.publish(small, "s1")
    part = store.subgraph(["person:a", "person:b", "org:S", "org:none"])
    assert [n["id"] for n in part["nodes"]] == ["org:S", "person:a", "person:b"]
    assert [e["type"] for e in part["edges"]] == ["KIN_OF", "OWNS", "SIMILAR"]
    assert store.degree_by_type(["acct:1"]) == {
        "acct:1": [
            {"type": "HOLDS_ACCOUNT", "direction": "in", "count": 1},
            {"type": "PAID", "direction": "out", "count": 3},
        ]
    }


def test_a_new_snapshot_replaces_the_graph_and_takes_away_what_is_gone(
    store: GraphStore, small: Path, tmp_path: Path
) -> None:
    store.publish(small, "s1")
    later = write(
        tmp_path / "later",
        [node("org:H", "县人民医院", "Agency"), node("person:b", "张四"), node("acct:9")],
        [edge("EMPLOYED_BY", "person:b", "org:H", role_code="finance")],
    )
    counts = store.publish(later, "s2")
    assert (
        counts
        == store.counts()
        == {"nodes": {"Organization": 1, "Person": 1, "Account": 1}, "edges": {"EMPLOYED_BY": 1}}
    )
    found = store.node("org:H")
    assert found is not None
    assert (found["name"], found["labels"], found["props"]) == ("县人民医院", ["Organization", "Agency"], {})
    assert store.node("person:a") is None
    assert store.neighbors("person:b")["neighbors"][0]["edge"]["props"]["role_code"] == "finance"
    assert (store.is_published("s1"), store.is_published("s2")) == (False, True)


def test_parallel_edges_survive_for_every_target_label(store: GraphStore, tmp_path: Path) -> None:
    """A second bulk call would merge by (source, target); approvals of tenders and of contracts are two."""
    nodes = [node("person:p"), node("tender:1"), node("contract:1")]
    edges = [
        edge("APPROVED", "person:p", end, f"{i}", action="x") for end in ("tender:1", "contract:1") for i in range(40)
    ]
    assert store.publish(write(tmp_path / "f", nodes, edges), "s1")["edges"] == {"APPROVED": 80}
    assert store.neighbors("contract:1")["total"] == 40


def test_an_edge_that_ends_nowhere_is_refused_and_the_old_graph_stays(
    store: GraphStore, small: Path, tmp_path: Path
) -> None:
    store.publish(small, "s1")
    broken = write(tmp_path / "broken", [node("person:a")], [edge("KIN_OF", "person:a", "person:gone")])
    with pytest.raises(CheckFailed, match="person:gone"):
        store.publish(broken, "s2")
    assert store.is_published("s1")
    assert store.counts()["edges"]["PAID"] == 3


def test_repeated_ids_are_refused(store: GraphStore, tmp_path: Path) -> None:
    facts = write(tmp_path / "f", [node("person:a"), node("person:a")], [])
    with pytest.raises(CheckFailed, match="Person"):
        store.publish(facts, "s1")


def test_columns_of_the_views_stay_out_of_the_graph(store: GraphStore, tmp_path: Path) -> None:
    facts = write(tmp_path / "f", [node("acct:1"), node("acct:2")], [edge("PAID", "acct:1", "acct:2")])
    table = pq.read_table(facts / "edges" / "PAID.parquet")
    pq.write_table(table.append_column("contract_id", pa.array(["contract:1"])), facts / "edges" / "PAID.parquet")
    store.publish(facts, "s1")
    assert set(store.neighbors("acct:1")["neighbors"][0]["edge"]["props"]) == {"confidence", "derived"}


def test_an_empty_facts_folder_is_an_empty_graph(store: GraphStore, tmp_path: Path) -> None:
    (tmp_path / "f").mkdir()
    assert store.publish(tmp_path / "f", "s1") == {"nodes": {}, "edges": {}}
    assert store.node("person:a") is None
    assert store.query("MATCH (n:Person) RETURN n.id LIMIT 5")["rows"] == []


def test_query_values_leave_as_the_contract_says(store: GraphStore, small: Path) -> None:
    store.publish(small, "s1")
    answer = store.query(
        "MATCH (a:Account)-[r:PAID]->(b) WHERE r.ts < datetime('2023-05-06T09:01:00') "
        "RETURN r, a, r.amount_cny AS amount_cny, r.from_date AS day, r.ts AS ts, [1, 2] AS list, 0.5 AS half, 3 AS three, r.channel AS nothing"
    )
    assert answer["columns"] == ["r", "a", "amount_cny", "day", "ts", "list", "half", "three", "nothing"]
    (row,) = answer["rows"]
    assert row[0]["id"] == "PAID:acct:1>acct:2#000000000000" and row[0]["type"] == "PAID"
    assert row[0]["props"]["amount_cny"] == "0.05"
    assert (row[1]["id"], row[1]["label"]) == ("acct:1", "Account")
    assert row[2:] == ["0.05", "2023-05-06", "2023-05-06T09:00:00", [1, 2], 0.5, 3, None]
    assert answer["store"] == store.kind
    assert not answer["truncated"]


def test_query_binds_typed_parameters(store: GraphStore, small: Path) -> None:
    store.publish(small, "s1")
    text = "MATCH (a)-[r:PAID]->(b:Account) WHERE r.from_date >= $day AND r.ts >= $ts AND a.id IN $ids RETURN count(r) AS n"
    given = {"day": DAY, "ts": datetime(2023, 5, 6, 9, 1), "ids": ["acct:1"]}
    assert store.query(text, given)["rows"] == [[2]]
    assert store.query(text, given, library=True)["rows"] == [[2]]


def test_rows_are_cut_at_the_limit_and_at_ten_thousand(store: GraphStore, small: Path) -> None:
    store.publish(small, "s1")
    cut = store.query("UNWIND range(1, 20) AS x RETURN x ORDER BY x", limit=5)
    assert (cut["rows"], cut["row_count"], cut["truncated"]) == ([[1], [2], [3], [4], [5]], 5, True)
    whole = store.query("UNWIND range(1, 5) AS x RETURN x ORDER BY x", limit=5)
    assert (whole["row_count"], whole["truncated"]) == (5, False)
    capped = store.query("UNWIND range(1, 12000) AS x RETURN x", limit=0)
    assert (capped["row_count"], capped["truncated"]) == (10_000, True)


def test_cells_are_cut_at_ten_million_characters(store: GraphStore, small: Path) -> None:
    store.publish(small, "s1")
    text = "WITH reduce(s = 'abcdefghij', i IN range(1, 14) | s + s) AS long UNWIND range(1, 200) AS x RETURN long, x"
    answer = store.query(text, limit=200)
    assert answer["truncated"]
    assert 0 < answer["row_count"] <= 61


def test_a_runaway_query_ends_at_its_timeout(store: GraphStore, tmp_path: Path) -> None:
    store.publish(random_facts(1, tmp_path / "f", per_label=14, per_type=60), "s1")
    with pytest.raises(LimitReached):
        store.query("MATCH (a)-[*1..9]-(b), (c)-[*1..9]-(d) RETURN count(*) AS n", timeout=1.0)


def test_a_text_the_engine_does_not_understand_is_a_usage_error(store: GraphStore, small: Path) -> None:
    store.publish(small, "s1")
    with pytest.raises(UsageError):
        store.query("MATCH (a:Person RETURN a.id")


@pytest.mark.parametrize(
    "text", ["CREATE (n:Person {id: 'x'})", "MATCH (n) DETACH DELETE n", "CALL db.labels() YIELD label RETURN label"]
)
def test_own_text_that_does_more_than_read_is_refused(store: GraphStore, small: Path, text: str) -> None:
    store.publish(small, "s1")
    before = store.counts()
    with pytest.raises(UsageError, match="line 1"):
        store.query(text)
    assert store.counts() == before


@pytest.mark.parametrize("seed", range(3))
def test_random_graphs_arrive_whole(store: GraphStore, tmp_path: Path, seed: int) -> None:
    facts = random_facts(seed, tmp_path / "f")
    counts = store.publish(facts, f"r{seed}")
    rows = {kind: pq.read_table(p).num_rows for kind in EDGES if (p := facts / "edges" / f"{kind}.parquet").exists()}
    assert counts["edges"] == rows
    ids = [i for p in (facts / "nodes").glob("*.parquet") for i in pq.read_table(p).column("id").to_pylist()]
    whole = store.subgraph(ids)
    assert [n["id"] for n in whole["nodes"]] == sorted(ids)
    assert len(whole["edges"]) == sum(rows.values())
    assert {e["id"].split(":")[0] for e in whole["edges"]} == set(rows)
