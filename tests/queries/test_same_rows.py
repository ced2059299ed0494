"""The same file gives the same rows on the embedded store and on Neo4j: random graphs that follow the model."""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from graph_facts import random_facts

from graphkit.store import open_store
from graphkit.store.header import QueryFile
from graphkit.store.library import read_library, run_query

GRAPHS = 25


def parameters(query: QueryFile, rng: random.Random) -> list[dict[str, Any]]:
    """The widest question, and one with every parameter set."""
    wide = {"min_lots": 1, "max_hub": 9, "max_degree": 9, "from_id": "acct:0", "to_id": "acct:1"}
    narrow = {
        "since": "2021-06-01", "until": "2023-06-01", "buyer_id": f"org:{rng.randint(0, 3)}", "company_id": f"org:{rng.randint(0, 3)}",
        "supplier_id": f"org:{rng.randint(0, 3)}", "person_id": f"person:{rng.randint(0, 3)}", "min_amount": "1000", "kind": "mac",
        "lot_id": "lot:0", "roles": "president,doctor", "from_id": "acct:1", "to_id": f"acct:{rng.randint(0, 4)}", "min_degree": 2,
    }  # fmt: skip
    names = {p.name for p in query.params}
    return [{k: v for k, v in given.items() if k in names} for given in (wide, wide | narrow)]


@pytest.mark.neo4j
def test_both_stores_answer_every_query_alike(neo4j_url: str, tmp_path: Path) -> None:
    library = read_library()
    neo4j, embedded = open_store(neo4j_url, tmp_path), open_store("embedded", tmp_path)
    rows = dict.fromkeys(library, 0)
    for seed in range(GRAPHS):
        facts = random_facts(seed, tmp_path / f"f{seed}", per_label=6, per_type=22)
        assert neo4j.publish(facts, f"r{seed}") == embedded.publish(facts, f"r{seed}")
        rng = random.Random(seed)
        for query in library.values():
            for given in parameters(query, rng):
                one, other = (run_query(store, query.id, given, limit=0) for store in (neo4j, embedded))
                where = f"graph {seed}, {query.id}, {given}"
                assert one["columns"] == other["columns"], where
                assert sorted(map(repr, one["rows"])) == sorted(map(repr, other["rows"])), where
                rows[query.id] += one["row_count"]
    neo4j.close()
    assert min(rows.values()) > 0, f"some query found nothing at all, the comparison is empty: {rows}"


@pytest.mark.neo4j
def test_both_stores_explore_alike(neo4j_url: str, tmp_path: Path) -> None:
    neo4j, embedded = open_store(neo4j_url, tmp_path), open_store("embedded", tmp_path)
    for seed in range(3):
        facts = random_facts(100 + seed, tmp_path / f"f{seed}")
        assert neo4j.publish(facts, f"e{seed}") == embedded.publish(facts, f"e{seed}")
        ids = [i for i in ("person:0", "person:1", "org:0", "org:1", "tender:0", "acct:0", "bid:0") if embedded.node(i)]
        assert neo4j.subgraph(ids) == embedded.subgraph(ids)
        assert neo4j.degree_by_type(ids) == embedded.degree_by_type(ids)
        for a in ids:
            assert neo4j.node(a) == embedded.node(a)
            assert neo4j.neighbors(a, limit=7) == embedded.neighbors(a, limit=7)
        for a, b in pairwise(ids):
            assert neo4j.path(a, b, max_hops=4, k=4) == embedded.path(a, b, max_hops=4, k=4)
    neo4j.close()
