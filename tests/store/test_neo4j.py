"""What only a server can get wrong: absence, logins, other people's data, plans, repeated publication."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import neo4j
import pytest
from bolt_stub import bolt_server
from graph_facts import edge, node, random_facts, write

from graphkit.errors import StoreUnreachable, UsageError
from graphkit.model import EDGES, NODES
from graphkit.store import open_store
from graphkit.store.gate import check_read_only


@contextmanager
def session(url: str) -> Iterator[neo4j.Session]:
    auth = (os.environ["GRAPHKIT_NEO4J_USER"], os.environ["GRAPHKIT_NEO4J_PASSWORD"])
    with neo4j.GraphDatabase.driver(url, auth=auth) as driver, driver.session(database="neo4j") as opened:
        yield opened


@contextmanager
def silent_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize("scheme", ["bolt", "neo4j"])
def test_a_server_that_is_not_there_is_an_error_at_once(tmp_path: Path, scheme: str) -> None:
    with silent_port() as port:
        pass
    started = time.monotonic()
    with pytest.raises(StoreUnreachable) as caught:
        open_store(f"{scheme}://127.0.0.1:{port}", tmp_path).node("person:a")
    assert time.monotonic() - started < 5, "one more try would wait for seconds"
    assert str(port) in caught.value.message.zh
    assert "store.url" in caught.value.fix.en
    assert caught.value.exit_code == 5


def test_the_driver_says_nothing_beside_the_error(tmp_path: Path) -> None:
    with silent_port() as port:
        pass
    program = (
        "import pathlib, sys\n"
        "from graphkit.errors import StoreUnreachable\n"
        "from graphkit.store import open_store\n"
        "try:\n    open_store(sys.argv[1], pathlib.Path(sys.argv[2])).counts()\n"
        "except StoreUnreachable:\n    print('unreachable')"
    )
    call = [sys.executable, "-c", program, f"neo4j://127.0.0.1:{port}", str(tmp_path)]
    done = subprocess.run(call, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("unreachable\n", "")


def test_a_server_that_never_answers_is_an_error_within_ten_seconds(tmp_path: Path) -> None:
    with silent_port() as port:
        started = time.monotonic()
        with pytest.raises(StoreUnreachable):
            open_store(f"bolt://127.0.0.1:{port}", tmp_path).is_published("s1")
        assert time.monotonic() - started < 10


def test_a_server_that_takes_its_time_is_waited_for(tmp_path: Path) -> None:
    with bolt_server(delay=2.0) as stub:
        store = open_store(f"bolt://127.0.0.1:{stub.port}", tmp_path)
        assert not store.is_published("s1")
        store.close()
    assert stub.connections == 1


def test_a_connection_lost_later_is_tried_again(tmp_path: Path) -> None:
    with bolt_server(drop=1) as stub:
        store = open_store(f"bolt://127.0.0.1:{stub.port}", tmp_path)
        assert not store.is_published("s1")
        store.close()
    assert stub.connections == 2


@pytest.mark.neo4j
def test_a_wrong_password_names_the_two_variables(
    neo4j_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRAPHKIT_NEO4J_PASSWORD", "not-the-password")
    with pytest.raises(StoreUnreachable, match="refuses the login") as caught:
        open_store(neo4j_url, tmp_path).counts()
    assert "GRAPHKIT_NEO4J_PASSWORD" in caught.value.fix.zh


@pytest.mark.neo4j
def test_a_database_that_is_not_there_is_named(neo4j_url: str, tmp_path: Path) -> None:
    with pytest.raises(StoreUnreachable, match="nosuch"):
        open_store(neo4j_url, tmp_path, database="nosuch").counts()


@pytest.mark.neo4j
def test_publishing_twice_changes_nothing(neo4j_url: str, tmp_path: Path) -> None:
    store = open_store(neo4j_url, tmp_path)
    facts = random_facts(11, tmp_path / "f")
    first = store.publish(facts, "s1")
    with session(neo4j_url) as opened:
        before = opened.run("MATCH ()-[r]->() RETURN elementId(r) AS e ORDER BY e").value()
    assert store.publish(facts, "s2") == first
    with session(neo4j_url) as opened:
        assert opened.run("MATCH ()-[r]->() RETURN elementId(r) AS e ORDER BY e").value() == before
    assert store.is_published("s2")


@pytest.mark.neo4j
def test_the_graph_has_no_label_outside_the_model(neo4j_url: str, tmp_path: Path) -> None:
    open_store(neo4j_url, tmp_path).publish(random_facts(12, tmp_path / "f"), "s1")
    seconds = {x for spec in NODES.values() for x in spec.second}
    with session(neo4j_url) as opened:
        assert set(opened.run("MATCH (n) UNWIND labels(n) AS l RETURN DISTINCT l").value()) <= set(NODES) | seconds
        assert set(opened.run("MATCH ()-[r]->() RETURN DISTINCT type(r)").value()) <= set(EDGES)


@pytest.mark.neo4j
def test_somebody_elses_data_is_not_touched(neo4j_url: str, tmp_path: Path) -> None:
    store = open_store(neo4j_url, tmp_path)
    store.publish(write(tmp_path / "empty", [node("person:a")], []), "s1")
    with session(neo4j_url) as opened:
        opened.run("MATCH (n) DETACH DELETE n").consume()
        for name in opened.run("SHOW CONSTRAINTS YIELD name RETURN name").value():
            opened.run(f"DROP CONSTRAINT `{name}`").consume()
        opened.run("CREATE (:Person {id: 'person:theirs', name: 'theirs'})").consume()
    try:
        with pytest.raises(UsageError, match="other data"):
            store.publish(write(tmp_path / "f", [node("person:a")], []), "s2")
        with session(neo4j_url) as opened:
            assert opened.run("MATCH (n) RETURN n.id").value() == ["person:theirs"]
    finally:
        with session(neo4j_url) as opened:
            opened.run("MATCH (n) DETACH DELETE n").consume()
    assert store.publish(write(tmp_path / "g", [node("person:a")], []), "s3")["nodes"] == {"Person": 1}


def operators(plan: dict[str, Any]) -> set[str]:
    return {plan["operatorType"].partition("@")[0]}.union(*(operators(child) for child in plan.get("children", ())))


@pytest.mark.neo4j
def test_writes_find_their_nodes_by_index(neo4j_url: str, tmp_path: Path) -> None:
    facts = write(tmp_path / "f", [node("acct:1"), node("acct:2")], [edge("PAID", "acct:1", "acct:2")])
    open_store(neo4j_url, tmp_path).publish(facts, "s1")
    texts = [
        "UNWIND $rows AS row MERGE (n:`Account` {id: row.id}) SET n = row.props",
        "UNWIND $rows AS row MATCH (a:`Account` {id: row.from_id}) MATCH (b:`Account` {id: row.to_id}) CREATE (a)-[r:`PAID`]->(b) SET r = row.props",
        "UNWIND $rows AS row MATCH ()-[r:`PAID` {id: row.id}]->() SET r = row.props",
    ]
    with session(neo4j_url) as opened:
        for text in texts:
            used = operators(opened.run("EXPLAIN " + text, rows=[]).consume().plan)
            assert any("IndexSeek" in op for op in used), used
            assert not used & {"NodeByLabelScan", "AllNodesScan", "DirectedRelationshipTypeScan"}, used


@pytest.mark.neo4j
def test_what_the_gate_lets_through_the_server_calls_a_read(neo4j_url: str) -> None:
    texts = [
        "MATCH (a:Person)-[:KIN_OF*1..3]-(b) RETURN DISTINCT b.id AS id ORDER BY id LIMIT 5",
        "MATCH (o:Organization) CALL { WITH o MATCH (o)<-[:OWNS]-(p) RETURN count(p) AS n } RETURN o.id, n ORDER BY n DESC LIMIT 3",
        "UNWIND [1, 2] AS x RETURN x UNION ALL RETURN 3 AS x",
    ]
    with session(neo4j_url) as opened:
        for text in texts:
            check_read_only(text)
            assert opened.run("EXPLAIN " + text).consume().query_type == "r"


@pytest.mark.neo4j
def test_the_server_says_no_to_its_own_procedures_and_files(neo4j_url: str, tmp_path: Path) -> None:
    """Behind the gate stands EXPLAIN: even a text that slipped through is refused before it runs."""
    store = open_store(neo4j_url, tmp_path)
    for text in (
        "CALL db.labels() YIELD label RETURN label",
        "LOAD CSV FROM 'file:///x.csv' AS row RETURN row",
        "CREATE (n:Person) RETURN n.id",
    ):
        with pytest.raises(UsageError):
            store._explain(text, {}, 5.0)  # type: ignore[attr-defined]
